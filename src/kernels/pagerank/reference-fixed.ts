/**
 * PageRank in fixed point as fixed.ts defines it, serial, in BigInts: the answer whose bits the
 * fast versions have to have. Pushes rank along arcs; shares no code with assembly/ or shaders/.
 */

import type { ResidentGraph } from '../../devices/device.js'
import type { Graph } from '../../graph/csr.js'
import { runSliced } from '../../graph/slices.js'
import {
  divided,
  type FixedPlan,
  fixedBound,
  fixedPlan,
  fromFixed,
  inUnits,
  ONE,
  WHOLE,
} from './fixed.js'
import { ranksFor } from './plan.js'
import { createPause, type Pause, sumOutWeights } from './reference.js'
import type { PagerankPlan, PagerankRun } from './types.js'

/** Arcs or vertices between two looks at the clock. */
const STRIDE = 1 << 13

/** Runs the plan on the calling thread, in slices. */
export async function pagerankReferenceFixed(
  resident: ResidentGraph,
  plan: PagerankPlan,
): Promise<PagerankRun> {
  const { graph, device } = resident
  const { maxIterations, onProgress } = plan
  const n = graph.vertexCount
  const startMs = device.nowMs()
  const pause = createPause(resident, plan.signal)
  const fixed = await runSliced(fixedPlan(plan, n), plan.signal)
  const outWeights = await sumOutWeights(graph, plan.weighted, pause)
  const preparedMs = device.nowMs()
  let ranks: BigUint64Array = fixed.start?.slice() ?? new BigUint64Array(n).fill(fixed.uniformRank)
  let residual = WHOLE
  let iterations = 0
  let reportMs = preparedMs
  while (iterations < maxIterations && !(iterations > 0 && residual < fixed.residualLimit)) {
    const next = await pushAll(graph, outWeights, plan.weighted, ranks, pause)
    const dangling = plan.redistributeDangling ? await danglingMass(ranks, outWeights, pause) : 0n
    await update(next, fixed, dangling, pause)
    residual = await distance(ranks, next, pause)
    ranks = next
    iterations++
    if (onProgress !== undefined && device.nowMs() - reportMs >= 33) {
      reportMs = device.nowMs()
      onProgress({ iteration: iterations, maxIterations, residual: fromFixed(residual) })
    }
  }
  const computedMs = device.nowMs()
  const result = ranksFor(plan, n)
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    const end = Math.min(n, v + STRIDE)
    for (let u = v; u < end; u++) result[u] = fromFixed(ranks[u])
  }
  return {
    ranks: result,
    iterations,
    residual: fromFixed(residual),
    roundingBound: fixedBound(plan, n, graph.arcCount),
    uploadMs: 0,
    prepareMs: preparedMs - startMs,
    computeMs: computedMs - preparedMs,
    readMs: device.nowMs() - computedMs,
  }
}

/** Rank times fraction, to the nearest unit. */
function times(rank: bigint, fraction: bigint): bigint {
  return (rank * fraction + ONE) / WHOLE
}

/** What each vertex's in-arcs bring it. */
async function pushAll(
  graph: Graph,
  outWeights: Float64Array,
  weighted: boolean,
  ranks: BigUint64Array,
  pause: Pause,
): Promise<BigUint64Array> {
  const { vertexCount: n, offsets } = graph
  const next = new BigUint64Array(n)
  for (let v = 0; v < n; v++) {
    if (v % STRIDE === 0) await pause()
    if (outWeights[v] === 0) continue
    const weights = weighted ? graph.weights : undefined
    const contribution = weights ? ranks[v] : times(ranks[v], divided(WHOLE, outWeights[v]))
    for (let arc = offsets[v]; arc < offsets[v + 1]; ) {
      const end = Math.min(arc + STRIDE, offsets[v + 1])
      for (; arc < end; arc++) {
        const target = graph.targets[arc]
        const brought = weights
          ? times(contribution, inUnits(weights[arc] / outWeights[v], WHOLE))
          : contribution
        next[target] = BigInt.asUintN(64, next[target] + brought)
      }
      if (arc < offsets[v + 1]) await pause()
    }
  }
  return next
}

async function danglingMass(
  ranks: BigUint64Array,
  outWeights: Float64Array,
  pause: Pause,
): Promise<bigint> {
  const n = ranks.length
  let mass = 0n
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    const end = Math.min(n, v + STRIDE)
    for (let u = v; u < end; u++) if (outWeights[u] === 0) mass += ranks[u]
  }
  return mass
}

/** From what in-arcs bring to the next ranks. */
async function update(
  next: BigUint64Array,
  { damping, personalization, uniformJump }: FixedPlan,
  dangling: bigint,
  pause: Pause,
): Promise<void> {
  const n = next.length
  const jump = ONE - times(ONE, damping) + times(dangling, damping)
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    const end = Math.min(n, v + STRIDE)
    for (let u = v; u < end; u++) {
      next[u] = times(jump, personalization?.[u] ?? uniformJump) + times(next[u], damping)
    }
  }
}

async function distance(a: BigUint64Array, b: BigUint64Array, pause: Pause): Promise<bigint> {
  const n = a.length
  let sum = 0n
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    const end = Math.min(n, v + STRIDE)
    for (let u = v; u < end; u++) sum += a[u] > b[u] ? a[u] - b[u] : b[u] - a[u]
  }
  return sum
}
