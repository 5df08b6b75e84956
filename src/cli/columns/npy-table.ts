/** An .npy file as a table: one column without a name. */

import type { Steps } from '../../graph/slices.js'
import { type Numbers, parseNpy } from './npy.js'
import { castNumbers, isNumbers, type NumberType } from './numbers.js'
import { problemIn } from './problem.js'
import type { Source } from './source.js'
import { storedNew, takeStored } from './stored.js'
import { cellWriter, TextWriter } from './text-writer.js'
import type { ColumnRequest, Rewrite, StoredColumn, Table } from './types.js'

/** @throws ColumnFileError for what is no .npy file of one column */
export function readNpyTable({ bytes, name }: Source, { column }: ColumnRequest): Table {
  if (column !== undefined && column !== 1) {
    throw problemIn({ file: name }, 'a .npy file has one column without a name: leave out --column')
  }
  return new NpyTable(name, parseNpy(bytes, name))
}

class NpyTable implements Table {
  readonly file: string
  readonly format = 'npy'
  readonly rowCount: number
  readonly columnCount = 1
  readonly hasNames = false
  readonly columnName = 'column 1'
  readonly unit = undefined
  readonly #values: Numbers

  constructor(file: string, values: Numbers) {
    this.file = file
    this.rowCount = values.length
    this.#values = values
  }

  *numbers(type: NumberType | undefined): Steps<Numbers> {
    if (type === undefined) return this.#values
    const result = yield* castNumbers(this.#values, type)
    if (isNumbers(result)) return result
    throw problemIn({ file: this.file, row: result.row + 1 }, result.problem)
  }

  cells(): undefined {}

  lineOf(): undefined {}

  *toText({ order, column }: Rewrite): Generator<Uint8Array> {
    const writer = new TextWriter()
    const write = cellWriter(column ?? { kind: 'numbers', values: this.#values })
    for (let i = 0; i < this.rowCount; i++) {
      write(writer, order?.[i] ?? i)
      writer.write('\n')
      if (writer.isFull) yield writer.take()
    }
    yield writer.take()
  }

  async toColumns({ order, column }: Rewrite): Promise<StoredColumn[]> {
    const stored = storedNew('value', column ?? { kind: 'numbers', values: this.#values })
    return [takeStored(stored, order)]
  }
}
