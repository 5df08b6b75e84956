/**
 * Finds out how an edge list is written from its first two rows: delimiter, header, kind of ids.
 * Pure; every choice can be overridden by an option.
 */

import { type Dialect, looksNumeric, lossyText, RowProblem, splitRow } from './row-grammar.js'

/** What the user asked for; `auto` leaves it to `detectDialect`. */
export interface DialectOptions {
  ids: 'auto' | 'integer' | 'string'
  header: 'auto' | 'yes' | 'no'
  /** `auto`, `whitespace` or one character. */
  delimiter: string
  /** Column name, 1-based number, or undefined. */
  weights: string | number | undefined
  idColumns: 1 | 2
}

export interface Detected {
  dialect: Dialect
  /** The first row names the columns. */
  header: boolean
}

/** Ends of an edge as headers call them, letters only. */
const HEADER_NAMES = [
  ['source', 'target'],
  ['src', 'dst'],
  ['from', 'to'],
  ['fromnodeid', 'tonodeid'],
  ['sourceid', 'targetid'],
  ['origin', 'destination'],
]

/**
 * The dialect of a file whose first rows are given as bytes, line feed included.
 *
 * The first row is a header when it is no pair of numbers and one of these holds: `header: 'yes'`,
 * `weights` is a name, the second row starts with two numbers, some later column is a number in
 * the second row only, or the names are well known (source, target).
 *
 * @throws RowProblem
 */
export function detectDialect(
  first: Uint8Array,
  second: Uint8Array | undefined,
  options: DialectOptions,
): Detected {
  const delimiter = chooseDelimiter(first, second, options)
  const top = textFields(first, delimiter)
  // What is wrong with the second row is said when it is read, with its line.
  const next = second === undefined ? undefined : fieldsOrNone(second, delimiter)
  const header = isHeader(top, next, options)
  const data = header ? next : top
  const numeric = data === undefined || startsNumeric(data, options.idColumns)
  const ids = options.ids === 'auto' ? (numeric ? 'integer' : 'string') : options.ids
  const dialect: Dialect = {
    delimiter,
    ids,
    strict: options.ids === 'auto' && ids === 'string',
    idColumns: options.idColumns,
    weightColumn: weightColumn(top, options.weights),
  }
  return { dialect, header }
}

function startsNumeric(fields: string[], idColumns: number): boolean {
  return fields.length >= idColumns && fields.slice(0, idColumns).every(looksNumeric)
}

function isHeader(top: string[], next: string[] | undefined, options: DialectOptions): boolean {
  if (options.header !== 'auto') return options.header === 'yes'
  if (options.idColumns === 1) return false
  if (typeof options.weights === 'string') return true
  if (top.slice(0, 2).every(looksNumeric) || top.length < 2) return false
  const names = top.slice(0, 2).map((name) => name.toLowerCase().replace(/[^a-z]/g, ''))
  if (HEADER_NAMES.some(([a, b]) => names[0] === a && names[1] === b)) return true
  if (next === undefined) return false
  if (startsNumeric(next, 2) && !top.slice(0, 2).some(looksNumeric)) return true
  return next.some((text, i) => i >= 2 && looksNumeric(text) && top[i] && !looksNumeric(top[i]))
}

function weightColumn(header: string[], weights: string | number | undefined): number {
  if (weights === undefined) return 0
  if (typeof weights === 'number') return weights
  const column = header.indexOf(weights) + 1
  if (column === 0) {
    throw new RowProblem(
      `no column is called ${JSON.stringify(weights)}; the header has ` +
        `${header.slice(0, 12).join(', ')}; name one of these, or a 1-based column number`,
    )
  }
  if (column < 3) {
    throw new RowProblem(`column ${JSON.stringify(weights)} holds ids, weights are in a later one`)
  }
  return column
}

function textFields(row: Uint8Array, delimiter: string): string[] {
  return (splitRow(row, 0, row.length, delimiter)?.fields ?? []).map(lossyText)
}

/** A single character that splits both rows alike goes before one that doesn't, before blanks. */
function chooseDelimiter(
  first: Uint8Array,
  second: Uint8Array | undefined,
  options: DialectOptions,
): string {
  if (options.delimiter === 'whitespace') return ''
  if (options.delimiter !== 'auto') return options.delimiter
  if (options.idColumns === 1) return chooseForVertices(first)
  const candidates = ['\t', ',', ';'].map((delimiter) => {
    const top = fieldsOrNone(first, delimiter)
    const next = second === undefined ? top : fieldsOrNone(second, delimiter)
    return {
      delimiter,
      top,
      splits: top.length > 1 && next.length > 1,
      alike: top.length === next.length,
    }
  })
  const choice =
    candidates.find(({ splits, alike }) => splits && alike) ??
    candidates.find(({ splits }) => splits) ??
    candidates.find(({ top }) => top.length > 1)
  if (choice === undefined) return ''
  const blanks = [first, second ?? first].every((row) => fieldsOrNone(row, '').length > 1)
  if (blanks && !choice.splits) return ''
  // "1 2<tab>0.5" or "1 2 0,5": a number, a blank and a number are no field.
  const mixed = choice.top.slice(0, 2).find((text) => /^\d+\s+[\d.]+/.test(text))
  if (mixed === undefined) return choice.delimiter
  if (choice.delimiter === '\t') return ''
  throw new RowProblem(
    `both blanks and "${choice.delimiter}" could separate the columns; give the delimiter ` +
      "('whitespace' or one character)",
    lossyText(first).trimEnd(),
  )
}

function chooseForVertices(first: Uint8Array): string {
  return ['\t', ',', ';'].find((delimiter) => fieldsOrNone(first, delimiter).length > 1) ?? ''
}

/** A row that this delimiter can't split has no fields. */
function fieldsOrNone(row: Uint8Array, delimiter: string): string[] {
  try {
    return textFields(row, delimiter)
  } catch (error) {
    if (error instanceof RowProblem) return []
    throw error
  }
}
