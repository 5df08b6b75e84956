/**
 * Drives assembly/pagerank-prepare.ts and assembly/pagerank.ts: allocates, fills the parameter
 * block, runs, reads back. The layout stays with the ResidentGraph.
 */

import type { Layout, ResidentGraph } from '../../devices/device.js'
import type { WasmDevice } from '../../devices/wasm/index.js'
import { bytesOf, Region } from '../../devices/wasm/region.js'
import { MemoryLimitError } from '../../errors.js'
import type { Graph } from '../../graph/csr.js'
import { runSliced } from '../../graph/slices.js'
import { type FixedPlan, fixedBound, fixedPlan, fromFixed } from './fixed.js'
import * as at from './layout.js'
import { ranksFor } from './plan.js'
import type { PagerankPlan, PagerankRun } from './types.js'

type WorkerPool = WasmDevice['pool']

/** Most blocks: keeps the serial sum over blocks short against an iteration. */
const MAX_BLOCKS = 4096

/** A graph's rows in the pool's memory: the parameter block that points at them. */
class RowLayout implements Layout {
  /** What the kernels read, results of the preparation included. */
  readonly parameters: DataView
  readonly uploadMs: number
  readonly prepareMs: number
  readonly #region: Region

  constructor(region: Region, parameters: DataView, uploadMs: number, prepareMs: number) {
    this.#region = region
    this.parameters = parameters
    this.uploadMs = uploadMs
    this.prepareMs = prepareMs
  }

  dispose(): void {
    this.#region.dispose()
  }
}

/** Sizes that are known before the rows are. */
function layoutSizes(graph: Graph, weighted: boolean, elementBytes: number) {
  const { vertexCount: n, arcCount: m } = graph
  const heavyLimit = Math.floor(m / at.HEAVY_DEGREE) + at.SLICE_ROWS
  // Padding: under 8 entries a heavy row; over all slices, sorted by length, under 7 × the longest.
  const entryLimit = m + 7 * (heavyLimit + at.HEAVY_DEGREE) + 64
  return {
    heavyLimit,
    slotLimit: n + 2 * at.SLICE_ROWS,
    unitLimit: heavyLimit + Math.ceil(n / at.SLICE_ROWS) + 2,
    entryBytes: entryLimit * 4,
    valueBytes: weighted ? entryLimit * elementBytes : 0,
    blockLimit: Math.min(MAX_BLOCKS, Math.ceil((2 * m + 32 * n) / at.BLOCK_WORK) + 8),
  }
}

/** Every arc has its reverse: rows of in-arcs are rows of the CSR. */
function isSymmetric(graph: Graph, weighted: boolean): boolean {
  return !graph.directed && !weighted
}

/** Bytes of the memory at the time of the highest demand: CSR, rows and the sort's counts. */
function peakBytes(graph: Graph, weighted: boolean, elementBytes: number, threads: number): number {
  const { vertexCount: n, arcCount: m } = graph
  const { entryBytes, valueBytes } = layoutSizes(graph, weighted, elementBytes)
  const csr = 4 * n + 4 * m + (weighted ? 8 * m : 0)
  const counts = isSymmetric(graph, weighted) ? 0 : 4 * threads
  const scratch = n * (counts + 8 + (weighted ? 8 : 0))
  return csr + entryBytes + valueBytes + scratch + n * (8 + elementBytes)
}

/** Counting a row's arcs takes 4 bytes a vertex and thread: no more of that than arcs. */
function prepareThreads(graph: Graph, pool: WorkerPool): number {
  return Math.max(1, Math.min(pool.size, Math.floor(graph.arcCount / graph.vertexCount)))
}

async function makeLayout(
  pool: WorkerPool,
  graph: Graph,
  plan: PagerankPlan,
  elementBytes: number,
): Promise<RowLayout> {
  const threads = prepareThreads(graph, pool)
  const neededBytes = peakBytes(graph, plan.weighted, elementBytes, threads)
  if (pool.memory.usedBytes + neededBytes > pool.memory.limitBytes) {
    const alternatives = ["device 'reference'", 'a smaller graph', 'disposing other residents']
    const { limitBytes } = pool.memory
    throw new MemoryLimitError('PageRank on WASM', { neededBytes, limitBytes, alternatives })
  }
  const rows = new Region(pool)
  const scratch = new Region(pool)
  try {
    const startMs = pool.nowMs()
    const parameters = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
    await uploadCsr(scratch, graph, plan, parameters)
    const uploadedMs = pool.nowMs()
    await allocateRows(rows, scratch, graph, plan, elementBytes, threads, parameters)
    const address = await scratch.write(parameters)
    await pool.run('pagerankPrepare', address, { threads, signal: plan.signal })
    await pool.memory.read(address, bytesOf(parameters))
    return new RowLayout(rows, parameters, uploadedMs - startMs, pool.nowMs() - uploadedMs)
  } catch (error) {
    rows.dispose()
    throw error
  } finally {
    scratch.dispose()
  }
}

async function uploadCsr(
  scratch: Region,
  graph: Graph,
  plan: PagerankPlan,
  parameters: DataView,
): Promise<void> {
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  set(at.CSR_OFFSETS, await scratch.write(graph.offsets, plan.signal))
  set(at.CSR_TARGETS, await scratch.write(graph.targets, plan.signal))
  if (plan.weighted && graph.weights !== undefined) {
    set(at.CSR_WEIGHTS, await scratch.write(graph.weights, plan.signal))
  }
}

async function allocateRows(
  rows: Region,
  scratch: Region,
  graph: Graph,
  plan: PagerankPlan,
  elementBytes: number,
  threads: number,
  parameters: DataView,
): Promise<void> {
  const { vertexCount: n, arcCount: m } = graph
  const { weighted } = plan
  const sizes = layoutSizes(graph, weighted, elementBytes)
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  set(at.VERTEX_COUNT, n)
  set(at.ARC_COUNT, m)
  set(at.ELEMENT_BYTES, elementBytes)
  set(at.FIXED, plan.precision === 'exact' ? 1 : 0)
  set(at.BLOCK_LIMIT, sizes.blockLimit)
  set(at.ORDER, await rows.alloc(4 * n))
  set(at.INVERSE, await rows.alloc(elementBytes * sizes.slotLimit))
  set(at.UNIT_START, await rows.alloc(4 * sizes.unitLimit))
  set(at.BLOCK_START, await rows.alloc(4 * (sizes.blockLimit + 1)))
  set(at.ENTRIES, await rows.alloc(sizes.entryBytes))
  if (weighted) {
    set(at.VALUES, await rows.alloc(sizes.valueBytes))
    set(at.TOTALS, await scratch.alloc(8 * n))
  }
  const symmetric = isSymmetric(graph, weighted)
  set(at.SYMMETRIC, symmetric ? 1 : 0)
  if (!symmetric) set(at.COUNTS, await scratch.alloc(4 * n * threads))
  set(at.DEGREES, await scratch.alloc(4 * n))
  set(at.LABELS, await scratch.alloc(4 * n))
  set(at.BUCKETS, await scratch.alloc(4 * (at.HEAVY_DEGREE + 1)))
}

/** Runs the plan on the device's pool. */
export async function pagerankWasm(
  resident: ResidentGraph,
  plan: PagerankPlan,
): Promise<PagerankRun> {
  const { graph } = resident
  const { pool } = resident.device as WasmDevice
  const elementBytes = plan.precision === 'f32' ? 4 : 8
  const { layout, isNew } = await resident.layout({
    key: `pagerank ${plan.precision} ${plan.weighted ? 'weighted' : 'plain'}`,
    signal: plan.signal,
    make: (signal) => makeLayout(pool, graph, { ...plan, signal }, elementBytes),
  })
  const work = new Region(pool)
  try {
    const startMs = pool.nowMs()
    const address = await writeIteration(work, graph, layout, plan, elementBytes)
    const isFixed = plan.precision === 'exact'
    await pool.run(isFixed ? 'pagerankIterateFixed' : 'pagerankIterate', address, {
      signal: plan.signal,
      onSnapshot: progressOf(plan),
    })
    const computedMs = pool.nowMs()
    const results = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
    await pool.memory.read(address, bytesOf(results))
    const ranks = ranksFor(plan, graph.vertexCount)
    await pool.memory.read(results.getUint32(at.OUTPUT, true), bytesOf(ranks), plan.signal)
    return {
      ranks,
      iterations: results.getInt32(at.ITERATION, true),
      residual: isFixed
        ? fromFixed(results.getBigUint64(at.RESIDUAL, true))
        : results.getFloat64(at.RESIDUAL, true),
      roundingBound: isFixed
        ? fixedBound(plan, graph.vertexCount, graph.arcCount)
        : roundingBound(results, plan),
      uploadMs: isNew ? layout.uploadMs : 0,
      prepareMs: isNew ? layout.prepareMs : 0,
      computeMs: computedMs - startMs,
      readMs: pool.nowMs() - computedMs,
    }
  } finally {
    if (!pool.disposed) work.dispose()
  }
}

async function writeIteration(
  work: Region,
  graph: Graph,
  layout: RowLayout,
  plan: PagerankPlan,
  elementBytes: number,
): Promise<number> {
  const { vertexCount: n } = graph
  const { slotLimit } = layoutSizes(graph, plan.weighted, elementBytes)
  const parameters = new DataView(layout.parameters.buffer.slice(0))
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  const blockCount = parameters.getUint32(at.BLOCK_COUNT, true)
  set(at.RANKS, await work.alloc(elementBytes * slotLimit))
  set(at.CONTRIBUTIONS, await work.alloc(elementBytes * slotLimit))
  set(at.NEXT_CONTRIBUTIONS, await work.alloc(elementBytes * slotLimit))
  set(at.PARTIALS, await work.alloc(4 * 8 * blockCount))
  set(at.TAIL_PERSONALIZATION, await work.alloc(2 * 8 * at.SLICE_ROWS))
  set(at.OUTPUT, await work.alloc(elementBytes * n))
  set(at.MAX_ITERATIONS, plan.maxIterations)
  set(at.REDISTRIBUTE, plan.redistributeDangling ? 1 : 0)
  set(at.PHASE, 0)
  const { start, personalization } = await writeNumbers(parameters, plan, n)
  if (start !== undefined) set(at.START_INPUT, await work.write(start, plan.signal))
  if (personalization !== undefined) {
    set(at.PERSONALIZATION_INPUT, await work.write(personalization, plan.signal))
    set(at.PERSONALIZATION, await work.alloc(8 * slotLimit))
  }
  return work.write(parameters)
}

/** Sets what isn't whole numbers, and returns the vectors, in the arithmetic of the plan. */
async function writeNumbers(
  parameters: DataView,
  plan: PagerankPlan,
  vertexCount: number,
): Promise<Pick<FixedPlan | PagerankPlan, 'start' | 'personalization'>> {
  if (plan.precision !== 'exact') {
    parameters.setFloat64(at.DAMPING, plan.damping, true)
    parameters.setFloat64(at.TOLERANCE, plan.tolerance, true)
    parameters.setFloat64(at.RESIDUAL, Number.POSITIVE_INFINITY, true)
    return plan
  }
  const fixed = await runSliced(fixedPlan(plan, vertexCount), plan.signal)
  parameters.setBigUint64(at.DAMPING, fixed.damping, true)
  parameters.setBigUint64(at.TOLERANCE, fixed.residualLimit, true)
  parameters.setBigUint64(at.UNIFORM_RANK, fixed.uniformRank, true)
  parameters.setBigUint64(at.UNIFORM_JUMP, fixed.uniformJump, true)
  return fixed
}

function progressOf(plan: PagerankPlan) {
  const { onProgress, maxIterations } = plan
  if (onProgress === undefined) return
  return ({ step, value }: { step: number; value: number }) =>
    onProgress({ iteration: step, maxIterations, residual: value })
}

/**
 * What rounding can put between computed ranks and the exact fixed point, in L1: as in
 * reference.ts, with the chains of this kernel. A row adds serially (slices) or in four chains
 * (heavy rows), the dangling mass by blocks and then over blocks; f32 rounds each stored rank and
 * each contribution by 2^-24.
 */
function roundingBound(results: DataView, plan: PagerankPlan): number {
  const at32 = (offset: number) => results.getUint32(offset, true)
  const longest = at32(at.LONGEST)
  const row = longest < at.HEAVY_DEGREE ? longest : Math.max(at.HEAVY_DEGREE, longest / 4)
  // A row without entries is 2 of a block's work; the last unit may exceed it by a slice.
  const dangling = blockWork(results) / 2 + at.SLICE_ROWS + at32(at.BLOCK_COUNT)
  const summed = plan.weighted ? (at32(at.ARC_COUNT) * 2 ** -53) ** 2 : 0
  const stored = plan.precision === 'f32' ? 3 * 2 ** -24 : 0
  return ((row + dangling + 16) * 2 ** -53 + summed + stored) / (1 - plan.damping)
}

/** Work of a block, as cutUnits in assembly/pagerank-prepare.ts chose it. */
function blockWork(results: DataView): number {
  const rough =
    2 * results.getUint32(at.ARC_COUNT, true) + 32 * results.getUint32(at.VERTEX_COUNT, true)
  const half = Math.floor(results.getUint32(at.BLOCK_LIMIT, true) / 2)
  return Math.max(at.BLOCK_WORK, Math.floor(rough / Math.max(1, half)))
}
