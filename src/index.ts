/**
 * ticktickclock: bulk-synchronous compute for TypeScript that knows what time it is.
 *
 * @packageDocumentation
 */

export type {
  Device,
  DeviceInfo,
  DeviceKind,
  ElementArrays,
  ElementType,
  Resident,
  ResidentArray,
  ResidentGraph,
  TransferOptions,
} from './devices/device.js'
export {
  BlockFormatError,
  ConfigError,
  DeviceLostError,
  DeviceUnavailableError,
  DisposedError,
  GraphFormatError,
  MemoryLimitError,
  NotSupportedError,
  TickTickClockError,
} from './errors.js'
export type { GraphShape, IdKind, VertexId } from './graph/csr.js'
export { Graph } from './graph/csr.js'
export type {
  PagerankInput,
  PagerankOptions,
  PagerankPreset,
  PagerankProgress,
  PagerankResult,
  Personalization,
  Precision,
  Timings,
} from './kernels/pagerank/types.js'
