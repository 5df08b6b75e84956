/** The contract of stores: where a run's checkpoints go. Imports no implementation. */

/** What a store is told of a checkpoint. */
export interface CheckpointInfo {
  /** Supersteps finished. */
  superstep: number
  /** Whether it is the first of its run: what the store had before is of another, and may go. */
  isFirst: boolean
}

/** Keeps the checkpoints of one run: all that is needed is the newest. */
export interface CheckpointStore {
  /**
   * Keeps a checkpoint. What was kept before must stay readable until this one is safe.
   *
   * @param block all of it: bytes that nobody changes any more
   * @returns resolves when it is safe; a run waits for that before it makes the next one, and fails
   *   with what this rejects with
   */
  save(block: Uint8Array, info: CheckpointInfo): Promise<void>
  /**
   * The newest checkpoint; of those that a store can tell to be damaged, the newest that isn't.
   *
   * @returns undefined if there is none
   */
  load(): Promise<Uint8Array | undefined>
}
