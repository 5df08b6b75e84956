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

/**
 * Messages: which of the receiver's mirrors of the sender's vertices, and its value; or the values
 * of all, in order of mirrors, when the first one says `EACH`.
 */
export const HALO_MESSAGE = { mirror: 'u32', value: 'f64' } as const

/** No mirror's number. */
const EACH = 0xffff_ffff

/** What is sent to one processor, while it is gathered. */
interface Peer {
  readonly rank: number
  /** Own vertices that it mirrors, in order of its mirrors. */
  readonly vertices: Uint32Array
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
    const isAlone = this.ownCount === graph.vertexCount || this.ownCount === 0
    const found = isAlone ? undefined : new Survey(graph, direction, this, cut)
    this.mirrors = found?.mirrors() ?? new Uint32Array(0)
    this.#mirrorStarts = mirrorStarts(this.mirrors, firsts, this.ownCount)
    const { peers, starts, subscribers } = found?.subscriptions() ?? NOBODY
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
    if (count === this.ownCount) {
      this.#publishAll(send, values)
      return
    }
    this.#fill(values, vertices, count)
    for (const peer of peers) {
      if (peer.length === 0) continue
      const { rank, length } = peer
      const mirror = peer.mirror.subarray(0, length)
      send.batch(rank, { mirror, value: peer.value.subarray(0, length) })
      peer.length = 0
    }
  }

  #publishAll(send: ColumnSend<typeof HALO_MESSAGE>, values: Float64Array): void {
    for (const { rank, vertices, mirror, value } of this.#peers) {
      mirror[0] = EACH
      for (let i = 0; i < vertices.length; i++) value[i] = values[vertices[i]]
      send.batch(rank, { mirror, value })
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
      if (mirror[0] === EACH) {
        values.set(value, first)
        for (let i = 0; i < length; i++) list[count++] = first + i
        continue
      }
      for (let i = 0; i < length; i++) {
        const local = first + mirror[i]
        values[local] = value[i]
        list[count++] = local
      }
    }
    return count
  }
}

/** Without neighbours on other processors. */
const NOBODY = {
  peers: [] as Peer[],
  starts: new Uint32Array(0),
  subscribers: new Uint32Array(0),
}

function mirrorStarts(mirrors: Uint32Array, firsts: Uint32Array, ownCount: number): Uint32Array {
  const starts = new Uint32Array(firsts.length - 1)
  for (let rank = 0, at = 0; rank < starts.length; rank++) {
    while (at < mirrors.length && mirrors[at] < firsts[rank]) at++
    starts[rank] = ownCount + at
  }
  return starts
}

/** Looks at the arcs between own vertices and others: who sends, and who is to be sent to. */
class Survey {
  readonly #first: number
  readonly #ownCount: number
  readonly #cut: VertexCut
  /** 1 for each vertex that sends to an own one. */
  readonly #sends: Uint8Array
  /** For each own vertex, a bit for each rank that it sends to. */
  readonly #words: Uint32Array
  readonly #wordsEach: number

  constructor(
    graph: Graph,
    direction: MessageDirection,
    { first, ownCount }: { first: number; ownCount: number },
    cut: VertexCut,
  ) {
    this.#first = first
    this.#ownCount = ownCount
    this.#cut = cut
    this.#wordsEach = Math.ceil((cut.firsts.length - 1) / 32)
    this.#words = new Uint32Array(ownCount * this.#wordsEach)
    this.#sends = new Uint8Array(graph.vertexCount)
    const along = !graph.directed || direction !== 'in'
    const against = !graph.directed || direction !== 'out'
    this.#lookAtOwnRows(graph, along, against)
    if (graph.directed) this.#lookAtOtherRows(graph, along, against)
  }

  /** Rows of own vertices: messages along their arcs go out, messages against them come in. */
  #lookAtOwnRows({ offsets, targets }: Graph, along: boolean, against: boolean): void {
    const { owners, blockShift } = this.#cut
    const [sends, words, each] = [this.#sends, this.#words, this.#wordsEach]
    const [first, own] = [this.#first, this.#ownCount]
    for (let v = 0; v < own; v++) {
      for (let arc = offsets[first + v]; arc < offsets[first + v + 1]; arc++) {
        const target = targets[arc]
        if ((target - first) >>> 0 < own) continue
        const rank = owners[target >>> blockShift]
        if (along) words[v * each + (rank >>> 5)] |= 1 << (rank & 31)
        if (against) sends[target] = 1
      }
    }
  }

  /** Rows of others: the other way round. */
  #lookAtOtherRows(graph: Graph, along: boolean, against: boolean): void {
    const { vertexCount: n, offsets, targets } = graph
    const { owners, blockShift } = this.#cut
    const [sends, words, each] = [this.#sends, this.#words, this.#wordsEach]
    const [first, own] = [this.#first, this.#ownCount]
    for (let u = 0; u < n; u++) {
      if ((u - first) >>> 0 < own) continue
      const rank = owners[u >>> blockShift]
      for (let arc = offsets[u]; arc < offsets[u + 1]; arc++) {
        const v = (targets[arc] - first) >>> 0
        if (v >= own) continue
        if (along) sends[u] = 1
        if (against) words[v * each + (rank >>> 5)] |= 1 << (rank & 31)
        // One arc is enough to be a sender.
        else break
      }
    }
  }

  /** Vertices of others that send to own ones, ascending. */
  mirrors(): Uint32Array {
    const sends = this.#sends
    let count = 0
    for (let v = 0; v < sends.length; v++) count += sends[v]
    const mirrors = new Uint32Array(count)
    for (let v = 0, at = 0; v < sends.length; v++) if (sends[v] === 1) mirrors[at++] = v
    return mirrors
  }

  /** For each own vertex, pairs of a peer and the number there. */
  subscriptions(): { peers: Peer[]; starts: Uint32Array; subscribers: Uint32Array } {
    const [own, ranks] = [this.#ownCount, this.#cut.firsts.length - 1]
    const counts = new Uint32Array(ranks)
    const starts = new Uint32Array(own + 1)
    let total = 0
    this.#visit((vertex, rank) => {
      counts[rank]++
      starts[vertex + 1] = ++total
    })
    for (let v = 0; v < own; v++) starts[v + 1] = Math.max(starts[v], starts[v + 1])
    const peers: Peer[] = []
    const peerOf = new Uint16Array(ranks)
    for (const [rank, count] of counts.entries()) {
      if (count === 0) continue
      peerOf[rank] = peers.length
      const [vertices, mirror] = [new Uint32Array(count), new Uint32Array(count)]
      peers.push({ rank, vertices, mirror, value: new Float64Array(count), length: 0 })
    }
    const subscribers = new Uint32Array(2 * total)
    counts.fill(0)
    let at = 0
    this.#visit((vertex, rank) => {
      peers[peerOf[rank]].vertices[counts[rank]] = vertex
      subscribers[at++] = peerOf[rank]
      subscribers[at++] = counts[rank]++
    })
    return { peers, starts, subscribers }
  }

  /** In order of own vertices, of each in order of ranks. */
  #visit(take: (vertex: number, rank: number) => void): void {
    const [words, each] = [this.#words, this.#wordsEach]
    for (let word = 0; word < words.length; word++) {
      let bits = words[word]
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits)
        take(Math.floor(word / each), 32 * (word % each) + bit)
        bits &= bits - 1
      }
    }
  }
}
