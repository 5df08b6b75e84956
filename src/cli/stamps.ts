/**
 * A table's column of timestamps, converted: numbers and text in, numbers and text out. Called by
 * convert.ts, and by sort.ts for columns of ISO 8601.
 */

import { TimestampError } from '../errors.js'
import { runSliced, type Steps } from '../graph/slices.js'
import type { KernelRun } from '../kernels/place.js'
import { formatIso8601, iso8601Bytes, parseIso8601 } from '../kernels/timestamps/iso8601.js'
import type { LossPolicy, OverflowPolicy, TimestampFormat } from '../kernels/timestamps/types.js'
import type { Numbers } from './columns/npy.js'
import { bareCell, type Cells, SLICE_ROWS } from './columns/numbers.js'
import { problemIn } from './columns/problem.js'
import { textAt } from './columns/rows.js'
import type { NewColumn, StampUnit, Table } from './columns/types.js'
import type { DeviceOptions } from './options.js'

/** Formats by the type of their numbers, and the digits of a second that their text needs. */
const FORMATS = {
  'unix-s': { type: 'i64', digits: 0 },
  'unix-ms': { type: 'i64', digits: 3 },
  'unix-us': { type: 'i64', digits: 6 },
  'unix-ns': { type: 'i64', digits: 9 },
  ntp: { type: 'u64', digits: 9 },
  ptp: { type: 'u64', digits: 9 },
  'tai-ns': { type: 'i64', digits: 9 },
  filetime: { type: 'u64', digits: 7 },
  hlc: { type: 'u64', digits: 3 },
  // In this century its steps are 40 microseconds.
  'julian-date': { type: 'f64', digits: 6 },
} as const satisfies Record<TimestampFormat, { type: 'i64' | 'u64' | 'f64'; digits: number }>

/** Counts since 1970 that text is made from and read into. */
type UnixFormat = 'unix-s' | StampUnit

/** What `--from` and `--to` take. */
export type StampFormat = TimestampFormat | 'iso8601'
export const STAMP_FORMATS = ['iso8601', ...Object.keys(FORMATS)] as StampFormat[]

/** A conversion that a command asks for. */
export interface StampRequest extends DeviceOptions {
  from: StampFormat
  to: StampFormat
  overflow?: OverflowPolicy
  loss?: LossPolicy
  signal: AbortSignal
  onRun: (run: KernelRun) => void
}

/**
 * The picked column in another format. Text stays text with the digits that `from` has.
 *
 * @throws ColumnFileError for the first row that can't be read, or be held
 */
export async function convertColumn(table: Table, request: StampRequest): Promise<NewColumn> {
  const { from, to, signal } = request
  const read = unixFor(to)
  const values =
    from === 'iso8601'
      ? await runSliced(readTexts(table, read), signal)
      : await numbersOf(table, from, signal)
  const target = to === 'iso8601' ? unixFor(from) : to
  const source = from === 'iso8601' ? read : from
  const converted = await convert(table, values, { ...request, from: source, to: target })
  if (to === 'iso8601') {
    const digits = from === 'iso8601' ? 9 : FORMATS[from].digits
    const unix = converted as BigInt64Array
    const cells = await runSliced(writeTexts(table, unix, target as UnixFormat, digits), signal)
    return { kind: 'text', cells }
  }
  if (to === 'ptp') {
    return { kind: 'text', cells: await runSliced(pairTexts(converted as BigUint64Array), signal) }
  }
  return { kind: 'numbers', values: converted, unit: isUnit(to) ? to : undefined }
}

/** The count that stands between text and another format: that format itself, if it is one. */
function unixFor(other: StampFormat): UnixFormat {
  return other === 'unix-s' || isUnit(other) ? other : 'unix-ns'
}

function isUnit(format: StampFormat): format is StampUnit {
  return format === 'unix-ms' || format === 'unix-us' || format === 'unix-ns'
}

async function numbersOf(
  table: Table,
  from: TimestampFormat,
  signal: AbortSignal,
): Promise<Numbers> {
  if (from === 'ptp') return runSliced(readPairs(table), signal)
  return runSliced(table.numbers(FORMATS[from].type), signal)
}

async function convert(
  table: Table,
  values: Numbers,
  request: StampRequest & { from: TimestampFormat; to: TimestampFormat },
): Promise<Numbers> {
  const { from, to, overflow, loss, device, threads, signal, onRun } = request
  const { convertTimestamps } = await import('../kernels/timestamps/index.js')
  const options = { from, to, overflow, loss, device, threads, signal, onRun }
  try {
    return await convertTimestamps(values as BigInt64Array, options)
  } catch (error) {
    if (!(error instanceof TimestampError)) throw error
    throw problemAt(table, error.index, error.message.replace(/^"values"\[\d+\] /, ''), error)
  }
}

function problemAt(table: Table, row: number, problem: string, cause?: unknown): Error {
  const { file, columnName: column } = table
  const line = table.lineOf(row)
  const cells = table.cells()
  const text = cells && textAt(cells.bytes, cells.starts[row], cells.ends[row])
  const place = line === undefined ? { file, column, row: row + 1 } : { file, column, line }
  return problemIn(place, problem, text, cause)
}

function cellsOf(table: Table, format: string): Cells {
  const cells = table.cells()
  if (cells !== undefined) return cells
  const problem = `${format} is read from text only, .csv or .tsv`
  throw problemIn({ file: table.file, column: table.columnName }, problem)
}

/** ISO 8601 as counts since 1970; what is finer is dropped, later times are larger. */
function* readTexts(table: Table, unix: UnixFormat): Steps<BigInt64Array> {
  const { bytes, starts, ends } = cellsOf(table, 'iso8601')
  const values = new BigInt64Array(starts.length)
  const { digits } = FORMATS[unix]
  const [perSecond, nanosPer] = [10n ** BigInt(digits), 10 ** (9 - digits)]
  for (let row = 0; row < values.length; row++) {
    if (row % SLICE_ROWS === SLICE_ROWS - 1) yield
    const [start, end] = bareCell(bytes, starts[row], ends[row])
    const found = parseIso8601(bytes, start, end)
    if ('expected' in found) {
      const problem = `no ISO 8601 timestamp, expected ${found.expected} behind ${found.position} characters`
      throw problemAt(table, row, problem)
    }
    const value = BigInt(found.seconds) * perSecond + BigInt(Math.floor(found.nanos / nanosPer))
    if (value !== BigInt.asIntN(64, value)) {
      throw problemAt(table, row, 'too far from 1970 for nanoseconds in 64 bits')
    }
    values[row] = value
  }
  return values
}

function* writeTexts(
  table: Table,
  values: BigInt64Array,
  unix: UnixFormat,
  digits: number,
): Steps<Cells> {
  const format = { digits, offsetMinutes: 0 }
  const width = iso8601Bytes(format)
  const perSecond = 10n ** BigInt(FORMATS[unix].digits)
  const nanosPer = 1_000_000_000n / perSecond
  const bytes = new Uint8Array(width * values.length)
  for (let row = 0; row < values.length; row++) {
    if (row % SLICE_ROWS === SLICE_ROWS - 1) yield
    const fraction = ((values[row] % perSecond) + perSecond) % perSecond
    const seconds = Number((values[row] - fraction) / perSecond)
    const length = formatIso8601(seconds, Number(fraction * nanosPer), format, bytes, row * width)
    if (length === 0) throw problemAt(table, row, 'ISO 8601 has years 0000 to 9999 only')
  }
  return regular(bytes, values.length, width)
}

/** Cells that lie one behind the other. */
function regular(bytes: Uint8Array, count: number, width: number): Cells {
  const starts = Uint32Array.from({ length: count }, (_, row) => row * width)
  return { bytes, starts, ends: starts.map((start) => start + width) }
}

/** PTP in text: TAI seconds and nanoseconds as one decimal number. */
function* readPairs(table: Table): Steps<BigUint64Array> {
  const { bytes, starts, ends } = cellsOf(table, 'ptp')
  const values = new BigUint64Array(2 * starts.length)
  for (let row = 0; row < starts.length; row++) {
    if (row % SLICE_ROWS === SLICE_ROWS - 1) yield
    const text = textAt(bytes, ...bareCell(bytes, starts[row], ends[row]))
    const [, seconds, fraction = ''] = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text) ?? []
    if (seconds === undefined) {
      throw problemAt(table, row, 'no PTP timestamp: seconds, a point and up to nine digits')
    }
    values[2 * row] = BigInt(seconds)
    values[2 * row + 1] = BigInt(fraction.padEnd(9, '0'))
  }
  return values
}

function* pairTexts(values: BigUint64Array): Steps<Cells> {
  const count = values.length / 2
  // 2^48 has 15 digits.
  const width = 25
  const cells = regular(new Uint8Array(width * count), count, width)
  const text = Buffer.from(cells.bytes.buffer)
  for (let row = 0; row < count; row++) {
    if (row % SLICE_ROWS === SLICE_ROWS - 1) yield
    const pair = `${values[2 * row]}.${String(values[2 * row + 1]).padStart(9, '0')}`
    cells.ends[row] = cells.starts[row] + text.write(pair, cells.starts[row], 'latin1')
  }
  return cells
}
