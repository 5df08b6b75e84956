/** Makes a web worker a pool's worker. Twin of serve.node.ts; resolved by `#serve`. */

import { expose } from 'comlink'
import type { Jobs } from './jobs.js'
import { holdLifeLock } from './life-lock.browser.js'
import type { PoolService } from './protocol.js'
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
  const service = createPoolService(jobs)
  const isHeld = holdLifeLock()
  // Before any kernel: while one computes, the worker can't take a lock that it has asked for.
  const open: PoolService['open'] = async (module, shared) => {
    await isHeld
    return service.open(module, shared)
  }
  expose({ ...service, open })
}
