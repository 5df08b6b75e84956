/**
 * ticktickclock: bulk-synchronous compute for TypeScript that knows what time it is.
 *
 * @packageDocumentation
 */

export { type Config, configure } from './config.js'
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
  BlockFormatError,
  ConfigError,
  DeviceLostError,
  DeviceUnavailableError,
  DisposedError,
  GraphFormatError,
  GraphSourceError,
  MemoryLimitError,
  NotSupportedError,
  TickTickClockError,
  TimestampError,
} from './errors.js'
export type {
  EdgeColumns,
  EdgeTuple,
  GraphFromEdgesOptions,
  GraphShape,
  GraphSource,
  IdKind,
  ReadGraphOptions,
  ReadProgress,
  RmatOptions,
  UniformOptions,
  VertexId,
} from './graph/index.js'
export { Graph, generateRmat, generateUniform, graphFromEdges, readGraph } from './graph/index.js'
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
