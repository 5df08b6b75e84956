/**
 * Array calls of the page's side: how arrays get to the worker, and how what it fills comes back.
 * client.ts sends the calls, service.ts carries them out.
 */

import { show } from '../check.js'
import type { DeviceKind } from '../devices/device.js'
import type { ReduceOperation, ReduceResult } from '../graph/reduction/types.js'
import type { NumberArray } from '../kernels/arrays/numbers.js'
import type { ArrayOptions } from '../kernels/columns.js'
import type { HistogramOptions, HistogramResult } from '../kernels/histogram/types.js'
import type { ReduceOptions } from '../kernels/reduce/types.js'
import type { ScanOptions } from '../kernels/scan/types.js'
import type { SearchSortedOptions } from '../kernels/search/index.js'
import type { SortableArray } from '../kernels/sort/columns.js'
import type { SortedPairs } from '../kernels/sort/index.js'
import type { ArgsortOptions, SortOptions, SortPairsOptions } from '../kernels/sort/types.js'
import type {
  ConvertTimestampsOptions,
  FormatTimestampsOptions,
  NumericTimestampFormat,
  TextLayout,
  Texts,
  TimestampArray,
  TimestampFormat,
  TimestampValues,
} from '../kernels/timestamps/types.js'
import type { TopK, TopKOptions } from '../kernels/topk/index.js'
import type { Unique } from '../kernels/unique/index.js'
import { nextTurn } from '../turn.js'

/** Options of a call that a worker carries out: a device by its kind, arrays of this thread. */
export type InWorker<O, I = never> = Omit<O, 'device' | 'into'> & {
  device?: 'auto' | DeviceKind
  /** What to fill, when the call is done. */
  into?: I
  /**
   * Moves the buffers of the inputs to the worker instead of copying them: that takes no time, and
   * leaves the caller with arrays of length 0. Default false: the inputs are copied.
   */
  transfer?: boolean
}

/**
 * Calls over host arrays, as those of `ticktickclock`. Inputs are copied, or moved by `transfer`;
 * in shared memory they are used where they lie. They must not change until the call ends. Results
 * are moved here; `into` is filled and returned.
 */
export interface WorkerArrays {
  /** As `sort`. */
  sort<A extends SortableArray>(values: A, options?: InWorker<SortOptions, A>): Promise<A>
  /** As `argsort`. */
  argsort(
    values: SortableArray,
    options?: InWorker<ArgsortOptions, Uint32Array>,
  ): Promise<Uint32Array>
  /** As `sortPairs`. */
  sortPairs<A extends SortableArray, B extends SortableArray>(
    keys: A,
    values: B,
    options?: InWorker<SortPairsOptions, { keys: A; values: B }>,
  ): Promise<SortedPairs<A, B>>
  /** As `topK`. */
  topK<A extends SortableArray>(
    values: A,
    k: number,
    options?: InWorker<TopKOptions>,
  ): Promise<TopK<A>>
  /** As `unique`. */
  unique<A extends SortableArray>(values: A, options?: InWorker<ArrayOptions>): Promise<Unique<A>>
  /** As `searchSorted`. */
  searchSorted<A extends SortableArray>(
    sorted: A,
    queries: A,
    options?: InWorker<SearchSortedOptions, Uint32Array>,
  ): Promise<Uint32Array>
  /** As `scan`. */
  scan<A extends NumberArray>(values: A, options?: InWorker<ScanOptions, A>): Promise<A>
  /** As `reduce`. */
  reduce(
    values: NumberArray,
    operation: ReduceOperation,
    options?: InWorker<ReduceOptions>,
  ): Promise<ReduceResult>
  /** As `reduceColumn`. */
  reduceColumn(
    parts: readonly NumberArray[],
    operation: ReduceOperation,
    options?: InWorker<ReduceOptions>,
  ): Promise<ReduceResult>
  /** As `histogram`. */
  histogram(
    values: NumberArray,
    options: InWorker<HistogramOptions, Uint32Array>,
  ): Promise<HistogramResult>
  /** As `convertTimestamps` to numbers. */
  convertTimestamps<F extends TimestampFormat, T extends NumericTimestampFormat>(
    values: TimestampValues<F>,
    options: InWorker<ConvertTimestampsOptions<F, T>, TimestampArray<T>>,
  ): Promise<TimestampArray<T>>
  /** As `convertTimestamps` to text. */
  convertTimestamps<F extends TimestampFormat, L extends TextLayout = 'offsets'>(
    values: TimestampValues<F>,
    options: InWorker<FormatTimestampsOptions<F, L>, { bytes: Uint8Array; offsets?: Uint32Array }>,
  ): Promise<Texts<L>>
}

/** Name of a call. */
export type ArrayCallName = keyof WorkerArrays

/** What stands before the options. */
export const ARRAY_ARGUMENTS: Readonly<Record<ArrayCallName, readonly string[]>> = {
  sort: ['values'],
  argsort: ['values'],
  sortPairs: ['keys', 'values'],
  topK: ['values', 'k'],
  unique: ['values'],
  searchSorted: ['sorted', 'queries'],
  scan: ['values'],
  reduce: ['values', 'operation'],
  reduceColumn: ['parts', 'operation'],
  histogram: ['values'],
  convertTimestamps: ['values'],
}

/** Bytes copied between turns of the event loop: about a millisecond. */
const SLICE_BYTES = 4 * 1024 * 1024

/** Of any element type. */
type View = SortableArray

function isView(value: unknown): value is View {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

/**
 * An argument for the worker: typed arrays, alone or in a list or an object, copied or moved.
 *
 * @throws TypeError for a Resident
 */
export async function packArgument(
  name: string,
  value: unknown,
  moves: boolean,
  buffers: Set<ArrayBuffer>,
): Promise<unknown> {
  if (isView(value)) {
    if (!(value.buffer instanceof ArrayBuffer)) return value
    const packed = moves ? value : await copyTo(blankOf(value), value)
    buffers.add(packed.buffer as ArrayBuffer)
    return packed
  }
  if (Array.isArray(value)) {
    if (!value.some(isView)) return value
    const parts: unknown[] = []
    for (const part of value) parts.push(await packArgument(name, part, moves, buffers))
    return parts
  }
  if (typeof value !== 'object' || value === null) return value
  checkPlain(name, value)
  const packed: Record<string, unknown> = {}
  for (const [key, part] of Object.entries(value)) {
    packed[key] = await packArgument(`${name}.${key}`, part, moves, buffers)
  }
  return packed
}

/**
 * Arrays like those of `into`, for the worker to check and to fill.
 *
 * @throws TypeError for a Resident, and for an array that is moved away
 */
export function packInto(into: unknown, buffers: Set<ArrayBuffer>): unknown {
  if (isView(into)) {
    if (buffers.has(into.buffer as ArrayBuffer)) {
      throw new TypeError('"into" expected another array than those that "transfer" moves away')
    }
    const blank = blankOf(into)
    buffers.add(blank.buffer as ArrayBuffer)
    return blank
  }
  if (typeof into !== 'object' || into === null) return into
  checkPlain('into', into)
  return Object.fromEntries(
    Object.entries(into).map(([key, part]) => [key, packInto(part, buffers)]),
  )
}

/** The answer, with what the worker filled copied to where the caller wants it. */
export async function fillInto(into: unknown, answer: unknown): Promise<unknown> {
  if (into === undefined) return answer
  if (isView(answer)) return copyTo(into as View, answer)
  // Of a histogram the counts.
  const targets = isView(into) ? { counts: into } : (into as object)
  const filled = { ...(answer as Record<string, unknown>) }
  for (const [key, target] of Object.entries(targets)) {
    if (isView(filled[key])) filled[key] = await copyTo(target as View, filled[key])
  }
  return filled
}

function checkPlain(name: string, value: object): void {
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return
  // A Resident is one.
  throw new TypeError(`"${name}" expected arrays of this thread, got ${show(value)}`)
}

function blankOf(view: View): View {
  return new (view.constructor as new (length: number) => View)(view.length)
}

/** Copies in slices: the page's own thread is never held for long. */
async function copyTo<V extends View>(target: V, source: View): Promise<V> {
  const step = SLICE_BYTES / source.BYTES_PER_ELEMENT
  for (let at = 0; at < source.length; at += step) {
    if (at > 0) await nextTurn()
    target.set(source.subarray(at, at + step) as never, at)
  }
  return target
}
