/** Prefix sums' public options, and the plan that the implementations run. */

import type { NumberType } from '../arrays/numbers.js'
import type { ArrayOptions, Column } from '../arrays/types.js'

/** Options of `scan`. */
export interface ScanOptions<T extends NumberType = NumberType> extends ArrayOptions {
  /** A sum includes its own value; otherwise sums begin with 0. Default true. */
  inclusive?: boolean
  /** What to fill: the input itself works in place. Default: a fresh array, or a new Resident. */
  into?: Column<T>
}

/** [values] → [sums]. */
export interface ScanPlan {
  inclusive: boolean
}
