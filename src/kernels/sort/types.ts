/**
 * Sorting's public options and the plans that its implementations run. Imports no implementation.
 *
 * The order is that of `TypedArray.prototype.sort`: numbers ascending, -0 before +0, NaN last, all
 * NaN alike. Descending is that order reversed. Equal keys keep their order either way: stable.
 */

import type { ElementType } from '../../devices/device.js'
import type { ArrayOptions, Column } from '../columns.js'

/** Options of `sort`. */
export interface SortOptions<T extends ElementType = ElementType> extends ArrayOptions {
  /** Largest first, NaN before all. Default false. */
  descending?: boolean
  /** What to fill: the input itself sorts in place. Default: a fresh array, or a new Resident. */
  into?: Column<T>
}

/** Options of `argsort`. */
export interface ArgsortOptions extends ArrayOptions {
  /** Largest first, NaN before all. Default false. */
  descending?: boolean
  /** Uint32Array, or a resident of u32, to fill. */
  into?: Column<'u32'>
}

/** Options of `sortPairs`. */
export interface SortPairsOptions<
  K extends ElementType = ElementType,
  V extends ElementType = ElementType,
> extends ArrayOptions {
  /** Largest key first, NaN before all. Default false. */
  descending?: boolean
  /** What to fill: the inputs themselves sort in place. */
  into?: { keys: Column<K>; values: Column<V> }
}

/**
 * What `sort`, `argsort` and `sortPairs` run. Inputs and outputs of the job:
 * `keys`: [keys] → [keys]; `order`: [keys] → [u32 positions]; `pairs`: [keys, values] → both.
 */
export interface SortPlan {
  result: 'keys' | 'order' | 'pairs'
  descending: boolean
}

/** What `topK` runs: [values] → [k values, u32 positions], best first, ties by position. */
export interface TopKPlan {
  /** At most the length of the values. */
  k: number
  /** True: the last of the order, reversed (NaN first); false: its first. */
  largest: boolean
}

/** What `searchSorted` runs: [sorted, queries] → [u32 positions]. */
export interface SearchPlan {
  /** First position where the query fits, or the one behind its equals. */
  side: 'left' | 'right'
}
