/** The store in a browser's database: outlives the page. */

import { CheckpointError, NotSupportedError } from '../../errors.js'
import type { CheckpointStore } from './store.js'

const DATABASE = 'ticktickclock'
const CHECKPOINTS = 'checkpoints'

/** A store whose checkpoint can be thrown away. */
export interface ClearableStore extends CheckpointStore {
  /** Removes what it has. */
  clear(): Promise<void>
}

/**
 * Keeps the newest checkpoint in IndexedDB, of the page's origin: for `resume` after a reload. A
 * checkpoint replaces the one before in one transaction, so that one of the two is always there,
 * whole.
 *
 * @param name of the run: the key in the database
 * @throws NotSupportedError where there is no IndexedDB: in Node, and in some private windows
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
 * if (typeof indexedDB !== 'undefined') {
 *   const store = indexedDbStore('run-17')
 *   await run(counting, { checkpoint: { every: 20, store } })
 *   await store.clear()
 * }
 * ```
 */
export function indexedDbStore(name: string): ClearableStore {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`"name" expected string, not empty, got ${JSON.stringify(name)}`)
  }
  if (typeof indexedDB === 'undefined') {
    throw new NotSupportedError(
      'indexedDbStore needs a browser with IndexedDB: in Node, use directoryStore(path)',
    )
  }
  return {
    async save(block) {
      // From a copy that nobody can change before the database has taken it.
      const copy = block.slice()
      await transact('readwrite', (checkpoints) => checkpoints.put(copy, name))
    },
    async load() {
      const found: unknown = await transact('readonly', (checkpoints) => checkpoints.get(name))
      if (found === undefined || found instanceof Uint8Array) return found
      throw new CheckpointError('damaged', `IndexedDB, "${name}": it isn't a checkpoint`)
    },
    async clear() {
      await transact('readwrite', (checkpoints) => checkpoints.delete(name))
    },
  }
}

/** One request in a transaction of its own; resolves when that is on disk. */
async function transact<T>(
  mode: IDBTransactionMode,
  ask: (checkpoints: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await openDatabase()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(CHECKPOINTS, mode, { durability: 'strict' })
      const request = ask(transaction.objectStore(CHECKPOINTS))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
      transaction.onerror = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(CHECKPOINTS)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
