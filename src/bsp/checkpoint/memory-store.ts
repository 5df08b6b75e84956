/** The store in memory: for restarts within a process. */

import type { CheckpointStore } from './store.js'

/**
 * Keeps the newest checkpoint in memory: enough for workers that die or hang, nothing for a process
 * that ends.
 *
 * @example
 * ```ts
 * const counting = defineComputation({
 *   name: 'counting',
 *   initialize: () => ({ count: 0 }),
 *   supersteps: [
 *     {
 *       name: 'count',
 *       compute: (state) => void state.count++,
 *       converged: (_before, { count }) => count === 30,
 *     },
 *   ],
 * })
 * const store = memoryStore()
 * await run(counting, { checkpoint: { every: 20, store } })
 * console.log((await resume(counting, { store })).resumedFrom) // 20
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
