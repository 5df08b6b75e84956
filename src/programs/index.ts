/**
 * BSP programs on the package's kernels. The entry `ticktickclock/programs`.
 *
 * @packageDocumentation
 */

export {
  default as pagerankProgram,
  type PagerankProgramInput,
  type PagerankProgramOutput,
  type PagerankProgramResult,
  type PagerankProgramState,
  pagerankModule,
  shareGraph,
} from './pagerank.js'
export type { ProgramDevice } from './place.js'
export {
  default as sampleSortProgram,
  type SampleSortInput,
  type SampleSortResult,
  type SampleSortState,
  type SortableArray,
  sampleSortModule,
} from './sample-sort.js'
