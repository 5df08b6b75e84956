/** Makes a worker thread a pool's worker. Twin of serve.browser.ts; resolved by `#serve`. */

import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { Jobs } from './jobs.js'
import type { PoolService } from './protocol.js'
import { createPoolService } from './service.js'

/** An answer waits so long at most: nobody may read what a worker of the user's own prints. */
const FLUSH_MS = 1000

/**
 * To be called once, while the worker's script starts.
 *
 * @param jobs functions of jobs that this worker knows without loading a module
 * @throws Error outside of a worker
 */
export function servePool(jobs?: Jobs): void {
  if (parentPort === null) throw new Error('a pool is served by a worker thread: start this as one')
  const service = createPoolService(jobs)
  const runJob: PoolService['runJob'] = async (request, argument) => {
    const reply = await service.runJob(request, argument)
    await Promise.all([process.stdout, process.stderr].map(flushed))
    return reply
  }
  expose({ ...service, runJob }, nodeEndpoint(parentPort))
}

/**
 * What a worker prints goes by the main thread, a piece for each turn of both event loops; a
 * process that ends with the answer would lose what is still on its way.
 */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, FLUSH_MS)
    stream.write('', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
