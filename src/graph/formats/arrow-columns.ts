/**
 * Columns of Arrow, as apache-arrow has them in memory, on their way to edges. The package is known
 * by what its objects look like, so that none of its types appears in ours. Called by arrow.ts and
 * table.ts.
 */

import type { EdgeColumns } from '../collector.js'
import { type EdgeColumnNames, edgesOfRows, type IdRule } from './table-columns.js'

/** A table of apache-arrow, as far as it is looked at. */
export interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: unknown }[] }
  readonly batches: readonly ArrowBatch[]
}

/** Some rows of a table: a record batch. */
export interface ArrowBatch {
  readonly numRows: number
  /** The column of that name. */
  getChild(name: string): ArrowVector | null
}

/** A column of a record batch. */
export interface ArrowVector {
  readonly length: number
  readonly nullCount: number
  readonly data: readonly ArrowData[]
  /** A value; null where there is none. */
  get(index: number): unknown
}

/** A piece of a column: its buffers. */
export interface ArrowData {
  readonly length: number
  readonly values: unknown
  readonly valueOffsets: unknown
  /** What the values are numbers of, when they are. */
  readonly dictionary?: ArrowVector | undefined
}

type Fail = (problem: string, cause?: unknown) => Error

/**
 * Checks that columns can be what they are to be.
 *
 * @param fail makes the error
 */
export function checkArrowTypes(
  fields: ArrowTable['schema']['fields'],
  columns: EdgeColumnNames,
  fail: Fail,
): void {
  const check = (column: string, taken: RegExp, what: string) => {
    const type = String(fields.find(({ name }) => name === column)?.type)
    const [, inner] = /^Dictionary<\w+, (.+)>$/.exec(type) ?? [undefined, type]
    if (taken.test(inner)) return
    throw fail(`column ${JSON.stringify(column)} is of type ${type}; ${what}`)
  }
  const ids = 'integers and text are taken as ids'
  check(columns.source, /^(U?int(8|16|32|64)|(Large)?Utf8)$/i, ids)
  check(columns.target, /^(U?int(8|16|32|64)|(Large)?Utf8)$/i, ids)
  if (columns.weights === undefined) return
  check(columns.weights, /^(U?int(8|16|32|64)|Float(16|32|64))$/i, 'numbers are taken as weights')
}

/** Edges of a record batch. `firstRow` is the number of its first row, counted from 1. */
export function edgesOfBatch(
  batch: ArrowBatch,
  columns: EdgeColumnNames,
  rule: { ids: IdRule; firstRow: number; fail: Fail },
): EdgeColumns {
  const valuesOf = (column: string) => {
    const vector = batch.getChild(column)
    if (vector?.length === batch.numRows) return arrowValues(vector, rule.fail)
    throw rule.fail(
      `column ${JSON.stringify(column)} has ${vector?.length ?? 'none'} of the ${batch.numRows} ` +
        'rows of a record batch: the table is damaged',
    )
  }
  const source = valuesOf(columns.source)
  const target = valuesOf(columns.target)
  const weights = columns.weights === undefined ? undefined : valuesOf(columns.weights)
  return edgesOfRows({ source, target, weights }, columns, rule)
}

/** All values: of numbers the array itself, text made once for each entry of a dictionary. */
function arrowValues(vector: ArrowVector, fail: Fail): ArrayLike<unknown> {
  // Lengths of damaged tables are any; this comes before anything is made of that length.
  for (const data of vector.data) checkBuffers(data, fail)
  if (vector.data.length === 1 && vector.nullCount === 0) {
    const values = plainValues(vector.data[0], fail)
    if (values !== undefined) return values
  }
  return Array.from({ length: vector.length }, (_, i) => vector.get(i))
}

/** Whether a piece has as many values as it says. */
function checkBuffers({ values, valueOffsets, length }: ArrowData, fail: Fail): void {
  const counts = [
    ArrayBuffer.isView(valueOffsets) ? lengthOf(valueOffsets) - 1 : Number.POSITIVE_INFINITY,
    ArrayBuffer.isView(values) && !ArrayBuffer.isView(valueOffsets) ? lengthOf(values) : length,
  ]
  const least = Math.min(...counts)
  if (least >= length) return
  throw fail(`a column has ${Math.max(0, least)} of ${length} values: the table is damaged`)
}

function lengthOf(view: ArrayBufferView): number {
  return (view as Uint8Array).length
}

/** Values of a piece without gaps; undefined where they need more than a look. */
function plainValues(data: ArrowData, fail: Fail): ArrayLike<unknown> | undefined {
  const { values, length, dictionary, valueOffsets } = data
  if (!ArrayBuffer.isView(values) || values instanceof DataView) return
  const numbers = values as unknown as ArrayLike<number | bigint> & Uint8Array
  if (dictionary !== undefined && dictionary !== null) {
    const entries = arrowValues(dictionary, fail)
    return Array.from(numbers.subarray(0, length), (index) => entries[Number(index)])
  }
  if (ArrayBuffer.isView(valueOffsets)) {
    const offsets = valueOffsets as unknown as ArrayLike<number | bigint> & Uint8Array
    return texts(numbers, offsets.subarray(0, length + 1), fail)
  }
  // Halves of floats lie in u16.
  return values instanceof Uint16Array && isHalf(data) ? undefined : numbers.subarray(0, length)
}

function isHalf(data: ArrowData): boolean {
  return /^Float/i.test(String((data as { type?: unknown }).type))
}

function texts(bytes: Uint8Array, offsets: ArrayLike<number | bigint>, fail: Fail): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return Array.from({ length: offsets.length - 1 }, (_, i) => {
    const start = Number(offsets[i])
    const end = Number(offsets[i + 1])
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      throw fail('a column of text has a wrong offset: the table is damaged')
    }
    try {
      return decoder.decode(bytes.subarray(start, end))
    } catch (cause) {
      throw fail('a column holds text that is not valid UTF-8', cause)
    }
  })
}
