/**
 * The host's half of assembly/id-table.ts: gives the hash table memory, lets it grow in slices and
 * sorts its ids in the end. Used for ids that are strings, need more than 32 bits, are sparse, or
 * must be in a list of vertices.
 */

import { MAX_LINE_BYTES } from '../limits.js'
import { nextTurn } from '../turn.js'
import type { EdgeChunks } from './edge-chunks.js'
import { type EdgeParser, NEEDS_SPACE } from './edge-parser.js'
import { applyOrder, integerNames, type Names, sortKeys, stringNames } from './names.js'
import { runSliced, runSteps, SLICE_ITEMS, type Steps } from './slices.js'

const FIRST_IDS = 1 << 13
const FIRST_TEXT_BYTES = 1 << 18
/** Copies and fills are cut into pieces of this many bytes. */
const PIECE_BYTES = 1 << 24

export class IdTable {
  readonly strings: boolean
  readonly #parser: EdgeParser
  #slotCount = 0
  #slots = 0
  #keyCapacity = 0
  #keys = 0
  #textCapacity = 0
  #text = 0

  constructor(parser: EdgeParser, strings: boolean) {
    this.strings = strings
    this.#parser = parser
    parser.wasm.resetIdTable()
    runSteps(this.grow())
  }

  /** Ids in the table. */
  get count(): number {
    return this.#parser.wasm.idCount()
  }

  /** From now on, new ids are UNKNOWN_ID. */
  freeze(): void {
    this.#parser.wasm.freezeIdTable()
  }

  /** Makes room for at least one more id. */
  *grow(): Steps<void> {
    const { wasm } = this.#parser
    const count = this.count
    if (this.strings && wasm.idTextBytes() + MAX_LINE_BYTES >= this.#textCapacity) {
      const capacity = Math.max(FIRST_TEXT_BYTES, 2 * this.#textCapacity)
      this.#text = yield* this.#move(this.#text, this.#textCapacity, capacity, wasm.idTextBytes())
      this.#textCapacity = capacity
    }
    if (count + 1 >= this.#keyCapacity) {
      const capacity = Math.max(FIRST_IDS, 2 * this.#keyCapacity)
      const used = this.#keyCapacity === 0 ? 0 : 8 * (count + 1)
      this.#keys = yield* this.#move(this.#keys, 8 * this.#keyCapacity, 8 * capacity, used)
      this.#keyCapacity = capacity
    }
    if (count >= (this.#slotCount * 5) / 8) yield* this.#enlargeSlots()
    else this.#place()
  }

  *#enlargeSlots(): Steps<void> {
    const { wasm } = this.#parser
    if (this.#slotCount > 0) this.#parser.free(this.#slots, 8 * this.#slotCount)
    this.#slotCount = Math.max(2 * FIRST_IDS, 2 * this.#slotCount)
    const byteLength = 8 * this.#slotCount
    this.#slots = this.#parser.alloc(byteLength)
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      const from = this.#slots + at
      this.#parser.bytes.fill(0, from, from + Math.min(PIECE_BYTES, byteLength - at))
      yield
    }
    this.#place()
    const count = this.count
    for (let from = 0; from < count; from += SLICE_ITEMS) {
      wasm.rehashIds(from, Math.min(count, from + SLICE_ITEMS), this.strings)
      yield
    }
  }

  #place(): void {
    this.#parser.wasm.placeIdTable(
      this.#slots,
      this.#slotCount,
      this.#keys,
      this.#keyCapacity,
      this.#text,
      this.#textCapacity,
    )
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
    const { wasm } = this.#parser
    const count = this.count
    const orderBytes = 4 * this.#keyCapacity
    wasm.beginTextSort(this.#parser.alloc(orderBytes), this.#parser.alloc(orderBytes))
    let sorted = 0
    while (sorted === 0) {
      yield
      sorted = wasm.continueTextSort(SLICE_ITEMS / 8)
    }
    const order = this.#parser.words(sorted, count).slice()
    yield* applyOrder(edges, order)
    const keys = this.#parser.words(this.#keys, 2 * (count + 1))
    const textBytes = wasm.idTextBytes()
    const text = this.#parser.bytes.subarray(this.#text, this.#text + textBytes)
    return stringNames(text, textBytes, (key) => keys[2 * key], order)
  }
}
