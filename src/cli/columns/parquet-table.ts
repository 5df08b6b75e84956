/**
 * A Parquet file as a table. The picked column is read at once, the others when they are written.
 * Integers, floats, dates and time stamps can be picked; everything flat passes through to Parquet,
 * and everything that has a plain text to CSV.
 */

import { ELEMENT_ARRAYS, type ElementType } from '../../devices/device.js'
import { runSliced, type Steps } from '../../graph/slices.js'
import type { Numbers } from './npy.js'
import { castNumbers, isNumbers, type NumberType, SLICE_ROWS } from './numbers.js'
import { openParquet, type ParquetFile } from './parquet.js'
import { columnText, elementTypeFor, typeName, unitOf } from './parquet-text.js'
import { pickColumn } from './pick.js'
import { problemIn } from './problem.js'
import type { Source } from './source.js'
import { storedNew, takeStored } from './stored.js'
import { cellWriter, TextWriter } from './text-writer.js'
import type { ColumnRequest, Rewrite, StoredColumn, StoredElement, Table } from './types.js'

/** @throws ColumnFileError for damaged files and columns that aren't there, or can't be picked */
export async function readParquetTable(
  { bytes, name }: Source,
  { column }: ColumnRequest,
  signal: AbortSignal,
): Promise<Table> {
  const file = await openParquet(bytes, name)
  const names = file.elements.map((element) => element.name)
  const element = file.elements[pickColumn(names, column, name)]
  const type = elementTypeFor(element)
  if (type === undefined) {
    const problem = `is of type ${typeName(element)}; numbers, dates and time stamps are taken`
    throw problemIn({ file: name, column: element.name }, problem)
  }
  const pieces = await file.readColumn(element.name)
  const values = await runSliced(numbersOf(pieces, type, file, element.name), signal)
  return new ParquetTable(file, element, values)
}

/** Pieces of physical values as one typed array. */
function* numbersOf(
  pieces: ArrayLike<unknown>[],
  type: ElementType,
  { name: file, rowCount }: ParquetFile,
  column: string,
): Steps<Numbers> {
  const values: Numbers = new ELEMENT_ARRAYS[type](rowCount)
  let row = 0
  for (const piece of pieces) {
    for (let i = 0; i < piece.length; i++, row++) {
      if (row % SLICE_ROWS === 0) yield
      const value = piece[i]
      if (value === undefined || value === null) {
        throw problemIn({ file, column, row: row + 1 }, 'has no value (null)')
      }
      // Typed arrays wrap the bits of unsigned numbers back.
      values[row] = value as number
    }
  }
  return values
}

class ParquetTable implements Table {
  readonly file: string
  readonly format = 'parquet'
  readonly rowCount: number
  readonly columnCount: number
  readonly hasNames = true
  readonly columnName: string
  readonly unit: Table['unit']
  readonly #file: ParquetFile
  readonly #values: Numbers

  constructor(file: ParquetFile, picked: StoredElement, values: Numbers) {
    this.file = file.name
    this.rowCount = file.rowCount
    this.columnCount = file.elements.length
    this.columnName = picked.name
    this.unit = unitOf(picked)
    this.#file = file
    this.#values = values
  }

  *numbers(type: NumberType | undefined): Steps<Numbers> {
    if (type === undefined) return this.#values
    const result = yield* castNumbers(this.#values, type)
    if (isNumbers(result)) return result
    const { row, problem } = result
    throw problemIn({ file: this.file, column: this.columnName, row: row + 1 }, problem)
  }

  cells(): undefined {}

  lineOf(): undefined {}

  async *toText(rewrite: Rewrite, delimiter = ','): AsyncGenerator<Uint8Array> {
    const writers: ((writer: TextWriter, row: number) => void)[] = []
    for (const element of this.#file.elements)
      writers.push(await this.#writerOf(element, rewrite, delimiter))
    const writer = new TextWriter()
    for (const [index, { name }] of this.#file.elements.entries()) {
      if (index > 0) writer.write(delimiter)
      writer.writeCell(name, delimiter)
    }
    writer.write('\n')
    for (let i = 0; i < this.rowCount; i++) {
      const row = rewrite.order?.[i] ?? i
      for (let column = 0; column < writers.length; column++) {
        if (column > 0) writer.write(delimiter)
        writers[column](writer, row)
      }
      writer.write('\n')
      if (writer.isFull) yield writer.take()
    }
    yield writer.take()
  }

  async #writerOf(
    element: StoredElement,
    { column }: Rewrite,
    delimiter: string,
  ): Promise<(writer: TextWriter, row: number) => void> {
    if (column !== undefined && element.name === this.columnName) return cellWriter(column)
    const toText = columnText(element)
    if (toText === undefined) {
      const problem = `type ${typeName(element)} has no text here: write .parquet`
      throw problemIn({ file: this.file, column: element.name }, problem)
    }
    const values = await this.#valuesOf(element)
    // Text alone can need quotes.
    const isText = element.type === 'BYTE_ARRAY'
    return (writer, row) => {
      const value = values[row]
      if (value === undefined || value === null) return
      if (isText) writer.writeCell(toText(value), delimiter)
      else writer.write(toText(value))
    }
  }

  async #valuesOf({ name }: StoredElement): Promise<unknown[]> {
    const pieces = await this.#file.readColumn(name)
    return pieces.flatMap((piece) => Array.from(piece))
  }

  async toColumns({ order, column }: Rewrite, signal: AbortSignal): Promise<StoredColumn[]> {
    const columns: StoredColumn[] = []
    for (const element of this.#file.elements) {
      signal.throwIfAborted()
      const { name } = element
      const isReplaced = column !== undefined && name === this.columnName
      const stored = isReplaced
        ? storedNew(name, column)
        : { name, element, data: await this.#valuesOf(element) }
      columns.push(takeStored(stored, order))
    }
    return columns
  }
}
