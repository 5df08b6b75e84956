/**
 * `ticktickclock/worker`: the package's calls, carried out in a worker.
 *
 * @packageDocumentation
 */

export type { InWorker, WorkerArrays } from './arrays.js'
export {
  connectWorker,
  type WorkerClient,
  type WorkerGraph,
  type WorkerPagerankOptions,
} from './client.js'
