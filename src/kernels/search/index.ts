/**
 * Binary search in a sorted array: the public function `searchSorted`. Checks its options and hands
 * the plan to the driver of array kernels.
 */

import { checkOneOf, checkOptions, show } from '../../check.js'
import type { ElementType, ResidentArray } from '../../devices/device.js'
import { runArrays } from '../arrays/index.js'
import type { ArrayKernel } from '../arrays/types.js'
import { ARRAY_OPTIONS, type ArrayOptions, type Column } from '../columns.js'
import {
  checkPositions,
  checkSortable,
  type SortableArray,
  type SortableColumn,
} from '../sort/columns.js'
import type { SearchPlan } from '../sort/types.js'
import { searchReference } from './reference.js'
import { searchWasm } from './wasm.js'

/** Options of `searchSorted`. */
export interface SearchSortedOptions extends ArrayOptions {
  /** `left` (default): the first place where the query fits; `right`: the one behind its equals. */
  side?: 'left' | 'right'
  /** Uint32Array, or a resident of u32, to fill. */
  into?: Column<'u32'>
}

const SEARCH: ArrayKernel<SearchPlan, void> = {
  name: 'search',
  profiled: 'scan',
  reference: searchReference,
  wasm: searchWasm,
  webgpu: async () => (await import('./webgpu.js')).searchWebgpu,
}

/**
 * Where each query would be inserted to keep an array sorted.
 *
 * @param sorted values in the order of `sort`, ascending; not checked
 * @param queries values of the same type
 * @returns u32 positions from 0 to the length of `sorted`: `into`, a fresh array, or a new Resident
 *   where an input is one
 * @throws as `sort`; TypeError when the types differ
 * @example
 * ```ts
 * const sorted = new Float64Array([1, 2, 2, 5])
 * const places = await searchSorted(sorted, new Float64Array([2, 9])) // 1, 4
 * ```
 */
export async function searchSorted(
  sorted: ResidentArray,
  queries: Column,
  options?: SearchSortedOptions,
): Promise<ResidentArray<'u32'>>
export async function searchSorted<A extends SortableArray>(
  sorted: A,
  queries: A,
  options?: Omit<SearchSortedOptions, 'into'> & { into?: Uint32Array },
): Promise<Uint32Array>
export async function searchSorted<T extends ElementType>(
  sorted: SortableColumn<T>,
  queries: SortableColumn<T>,
  options?: SearchSortedOptions,
): Promise<Column<'u32'>>
export async function searchSorted(
  sorted: SortableColumn,
  queries: SortableColumn,
  options: SearchSortedOptions = {},
): Promise<Column<'u32'>> {
  checkOptions('options', options, [...ARRAY_OPTIONS, 'side', 'into'])
  const { column, type } = checkSortable('sorted', sorted)
  const query = checkSortable('queries', queries)
  if (query.type !== type) {
    throw new TypeError(`"queries" expected the type of "sorted" (${type}), got ${show(queries)}`)
  }
  checkPositions('sorted', column.length)
  const { outputs } = await runArrays({
    kernel: SEARCH,
    plan: { side: checkOneOf('side', options.side ?? 'left', ['left', 'right']) },
    inputs: [column, query.column],
    outputs: [{ type: 'u32', length: query.column.length, into: options.into }],
    options,
  })
  return outputs[0] as Column<'u32'>
}
