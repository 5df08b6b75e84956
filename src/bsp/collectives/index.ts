/** Collectives: communication of all ranks with each other, after MPI. Re-exports only. */

export type { AnyInbox, AnySend } from './exchange.js'
export {
  type AllGather,
  type AllToAll,
  allGather,
  allToAll,
  type Broadcast,
  broadcast,
  chunk,
  type Gather,
  gather,
  type RootOptions,
  type Scatter,
  type Sliceable,
  scatter,
} from './move.js'
export {
  defineReduction,
  type Reducible,
  type ReducibleArray,
  type Reduction,
  type ReductionName,
} from './operations.js'
export {
  type AllReduce,
  allReduce,
  type Exscan,
  exscan,
  type Reduce,
  type ReduceScatter,
  type ReductionOptions,
  type RootReductionOptions,
  reduce,
  reduceScatter,
  type Scan,
  scan,
} from './reduce.js'
export {
  type NumberArrays,
  type ReduceColumn,
  type ReduceColumnOptions,
  reduceColumn,
} from './reduce-column.js'
