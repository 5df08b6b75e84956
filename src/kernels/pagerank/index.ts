/**
 * PageRank: the public function. Checks, picks a device, runs the implementation that belongs to
 * it, and says in the result what ran and how far the answer can be from exact.
 */

import { show } from '../../check.js'
import type { Device, Layout, ResidentGraph } from '../../devices/device.js'
import { leaseDevice } from '../../devices/open.js'
import { tellKernel } from '../../devices/tell.js'
import { NotSupportedError } from '../../errors.js'
import { Graph } from '../../graph/csr.js'
import { withDoubledLoops } from '../../graph/loops.js'
import { runSliced } from '../../graph/slices.js'
import { type Place, placeFor } from '../place.js'
import { convergenceTolerance, makePlan, ranksFor } from './plan.js'
import type { Dialect } from './presets.js'
import { pagerankReference } from './reference.js'
import { pagerankReferenceFixed } from './reference-fixed.js'
import type {
  PagerankInput,
  PagerankOptions,
  PagerankPlan,
  PagerankResult,
  PagerankRun,
  Personalization,
  Precision,
  Ranks,
} from './types.js'
import { pagerankWasm } from './wasm.js'

/**
 * Ranks the vertices of a graph by PageRank (Page, Brin, Motwani and Winograd, 1999), by power
 * iteration: `next = (1 - d)·p + d·(Pᵀ·rank + dangling·p)`.
 *
 * Vertices without out-arcs give their mass to the personalisation p (uniform by default). Parallel
 * arcs add up, an arc of weight 0 counts as absent, an undirected self-loop counts once.
 *
 * @param graph a graph in hand, or one that a device holds (`device.upload(graph)`)
 * @returns ranks by vertex number; not converging is a result (`converged: false`), no exception
 * @throws TypeError, RangeError for options; DeviceUnavailableError, MemoryLimitError,
 *   NotSupportedError from the device; `signal.reason` on abort
 * @example
 * ```ts
 * const graph = graphFromEdges([[1, 2], [2, 3], [3, 1], [4, 1]])
 * const { ranks, converged } = await pagerank(graph, { tolerance: 1e-12 })
 * for (const { id, value } of topVertices(graph, ranks, 3)) console.log(id, value)
 * ```
 */
export async function pagerank<P extends Precision = 'f64'>(
  graph: PagerankInput,
  options: PagerankOptions<P> = {},
): Promise<PagerankResult<P>> {
  const host = graph instanceof Graph ? graph : graphOf(graph)
  const { plan, dialect } = await makePlan(host, options)
  plan.signal?.throwIfAborted()
  const opened = await openFor(graph, options, plan, dialect)
  try {
    const { resident, reason } = opened
    const run = await runOn(resident, plan)
    return toResult(resident.device, reason, options, plan, dialect, run)
  } finally {
    await opened.close()
  }
}

/**
 * PageRank for several personalisations of one graph: prepares the graph once.
 *
 * @returns one result per personalisation, in order
 * @throws as `pagerank`; `into` is refused, because it can't hold more than one result
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([[1, 2], [2, 3], [3, 1], [4, 1]])
 * const results = await pagerankBatch(graph, [{ 1: 1 }, { 4: 1 }])
 * for (const { ranks, iterations } of results) console.log(iterations, ranks)
 * ```
 */
export async function pagerankBatch<P extends Precision = 'f64'>(
  graph: PagerankInput,
  personalizations: readonly Personalization[],
  options: Omit<PagerankOptions<P>, 'personalization' | 'into'> = {},
): Promise<PagerankResult<P>[]> {
  if (!Array.isArray(personalizations)) {
    throw new TypeError(`"personalizations" expected array, got ${show(personalizations)}`)
  }
  const host = graph instanceof Graph ? graph : graphOf(graph)
  // With no personalisation in hand the options are checked all the same.
  if (personalizations.length === 0 || options === null) await makePlan(host, options)
  for (const name of ['personalization', 'into']) {
    if (name in options) throw new TypeError(`"${name}" is no option of pagerankBatch`)
  }
  const plans: Awaited<ReturnType<typeof makePlan>>[] = []
  for (const personalization of personalizations) {
    plans.push(await makePlan(host, { ...options, personalization }))
  }
  if (plans.length === 0) return []
  const opened = await openFor(graph, options, plans[0].plan, plans[0].dialect)
  try {
    const results: PagerankResult<P>[] = []
    for (const { plan, dialect } of plans) {
      const { resident, reason } = opened
      const run = await runOn(resident, plan)
      results.push(toResult(resident.device, reason, options, plan, dialect, run))
    }
    return results
  } finally {
    await opened.close()
  }
}

function graphOf(input: ResidentGraph): Graph {
  if (input?.graph instanceof Graph) return input.graph
  throw new TypeError(`"graph" expected Graph or ResidentGraph, got ${show(input)}`)
}

interface Opened {
  resident: ResidentGraph
  reason: string
  close(): Promise<void>
}

/** The graph on the device to use, and how to leave things as they were. */
async function openFor(
  input: PagerankInput,
  options: PagerankOptions,
  plan: PagerankPlan,
  dialect: Dialect,
): Promise<Opened> {
  const holder = input instanceof Graph ? undefined : input.device
  const host = input instanceof Graph ? input : input.graph
  const graph = await inDialect(host, plan, dialect)
  const place = await placeFor(options, {
    holder,
    held: 'the graph',
    count: graph.vertexCount + graph.arcCount,
    items: 'vertices and arcs together',
    kernel: 'pagerank',
  })
  if (!(input instanceof Graph) && graph === host) {
    return { resident: input, reason: place.reason, close: place.release }
  }
  return upload(graph, place)
}

/** The graph as the dialect reads it: itself, or a copy. */
async function inDialect(graph: Graph, plan: PagerankPlan, dialect: Dialect): Promise<Graph> {
  if (!dialect.doubleUndirectedLoops) return graph
  return runSliced(withDoubledLoops(graph, plan.weighted), plan.signal)
}

async function upload(graph: Graph, place: Place): Promise<Opened> {
  const { device, reason, release } = place
  try {
    const resident = await device.upload(graph)
    const close = async () => {
      await resident.dispose()
      await release()
    }
    return { resident, reason, close }
  } catch (error) {
    await release()
    throw error
  }
}

/** The graph's memory stays while it runs; its disposal, like the caller's abort, ends the run. */
function runOn(resident: ResidentGraph, plan: PagerankPlan): Promise<PagerankRun> {
  return resident.use(plan.signal, (signal) => runKind(resident, { ...plan, signal }))
}

async function runKind(resident: ResidentGraph, plan: PagerankPlan): Promise<PagerankRun> {
  if (resident.graph.vertexCount === 0) return emptyRun(plan)
  const { kind } = resident.device
  if (kind === 'reference') {
    return plan.precision === 'exact'
      ? pagerankReferenceFixed(resident, plan)
      : pagerankReference(resident, plan)
  }
  if (kind === 'wasm') return pagerankWasm(resident, plan)
  const { pagerankWebgpu } = await import('./webgpu.js')
  if (plan.precision !== 'f64') return pagerankWebgpu(resident, plan)
  return polished(resident, plan, pagerankWebgpu)
}

/** f64 on a GPU: f32 there as far as it goes, then f64 on WASM from where it stands. */
async function polished(
  resident: ResidentGraph,
  plan: PagerankPlan,
  runF32: (resident: ResidentGraph, plan: PagerankPlan) => Promise<PagerankRun>,
): Promise<PagerankRun> {
  if (plan.tolerance < 0) {
    throw new NotSupportedError(
      "a fixed number of iterations in f64 is not possible on 'webgpu', which has no f64: " +
        "use precision 'exact' or 'f32', or device 'wasm'",
    )
  }
  const { maxIterations } = plan
  const rough = await runF32(resident, {
    ...plan,
    precision: 'f32',
    // Rounding keeps f32 ranks going around a cycle of up to 2^-24/(1 - d): no use in going on,
    // and iterations must be left for f64.
    tolerance: Math.max(plan.tolerance, 2 ** -20 / (1 - plan.damping)),
    maxIterations: Math.ceil(plan.maxIterations / 2),
    into: undefined,
    onProgress:
      plan.onProgress && ((progress) => plan.onProgress?.({ ...progress, maxIterations })),
  })
  // f32 leaves the sum off by some 1e-7, which a tolerance of 1e-10 would stop short of repairing.
  let mass = 0
  for (const rank of rough.ranks) mass += rank
  const start = new Float64Array(rough.ranks)
  if (plan.redistributeDangling) for (let v = 0; v < start.length; v++) start[v] /= mass
  const { layout } = await resident.layout({
    key: 'pagerank f64 on WASM',
    signal: plan.signal,
    make: (signal) => openPolishing(resident.graph, signal),
  })
  const left = Math.max(1, maxIterations - rough.iterations)
  const onProgress: PagerankPlan['onProgress'] =
    plan.onProgress &&
    ((progress) =>
      plan.onProgress?.({
        iteration: rough.iterations + progress.iteration,
        maxIterations,
        residual: progress.residual,
      }))
  const fine = await pagerankWasm(layout.resident, {
    ...plan,
    start,
    maxIterations: left,
    onProgress,
  })
  return {
    ...fine,
    iterations: rough.iterations + fine.iterations,
    uploadMs: rough.uploadMs + fine.uploadMs,
    prepareMs: rough.prepareMs + fine.prepareMs,
    computeMs: rough.computeMs + fine.computeMs,
    readMs: rough.readMs + fine.readMs,
  }
}

/** The graph on a borrowed WASM device, kept with the GPU's for the next call. */
interface Polishing extends Layout {
  readonly resident: ResidentGraph
}

async function openPolishing(graph: Graph, signal: AbortSignal): Promise<Polishing> {
  const lease = await leaseDevice('wasm')
  const { resident, close } = await upload(graph, { ...lease, reason: '' })
  if (!signal.aborted) return { resident, dispose: close }
  await close()
  throw signal.reason
}

function emptyRun(plan: PagerankPlan): PagerankRun {
  const ranks = ranksFor(plan, 0)
  const timings = { uploadMs: 0, prepareMs: 0, computeMs: 0, readMs: 0 }
  return { ranks, iterations: 0, residual: 0, roundingBound: 0, ...timings }
}

function toResult<P extends Precision>(
  device: Device,
  reason: string,
  options: PagerankOptions,
  plan: PagerankPlan,
  dialect: Dialect,
  run: PagerankRun,
): PagerankResult<P> {
  const { ranks, iterations, residual, uploadMs, prepareMs, computeMs, readMs } = run
  const isPolished = device.kind === 'webgpu' && plan.precision === 'f64'
  const factor = dialect.scaleByVertices ? ranks.length : 1
  if (factor !== 1) for (let v = 0; v < ranks.length; v++) ranks[v] *= factor
  const timings = { uploadMs, prepareMs, computeMs, readMs }
  tellKernel('pagerank', { device: device.info, timings })
  const iterationBound = (plan.damping / (1 - plan.damping)) * residual
  return {
    // The plan's precision is P: makePlan took it from the same options.
    ranks: ranks as Ranks<P>,
    iterations,
    residual,
    converged: residual <= convergenceTolerance(options, plan),
    errorBound: factor * (iterationBound + run.roundingBound),
    device: device.info,
    reason: isPolished ? `${reason}; f32 there, then f64 on WASM to the tolerance` : reason,
    timings,
  }
}
