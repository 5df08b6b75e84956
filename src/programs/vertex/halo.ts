/**
 * The halo of a processor: mirrors of the remote vertices that send to its own ones, and for each
 * own vertex the processors that mirror it. One value for a vertex and a mirroring processor
 * travels, whatever the number of arcs between them. Used by vertex programs and by label
 * propagation.
 */

import type { ColumnInbox, ColumnSend } from '../../bsp/types.js'
import type { Graph } from '../../graph/csr.js'
import type { Locals, MessageDirection } from './arcs.js'
import type { VertexCut } from './cut.js'

/** Messages: which of the receiver's mirrors of the sender's vertices, and its value. */
export const HALO_MESSAGE = { mirror: 'u32', value: 'f64' } as const

/** What is sent to one processor, while it is gathered. */
interface Peer {
  readonly rank: number
  readonly mirror: Uint32Array
  readonly value: Float64Array
  length: number
}

/** Own vertices of one processor, its mirrors, and who mirrors its own. */
export class Halo implements Locals {
  readonly first: number
  readonly end: number
  readonly mirrors: Uint32Array
  /** Own vertices. */
  readonly ownCount: number
  /** Local number of the first mirror of each rank. */
  readonly #mirrorStarts: Uint32Array
  readonly #peers: Peer[]
  /** For own vertex v, in `#subscribers` from `#starts[v]` on: index of a peer, number there. */
  readonly #starts: Uint32Array
  readonly #subscribers: Uint32Array

  constructor(graph: Graph, direction: MessageDirection, cut: VertexCut, rank: number) {
    const { firsts } = cut
    this.first = firsts[rank]
    this.end = firsts[rank + 1]
    this.ownCount = this.end - this.first
    const own = { first: this.first, end: this.end }
    const isAlone = this.ownCount === graph.vertexCount || this.ownCount === 0
    this.mirrors = isAlone ? new Uint32Array(0) : mirrorsOf(graph, direction, own)
    this.#mirrorStarts = mirrorStarts(this.mirrors, firsts, this.ownCount)
    const bits = isAlone
      ? new Subscriptions(0, 0)
      : subscriptionsOf(graph, direction, own, cut, firsts.length - 1)
    const { peers, starts, subscribers } = bits.list(this.ownCount)
    this.#peers = peers
    this.#starts = starts
    this.#subscribers = subscribers
  }

  /** Sends values of own vertices, by local number, to all that mirror them. */
  publish(
    send: ColumnSend<typeof HALO_MESSAGE>,
    values: Float64Array,
    vertices: Uint32Array,
    count: number,
  ): void {
    const peers = this.#peers
    if (peers.length === 0) return
    this.#fill(values, vertices, count)
    for (const peer of peers) {
      if (peer.length === 0) continue
      const { rank, length } = peer
      const mirror = peer.mirror.subarray(0, length)
      send.batch(rank, { mirror, value: peer.value.subarray(0, length) })
      peer.length = 0
    }
  }

  #fill(values: Float64Array, vertices: Uint32Array, count: number): void {
    const peers = this.#peers
    const starts = this.#starts
    const subscribers = this.#subscribers
    for (let k = 0; k < count; k++) {
      const v = vertices[k]
      for (let at = starts[v]; at < starts[v + 1]; at++) {
        const peer = peers[subscribers[2 * at]]
        peer.mirror[peer.length] = subscribers[2 * at + 1]
        peer.value[peer.length++] = values[v]
      }
    }
  }

  /**
   * Writes what others published to the mirrors of `values`; their local numbers go to `list`.
   *
   * @returns how many there are in the list then
   */
  receive(
    inbox: ColumnInbox<typeof HALO_MESSAGE>,
    values: Float64Array,
    list: Uint32Array,
    listed: number,
  ): number {
    let count = listed
    for (const { from, length, columns } of inbox.batches) {
      const first = this.#mirrorStarts[from]
      const { mirror, value } = columns
      for (let i = 0; i < length; i++) {
        const local = first + mirror[i]
        values[local] = value[i]
        list[count++] = local
      }
    }
    return count
  }
}

/** Calls back for every pair of vertices, one own and one not, such that the other one sends. */
function mirrorsOf(
  { vertexCount: n, directed, offsets, targets }: Graph,
  direction: MessageDirection,
  { first, end }: { first: number; end: number },
): Uint32Array {
  const sends = new Uint8Array(n)
  if (directed && direction !== 'in') {
    const own = end - first
    for (let u = 0; u < n; u++) {
      for (let arc = offsets[u]; arc < offsets[u + 1]; arc++) {
        if ((targets[arc] - first) >>> 0 >= own) continue
        sends[u] = 1
        break
      }
    }
  }
  if (!directed || direction !== 'out') {
    for (let arc = offsets[first]; arc < offsets[end]; arc++) sends[targets[arc]] = 1
  }
  sends.fill(0, first, end)
  let count = 0
  for (let v = 0; v < n; v++) count += sends[v]
  const mirrors = new Uint32Array(count)
  for (let v = 0, at = 0; v < n; v++) if (sends[v] === 1) mirrors[at++] = v
  return mirrors
}

function mirrorStarts(mirrors: Uint32Array, firsts: Uint32Array, ownCount: number): Uint32Array {
  const starts = new Uint32Array(firsts.length - 1)
  for (let rank = 0, at = 0; rank < starts.length; rank++) {
    while (at < mirrors.length && mirrors[at] < firsts[rank]) at++
    starts[rank] = ownCount + at
  }
  return starts
}

/** A bit for each own vertex and rank: whether the rank mirrors the vertex. */
class Subscriptions {
  readonly #words: Uint32Array
  readonly #wordsEach: number
  readonly #ranks: number

  constructor(vertices: number, ranks: number) {
    this.#ranks = ranks
    this.#wordsEach = Math.ceil(ranks / 32)
    this.#words = new Uint32Array(vertices * this.#wordsEach)
  }

  add(vertex: number, rank: number): void {
    this.#words[vertex * this.#wordsEach + (rank >>> 5)] |= 1 << (rank & 31)
  }

  list(vertices: number): { peers: Peer[]; starts: Uint32Array; subscribers: Uint32Array } {
    const counts = new Uint32Array(this.#ranks)
    const starts = new Uint32Array(vertices + 1)
    let total = 0
    this.#visit((vertex, rank) => {
      counts[rank]++
      starts[vertex + 1] = ++total
    })
    for (let v = 0; v < vertices; v++) starts[v + 1] = Math.max(starts[v], starts[v + 1])
    const peers: Peer[] = []
    const peerOf = new Uint16Array(this.#ranks)
    for (const [rank, count] of counts.entries()) {
      if (count === 0) continue
      peerOf[rank] = peers.length
      const [mirror, value] = [new Uint32Array(count), new Float64Array(count)]
      peers.push({ rank, mirror, value, length: 0 })
    }
    const subscribers = new Uint32Array(2 * total)
    counts.fill(0)
    let at = 0
    this.#visit((_vertex, rank) => {
      subscribers[at++] = peerOf[rank]
      subscribers[at++] = counts[rank]++
    })
    return { peers, starts, subscribers }
  }

  /** In order of vertices, of each in order of ranks. */
  #visit(take: (vertex: number, rank: number) => void): void {
    for (let word = 0; word < this.#words.length; word++) {
      let bits = this.#words[word]
      const vertex = Math.floor(word / this.#wordsEach)
      const firstRank = 32 * (word % this.#wordsEach)
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits)
        take(vertex, firstRank + bit)
        bits &= bits - 1
      }
    }
  }
}

function subscriptionsOf(
  { vertexCount: n, directed, offsets, targets }: Graph,
  direction: MessageDirection,
  { first, end }: { first: number; end: number },
  { owners, blockShift }: VertexCut,
  processors: number,
): Subscriptions {
  const subscriptions = new Subscriptions(end - first, processors)
  if (!directed || direction !== 'in') {
    for (let v = first; v < end; v++) {
      for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) {
        const target = targets[arc]
        if (target >= first && target < end) continue
        subscriptions.add(v - first, owners[target >>> blockShift])
      }
    }
  }
  if (directed && direction !== 'out') {
    for (let u = 0; u < n; u++) {
      if (u >= first && u < end) continue
      const rank = owners[u >>> blockShift]
      for (let arc = offsets[u]; arc < offsets[u + 1]; arc++) {
        const target = targets[arc]
        if (target >= first && target < end) subscriptions.add(target - first, rank)
      }
    }
  }
  return subscriptions
}
