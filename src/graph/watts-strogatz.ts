/**
 * Small worlds: `generateWattsStrogatz`. Beside generate.ts, because it has a hash set of its own.
 */

import { checkInteger, checkNumber, checkOptions, show } from '../check.js'
import { MAX_EDGE_COUNT, MAX_VERTEX_COUNT } from '../limits.js'
import { createRandom, type Random } from '../random.js'
import { assembleGraph } from './assemble.js'
import type { Graph } from './csr.js'
import { EdgeChunks } from './edge-chunks.js'
import { allocateWords } from './memory.js'
import { denseNames } from './names.js'
import { runSteps } from './slices.js'

/** Options of `generateWattsStrogatz`. */
export interface WattsStrogatzOptions {
  /** n: vertices on the ring. */
  vertexCount: number
  /** Neighbours of each vertex on the ring before rewiring: even, below `vertexCount`. */
  neighbors: number
  /** Probability that the far end of an edge is drawn anew, 0 to 1. */
  rewiring: number
  /** Any whole number; its low 32 bits count. The same seed gives the same graph. Default 1. */
  seed?: number
  /**
   * Default false: the model is undirected. True stores each edge once, as an arc from the vertex
   * whose end stays.
   */
  directed?: boolean
}

const OPTION_NAMES = ['vertexCount', 'neighbors', 'rewiring', 'seed', 'directed']

/**
 * A small world (Watts and Strogatz, "Collective dynamics of 'small-world' networks", Nature 393,
 * 1998): a ring in which every vertex is joined to its nearest `neighbors`, half of them on each
 * side; then, lap by lap from the nearest ones on, the far end of each edge is moved with
 * probability `rewiring` to a vertex drawn uniformly, never to itself nor to a neighbour (an edge
 * stays where no other vertex is left). Always `vertexCount · neighbors / 2` edges, no self-loop,
 * no parallel edge. Unweighted. Vertices are called 0 … vertexCount - 1.
 *
 * The call blocks, for about 0.2 µs an edge.
 *
 * @throws TypeError or RangeError for a bad option; MemoryLimitError beyond 2^32 - 1 arcs
 *
 * @example
 * ```ts
 * const graph = generateWattsStrogatz({ vertexCount: 1000, neighbors: 10, rewiring: 0.1, seed: 7 })
 * graph.edgeCount // 5000
 * ```
 */
export function generateWattsStrogatz(options: WattsStrogatzOptions): Graph {
  checkOptions('options', options ?? 0, OPTION_NAMES)
  const { vertexCount, neighbors, rewiring, seed = 1, directed = false } = options
  checkInteger('vertexCount', vertexCount, 1, MAX_VERTEX_COUNT)
  const most = Math.min(vertexCount - 1, Math.floor(MAX_EDGE_COUNT / vertexCount))
  checkInteger('neighbors', neighbors, 0, most)
  if (neighbors % 2 === 1)
    throw new RangeError(`"neighbors" expected even number, got ${neighbors}`)
  checkNumber('rewiring', rewiring, { low: 0, high: 1 })
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  if (typeof directed !== 'boolean') {
    throw new TypeError(`"directed" expected boolean, got ${show(directed)}`)
  }
  const edges = new SmallWorld(vertexCount, neighbors / 2).rewire(rewiring, createRandom(seed))
  const fail = (problem: string) => new RangeError(problem)
  return runSteps(assembleGraph(edges, denseNames(vertexCount), { directed, fail }))
}

/** The ring and what was moved away from it. */
class SmallWorld {
  readonly #vertexCount: number
  /** Neighbours on one side. */
  readonly #reach: number
  /** Bit `lap · n + v`: the edge from v to v + lap + 1 was moved. */
  readonly #moved: Uint8Array
  /** Ends of moved edges in an open hash table, the smaller one first, each 1 too large. */
  readonly #slots: Uint32Array
  readonly #mask: number
  readonly #degrees: Uint32Array

  constructor(vertexCount: number, reach: number) {
    this.#vertexCount = vertexCount
    this.#reach = reach
    const edgeCount = vertexCount * reach
    this.#moved = new Uint8Array(Math.ceil(edgeCount / 8))
    let slotCount = 16
    while (slotCount < 2 * edgeCount) slotCount *= 2
    this.#slots = allocateWords('a table of edges', 2 * slotCount)
    this.#mask = slotCount - 1
    this.#degrees = allocateWords('the degrees of all vertices', vertexCount).fill(2 * reach)
  }

  rewire(rewiring: number, random: Random): EdgeChunks {
    const n = this.#vertexCount
    const edges = new EdgeChunks(false)
    for (let lap = 0; lap < this.#reach; lap++) {
      for (let v = 0; v < n; v++) {
        const near = (v + lap + 1) % n
        const isMoved = random.nextFloat() < rewiring && this.#degrees[v] < n - 1
        edges.push(v, isMoved ? this.#move(v, lap, near, random) : near, 0)
      }
    }
    return edges
  }

  #move(v: number, lap: number, near: number, random: Random): number {
    let target = random.nextBelow(this.#vertexCount)
    while (target === v || this.#hasEdge(v, target)) target = random.nextBelow(this.#vertexCount)
    const bit = lap * this.#vertexCount + v
    this.#moved[Math.floor(bit / 8)] |= 1 << (bit % 8)
    const at = this.#find(v, target)
    this.#slots[at] = Math.min(v, target) + 1
    this.#slots[at + 1] = Math.max(v, target) + 1
    this.#degrees[near]--
    this.#degrees[target]++
    return target
  }

  #hasEdge(a: number, b: number): boolean {
    const n = this.#vertexCount
    const ahead = (b - a + n) % n
    // At most one way round is short: twice the reach is below n.
    if (ahead <= this.#reach && !this.#isMoved(a, ahead)) return true
    if (n - ahead <= this.#reach && !this.#isMoved(b, n - ahead)) return true
    return this.#slots[this.#find(a, b)] !== 0
  }

  #isMoved(v: number, distance: number): boolean {
    const bit = (distance - 1) * this.#vertexCount + v
    return ((this.#moved[Math.floor(bit / 8)] >>> (bit % 8)) & 1) === 1
  }

  /** Where the edge lies in the table, or would. */
  #find(a: number, b: number): number {
    const low = Math.min(a, b) + 1
    const high = Math.max(a, b) + 1
    let slot = (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77)) >>> 0
    slot = (slot ^ (slot >>> 15)) & this.#mask
    while (this.#slots[2 * slot] !== 0) {
      if (this.#slots[2 * slot] === low && this.#slots[2 * slot + 1] === high) break
      slot = (slot + 1) & this.#mask
    }
    return 2 * slot
  }
}
