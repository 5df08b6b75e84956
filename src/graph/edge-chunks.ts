/**
 * A growing list of edges, in chunks so that it is never copied to grow: 8 bytes an edge, 16 with
 * weights. Readers, generators and `graphFromEdges` fill one; assemble.ts turns it into a graph.
 */

import { MemoryLimitError } from '../errors.js'
import { MAX_EDGE_COUNT } from '../limits.js'
import { allocated } from './memory.js'

/** Edges 0 … count-1: source and target alternate in `pairs`. */
export interface EdgeChunk {
  readonly pairs: Uint32Array
  readonly weights: Float64Array | undefined
  count: number
}

const FIRST_CHUNK_EDGES = 1 << 10
const MOST_CHUNK_EDGES = 1 << 20

export class EdgeChunks {
  readonly weighted: boolean
  readonly chunks: EdgeChunk[] = []
  #count = 0

  constructor(weighted: boolean) {
    this.weighted = weighted
  }

  /** Edges in all chunks. */
  get count(): number {
    return this.#count
  }

  /** A chunk with room for at least one edge; the caller must report what it writes by `added`. */
  #open(): EdgeChunk {
    const last = this.chunks.at(-1)
    if (last !== undefined && 2 * last.count < last.pairs.length) return last
    const edges = Math.min(MOST_CHUNK_EDGES, Math.max(FIRST_CHUNK_EDGES, this.#count))
    const bytes = edges * (this.weighted ? 16 : 8)
    return allocated(`a list of over ${this.#count} edges`, bytes, () => {
      const weights = this.weighted ? new Float64Array(edges) : undefined
      const chunk = { pairs: new Uint32Array(2 * edges), weights, count: 0 }
      this.chunks.push(chunk)
      return chunk
    })
  }

  /** @throws MemoryLimitError when a graph can't have that many edges */
  push(source: number, target: number, weight: number): void {
    const chunk = this.#open()
    const at = chunk.count++
    chunk.pairs[2 * at] = source
    chunk.pairs[2 * at + 1] = target
    if (chunk.weights !== undefined) chunk.weights[at] = weight
    this.#added(1)
  }

  /** Copies pairs (two numbers an edge) and their weights to the end. */
  append(pairs: Uint32Array, weights: Float64Array | undefined): void {
    const edges = pairs.length / 2
    let from = 0
    while (from < edges) {
      const chunk = this.#open()
      const to = Math.min(edges, from + chunk.pairs.length / 2 - chunk.count)
      chunk.pairs.set(pairs.subarray(2 * from, 2 * to), 2 * chunk.count)
      if (weights !== undefined) chunk.weights?.set(weights.subarray(from, to), chunk.count)
      chunk.count += to - from
      from = to
    }
    this.#added(edges)
  }

  #added(edges: number): void {
    this.#count += edges
    if (this.#count <= MAX_EDGE_COUNT) return
    throw new MemoryLimitError(`a graph of more than ${MAX_EDGE_COUNT} edges`, {
      neededBytes: this.#count * 4,
      limitBytes: MAX_EDGE_COUNT * 4,
      alternatives: ['a graph in several parts'],
    })
  }
}
