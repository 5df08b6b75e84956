/**
 * A Parquet file whose columns are read group of rows by group of rows, from memory or from disk.
 * Used by the format `parquet` and by the command line's tables. hyparquet does the decoding.
 *
 * Columns come as their physical values: with the annotations taken out of the schema, hyparquet
 * converts nothing.
 */

import type {
  AsyncBuffer,
  ColumnData,
  ColumnMetaData,
  Compressors,
  FileMetaData,
  RowGroup,
  SchemaElement,
} from 'hyparquet'
import type { ParquetPackages } from './packages.js'
import { checkPages, placeOf } from './parquet-pages.js'

/** What is wrong with a Parquet file, for its readers to make an error of their own. */
export class ParquetProblem extends Error {
  readonly column: string | undefined

  constructor(problem: string, options: { cause?: unknown; column?: string } = {}) {
    super(problem, options)
    this.column = options.column
  }
}

/** Most rows that positions of u32 can number. */
const MAX_ROWS = 0xffff_ffff

export class ParquetFile {
  readonly rowCount: number
  /** One for each column at the top. */
  readonly elements: readonly SchemaElement[]
  /** The first column that holds lists or other columns. */
  readonly nested: SchemaElement | undefined
  readonly groups: readonly RowGroup[]
  readonly #file: AsyncBuffer
  readonly #bare: FileMetaData
  readonly #packages: ParquetPackages
  readonly #name: string

  private constructor(
    file: AsyncBuffer,
    metadata: FileMetaData,
    packages: ParquetPackages,
    name: string,
  ) {
    this.#file = file
    this.#packages = packages
    this.#name = name
    this.#bare = { ...metadata, schema: metadata.schema.map(withoutMeaning) }
    this.rowCount = Number(metadata.num_rows)
    this.groups = metadata.row_groups
    this.elements = topElements(metadata.schema)
    this.nested = this.elements.find(isNested)
  }

  /**
   * @param name for messages
   * @throws ParquetProblem when it is damaged or empty
   */
  static async open(
    file: AsyncBuffer,
    packages: ParquetPackages,
    name: string,
  ): Promise<ParquetFile> {
    const { parquetMetadataAsync } = packages
    return damaged(async () => {
      const metadata = await parquetMetadataAsync(file, { geoparquet: false })
      checkRows(metadata)
      return new ParquetFile(file, metadata, packages, name)
    })
  }

  /**
   * Physical values of a flat column in a group of rows, in pieces, in order.
   *
   * @throws ParquetProblem when it is damaged; NotSupportedError without a package that unpacks it
   */
  async readColumn(column: string, group: RowGroup): Promise<ArrayLike<unknown>[]> {
    const { parquetHeader, parquetRead } = this.#packages
    const chunk = group.columns.find(
      ({ meta_data }) => meta_data?.path_in_schema[0] === column,
    )?.meta_data
    if (chunk === undefined) throw new ParquetProblem('a row group lacks the column', { column })
    const compressors = await this.#compressorsOf(chunk)
    const rowCount = Number(group.num_rows)
    const pieces = await damaged(async () => {
      const { start, end } = placeOf(chunk, this.#file.byteLength)
      const bytes = await this.#file.slice(start, end)
      checkPages(bytes, chunk, rowCount, parquetHeader)
      // Read once: hyparquet asks for the same bytes again.
      const file: AsyncBuffer = {
        byteLength: this.#file.byteLength,
        slice: (from, to = this.#file.byteLength) =>
          from >= start && to <= end
            ? bytes.slice(from - start, to - start)
            : this.#file.slice(from, to),
      }
      const metadata = { ...this.#bare, row_groups: [group], num_rows: group.num_rows }
      const chunks: ColumnData[] = []
      const onChunk = (piece: ColumnData) => {
        chunks.push(piece)
      }
      await parquetRead({ file, metadata, columns: [column], compressors, utf8: false, onChunk })
      return chunks.sort((a, b) => a.rowStart - b.rowStart)
    })
    let rows = 0
    for (const { rowStart, columnData } of pieces) {
      if (rowStart !== rows) break
      rows += columnData.length
    }
    if (rows === rowCount) return pieces.map(({ columnData }) => columnData)
    const problem = `has ${rows} of ${rowCount} values in a group of rows: the file is damaged`
    throw new ParquetProblem(problem, { column })
  }

  /** hyparquet has one for Snappy itself, slower, and slow to notice some damages. */
  async #compressorsOf({ codec }: ColumnMetaData): Promise<Compressors | undefined> {
    if (codec === 'UNCOMPRESSED') return
    try {
      return await this.#packages.compressors(`${this.#name}: reading ${codec} in Parquet`)
    } catch (error) {
      if (codec === 'SNAPPY') return
      throw error
    }
  }
}

function checkRows({ num_rows: rowCount, row_groups: groups, schema }: FileMetaData): void {
  const sum = groups.reduce((total, { num_rows }) => total + num_rows, 0n)
  if (sum !== rowCount || rowCount < 0n || groups.some(({ num_rows }) => num_rows < 0n)) {
    const problem = `its row groups have ${sum} rows, its footer says ${rowCount}`
    throw new ParquetProblem(`damaged Parquet file: ${problem}`)
  }
  if (rowCount > MAX_ROWS) {
    throw new ParquetProblem(`has ${rowCount} rows, the most is ${MAX_ROWS}: cut it in parts`)
  }
  if (schema.length < 2) throw new ParquetProblem('has no columns')
  if (rowCount === 0n) throw new ParquetProblem('no rows: the table is empty')
}

/** The children of the root: the schema lists every element before its own children. */
function topElements(schema: SchemaElement[]): SchemaElement[] {
  const top: SchemaElement[] = []
  // Elements that still belong to the one at the top that was met last.
  let inner = 0
  for (const element of schema.slice(1)) {
    if (inner === 0) top.push(element)
    else inner--
    inner += element.num_children ?? 0
  }
  if (top.length === (schema[0].num_children ?? 0) && inner === 0) return top
  throw new ParquetProblem('damaged Parquet file: its schema contradicts itself')
}

export function isNested({ num_children, repetition_type }: SchemaElement): boolean {
  return (num_children ?? 0) > 0 || repetition_type === 'REPEATED'
}

/** What takes care of values alone. */
export function withoutMeaning(element: SchemaElement): SchemaElement {
  const { name, type, type_length, repetition_type, num_children } = element
  return { name, type, type_length, repetition_type, num_children }
}

/** hyparquet stumbles over damaged files in many ways; all of them mean the same. */
async function damaged<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof ParquetProblem) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ParquetProblem(`damaged or unusual Parquet file: ${reason}`, { cause })
  }
}
