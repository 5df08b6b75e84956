/**
 * What a processor sends in a superstep: the `send` that `communicate` gets, and the packets that
 * it becomes. Plain values and collectives share one packet for each receiver, columns another.
 *
 * A packet of values: u32 messages in it, u32 values of collectives, then items, each a u32 kind:
 * MESSAGE and its value, or COLLECTIVE, a name and a value.
 */

import { show } from '../check.js'
import { type Endpoint, RunEnded } from '../transport/transport.js'
import { CHANNEL, type SendChannel } from './channel.js'
import { ValueWriter } from './codec.js'
import { ColumnPacket } from './column-packet.js'
import { type ColumnLayout, columnLayout, MOST_FIRST_BYTES } from './columns.js'
import type { ColumnSpec, MessageSpec, PlainMessage, Target } from './types.js'

export const MESSAGE = 0
export const COLLECTIVE = 1

/** Bytes before the first item of a packet of values. */
export const VALUES_HEADER = 8

/** Lanes of the transport. */
export const VALUES = 0
export const COLUMNS = 1

/** Bytes of the first block for values; it doubles when it is full. */
const FIRST_BYTES = 256

/** A packet of values on its way. */
interface ValuePacket {
  writer: ValueWriter
  /** Bytes that the next packet begins with, after the size of the last. */
  sizeBytes: number
  messages: number
  /** Values of collectives. */
  values: number
  open: boolean
}

/** The sending side of one processor. */
export class Outbox {
  /** Given to `communicate`. */
  readonly send: unknown
  /** Messages and bytes sent since `begin`. */
  messages = 0
  bytes = 0
  readonly #endpoint: Endpoint
  readonly #rank: number
  readonly #neighbors: readonly number[] | undefined
  readonly #all: readonly number[]
  readonly #values: (ValuePacket | undefined)[] = []
  readonly #columns: (ColumnPacket | undefined)[] = []
  readonly #layout: ColumnLayout | undefined
  /** What this superstep's targets were so far. */
  #style: 'addressed' | 'fanned out' | undefined
  /** Collectives that have sent in this superstep. */
  readonly #sent = new Map<string, string>()
  #isClosed = false

  constructor(
    endpoint: Endpoint,
    rank: number,
    spec: MessageSpec,
    neighbors: readonly number[] | undefined,
  ) {
    this.#endpoint = endpoint
    this.#rank = rank
    this.#neighbors = neighbors
    this.#all = Array.from({ length: endpoint.processors }, (_, to) => to)
    const isPlain = (spec as PlainMessage<unknown>).kind === 'plain'
    this.#layout = isPlain ? undefined : columnLayout(spec as ColumnSpec)
    const channel: SendChannel = {
      rank,
      processors: endpoint.processors,
      sent: this.#sent,
      put: (to, name, value) => this.#put(to, name, value),
    }
    this.send = Object.assign(this.#makeSend(), { [CHANNEL]: channel })
  }

  /** Before `communicate`: nothing has been sent yet. */
  begin(): void {
    this.messages = 0
    this.bytes = 0
    this.#style = undefined
    this.#sent.clear()
  }

  /** After `communicate`: hands the packets to the transport. */
  flush(): void {
    for (const [to, packet] of this.#values.entries()) {
      if (packet?.open !== true) continue
      const { memory, position } = packet.writer
      const header = new DataView(memory.buffer, memory.byteOffset)
      header.setUint32(0, packet.messages, true)
      header.setUint32(4, packet.values, true)
      this.#endpoint.post(this.#rank, to, VALUES, memory, position)
      packet.open = false
      const wanted = Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(position)))
      packet.sizeBytes = Math.min(MOST_FIRST_BYTES, wanted)
      this.bytes += position
    }
    for (const [to, packet] of this.#columns.entries()) {
      if (packet?.isOpen !== true) continue
      const { memory, usedBytes } = packet.close()
      this.#endpoint.post(this.#rank, to, COLUMNS, memory, usedBytes)
      this.bytes += usedBytes
    }
  }

  /** A message that is a plain value, whatever the definition's messages are. */
  sendValue(to: number, value: unknown, what: string): void {
    this.#message(to, value, what)
  }

  /** The run is over: who still sends is told, and what was open is no packet of this run. */
  close(): void {
    this.#isClosed = true
    this.#values.length = 0
    this.#columns.length = 0
  }

  #alloc(byteLength: number): Uint8Array {
    if (this.#isClosed) throw new RunEnded()
    return this.#endpoint.alloc(this.#rank, byteLength)
  }

  #makeSend(): object {
    const layout = this.#layout
    if (layout === undefined) {
      return (to: Target, message: unknown) => {
        if (typeof to === 'number') this.#message(this.#one(to), message)
        else for (const rank of this.#resolve(to)) this.#message(rank, message)
      }
    }
    const packet = (to: number) => this.#columnPacket(to, layout)
    return Object.assign(
      (to: Target, row: Record<string, number | bigint>) => {
        const ranks = typeof to === 'number' ? undefined : this.#resolve(to)
        if (ranks === undefined) packet(this.#one(to as number)).row(row)
        else for (const rank of ranks) packet(rank).row(row)
        this.messages += ranks?.length ?? 1
      },
      {
        batch: (to: Target, columns: Record<string, unknown>) => {
          const ranks = this.#resolve(to)
          for (const rank of ranks) this.messages += packet(rank).batch(columns)
        },
      },
    )
  }

  /** A rank that is addressed. */
  #one(to: number): number {
    this.#checkRank(to)
    this.#keepStyle('addressed')
    return to
  }

  #checkRank(to: unknown): void {
    const { processors } = this.#endpoint
    if (Number.isInteger(to) && Number(to) >= 0 && Number(to) < processors) return
    const expected = `"to" expected a rank from 0 to ${processors - 1}, got ${show(to)}`
    throw typeof to === 'number' ? new RangeError(expected) : new TypeError(expected)
  }

  #resolve(to: Target): readonly number[] {
    if (typeof to === 'number') return [this.#one(to)]
    if (to === 'all' || to === 'neighbors') {
      this.#keepStyle('fanned out')
      if (to === 'all') return this.#all
      if (this.#neighbors !== undefined) return this.#neighbors
      throw new TypeError(
        '"neighbors" are not known: give the computation "neighbors", a function of ctx to ranks',
      )
    }
    if (Array.isArray(to)) return to.map((rank) => this.#one(rank))
    throw new TypeError(`"to" expected rank, array of ranks, 'all' or 'neighbors', got ${show(to)}`)
  }

  /** A target and addresses in one superstep: nobody could say how often a value goes where. */
  #keepStyle(style: 'addressed' | 'fanned out'): void {
    if (this.#style === style) return
    if (this.#style !== undefined) {
      throw new TypeError(
        "messages to ranks and messages to 'all' or 'neighbors' can't be mixed in one superstep: " +
          'address all of them, or add a superstep',
      )
    }
    this.#style = style
  }

  #message(to: number, message: unknown, what = 'the message'): void {
    const packet = this.#valuePacket(to)
    this.#item(packet.writer, (writer) => {
      writer.writeUint32(MESSAGE)
      writer.write(message, what)
    })
    packet.messages++
    this.messages++
  }

  #put(to: number, name: string, value: unknown): void {
    const packet = this.#valuePacket(to)
    this.#item(packet.writer, (writer) => {
      writer.writeUint32(COLLECTIVE)
      writer.write(name)
      writer.write(value, `the value of "${name}"`)
    })
    packet.values++
    this.messages++
  }

  /** Appends an item, or nothing: who sends may catch what was thrown, and send another. */
  #item(writer: ValueWriter, append: (writer: ValueWriter) => void): void {
    const start = writer.position
    try {
      append(writer)
    } catch (error) {
      writer.cutBack(start)
      throw error
    }
  }

  #valuePacket(to: number): ValuePacket {
    const known = this.#values[to]
    if (known?.open) return known
    const packet = known ?? this.#newValuePacket(to)
    packet.writer.reset(this.#alloc(packet.sizeBytes), 0)
    packet.writer.writeUint32(0)
    packet.writer.writeUint32(0)
    packet.messages = 0
    packet.values = 0
    packet.open = true
    return packet
  }

  #newValuePacket(to: number): ValuePacket {
    const writer = new ValueWriter((memory, used, least) => {
      const grown = this.#alloc(Math.max(least, 2 * memory.byteLength))
      grown.set(memory.subarray(0, used))
      return grown
    })
    const packet = { writer, sizeBytes: FIRST_BYTES, messages: 0, values: 0, open: false }
    this.#values[to] = packet
    return packet
  }

  #columnPacket(to: number, layout: ColumnLayout): ColumnPacket {
    let packet = this.#columns[to]
    if (packet === undefined) {
      packet = new ColumnPacket(layout, (bytes) => this.#alloc(bytes))
      this.#columns[to] = packet
    }
    return packet
  }
}
