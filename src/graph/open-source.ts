/**
 * Chooses how to open a source by what it is, and unpacks gzip on the way.
 */

import { openLocation } from '#source'
import { show } from '../check.js'
import { GraphFormatError } from '../errors.js'
import { abortable } from '../turn.js'
import { type GunzipSource, gunzip } from './gunzip.js'
import type { ByteSource, GraphSource } from './source.js'
import { fromBytes, fromIterable, fromResponse, fromStream } from './source-stream.js'

/** An opened source, its bytes unpacked. */
export interface PlainSource {
  readonly name: string
  /** Bytes in all, where known: compressed ones if it is compressed. */
  readonly totalBytes: number | undefined
  /** Bytes taken from the source so far, compressed ones if it is compressed. */
  readonly bytesTaken: number
  readonly isPacked: boolean
  /** Looks at the first bytes without taking them: at least `count` unless there are fewer. */
  peek(count: number): Promise<Uint8Array>
  read(): Promise<Uint8Array | undefined>
  close(reason?: unknown): Promise<void>
}

/**
 * @param name shown in messages instead of the source's own name
 * @param isWelcome whether bytes that begin like this are to be let through, text or not; gzip is
 *   unpacked before
 * @throws TypeError when it is no source, GraphSourceError when it can't be opened,
 *   GraphFormatError when it ends in `.gz` and is not gzip
 */
export async function openSource(
  source: GraphSource,
  name: string | undefined,
  signal: AbortSignal | undefined,
  isWelcome: (head: Uint8Array) => boolean = () => false,
): Promise<PlainSource> {
  const opening = openRaw(source, name, signal)
  try {
    const raw = await abortable(opening, signal)
    return await abortable(unpack(raw, name ?? raw.name, isWelcome), signal)
  } catch (error) {
    // Not awaited: what hangs while it opens must not hold the rejection.
    opening.then((raw) => raw.close(error)).catch(() => undefined)
    throw error
  }
}

async function openRaw(
  source: GraphSource,
  name: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ByteSource> {
  const info = { name: name ?? '(input)' }
  if (typeof source === 'string' || source instanceof URL) return openLocation(source, signal)
  if (source instanceof Uint8Array) return fromBytes(source, info)
  if (source instanceof ArrayBuffer) return fromBytes(new Uint8Array(source), info)
  if (source instanceof Blob) {
    const fileName = name ?? ('name' in source ? String(source.name) : info.name)
    return fromStream(source.stream(), { name: fileName, totalBytes: source.size })
  }
  if (source instanceof Response) return fromResponse(source, name ?? (source.url || '(response)'))
  if (typeof source === 'object' && source !== null) {
    if (source instanceof ReadableStream) return fromStream(source, info)
    if (Symbol.asyncIterator in source) return fromIterable(source, info)
  }
  throw new TypeError(
    '"source" expected path, URL, Blob, Response, bytes, ReadableStream or AsyncIterable of ' +
      `Uint8Array, got ${show(source)}`,
  )
}

/** First bytes of what is often mistaken for a graph, and what to do. */
const OTHER_FORMATS: readonly [number[], string][] = [
  [[0x50, 0x4b, 3, 4], 'a zip archive; unpack it first'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed by zstd; unpack it first (zstd -d)'],
  [[0x42, 0x5a, 0x68], 'compressed by bzip2; unpack it first (bunzip2)'],
  [[0xfd, 0x37, 0x7a, 0x58], 'compressed by xz; unpack it first (unxz)'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file; export its columns as CSV'],
  [[0xff, 0xfe], 'UTF-16 text; save it as UTF-8'],
  [[0xfe, 0xff], 'UTF-16 text; save it as UTF-8'],
]

async function unpack(
  raw: ByteSource,
  name: string,
  isWelcome: (head: Uint8Array) => boolean,
): Promise<PlainSource> {
  const counted = new Counted(raw)
  const head = await counted.peek(4)
  if (head[0] === 0x1f && head[1] === 0x8b) {
    return plainSource(counted, name, new Peekable(gunzip(() => counted.read(), name)))
  }
  if (/\.gz$/i.test(name) && !raw.decoded) {
    throw new GraphFormatError(
      { file: name },
      'is named .gz, but its first bytes are not those of gzip; rename it or compress it',
    )
  }
  const other = OTHER_FORMATS.find(([magic]) => magic.every((byte, i) => head[i] === byte))
  if (other !== undefined && !isWelcome(head))
    throw new GraphFormatError({ file: name }, `is ${other[1]}`)
  return plainSource(counted, name)
}

function plainSource(counted: Counted, name: string, unpacked?: Peekable): PlainSource {
  const { raw } = counted
  const plain = unpacked ?? counted
  return {
    name,
    totalBytes: raw.totalBytes,
    isPacked: unpacked !== undefined,
    get bytesTaken() {
      return counted.bytesTaken
    },
    peek: (count) => plain.peek(count),
    read: () => plain.read(),
    async close(reason) {
      await Promise.all([unpacked?.raw.close(reason), raw.close(reason)])
    },
  }
}

/** Can look at the first bytes without taking them. */
class Peekable<T extends GunzipSource = GunzipSource> {
  readonly raw: T
  #head: Uint8Array | undefined

  constructor(raw: T) {
    this.raw = raw
  }

  /** The first bytes: at least `count` unless the source is shorter. */
  async peek(count: number): Promise<Uint8Array> {
    let head: Uint8Array = this.#head ?? (await this.raw.read()) ?? new Uint8Array(0)
    while (head.length < count) {
      // What was read may be overwritten by the next read.
      head = head.slice()
      const more = await this.raw.read()
      if (more === undefined) break
      const joined = new Uint8Array(head.length + more.length)
      joined.set(head)
      joined.set(more, head.length)
      head = joined
    }
    this.#head = head
    return head
  }

  async read(): Promise<Uint8Array | undefined> {
    const head = this.#head
    this.#head = undefined
    return head !== undefined && head.length > 0 ? head : this.raw.read()
  }
}

/** Counts bytes. */
class Counted extends Peekable<ByteSource> {
  bytesTaken = 0

  override async read(): Promise<Uint8Array | undefined> {
    const bytes = await super.read()
    this.bytesTaken += bytes?.length ?? 0
    return bytes
  }
}
