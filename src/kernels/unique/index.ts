/**
 * Distinct values: the public function `unique`. Checks its options and hands the call to the
 * driver of array kernels.
 */

import { checkOptions } from '../../check.js'
import type { ElementType, ResidentArray } from '../../devices/device.js'
import { runArrays } from '../arrays/index.js'
import type { ArrayKernel } from '../arrays/types.js'
import { ARRAY_OPTIONS, type ArrayOptions, type Column } from '../columns.js'
import {
  checkPositions,
  checkSortable,
  likeInput,
  type SortableArray,
  type SortableColumn,
} from '../sort/columns.js'
import { uniqueReference } from './reference.js'
import { uniqueWasm } from './wasm.js'

/** Distinct values, ascending, and how often each occurs. */
export interface Unique<V = Column> {
  values: V
  /** u32, as many as values. */
  counts: V extends ResidentArray ? ResidentArray<'u32'> : Uint32Array
}

const UNIQUE: ArrayKernel<undefined, number> = {
  name: 'unique',
  profiled: 'sort',
  reference: uniqueReference,
  wasm: uniqueWasm,
  webgpu: async () => (await import('./webgpu.js')).uniqueWebgpu,
}

/**
 * The distinct values of an array in the order of `sort`, with their numbers. -0 and +0 are two
 * values; all NaN are one.
 *
 * @param values as `sort` takes them
 * @returns fresh arrays as long as there are distinct values, or new Residents
 * @throws as `sort`
 * @example
 * ```ts
 * const { values, counts } = await unique(new Uint8Array([2, 1, 2])) // 1, 2 and 1, 2
 * ```
 */
export async function unique<T extends ElementType>(
  values: ResidentArray<T>,
  options?: ArrayOptions,
): Promise<Unique<ResidentArray<T>>>
export async function unique<A extends SortableArray>(
  values: A,
  options?: ArrayOptions,
): Promise<Unique<A>>
export async function unique<T extends ElementType>(
  values: SortableColumn<T>,
  options?: ArrayOptions,
): Promise<Unique>
export async function unique(values: SortableColumn, options: ArrayOptions = {}): Promise<Unique> {
  checkOptions('options', options, ARRAY_OPTIONS)
  const { column, type } = checkSortable('values', values)
  checkPositions('values', column.length)
  const { length } = column
  const { outputs } = await runArrays({
    kernel: UNIQUE,
    plan: undefined,
    inputs: [column],
    outputs: [
      { type, length },
      { type: 'u32', length },
    ],
    options,
    lengths: (count) => [count, count],
  })
  return { values: likeInput(outputs[0], values), counts: outputs[1] as Uint32Array }
}
