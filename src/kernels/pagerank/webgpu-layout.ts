/**
 * What PageRank on the GPU keeps of a graph: arcs by their heads (transposed CSR, sources
 * ascending), rows cut into segments of fixed size where some are long, and what each vertex passes
 * on along an arc. Made once a ResidentGraph, on the host, in slices. webgpu.ts runs on it.
 */

import type { Layout, LayoutAnswer, ResidentGraph } from '../../devices/device.js'
import type { Gpu } from '../../devices/webgpu/gpu.js'
import type { Graph } from '../../graph/csr.js'
import { createSlices } from '../../turn.js'
import type { Arithmetic, Elements } from './webgpu-arithmetic.js'
import { depthOf } from './webgpu-bound.js'

/** Arcs or vertices between two looks at the clock: at most some ms of work. */
const STRIDE = 1 << 16

/** Entry points of the shaders, compiled when the first graph is prepared. */
const PIPELINES = [
  'gather',
  'gather_weighted',
  'combine',
  'start',
  'update',
  'reduce',
  'finish_start',
  'finish',
]

/** One level of sums: row r adds the terms bounds[r] … bounds[r + 1] - 1 of the level before. */
export interface SumLevel {
  readonly bounds: GPUBuffer
  readonly rowCount: number
}

/** Calls itself back between steps; throws to stop. */
export type Pause = () => Promise<void>

export class PagerankLayout implements Layout {
  constructor(
    /** What its shares are in. */
    readonly arithmetic: Arithmetic,
    /** From arcs to one sum a vertex; empty without arcs. */
    readonly levels: readonly SumLevel[],
    /** u32 an arc: its tail. */
    readonly sources: GPUBuffer,
    /** A share an arc: its weight over the sum of its tail's; undefined when unweighted. */
    readonly values: GPUBuffer | undefined,
    /** A share a vertex: 1/degree, or 1 when weighted; 0 for dangling vertices. */
    readonly scale: GPUBuffer,
    /** On the host: additions in each vertex's sum, for the bound of rounding. */
    readonly depths: Uint8Array,
    /** Arcs of positive weight. */
    readonly arcCount: number,
    /** What making it cost. */
    readonly timings: { readonly uploadMs: number; readonly prepareMs: number },
  ) {}

  dispose(): void {
    for (const level of this.levels) level.bounds.destroy()
    this.sources.destroy()
    this.values?.destroy()
    this.scale.destroy()
  }
}

/** The layout of a graph, made by the first call that asks. Rejects on abort, as `signal` says. */
export function pagerankLayout(
  gpu: Gpu,
  resident: ResidentGraph,
  arithmetic: Arithmetic,
  weighted: boolean,
  signal: AbortSignal | undefined,
): Promise<LayoutAnswer<PagerankLayout>> {
  return resident.layout({
    key: `${arithmetic.name} ${weighted ? 'weighted' : 'plain'}`,
    signal,
    make(abandoned) {
      const check = () => {
        abandoned.throwIfAborted()
        gpu.check()
      }
      const pause = createSlices(() => resident.device.nowMs(), check)
      return prepare(gpu, resident, arithmetic, weighted, pause)
    },
  })
}

/** @throws MemoryLimitError when a part can't be bound, before anything is made */
export function checkLayoutSize(
  gpu: Gpu,
  { arcCount, vertexCount }: Graph,
  { elementBytes }: Arithmetic,
  weighted: boolean,
): void {
  const arcBytes = weighted ? elementBytes : 4
  gpu.checkSize(`PageRank of ${arcCount} arcs on this GPU`, arcBytes * arcCount)
  // The largest part by vertex holds two elements each.
  gpu.checkSize(`PageRank of ${vertexCount} vertices on this GPU`, 2 * elementBytes * vertexCount)
}

async function prepare(
  gpu: Gpu,
  { graph, device }: ResidentGraph,
  arithmetic: Arithmetic,
  weighted: boolean,
  pause: Pause,
): Promise<PagerankLayout> {
  const { name: module, code, segment } = arithmetic
  const startMs = device.nowMs()
  // The GPU compiles while the host sorts; a failure shows when the pipeline is used.
  for (const name of PIPELINES) gpu.pipeline(module, code, name).catch(() => {})
  const host = await transpose(graph, arithmetic, weighted, pause)
  const { bounds, depths } = await cutRows(host.rows, segment, pause)
  await Promise.all(PIPELINES.map((name) => gpu.pipeline(module, code, name)))
  const preparedMs = device.nowMs()
  const buffers: GPUBuffer[] = []
  const upload = async (what: string, array: Uint32Array | Elements) => {
    const buffer = await gpu.upload(`PageRank ${what}`, array)
    buffers.push(buffer)
    await pause()
    return buffer
  }
  try {
    const levels: SumLevel[] = []
    for (const rows of host.sources.length === 0 ? [] : bounds) {
      levels.push({ bounds: await upload('rows', rows), rowCount: rows.length - 1 })
    }
    const sources = await upload('sources', host.sources)
    const values = host.values && (await upload('values', host.values))
    const scale = await upload('scale', host.scale)
    const timings = { prepareMs: preparedMs - startMs, uploadMs: device.nowMs() - preparedMs }
    const arcCount = host.sources.length
    return new PagerankLayout(
      ...([arithmetic, levels, sources, values, scale, depths, arcCount, timings] as const),
    )
  } catch (error) {
    for (const buffer of buffers) buffer.destroy()
    throw error
  }
}

interface Transposed {
  /** u32[n+1]: the arcs into vertex v are rows[v] … rows[v + 1] - 1. */
  rows: Uint32Array
  /** Ascending in each row. */
  sources: Uint32Array
  values: Elements | undefined
  scale: Elements
}

/** Arcs by their heads, without those of weight 0. */
async function transpose(
  graph: Graph,
  arithmetic: Arithmetic,
  weighted: boolean,
  pause: Pause,
): Promise<Transposed> {
  const { vertexCount: n, arcCount: m, offsets, targets } = graph
  const weights = weighted ? graph.weights : undefined
  const rows = new Uint32Array(n + 1)
  const totals = new Float64Array(n)
  const sums = { totals, lost: new Float64Array(weights === undefined ? 0 : n) }
  let row = 0
  for (let e = 0; e < m; e += STRIDE, await pause()) {
    row = countArcs({ offsets, targets, weights }, e, Math.min(m, e + STRIDE), row, rows, sums)
  }
  const scale = arithmetic.shares(n)
  for (let v = 0; v < n; v += STRIDE, await pause()) {
    const end = Math.min(n, v + STRIDE)
    for (let u = v; u < end; u++) {
      rows[u + 1] += rows[u]
      if (totals[u] === Number.POSITIVE_INFINITY) {
        throw new RangeError(`weights of vertex ${graph.idOf(u)} sum to more than a double holds`)
      }
      // Near the largest double what was lost could take the sum to infinity.
      if (weights !== undefined) totals[u] = Math.min(totals[u] + sums.lost[u], Number.MAX_VALUE)
      if (totals[u] === 0) continue
      if (weights === undefined) arithmetic.setDegree(scale, u, totals[u])
      else arithmetic.setShare(scale, u, 1)
    }
  }
  const cursor = rows.slice(0, n)
  const sources = new Uint32Array(rows[n])
  const values = weights && arithmetic.shares(rows[n])
  const into = { arithmetic, cursor, sources, values, totals }
  row = 0
  for (let e = 0; e < m; e += STRIDE, await pause()) {
    row = placeArcs({ offsets, targets, weights }, e, Math.min(m, e + STRIDE), row, into)
  }
  return { rows, sources, values, scale }
}

interface Arcs {
  offsets: Uint32Array
  targets: Uint32Array
  weights: Float64Array | undefined
}

/**
 * Counts arcs by head in `rows[head + 1]`, and sums them by tail, weights by Neumaier's sum;
 * returns the last arc's tail.
 */
function countArcs(
  { offsets, targets, weights }: Arcs,
  begin: number,
  end: number,
  firstRow: number,
  rows: Uint32Array,
  { totals, lost }: { totals: Float64Array; lost: Float64Array },
): number {
  let row = firstRow
  for (let e = begin; e < end; e++) {
    while (offsets[row + 1] <= e) row++
    const weight = weights === undefined ? 1 : weights[e]
    if (weight === 0) continue
    const before = totals[row]
    const after = before + weight
    totals[row] = after
    if (weights !== undefined) {
      lost[row] += Math.max(before, weight) - after + Math.min(before, weight)
    }
    rows[targets[e] + 1]++
  }
  return row
}

function placeArcs(
  { offsets, targets, weights }: Arcs,
  begin: number,
  end: number,
  firstRow: number,
  into: {
    arithmetic: Arithmetic
    cursor: Uint32Array
    sources: Uint32Array
    values: Elements | undefined
    totals: Float64Array
  },
): number {
  const { arithmetic, cursor, sources, values, totals } = into
  let row = firstRow
  for (let e = begin; e < end; e++) {
    while (offsets[row + 1] <= e) row++
    if (weights !== undefined && weights[e] === 0) continue
    const at = cursor[targets[e]]++
    sources[at] = row
    if (values !== undefined && weights !== undefined) {
      arithmetic.setShare(values, at, weights[e] / totals[row])
    }
  }
  return row
}

/**
 * Bounds for each level of sums. A row of more than `segment` terms is cut into segments, whose
 * sums are the row's terms on the next level; the last level has one row a vertex.
 */
async function cutRows(
  arcRows: Uint32Array,
  segment: number,
  pause: Pause,
): Promise<{ bounds: Uint32Array[]; depths: Uint8Array }> {
  const n = arcRows.length - 1
  const depths = new Uint8Array(n)
  const bounds: Uint32Array[] = []
  let rows = arcRows
  for (let longest = Infinity; longest > segment; ) {
    longest = 0
    let segmentCount = 0
    for (let v = 0; v < n; v++) {
      const count = rows[v + 1] - rows[v]
      if (count > longest) longest = count
      segmentCount += Math.ceil(count / segment)
      depths[v] += depthOf(Math.min(count, segment))
      if (v % STRIDE === 0) await pause()
    }
    if (longest <= segment) break
    const segments = new Uint32Array(segmentCount + 1)
    rows = await cutOnce(rows, segments, segment, pause)
    bounds.push(segments)
  }
  bounds.push(rows)
  return { bounds, depths }
}

/** Fills `segments` with the bounds of the pieces; returns which pieces make up each row. */
async function cutOnce(
  rows: Uint32Array,
  segments: Uint32Array,
  size: number,
  pause: Pause,
): Promise<Uint32Array> {
  const n = rows.length - 1
  const pieces = new Uint32Array(n + 1)
  let segment = 0
  for (let v = 0; v < n; v++) {
    for (let at = rows[v]; at < rows[v + 1]; at += size) segments[segment++] = at
    pieces[v + 1] = segment
    if (v % STRIDE === 0) await pause()
  }
  segments[segment] = rows[n]
  return pieces
}
