/**
 * BSP programs on the package's kernels.
 *
 * @module ticktickclock/programs
 */

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
  shareGraph,
} from './pagerank.js'
export type { ProgramDevice } from './place.js'
export {
  default as sampleSortProgram,
  type SampleSortInput,
  type SampleSortResult,
  type SortableArray,
  sampleSortModule,
} from './sample-sort.js'
