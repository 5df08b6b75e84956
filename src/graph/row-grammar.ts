/**
 * The grammar of edge lists, in plain and careful JavaScript: how a record splits into fields and
 * what an id or a weight may look like. Readers use it for the first rows, for rows that the WASM
 * parser hands back (quotes, hard numbers) and to say exactly what is wrong with a bad one.
 */

/** What a row looks like. */
export interface Dialect {
  /** One character, or '' for any run of blanks and tabs. */
  delimiter: string
  ids: 'integer' | 'string'
  /** Ids are strings because the first row says so: a row of two integers is then an error. */
  strict: boolean
  /** 1 for a list of vertices. */
  idColumns: 1 | 2
  /** 1-based; 0 for none. */
  weightColumn: number
  /** Ids are numbers of vertices, from 1, and nothing about the rows can be said by options. */
  numbered?: true
}

/** Something wrong with a row; the reader adds file and line. */
export class RowProblem extends Error {
  /** The offending text. */
  readonly text: string | undefined

  constructor(problem: string, text?: string) {
    super(problem)
    this.text = text
  }
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BLANK = 32
const TAB = 9
const QUOTE = 34
const HASH = 35
const PERCENT = 37

const MAX_ID = (1n << 64n) - 1n
const AS_NUMBERS = 'vertices are numbered from 1'
const AS_STRINGS = "to read ids as names, pass ids: 'string' (--ids string)"
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** True for text that is a number of any kind, allowed as an id or not. */
export function looksNumeric(text: string): boolean {
  return NUMBER.test(text)
}

/** Bytes as text for messages, whatever they are. */
export function lossyText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.slice(0, 400))
}

/** `none` for an empty line, `comment` after # or %, else `row`. */
export function lineKind(bytes: Uint8Array, from: number, to: number): 'none' | 'comment' | 'row' {
  let at = from
  while (at < to && (bytes[at] === BLANK || bytes[at] === TAB)) at++
  if (at === to || bytes[at] === LINE_FEED) return 'none'
  if (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) return 'none'
  return bytes[at] === HASH || bytes[at] === PERCENT ? 'comment' : 'row'
}

/** A record's fields and the index behind its line feed. */
export interface Row {
  fields: Uint8Array[]
  end: number
}

/**
 * Splits the record that starts at `from`. Quoted fields follow RFC 4180: they may hold delimiters
 * and line feeds, "" is a quote. Blanks around a field are not part of it.
 *
 * @returns undefined when the record has no end before `to`
 * @throws RowProblem when text follows a closing quote
 */
export function splitRow(
  bytes: Uint8Array,
  from: number,
  to: number,
  delimiter: string,
): Row | undefined {
  const separator = delimiter === '' ? -1 : delimiter.charCodeAt(0)
  const isBlank = (c: number) => (c === BLANK || c === TAB) && c !== separator
  const fields: Uint8Array[] = []
  let at = from
  const skipBlanks = () => {
    while (at < to && isBlank(bytes[at])) at++
  }
  for (;;) {
    skipBlanks()
    const field =
      bytes[at] === QUOTE && at < to
        ? quotedField(bytes, at, to)
        : plainField(bytes, at, to, separator, isBlank)
    if (field === undefined) return undefined
    at = field.end
    skipBlanks()
    const ended = lineEnd(bytes, at, to)
    if (separator === -1 && ended > 0 && field.text.length === 0 && !field.quoted) {
      return { fields, end: ended }
    }
    fields.push(field.text)
    if (ended > 0) return { fields, end: ended }
    if (at >= to) return undefined
    if (separator !== -1 && bytes[at] === separator) at++
    else if (separator !== -1 || at === field.end) {
      throw new RowProblem(
        'text after a closing quote; double the quotes inside a field',
        lossyText(bytes.subarray(from, Math.min(to, at + 20))).trimEnd(),
      )
    }
  }
}

/**
 * Index behind the record at `from` in a file whose delimiter is not known yet: a quote opens a
 * field after a blank or any usual delimiter. A quote that is never closed ends with its line.
 */
export function guessRecordEnd(bytes: Uint8Array, from: number, to: number): number {
  let quoted = false
  for (let at = from; at < to; at++) {
    const c = bytes[at]
    if (c === LINE_FEED && !quoted) return at + 1
    if (c !== QUOTE) continue
    if (quoted && bytes[at + 1] === QUOTE) at++
    else quoted = !quoted && (at === from || OPENS_FIELD.includes(bytes[at - 1]))
  }
  return bytes.indexOf(LINE_FEED, from) + 1
}

/** Blank, tab, comma, semicolon, vertical bar, colon. */
const OPENS_FIELD = [32, 9, 44, 59, 124, 58]

/** Index behind a line feed at `at` (after an optional carriage return), or 0. */
function lineEnd(bytes: Uint8Array, at: number, to: number): number {
  if (at < to && bytes[at] === LINE_FEED) return at + 1
  if (at + 1 < to && bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) return at + 2
  return 0
}

interface FieldAt {
  text: Uint8Array
  quoted: boolean
  end: number
}

function quotedField(bytes: Uint8Array, from: number, to: number): FieldAt | undefined {
  const text: number[] = []
  for (let at = from + 1; at < to; at++) {
    if (bytes[at] !== QUOTE) text.push(bytes[at])
    else if (bytes[at + 1] === QUOTE && at + 1 < to) text.push(bytes[at++])
    else return { text: Uint8Array.from(text), quoted: true, end: at + 1 }
  }
  return undefined
}

function plainField(
  bytes: Uint8Array,
  from: number,
  to: number,
  separator: number,
  isBlank: (c: number) => boolean,
): FieldAt | undefined {
  let at = from
  let last = from
  while (at < to && bytes[at] !== separator && lineEnd(bytes, at, to) === 0) {
    if (!isBlank(bytes[at])) last = at + 1
    else if (separator === -1) break
    at++
  }
  if (at === to) return undefined
  return { text: bytes.slice(from, last), quoted: false, end: at }
}

/** An unsigned 64-bit integer. */
function readInteger(field: Uint8Array, remedy: string): bigint {
  const text = lossyText(field)
  if (/^\d+$/.test(text) && field.length < 400) {
    const id = BigInt(text)
    if (id <= MAX_ID) return id
    throw new RowProblem(`id is above ${MAX_ID}, the largest 64-bit integer; ${remedy}`, text)
  }
  if (text === '') throw new RowProblem('empty id; every row needs a source and a target', text)
  if (looksNumeric(text) && text.startsWith('-')) {
    throw new RowProblem(`negative id, ids are unsigned integers; ${remedy}`, text)
  }
  throw new RowProblem(`id is not an unsigned integer; ${remedy}`, text)
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** The UTF-8 bytes of a string id. */
export function checkText(field: Uint8Array): Uint8Array {
  if (field.length === 0) throw new RowProblem('empty id; every row needs a source and a target')
  for (let i = 0; i < field.length; i++) {
    const c = field[i]
    const lineBreak = c === LINE_FEED || (c === CARRIAGE_RETURN && field[i + 1] === LINE_FEED)
    if ((c < 32 && c !== TAB && !lineBreak) || c === 127) {
      throw new RowProblem('control characters in an id; is this a text file?', lossyText(field))
    }
  }
  if (!isUtf8(field)) {
    throw new RowProblem('id is not valid UTF-8; save the file as UTF-8', lossyText(field))
  }
  return field
}

/** A weight: correctly rounded, finite and not negative. */
export function readWeight(field: Uint8Array): number {
  const text = lossyText(field)
  const remedy =
    'weights are finite numbers ≥ 0, such as 2 or 1.5e-3; to read none, pass weights: false ' +
    '(--no-weights)'
  if (/^[+-]?(nan|inf(inity)?)$/i.test(text)) throw new RowProblem(`bad weight; ${remedy}`, text)
  if (!looksNumeric(text)) throw new RowProblem(`weight is not a number; ${remedy}`, text)
  const weight = Number(text)
  if (weight === Number.POSITIVE_INFINITY) {
    throw new RowProblem(`weight is beyond the range of a double; ${remedy}`, text)
  }
  if (weight < 0) throw new RowProblem(`negative weight; ${remedy}`, text)
  // -0 would print and compare oddly.
  return weight + 0
}

/** Ids and weight of a row, in the form that the dialect asks for. */
export interface RowValues {
  ids: bigint[] | Uint8Array[]
  weight: number
}

/**
 * Reads a row's fields.
 *
 * @throws RowProblem for anything that is not as the dialect says
 */
export function readRow(fields: Uint8Array[], dialect: Dialect): RowValues {
  if (fields.some((field) => field.includes(0))) {
    throw new RowProblem('NUL byte: this is binary data, not a text file', lossyRow(fields))
  }
  const { idColumns, weightColumn } = dialect
  const needed = Math.max(idColumns, weightColumn)
  if (fields.length < needed) {
    const found = fields.length === 1 ? '1 column' : `${fields.length} columns`
    const what = weightColumn > 2 ? `; the weight is column ${weightColumn}` : ''
    const remedy =
      `; columns are separated by ${delimiterName(dialect.delimiter)}, ` +
      'another one can be given as delimiter'
    throw new RowProblem(
      `${found} where ${needed} are needed${what}${dialect.numbered ? '' : remedy}`,
      lossyRow(fields),
    )
  }
  const columns = fields.slice(0, idColumns)
  const weight = weightColumn === 0 ? 0 : readWeight(fields[weightColumn - 1])
  if (dialect.ids === 'integer') {
    const remedy = dialect.numbered ? AS_NUMBERS : AS_STRINGS
    return { ids: columns.map((column) => readInteger(column, remedy)), weight }
  }
  const ids = columns.map(checkText)
  if (dialect.strict && columns.every((column) => /^\d+$/.test(lossyText(column)))) {
    throw new RowProblem(`integer ids after rows of string ids; ${AS_STRINGS}`, lossyRow(fields))
  }
  return { ids, weight }
}

export function lossyRow(fields: Uint8Array[]): string {
  return fields.slice(0, 8).map(lossyText).join(' ')
}

export function delimiterName(delimiter: string): string {
  const names: Record<string, string> = { '': 'blanks', ',': 'commas', '\t': 'tabs' }
  return names[delimiter] ?? `"${delimiter}"`
}
