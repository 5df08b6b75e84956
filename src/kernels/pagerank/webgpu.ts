/**
 * PageRank on the GPU, in f32: batches of iterations, the state read back once a batch. Called by
 * pagerank's index with a checked plan. The layout is made in webgpu-layout.ts, dispatches in
 * webgpu-run.ts, the error bound in webgpu-bound.ts.
 */

import type { ResidentGraph } from '../../devices/device.js'
import { type Gpu, gpuOf } from '../../devices/webgpu/gpu.js'
import { pagerankSizes } from '../../devices/webgpu/shaders.generated.js'
import { DisposedError, NotSupportedError } from '../../errors.js'
import { createSlices } from '../../turn.js'
import type { PagerankPlan, PagerankRun } from './types.js'
import { roundingBound } from './webgpu-bound.js'
import { checkLayoutSize, pagerankLayout } from './webgpu-layout.js'
import { PagerankBuffers, type RunState } from './webgpu-run.js'

/** A batch should take about this long: an abort frees the GPU after it, and progress shows. */
const BATCH_MS = 40

/** Most iterations of a batch: those after convergence are empty, but not free. */
const MAX_BATCH = 32

/** `onProgress` comes at most about 30 times a second. */
const PROGRESS_MS = 33

/**
 * Runs a plan on a graph that a webgpu device holds.
 *
 * @param plan precision `f32`; f64 does not exist on GPUs
 * @throws NotSupportedError for `f64`; MemoryLimitError before anything is taken; `signal.reason`
 *   on abort, DisposedError, DeviceLostError
 */
export async function pagerankWebgpu(
  resident: ResidentGraph,
  plan: PagerankPlan,
): Promise<PagerankRun> {
  if (plan.precision !== 'f32') {
    throw new NotSupportedError(
      `webgpu computes PageRank in f32, not ${plan.precision}; ask for precision: 'f32', or use ` +
        "device: 'wasm'",
    )
  }
  const { device, graph } = resident
  const gpu = gpuOf(device)
  gpu.check()
  plan.signal?.throwIfAborted()
  if (resident.disposed) throw new DisposedError('this resident graph')
  const ranks = (plan.into as Float32Array | undefined) ?? new Float32Array(graph.vertexCount)
  if (graph.vertexCount === 0) return emptyRun(ranks)
  checkLayoutSize(gpu, graph)
  try {
    // The guard answers an abort at once; the run sees it at its next step and cleans up.
    return await gpu.guard(compute(gpu, resident, plan, ranks), plan.signal)
  } catch (cause) {
    // Its buffers went with it, which the GPU reports in its own words.
    if (!resident.disposed || device.disposed) throw cause
    throw new DisposedError('this resident graph', { cause })
  }
}

async function compute(
  gpu: Gpu,
  resident: ResidentGraph,
  plan: PagerankPlan,
  ranks: Float32Array,
): Promise<PagerankRun> {
  const { graph, device } = resident
  const { damping, signal } = plan
  const nowMs = () => device.nowMs()
  const weighted = plan.weighted && graph.weights !== undefined
  const { layout, isNew } = await pagerankLayout(gpu, resident, weighted, signal)
  const startMs = nowMs()
  const run = new PagerankBuffers(gpu, layout)
  try {
    await run.open(plan)
    signal?.throwIfAborted()
    const state = await iterate(run, plan, nowMs)
    const computedMs = nowMs()
    await run.readRanks(ranks, signal)
    const { depths, arcCount } = layout
    const { residual, danglingBefore } = state
    const bound = await roundingBound(
      { damping, ranks, depths, arcCount, residual, danglingBefore, fan: pagerankSizes.SEGMENT },
      createSlices(nowMs, () => signal?.throwIfAborted()),
    )
    return {
      ranks,
      iterations: state.iterations,
      residual,
      roundingBound: bound,
      uploadMs: isNew ? layout.timings.uploadMs : 0,
      prepareMs: isNew ? layout.timings.prepareMs : 0,
      computeMs: computedMs - startMs,
      readMs: nowMs() - computedMs,
    }
  } finally {
    run.dispose()
  }
}

function emptyRun(ranks: Float32Array): PagerankRun {
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
