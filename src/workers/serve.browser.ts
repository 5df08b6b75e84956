/** Makes a web worker a pool's worker. Twin of serve.node.ts; resolved by `#serve`. */

import { expose } from 'comlink'
import type { Jobs } from './jobs.js'
import { holdLifeLock } from './life-lock.browser.js'
import { createPoolService } from './service.js'

/**
 * To be called once, while the worker's script starts.
 *
 * @param jobs functions of jobs that this worker knows without loading a module
 * @throws Error outside of a worker
 */
export function servePool(jobs?: Jobs): void {
  if (typeof document !== 'undefined') {
    throw new Error('a pool is served by a web worker: start this as one')
  }
  expose(createPoolService(jobs))
  holdLifeLock()
}
