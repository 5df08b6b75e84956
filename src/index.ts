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
  Resident,
  ResidentArray,
  ResidentGraph,
  TransferOptions,
} from './devices/device.js'
export { openDevice, type OpenDeviceOptions } from './devices/open.js'
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
export { pagerank, pagerankBatch } from './kernels/pagerank/index.js'
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
export { type RankedVertex, topK } from './kernels/top.js'
