/** A part of PageRank in plain JavaScript: each vertex sums its in-arcs, in their order. */

import type { Graph } from '../../graph/csr.js'
import { ownRange, type PagerankPart, type PartCut, type PartRequest } from './part-cut.js'

export class ReferencePart implements PagerankPart {
  readonly slots: Float64Array
  readonly #request: PartRequest
  readonly #own: ReturnType<typeof ownRange>
  readonly #rows: InArcs
  readonly #outWeights: Float64Array
  /** Own ranks. */
  readonly #ranks: Float64Array

  constructor(request: PartRequest) {
    const { graph, weighted, cut } = request
    const { vertexCount } = graph
    const own = ownRange(request)
    this.#request = request
    this.#own = own
    this.#outWeights = outWeightsOf(graph, weighted)
    this.#rows = inArcsOf(graph, weighted, this.#outWeights, own.first, own.end)
    this.slots = new Float64Array(cut.blockCount * cut.blockSlots)
    this.#ranks = new Float64Array(own.end - own.first).fill(1 / vertexCount)
    this.#publish(new Float64Array(own.blocks))
  }

  get published(): Float64Array {
    return this.slots.subarray(this.#own.firstSlot, this.#own.endSlot)
  }

  async receive(from: number, published: Float64Array): Promise<void> {
    this.slots.set(published, ownRange({ ...this.#request, rank: from }).firstSlot)
  }

  async pull(jump: number): Promise<void> {
    const { damping, graph, cut } = this.#request
    const { starts, sources, shares } = this.#rows
    const residuals = new Float64Array(this.#own.blocks)
    for (let row = 0; row < this.#ranks.length; row++) {
      let sum = 0
      for (let arc = starts[row]; arc < starts[row + 1]; arc++) {
        sum += this.slots[slotOf(cut, sources[arc])] * shares[arc]
      }
      const rank = jump / graph.vertexCount + damping * sum
      residuals[Math.floor(row / cut.blockRows)] += Math.abs(rank - this.#ranks[row])
      this.#ranks[row] = rank
    }
    this.#publish(residuals)
  }

  async ranks(): Promise<Float64Array> {
    return this.#ranks
  }

  async restore(ranks: Float64Array, published: Float64Array): Promise<void> {
    this.#ranks.set(ranks)
    this.published.set(published)
  }

  dispose(): void {}

  /** A contribution is the rank itself: shares have the out-weight in them. */
  #publish(residuals: Float64Array): void {
    const { cut } = this.#request
    const { first } = this.#own
    for (const [block, residual] of residuals.entries()) {
      const head = slotOf(cut, first + block * cut.blockRows)
      const sums = head + cut.blockRows
      this.slots[sums] = residual
      this.slots[sums + 1] = 0
    }
    for (let row = 0; row < this.#ranks.length; row++) {
      const vertex = first + row
      const slot = slotOf(cut, vertex)
      this.slots[slot] = this.#ranks[row]
      const sums = slot - (vertex % cut.blockRows) + cut.blockRows
      if (this.#outWeights[vertex] === 0) this.slots[sums + 1] += this.#ranks[row]
    }
  }
}

function slotOf({ blockRows, blockSlots }: PartCut, vertex: number): number {
  return Math.floor(vertex / blockRows) * blockSlots + (vertex % blockRows)
}

/** In-arcs of consecutive vertices: sources, and the share of each source's rank that comes by. */
interface InArcs {
  starts: Float64Array
  sources: Uint32Array
  shares: Float64Array
}

function outWeightsOf({ vertexCount, offsets, weights }: Graph, weighted: boolean): Float64Array {
  const sums = new Float64Array(vertexCount)
  for (let v = 0; v < vertexCount; v++) {
    if (!weighted || weights === undefined) sums[v] = offsets[v + 1] - offsets[v]
    else for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) sums[v] += weights[arc]
  }
  return sums
}

function inArcsOf(
  { vertexCount, offsets, targets, weights }: Graph,
  weighted: boolean,
  outWeights: Float64Array,
  first: number,
  end: number,
): InArcs {
  const isOwn = (vertex: number) => vertex >= first && vertex < end
  const starts = new Float64Array(end - first + 1)
  for (const target of targets) if (isOwn(target)) starts[target - first + 1]++
  for (let row = 0; row < end - first; row++) starts[row + 1] += starts[row]
  const cursors = starts.slice()
  const sources = new Uint32Array(starts[end - first])
  const shares = new Float64Array(sources.length)
  for (let u = 0; u < vertexCount; u++) {
    for (let arc = offsets[u]; arc < offsets[u + 1]; arc++) {
      if (!isOwn(targets[arc])) continue
      const at = cursors[targets[arc] - first]++
      const weight = weighted && weights !== undefined ? weights[arc] : 1
      sources[at] = u
      shares[at] = weight === 0 ? 0 : weight / outWeights[u]
    }
  }
  return { starts, sources, shares }
}
