/**
 * BSP programs and their runs. Re-exports only.
 *
 * @module ticktickclock/bsp
 */

export {
  BarrierTimeoutError,
  CalibrationError,
  CheckpointError,
  CollectiveError,
  DefinitionError,
  DeviceLostError,
  DisposedError,
  MessageLimitError,
  NotSupportedError,
  ProcessorError,
  TickTickClockError,
  VariantError,
} from '../errors.js'
export { type BlockPartition, type HashPartition, hashPartition } from '../graph/partition.js'
export type { Random } from '../random.js'
export type { MemoryUse, OwnWorker } from '../transport/open.js'
export type { TransportKind } from '../transport/transport.js'
export {
  type Cases,
  match,
  type Variant,
  type VariantFields,
  type VariantOf,
  type Variants,
  type VariantWith,
  variants,
} from '../variants.js'
export {
  type CalibrateTransportOptions,
  calibrateTransport,
  type TransportCalibration,
} from './calibrate.js'
export { type DirectoryStoreOptions, directoryStore } from './checkpoint/directory-store.js'
export { type ClearableStore, indexedDbStore } from './checkpoint/indexed-db-store.js'
export { memoryStore } from './checkpoint/memory-store.js'
export type { CheckpointInfo, CheckpointStore } from './checkpoint/store.js'
export * from './collectives/index.js'
export { defineComputation, message } from './computation.js'
export {
  Coordinator,
  createRuntime,
  Runtime,
  type RuntimeOptions,
  resume,
  run,
} from './coordinator.js'
export type { RunCost, RunCostTotal } from './cost.js'
export type { RunHandle, RunResult, RunStatus } from './handle.js'
export type { StopReason } from './member.js'
export type { CheckpointOptions, RunOptions } from './options.js'
export type { ResumeOptions } from './plan.js'
export type { ProcessorReport, SuperstepReport } from './report.js'
export type { RunInspection, RuntimeMemory } from './runtime.js'
export { serve } from './serve.js'
export type {
  AnyComputation,
  InputOf,
  ModuleOf,
  ResultOf,
  RunArguments,
} from './start.js'
export type {
  ColumnArrays,
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
  OptionalPart,
  PlainInbox,
  PlainMessage,
  Row,
  Send,
  Superstep,
  Target,
} from './types.js'
