/** A packet of typed columns while it is filled; it grows by doubling. Used by outbox.ts. */

import { show } from '../check.js'
import {
  COLUMN_TYPES,
  type ColumnArray,
  type ColumnLayout,
  columnViews,
  MOST_FIRST_BYTES,
  packetBytes,
  roundCapacity,
} from './columns.js'

/** Rows of the first packet to a receiver. */
const FIRST_ROWS = 64

export class ColumnPacket {
  readonly #layout: ColumnLayout
  readonly #alloc: (byteLength: number) => Uint8Array
  #memory: Uint8Array | undefined
  #views: ColumnArray[] = []
  #capacity = 0
  #length = 0
  /** Rows of the last packet, with which the next one begins. */
  #expected = FIRST_ROWS

  constructor(layout: ColumnLayout, alloc: (byteLength: number) => Uint8Array) {
    this.#layout = layout
    this.#alloc = alloc
  }

  /** Whether anything was added since the last `close`. */
  get isOpen(): boolean {
    return this.#memory !== undefined
  }

  /** Adds one row. */
  row(row: Record<string, number | bigint>): void {
    if (this.#length === 0) this.#checkNames(row)
    if (this.#length === this.#capacity) this.#reserve(1)
    const { names } = this.#layout
    for (let i = 0; i < names.length; i++) {
      const value = row[names[i]]
      const view = this.#views[i]
      view[this.#length] = value as never
      if (view[this.#length] !== value) this.#checkValue(i, value)
    }
    this.#length++
  }

  /** Adds a row for each element of the arrays; returns how many. */
  batch(columns: Record<string, unknown>): number {
    const arrays = this.#checkBatch(columns)
    const { length } = arrays[0]
    if (length === 0) return 0
    if (this.#length + length > this.#capacity) this.#reserve(length)
    for (const [i, array] of arrays.entries()) {
      ;(this.#views[i] as Uint8Array).set(array as Uint8Array, this.#length)
    }
    this.#length += length
    return length
  }

  /** Ends the packet; the next row begins another. */
  close(): { memory: Uint8Array; usedBytes: number } {
    const memory = this.#memory as Uint8Array
    const header = new DataView(memory.buffer, memory.byteOffset)
    header.setUint32(0, this.#length, true)
    header.setUint32(4, this.#capacity, true)
    const usedBytes = packetBytes(this.#layout, this.#capacity)
    const most = Math.floor(MOST_FIRST_BYTES / this.#layout.rowBytes)
    this.#expected = Math.min(this.#length, most)
    this.#memory = undefined
    this.#views = []
    this.#capacity = 0
    this.#length = 0
    return { memory, usedBytes }
  }

  #reserve(more: number): void {
    const least = Math.max(this.#length + more, 2 * this.#capacity, this.#expected)
    const capacity = roundCapacity(least)
    const memory = this.#alloc(packetBytes(this.#layout, capacity))
    const views = columnViews(this.#layout, memory, capacity, capacity)
    for (const [i, view] of this.#views.entries()) {
      ;(views[i] as Uint8Array).set((view as Uint8Array).subarray(0, this.#length))
    }
    this.#memory = memory
    this.#views = views
    this.#capacity = capacity
  }

  /**
   * The first row stands for all of a packet: a check of every one would take longer than sending.
   */
  #checkNames(row: unknown): void {
    const { names } = this.#layout
    const expected = `expected a row { ${names.join(', ')} }`
    if (typeof row !== 'object' || row === null)
      throw new TypeError(`${expected}, got ${show(row)}`)
    for (const name of Object.keys(row)) {
      if (!names.includes(name)) throw new TypeError(`${expected}; it has no column "${name}"`)
    }
  }

  /** The value was stored as another: right for a rounded f32 and NaN, wrong for all else. */
  #checkValue(column: number, value: unknown): void {
    const type = this.#layout.types[column]
    if ((type === 'f32' || type === 'f64') && typeof value === 'number') return
    const name = this.#layout.names[column]
    throw new TypeError(`column "${name}" expected ${type}, got ${show(value)}`)
  }

  #checkBatch(columns: Record<string, unknown>): ColumnArray[] {
    this.#checkNames(columns)
    const { names, types } = this.#layout
    const arrays = names.map((name, i) => {
      const array = columns?.[name]
      const expected = COLUMN_TYPES[types[i]]
      if (array instanceof expected) return array
      throw new TypeError(`column "${name}" expected ${expected.name}, got ${show(array)}`)
    })
    for (const [i, { length }] of arrays.entries()) {
      if (length === arrays[0].length) continue
      throw new RangeError(
        `column "${names[i]}" expected length ${arrays[0].length}, as "${names[0]}", got ${length}`,
      )
    }
    return arrays
  }
}
