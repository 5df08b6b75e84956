/** The store in memory: for restarts within a process. */

import type { CheckpointStore } from './store.js'

/**
 * Keeps the newest checkpoint in memory: enough for workers that die or hang, nothing for a process
 * that ends.
 *
 * @example
 * ```ts
 * const store = memoryStore()
 * await run(program, { input, checkpoint: { every: 10, store } })
 * ```
 */
export function memoryStore(): CheckpointStore {
  let newest: Uint8Array | undefined
  return {
    async save(block) {
      newest = block
    },
    load: async () => newest,
  }
}
