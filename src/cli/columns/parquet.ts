/**
 * Parquet for the command line: read by graph/formats/parquet-file.ts, written by hyparquet-writer,
 * an optional peer that is loaded when it is needed.
 *
 * Columns pass as their physical values: with the annotations taken out of the schema, neither
 * package converts anything, so what is read is written again exactly.
 */

import type { AsyncBuffer, SchemaElement } from 'hyparquet'
import { loadParquet } from '#packages'
import { NotSupportedError } from '../../errors.js'
import {
  ParquetProblem,
  ParquetFile as StoredFile,
  withoutMeaning,
} from '../../graph/formats/parquet-file.js'
import { nextTurn } from '../../turn.js'
import type { Sink } from '../output.js'
import { problemIn } from './problem.js'
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

/**
 * @throws ColumnFileError when it is damaged, or has columns in columns; NotSupportedError when a
 *   package is missing
 */
export async function openParquet(bytes: Uint8Array, name: string): Promise<ParquetFile> {
  const packages = await loadParquet('reading')
  const buffer: AsyncBuffer = {
    byteLength: bytes.byteLength,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  }
  const file = await located(name, () => StoredFile.open(buffer, packages, name))
  if (file.nested !== undefined) {
    const problem = 'holds lists or columns in columns: only flat tables can be read'
    throw problemIn({ file: name, column: file.nested.name }, problem)
  }
  return {
    name,
    rowCount: file.rowCount,
    elements: file.elements as unknown as StoredElement[],
    readColumn: (column) =>
      located(name, async () => {
        const pieces: ArrayLike<unknown>[] = []
        for (const group of file.groups) pieces.push(...(await file.readColumn(column, group)))
        return pieces
      }),
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
  const { ByteWriter, ParquetWriter } = await loadWriter()
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

async function located<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof ParquetProblem)) throw error
    const { message, column, cause } = error
    throw problemIn({ file: name, column }, message, undefined, cause)
  }
}

async function loadWriter() {
  try {
    return await import('hyparquet-writer')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new NotSupportedError(
      'writing Parquet needs a package that is not installed: npm install hyparquet-writer',
      { cause },
    )
  }
}
