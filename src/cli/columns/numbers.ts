/**
 * Numbers of a column: parsed from cells of text, converted from one element type to another, and
 * written as text again. Every loop runs in slices, so that Ctrl-C is heard.
 */

import { ELEMENT_ARRAYS, type ElementArrays, type ElementType } from '../../devices/device.js'
import type { Steps } from '../../graph/slices.js'
import type { Numbers } from './npy.js'

/** Types that `--type` takes. */
export const NUMBER_TYPES = ['u32', 'i32', 'f32', 'f64', 'u64', 'i64'] as const
export type NumberType = (typeof NUMBER_TYPES)[number]

/** One column of a table of text: cell `row` is `bytes[starts[row]]` up to `bytes[ends[row]]`. */
export interface Cells {
  bytes: Uint8Array
  starts: Uint32Array
  ends: Uint32Array
}

/** A row whose value does not fit, counted from 0. */
export interface Misfit {
  row: number
  problem: string
}

/** Cells of a slice: a few milliseconds. */
export const SLICE_ROWS = 1 << 16

const QUOTE = 0x22
const BLANK = 0x20
const PLUS = 0x2b
const MINUS = 0x2d
const ZERO = 0x30
const POINT = 0x2e

const WHOLE_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  ...{ u8: [0n, 0xffn], u16: [0n, 0xffffn], u32: [0n, 0xffff_ffffn] },
  ...{ i8: [-0x80n, 0x7fn], i16: [-0x8000n, 0x7fffn], i32: [-0x8000_0000n, 0x7fff_ffffn] },
  u64: [0n, 2n ** 64n - 1n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
}

/** The same as doubles: faster, and exact enough for numbers far from 2^63. */
const ROUNDED_RANGES = Object.fromEntries(
  Object.entries(WHOLE_RANGES).map(([type, [low, high]]) => [type, [Number(low), Number(high)]]),
)

/** Whether a result is the numbers, not the row that spoils them. */
export function isNumbers(result: Numbers | Misfit): result is Numbers {
  return ArrayBuffer.isView(result)
}

/**
 * All cells as numbers.
 *
 * @returns the first cell that is none, or does not fit the type
 */
export function* parseNumbers(cells: Cells, type: NumberType): Steps<Numbers | Misfit> {
  const count = cells.starts.length
  const values = new ELEMENT_ARRAYS[type](count)
  for (let from = 0; from < count; from += SLICE_ROWS) {
    const to = Math.min(count, from + SLICE_ROWS)
    const problem = parseSlice(cells, type, values, from, to)
    if (problem !== undefined) return problem
    yield
  }
  return values
}

/**
 * All cells as whole numbers of 64 bits where they are, as doubles otherwise.
 *
 * @returns the first cell that is no number at all
 */
export function* inferNumbers(cells: Cells): Steps<Numbers | Misfit> {
  const signed = yield* parseNumbers(cells, 'i64')
  if (isNumbers(signed)) return signed
  const unsigned = yield* parseNumbers(cells, 'u64')
  return isNumbers(unsigned) ? unsigned : yield* parseNumbers(cells, 'f64')
}

function parseSlice(
  cells: Cells,
  type: NumberType,
  values: Numbers,
  from: number,
  to: number,
): Misfit | undefined {
  const { bytes, starts, ends } = cells
  for (let row = from; row < to; row++) {
    const [start, end] = bareCell(bytes, starts[row], ends[row])
    if (start === end) return { row, problem: 'the cell is empty, a number is needed' }
    const value = parseCell(bytes, start, end, type)
    if (typeof value === 'string') return { row, problem: value }
    values[row] = value
  }
  return undefined
}

/** A cell without the quotes and blanks around it. */
export function bareCell(bytes: Uint8Array, from: number, to: number): [number, number] {
  let [start, end] = [from, to]
  if (bytes[start] === QUOTE && end - start >= 2) {
    start++
    end--
  }
  while (start < end && bytes[start] === BLANK) start++
  while (start < end && bytes[end - 1] === BLANK) end--
  return [start, end]
}

/** A number, or what is wrong with the text. */
function parseCell(
  bytes: Uint8Array,
  start: number,
  end: number,
  type: NumberType,
): number | bigint | string {
  if (type === 'f64' || type === 'f32') return parseFloating(bytes, start, end)
  const isBig = type === 'i64' || type === 'u64'
  const small = smallWhole(bytes, start, end)
  if (!Number.isNaN(small)) {
    const [low, high] = ROUNDED_RANGES[type]
    if (small < low || small > high) return outside(type)
    return isBig ? BigInt(small) : small
  }
  const text = textOf(bytes, start, end)
  if (!/^[+-]?\d+$/.test(text)) return 'not a whole number'
  const value = BigInt(text.replace(/^\+/, ''))
  const [low, high] = WHOLE_RANGES[type]
  if (value < low || value > high) return outside(type)
  return isBig ? value : Number(value)
}

function outside(type: ElementType): string {
  const [low, high] = WHOLE_RANGES[type]
  return `not in the range of ${type}, ${low} to ${high}`
}

/** A whole number of at most 15 digits, which a double holds exactly; NaN for any other text. */
function smallWhole(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start]
  const first = sign === MINUS || sign === PLUS ? start + 1 : start
  if (first === end || end - first > 15) return Number.NaN
  let value = 0
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return sign === MINUS ? 0 - value : value
}

/** Exact powers of ten: a quotient of two exact doubles is rounded once, as it should be. */
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)

function parseFloating(bytes: Uint8Array, start: number, end: number): number | string {
  const sign = bytes[start]
  const first = sign === MINUS || sign === PLUS ? start + 1 : start
  if (end - first > 16) return parseSlowly(bytes, start, end)
  let digits = 0
  let mantissa = 0
  let decimals = -1
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - ZERO
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      digits++
      if (decimals >= 0) decimals++
    } else if (bytes[at] === POINT && decimals < 0) {
      decimals = 0
    } else {
      return parseSlowly(bytes, start, end)
    }
  }
  if (digits === 0 || digits > 15) return parseSlowly(bytes, start, end)
  const value = decimals > 0 ? mantissa / POWERS[decimals] : mantissa
  return sign === MINUS ? -value : value
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number | string {
  const text = textOf(bytes, start, end)
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text)
  const [, sign, word] = /^([+-]?)(nan|inf|infinity)$/i.exec(text) ?? []
  if (word === undefined) return 'not a number'
  if (word.toLowerCase() === 'nan') return Number.NaN
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}

/** Whether the text of a cell is a number, for finding headers. */
export function isNumberText(text: string): boolean {
  const bytes = Buffer.from(text, 'utf8')
  const [start, end] = bareCell(bytes, 0, bytes.length)
  return start < end && typeof parseFloating(bytes, start, end) === 'number'
}

/** Date and time of RFC 3339, or a date alone. */
const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i

/** Whether the text of a cell looks like ISO 8601: enough to tell data from a header. */
export function isTimeText(text: string): boolean {
  return TIME.test(text)
}

/**
 * Numbers in another element type. To fewer digits they are rounded; what is out of range, or no
 * whole number where one is needed, is a misfit.
 */
export function* castNumbers(values: Numbers, type: ElementType): Steps<Numbers | Misfit> {
  if (values instanceof ELEMENT_ARRAYS[type]) return values
  const count = values.length
  const result: Numbers = new ELEMENT_ARRAYS[type](count)
  const isBig = result instanceof BigInt64Array || result instanceof BigUint64Array
  const range = WHOLE_RANGES[type]
  for (let row = 0; row < count; row++) {
    if (row % SLICE_ROWS === SLICE_ROWS - 1) yield
    const value = values[row]
    if (range !== undefined) {
      if (typeof value === 'number' && !Number.isInteger(value)) {
        return { row, problem: `${value} is no whole number` }
      }
      if (value < range[0] || value > range[1]) {
        return { row, problem: `${value} is ${outside(type)}` }
      }
    }
    result[row] = isBig ? BigInt(value) : Number(value)
  }
  return result
}

/** How the values of a column are written: the fewest digits that read back as the same number. */
export function numberText(values: Numbers): (row: number) => string {
  if (values instanceof Float32Array) return (row) => singleText(values[row])
  if (values instanceof Float64Array) return (row) => doubleText(values[row])
  return (row) => String(values[row])
}

/** A double: what JavaScript writes, but for the sign of -0. */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A single: up to nine digits are needed. */
export function singleText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return doubleText(shorter)
  }
  return String(Number(value.toPrecision(9)))
}

/** The values in another order. */
export function takeNumbers<A extends ElementArrays[ElementType]>(
  values: A,
  order: Uint32Array,
): A {
  const result = new (values.constructor as new (length: number) => A)(order.length)
  for (let i = 0; i < order.length; i++) result[i] = values[order[i]]
  return result
}
