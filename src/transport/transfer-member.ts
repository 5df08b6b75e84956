/**
 * A member's end of the transport without shared memory. A barrier is a parcel to every other
 * member and one from each: who has all of them has been met by all. Runs in a worker, loaded by
 * URL; waits for events, never blocks.
 */

import { epochMs } from '../time/system.js'
import { nextTurn } from '../turn.js'
import type { JobContext } from '../workers/pool.js'
import { ChunkArena, PACKET_ALIGNMENT } from './arena.js'
import { type MemberReply, type RunMember, ranksOf, replyOf } from './members.js'
import { memoryOf } from './saves.js'
import {
  type FromMember,
  PACKET_WORDS,
  type Parcel,
  type ToMember,
  type TransferRequest,
} from './transfer-protocol.js'
import { type Endpoint, FIGURES, LANES, type Packet, type Phase, RunEnded } from './transport.js'

/** The pool's job. */
export async function enterTransfer(
  _context: JobContext,
  request: TransferRequest,
  run?: RunMember,
): Promise<MemberReply> {
  const { module, argument } = request
  const endpoint = new TransferEndpoint(request)
  try {
    return await replyOf(endpoint, { module, run, argument })
  } finally {
    endpoint.close()
  }
}

/** Without other members nothing has to be waited for: a turn of the event loop so often. */
const TURN_MS = 10

/** A packet to another member, until the barrier. */
interface Outgoing {
  from: number
  to: number
  lane: number
  bytes: Uint8Array
}

class TransferEndpoint implements Endpoint {
  readonly processors: number
  readonly ranks: readonly number[]
  readonly #member: number
  /** Member by rank. */
  readonly #hosts: readonly number[]
  readonly #control: MessagePort
  readonly #peers: readonly (MessagePort | undefined)[]
  /** Parcels that have arrived and were not taken yet, by member. */
  readonly #arrived: Parcel[][]
  readonly #current: Float64Array
  /** Memory of the superstep that sends, and of the one that receives. */
  #sending: ChunkArena
  #receiving: ChunkArena
  #outgoing: Outgoing[][]
  #delivered: Packet[][]
  #counted = 0
  #ended = false
  #paused = false
  #credits = 0
  /** How often it has saved, and the coordinator was done with it. */
  #saves = 0
  #stored = 0
  /** Lets who waits look again. */
  #wake: () => void = () => {}
  #turnMs = epochMs()

  constructor({ processors, member, members, limitBytes, control, peers }: TransferRequest) {
    this.processors = processors
    this.ranks = ranksOf(member, members, processors)
    this.#member = member
    this.#hosts = Array.from({ length: members }, (_, each) =>
      ranksOf(each, members, processors).map(() => each),
    ).flat()
    this.#control = control
    this.#peers = peers
    this.#arrived = peers.map(() => [])
    this.#current = new Float64Array(FIGURES * this.ranks.length)
    this.#sending = new ChunkArena(limitBytes)
    this.#receiving = new ChunkArena(limitBytes)
    this.#outgoing = peers.map(() => [])
    this.#delivered = this.#noPackets()
    control.onmessage = ({ data }) => this.#obey(data as ToMember)
    for (const [peer, port] of peers.entries()) {
      if (port === undefined) continue
      port.onmessage = ({ data }) => {
        this.#arrived[peer].push(data as Parcel)
        this.#wake()
      }
    }
  }

  get aborted(): boolean {
    return this.#ended
  }

  /** The coordinator closes the way to it, when it has heard everything. */
  close(): void {
    this.#tell({ kind: 'ended' })
    for (const port of this.#peers) port?.close()
  }

  enter(rank: number, phase: Phase): void {
    // That it waits, the barrier tells.
    if (phase !== 'waiting') this.#tell({ kind: 'phase', rank, phase })
  }

  alloc(_from: number, byteLength: number): Uint8Array {
    return this.#sending.alloc(byteLength)
  }

  post(from: number, to: number, lane: number, memory: Uint8Array, byteLength: number): void {
    const bytes = memory.subarray(0, byteLength)
    this.#outgoing[this.#hosts[to]].push({ from, to, lane, bytes })
  }

  figures(rank: number): Float64Array {
    const at = (rank - this.ranks[0]) * FIGURES
    return this.#current.subarray(at, at + FIGURES)
  }

  async exchange(agreed: boolean, counts = true): Promise<boolean> {
    if (counts) this.#tellReached()
    if (counts && this.#member === 0) await this.#holdWhilePaused()
    this.#sendParcels(agreed)
    if (this.#peers.length === 1) await this.#takeTurn()
    await this.#until(() => this.#hasAll())
    return this.#deliver(agreed)
  }

  received(rank: number, lane: number): readonly Packet[] {
    return this.#delivered[this.#slotOf(rank, lane)]
  }

  async save(superstep: number, sections: readonly Uint8Array[]): Promise<void> {
    await this.#until(() => this.#stored === this.#saves)
    this.#saves++
    this.#tell({ kind: 'saved', saved: { superstep, sections } }, memoryOf(sections))
  }

  #slotOf(rank: number, lane: number): number {
    return (rank - this.ranks[0]) * LANES + lane
  }

  #noPackets(): Packet[][] {
    return Array.from({ length: this.ranks.length * LANES }, () => [])
  }

  #tell(message: FromMember, moved: Transferable[] = []): void {
    this.#control.postMessage(message, moved)
  }

  #tellReached(): void {
    const { usedBytes } = this.#sending
    // What comes before the first barrier is no superstep.
    const figures = this.#counted++ === 0 ? undefined : this.#current.slice()
    this.#tell({ kind: 'reached', figures, usedBytes }, figures && [figures.buffer])
  }

  #obey(what: ToMember): void {
    if (what === 'end') this.#ended = true
    else if (what === 'stored') this.#stored++
    else if (what === 'step') this.#credits++
    else {
      this.#paused = what === 'pause'
      this.#credits = 0
    }
    this.#wake()
  }

  /** Waits for a condition, or throws when the run is to end. */
  async #until(condition: () => boolean): Promise<void> {
    while (!this.#ended && !condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#ended) throw new RunEnded()
  }

  #hasAll(): boolean {
    return this.#arrived.every((parcels, peer) => peer === this.#member || parcels.length > 0)
  }

  /** The first member keeps its parcels back when all others have come: nobody can pass. */
  async #holdWhilePaused(): Promise<void> {
    if (!this.#paused) return
    await this.#until(() => this.#hasAll() || !this.#paused)
    const mayPass = () => !this.#paused || this.#credits > 0
    if (!mayPass()) {
      this.#tell({ kind: 'held', held: true })
      await this.#until(mayPass)
      this.#tell({ kind: 'held', held: false })
    }
    if (this.#paused) this.#credits--
  }

  async #takeTurn(): Promise<void> {
    if (epochMs() - this.#turnMs > TURN_MS) {
      await nextTurn()
      this.#turnMs = epochMs()
    }
  }

  #sendParcels(agreed: boolean): void {
    for (const [peer, port] of this.#peers.entries()) {
      if (port === undefined) continue
      const parcel = packed(this.#outgoing[peer], agreed)
      port.postMessage(parcel, [parcel.bytes, parcel.packets.buffer])
      this.#outgoing[peer].length = 0
    }
  }

  #deliver(agreed: boolean): boolean {
    this.#delivered = this.#noPackets()
    const own = this.#outgoing[this.#member]
    for (const { from, to, lane, bytes } of own) {
      this.#delivered[this.#slotOf(to, lane)].push({ from, bytes })
    }
    own.length = 0
    let allAgreed = agreed
    for (const parcels of this.#arrived) {
      const parcel = parcels.shift()
      if (parcel === undefined) continue
      allAgreed &&= parcel.agreed
      this.#unpack(parcel)
    }
    const arena = this.#receiving
    this.#receiving = this.#sending
    arena.reset()
    this.#sending = arena
    return allAgreed
  }

  #unpack({ packets, bytes }: Parcel): void {
    for (let at = 0; at < packets.length; at += PACKET_WORDS) {
      const [from, to, lane, start, byteLength] = packets.subarray(at, at + PACKET_WORDS)
      const packet = { from, bytes: new Uint8Array(bytes, start, byteLength) }
      this.#delivered[this.#slotOf(to, lane)].push(packet)
    }
  }
}

/** Packets side by side in memory that can be moved: their own is needed for the next ones. */
function packed(outgoing: readonly Outgoing[], agreed: boolean): Parcel {
  const packets = new Uint32Array(PACKET_WORDS * outgoing.length)
  let byteLength = 0
  for (const [i, { from, to, lane, bytes }] of outgoing.entries()) {
    packets.set([from, to, lane, byteLength, bytes.byteLength], PACKET_WORDS * i)
    byteLength += Math.ceil(bytes.byteLength / PACKET_ALIGNMENT) * PACKET_ALIGNMENT
  }
  const all = new Uint8Array(byteLength)
  for (const [i, { bytes }] of outgoing.entries()) all.set(bytes, packets[PACKET_WORDS * i + 3])
  return { agreed, packets, bytes: all.buffer }
}
