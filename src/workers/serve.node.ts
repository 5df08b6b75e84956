/** Makes a worker thread a pool's worker. Twin of serve.browser.ts; resolved by `#serve`. */

import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { Jobs } from './jobs.js'
import { createPoolService } from './service.js'

/**
 * To be called once, while the worker's script starts.
 *
 * @param jobs functions of jobs that this worker knows without loading a module
 * @throws Error outside of a worker
 */
export function servePool(jobs?: Jobs): void {
  if (parentPort === null) throw new Error('a pool is served by a worker thread: start this as one')
  expose(createPoolService(jobs), nodeEndpoint(parentPort))
}
