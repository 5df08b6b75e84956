/**
 * The first values of an order without sorting the rest: the public function `topK`. Checks its
 * options and hands the plan to the driver of array kernels.
 */

import { checkInteger, checkOptions } from '../../check.js'
import type { ElementType, ResidentArray } from '../../devices/device.js'
import { runArrays } from '../arrays/index.js'
import type { ArrayKernel } from '../arrays/types.js'
import { ARRAY_OPTIONS, type ArrayOptions, type Column } from '../columns.js'
import {
  checkFlag,
  checkPositions,
  checkSortable,
  likeInput,
  type SortableArray,
  type SortableColumn,
} from '../sort/columns.js'
import type { TopKPlan } from '../sort/types.js'
import { topKReference } from './reference.js'
import { topKWasm } from './wasm.js'

/** Options of `topK`. */
export interface TopKOptions extends ArrayOptions {
  /** Largest first (NaN before all); false: smallest first. Default true. */
  largest?: boolean
}

/** The best values, best first, and where they stand in the input. */
export interface TopK<V = Column> {
  values: V
  /** u32; equal values by position. */
  indices: V extends ResidentArray ? ResidentArray<'u32'> : Uint32Array
}

const TOP_K: ArrayKernel<TopKPlan, void> = {
  name: 'topk',
  profiled: 'scan',
  reference: topKReference,
  wasm: topKWasm,
  webgpu: async () => (await import('./webgpu.js')).topKWebgpu,
}

/**
 * The k largest or smallest values with their positions, best first, in the order of `sort`.
 *
 * @param values as `sort` takes them
 * @param k how many; fewer come back from a shorter array
 * @returns fresh arrays, or new Residents where `values` is one
 * @throws as `sort`
 * @example
 * ```ts
 * const { values, indices } = await topK(new Float32Array([3, 9, 1, 7]), 2) // 9, 7 and 1, 3
 * ```
 */
export async function topK<T extends ElementType>(
  values: ResidentArray<T>,
  k: number,
  options?: TopKOptions,
): Promise<TopK<ResidentArray<T>>>
export async function topK<A extends SortableArray>(
  values: A,
  k: number,
  options?: TopKOptions,
): Promise<TopK<A>>
export async function topK<T extends ElementType>(
  values: SortableColumn<T>,
  k: number,
  options?: TopKOptions,
): Promise<TopK>
export async function topK(
  values: SortableColumn,
  k: number,
  options: TopKOptions = {},
): Promise<TopK> {
  checkOptions('options', options, [...ARRAY_OPTIONS, 'largest'])
  checkInteger('k', k, 0, 2 ** 32)
  const { column, type } = checkSortable('values', values)
  checkPositions('values', column.length)
  const length = Math.min(k, column.length)
  const { outputs } = await runArrays({
    kernel: TOP_K,
    plan: { k: length, largest: checkFlag('largest', options.largest, true) },
    inputs: [column],
    outputs: [
      { type, length },
      { type: 'u32', length },
    ],
    options,
  })
  return { values: likeInput(outputs[0], values), indices: outputs[1] as Uint32Array }
}
