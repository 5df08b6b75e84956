/**
 * A table's column of timestamps, converted: numbers and text in, numbers and text out. Called by
 * convert.ts, and by sort.ts for columns of ISO 8601.
 */

import { TimestampError } from '../errors.js'
import { runSliced, type Steps } from '../graph/slices.js'
import type { KernelRun } from '../kernels/place.js'
import type {
  LossPolicy,
  NumericTimestampFormat,
  OverflowPolicy,
  TextColumn,
  TimestampFormat,
} from '../kernels/timestamps/types.js'
import type { Numbers } from './columns/npy.js'
import { bareCell, type Cells, SLICE_ROWS } from './columns/numbers.js'
import { problemIn } from './columns/problem.js'
import { textAt } from './columns/rows.js'
import type { NewColumn, StampUnit, Table } from './columns/types.js'
import { printable } from './json.js'
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
} as const satisfies Record<NumericTimestampFormat, { type: 'i64' | 'u64' | 'f64'; digits: number }>

/** What `--from` and `--to` take. */
export type StampFormat = TimestampFormat
export const STAMP_FORMATS = ['iso8601', ...Object.keys(FORMATS)] as StampFormat[]

/** A conversion that a command asks for. */
export interface StampRequest extends DeviceOptions {
  from: StampFormat
  to: StampFormat
  overflow?: OverflowPolicy
  loss?: LossPolicy
  /** Of a fraction of a second in ISO 8601; by default those of the source. */
  digits?: number
  signal: AbortSignal
  onRun?: (run: KernelRun) => void
}

/**
 * The picked column in another format.
 *
 * @throws ColumnFileError for the first row that can't be read, or be held
 */
export async function convertColumn(table: Table, request: StampRequest): Promise<NewColumn> {
  const { from, to, overflow, loss, device, threads, signal, onRun } = request
  const { convertTimestamps } = await import('../kernels/timestamps/index.js')
  const values = (await valuesOf(table, from, signal)) as BigInt64Array
  const common = { overflow, loss, device, threads, signal, onRun }
  // The formats of a command line are known when it runs only: any stand for them here.
  const source = { ...common, from: from as 'unix-ns' }
  try {
    if (to === 'iso8601') {
      const digits = request.digits ?? (from === 'iso8601' ? 9 : FORMATS[from].digits)
      const text = { to, digits, layout: 'rows' } as const
      const { bytes, width } = await convertTimestamps(values, { ...source, ...text })
      return { kind: 'text', cells: regular(bytes, table.rowCount, width) }
    }
    const converted = await convertTimestamps(values, { ...source, to: to as 'unix-ns' })
    if (to !== 'ptp') return { kind: 'numbers', values: converted, unit: unitOf(to) }
    const pairs = new BigUint64Array(converted.buffer, converted.byteOffset, converted.length)
    return { kind: 'text', cells: await runSliced(pairTexts(pairs), signal) }
  } catch (error) {
    if (!(error instanceof TimestampError)) throw error
    throw problemAt(table, error.index, inOptions(error.message), error)
  }
}

/** The unit that Parquet has for a format. */
function unitOf(format: StampFormat): StampUnit | undefined {
  return format === 'unix-ms' || format === 'unix-us' || format === 'unix-ns' ? format : undefined
}

function valuesOf(
  table: Table,
  from: StampFormat,
  signal: AbortSignal,
): Promise<Numbers | TextColumn> {
  if (from === 'iso8601') return runSliced(readTexts(table), signal)
  if (from === 'ptp') return runSliced(readPairs(table), signal)
  return runSliced(table.numbers(FORMATS[from].type), signal)
}

/** The message without the position, which the place tells, and with options as they are typed. */
function inOptions(message: string): string {
  return message
    .replace(/^"values"\[\d+\] /, '')
    .replace(/\b(overflow|loss): '(\w+)'/g, (_, option, policy) => `--${option} ${policy}`)
}

function problemAt(table: Table, row: number, problem: string, cause?: unknown): Error {
  const { file, columnName: column } = table
  const line = table.lineOf(row)
  const place = line === undefined ? { file, column, row: row + 1 } : { file, column, line }
  return problemIn(place, problem, undefined, cause)
}

function cellsOf(table: Table, format: string): Cells {
  const cells = table.cells()
  if (cells !== undefined) return cells
  const problem = `${format} is read from text only, .csv or .tsv`
  throw problemIn({ file: table.file, column: table.columnName }, problem)
}

/** The picked column's cells one behind the other, without quotes and blanks around them. */
function* readTexts(table: Table): Steps<TextColumn> {
  const { bytes, starts, ends } = cellsOf(table, 'iso8601')
  const offsets = new Uint32Array(starts.length + 1)
  const texts = new Uint8Array(starts.reduce((sum, start, row) => sum + ends[row] - start, 0))
  for (let row = 0; row < starts.length; row++) {
    if (row % SLICE_ROWS === SLICE_ROWS - 1) yield
    const [start, end] = bareCell(bytes, starts[row], ends[row])
    const at = offsets[row]
    for (let i = start; i < end; i++) texts[at + i - start] = bytes[i]
    offsets[row + 1] = at + end - start
  }
  return { bytes: texts.subarray(0, offsets[starts.length]), offsets }
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
      const problem = 'expected seconds, a point and up to nine digits'
      throw problemAt(table, row, `${problem}, got "${printable(text)}" in 'ptp'`)
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
