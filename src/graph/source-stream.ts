/**
 * Byte sources over streams, iterables and responses: what Node and browsers have in common.
 */

import { show } from '../check.js'
import { GraphSourceError, TickTickClockError } from '../errors.js'
import { abortable } from '../turn.js'
import type { ByteSource } from './source.js'

interface SourceInfo {
  name: string
  totalBytes?: number
  decoded?: boolean
}

function checkChunk(name: string, chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError(`"source" ${name} expected Uint8Array chunks, got ${show(chunk)}`)
}

/** The next item of a stream or iterable, its failure as one that names the source. */
async function nextOf<T>(name: string, next: Promise<T>): Promise<T> {
  try {
    return await next
  } catch (cause) {
    if (cause instanceof TickTickClockError) throw cause
    throw new GraphSourceError(`${name}: broke off while it was read: ${reasonOf(cause)}`, {
      cause,
    })
  }
}

export function fromBytes(bytes: Uint8Array, info: SourceInfo): ByteSource {
  let rest: Uint8Array | undefined = bytes
  return {
    name: info.name,
    totalBytes: bytes.byteLength,
    decoded: false,
    async read() {
      const all = rest
      rest = undefined
      return all
    },
    async close() {
      rest = undefined
    },
  }
}

export function fromStream(stream: ReadableStream<Uint8Array>, info: SourceInfo): ByteSource {
  if (stream.locked) {
    throw new TypeError(`"source" ${info.name} is a stream that someone else reads (locked)`)
  }
  const reader = stream.getReader()
  let open = true
  return {
    name: info.name,
    totalBytes: info.totalBytes,
    decoded: info.decoded ?? false,
    async read() {
      const { done, value } = await nextOf(info.name, reader.read())
      if (!done) return checkChunk(info.name, value)
      open = false
      return
    },
    async close(reason) {
      if (!open) return
      open = false
      // A stream that failed rejects its cancel, too; its own error is already on the way.
      await reader.cancel(reason).catch(() => undefined)
    },
  }
}

export function fromIterable(iterable: AsyncIterable<Uint8Array>, info: SourceInfo): ByteSource {
  const iterator = iterable[Symbol.asyncIterator]()
  let open = true
  return {
    name: info.name,
    totalBytes: info.totalBytes,
    decoded: info.decoded ?? false,
    async read() {
      const { done, value } = await nextOf(info.name, iterator.next())
      if (!done) return checkChunk(info.name, value)
      open = false
      return
    },
    async close() {
      if (!open) return
      open = false
      // Not awaited: a generator that hangs in next() would hold return() for ever.
      iterator.return?.()?.then(undefined, () => undefined)
    },
  }
}

/** @throws GraphSourceError unless the server answered with a body */
export function fromResponse(response: Response, name: string): ByteSource {
  if (!response.ok) {
    throw new GraphSourceError(
      `${name}: the server answered ${response.status} ${response.statusText}`.trimEnd(),
    )
  }
  if (response.body === null) throw new GraphSourceError(`${name}: the response has no body`)
  const decoded = response.headers.get('content-encoding') !== null
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const totalBytes = decoded || !(length >= 0) ? undefined : length
  return fromStream(response.body, { name, totalBytes, decoded })
}

/** Asks a server for a URL. */
export async function fetchSource(url: URL, signal: AbortSignal | undefined): Promise<ByteSource> {
  let response: Response
  try {
    response = await abortable(fetch(url, { signal: signal ?? null }), signal)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new GraphSourceError(`${url.href}: can't be fetched: ${reasonOf(cause)}`, { cause })
  }
  return fromResponse(response, url.href)
}

/** Node hides the reason of a failed fetch in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return show(error)
  return error.cause instanceof Error && error.cause.message !== ''
    ? error.cause.message
    : error.message
}
