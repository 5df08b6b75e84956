/**
 * Typed columns as bytes: a packet is a header, then each column at the packet's capacity, all
 * aligned to 64 bytes, so that a kernel can read them where they lie. Used by outbox.ts, inbox.ts.
 */

import type { ColumnArrays, ColumnSpec, Columns, ColumnType } from './types.js'

/** Array class of each type. */
export const COLUMN_TYPES = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
} as const

/** Any column. */
export type ColumnArray = ColumnArrays[ColumnType]

/** u32 length and u32 capacity, both in rows. */
export const HEADER_BYTES = 64

/**
 * Most bytes that a packet begins with because the last one was as large: more would be taken in
 * vain when traffic moves to other receivers, and be missing there.
 */
export const MOST_FIRST_BYTES = 2 ** 24

/** Rows of a packet come in such steps, so that columns of bytes are aligned as well. */
const ROW_STEP = 64

/** The columns of a definition, in order. */
export interface ColumnLayout {
  readonly names: readonly string[]
  readonly types: readonly ColumnType[]
  /** Bytes of a row. */
  readonly rowBytes: number
}

export function columnLayout(spec: ColumnSpec): ColumnLayout {
  const names = Object.keys(spec)
  const types = names.map((name) => spec[name])
  const rowBytes = types.reduce((sum, type) => sum + COLUMN_TYPES[type].BYTES_PER_ELEMENT, 0)
  return { names, types, rowBytes }
}

/** Rows that a packet for at least so many gets. */
export function roundCapacity(rows: number): number {
  return Math.ceil(rows / ROW_STEP) * ROW_STEP
}

export function packetBytes({ rowBytes }: ColumnLayout, capacity: number): number {
  return HEADER_BYTES + rowBytes * capacity
}

/** Views of `length` rows of a packet of `capacity`. */
export function columnViews(
  { types }: ColumnLayout,
  memory: Uint8Array,
  capacity: number,
  length: number,
): ColumnArray[] {
  let offset = memory.byteOffset + HEADER_BYTES
  return types.map((type) => {
    const array = COLUMN_TYPES[type]
    const view = new array(memory.buffer as ArrayBuffer, offset, length)
    offset += capacity * array.BYTES_PER_ELEMENT
    return view
  })
}

/** An array a column, by name. */
export function byName<C extends ColumnSpec>(
  { names }: ColumnLayout,
  arrays: readonly ColumnArray[],
): Columns<C> {
  return Object.fromEntries(names.map((name, i) => [name, arrays[i]])) as unknown as Columns<C>
}
