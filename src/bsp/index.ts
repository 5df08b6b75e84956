/** Entry `ticktickclock/bsp`: BSP programs and their runs. Re-exports only. */

export { hashPartition, type BlockPartition, type HashPartition } from '../graph/partition.js'
export { defineComputation, message } from './computation.js'
export {
  type AnyComputation,
  Coordinator,
  createRuntime,
  type InputOf,
  type ResultOf,
  type RunArguments,
  Runtime,
  run,
} from './coordinator.js'
export type { RunHandle, RunResult, RunStatus } from './handle.js'
export type { StopReason } from './member.js'
export type { RunOptions, TransportKind } from './options.js'
export type { ProcessorReport, SuperstepReport } from './report.js'
export type { RunInspection, RuntimeMemory, RuntimeOptions } from './runtime.js'
export { serve } from './serve.js'
export type {
  ColumnBatch,
  ColumnInbox,
  ColumnSend,
  ColumnSpec,
  Columns,
  ColumnType,
  Computation,
  ComputationDefinition,
  ComputationDescription,
  Context,
  Inbox,
  MessageSpec,
  PlainInbox,
  PlainMessage,
  Row,
  Send,
  Superstep,
  Target,
} from './types.js'
