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

const MOST_ITERATIONS = 1_000_000

/** Stop rule where nobody names one; f32 can't reach less than about 1e-7. */
const DEFAULT_TOLERANCE: Readonly<Record<Precision, number>> = { f64: 1e-10, f32: 1e-6 }

/** Throws TypeError for a wrong kind of value, RangeError for a wrong value. */
export function makePlan(
  graph: Graph,
  options: PagerankOptions,
): { plan: PagerankPlan; dialect: Dialect } {
  checkOptions('options', options, OPTION_NAMES)
  const n = graph.vertexCount
  if (options.preset !== undefined) checkOneOf('preset', options.preset, PAGERANK_PRESETS)
  const dialect = dialectOf(options.preset)
  const precision = checkOneOf('precision', options.precision ?? 'f64', ['f64', 'f32'])
  checkCallback('onProgress', options.onProgress)
  if (options.weighted !== undefined && typeof options.weighted !== 'boolean') {
    throw new TypeError(`"weighted" expected boolean, got ${show(options.weighted)}`)
  }
  if (options.weighted === true && graph.weights === undefined) {
    throw new RangeError('"weighted" is true, but the graph has no weights: name them when reading')
  }
  const plan: PagerankPlan = {
    damping: checkNumber('damping', options.damping ?? 0.85, { low: 0, below: 1 }),
    ...stopRule(options, dialect, precision, n),
    personalization: resolvePersonalization(graph, options.personalization),
    start: options.start === undefined ? undefined : scaled('start', options.start, n),
    weighted: (options.weighted ?? true) && graph.weights !== undefined,
    redistributeDangling: dialect.redistributeDangling,
    precision,
    into: checkInto(options.into, precision, n),
    signal: checkSignal(options.signal),
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

function resolvePersonalization(
  graph: Graph,
  personalization: Personalization | undefined,
): Float64Array | undefined {
  if (personalization === undefined) return undefined
  const n = graph.vertexCount
  if (personalization instanceof Float64Array) {
    return scaled('personalization', personalization, n)
  }
  if (typeof personalization !== 'object' || personalization === null) {
    throw new TypeError(
      `"personalization" expected Map, object or Float64Array, got ${show(personalization)}`,
    )
  }
  const entries =
    personalization instanceof Map ? personalization.entries() : Object.entries(personalization)
  const weights = new Float64Array(n)
  for (const [id, weight] of entries) {
    const vertex = graph.indexOf(id)
    if (vertex < 0) {
      throw new RangeError(`"personalization" names ${show(id)}, which is no vertex of the graph`)
    }
    checkNumber(`personalization[${show(id)}]`, weight, { low: 0 })
    weights[vertex] += weight
  }
  return scaled('personalization', weights, n)
}

/** A copy that sums to 1. */
function scaled(name: string, values: Float64Array | Float32Array, length: number): Float64Array {
  if (!(values instanceof Float64Array || values instanceof Float32Array)) {
    throw new TypeError(`"${name}" expected Float64Array, got ${show(values)}`)
  }
  if (values.length !== length) {
    throw new RangeError(`"${name}" expected ${length} values, one a vertex, got ${values.length}`)
  }
  let largest = 0
  values.forEach((value, index) => {
    checkNumber(`${name}[${index}]`, value, { low: 0 })
    largest = Math.max(largest, value)
  })
  if (length > 0 && largest === 0) {
    throw new RangeError(`"${name}" expected at least one weight above 0, got only zeros`)
  }
  // Scaled by the largest first: the sum of large weights must not overflow.
  const copy = Float64Array.from(values, (value) => value / largest)
  const sum = copy.reduce((total, value) => total + value, 0)
  return copy.map((value) => value / sum)
}

function checkInto(
  into: Float64Array | Float32Array | undefined,
  precision: Precision,
  length: number,
): Float64Array | Float32Array | undefined {
  if (into === undefined) return undefined
  const expected = precision === 'f64' ? Float64Array : Float32Array
  if (!(into instanceof expected)) {
    throw new TypeError(`"into" expected ${expected.name} for ${precision}, got ${show(into)}`)
  }
  if (into.length !== length) {
    throw new RangeError(`"into" expected length ${length}, got ${into.length}`)
  }
  return into
}
