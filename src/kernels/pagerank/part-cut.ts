/**
 * A part of PageRank: the rows of one processor out of many. Each iteration it is given everybody's
 * contributions and makes its own. How processors tell each other is the caller's business
 * (programs/pagerank.ts). This file has the contract, and cuts a graph into parts.
 *
 * Vertices come in fixed blocks whose size depends on their number only; a part is some consecutive
 * blocks. A block's sums never depend on who owns it, so neither do the bits of the ranks.
 */

import type { Graph } from '../../graph/csr.js'
import { SLICE_ROWS } from './layout.js'

/**
 * Which vertices each processor owns, and where contributions stand. Every block has as many slots,
 * in this order: one a row, residual, dangling mass, zeros.
 */
export interface PartCut {
  /** Vertices of a block; the last one may have fewer. */
  readonly blockRows: number
  readonly blockSlots: number
  readonly blockCount: number
  /** First block of each processor; behind the last one, `blockCount`. */
  readonly firstBlocks: readonly number[]
  /** In-arcs of each vertex, absent ones (of weight 0) not counted. */
  readonly inDegrees: Uint32Array
}

/** The rows of one processor, and what it knows of the others. */
export interface PagerankPart {
  /** Own slots, which the others need: until the next `pull`. */
  readonly published: Float64Array
  /** Takes what another processor has published. */
  receive(from: number, published: Float64Array): Promise<void>
  /** All slots, own and received. */
  readonly slots: Float64Array
  /** One iteration, from all slots. `jump` is what a vertex gets of its personalisation. */
  pull(jump: number): Promise<void>
  /** Own ranks by vertex. */
  ranks(): Promise<Float64Array>
  /** Goes on from what another part of the same rows had: its ranks, and its `published`. */
  restore(ranks: Float64Array, published: Float64Array): Promise<void>
  dispose(): void
}

/** What a part is made of. */
export interface PartRequest {
  graph: Graph
  weighted: boolean
  damping: number
  cut: PartCut
  /** Whose part. */
  rank: number
}

/** Enough blocks for 64 processors; no more rows than sorting by degree still needs. */
const BLOCKS = 64
const MAX_BLOCK_ROWS = 4096

/** Work of a row beside its entries, in entries. */
const ROW_WORK = 4

/** Cuts a graph among processors: whole blocks, with as even a share of the work as they allow. */
export function cutParts(graph: Graph, weighted: boolean, processors: number): PartCut {
  const { vertexCount: n } = graph
  const share = Math.ceil(n / BLOCKS / SLICE_ROWS) * SLICE_ROWS
  const blockRows = Math.max(SLICE_ROWS, Math.min(MAX_BLOCK_ROWS, share))
  const blockCount = Math.ceil(n / blockRows)
  const inDegrees = inDegreesOf(graph, weighted)
  const ends = new Float64Array(blockCount)
  let work = 0
  for (let block = 0; block < blockCount; block++) {
    const end = Math.min(n, (block + 1) * blockRows)
    for (let v = block * blockRows; v < end; v++) work += inDegrees[v] + ROW_WORK
    ends[block] = work
  }
  const firstBlocks: number[] = []
  for (let rank = 0, block = 0; rank < processors; rank++) {
    // A block belongs to the processor whose share its middle lies in.
    const from = (2 * work * rank) / processors
    while (block < blockCount && (block === 0 ? 0 : ends[block - 1]) + ends[block] < from) block++
    firstBlocks.push(block)
  }
  firstBlocks.push(blockCount)
  // An odd number of cache lines: the first rows of all blocks, which are read most, would fall
  // into the same sets of a cache otherwise, and an iteration take 1.4 times as long.
  const blockSlots = 8 * ((blockRows / 8 + 1) | 1)
  return { blockRows, blockSlots, blockCount, firstBlocks, inDegrees }
}

/** A slot that is always zero. */
export function zeroSlot({ blockRows }: PartCut): number {
  return blockRows + 2
}

/**
 * Own blocks, the vertices of them, and their slots: each from first to the one behind the last.
 */
export function ownRange({ cut, rank, graph }: Pick<PartRequest, 'cut' | 'rank' | 'graph'>) {
  const { blockRows, blockSlots, firstBlocks } = cut
  const [from, to] = [firstBlocks[rank], firstBlocks[rank + 1]]
  return {
    blocks: to - from,
    first: Math.min(graph.vertexCount, from * blockRows),
    end: Math.min(graph.vertexCount, to * blockRows),
    firstSlot: from * blockSlots,
    endSlot: to * blockSlots,
  }
}

/** Residual of the last iteration and dangling mass, over all slots. */
export function sumsOf(
  { blockCount, blockRows, blockSlots }: PartCut,
  slots: Float64Array,
): { residual: number; dangling: number } {
  const sum = (at: number) =>
    sumTree(Float64Array.from({ length: blockCount }, (_, block) => slots[block * blockSlots + at]))
  return { residual: sum(blockRows), dangling: sum(blockRows + 1) }
}

/** Over a binary tree of block numbers: the same for any number of processors. */
function sumTree(sums: Float64Array): number {
  for (let count = sums.length; count > 1; count = Math.ceil(count / 2)) {
    for (let i = 0; 2 * i < count; i++) {
      sums[i] = 2 * i + 1 < count ? sums[2 * i] + sums[2 * i + 1] : sums[2 * i]
    }
  }
  return sums.length === 0 ? 0 : sums[0]
}

/** Every arc has its reverse: a vertex's own arcs are its in-arcs. */
export function isSymmetric(graph: Graph, weighted: boolean): boolean {
  return !graph.directed && !weighted
}

function inDegreesOf(graph: Graph, weighted: boolean): Uint32Array {
  const { vertexCount: n, arcCount: m, offsets, targets } = graph
  const weights = weighted ? graph.weights : undefined
  const degrees = new Uint32Array(n)
  if (isSymmetric(graph, weighted)) {
    for (let v = 0; v < n; v++) degrees[v] = offsets[v + 1] - offsets[v]
  } else if (weights === undefined) {
    for (let arc = 0; arc < m; arc++) degrees[targets[arc]]++
  } else {
    for (let arc = 0; arc < m; arc++) if (weights[arc] !== 0) degrees[targets[arc]]++
  }
  return degrees
}
