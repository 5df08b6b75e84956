/**
 * The package's calls, carried out in a worker.
 *
 * @module ticktickclock/worker
 */

export type { InWorker, WorkerArrays } from './arrays.js'
export {
  connectWorker,
  type WorkerClient,
  type WorkerGraph,
  type WorkerPagerankOptions,
} from './client.js'
