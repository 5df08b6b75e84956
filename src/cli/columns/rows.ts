/**
 * Rows of a table of text (RFC 4180: fields between delimiters, quoted where they hold one, a quote
 * or a line break), found without decoding: only offsets are kept, so that rows can be written
 * again byte for byte. Called by text-table.ts.
 */

import type { Steps } from '../../graph/slices.js'
import type { Cells } from './numbers.js'
import { problemIn } from './problem.js'

const QUOTE = 0x22
const LINE_FEED = 0x0a
const RETURN = 0x0d

/** Bytes of a slice: a few milliseconds. */
const SLICE_BYTES = 1 << 21

/** Rows and one field of each. Row `i` is `bytes[rowStarts[i]]` up to `bytes[rowEnds[i]]`. */
export interface Rows {
  count: number
  rowStarts: Uint32Array
  /** Where the row's own text ends: a line break, or the end of the file. */
  rowEnds: Uint32Array
  /** The field of the column asked for, its quotes included. */
  cellStarts: Uint32Array
  cellEnds: Uint32Array
}

/** What `scanRow` found. */
export interface RowScan {
  /** Behind the row's text. */
  end: number
  /** Where the next row begins. */
  next: number
  fieldCount: number
  cellStart: number
  cellEnd: number
  /** Why the row can't be read, and where that is. */
  problem: string | undefined
  at: number
}

/** An empty result for `scanRow`. */
export function createScan(): RowScan {
  return {
    ...{ end: 0, next: 0, fieldCount: 0, cellStart: 0, cellEnd: 0 },
    ...{ problem: undefined, at: 0 },
  }
}

/**
 * Finds the end of the row that begins at `from`, and one of its fields.
 *
 * @param column which field, counted from 0
 * @param scan filled
 */
export function scanRow(
  bytes: Uint8Array,
  from: number,
  delimiter: number,
  column: number,
  scan: RowScan,
): void {
  const { length } = bytes
  let at = from
  let field = 0
  scan.problem = undefined
  while (true) {
    const start = at
    if (bytes[at] === QUOTE) {
      at = closingQuote(bytes, at)
      if (at > length) {
        scan.problem = 'a quoted field has no closing quote'
        scan.at = start
        return
      }
    }
    const text = at
    while (at < length && bytes[at] !== delimiter && bytes[at] !== LINE_FEED) at++
    const atEnd = at >= length || bytes[at] === LINE_FEED
    const end = atEnd && at > text && bytes[at - 1] === RETURN ? at - 1 : at
    if (text > start && end > text) {
      scan.problem = 'text after a closing quote'
      scan.at = start
      return
    }
    if (field === column) {
      scan.cellStart = start
      scan.cellEnd = end
    }
    field++
    if (atEnd) {
      scan.end = end
      scan.next = at + 1
      scan.fieldCount = field
      return
    }
    at++
  }
}

/** Behind the quote that closes the one at `from`, beyond the end of the bytes if none does. */
function closingQuote(bytes: Uint8Array, from: number): number {
  let at = from + 1
  while (at < bytes.length) {
    if (bytes[at] !== QUOTE) at++
    else if (bytes[at + 1] === QUOTE) at += 2
    else return at + 1
  }
  return bytes.length + 1
}

/** How rows are to be read. */
export interface RowFormat {
  file: string
  delimiter: number
  /** Counted from 0. */
  column: number
  fieldCount: number
}

/**
 * All rows from an offset on. Empty lines at the end are left out.
 *
 * @throws ColumnFileError for quotes that don't close and rows with more or fewer fields
 */
export function* findRows(bytes: Uint8Array, from: number, format: RowFormat): Steps<Rows> {
  const { file, delimiter, column, fieldCount } = format
  const end = withoutEmptyLines(bytes, from)
  const text = bytes.subarray(0, end)
  const rows = new GrowingRows((end - from) >>> 5)
  const scan = createScan()
  let pause = from + SLICE_BYTES
  for (let at = from; at < end; at = scan.next) {
    scanRow(text, at, delimiter, column, scan)
    if (scan.problem !== undefined) {
      const line = lineOf(bytes, scan.at)
      throw problemIn({ file, line }, scan.problem, textAt(bytes, scan.at, end))
    }
    if (scan.fieldCount !== fieldCount) {
      const found = `${scan.fieldCount} column${scan.fieldCount === 1 ? '' : 's'}`
      const problem = `${found} where ${fieldCount} are expected`
      throw problemIn({ file, line: lineOf(bytes, at) }, problem, textAt(bytes, at, scan.end))
    }
    rows.push(at, scan)
    if (at >= pause) {
      pause = at + SLICE_BYTES
      yield
    }
  }
  return rows.finish()
}

/** Where the last row ends that holds anything. */
function withoutEmptyLines(bytes: Uint8Array, from: number): number {
  let end = bytes.length
  while (end > from && (bytes[end - 1] === LINE_FEED || bytes[end - 1] === RETURN)) end--
  return end
}

/** The beginning of a text, for messages. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  const short = Math.min(end, start + 200)
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, short - start).toString('utf8')
}

/** The line that a byte lies in, counted from 1. */
export function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1
  for (let at = bytes.indexOf(LINE_FEED); at >= 0 && at < offset; ) {
    line++
    at = bytes.indexOf(LINE_FEED, at + 1)
  }
  return line
}

/** One column of the rows. */
export function cellsOf(bytes: Uint8Array, rows: Rows): Cells {
  return { bytes, starts: rows.cellStarts, ends: rows.cellEnds }
}

/** Four columns of offsets, longer with each row. */
class GrowingRows {
  #offsets: Uint32Array
  #count = 0

  constructor(expected: number) {
    this.#offsets = new Uint32Array(4 * Math.max(1024, expected))
  }

  push(start: number, { end, cellStart, cellEnd }: RowScan): void {
    const at = 4 * this.#count
    if (at === this.#offsets.length) {
      const longer = new Uint32Array(2 * this.#offsets.length)
      longer.set(this.#offsets)
      this.#offsets = longer
    }
    this.#offsets[at] = start
    this.#offsets[at + 1] = end
    this.#offsets[at + 2] = cellStart
    this.#offsets[at + 3] = cellEnd
    this.#count++
  }

  finish(): Rows {
    const [rowStarts, rowEnds, cellStarts, cellEnds] = [0, 1, 2, 3].map((part) => {
      const offsets = new Uint32Array(this.#count)
      for (let row = 0; row < offsets.length; row++) offsets[row] = this.#offsets[4 * row + part]
      return offsets
    })
    return { count: this.#count, rowStarts, rowEnds, cellStarts, cellEnds }
  }
}
