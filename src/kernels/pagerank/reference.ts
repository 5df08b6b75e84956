/**
 * PageRank as its definition reads, serial, in plain JavaScript: the answer that the fast versions
 * are checked against. Pushes rank along arcs; shares no code with assembly/ or shaders/.
 *
 *   next = (1 - d)·p + d·(A·rank + dangling·p)      (Langville and Meyer, 2006, ch. 4–5)
 */

import type { ResidentGraph } from '../../devices/device.js'
import { DisposedError } from '../../errors.js'
import type { Graph } from '../../graph/csr.js'
import { nextTurn } from '../../turn.js'
import type { PagerankPlan, PagerankRun } from './types.js'

/** Arcs (and vertices) between two turns of the event loop: about 10 ms of work. */
const SLICE_ITEMS = 1 << 21

/** Runs the plan on the calling thread, in slices. */
export async function pagerankReference(
  resident: ResidentGraph,
  plan: PagerankPlan,
): Promise<PagerankRun> {
  const { graph, device } = resident
  const { damping, maxIterations, tolerance, signal, onProgress } = plan
  const n = graph.vertexCount
  const startMs = device.nowMs()
  const outWeights = sumOutWeights(graph, plan.weighted)
  const preparedMs = device.nowMs()
  const jump = plan.personalization ?? new Float64Array(n).fill(1 / n)
  let ranks = (plan.start ?? new Float64Array(n).fill(1 / n)).slice()
  let residual = Number.POSITIVE_INFINITY
  let iterations = 0
  let itemsLeft = SLICE_ITEMS
  let reportMs = preparedMs
  while (iterations < maxIterations && !(residual <= tolerance)) {
    const next = new Float64Array(n)
    for (let v = 0; v < n; v++) {
      push(graph, outWeights, plan.weighted, v, ranks[v], next)
      itemsLeft -= 1 + graph.offsets[v + 1] - graph.offsets[v]
      if (itemsLeft <= 0) {
        itemsLeft = SLICE_ITEMS
        await nextTurn()
        signal?.throwIfAborted()
        if (device.disposed) throw new DisposedError('this device')
      }
    }
    const dangling = plan.redistributeDangling ? danglingMass(ranks, outWeights) : 0
    for (let v = 0; v < n; v++) {
      next[v] = (1 - damping) * jump[v] + damping * (next[v] + dangling * jump[v])
      if (plan.precision === 'f32') next[v] = Math.fround(next[v])
    }
    residual = distance(ranks, next)
    ranks = next
    iterations++
    if (onProgress !== undefined && device.nowMs() - reportMs >= 33) {
      reportMs = device.nowMs()
      onProgress({ iteration: iterations, maxIterations, residual })
    }
  }
  const computedMs = device.nowMs()
  const result = plan.into ?? (plan.precision === 'f32' ? new Float32Array(n) : new Float64Array(n))
  result.set(ranks)
  return {
    ranks: result,
    iterations,
    residual,
    roundingBound: roundingBound(graph, outWeights, plan),
    uploadMs: 0,
    prepareMs: preparedMs - startMs,
    computeMs: computedMs - preparedMs,
    readMs: device.nowMs() - computedMs,
  }
}

/** Out-degree of each vertex, or the sum of its arcs' weights. */
function sumOutWeights(graph: Graph, weighted: boolean): Float64Array {
  const sums = new Float64Array(graph.vertexCount)
  for (let v = 0; v < graph.vertexCount; v++) {
    for (let arc = graph.offsets[v]; arc < graph.offsets[v + 1]; arc++) {
      sums[v] += weighted && graph.weights !== undefined ? graph.weights[arc] : 1
    }
  }
  return sums
}

/** Adds v's contribution, rank over out-weight, to its targets, times each arc's weight. */
function push(
  graph: Graph,
  outWeights: Float64Array,
  weighted: boolean,
  v: number,
  rank: number,
  next: Float64Array,
): void {
  const { offsets, targets } = graph
  if (outWeights[v] === 0) return
  const weights = weighted ? graph.weights : undefined
  if (weights === undefined) {
    const contribution = rank / outWeights[v]
    for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) next[targets[arc]] += contribution
  } else {
    for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) {
      next[targets[arc]] += rank * (weights[arc] / outWeights[v])
    }
  }
}

function danglingMass(ranks: Float64Array, outWeights: Float64Array): number {
  let mass = 0
  for (let v = 0; v < ranks.length; v++) if (outWeights[v] === 0) mass += ranks[v]
  return mass
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let v = 0; v < a.length; v++) sum += Math.abs(a[v] - b[v])
  return sum
}

/**
 * What rounding can put between computed ranks and the exact fixed point, in L1.
 *
 * One iteration's sums err by at most γ·(values summed), γ = k·u with u = 2^-53 (Higham, "Accuracy
 * and Stability of Numerical Algorithms", 2002, ch. 4) and k the longest chain of additions: the
 * largest in-degree plus the number of dangling vertices. Errors of earlier iterations shrink by d
 * each, hence 1/(1 - d). With `f32` each stored rank also errs by 2^-24 of itself.
 */
function roundingBound(graph: Graph, outWeights: Float64Array, plan: PagerankPlan): number {
  const inDegrees = new Uint32Array(graph.vertexCount)
  let chain = 8
  for (const target of graph.targets) chain = Math.max(chain, ++inDegrees[target])
  for (const weight of outWeights) if (weight === 0) chain++
  const stored = plan.precision === 'f32' ? 2 ** -24 : 0
  return ((chain + 8) * 2 ** -53 + stored) / (1 - plan.damping)
}
