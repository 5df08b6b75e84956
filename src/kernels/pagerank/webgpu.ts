/**
 * PageRank on the GPU, in f32 or in fixed point: batches of iterations, the state read back once a
 * batch. Called by pagerank's index with a checked plan. The layout is made in webgpu-layout.ts,
 * dispatches in webgpu-run.ts, numbers in webgpu-arithmetic.ts, f32's bound in webgpu-bound.ts.
 */

import type { ResidentGraph } from '../../devices/device.js'
import { type Gpu, gpuOf } from '../../devices/webgpu/gpu.js'
import { DisposedError, NotSupportedError } from '../../errors.js'
import { createSlices } from '../../turn.js'
import { fixedBound, fromFixed } from './fixed.js'
import { ranksFor } from './plan.js'
import type { PagerankPlan, PagerankRun } from './types.js'
import { type Arithmetic, arithmeticFor, type RunState } from './webgpu-arithmetic.js'
import { roundingBound } from './webgpu-bound.js'
import {
  checkLayoutSize,
  type PagerankLayout,
  type Pause,
  pagerankLayout,
} from './webgpu-layout.js'
import { PagerankBuffers } from './webgpu-run.js'

/** A batch should take about this long: an abort frees the GPU after it, and progress shows. */
const BATCH_MS = 40

/** Most iterations of a batch: those after convergence are empty, but not free. */
const MAX_BATCH = 32

/** Ranks between two looks at the clock. */
const STRIDE = 1 << 16

/** `onProgress` comes at most about 30 times a second. */
const PROGRESS_MS = 33

/**
 * Runs a plan on a graph that a webgpu device holds.
 *
 * @param plan precision `f32` or `exact`; f64 does not exist on GPUs
 * @throws NotSupportedError for `f64`; MemoryLimitError before anything is taken; `signal.reason`
 *   on abort, DisposedError, DeviceLostError
 */
export async function pagerankWebgpu(
  resident: ResidentGraph,
  plan: PagerankPlan,
): Promise<PagerankRun> {
  if (plan.precision === 'f64') {
    throw new NotSupportedError(
      'webgpu computes PageRank in f32 or exact, not f64: ask for one of these, or for ' +
        "device: 'wasm'",
    )
  }
  const { device, graph } = resident
  const gpu = gpuOf(device)
  gpu.check()
  plan.signal?.throwIfAborted()
  if (resident.disposed) throw new DisposedError('this resident graph')
  const isWeighted = plan.weighted && graph.weights !== undefined
  const run = { gpu, resident, plan, isWeighted, arithmetic: arithmeticFor(plan.precision) }
  if (graph.vertexCount === 0) return emptyRun(ranksFor(plan, 0))
  checkLayoutSize(gpu, graph, run.arithmetic, isWeighted)
  try {
    // The guard answers an abort at once; the run sees it at its next step and cleans up.
    return await gpu.guard(compute(run), plan.signal)
  } catch (cause) {
    // Its buffers went with it, which the GPU reports in its own words.
    if (!resident.disposed || device.disposed) throw cause
    throw new DisposedError('this resident graph', { cause })
  }
}

interface Call {
  gpu: Gpu
  resident: ResidentGraph
  plan: PagerankPlan
  isWeighted: boolean
  arithmetic: Arithmetic
}

async function compute({
  gpu,
  resident,
  plan,
  isWeighted,
  arithmetic,
}: Call): Promise<PagerankRun> {
  const { graph, device } = resident
  const { signal } = plan
  const nowMs = () => device.nowMs()
  const { layout, isNew } = await pagerankLayout(gpu, resident, arithmetic, isWeighted, signal)
  const startMs = nowMs()
  const run = new PagerankBuffers(gpu, layout)
  const pause = createSlices(nowMs, () => signal?.throwIfAborted())
  try {
    await run.open(plan)
    signal?.throwIfAborted()
    const state = await iterate(run, plan, nowMs)
    const computedMs = nowMs()
    const ranks = ranksFor(plan, graph.vertexCount)
    await readRanks(run, ranks, pause, signal)
    return {
      ranks,
      iterations: state.iterations,
      residual: state.residual,
      roundingBound:
        ranks instanceof Float32Array
          ? await boundOf(plan, layout, ranks, state, pause)
          : fixedBound(plan, graph.vertexCount, graph.arcCount),
      uploadMs: isNew ? layout.timings.uploadMs : 0,
      prepareMs: isNew ? layout.timings.prepareMs : 0,
      computeMs: computedMs - startMs,
      readMs: nowMs() - computedMs,
    }
  } finally {
    run.dispose()
  }
}

async function readRanks(
  run: PagerankBuffers,
  ranks: Float64Array | Float32Array,
  pause: Pause,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (ranks instanceof Float32Array) return run.readRanks(ranks, signal)
  const fixed = new BigUint64Array(ranks.length)
  await run.readRanks(fixed, signal)
  for (let v = 0; v < ranks.length; v += STRIDE, await pause()) {
    const end = Math.min(ranks.length, v + STRIDE)
    for (let u = v; u < end; u++) ranks[u] = fromFixed(fixed[u])
  }
}

function boundOf(
  { damping }: PagerankPlan,
  { depths, arcCount, arithmetic }: PagerankLayout,
  ranks: Float32Array,
  { residual, danglingBefore }: RunState,
  pause: Pause,
): Promise<number> {
  const fan = arithmetic.segment
  return roundingBound({ damping, ranks, depths, arcCount, residual, danglingBefore, fan }, pause)
}

function emptyRun(ranks: Float64Array | Float32Array): PagerankRun {
  const nothing = { iterations: 0, residual: 0, roundingBound: 0 }
  return { ranks, ...nothing, uploadMs: 0, prepareMs: 0, computeMs: 0, readMs: 0 }
}

async function iterate(
  run: PagerankBuffers,
  plan: PagerankPlan,
  nowMs: () => number,
): Promise<RunState> {
  const { maxIterations, signal, onProgress } = plan
  await run.start()
  let state: RunState = {
    done: false,
    iterations: 0,
    residual: Number.POSITIVE_INFINITY,
    danglingBefore: 0,
  }
  const sizer = createBatchSizer()
  let reportedMs = Number.NEGATIVE_INFINITY
  while (!state.done && state.iterations < maxIterations) {
    const beginMs = nowMs()
    const count = Math.min(sizer.next(), maxIterations - state.iterations)
    await run.iterate(count)
    state = await run.state(signal)
    const endMs = nowMs()
    sizer.measured(count, endMs - beginMs)
    if (onProgress !== undefined && endMs - reportedMs >= PROGRESS_MS) {
      reportedMs = endMs
      onProgress({ iteration: state.iterations, maxIterations, residual: state.residual })
    }
  }
  return state
}

/**
 * Chooses how many iterations to submit at once. A batch costs a fixed part (reading back: up to
 * 100 ms in Firefox, which polls) and a part per iteration; only the second may limit its size, so
 * it is estimated from two batches of different size. Batches at most double.
 */
export function createBatchSizer(): {
  next(): number
  measured(count: number, elapsedMs: number): void
} {
  let size = 1
  let last: { count: number; elapsedMs: number } | undefined
  let iterationMs = 0
  return {
    next: () => size,
    measured(count, elapsedMs) {
      if (last !== undefined && last.count !== count) {
        const slope = (elapsedMs - last.elapsedMs) / (count - last.count)
        iterationMs = Math.min(Math.max(0, slope), elapsedMs / count)
      } else if (last !== undefined && elapsedMs > 2 * BATCH_MS) {
        // Same size, and slow: nothing to take a slope from, so blame the iterations.
        iterationMs = elapsedMs / count
      }
      last = { count, elapsedMs }
      const fitting = iterationMs === 0 ? MAX_BATCH : Math.floor(BATCH_MS / iterationMs)
      size = Math.max(1, Math.min(MAX_BATCH, 2 * size, fitting))
    },
  }
}
