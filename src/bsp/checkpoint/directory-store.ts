/** The public face of the store in a directory; the work is in directory-store.node.ts. */

import { openDirectoryStore } from '#directory-store'
import { checkInteger, checkOptions, show } from '../../check.js'
import type { CheckpointStore } from './store.js'

/** Options of `directoryStore`. */
export interface DirectoryStoreOptions {
  /**
   * Checkpoints that stay, 1 to 1,000. Default 2: an older one is what a damaged newest one falls
   * back to. More take more room.
   */
  keep?: number
}

/**
 * Keeps checkpoints as files of a directory: for `resume` in a new process. One run at a time.
 *
 * A checkpoint is written under a temporary name, synced, renamed, and the directory is synced: a
 * power cut leaves it whole or not there. When the newest file is damaged all the same, an older
 * one is loaded. The first checkpoint of a run replaces those of the run before.
 *
 * @param path of the directory; made at the first checkpoint
 * @throws TypeError, RangeError; NotSupportedError in a page. Loading throws CheckpointError, which
 *   names the file, when there are checkpoints but none that is whole, or when the newest whole one
 *   is of a newer version
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
 * await run(counting, { checkpoint: { every: 20, store: directoryStore('run-17') } })
 * // Later, in a new process, if that one has died:
 * const { resumedFrom } = await resume(counting, { store: directoryStore('run-17') })
 * console.log(resumedFrom) // 20
 * ```
 */
export function directoryStore(path: string, options: DirectoryStoreOptions = {}): CheckpointStore {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`"path" expected string, not empty, got ${show(path)}`)
  }
  checkOptions('options', options, ['keep'])
  return openDirectoryStore(path, checkInteger('keep', options.keep ?? 2, 1, 1000))
}
