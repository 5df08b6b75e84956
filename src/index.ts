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
  GraphSourceError,
  MemoryLimitError,
  NotSupportedError,
  TickTickClockError,
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
