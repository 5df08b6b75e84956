/**
 * The host's half of assembly/id-table.ts and text-table.ts: gives the hash table memory, lets it
 * grow in slices and sorts its ids in the end. Used for ids that are strings, need more than 32
 * bits, are sparse, or must be in a list of vertices.
 */

import { MAX_LINE_BYTES } from '../limits.js'
import { nextTurn } from '../turn.js'
import type { EdgeChunks } from './edge-chunks.js'
import { type EdgeParser, NEEDS_SPACE } from './edge-parser.js'
import { allocateWords } from './memory.js'
import { applyOrder, integerNames, type Names, sortKeys } from './names.js'
import { runSliced, runSteps, SLICE_ITEMS, type Steps } from './slices.js'
import { sortTexts, tableNames } from './text-sort.js'

const FIRST_IDS = 1 << 13
const FIRST_TEXT_BYTES = 1 << 18
/** Copies and fills are cut into pieces of this many bytes. */
const PIECE_BYTES = 1 << 24

export class IdTable {
  readonly strings: boolean
  readonly #parser: EdgeParser
  readonly #slotBytes: number
  /** Bytes of what is kept for each id: the integer, or where the text begins. */
  readonly #keyBytes: number
  #slotCount = 0
  #slots = 0
  #keyCapacity = 0
  #keys = 0
  #textCapacity = 0
  #text = 0

  constructor(parser: EdgeParser, strings: boolean) {
    this.strings = strings
    this.#parser = parser
    this.#slotBytes = strings ? 16 : 8
    this.#keyBytes = strings ? 4 : 8
    if (strings) parser.wasm.resetTextTable()
    else parser.wasm.resetIdTable()
    runSteps(this.grow())
  }

  /** Ids in the table. */
  get count(): number {
    return this.strings ? this.#parser.wasm.textIdCount() : this.#parser.wasm.idCount()
  }

  /** From now on, new ids are UNKNOWN_ID. */
  freeze(): void {
    if (this.strings) this.#parser.wasm.freezeTextTable()
    else this.#parser.wasm.freezeIdTable()
  }

  /** Makes room for at least one more id. */
  *grow(): Steps<void> {
    const count = this.count
    const textBytes = this.strings ? this.#parser.wasm.textBytesUsed() : 0
    if (this.strings && textBytes + MAX_LINE_BYTES >= this.#textCapacity) {
      const capacity = Math.max(FIRST_TEXT_BYTES, 2 * this.#textCapacity)
      this.#text = yield* this.#move(this.#text, this.#textCapacity, capacity, textBytes)
      this.#textCapacity = capacity
    }
    if (count + 1 >= this.#keyCapacity) {
      const capacity = Math.max(FIRST_IDS, 2 * this.#keyCapacity)
      const bytes = this.#keyBytes
      const used = this.#keyCapacity === 0 ? 0 : bytes * (count + 1)
      this.#keys = yield* this.#move(this.#keys, bytes * this.#keyCapacity, bytes * capacity, used)
      this.#keyCapacity = capacity
    }
    if (count >= (this.#slotCount * 5) / 8) yield* this.#enlargeSlots()
    else this.#place()
  }

  *#enlargeSlots(): Steps<void> {
    const { wasm } = this.#parser
    const smaller = { slots: this.#slots, count: this.#slotCount }
    const freed = smaller.count * this.#slotBytes
    // Strings move from slot to slot; integers are entered again from their keys.
    if (!this.strings && freed > 0) this.#parser.free(smaller.slots, freed)
    this.#slotCount = Math.max(2 * FIRST_IDS, 2 * smaller.count)
    const byteLength = this.#slotBytes * this.#slotCount
    this.#slots = this.#parser.alloc(byteLength)
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      const from = this.#slots + at
      this.#parser.bytes.fill(0, from, from + Math.min(PIECE_BYTES, byteLength - at))
      yield
    }
    this.#place()
    const count = this.strings ? smaller.count : this.count
    for (let from = 0; from < count; from += SLICE_ITEMS) {
      const to = Math.min(count, from + SLICE_ITEMS)
      if (this.strings) wasm.moveTextSlots(smaller.slots, from, to)
      else wasm.rehashIds(from, to)
      yield
    }
    if (this.strings && freed > 0) this.#parser.free(smaller.slots, freed)
  }

  #place(): void {
    const { wasm } = this.#parser
    const [slots, slotCount, keys, keyCapacity] = [
      this.#slots,
      this.#slotCount,
      this.#keys,
      this.#keyCapacity,
    ]
    if (!this.strings) wasm.placeIdTable(slots, slotCount, keys, keyCapacity)
    else {
      const [text, textBytes] = [this.#text, this.#textCapacity]
      wasm.placeTextTable(slots, slotCount, keys, keyCapacity, text, textBytes)
    }
  }

  /** A larger block with the contents of a smaller one, which is freed. */
  *#move(from: number, oldBytes: number, newBytes: number, used: number): Steps<number> {
    const to = this.#parser.alloc(newBytes)
    for (let at = 0; at < used; at += PIECE_BYTES) {
      const end = Math.min(used, at + PIECE_BYTES)
      this.#parser.bytes.copyWithin(to + at, from + at, from + end)
      yield
    }
    if (oldBytes > 0) this.#parser.free(from, oldBytes)
    return to
  }

  /** Index of an integer, added if new; UNKNOWN_ID when frozen. */
  async internInteger(id: bigint, signal: AbortSignal | undefined): Promise<number> {
    for (;;) {
      const index = this.#parser.wasm.internInteger(id)
      if (index !== NEEDS_SPACE) return index
      await runSliced(this.grow(), signal)
    }
  }

  /** Index of checked UTF-8 text, added if new; UNKNOWN_ID when frozen. */
  async internText(utf8: Uint8Array, signal: AbortSignal | undefined): Promise<number> {
    for (;;) {
      // The regions for u64 pairs are free while rows of strings are read.
      this.#parser.bytes.set(utf8, this.#parser.widePairs)
      const index = this.#parser.wasm.internText(this.#parser.widePairs, utf8.length, true)
      if (index !== NEEDS_SPACE) return index
      await runSliced(this.grow(), signal)
    }
  }

  /** Replaces u64 ids (or u32 ids) at an address by indices; gives how many it could. */
  async map(
    ids: { address: number; count: number; wide: boolean },
    out: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { wasm } = this.#parser
    const { address, count, wide } = ids
    let done = 0
    for (;;) {
      done = wide
        ? wasm.mapIds(address, done, count, out)
        : wasm.mapNarrowIds(address, done, count, out)
      if (done === count || this.count < wasm.idLimit()) return done
      await runSliced(this.grow(), signal)
    }
  }

  /** Replaces u32 ids in all edges by indices. */
  async adopt(edges: EdgeChunks, signal: AbortSignal | undefined): Promise<void> {
    const { pairs, widePairs } = this.#parser
    const batch = SLICE_ITEMS / 4
    for (const chunk of edges.chunks) {
      for (let from = 0; from < 2 * chunk.count; from += batch) {
        const part = chunk.pairs.subarray(from, Math.min(2 * chunk.count, from + batch))
        this.#parser.words(widePairs, part.length).set(part)
        await this.map({ address: widePairs, count: part.length, wide: false }, pairs, signal)
        part.set(this.#parser.words(pairs, part.length))
        await nextTurn()
        signal?.throwIfAborted()
      }
    }
  }

  /** Sorts the ids, renumbers the edges by it, and names the vertices. */
  *finish(edges: EdgeChunks): Steps<Names> {
    if (this.strings) return yield* this.#finishStrings(edges)
    const keys = new BigUint64Array(this.count)
    new Uint8Array(keys.buffer).set(
      this.#parser.bytes.subarray(this.#keys, this.#keys + keys.byteLength),
    )
    yield
    const order = yield* sortKeys(keys)
    yield* applyOrder(edges, order)
    return integerNames(keys, order)
  }

  *#finishStrings(edges: EdgeChunks): Steps<Names> {
    // Ids are only sorted from now on, so records may lie where the slots were.
    const records = yield* sortTexts(this.#parser, this.#slots, this.count)
    const words = this.#parser.words(records, 4 * this.count)
    const order = allocateWords('the order of all vertices', this.count)
    for (let from = 0; from < order.length; from += SLICE_ITEMS) {
      const to = Math.min(order.length, from + SLICE_ITEMS)
      for (let v = from; v < to; v++) order[v] = words[4 * v + 2]
      yield
    }
    yield* applyOrder(edges, order)
    return tableNames(this.#parser, records, order.length)
  }
}
