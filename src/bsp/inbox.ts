/**
 * What a processor received: the `inbox` that `compute` gets. Packets come in any order and are put
 * in the order of their senders here, so that results don't depend on delivery. Values are decoded
 * when they are first looked at; columns stay where they lie.
 */

import type { Endpoint, Packet } from '../transport/transport.js'
import { CHANNEL, type Contribution, type InboxChannel } from './channel.js'
import { ValueReader } from './codec.js'
import {
  byName,
  COLUMN_TYPES,
  type ColumnArray,
  type ColumnLayout,
  columnLayout,
  columnViews,
} from './columns.js'
import { COLUMNS, MESSAGE, VALUES, VALUES_HEADER } from './outbox.js'
import type {
  ColumnBatch,
  ColumnInbox,
  ColumnSpec,
  MessageSpec,
  PlainInbox,
  PlainMessage,
} from './types.js'

/** Everything of one superstep's packets of values. */
interface Values {
  messages: unknown[]
  /** First message of each sender; of the one behind the last, the count. */
  starts: number[]
  collectives: Map<string, Contribution[]>
}

/** The receiving side of one processor. */
export class InboxReader {
  readonly #endpoint: Endpoint
  readonly #rank: number
  readonly #layout: ColumnLayout | undefined
  /** Packets of a checkpoint, by lane: until the next look. */
  #restored: readonly (readonly Packet[])[] | undefined

  constructor(endpoint: Endpoint, rank: number, spec: MessageSpec) {
    this.#endpoint = endpoint
    this.#rank = rank
    const isPlain = (spec as PlainMessage<unknown>).kind === 'plain'
    this.#layout = isPlain ? undefined : columnLayout(spec as ColumnSpec)
  }

  /** What the last exchange delivered; `messages` and `bytes` count it, collectives included. */
  open(): { inbox: unknown; messages: number; bytes: number } {
    const received = this.#restored ?? this.packets()
    this.#restored = undefined
    const values = sorted(received[VALUES])
    const channel = new ValueInbox(values, this.#rank, this.#endpoint.processors)
    const collective = sumWords(values, 4)
    let bytes = sumBytes(values)
    if (this.#layout === undefined) {
      return { inbox: channel, messages: channel.length + collective, bytes }
    }
    const packets = sorted(received[COLUMNS])
    const inbox = new TypedInbox(packets, this.#layout, channel)
    bytes += sumBytes(packets)
    return { inbox, messages: inbox.length + collective, bytes }
  }

  /** What the last exchange delivered, by lane, as it lies there. */
  packets(): readonly (readonly Packet[])[] {
    const values = this.#endpoint.received(this.#rank, VALUES)
    const columns = this.#layout && this.#endpoint.received(this.#rank, COLUMNS)
    return [values, columns ?? []]
  }

  /** What an exchange of another run has delivered, as `packets` gave it. */
  restore(packets: readonly (readonly Packet[])[]): void {
    this.#restored = packets
  }

  /** Plain values of the last exchange, whatever the definition's messages are. */
  openValues(): readonly unknown[] {
    const values = sorted(this.#endpoint.received(this.#rank, VALUES))
    return readValues(values, this.#endpoint.processors).messages
  }
}

function sorted(packets: readonly Packet[]): readonly Packet[] {
  return packets.length < 2 ? packets : [...packets].sort((a, b) => a.from - b.from)
}

function sumBytes(packets: readonly Packet[]): number {
  return packets.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
}

/** Plain messages, and the collectives of any computation. */
class ValueInbox implements PlainInbox<unknown> {
  readonly length: number
  readonly [CHANNEL]: InboxChannel
  readonly #packets: readonly Packet[]
  readonly #processors: number
  #values: Values | undefined

  constructor(packets: readonly Packet[], rank: number, processors: number) {
    this.#packets = packets
    this.#processors = processors
    this.length = sumWords(packets, 0)
    this[CHANNEL] = {
      rank,
      processors,
      take: (name) => this.#read().collectives.get(name) ?? [],
    }
  }

  get messages(): readonly unknown[] {
    return this.#read().messages
  }

  from(rank: number): readonly unknown[] {
    const { messages, starts } = this.#read()
    return messages.slice(starts[rank], starts[rank + 1])
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.#read().messages[Symbol.iterator]()
  }

  #read(): Values {
    this.#values ??= readValues(this.#packets, this.#processors)
    return this.#values
  }
}

/** A word of a packet's header. */
function wordOf(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true)
}

function sumWords(packets: readonly Packet[], offset: number): number {
  return packets.reduce((sum, { bytes }) => sum + wordOf(bytes, offset), 0)
}

function readValues(packets: readonly Packet[], processors: number): Values {
  const messages: unknown[] = []
  const starts: number[] = new Array(processors + 1).fill(0)
  const collectives = new Map<string, Contribution[]>()
  for (const { from, bytes } of packets) {
    const reader = new ValueReader(bytes, VALUES_HEADER)
    while (!reader.isAtEnd) {
      if (reader.readUint32() === MESSAGE) {
        messages.push(reader.read())
        continue
      }
      const name = reader.read() as string
      const known = collectives.get(name)
      const contribution = { from, value: reader.read() }
      if (known === undefined) collectives.set(name, [contribution])
      else known.push(contribution)
    }
    starts[from + 1] = messages.length
  }
  for (let rank = 0; rank < processors; rank++) {
    starts[rank + 1] = Math.max(starts[rank], starts[rank + 1])
  }
  return { messages, starts, collectives }
}

/** Typed columns, in place. */
class TypedInbox implements ColumnInbox<ColumnSpec> {
  readonly length: number
  readonly batches: readonly ColumnBatch<ColumnSpec>[]
  readonly [CHANNEL]: InboxChannel
  readonly #layout: ColumnLayout
  #columns: ColumnBatch<ColumnSpec>['columns'] | undefined

  constructor(packets: readonly Packet[], layout: ColumnLayout, values: ValueInbox) {
    this.#layout = layout
    this[CHANNEL] = values[CHANNEL]
    this.batches = packets.map(({ from, bytes }) => {
      const length = wordOf(bytes, 0)
      const capacity = wordOf(bytes, 4)
      const columns = byName(layout, columnViews(layout, bytes, capacity, length))
      return { from, length, columns }
    })
    this.length = this.batches.reduce((sum, batch) => sum + batch.length, 0)
  }

  /** Not in the type: for programs in JavaScript that take it for an inbox of plain messages. */
  [Symbol.iterator](): never {
    throw new TypeError('an inbox of columns has no messages: read inbox.batches, inbox.columns')
  }

  get columns(): ColumnBatch<ColumnSpec>['columns'] {
    this.#columns ??= this.batches.length === 1 ? this.batches[0].columns : this.#join()
    return this.#columns
  }

  #join(): ColumnBatch<ColumnSpec>['columns'] {
    const { names, types } = this.#layout
    const arrays: ColumnArray[] = types.map((type) => new COLUMN_TYPES[type](this.length))
    let at = 0
    for (const { columns, length } of this.batches) {
      for (const [i, name] of names.entries()) {
        ;(arrays[i] as Uint8Array).set(columns[name] as Uint8Array, at)
      }
      at += length
    }
    return byName(this.#layout, arrays)
  }
}
