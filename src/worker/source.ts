/**
 * How a graph's bytes get from the page to its worker. Places and Blobs are sent as they are, the
 * worker opens them; bytes, streams and responses stay with the page, and the worker asks for one
 * piece after the other, so that nothing large is ever copied in one go on the page's thread.
 */

import { transfer } from 'comlink'
import { show } from '../check.js'
import type { ByteSource, GraphSource } from '../graph/source.js'
import { fromBytes, fromIterable, fromResponse, fromStream } from '../graph/source-stream.js'

/** Bytes of one piece: copied in well under a millisecond, asked for in a twentieth of one. */
const PIECE_BYTES = 1024 * 1024

/** A source as it travels: itself, a URL in words, or what to know about bytes to be asked for. */
export type PackedSource =
  | { kind: 'value'; value: string | Blob }
  | { kind: 'url'; href: string }
  | { kind: 'feed'; totalBytes: number | undefined; decoded: boolean }

/** The page's end of a source whose bytes stay with the page. */
export interface Feed {
  readonly name: string
  /** The next piece, undefined at the end. */
  pull(): Promise<Uint8Array | undefined>
  close(reason?: unknown): void
}

/**
 * What to send for a source, and where its bytes come from if they stay here.
 *
 * @throws TypeError when it is no source, GraphSourceError for a response without content
 */
export function packSource(
  source: GraphSource,
  name?: string,
): { packed: PackedSource; feed?: Feed } {
  if (typeof source === 'string') return { packed: { kind: 'value', value: absolute(source) } }
  if (source instanceof URL) return { packed: { kind: 'url', href: source.href } }
  if (source instanceof Blob) return { packed: { kind: 'value', value: source } }
  const bytes = openHere(source, name ?? '(input)', name)
  const { totalBytes, decoded } = bytes
  return { packed: { kind: 'feed', totalBytes, decoded }, feed: createFeed(bytes) }
}

/** The source as the worker's `readGraph` takes it. */
export function unpackSource(
  packed: PackedSource,
  pull: () => Promise<Uint8Array | undefined>,
): GraphSource {
  if (packed.kind === 'value') return packed.value
  if (packed.kind === 'url') return new URL(packed.href)
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const piece = await pull()
      if (piece === undefined) controller.close()
      else controller.enqueue(piece as Uint8Array<ArrayBuffer>)
    },
  })
  // A response is the one kind of source that can say how long it is and whether it was unpacked.
  const headers = new Headers()
  if (packed.totalBytes !== undefined) headers.set('content-length', String(packed.totalBytes))
  if (packed.decoded) headers.set('content-encoding', 'identity')
  return new Response(stream, { headers })
}

/** A page's relative URL would mean something else in the worker's script. */
function absolute(location: string): string {
  if (typeof document === 'undefined') return location
  // What is no URL at all stays as it is: the worker says so, with the name that was given.
  return URL.canParse(location, document.baseURI)
    ? new URL(location, document.baseURI).href
    : location
}

function openHere(source: unknown, name: string, givenName: string | undefined): ByteSource {
  if (source instanceof Uint8Array) return fromBytes(source, { name })
  if (source instanceof ArrayBuffer) return fromBytes(new Uint8Array(source), { name })
  if (source instanceof Response) {
    return fromResponse(source, givenName ?? (source.url || '(response)'))
  }
  if (typeof source === 'object' && source !== null) {
    if (source instanceof ReadableStream) return fromStream(source, { name })
    if (Symbol.asyncIterator in source) {
      return fromIterable(source as AsyncIterable<Uint8Array>, { name })
    }
  }
  throw new TypeError(
    '"source" expected path, URL, Blob, Response, bytes, ReadableStream or AsyncIterable of ' +
      `Uint8Array, got ${show(source)}`,
  )
}

function createFeed(bytes: ByteSource): Feed {
  let rest = new Uint8Array(0)
  return {
    name: bytes.name,
    async pull() {
      while (rest.length === 0) {
        const read = await bytes.read()
        if (read === undefined) return
        rest = read as Uint8Array<ArrayBuffer>
      }
      // A copy: what was read belongs to the source, which may use it again.
      const piece = rest.slice(0, PIECE_BYTES)
      rest = rest.subarray(piece.length)
      return transfer(piece, [piece.buffer])
    },
    close(reason) {
      bytes.close(reason).catch(() => undefined)
    },
  }
}
