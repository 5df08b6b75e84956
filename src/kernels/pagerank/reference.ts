/**
 * PageRank as its definition reads, serial, in plain JavaScript: the answer that the fast versions
 * are checked against. Pushes rank along arcs; shares no code with assembly/ or shaders/.
 *
 *   next = (1 - d)·p + d·(A·rank + dangling·p)      (Langville and Meyer, 2006, ch. 4–5)
 *
 * Every loop is cut into strides of arcs or vertices, with a look at the clock in between; the
 * arithmetic is that of the whole loop, in its order.
 */

import type { ResidentGraph } from '../../devices/device.js'
import { DisposedError } from '../../errors.js'
import type { Graph } from '../../graph/csr.js'
import { createSlices } from '../../turn.js'
import { ranksFor } from './plan.js'
import type { PagerankPlan, PagerankRun } from './types.js'

/** Arcs or vertices between two looks at the clock: at most some ms of work. */
const STRIDE = 1 << 16

/** Gives the event loop a turn when a slice is over; throws to stop. */
export type Pause = () => Promise<void>

export function createPause(resident: ResidentGraph, signal: AbortSignal | undefined): Pause {
  const { device } = resident
  return createSlices(
    () => device.nowMs(),
    () => {
      signal?.throwIfAborted()
      if (device.disposed) throw new DisposedError('this device')
      if (resident.disposed) throw new DisposedError('this resident graph')
    },
  )
}

/** Runs the plan on the calling thread, in slices. */
export async function pagerankReference(
  resident: ResidentGraph,
  plan: PagerankPlan,
): Promise<PagerankRun> {
  const { graph, device } = resident
  const { maxIterations, tolerance, signal, onProgress } = plan
  const n = graph.vertexCount
  const startMs = device.nowMs()
  const pause = createPause(resident, signal)
  const outWeights = await sumOutWeights(graph, plan.weighted, pause)
  const preparedMs = device.nowMs()
  const jump = plan.personalization ?? new Float64Array(n).fill(1 / n)
  let ranks: Float64Array = (plan.start ?? new Float64Array(n).fill(1 / n)).slice()
  let residual = Number.POSITIVE_INFINITY
  let iterations = 0
  let reportMs = preparedMs
  while (iterations < maxIterations && !(residual <= tolerance)) {
    const next = await pushAll(graph, outWeights, plan.weighted, ranks, pause)
    const dangling = plan.redistributeDangling ? await danglingMass(ranks, outWeights, pause) : 0
    for (let v = 0; v < n; v += STRIDE, await pause()) {
      update(next, jump, dangling, plan, v, Math.min(n, v + STRIDE))
    }
    residual = await distance(ranks, next, pause)
    ranks = next
    iterations++
    if (onProgress !== undefined && device.nowMs() - reportMs >= 33) {
      reportMs = device.nowMs()
      onProgress({ iteration: iterations, maxIterations, residual })
    }
  }
  const bound = await roundingBound(graph, outWeights, plan, pause)
  await pause()
  const computedMs = device.nowMs()
  const result = ranksFor(plan, n)
  result.set(ranks)
  return {
    ranks: result,
    iterations,
    residual,
    roundingBound: bound,
    uploadMs: 0,
    prepareMs: preparedMs - startMs,
    computeMs: computedMs - preparedMs,
    readMs: device.nowMs() - computedMs,
  }
}

/** Out-degree of each vertex, or the sum of its arcs' weights. */
export async function sumOutWeights(
  graph: Graph,
  weighted: boolean,
  pause: Pause,
): Promise<Float64Array> {
  const { vertexCount: n, arcCount: m, offsets } = graph
  const sums = new Float64Array(n)
  if (!weighted || graph.weights === undefined) {
    for (let v = 0; v < n; v += STRIDE, await pause()) {
      const end = Math.min(n, v + STRIDE)
      for (let u = v; u < end; u++) sums[u] = offsets[u + 1] - offsets[u]
    }
    return sums
  }
  const lost = new Float64Array(n)
  let v = 0
  for (let arc = 0; arc < m; arc += STRIDE, await pause()) {
    v = addWeights(offsets, graph.weights, sums, lost, arc, Math.min(m, arc + STRIDE), v)
  }
  // Near the largest double what was lost could take the sum to infinity.
  for (let u = 0; u < n; u += STRIDE, await pause()) {
    const end = Math.min(n, u + STRIDE)
    for (let w = u; w < end; w++) sums[w] = Math.min(sums[w] + lost[w], Number.MAX_VALUE)
  }
  return sums
}

/**
 * Adds the arcs' weights by tail, from `firstTail` or later; returns the last arc's tail. Neumaier
 * ("Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974): 1 error of
 * rounding for the whole sum, not 1 an arc.
 */
function addWeights(
  offsets: Uint32Array,
  weights: Float64Array,
  sums: Float64Array,
  lost: Float64Array,
  begin: number,
  end: number,
  firstTail: number,
): number {
  let v = firstTail
  for (let arc = begin; arc < end; arc++) {
    while (offsets[v + 1] <= arc) v++
    const before = sums[v]
    const weight = weights[arc]
    sums[v] += weight
    lost[v] += before >= weight ? before - sums[v] + weight : weight - sums[v] + before
  }
  return v
}

/** Each vertex's rank over out-weight, times the arc's weight, summed at the targets. */
async function pushAll(
  graph: Graph,
  outWeights: Float64Array,
  weighted: boolean,
  ranks: Float64Array,
  pause: Pause,
): Promise<Float64Array> {
  const { vertexCount: n, arcCount: m } = graph
  const weights = weighted ? graph.weights : undefined
  const next = new Float64Array(n)
  let v = 0
  for (let arc = 0; arc < m; arc += STRIDE, await pause()) {
    v = push(graph, weights, outWeights, ranks, next, arc, Math.min(m, arc + STRIDE), v)
  }
  return next
}

/** Pushes along arcs begin … end - 1, tails `firstTail` or later; returns the last tail. */
function push(
  { offsets, targets }: Graph,
  weights: Float64Array | undefined,
  outWeights: Float64Array,
  ranks: Float64Array,
  next: Float64Array,
  begin: number,
  end: number,
  firstTail: number,
): number {
  let v = firstTail
  for (let arc = begin; ; v++) {
    const stop = Math.min(end, offsets[v + 1])
    if (outWeights[v] === 0) {
      // Arcs of weight 0 alone: dangling.
      arc = Math.max(arc, stop)
    } else if (weights === undefined) {
      const contribution = ranks[v] / outWeights[v]
      for (; arc < stop; arc++) next[targets[arc]] += contribution
    } else {
      for (; arc < stop; arc++) next[targets[arc]] += ranks[v] * (weights[arc] / outWeights[v])
    }
    if (arc === end) return v
  }
}

function update(
  next: Float64Array,
  jump: Float64Array,
  dangling: number,
  { damping, precision }: PagerankPlan,
  begin: number,
  end: number,
): void {
  for (let v = begin; v < end; v++) {
    next[v] = (1 - damping) * jump[v] + damping * (next[v] + dangling * jump[v])
    if (precision === 'f32') next[v] = Math.fround(next[v])
  }
}

async function danglingMass(
  ranks: Float64Array,
  outWeights: Float64Array,
  pause: Pause,
): Promise<number> {
  const n = ranks.length
  let mass = 0
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    const end = Math.min(n, v + STRIDE)
    for (let u = v; u < end; u++) if (outWeights[u] === 0) mass += ranks[u]
  }
  return mass
}

async function distance(a: Float64Array, b: Float64Array, pause: Pause): Promise<number> {
  const n = a.length
  let sum = 0
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    const end = Math.min(n, v + STRIDE)
    for (let u = v; u < end; u++) sum += Math.abs(a[u] - b[u])
  }
  return sum
}

/**
 * What rounding can put between computed ranks and the exact fixed point, in L1.
 *
 * One iteration's sums err by at most γ·(values summed), γ = k·u with u = 2^-53 (Higham, "Accuracy
 * and Stability of Numerical Algorithms", 2002, ch. 4) and k the longest chain of additions: the
 * largest in-degree plus the number of dangling vertices. 16 stands for what is not summed: out-
 * weights (compensated: 2, and (m·u)² for m arcs), shares, products with rank and damping, vectors
 * scaled to sum 1. The error of one iteration is all that counts, over 1 - d (webgpu-bound.ts says
 * why). With `f32` each stored rank also errs by 2^-24 of itself.
 */
async function roundingBound(
  graph: Graph,
  outWeights: Float64Array,
  plan: PagerankPlan,
  pause: Pause,
): Promise<number> {
  const { vertexCount: n, arcCount: m, targets } = graph
  const inDegrees = new Uint32Array(n)
  let chain = 16
  for (let arc = 0; arc < m; arc += STRIDE, await pause()) {
    chain = Math.max(chain, countArcs(targets, inDegrees, arc, Math.min(m, arc + STRIDE)) + 16)
  }
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    const end = Math.min(n, v + STRIDE)
    for (let u = v; u < end; u++) if (outWeights[u] === 0) chain++
  }
  const summed = plan.weighted ? (m * 2 ** -53) ** 2 : 0
  const stored = plan.precision === 'f32' ? 2 ** -24 : 0
  return (chain * 2 ** -53 + summed + stored) / (1 - plan.damping)
}

/** Counts arcs by head; returns the largest count among them. */
function countArcs(
  targets: Uint32Array,
  inDegrees: Uint32Array,
  begin: number,
  end: number,
): number {
  let largest = 0
  for (let arc = begin; arc < end; arc++) largest = Math.max(largest, ++inDegrees[targets[arc]])
  return largest
}
