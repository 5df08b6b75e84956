/**
 * Sorting: the public functions `sort`, `argsort` and `sortPairs`. They check their options and
 * hand the plan to the driver of array kernels, which runs it where the data is.
 */

import { checkOptions, show } from '../../check.js'
import type { ElementType, ResidentArray } from '../../devices/device.js'
import { runArrays } from '../arrays/index.js'
import type { ArrayKernel } from '../arrays/types.js'
import { ARRAY_OPTIONS, type Column } from '../columns.js'
import {
  checkFlag,
  checkPositions,
  checkSortable,
  likeInput,
  plainBytes,
  type SortableArray,
  type SortableColumn,
} from './columns.js'
import { sortReference } from './reference.js'
import type { ArgsortOptions, SortOptions, SortPairsOptions, SortPlan } from './types.js'
import { sortWasm } from './wasm.js'

const SORT: ArrayKernel<SortPlan, void> = {
  name: 'sort',
  profiled: 'sort',
  exactOnGpu: true,
  reference: sortReference,
  wasm: sortWasm,
  webgpu: async () => (await import('./webgpu.js')).sortWebgpu,
}

const OPTION_NAMES = [...ARRAY_OPTIONS, 'descending', 'into']

/**
 * Sorts numbers, in the order of `TypedArray.prototype.sort`: ascending, -0 before +0, NaN last.
 *
 * Threads sort by sampling: splitters from a sample, a partition, then radix sort in the cache
 * (Axtmann et al., "Engineering in-place (shared-memory) sorting algorithms", ACM TOPC 2022, has
 * the scheme). The result doesn't depend on threads or chance.
 *
 * @param values any typed array of numbers, or a resident one; bytes may be a Uint8ClampedArray
 * @param options `into: values` sorts in place; by default the input stays as it is
 * @returns the output: `into`, a fresh array of the same class, or a new Resident where `values` is
 *   one
 * @throws TypeError, RangeError for arguments; DeviceUnavailableError, MemoryLimitError,
 *   DisposedError from the device; `signal.reason` on abort
 * @example
 * ```ts
 * const sorted = await sort(new Float64Array([3, NaN, -0, 0, 1])) // -0, 0, 1, 3, NaN
 * const values = Uint32Array.from([5, 1, 4])
 * await sort(values, { into: values, descending: true }) // values: 5, 4, 1
 * ```
 */
export async function sort<T extends ElementType>(
  values: ResidentArray<T>,
  options?: SortOptions<T>,
): Promise<ResidentArray<T>>
export async function sort<A extends SortableArray>(
  values: A,
  options?: Omit<SortOptions, 'into'> & { into?: A },
): Promise<A>
export async function sort<T extends ElementType>(
  values: SortableColumn<T>,
  options?: SortOptions<T>,
): Promise<Column<T>>
export async function sort(values: SortableColumn, options: SortOptions = {}): Promise<Column> {
  checkOptions('options', options, OPTION_NAMES)
  const { column, type } = checkSortable('values', values)
  const into = plainInto(options.into)
  const descending = checkFlag('descending', options.descending, false)
  const { outputs } = await runArrays({
    kernel: SORT,
    plan: { result: 'keys', descending },
    inputs: [column],
    outputs: [{ type, length: column.length, into }],
    options,
  })
  return options.into ?? likeInput(outputs[0], values)
}

/**
 * The positions that would sort an array: `values[order[0]]` is the first in order. Stable: equal
 * values keep their order, also when descending.
 *
 * @param values as `sort` takes them, at most 2^32
 * @returns u32 positions: `into`, a fresh array, or a new Resident where `values` is one
 * @throws as `sort`
 * @example
 * ```ts
 * const order = await argsort(new Int32Array([30, 10, 20])) // 1, 2, 0
 * ```
 */
export async function argsort(
  values: ResidentArray,
  options?: ArgsortOptions,
): Promise<ResidentArray<'u32'>>
export async function argsort(
  values: SortableArray,
  options?: Omit<ArgsortOptions, 'into'> & { into?: Uint32Array },
): Promise<Uint32Array>
export async function argsort(
  values: SortableColumn,
  options?: ArgsortOptions,
): Promise<Column<'u32'>>
export async function argsort(
  values: SortableColumn,
  options: ArgsortOptions = {},
): Promise<Column<'u32'>> {
  checkOptions('options', options, OPTION_NAMES)
  const { column } = checkSortable('values', values)
  checkPositions('values', column.length)
  const { outputs } = await runArrays({
    kernel: SORT,
    plan: { result: 'order', descending: checkFlag('descending', options.descending, false) },
    inputs: [column],
    outputs: [{ type: 'u32', length: column.length, into: options.into }],
    options,
  })
  return outputs[0] as Column<'u32'>
}

/** Keys and values in the order of the keys. */
export interface SortedPairs<K = Column, V = Column> {
  keys: K
  values: V
}

/**
 * Sorts keys and moves values along with them. Stable: values of equal keys keep their order, also
 * when descending.
 *
 * @param keys as `sort` takes them
 * @param values as many of any element type
 * @returns both outputs, each as `sort` returns its own
 * @throws as `sort`; RangeError when the lengths differ
 * @example
 * ```ts
 * const delays = new Float32Array([12.5, -3, 40])
 * const flights = new Uint32Array([100, 200, 300])
 * const { values } = await sortPairs(delays, flights, { descending: true }) // 300, 100, 200
 * ```
 */
export async function sortPairs<K extends ElementType, V extends ElementType>(
  keys: ResidentArray<K>,
  values: ResidentArray<V>,
  options?: SortPairsOptions<K, V>,
): Promise<SortedPairs<ResidentArray<K>, ResidentArray<V>>>
export async function sortPairs<A extends SortableArray, B extends SortableArray>(
  keys: A,
  values: B,
  options?: Omit<SortPairsOptions, 'into'> & { into?: { keys: A; values: B } },
): Promise<SortedPairs<A, B>>
export async function sortPairs<K extends ElementType, V extends ElementType>(
  keys: SortableColumn<K>,
  values: SortableColumn<V>,
  options?: SortPairsOptions<K, V>,
): Promise<SortedPairs<Column<K>, Column<V>>>
export async function sortPairs(
  keys: SortableColumn,
  values: SortableColumn,
  options: SortPairsOptions = {},
): Promise<SortedPairs> {
  checkOptions('options', options, OPTION_NAMES)
  const key = checkSortable('keys', keys)
  const value = checkSortable('values', values)
  const { length } = key.column
  if (value.column.length !== length) {
    throw new RangeError(`"values" expected length ${length}, got ${value.column.length}`)
  }
  checkPositions('keys', length)
  checkPairsInto(options.into)
  const { outputs } = await runArrays({
    kernel: SORT,
    plan: { result: 'pairs', descending: checkFlag('descending', options.descending, false) },
    inputs: [key.column, value.column],
    outputs: [
      { type: key.type, length, into: plainInto(options.into?.keys) },
      { type: value.type, length, into: plainInto(options.into?.values) },
    ],
    options,
  })
  return {
    keys: options.into?.keys ?? likeInput(outputs[0], keys),
    values: options.into?.values ?? likeInput(outputs[1], values),
  }
}

function plainInto(into: Column | undefined): Column | undefined {
  return into === undefined ? undefined : plainBytes(into)
}

function checkPairsInto(into: unknown): void {
  checkOptions('into', into, ['keys', 'values'])
  if (into === undefined) return
  for (const name of ['keys', 'values'] as const) {
    const column = (into as Partial<SortedPairs>)[name]
    if (typeof column === 'object' && column !== null) continue
    throw new TypeError(`"into" expected { keys, values }, got ${name} ${show(column)}`)
  }
}
