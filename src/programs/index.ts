/**
 * BSP programs on the package's kernels.
 *
 * @module ticktickclock/programs
 */

export { bfsModule, default as bfsProgram, UNREACHED } from './analytics/bfs.js'
export {
  type CdlpInput,
  type CdlpResult,
  cdlpModule,
  default as cdlpProgram,
} from './analytics/cdlp.js'
export { default as lccProgram, type LccResult, lccModule } from './analytics/lcc.js'
export {
  default as pagerankVertexProgram,
  pagerankVertexModule,
} from './analytics/pagerank.js'
export { default as ssspProgram, ssspModule } from './analytics/sssp.js'
export type { TriangleInput } from './analytics/triangle-count.js'
export {
  default as triangleProgram,
  type TriangleResult,
  triangleModule,
} from './analytics/triangles.js'
export { default as wccProgram, wccModule } from './analytics/wcc.js'
export { shareGraph } from './graph-input.js'
export { createFluid, type Fluid, type FluidOptions } from './molecular-dynamics/fluid.js'
export type {
  FluidEnergy,
  MolecularDynamicsInput,
  MolecularDynamicsResult,
} from './molecular-dynamics/input.js'
export {
  default as molecularDynamicsProgram,
  molecularDynamicsModule,
} from './molecular-dynamics/program.js'
export {
  default as pagerankProgram,
  type PagerankProgramInput,
  type PagerankProgramResult,
  pagerankModule,
} from './pagerank.js'
export type { ProgramDevice } from './place.js'
export {
  default as sampleSortProgram,
  type SampleSortInput,
  type SampleSortResult,
  type SortableArray,
  sampleSortModule,
} from './sample-sort.js'
export type { VertexPartition } from './vertex/cut.js'
export { defineVertexProgram, type VertexProgram } from './vertex/define.js'
export type {
  Aggregator,
  Combination,
  Facts,
  ParameterSpec,
  RequiredParameter,
  Round,
  ValueSpec,
  ValueType,
  Vertex,
  VertexInput,
  VertexProgramDefinition,
  VertexResult,
} from './vertex/types.js'
