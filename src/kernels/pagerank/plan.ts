/**
 * Checks PageRank's options once, at the public edge, and resolves them into the plan that the
 * implementations run.
 */

import {
  checkCallback,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkSignal,
  show,
} from '../../check.js'
import type { Graph } from '../../graph/csr.js'
import { runSliced, type Steps } from '../../graph/slices.js'
import { type Dialect, dialectOf, PAGERANK_PRESETS } from './presets.js'
import type { PagerankOptions, PagerankPlan, Personalization, Precision } from './types.js'

/** Names of all options, for the check against misspelt ones. */
const OPTION_NAMES = [
  'damping',
  'tolerance',
  'maxIterations',
  'iterations',
  'personalization',
  'start',
  'weighted',
  'preset',
  'precision',
  'device',
  'threads',
  'into',
  'signal',
  'onProgress',
] as const satisfies (keyof PagerankOptions)[]

const PRECISIONS: readonly Precision[] = ['f64', 'f32', 'exact']

const MOST_ITERATIONS = 1_000_000

/** Stop rule where nobody names one; f32 can't reach less than about 1e-7. */
const DEFAULT_TOLERANCE: Readonly<Record<Precision, number>> = {
  ...{ f64: 1e-10, f32: 1e-6, exact: 1e-10 },
}

/** Values between two turns of the event loop: about 3 ms of work. */
const STRIDE = 1 << 18

/** Entries of a Map between two turns: each is a search among the ids. */
const ENTRY_STRIDE = 1 << 12

/**
 * Rejects with TypeError for a wrong kind of value, RangeError for a wrong value, `signal.reason`
 * on abort. Works in slices: ten million values take 0.2 s.
 */
export async function makePlan(
  graph: Graph,
  options: PagerankOptions,
): Promise<{ plan: PagerankPlan; dialect: Dialect }> {
  checkOptions('options', options, OPTION_NAMES)
  const n = graph.vertexCount
  if (options.preset !== undefined) checkOneOf('preset', options.preset, PAGERANK_PRESETS)
  const dialect = dialectOf(options.preset)
  const precision = checkOneOf('precision', options.precision ?? 'f64', PRECISIONS)
  checkCallback('onProgress', options.onProgress)
  if (options.weighted !== undefined && typeof options.weighted !== 'boolean') {
    throw new TypeError(`"weighted" expected boolean, got ${show(options.weighted)}`)
  }
  if (options.weighted === true && graph.weights === undefined) {
    throw new RangeError('"weighted" is true, but the graph has no weights: name them when reading')
  }
  const signal = checkSignal(options.signal)
  const { personalization, start } = options
  const plan: PagerankPlan = {
    damping: checkNumber('damping', options.damping ?? 0.85, { low: 0, below: 1 }),
    ...stopRule(options, dialect, precision, n),
    personalization:
      personalization === undefined
        ? undefined
        : await runSliced(resolved(graph, personalization), signal),
    start: start === undefined ? undefined : await runSliced(scaled('start', start, n), signal),
    weighted: (options.weighted ?? true) && graph.weights !== undefined,
    redistributeDangling: dialect.redistributeDangling,
    precision,
    into: checkInto(options.into, precision, n),
    signal,
    onProgress: options.onProgress,
  }
  return { plan, dialect }
}

function stopRule(
  options: PagerankOptions,
  dialect: Dialect,
  precision: Precision,
  vertexCount: number,
): { tolerance: number; maxIterations: number } {
  const { tolerance, maxIterations, iterations } = options
  if (tolerance !== undefined) checkNumber('tolerance', tolerance, { low: 0 })
  if (maxIterations !== undefined) checkInteger('maxIterations', maxIterations, 1, MOST_ITERATIONS)
  if (iterations !== undefined) {
    checkInteger('iterations', iterations, 1, MOST_ITERATIONS)
    if (maxIterations !== undefined) {
      throw new TypeError('"iterations" runs exactly so many: leave out "maxIterations"')
    }
    return { tolerance: -1, maxIterations: iterations }
  }
  const isFree = tolerance === undefined && maxIterations === undefined
  if (isFree && dialect.iterations !== undefined) {
    return { tolerance: -1, maxIterations: dialect.iterations }
  }
  return {
    tolerance: tolerance ?? dialect.tolerance?.(vertexCount) ?? DEFAULT_TOLERANCE[precision],
    maxIterations: maxIterations ?? dialect.maxIterations ?? 200,
  }
}

/** The residual at which a run counts as converged, a run of fixed length included. */
export function convergenceTolerance(options: PagerankOptions, plan: PagerankPlan): number {
  if (plan.tolerance >= 0) return plan.tolerance
  return options.tolerance ?? DEFAULT_TOLERANCE[plan.precision]
}

function* resolved(graph: Graph, personalization: Personalization): Steps<Float64Array> {
  const n = graph.vertexCount
  if (isFloatArray(personalization)) return yield* scaled('personalization', personalization, n)
  if (!isWeightsById(personalization)) {
    throw new TypeError(
      '"personalization" expected Map or object of weights by id, Float64Array or Float32Array, ' +
        `got ${show(personalization)}`,
    )
  }
  const entries =
    personalization instanceof Map ? personalization.entries() : Object.entries(personalization)
  const weights = new Float64Array(n)
  let count = 0
  for (const [id, weight] of entries) {
    const vertex = graph.indexOf(id)
    if (vertex < 0) {
      throw new RangeError(`"personalization" names ${show(id)}, which is no vertex of the graph`)
    }
    if (!isWeight(weight)) checkNumber(`personalization[${show(id)}]`, weight, { low: 0 })
    weights[vertex] += weight
    if (weights[vertex] === Number.POSITIVE_INFINITY) {
      throw new RangeError(
        `"personalization" names vertex ${graph.idOf(vertex)} more than once, ` +
          'with weights that sum to infinity; scale them down',
      )
    }
    if (++count % ENTRY_STRIDE === 0) yield
  }
  return yield* scaled('personalization', weights, n)
}

function isFloatArray(value: unknown): value is Float64Array | Float32Array {
  return value instanceof Float64Array || value instanceof Float32Array
}

/** Other arrays and views would pass for weights of the ids 0, 1, 2, … */
function isWeightsById(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return !Array.isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof Set)
}

function isWeight(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY
}

/** A copy that sums to 1. */
function* scaled(
  name: string,
  values: Float64Array | Float32Array,
  length: number,
): Steps<Float64Array> {
  if (!isFloatArray(values)) {
    throw new TypeError(`"${name}" expected Float64Array or Float32Array, got ${show(values)}`)
  }
  if (values.length !== length) {
    throw new RangeError(`"${name}" expected ${length} values, one a vertex, got ${values.length}`)
  }
  let largest = 0
  for (let i = 0; i < length; i += STRIDE) {
    if (i > 0) yield
    largest = Math.max(largest, largestOf(name, values, i, Math.min(length, i + STRIDE)))
  }
  if (length > 0 && largest === 0) {
    throw new RangeError(`"${name}" expected at least one weight above 0, got only zeros`)
  }
  // Scaled by the largest first: the sum of large weights must not overflow.
  const copy = new Float64Array(length)
  const total = { sum: 0, lost: 0 }
  for (let i = 0; i < length; i += STRIDE) {
    if (i > 0) yield
    const end = Math.min(length, i + STRIDE)
    for (let j = i; j < end; j++) copy[j] = values[j] / largest
    addCompensated(copy, i, end, total)
  }
  const sum = total.sum + total.lost
  for (let i = 0; i < length; i += STRIDE) {
    if (i > 0) yield
    const end = Math.min(length, i + STRIDE)
    for (let j = i; j < end; j++) copy[j] /= sum
  }
  return copy
}

function largestOf(
  name: string,
  values: Float64Array | Float32Array,
  begin: number,
  end: number,
): number {
  let largest = 0
  for (let i = begin; i < end; i++) {
    const value = values[i]
    if (!isWeight(value)) checkNumber(`${name}[${i}]`, value, { low: 0 })
    if (value > largest) largest = value
  }
  return largest
}

/** Neumaier's sum: a plain one can lose 1e-16 with each value, which no error bound counts. */
function addCompensated(
  values: Float64Array,
  begin: number,
  end: number,
  total: { sum: number; lost: number },
): void {
  let { sum, lost } = total
  for (let i = begin; i < end; i++) {
    const value = values[i]
    const next = sum + value
    lost += sum >= value ? sum - next + value : value - next + sum
    sum = next
  }
  total.sum = sum
  total.lost = lost
}

/** Where the ranks go: what the caller gave, or a new array of the plan's precision. */
export function ranksFor(
  { precision, into }: PagerankPlan,
  length: number,
): Float64Array | Float32Array {
  return into ?? (precision === 'f32' ? new Float32Array(length) : new Float64Array(length))
}

function checkInto(
  into: Float64Array | Float32Array | undefined,
  precision: Precision,
  length: number,
): Float64Array | Float32Array | undefined {
  if (into === undefined) return undefined
  const expected = precision === 'f32' ? Float32Array : Float64Array
  if (!(into instanceof expected)) {
    throw new TypeError(`"into" expected ${expected.name} for ${precision}, got ${show(into)}`)
  }
  if (into.length !== length) {
    throw new RangeError(`"into" expected length ${length}, got ${into.length}`)
  }
  return into
}
