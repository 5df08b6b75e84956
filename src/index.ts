/**
 * The package's main entry: graphs, kernels over graphs, arrays and timestamps, and the devices on
 * which they run.
 *
 * @module ticktickclock
 */

export {
  type CompiledWasm,
  type Config,
  configure,
  type OwnWorker,
  type WasmSource,
  type WorkerRole,
} from './config.js'
export type {
  Device,
  DeviceInfo,
  DeviceKind,
  ElementArrays,
  ElementType,
  ElementTypeOf,
  Resident,
  ResidentArray,
  ResidentGraph,
  TransferOptions,
} from './devices/device.js'
export {
  type DoctorReport,
  doctor,
  type Missing,
  type WasmFindings,
} from './devices/doctor.js'
export { type OpenDeviceOptions, openDevice } from './devices/open.js'
export type { GpuFindings } from './devices/webgpu/index.js'
export {
  BarrierTimeoutError,
  BlockFormatError,
  CalibrationError,
  CheckpointError,
  CollectiveError,
  ConfigError,
  DefinitionError,
  DeviceLostError,
  DeviceUnavailableError,
  DisposedError,
  GraphFormatError,
  GraphSourceError,
  GraphTargetError,
  MemoryLimitError,
  MessageLimitError,
  NotSupportedError,
  ProcessorError,
  type RunPlace,
  TickTickClockError,
  TimestampError,
  VariantError,
  WorkflowError,
} from './errors.js'
export type {
  ArrowBatch,
  ArrowData,
  ArrowTable,
  ArrowVector,
  EdgeColumns,
  EdgeTuple,
  FromGraphologyOptions,
  GraphFormat,
  GraphFromEdgesOptions,
  GraphFromTableOptions,
  GraphologyConstructor,
  GraphologyInstance,
  GraphologyTarget,
  GraphShape,
  GraphSource,
  GraphTarget,
  IdKind,
  ReadGraphOptions,
  ReadProgress,
  RmatOptions,
  Simplification,
  TableColumns,
  UniformOptions,
  VertexId,
  WattsStrogatzOptions,
  WritableFormat,
  WriteGraphOptions,
  WriteProgress,
} from './graph/index.js'
export {
  Graph,
  generateRmat,
  generateUniform,
  generateWattsStrogatz,
  graphFromEdges,
  graphFromGraphology,
  graphFromTable,
  graphToGraphology,
  readGraph,
  writeGraph,
} from './graph/index.js'
export type { ReduceOperation, ReduceResult } from './graph/reduction/types.js'
export type { NumberArray, NumberType } from './kernels/arrays/numbers.js'
export type { ArrayOptions, ArrayProgress, Column } from './kernels/columns.js'
export { histogram } from './kernels/histogram/index.js'
export type { HistogramOptions, HistogramResult } from './kernels/histogram/types.js'
export { pagerank, pagerankBatch } from './kernels/pagerank/index.js'
export type {
  PagerankInput,
  PagerankOptions,
  PagerankPreset,
  PagerankProgress,
  PagerankResult,
  Personalization,
  Precision,
  Ranks,
} from './kernels/pagerank/types.js'
export type { KernelRun, PlaceOptions, Timings } from './kernels/place.js'
export { reduce, reduceColumn } from './kernels/reduce/index.js'
export type { ReduceOptions } from './kernels/reduce/types.js'
export { scan } from './kernels/scan/index.js'
export type { ScanOptions } from './kernels/scan/types.js'
export { type SearchSortedOptions, searchSorted } from './kernels/search/index.js'
export type { SortableArray, SortableColumn } from './kernels/sort/columns.js'
export { argsort, type SortedPairs, sort, sortPairs } from './kernels/sort/index.js'
export type { ArgsortOptions, SortOptions, SortPairsOptions } from './kernels/sort/types.js'
export { convertTimestamps } from './kernels/timestamps/index.js'
export { LEAP_SECONDS } from './kernels/timestamps/leap-seconds.js'
export type {
  ClockCorrection,
  CommonTimestampOptions,
  ConvertTimestampsOptions,
  FormatTimestampsOptions,
  LeapSecondTable,
  LossPolicy,
  NumericTimestampFormat,
  OverflowPolicy,
  ResidentTexts,
  ResidentTimestamps,
  TextColumn,
  TextLayout,
  TextRows,
  Texts,
  TimestampArray,
  TimestampFormat,
  TimestampResident,
  TimestampTypes,
  TimestampValues,
} from './kernels/timestamps/types.js'
export { type RankedVertex, topVertices } from './kernels/top-vertices.js'
export { type TopK, type TopKOptions, topK } from './kernels/topk/index.js'
export { type Unique, unique } from './kernels/unique/index.js'
