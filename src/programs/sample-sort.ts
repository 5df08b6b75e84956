/**
 * Sample sort as a BSP program of four supersteps (Frazer and McKellar, "Samplesort", JACM 1970;
 * Valiant, "A bridging model for parallel computation", 1990): sample, pivots, partition, sort.
 * Sorts and searches are the package's kernels. Default export, so that `run` can load it on
 * threads.
 */

import { allToAll, broadcast, gather } from '../bsp/collectives/index.js'
import { defineComputation } from '../bsp/computation.js'
import type { Computation, Context, MessageSpec } from '../bsp/types.js'
import { checkInteger, checkOptions, show } from '../check.js'
import {
  type Device,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  elementTypeOf,
} from '../devices/device.js'
import { searchSorted } from '../kernels/search/index.js'
import { sort } from '../kernels/sort/index.js'
import type { Random } from '../random.js'
import { checkProgramDevice, leaseProgramDevice, type ProgramDevice } from './place.js'

/** Any array that sorts. */
export type SortableArray = ElementArrays[ElementType]

/** Input of `sampleSortProgram`. */
export interface SampleSortInput {
  /**
   * What to sort; it stays as it is. Threads read it where it lies if it is in a SharedArrayBuffer;
   * each of them gets a copy otherwise.
   */
  values: SortableArray
  /** Values that each processor draws for the pivots. Default 100; more make parts more even. */
  samples?: number
  /** Where each processor computes. Default WASM where there is any. */
  device?: ProgramDevice
}

/** Result of `sampleSortProgram`. */
export interface SampleSortResult {
  /** All values in the order of `TypedArray.prototype.sort`: -0 before +0, NaN last. */
  values: SortableArray
  /** What each processor sorted: parts of `values`, by rank. */
  slices: SortableArray[]
}

/** What a processor keeps from one superstep to the next. */
interface State {
  readonly type: ElementType
  readonly device: Device
  readonly release: () => Promise<void>
  readonly sampleCount: number
  /** This processor's share of the input, later its slice of the result. */
  values: SortableArray
  samples: SortableArray
  pivots: SortableArray
  /** One for each processor. */
  buckets: SortableArray[]
}

const samples = gather<SortableArray>('samples')
const pivots = broadcast<SortableArray>('pivots')
const buckets = allToAll<SortableArray>('buckets')

const program = defineComputation({
  name: 'sample sort',
  initialize: (input: SampleSortInput, ctx): Promise<State> => begin(input, ctx),
  supersteps: [
    {
      name: 'sample',
      compute(state, _inbox, ctx) {
        state.samples = drawSamples(state.values, state.sampleCount, ctx.random)
      },
      communicate: (state, send) => samples.send(send, state.samples),
    },
    {
      name: 'pivots',
      async compute(state, inbox, ctx) {
        const drawn = samples.receive(inbox)
        if (drawn === undefined) return
        const all = concatenated(state.type, drawn)
        await sort(all, { device: state.device, into: all })
        state.pivots = pickPivots(all, ctx.processors)
      },
      communicate: (state, send) => pivots.send(send, state.pivots),
    },
    {
      name: 'partition',
      async compute(state, inbox, ctx) {
        const { device, values } = state
        state.pivots = pivots.receive(inbox)
        const places = await searchSorted(state.pivots, values, { device })
        dealEquals(values, state.pivots, places as Uint32Array, ctx.rank)
        state.buckets = partition(values, places as Uint32Array, ctx.processors)
      },
      communicate: (state, send) => buckets.send(send, state.buckets),
    },
    {
      name: 'sort',
      async compute(state, inbox) {
        const own = concatenated(state.type, buckets.receive(inbox))
        state.values = await sort(own, { device: state.device, into: own })
      },
    },
  ],
  // Before the last superstep there are nothing but shares of the input, and what is in messages.
  save: ({ type, values }) => ({ type, length: values.length }),
  async restore(saved, ctx, input) {
    if (input === undefined) throw new TypeError('pass "input", with the values of the checkpoint')
    const { type } = checkInput(input)
    const { start, end } = ctx.block(input.values.length)
    if (type !== saved.type || end - start !== saved.length) {
      throw new RangeError('"values" has another type or length than those of the checkpoint')
    }
    return begin(input, ctx)
  },
  output: (state) => state.values,
  dispose: ({ release }) => release(),
  finalize: (sorted: SortableArray[]): SampleSortResult => {
    const values = concatenated(elementTypeOf(sorted[0]) as ElementType, sorted)
    let end = 0
    const slices = sorted.map(({ length }) => {
      end += length
      return values.subarray(end - length, end)
    })
    return { values, slices }
  },
})

/**
 * Sorts on many processors. Each takes its share of the input, draws samples of it, sends every
 * value to the processor whose range it falls into, and sorts what arrives: once each, its own
 * included. The bits are the same for every number of processors, seed and transport.
 *
 * Ranges end at pivots: the samples of all, sorted, at positions ⌊(i + 1)·m/p⌋ of m. A value goes
 * to the first range whose pivot is not less; a value that equals pivots (but NaN) may lie in all
 * ranges that touch it and is dealt to them in turn, so that equal values don't leave processors
 * idle.
 *
 * @throws what `run` throws; TypeError, RangeError (as cause of a ProcessorError) for the input
 * @example
 * ```ts
 * const values = new Float64Array(new SharedArrayBuffer(8_000_000)).map(Math.random)
 * const { result } = await run(sampleSortProgram, { input: { values }, processors: 4 })
 * const threads = run<typeof sampleSortProgram>(sampleSortModule, { input: { values } })
 * ```
 */
const sampleSortProgram: Computation<
  SampleSortInput,
  unknown,
  MessageSpec,
  unknown,
  SampleSortResult
> = program

/** Module of `sampleSortProgram`, for `run` on threads. */
export const sampleSortModule = new URL('./sample-sort.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default sampleSortProgram

/** A processor with its share of the input. */
async function begin(input: SampleSortInput, ctx: Context): Promise<State> {
  const { type, sampleCount, deviceKind } = checkInput(input)
  const { start, end } = ctx.block(input.values.length)
  const { device, release } = await leaseProgramDevice(deviceKind)
  const none = new ELEMENT_ARRAYS[type](0)
  const values = input.values.subarray(start, end)
  return { type, device, release, sampleCount, values, samples: none, pivots: none, buckets: [] }
}

/** One value out of each of `count` equal stretches: seeded, and spread over all of them. */
function drawSamples(values: SortableArray, count: number, random: Random): SortableArray {
  const { length } = values
  const samples = values.slice(0, Math.min(count, length))
  for (let i = 0; i < samples.length; i++) {
    const begin = Math.floor((i * length) / samples.length)
    const end = Math.floor(((i + 1) * length) / samples.length)
    samples[i] = values[begin + random.nextBelow(end - begin)]
  }
  return samples
}

/** p - 1 of them, at ⌊(i + 1)·m/p⌋: also where there are fewer samples than processors. */
function pickPivots(sorted: SortableArray, processors: number): SortableArray {
  const pivots = sorted.slice(0, 0)
  if (sorted.length === 0) return pivots
  const picked = new (pivots.constructor as Constructor)(processors - 1)
  for (let i = 0; i < picked.length; i++) {
    picked[i] = sorted[Math.floor(((i + 1) * sorted.length) / processors)]
  }
  return picked
}

type Constructor = new (length: number) => SortableArray

/**
 * Spreads values that equal pivots over all ranges that these end or begin, in turn; where each
 * processor starts depends on its rank. NaN stays together: it may have different bits.
 */
function dealEquals(
  values: SortableArray,
  pivots: SortableArray,
  places: Uint32Array,
  rank: number,
): void {
  // Pivots equal to the one at each place, from there on; none behind the last.
  const runs = new Uint32Array(pivots.length + 1)
  for (let i = pivots.length - 1; i >= 0; i--) {
    runs[i] = i + 1 < pivots.length && isSame(pivots[i], pivots[i + 1]) ? runs[i + 1] + 1 : 1
  }
  const turns = new Uint32Array(runs.length).fill(rank)
  for (let i = 0; i < values.length; i++) {
    const place = places[i]
    if (runs[place] > 0 && isSame(values[i], pivots[place])) {
      places[i] += turns[place]++ % (runs[place] + 1)
    }
  }
}

/** Alike in all bits: -0 is not +0, and NaN nothing. */
function isSame(a: number | bigint, b: number | bigint): boolean {
  return a === b && Object.is(a, b)
}

/** An array for each processor, of the values whose place it is, in their order. */
function partition(
  values: SortableArray,
  places: Uint32Array,
  processors: number,
): SortableArray[] {
  const ends = new Uint32Array(processors)
  for (let i = 0; i < places.length; i++) ends[places[i]]++
  for (let rank = 1; rank < processors; rank++) ends[rank] += ends[rank - 1]
  const cursors = Uint32Array.from(ends, (_, rank) => (rank === 0 ? 0 : ends[rank - 1]))
  const ordered = new (values.constructor as Constructor)(values.length)
  const from = asWords(values)
  const to = asWords(ordered)
  for (let i = 0; i < places.length; i++) to[cursors[places[i]]++] = from[i]
  return Array.from(ends, (end, rank) => ordered.subarray(rank === 0 ? 0 : ends[rank - 1], end))
}

/** The same memory; of f32 as bits, since a signalling NaN is quiet once it has been a number. */
function asWords(values: SortableArray): SortableArray {
  if (!(values instanceof Float32Array)) return values
  return new Uint32Array(values.buffer, values.byteOffset, values.length)
}

function concatenated(type: ElementType, arrays: readonly SortableArray[]): SortableArray {
  const length = arrays.reduce((sum, array) => sum + array.length, 0)
  const all = new ELEMENT_ARRAYS[type](length)
  let at = 0
  for (const array of arrays) {
    all.set(array as never, at)
    at += array.length
  }
  return all
}

/** @throws TypeError, RangeError */
function checkInput(input: SampleSortInput) {
  checkOptions('input', input, ['values', 'samples', 'device'])
  const type = elementTypeOf(input.values)
  if (type === undefined) {
    throw new TypeError(`"values" expected typed array of numbers, got ${show(input.values)}`)
  }
  const sampleCount = checkInteger('samples', input.samples ?? 100, 1, 2 ** 20)
  return { type, sampleCount, deviceKind: checkProgramDevice(input.device) }
}
