/**
 * What the commands `sort` and `convert` see of a file, whatever its format: a table with one
 * column picked. Implementations: text-table.ts, npy-table.ts, parquet-table.ts; table.ts chooses
 * one. This file imports none of them.
 */

import type { Steps } from '../../graph/slices.js'
import type { Numbers } from './npy.js'
import type { Cells, NumberType } from './numbers.js'
import type { Format } from './source.js'

/** How the column to work on is picked, and what the first row is. */
export interface ColumnRequest {
  /** A name, or a number counted from 1; undefined where there is but one. */
  column: string | number | undefined
  header: 'auto' | 'yes' | 'no'
}

/** Units of time stamps that Parquet knows, by the names that `convertTimestamps` has for them. */
export type StampUnit = 'unix-ms' | 'unix-us' | 'unix-ns'

/** A column of numbers, or of text that needs no quotes. */
export type NewColumn =
  | { kind: 'numbers'; values: Numbers; unit?: StampUnit | undefined }
  | { kind: 'text'; cells: Cells }

/** How the table is written again. */
export interface Rewrite {
  /** Rows by their position, in the order to write them in. Default: as they are. */
  order?: Uint32Array | undefined
  /** Takes the place of the picked column. */
  column?: NewColumn | undefined
}

/** A column as Parquet stores it. */
export interface StoredColumn {
  name: string
  /** How the schema describes it; `SchemaElement` of hyparquet. */
  element: StoredElement
  /** Values of the physical type; undefined or null where there is none. */
  data: Numbers | unknown[]
}

/** The part of hyparquet's `SchemaElement` that flat columns need. */
export interface StoredElement {
  name: string
  type?: 'BOOLEAN' | 'INT32' | 'INT64' | 'INT96' | 'FLOAT' | 'DOUBLE' | StoredBytes
  repetition_type?: 'REQUIRED' | 'OPTIONAL' | 'REPEATED'
  [field: string]: unknown
}
type StoredBytes = 'BYTE_ARRAY' | 'FIXED_LEN_BYTE_ARRAY'

/** A file in memory with one column picked. */
export interface Table {
  /** For messages. */
  readonly file: string
  readonly format: Format
  readonly rowCount: number
  readonly columnCount: number
  /** Whether the columns have names, so that what is written has a header. */
  readonly hasNames: boolean
  /** Name of the picked column, or `column 2`. */
  readonly columnName: string
  /** The unit in which the file says that the picked column counts time. */
  readonly unit: StampUnit | undefined
  /**
   * The picked column as numbers.
   *
   * @param type undefined: what the file has, or what its cells fit
   * @throws ColumnFileError for the first cell that is none
   */
  numbers(type: NumberType | undefined): Steps<Numbers>
  /** The picked column's cells, of tables of text. */
  cells(): Cells | undefined
  /** Line of a row, where rows are lines. */
  lineOf(row: number): number | undefined
  /**
   * The whole table as text, header first, in pieces of about 1 MB.
   *
   * @param delimiter undefined: the table's own, a comma otherwise
   */
  toText(
    rewrite: Rewrite,
    delimiter: string | undefined,
  ): Generator<Uint8Array> | AsyncGenerator<Uint8Array>
  /** The whole table for Parquet. */
  toColumns(rewrite: Rewrite, signal: AbortSignal): Promise<StoredColumn[]>
}
