/** Reductions' public options, and what the implementations run. */

import type { BlockOperation } from '../../graph/reduction/types.js'
import type { ArrayOptions } from '../columns.js'

/** Options of `reduce` and `reduceColumn`. */
export type ReduceOptions = ArrayOptions

/** What the implementations run. */
export interface ReducePlan {
  operation: BlockOperation
}
