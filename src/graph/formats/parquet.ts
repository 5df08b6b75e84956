/**
 * Parquet tables with an edge a row, read one group of rows after the other: from a file on disk or
 * a Blob only the columns with the edges, other sources are held whole.
 * Source of what columns mean: the format's LogicalTypes.md.
 */

import type { RowGroup, SchemaElement } from 'hyparquet'
import { loadParquet } from '#packages'
import { nextTurn } from '../../turn.js'
import type { EdgeColumns } from '../collector.js'
import { beginsWith } from './begins.js'
import type { Format, FormatInput } from './format.js'
import { isNested, ParquetFile, ParquetProblem } from './parquet-file.js'
import { openRandomInput } from './random-input.js'
import { type EdgeColumnNames, edgesOfRows, pickEdgeColumns } from './table-columns.js'

export const parquet: Format = {
  name: 'parquet',
  title: 'a Parquet file',
  extensions: ['.parquet'],
  takes: ['source', 'target', 'ids'],
  begins: (head) => beginsWith(head, 'PAR1'),
  async read(input) {
    const packages = await loadParquet(`${input.name}: reading`)
    const access = await openRandomInput(input)
    const close = () => access.close()
    try {
      const file = await located(input, () => ParquetFile.open(access, packages, input.name))
      const names = file.elements.map(({ name }) => name)
      const columns = pickEdgeColumns(names, input.options, (problem) => input.problem(problem))
      const readers = readersOf(file, columns, input)
      return {
        kind: 'named',
        batches: batchesOf(file, columns, readers, input, close),
        directed: true,
      }
    } catch (error) {
      await close()
      throw error
    }
  },
}

/**
 * Makes values of physical ones.
 *
 * @throws ParquetProblem for what they can't be
 */
type Reader = (pieces: ArrayLike<unknown>[], column: string) => ArrayLike<unknown>

interface Readers {
  source: Reader
  target: Reader
  weights: Reader | undefined
}

function readersOf(file: ParquetFile, columns: EdgeColumnNames, input: FormatInput): Readers {
  const readerFor = (column: string, role: 'id' | 'weight'): Reader => {
    const element = file.elements.find(({ name }) => name === column) as SchemaElement
    const reader = role === 'id' ? (integers(element) ?? texts(element)) : numbers(element)
    if (reader !== undefined) return reader
    const taken = role === 'id' ? 'integers and text are taken as ids' : 'numbers are as weights'
    throw input.problem(
      `column ${JSON.stringify(column)} is of type ${typeName(element)}; ${taken}`,
    )
  }
  return {
    source: readerFor(columns.source, 'id'),
    target: readerFor(columns.target, 'id'),
    weights: columns.weights === undefined ? undefined : readerFor(columns.weights, 'weight'),
  }
}

async function* batchesOf(
  file: ParquetFile,
  columns: EdgeColumnNames,
  readers: Readers,
  input: FormatInput,
  close: () => Promise<void>,
): AsyncGenerator<EdgeColumns> {
  const fail = (problem: string) => input.problem(problem)
  let firstRow = 1
  try {
    for (const group of file.groups) {
      const read = async (column: string, reader: Reader) => {
        input.signal?.throwIfAborted()
        const values = await located(input, async () =>
          reader(await file.readColumn(column, group), column),
        )
        await nextTurn()
        return values
      }
      const source = await read(columns.source, readers.source)
      const target = await read(columns.target, readers.target)
      const { weights: name } = columns
      const weights =
        name === undefined || readers.weights === undefined
          ? undefined
          : await read(name, readers.weights)
      const rule = { ids: input.options.ids, firstRow, fail }
      input.report(firstRow - 1, endOf(group))
      yield edgesOfRows({ source, target, weights }, columns, rule)
      firstRow += Number(group.num_rows)
    }
  } finally {
    await close()
  }
}

/** Where the last of a group's columns ends, as progress: groups lie one after the other. */
function endOf({ columns }: RowGroup): number {
  return columns.reduce((end, { meta_data: chunk }) => {
    if (chunk === undefined) return end
    const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset)
    return Math.max(end, start + Number(chunk.total_compressed_size))
  }, 0)
}

/** What is wrong with the file, as its error. */
async function located<T>(input: FormatInput, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    input.signal?.throwIfAborted()
    if (!(error instanceof ParquetProblem)) throw error
    const { message, column, cause } = error
    const where = column === undefined ? '' : `column ${JSON.stringify(column)} `
    throw input.problem(`${where}${message}`, { cause })
  }
}

/** An annotation of either kind. */
function meaningOf({ logical_type: logical, converted_type: converted }: SchemaElement): string {
  return logical?.type ?? converted ?? ''
}

function typeName(element: SchemaElement): string {
  if (isNested(element)) return 'list or struct'
  return meaningOf(element) || String(element.type)
}

function integers(element: SchemaElement): Reader | undefined {
  const meaning = meaningOf(element)
  if (isNested(element) || (element.type !== 'INT32' && element.type !== 'INT64')) return
  if (meaning !== '' && !/^(INTEGER|U?INT_\d+)$/.test(meaning)) return
  const { logical_type: logical } = element
  const isUnsigned =
    logical?.type === 'INTEGER' ? !logical.isSigned : /^UINT/.test(element.converted_type ?? '')
  if (!isUnsigned) return joined
  // Unsigned integers lie in signed ones of the same width.
  const widen = (value: unknown) => {
    if (typeof value === 'bigint') return BigInt.asUintN(64, value)
    return typeof value === 'number' ? value >>> 0 : value
  }
  return (pieces) => Array.from(joined(pieces), widen)
}

function numbers(element: SchemaElement): Reader | undefined {
  const isFloat = element.type === 'FLOAT' || element.type === 'DOUBLE'
  return isFloat && !isNested(element) ? joined : integers(element)
}

function texts(element: SchemaElement): Reader | undefined {
  const isText = ['', 'STRING', 'UTF8', 'ENUM'].includes(meaningOf(element))
  if (element.type !== 'BYTE_ARRAY' || isNested(element) || !isText) return
  return (pieces, column) => {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    // Values of a dictionary are the same array each time.
    const known = new Map<unknown, string>()
    const textOf = (value: unknown) => {
      if (!(value instanceof Uint8Array)) return value
      const text = known.get(value) ?? decoder.decode(value)
      known.set(value, text)
      return text
    }
    try {
      return Array.from(joined(pieces), textOf)
    } catch (cause) {
      throw new ParquetProblem('holds text that is not valid UTF-8', { column, cause })
    }
  }
}

function joined(pieces: ArrayLike<unknown>[]): ArrayLike<unknown> {
  if (pieces.length === 1) return pieces[0]
  return pieces.flatMap((piece) => Array.from(piece))
}
