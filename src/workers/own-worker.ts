/** What a user's `workerFactory` makes, whatever the host calls it. */

/** A worker that a user made: a web worker, or one of node:worker_threads. */
export interface OwnWorker {
  /** Sends it a message. */
  postMessage(message: unknown): void
  /** Ends it. */
  terminate(): unknown
}
