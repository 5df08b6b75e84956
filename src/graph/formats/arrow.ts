/**
 * Arrow tables with an edge a row, in the IPC formats: streams, and files (Feather, version 2), read
 * one record batch after the other.
 * Source: the Arrow columnar format, "IPC Streaming Format" and "IPC File Format".
 */

import { loadArrow } from '#packages'
import { abortable } from '../../turn.js'
import type { EdgeColumns } from '../collector.js'
import type { RandomAccess } from '../source.js'
import { checkArrowTypes, edgesOfBatch } from './arrow-columns.js'
import { beginsWith } from './begins.js'
import type { Format, FormatInput } from './format.js'
import type { ArrowPackage } from './packages.js'
import { openRandomInput } from './random-input.js'
import { pickEdgeColumns } from './table-columns.js'

const MAGIC = 'ARROW1'

export const arrow: Format = {
  name: 'arrow',
  title: 'an Arrow file',
  extensions: ['.arrow', '.arrows', '.feather', '.ipc'],
  takes: ['source', 'target', 'ids'],
  begins: (head) => beginsWith(head, MAGIC) || isStream(head),
  async read(input) {
    const head = await input.source.peek(MAGIC.length)
    if (beginsWith(head, 'FEA1')) {
      throw input.problem('is Feather of version 1; write it as version 2 (or as .arrow)')
    }
    const packages = await loadArrow(`${input.name}: reading`)
    return { kind: 'named', batches: batchesOf(input, packages), directed: true }
  },
}

/** A stream begins with a marker and the length of its schema. */
function isStream(head: Uint8Array): boolean {
  if (head.length < 8) return false
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const length = view.getInt32(4, true)
  return view.getUint32(0, true) === 0xffff_ffff && length > 0 && length % 8 === 0
}

async function* batchesOf(input: FormatInput, packages: ArrowPackage): AsyncGenerator<EdgeColumns> {
  const fail = (problem: string, cause?: unknown) => input.problem(problem, { cause })
  const { ids } = input.options
  const { reader, close } = await openReader(input, packages)
  try {
    await damaged(input, async () => reader.open())
    if (reader.schema === undefined) throw fail('ends before its schema: is the file whole?')
    const { fields } = reader.schema
    const names = fields.map(({ name }) => name)
    const columns = pickEdgeColumns(names, input.options, fail)
    checkArrowTypes(fields, columns, fail)
    let firstRow = 1
    let batchCount = 0
    for (;;) {
      const { done, value: batch } = await damaged(input, async () => reader.next())
      input.signal?.throwIfAborted()
      if (done) break
      const edges = edgesOfBatch(batch, columns, { ids, firstRow, fail })
      firstRow += batch.numRows
      batchCount++
      if (batch.numRows > 0) yield edges
    }
    // Of a file, the reader stops at a record batch that it doesn't find.
    const listed = reader.isFile() ? (reader.numRecordBatches ?? 0) : 0
    if (batchCount < listed) {
      throw fail(`damaged Arrow file: has ${batchCount} of ${listed} record batches`)
    }
    if (firstRow === 1) throw fail('no rows: the table is empty')
  } finally {
    await close()
  }
}

/** A reader of record batches, of a stream as it comes in, of a file wherever it lies. */
async function openReader(input: FormatInput, { RecordBatchReader }: ArrowPackage) {
  const isFile = beginsWith(await input.source.peek(MAGIC.length), MAGIC)
  if (!isFile) {
    const reader = await damaged(input, async () => RecordBatchReader.from(chunksOf(input)))
    return { reader, close: async () => undefined }
  }
  const access = await openRandomInput(input)
  try {
    const reader = await damaged(input, async () => RecordBatchReader.from(handleOf(access, input)))
    return { reader, close: () => access.close() }
  } catch (error) {
    await access.close()
    throw error
  }
}

async function* chunksOf({ source, signal }: FormatInput): AsyncGenerator<Uint8Array> {
  for (;;) {
    const bytes = await abortable(source.read(), signal)
    if (bytes === undefined) return
    // The source may overwrite it, and what is read of it is kept.
    yield bytes.slice()
  }
}

/** What apache-arrow takes for an opened file of Node. */
function handleOf(access: RandomAccess, input: FormatInput) {
  return {
    fd: -1,
    stat: async () => ({ size: access.byteLength }),
    async read(target: Uint8Array, offset: number, length: number, position: number) {
      input.signal?.throwIfAborted()
      const bytes = new Uint8Array(await access.slice(position, position + length))
      target.set(bytes, offset)
      input.report(0, position + length)
      return { bytesRead: bytes.length, buffer: target }
    },
    close: async () => undefined,
  }
}

/** apache-arrow stumbles over damaged files in many ways; all of them mean the same. */
async function damaged<T>(input: FormatInput, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    input.signal?.throwIfAborted()
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (/codec not found/.test(reason)) {
      throw input.problem(
        'its record batches are compressed, which is not read here; write it without compression ' +
          "(compression='uncompressed' in pyarrow and pandas)",
        { cause },
      )
    }
    throw input.problem(`damaged or unusual Arrow file: ${reason}`, { cause })
  }
}
