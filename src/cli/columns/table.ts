/**
 * Reads a file of columns and writes one: chooses by format. The commands `sort` and `convert` use
 * this file and types.ts only.
 */

import { elementTypeOf } from '../../devices/device.js'
import { runSliced } from '../../graph/slices.js'
import type { Sink } from '../output.js'
import type { ProgressBar } from '../progress.js'
import type { Session } from '../session.js'
import { type Numbers, npyHeader } from './npy.js'
import { numberText } from './numbers.js'
import { type Format, readSource } from './source.js'
import type { ColumnRequest, Rewrite, StampUnit, Table } from './types.js'

const NPY_PIECE_BYTES = 1 << 24

/**
 * Reads a file and finds its column.
 *
 * @throws ColumnFileError, GraphSourceError
 */
export async function readTable(
  file: string,
  request: ColumnRequest & { format: Format | undefined },
  session: Session,
  progress: ProgressBar,
): Promise<Table> {
  const source = await readSource(file, request.format, session, progress)
  const { signal } = session
  if (source.format === 'npy') {
    const { readNpyTable } = await import('./npy-table.js')
    return readNpyTable(source, request)
  }
  if (source.format === 'parquet') {
    const { readParquetTable } = await import('./parquet-table.js')
    return readParquetTable(source, request, signal)
  }
  const { readTextTable } = await import('./text-table.js')
  return runSliced(readTextTable(source, request), signal)
}

/** The table as a file of that format; .npy takes the picked column alone. */
export async function writeTable(
  sink: Sink,
  table: Table,
  rewrite: Rewrite,
  format: Format | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (format === 'parquet') {
    const { writeParquet } = await import('./parquet.js')
    const columns = await table.toColumns(rewrite, signal)
    await writeParquet(sink, columns, table.file)
    return
  }
  const delimiter = delimiterFor(format, table.format)
  for await (const piece of table.toText(rewrite, delimiter)) await sink.write(piece)
}

/** A table of text keeps its own delimiter, unless the name of the output asks for another. */
function delimiterFor(to: Format | undefined, from: Format): string | undefined {
  if (to === 'tsv') return '\t'
  return to === 'csv' && from === 'tsv' ? ',' : undefined
}

/** A single column to write. */
export interface NumberColumn {
  name: string
  values: Numbers
  unit?: StampUnit | undefined
}

/**
 * One column of numbers as a file of that format; text has one number a line.
 *
 * @param hasName whether text begins with the column's name
 */
export async function writeNumbers(
  sink: Sink,
  column: NumberColumn,
  hasName: boolean,
  format: Format | undefined,
): Promise<void> {
  const { name, values, unit } = column
  if (format === 'npy') return writeNpy(sink, values)
  if (format === 'parquet') {
    const { writeParquet } = await import('./parquet.js')
    const { storedNumbers } = await import('./stored.js')
    await writeParquet(sink, [storedNumbers(name, values, unit)], name)
    return
  }
  const { TextWriter } = await import('./text-writer.js')
  const writer = new TextWriter()
  if (hasName) {
    writer.writeCell(name, format === 'tsv' ? '\t' : ',')
    writer.write('\n')
  }
  const toText = numberText(values)
  for (let row = 0; row < values.length; row++) {
    writer.write(toText(row))
    writer.write('\n')
    if (writer.isFull) await sink.write(writer.take())
  }
  await sink.write(writer.take())
}

/** In pieces, between which an abort is heard. */
async function writeNpy(sink: Sink, values: Numbers): Promise<void> {
  await sink.write(npyHeader(elementTypeOf(values) ?? 'f64', values.length))
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  for (let from = 0; from < bytes.length; from += NPY_PIECE_BYTES) {
    await sink.write(bytes.subarray(from, from + NPY_PIECE_BYTES))
  }
}
