/**
 * Edges and thresholds, computed once on the host in f64: every device decides by the same
 * comparisons, so counts are identical everywhere.
 */

import type { Partials } from '../../graph/reduction/types.js'
import type { Bins, HistogramPlan } from './types.js'

/** Whether `makeBins` wants to know the values' extent. */
export function needsExtent(plan: HistogramPlan): boolean {
  return 'binCount' in plan && plan.range === undefined
}

/** @param extents what the reduction `extent` gave for the values, where that is needed */
export function makeBins(plan: HistogramPlan, extents: readonly Partials[] | undefined): Bins {
  if ('edges' in plan) return binsOf(plan.edges, 0)
  const [low, high] = plan.range ?? finiteRange(extents ?? [])
  const scale = plan.binCount / (high - low)
  const isUsable = Number.isFinite(scale) && Number.isFinite(high - low)
  return binsOf(equalEdges(low, high, plan.binCount), isUsable ? scale : 0)
}

function finiteRange(extents: readonly Partials[]): [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { pairs } of extents) {
    for (let i = 0; i < pairs.length; i += 2) {
      low = Math.min(low, pairs[i])
      high = Math.max(high, pairs[i + 1])
    }
  }
  return low <= high ? [low, high] : [0, 1]
}

/** Monotone: every operation on the way is, and the last edge is `high` itself. */
function equalEdges(low: number, high: number, binCount: number): Float64Array {
  const width = high - low
  const edges = new Float64Array(binCount + 1)
  for (let i = 0; i < binCount; i++) {
    const part = i / binCount
    // A width beyond the doubles: both ends are weighed instead.
    const edge =
      width === Number.POSITIVE_INFINITY ? low * (1 - part) + high * part : low + width * part
    edges[i] = Math.min(edge, high)
  }
  edges[0] = low
  edges[binCount] = high
  return edges
}

function binsOf(edges: Float64Array, scale: number): Bins {
  const thresholds = edges.slice()
  const last = edges.length - 1
  thresholds[last] = nextDouble(edges[last])
  return { edges, thresholds, low: edges[0], scale }
}

const double = new Float64Array(1)
const doubleBits = new BigInt64Array(double.buffer)

/** The least double above x; NaN above Infinity. */
function nextDouble(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return Number.NaN
  double[0] = x === 0 ? 0 : x
  doubleBits[0] += x < 0 ? -1n : 1n
  return double[0]
}
