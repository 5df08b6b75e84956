/**
 * The contract of spawn.node.ts and spawn.browser.ts, the only files that make a Worker.
 */

import type { Endpoint } from 'comlink'

/** A worker that is starting or running. */
export interface SpawnedWorker {
  /** Where comlink talks to it. */
  readonly endpoint: Endpoint
  /** Called at most once, when the worker fails or ends without being asked to. */
  onFailure(listener: (error: Error) => void): void
  /** Keeps the process alive until `result` settles: idle workers do not. Nothing in a browser. */
  keepAlive<T>(result: Promise<T>): Promise<T>
  terminate(): Promise<void>
}
