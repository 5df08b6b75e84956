/** `histogram`: checks, and the counts as the caller wants them. */

import { checkInteger, checkOptions, show } from '../../check.js'
import { MAX_BIN_COUNT } from '../../limits.js'
import { checkColumn, runArrays } from '../arrays/index.js'
import { NUMBER_TYPES, type NumberType } from '../arrays/numbers.js'
import type { ArrayKernel } from '../arrays/types.js'
import { ARRAY_OPTIONS, type Column } from '../columns.js'
import { reduceReference } from '../reduce/reference.js'
import { reduceWasm } from '../reduce/wasm.js'
import { makeBins, needsExtent } from './bins.js'
import { countReference } from './reference.js'
import type { HistogramOptions, HistogramPlan, HistogramResult, HistogramRun } from './types.js'
import { countWasm } from './wasm.js'

const HISTOGRAM: ArrayKernel<HistogramPlan, HistogramRun> = {
  name: 'histogram',
  profiled: 'histogram',
  *reference(job, plan) {
    const extents = needsExtent(plan)
      ? yield* reduceReference(job, { operation: 'extent' })
      : undefined
    const bins = makeBins(plan, extents)
    return { edges: bins.edges, slots: yield* countReference(job, bins) }
  },
  async wasm(job, plan) {
    const extents = needsExtent(plan) ? await reduceWasm(job, { operation: 'extent' }) : undefined
    const bins = makeBins(plan, extents)
    return { edges: bins.edges, slots: await countWasm(job, bins) }
  },
  webgpu: async () => (await import('./webgpu.js')).histogramWebgpu,
}

/**
 * Counts values by bins: bin i is `edges[i] ≤ x < edges[i + 1]`, the last one closed. The edges are
 * computed once, in f64, and comparisons with them decide, so counts are the same on every device.
 * Equal bins have edges `low + (high - low) · (i / bins)`; where all values are alike they have no
 * width, and the last one takes all.
 *
 * @param values Uint32Array, Int32Array, Float32Array or Float64Array, or a resident of one
 * @param options bins (required), range, into, device, threads, signal, onProgress, onRun
 * @returns counts (`into` if given) and edges; how many values are below, above and NaN
 * @throws TypeError for other values or options; RangeError for bins beyond 2^20, edges that
 *   descend or are fewer than two, a range that is not finite or descends, or an `into` of another
 *   length; NotSupportedError for f64 on WebGPU; what opening a device throws
 * @example
 * ```ts
 * const values = new Float64Array([0.1, 0.4, 0.5, 1])
 * const { counts } = await histogram(values, { bins: 2, range: [0, 1] }) // 2, 2
 * ```
 */
export async function histogram(
  values: Column<NumberType>,
  options: HistogramOptions,
): Promise<HistogramResult> {
  checkColumn('values', values, NUMBER_TYPES)
  const known = ['bins', 'range', 'into', ...ARRAY_OPTIONS]
  checkOptions('options', options ?? null, known)
  const plan = planOf(options)
  const binCount = 'edges' in plan ? plan.edges.length - 1 : plan.binCount
  const counts = checkCounts(options.into, binCount)
  const { value } = await runArrays({
    kernel: HISTOGRAM,
    plan,
    inputs: [values],
    outputs: [],
    options,
  })
  const { slots, edges } = value
  const filled = counts ?? new Uint32Array(binCount)
  filled.set(slots.subarray(1, 1 + binCount))
  const [above, nan] = slots.subarray(1 + binCount)
  return { counts: filled, edges, below: slots[0], above, nan }
}

function planOf({ bins, range }: HistogramOptions): HistogramPlan {
  if (typeof bins === 'number') {
    const binCount = checkInteger('bins', bins, 1, MAX_BIN_COUNT)
    return { binCount, range: range === undefined ? undefined : checkRange(range) }
  }
  const edges = checkEdges(bins)
  if (range === undefined) return { edges }
  throw new TypeError('"range" goes with a number of bins, not with edges: leave it out')
}

function checkRange(range: unknown): [number, number] {
  const expected = '"range" expected [low, high], two finite numbers, low ≤ high'
  if (!Array.isArray(range) || range.length !== 2 || range.some((x) => typeof x !== 'number')) {
    throw new TypeError(`${expected}, got ${show(range)}`)
  }
  const [low, high] = range as [number, number]
  if (Number.isFinite(low) && Number.isFinite(high) && low <= high) return [low, high]
  throw new RangeError(`${expected}, got [${low}, ${high}]`)
}

function checkEdges(bins: unknown): Float64Array {
  const expected = '"bins" expected number or ascending edges'
  const isList = Array.isArray(bins) || (ArrayBuffer.isView(bins) && 'length' in bins)
  if (!isList) throw new TypeError(`${expected}, got ${show(bins)}`)
  const list = bins as ArrayLike<unknown>
  if (list.length < 2 || list.length > MAX_BIN_COUNT + 1) {
    throw new RangeError(`${expected}, 2 to ${MAX_BIN_COUNT + 1} of them, got ${list.length}`)
  }
  const edges = new Float64Array(list.length)
  for (let i = 0; i < list.length; i++) {
    const edge = list[i]
    if (typeof edge !== 'number') throw new TypeError(`${expected}, got ${show(edge)} at ${i}`)
    if (Number.isNaN(edge) || edge < edges[i - 1]) {
      throw new RangeError(`${expected}, got ${edge} at ${i}`)
    }
    edges[i] = edge
  }
  return edges
}

function checkCounts(into: unknown, binCount: number): Uint32Array | undefined {
  if (into === undefined) return undefined
  if (!(into instanceof Uint32Array)) {
    throw new TypeError(`"into" expected Uint32Array, got ${show(into)}`)
  }
  if (into.length === binCount) return into
  throw new RangeError(`"into" expected length ${binCount}, got ${into.length}`)
}
