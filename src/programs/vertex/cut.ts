/**
 * Which processor has which vertices: consecutive ones, in whole blocks whose size depends on their
 * number only, so that sums over blocks don't depend on who has them. Pure arithmetic.
 */

import { checkOneOf } from '../../check.js'
import type { Graph } from '../../graph/csr.js'

/** By what parts are even: arcs that end there, or vertices. */
export type VertexPartition = 'arcs' | 'vertices'

/** @throws TypeError, RangeError */
export function checkPartition(value: unknown): VertexPartition {
  return checkOneOf('partition', value ?? 'arcs', ['arcs', 'vertices'])
}

/** Vertices of all ranks. */
export interface VertexCut {
  /** Vertices of a block are 2^blockShift; the last block may have fewer. */
  readonly blockShift: number
  readonly blockCount: number
  /** First vertex of each rank; behind the last rank, n. */
  readonly firsts: Uint32Array
  /** Rank of each block. */
  readonly owners: Uint16Array
}

/** As many blocks as there may be processors, unless they would be small or large. */
const BLOCKS = 1024
const MAX_BLOCK_SHIFT = 12

/** Work of a vertex beside its arcs, in arcs. */
const VERTEX_WORK = 4

/** Cuts the vertices of a graph among processors. */
export function cutVertices(
  graph: Graph,
  partition: VertexPartition,
  processors: number,
): VertexCut {
  const { vertexCount: n } = graph
  const blockShift = Math.min(MAX_BLOCK_SHIFT, Math.max(0, Math.floor(Math.log2(n / BLOCKS))))
  const blockRows = 2 ** blockShift
  const blockCount = Math.ceil(n / blockRows)
  const isByArcs = partition === 'arcs' && processors > 1
  const arcs = isByArcs ? arcsBefore(graph, blockShift, blockCount) : undefined
  const workBefore = (block: number) => {
    const vertex = Math.min(n, block * blockRows)
    return arcs === undefined ? vertex : arcs[block] + VERTEX_WORK * vertex
  }
  const total = workBefore(blockCount)
  const firsts = new Uint32Array(processors + 1).fill(n)
  const owners = new Uint16Array(blockCount)
  let rank = -1
  for (let block = 0; block < blockCount; block++) {
    // A block belongs to the processor whose share its middle lies in.
    const middle = (workBefore(block) + workBefore(block + 1)) / 2
    const owner = Math.min(processors - 1, Math.floor((middle * processors) / total))
    while (rank < owner) firsts[++rank] = block * blockRows
    owners[block] = owner
  }
  return { blockShift, blockCount, firsts, owners }
}

/** Arcs that end before each block: few counters, which stay in the cache. */
function arcsBefore(
  { vertexCount: n, directed, offsets, targets }: Graph,
  blockShift: number,
  blockCount: number,
): ArrayLike<number> {
  const before = new Uint32Array(blockCount + 1)
  if (!directed) return before.map((_, block) => offsets[Math.min(n, block << blockShift)])
  for (let arc = 0; arc < targets.length; arc++) before[(targets[arc] >>> blockShift) + 1]++
  for (let block = 0; block < blockCount; block++) before[block + 1] += before[block]
  return before
}
