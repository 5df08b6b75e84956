/**
 * The Parquet packages, loaded when a file needs them: hyparquet reads, hyparquet-compressors
 * unpacks what is not Snappy, hyparquet-writer writes. Optional peers of this package.
 *
 * Columns pass as their physical values: with the annotations taken out of the schema, neither
 * package converts anything, so what is read is written again exactly.
 */

import type { AsyncBuffer, ColumnData, Compressors, FileMetaData, SchemaElement } from 'hyparquet'
import { nextTurn } from '../../turn.js'
import type { Sink } from '../output.js'
import { checkPages } from './parquet-pages.js'
import { ColumnFileError, problemIn } from './problem.js'
import type { StoredColumn, StoredElement } from './types.js'

/** A Parquet file whose columns are read one by one. */
export interface ParquetFile {
  readonly name: string
  readonly rowCount: number
  /** One for each column. */
  readonly elements: readonly StoredElement[]
  /** Physical values, in pieces: one or more for each row group, in order. */
  readColumn(name: string): Promise<ArrayLike<unknown>[]>
}

/** Most rows that positions of u32 can number. */
const MAX_ROWS = 0xffff_ffff

/**
 * @throws ColumnFileError when it is damaged, or has columns in columns; Error when a package is
 *   missing
 */
export async function openParquet(bytes: Uint8Array, name: string): Promise<ParquetFile> {
  const { parquetMetadataAsync } = await load(() => import('hyparquet'), 'reading')
  const file: AsyncBuffer = {
    byteLength: bytes.byteLength,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  }
  const metadata = await damaged(name, () => parquetMetadataAsync(file, { geoparquet: false }))
  const elements = await damaged(name, async () => checkMetadata(metadata, name))
  const bare = { ...metadata, schema: metadata.schema.map(withoutMeaning) }
  return {
    name,
    rowCount: Number(metadata.num_rows),
    elements: elements as unknown as StoredElement[],
    async readColumn(column) {
      const { parquetHeader } = await load(() => import('hyparquet/src/column.js'), 'reading')
      await damaged(name, async () => checkPages(bytes, metadata, column, parquetHeader))
      return readColumn(file, bare, column, name)
    },
  }
}

async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: string,
  name: string,
): Promise<ArrayLike<unknown>[]> {
  const { parquetRead } = await load(() => import('hyparquet'), 'reading')
  const compressors = await loadCompressors(metadata, column, name)
  const chunks: ColumnData[] = []
  const onChunk = (chunk: ColumnData) => {
    chunks.push(chunk)
  }
  await damaged(name, () =>
    parquetRead({ file, metadata, columns: [column], compressors, utf8: false, onChunk }),
  )
  chunks.sort((a, b) => a.rowStart - b.rowStart)
  let rows = 0
  for (const { rowStart, columnData } of chunks) {
    if (rowStart !== rows) break
    rows += columnData.length
  }
  if (rows === Number(metadata.num_rows)) return chunks.map(({ columnData }) => columnData)
  const problem = `has ${rows} of ${metadata.num_rows} values: the file is damaged`
  throw problemIn({ file: name, column }, problem)
}

/** The elements of the columns, when all are flat. */
function checkMetadata(metadata: FileMetaData, name: string): SchemaElement[] {
  const { num_rows: rowCount, row_groups: groups, schema } = metadata
  const sum = groups.reduce((total, { num_rows }) => total + num_rows, 0n)
  if (sum !== rowCount || rowCount < 0n) {
    const problem = `its row groups have ${sum} rows, its footer says ${rowCount}`
    throw problemIn({ file: name }, `damaged Parquet file: ${problem}`)
  }
  if (rowCount > MAX_ROWS) {
    throw problemIn(
      { file: name },
      `has ${rowCount} rows, the most is ${MAX_ROWS}: cut it in parts`,
    )
  }
  const [root, ...elements] = schema
  if (elements.length === 0) throw problemIn({ file: name }, 'has no columns')
  if (rowCount === 0n) throw problemIn({ file: name }, 'no rows: the table is empty')
  const nested = elements.find(
    ({ num_children, repetition_type }) =>
      (num_children ?? 0) > 0 || repetition_type === 'REPEATED',
  )
  if (nested !== undefined || root.num_children !== elements.length) {
    const problem = 'holds lists or columns in columns: only flat tables can be read'
    throw problemIn({ file: name, column: nested?.name }, problem)
  }
  return elements
}

/** What takes care of values alone. */
function withoutMeaning(element: SchemaElement): SchemaElement {
  const { name, type, type_length, repetition_type, num_children } = element
  return { name, type, type_length, repetition_type, num_children }
}

/**
 * Decompressors for what a column needs. hyparquet has one for Snappy itself, which is slower, and
 * takes ten seconds to notice some damages.
 */
async function loadCompressors(
  { row_groups: groups }: FileMetaData,
  column: string,
  name: string,
): Promise<Compressors | undefined> {
  const codecs = new Set<string>()
  for (const { columns } of groups) {
    for (const { meta_data } of columns) {
      if (meta_data?.path_in_schema[0] === column) codecs.add(meta_data.codec)
    }
  }
  codecs.delete('UNCOMPRESSED')
  if (codecs.size === 0) return
  const hasOthers = codecs.size > 1 || !codecs.has('SNAPPY')
  try {
    const purpose = `${name}: reading ${[...codecs].join(', ')} in`
    return (await load(() => import('hyparquet-compressors'), purpose)).compressors
  } catch (error) {
    if (hasOthers) throw error
    return
  }
}

/**
 * Writes a Parquet file, Snappy inside, in groups of 2^17 rows that are handed on one by one.
 *
 * @param file for messages
 * @throws ColumnFileError for types that can't be written; Error when a package is missing
 */
export async function writeParquet(
  sink: Sink,
  columns: StoredColumn[],
  file: string,
): Promise<void> {
  const { ByteWriter, ParquetWriter } = await load(() => import('hyparquet-writer'), 'writing')
  const unusual = columns.find(({ element }) => element.type === 'INT96')
  if (unusual !== undefined) {
    const problem = 'INT96 can not be written as Parquet: write .csv, or leave the column out'
    throw problemIn({ file, column: unusual.name }, problem)
  }
  const root: SchemaElement = { name: 'root', num_children: columns.length }
  const elements = columns.map(({ element }) => element as unknown as SchemaElement)
  const schema = [root, ...elements]
  const writer = new ByteWriter()
  const flush = async () => {
    await sink.write(writer.getBytes())
    writer.index = 0
    await nextTurn()
  }
  const parquet = new ParquetWriter({
    writer: Object.assign(writer, { flush }),
    schema: schema.map(withoutMeaning),
    // Of physical values they would be wrong for unsigned integers.
    statistics: false,
    createdBy: 'ticktickclock',
  })
  const columnData = columns.map(({ name, element: { type }, data }) => ({
    name,
    data: data as unknown[],
    // A dictionary would take -0 for 0.
    ...(type === 'FLOAT' || type === 'DOUBLE' ? { encoding: 'PLAIN' as const } : undefined),
  }))
  await parquet.write({ columnData, rowGroupSize: 1 << 17 })
  parquet.schema = schema
  await parquet.finish()
  await flush()
}

/** hyparquet stumbles over damaged files in many ways; all of them mean the same. */
async function damaged<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof ColumnFileError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw problemIn({ file: name }, `damaged or unusual Parquet file: ${reason}`, undefined, cause)
  }
}

async function load<T>(module: () => Promise<T>, purpose: string): Promise<T> {
  try {
    return await module()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new Error(
      `${purpose} Parquet needs packages that are not installed: npm install hyparquet ` +
        'hyparquet-compressors hyparquet-writer',
      { cause },
    )
  }
}
