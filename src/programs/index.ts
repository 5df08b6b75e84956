/**
 * BSP programs on the package's kernels.
 *
 * @module ticktickclock/programs
 */

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
