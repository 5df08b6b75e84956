/**
 * Graphs: reading, building and generating them, without the kernels.
 *
 * @module ticktickclock/graph
 */

export {
  BlockFormatError,
  GraphFormatError,
  GraphSourceError,
  MemoryLimitError,
  TickTickClockError,
} from '../errors.js'
export type {
  EdgeColumns,
  EdgeTuple,
  GraphFromEdgesOptions,
} from './build.js'
export { graphFromEdges } from './build.js'
export type { GraphShape, IdKind, VertexId } from './csr.js'
export { Graph } from './csr.js'
export type { RmatOptions, UniformOptions } from './generate.js'
export { generateRmat, generateUniform } from './generate.js'
export type { ReadGraphOptions, ReadProgress } from './read.js'
export { readGraph } from './read.js'
export type { GraphSource } from './source.js'
