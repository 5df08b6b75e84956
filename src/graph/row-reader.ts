/**
 * Reads one text file of rows into a `RowSink`: cuts the bytes into whole lines, lets the WASM
 * parser take the plain ones, reads the others itself, and turns every problem into one error with
 * file and line.
 */

import { GraphFormatError } from '../errors.js'
import { MAX_LINE_BYTES } from '../limits.js'
import { abortable, nextTurn } from '../turn.js'
import { type Detected, type DialectOptions, detectDialect } from './dialect.js'
import { ID_TOO_WIDE, ROWS_DONE, SLICE_BYTES, TABLE_FULL } from './edge-parser.js'
import type { PlainSource } from './open-source.js'
import {
  type Dialect,
  guessRecordEnd,
  lineKind,
  lossyText,
  RowProblem,
  readRow,
  splitRow,
} from './row-grammar.js'
import type { RowSink } from './row-sink.js'

/** Bytes between two turns of the event loop. */
const TURN_BYTES = 4 * SLICE_BYTES
/** A row read in JavaScript costs about as much as this many bytes in WASM. */
const HOST_ROW_BYTES = 1024
const LINE_FEED = 10

export interface RowReaderOptions {
  /** How rows are written, or what is known of it: the first rows tell the rest. */
  format: DialectOptions | { dialect: Dialect; linesBefore: number }
  signal: AbortSignal | undefined
  /** Called after every slice. */
  onSlice: (() => void) | undefined
}

export class RowReader {
  readonly #sink: RowSink
  readonly #source: PlainSource
  readonly #options: RowReaderOptions
  #dialect: Dialect | undefined
  /** Lines before `#from`. */
  #line = 0
  /** Bytes not yet parsed are `#from … #end` of the input region. */
  #from = 0
  #end = 0
  #sinceTurn = 0
  #begun = false

  constructor(sink: RowSink, source: PlainSource, options: RowReaderOptions) {
    this.#sink = sink
    this.#source = source
    this.#options = options
    this.#from = sink.parser.input
    this.#end = this.#from
    const { format } = options
    if (!('dialect' in format)) return
    this.#dialect = format.dialect
    this.#line = format.linesBefore
    this.#begun = true
    sink.begin(format.dialect)
  }

  /** @throws GraphFormatError, or what the source throws, or `signal.reason` */
  async readAll(): Promise<void> {
    const { signal } = this.#options
    const { input, inputBytes } = this.#sink.parser
    for (;;) {
      const bytes = await abortable(this.#source.read(), signal)
      if (bytes === undefined) break
      for (let at = 0; at < bytes.length; ) {
        const room = input + inputBytes - this.#end
        const part = bytes.subarray(at, at + Math.min(room, SLICE_BYTES))
        this.#sink.parser.bytes.set(part, this.#end)
        this.#end += part.length
        at += part.length
        if (this.#end === input + inputBytes) await this.#drain(false)
      }
    }
    await this.#drain(true)
    if (this.#sink.rowCount === 0 && !this.#sink.mayBeEmpty) {
      const what = this.#line === 0 ? 'the file is empty' : 'only comments, empty lines or a header'
      this.#fail(`no edges: ${what}`, 0)
    }
  }

  /** Parses all whole lines; at the end of the file the rest is one, too. */
  async #drain(last: boolean): Promise<void> {
    const { bytes } = this.#sink.parser
    this.#skipMark()
    if (last && this.#end > this.#from && bytes[this.#end - 1] !== LINE_FEED) {
      bytes[this.#end++] = LINE_FEED
    }
    const to = last ? this.#end : bytes.lastIndexOf(LINE_FEED, this.#end - 1) + 1
    if (this.#dialect === undefined) this.#start(Math.max(to, this.#from))
    if (this.#dialect !== undefined && to > this.#from) await this.#parse(to, last)
    if (this.#end - this.#from > MAX_LINE_BYTES) this.#failLongLine(this.#from, this.#end)
    const { input } = this.#sink.parser
    this.#sink.parser.bytes.copyWithin(input, this.#from, this.#end)
    this.#end = input + this.#end - this.#from
    this.#from = input
    this.#options.onSlice?.()
    await this.#breathe(SLICE_BYTES)
  }

  async #breathe(work: number): Promise<void> {
    this.#sinceTurn += work
    if (this.#sinceTurn < TURN_BYTES) return
    this.#sinceTurn = 0
    await nextTurn()
    this.#options.signal?.throwIfAborted()
  }

  async #parse(to: number, last: boolean): Promise<void> {
    const sink = this.#sink
    const dialect = this.#dialect as Dialect
    while (this.#from < to) {
      const status = sink.parse(this.#from, to)
      const problem = await sink.takeRows(this.#options.signal)
      if (problem !== undefined) this.#failRow(problem, to)
      this.#from = sink.parser.wasm.rowsEnd()
      this.#line += sink.parser.wasm.linesTaken()
      if (status === ID_TOO_WIDE && !dialect.numbered) await sink.widen(this.#options.signal)
      else if (status === TABLE_FULL) await sink.enlarge(this.#options.signal)
      else if (status !== ROWS_DONE && !(await this.#hostRow(to, last))) return
    }
  }

  /** Reads one row in JavaScript; false when its quotes go on beyond the bytes at hand. */
  async #hostRow(to: number, last: boolean): Promise<boolean> {
    const { bytes } = this.#sink.parser
    const dialect = this.#dialect as Dialect
    const end = this.#recordEnd(this.#from, to)
    if (end === 0) {
      if (!last) return false
      this.#fail(
        'a quoted field has no closing quote',
        this.#from,
        bytes.indexOf(LINE_FEED, this.#from),
      )
    }
    if (end - this.#from > MAX_LINE_BYTES) this.#failLongLine(this.#from, end)
    try {
      const row = splitRow(bytes, this.#from, end, dialect.delimiter)
      const values = readRow(row?.fields ?? [], dialect)
      const problem = await this.#sink.addRow(values, this.#options.signal)
      if (problem !== undefined) {
        throw new RowProblem(problem, lossyText(bytes.slice(this.#from, end)).trim())
      }
    } catch (error) {
      this.#rethrow(error)
    }
    this.#take(end)
    await this.#breathe(HOST_ROW_BYTES)
    return true
  }

  /** Index behind the record at `from`, or 0 when it does not end before `to`. */
  #recordEnd(from: number, to: number): number {
    const { bytes } = this.#sink.parser
    const lineEnd = bytes.indexOf(LINE_FEED, from) + 1
    const { delimiter } = this.#dialect as Dialect
    if (!bytes.subarray(from, lineEnd).includes(34)) return lineEnd
    try {
      return splitRow(bytes, from, Math.min(to, from + MAX_LINE_BYTES + 1), delimiter)?.end ?? 0
    } catch (error) {
      return this.#rethrow(error)
    }
  }

  /** Steps over a byte order mark at the start of the file. */
  #skipMark(): void {
    if (this.#begun) return
    this.#begun = true
    const [a, b, c] = this.#sink.parser.bytes.subarray(this.#from, this.#end)
    if (a === 0xef && b === 0xbb && c === 0xbf) this.#from += 3
  }

  /** Finds the first two rows and decides on the dialect; the header is taken. */
  #start(to: number): void {
    const { bytes } = this.#sink.parser
    let first: { from: number; end: number } | undefined
    let at = this.#from
    let second: Uint8Array | undefined
    while (at < to && second === undefined) {
      const kind = lineKind(bytes, at, to)
      const end = kind === 'row' ? guessRecordEnd(bytes, at, to) : bytes.indexOf(LINE_FEED, at) + 1
      if (end - at > MAX_LINE_BYTES) this.#failLongLine(at, end)
      if (kind === 'row' && first !== undefined) second = bytes.slice(at, end)
      else if (kind === 'row') first = { from: at, end }
      else if (first === undefined) this.#take(end)
      at = end
    }
    if (first === undefined) return
    let detected: Detected
    try {
      const top = bytes.slice(first.from, first.end)
      if (top.includes(0)) {
        throw new RowProblem('NUL byte: this is binary data, not a text file', lossyText(top))
      }
      detected = detectDialect(top, second, this.#options.format as DialectOptions)
    } catch (error) {
      this.#rethrow(error)
    }
    if (detected.header) this.#take(first.end)
    this.#dialect = detected.dialect
    this.#sink.begin(detected.dialect)
  }

  /** Counts the lines up to `end` as done. */
  #take(end: number): void {
    this.#line += countLines(this.#sink.parser.bytes, this.#from, end)
    this.#from = end
  }

  /** Something is wrong with a row of the last parse call: finds which one. */
  #failRow(problem: string, to: number): never {
    const { bytes } = this.#sink.parser
    let skip = this.#sink.rowsTaken
    let at = this.#from
    let line = this.#line
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, at) + 1
      if (lineKind(bytes, at, to) === 'row' && skip-- === 0) {
        const text = lossyText(bytes.slice(at, end)).trim()
        throw new GraphFormatError({ file: this.#source.name, line: line + 1, text }, problem)
      }
      line++
      at = end
    }
  }

  #failLongLine(from: number, to: number): never {
    this.#fail(
      `line is longer than ${MAX_LINE_BYTES} bytes; an edge list has one edge a line`,
      from,
      Math.min(to, from + 80),
    )
  }

  #fail(problem: string, from: number, to = from): never {
    const { bytes } = this.#sink.parser
    const line = this.#line + 1 + countLines(bytes, this.#from, Math.max(from, this.#from))
    const text = to > from ? lossyText(bytes.slice(from, to)) : undefined
    const place = from === 0 ? {} : { line, text }
    throw new GraphFormatError({ file: this.#source.name, ...place }, problem)
  }

  #rethrow(error: unknown): never {
    if (!(error instanceof RowProblem)) throw error
    const where = { file: this.#source.name, line: this.#line + 1, text: error.text }
    throw new GraphFormatError(where, error.message)
  }
}

function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0
  for (let at = from; at < to; at++) if (bytes[at] === LINE_FEED) lines++
  return lines
}
