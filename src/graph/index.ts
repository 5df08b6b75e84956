/**
 * Graphs: reading, building and generating them, without the kernels.
 *
 * @module ticktickclock/graph
 */

export {
  BlockFormatError,
  GraphFormatError,
  GraphSourceError,
  GraphTargetError,
  MemoryLimitError,
  NotSupportedError,
  TickTickClockError,
} from '../errors.js'
export type { GraphFromEdgesOptions } from './build.js'
export { graphFromEdges } from './build.js'
export type { EdgeColumns, EdgeTuple } from './collector.js'
export type { GraphShape, IdKind, VertexId } from './csr.js'
export { Graph } from './csr.js'
export type { ArrowBatch, ArrowData, ArrowTable, ArrowVector } from './formats/arrow-columns.js'
export type { GraphFormat, WritableFormat } from './formats/format.js'
export type {
  FromGraphologyOptions,
  GraphologyConstructor,
  GraphologyInstance,
  GraphologyTarget,
} from './formats/graphology-instance.js'
export { graphFromGraphology, graphToGraphology } from './formats/graphology-instance.js'
export type { ReadProgress } from './formats/input.js'
export type { GraphFromTableOptions, TableColumns } from './formats/table.js'
export { graphFromTable } from './formats/table.js'
export type { RmatOptions, UniformOptions } from './generate.js'
export { generateRmat, generateUniform } from './generate.js'
export type { ReadGraphOptions } from './read.js'
export { readGraph } from './read.js'
export type { Simplification } from './simplify.js'
export type { GraphSource } from './source.js'
export type { GraphTarget } from './target.js'
export type { WattsStrogatzOptions } from './watts-strogatz.js'
export { generateWattsStrogatz } from './watts-strogatz.js'
export type { WriteGraphOptions, WriteProgress } from './write.js'
export { writeGraph } from './write.js'
