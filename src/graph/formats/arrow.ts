/**
 * Arrow tables with an edge a row, in the IPC formats: streams, and files (Feather, version 2),
 * read one record batch after the other.
 * Source: the Arrow columnar format, "IPC Streaming Format" and "IPC File Format".
 */

import { loadArrow } from '#packages'
import { TickTickClockError } from '../../errors.js'
import { abortable } from '../../turn.js'
import type { EdgeColumns } from '../collector.js'
import type { RandomAccess } from '../source.js'
import { checkArrowTypes, edgesOfBatch } from './arrow-columns.js'
import { checkFooter, checkMessage } from './arrow-verify.js'
import { beginsWith } from './begins.js'
import type { Format, FormatInput } from './format.js'
import type { ArrowPackage } from './packages.js'
import { openRandomInput } from './random-input.js'
import { pickEdgeColumns } from './table-columns.js'

const MAGIC = 'ARROW1'
/** Length of the footer, and the magic word. */
const TAIL_BYTES = 10
/** What a message begins with. */
const CONTINUATION = 0xffff_ffff
/** Of a body that is handed on at once. */
const BODY_BYTES = 1 << 20

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
  return view.getUint32(0, true) === CONTINUATION && length > 0 && length % 8 === 0
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
    await damaged(input, async () => checkArrowTypes(fields, columns, fail))
    let firstRow = 1
    let batchCount = 0
    for (;;) {
      const { done, value: batch } = await damaged(input, async () => reader.next())
      input.signal?.throwIfAborted()
      if (done) break
      const rule = { ids, firstRow, fail }
      const edges = await damaged(input, async () => edgesOfBatch(batch, columns, rule))
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
    await damaged(input, () => checkFile(access, input))
    const reader = await damaged(input, async () => RecordBatchReader.from(handleOf(access, input)))
    return { reader, close: () => access.close() }
  } catch (error) {
    await access.close()
    throw error
  }
}

/** The last bytes of a file: the footer, its length, the magic word again. */
async function checkFile(access: RandomAccess, input: FormatInput): Promise<void> {
  const size = access.byteLength
  const tail = new DataView(await access.slice(Math.max(0, size - TAIL_BYTES)))
  const isWhole =
    tail.byteLength === TAIL_BYTES && beginsWith(new Uint8Array(tail.buffer, 4), MAGIC)
  if (!isWhole) throw input.problem('has no end of an Arrow file: is the file whole?')
  const end = size - TAIL_BYTES
  const start = end - tail.getInt32(0, true)
  if (!(start >= MAGIC.length && start < end)) throw new Error('the footer has a wrong length')
  const blocks = checkFooter(new Uint8Array(await access.slice(start, end)))
  for (const { type, offset, metadataBytes } of blocks) {
    const messageEnd = offset + metadataBytes
    if (!(metadataBytes >= 8 && messageEnd <= start)) {
      throw new Error('a record batch lies outside of the file')
    }
    const message = new DataView(await access.slice(offset, messageEnd))
    // Before version 0.15 the length came first.
    const skip = message.getUint32(0, true) === CONTINUATION ? 8 : 4
    const length = message.getUint32(skip - 4, true)
    const info = checkMessage(new Uint8Array(message.buffer, skip, length))
    // apache-arrow would look at a message of another type again and again.
    if (info.type !== type || messageEnd + info.bodyBytes > start) {
      throw new Error('the footer names a record batch that is none')
    }
    input.signal?.throwIfAborted()
  }
}

/** The bytes of a stream as they come in, each message looked at before. */
async function* chunksOf(input: FormatInput): AsyncGenerator<Uint8Array> {
  const bytes = new ByteReader(input)
  for (;;) {
    const first = await bytes.take(4)
    if (first === undefined) return
    const isNew = wordOf(first) === CONTINUATION
    const length = isNew ? await bytes.need(4) : first
    yield joined(isNew ? [first, length] : [first])
    if (wordOf(length) === 0) return
    const metadata = await bytes.need(wordOf(length))
    const { bodyBytes } = checkMessage(metadata)
    yield metadata
    for (let left = bodyBytes; left > 0; ) {
      const piece = await bytes.need(Math.min(left, BODY_BYTES))
      yield piece
      left -= piece.length
    }
  }
}

function wordOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
}

/** Takes bytes of a source in pieces of the length that is asked for. */
class ByteReader {
  readonly #input: FormatInput
  #pieces: Uint8Array[] = []
  #length = 0

  constructor(input: FormatInput) {
    this.#input = input
  }

  /** @throws Error when there are fewer */
  async need(count: number): Promise<Uint8Array> {
    const bytes = await this.take(count)
    if (bytes !== undefined) return bytes
    throw new Error('it ends within a message: is it whole?')
  }

  /** Undefined at the end. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const { source, signal } = this.#input
    while (this.#length < count) {
      const bytes = await abortable(source.read(), signal)
      if (bytes === undefined) {
        if (this.#length === 0) return
        throw new Error('it ends within a message: is it whole?')
      }
      // The source may overwrite it.
      this.#pieces.push(bytes.slice())
      this.#length += bytes.length
    }
    const all = this.#pieces.length === 1 ? this.#pieces[0] : joined(this.#pieces)
    this.#pieces = [all.subarray(count)]
    this.#length = all.length - count
    return all.slice(0, count)
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** What apache-arrow takes for an opened file of Node. */
function handleOf(access: RandomAccess, input: FormatInput) {
  return {
    fd: -1,
    stat: async () => ({ size: access.byteLength }),
    async read(target: Uint8Array, offset: number, length: number, position: number) {
      input.signal?.throwIfAborted()
      const isInside = position >= 0 && length > 0 && position + length <= access.byteLength
      // It would ask again and again for what is not there.
      if (!isInside) throw new Error('bytes are named that lie outside of the file')
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
    if (cause instanceof TickTickClockError) throw cause
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
