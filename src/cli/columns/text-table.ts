/**
 * Tables of text: .csv, .tsv and standard input. Rows keep their bytes: what is written again is
 * what was read, in another order or with one cell replaced.
 */

import { runSliced, type Steps } from '../../graph/slices.js'
import type { Numbers } from './npy.js'
import {
  type Cells,
  inferNumbers,
  isNumbers,
  isNumberText,
  isTimeText,
  type NumberType,
  parseNumbers,
} from './numbers.js'
import { pickColumn } from './pick.js'
import { problemIn } from './problem.js'
import { cellsOf, createScan, findRows, lineOf, type Rows, scanRow, textAt } from './rows.js'
import type { Source } from './source.js'
import { storedNew, storedNumbers, storedTexts, takeStored } from './stored.js'
import { cellWriter, type Replacement, TextWriter } from './text-writer.js'
import type { ColumnRequest, Rewrite, StoredColumn, Table } from './types.js'

/** Delimiters looked for in the first row, the likelier first. */
const DELIMITERS = [',', '\t', ';']
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
/** What the first row says about the others. */
interface Layout {
  delimiter: string
  /** Index of the picked column. */
  column: number
  /** Undefined where the first row is data. */
  names: string[] | undefined
  fieldCount: number
  /** Where the first row begins, behind a byte order mark, and where the data does. */
  start: number
  dataStart: number
  /** As behind the first row. */
  lineBreak: string
}

/**
 * @throws ColumnFileError for what is no table, or a column that it doesn't have
 */
export function* readTextTable(source: Source, request: ColumnRequest): Steps<Table> {
  const { bytes, name: file } = source
  const layout = readLayout(source, request)
  const { dataStart, column, fieldCount } = layout
  const delimiter = layout.delimiter.charCodeAt(0)
  const rows = yield* findRows(bytes, dataStart, { file, delimiter, column, fieldCount })
  if (rows.count === 0) {
    throw problemIn({ file }, bytes.length === 0 ? 'no rows: the file is empty' : NO_ROWS)
  }
  return new TextTable(source, layout, rows)
}

const NO_ROWS = 'no rows: there is nothing but a header (--header no reads it as data)'

function readLayout({ bytes, name: file, format }: Source, request: ColumnRequest): Layout {
  const hasMark = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte)
  const start = hasMark ? 3 : 0
  if (bytes.length === start) throw problemIn({ file }, 'no rows: the file is empty')
  const delimiter = format === 'tsv' ? '\t' : findDelimiter(bytes, start)
  const scan = createScan()
  scanRow(bytes, start, delimiter.charCodeAt(0), 0, scan)
  if (scan.problem !== undefined) {
    const text = textAt(bytes, scan.at, bytes.length)
    throw problemIn({ file, line: lineOf(bytes, scan.at) }, scan.problem, text)
  }
  const first = cellTexts(bytes, start, scan.end, delimiter)
  const column = pickColumn(first, request.column, file)
  const isHeader =
    request.header === 'yes' ||
    typeof request.column === 'string' ||
    (request.header === 'auto' && !isNumberText(first[column]) && !isTimeText(first[column]))
  return {
    delimiter,
    column,
    names: isHeader ? first : undefined,
    fieldCount: first.length,
    start,
    dataStart: isHeader ? scan.next : start,
    lineBreak: bytes[scan.end] === 0x0d ? '\r\n' : '\n',
  }
}

/** The delimiter that stands outside of quotes in the first row. */
function findDelimiter(bytes: Uint8Array, start: number): string {
  const scan = createScan()
  const found = DELIMITERS.find((delimiter) => {
    scanRow(bytes, start, delimiter.charCodeAt(0), 0, scan)
    return scan.problem === undefined && scan.fieldCount > 1
  })
  return found ?? ','
}

/** All cells of a row, without their quotes. */
function cellTexts(bytes: Uint8Array, from: number, end: number, delimiter: string): string[] {
  const row = bytes.subarray(0, end)
  const scan = createScan()
  const texts: string[] = []
  do {
    scanRow(row, from, delimiter.charCodeAt(0), texts.length, scan)
    texts.push(cellText(bytes, scan.cellStart, scan.cellEnd))
  } while (texts.length < scan.fieldCount)
  return texts
}

function cellText(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
}

class TextTable implements Table {
  readonly file: string
  readonly format: Table['format']
  readonly rowCount: number
  readonly columnCount: number
  readonly hasNames: boolean
  readonly columnName: string
  readonly unit = undefined
  readonly #bytes: Uint8Array
  readonly #layout: Layout
  readonly #rows: Rows

  constructor({ name, format, bytes }: Source, layout: Layout, rows: Rows) {
    this.file = name
    this.format = format
    this.rowCount = rows.count
    this.columnCount = layout.fieldCount
    this.hasNames = layout.names !== undefined
    this.columnName = layout.names?.[layout.column] ?? `column ${layout.column + 1}`
    this.#bytes = bytes
    this.#layout = layout
    this.#rows = rows
  }

  *numbers(type: NumberType | undefined): Steps<Numbers> {
    const cells = this.cells()
    const result = yield* type === undefined ? inferNumbers(cells) : parseNumbers(cells, type)
    if (isNumbers(result)) return result
    const { row, problem } = result
    const text = textAt(this.#bytes, cells.starts[row], cells.ends[row])
    throw problemIn(
      { file: this.file, line: this.lineOf(row), column: this.columnName },
      problem,
      text,
    )
  }

  cells(): Cells {
    return cellsOf(this.#bytes, this.#rows)
  }

  lineOf(row: number): number {
    return lineOf(this.#bytes, this.#rows.cellStarts[row])
  }

  *toText(rewrite: Rewrite, delimiter = this.#layout.delimiter): Generator<Uint8Array> {
    const writer = new TextWriter()
    const { start, dataStart } = this.#layout
    const same = delimiter === this.#layout.delimiter
    const replacement = rewrite.column && cellWriter(rewrite.column)
    // The header, or a byte order mark alone.
    if (same) writer.copy(this.#bytes, 0, this.hasNames ? this.#headerEnd() : start)
    else if (this.hasNames) this.#writeAnew(writer, start, this.#headerEnd(), delimiter)
    if (dataStart > start) writer.write(this.#layout.lineBreak)
    for (let i = 0; i < this.rowCount; i++) {
      const row = rewrite.order?.[i] ?? i
      if (same) this.#copyRow(writer, row, replacement)
      else this.#rewriteRow(writer, row, delimiter, replacement)
      writer.write(this.#layout.lineBreak)
      if (writer.isFull) yield writer.take()
    }
    yield writer.take()
  }

  #headerEnd(): number {
    const end = this.#layout.dataStart - this.#layout.lineBreak.length
    // A header alone, without a line break, has no rows and never gets here.
    return end
  }

  #copyRow(writer: TextWriter, row: number, replacement: Replacement | undefined): void {
    const { rowStarts, rowEnds, cellStarts, cellEnds } = this.#rows
    if (replacement === undefined) {
      writer.copy(this.#bytes, rowStarts[row], rowEnds[row])
      return
    }
    writer.copy(this.#bytes, rowStarts[row], cellStarts[row])
    replacement(writer, row)
    writer.copy(this.#bytes, cellEnds[row], rowEnds[row])
  }

  /** With another delimiter, every cell may need other quotes. */
  #rewriteRow(
    writer: TextWriter,
    row: number,
    delimiter: string,
    replacement: Replacement | undefined,
  ): void {
    const { rowStarts, rowEnds } = this.#rows
    this.#writeAnew(writer, rowStarts[row], rowEnds[row], delimiter, (column) => {
      if (column !== this.#layout.column || replacement === undefined) return false
      replacement(writer, row)
      return true
    })
  }

  #writeAnew(
    writer: TextWriter,
    start: number,
    end: number,
    delimiter: string,
    replace: (column: number) => boolean = () => false,
  ): void {
    const texts = cellTexts(this.#bytes, start, end, this.#layout.delimiter)
    for (const [column, text] of texts.entries()) {
      if (column > 0) writer.write(delimiter)
      if (!replace(column)) writer.writeCell(text, delimiter)
    }
  }

  toColumns(rewrite: Rewrite, signal: AbortSignal): Promise<StoredColumn[]> {
    return runSliced(this.#storedColumns(rewrite), signal)
  }

  *#storedColumns({ order, column: replaced }: Rewrite): Steps<StoredColumn[]> {
    const { names, fieldCount, column: picked, dataStart } = this.#layout
    const columns: StoredColumn[] = []
    for (let column = 0; column < fieldCount; column++) {
      const name = names?.[column] ?? `column${column + 1}`
      const delimiter = this.#layout.delimiter.charCodeAt(0)
      const format = { file: this.file, delimiter, column, fieldCount }
      const cells = cellsOf(this.#bytes, yield* findRows(this.#bytes, dataStart, format))
      const stored =
        replaced !== undefined && column === picked
          ? storedNew(name, replaced)
          : yield* storedCells(name, cells)
      columns.push(takeStored(stored, order))
    }
    return columns
  }
}

/** Numbers where all cells are numbers, text otherwise. */
function* storedCells(name: string, cells: Cells): Steps<StoredColumn> {
  const numbers = yield* inferNumbers(cells)
  return isNumbers(numbers) ? storedNumbers(name, numbers) : storedTexts(name, cells)
}
