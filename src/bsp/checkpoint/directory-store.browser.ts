/** A page has no directories. Twin of directory-store.node.ts; resolved by `#directory-store`. */

import { NotSupportedError } from '../../errors.js'
import type { CheckpointStore } from './store.js'

/** @throws NotSupportedError */
export function openDirectoryStore(_path: string, _keep: number): CheckpointStore {
  throw new NotSupportedError(
    'directoryStore needs Node: in a page, use indexedDbStore(name), or memoryStore()',
  )
}
