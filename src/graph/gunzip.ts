/**
 * Unpacks gzip on the way from a source to the reader. Data is never passed over in silence: what
 * follows the compressed data must be another gzip member, or zeros (padding), or is an error.
 *
 * Several members (`cat a.gz b.gz`, bgzip) are read as one text in Node. Browsers unpack one member
 * only and refuse more (WHATWG Compression, section 5); the error then says what to do.
 */

import { openGunzip } from '#source'
import { GraphFormatError } from '../errors.js'
import { fromStream } from './source-stream.js'

/** Compressed bytes go in in pieces of this size: a stream owns what it is given. */
const PIECE_BYTES = 64 * 1024

/** The plain bytes of a gzip file. */
export interface GunzipSource {
  read(): Promise<Uint8Array | undefined>
  close(reason?: unknown): Promise<void>
}

/**
 * @param next gives more compressed bytes, undefined at the end
 * @param name the file in messages
 */
export function gunzip(next: () => Promise<Uint8Array | undefined>, name: string): GunzipSource {
  const feed = new Feed(next)
  const { stream, bytesUsed } = openGunzip()
  const text = fromStream(feed.stream.pipeThrough(stream), { name })
  return {
    async read() {
      let bytes: Uint8Array | undefined
      try {
        bytes = await text.read()
      } catch (error) {
        if (feed.failure !== undefined) throw feed.failure
        throw damagedGzip(name, (error as Error).cause)
      }
      if (bytes !== undefined) return bytes
      const used = bytesUsed()
      if (used !== undefined && (await feed.finish()) > used) {
        throw new GraphFormatError({ file: name }, RUBBISH)
      }
      return
    },
    close: (reason) => text.close(reason),
  }
}

/** The compressed bytes, and where the last one lies that is not zero. */
class Feed {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>
  failure: unknown
  readonly #next: () => Promise<Uint8Array | undefined>
  #rest: Uint8Array | undefined = new Uint8Array(0)
  #bytesTaken = 0
  #contentEnd = 0

  constructor(next: () => Promise<Uint8Array | undefined>) {
    this.#next = next
    this.stream = new ReadableStream({ pull: (controller) => this.#pull(controller) })
  }

  /** Takes what is left; gives the number of bytes without the zeros at their end. */
  async finish(): Promise<number> {
    while (this.#rest !== undefined) await this.#more()
    return this.#contentEnd
  }

  async #more(): Promise<void> {
    this.#rest = await this.#next()
    if (this.#rest === undefined) return
    let end = this.#rest.length
    while (end > 0 && this.#rest[end - 1] === 0) end--
    if (end > 0) this.#contentEnd = this.#bytesTaken + end
    this.#bytesTaken += this.#rest.length
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      while (this.#rest !== undefined && this.#rest.length === 0) await this.#more()
    } catch (error) {
      this.failure = error
      throw error
    }
    if (this.#rest === undefined) {
      controller.close()
      return
    }
    controller.enqueue(this.#rest.slice(0, PIECE_BYTES))
    this.#rest = this.#rest.subarray(PIECE_BYTES)
  }
}

const RUBBISH = 'what follows its gzip data is not gzip; cut it off, or fetch the file again'

/** Tells the problems apart by the words of zlib (Node), Chromium, Firefox and Safari. */
function damagedGzip(file: string, cause: unknown): GraphFormatError {
  const words = cause instanceof Error ? cause.message : ''
  let problem = 'gzip data is damaged or ends early; fetch the file again'
  // The first member's magic number is right, or this would not be read as gzip.
  if (words.includes('incorrect header check')) problem = RUBBISH
  else if (/junk|after the end|extra bytes/i.test(words)) {
    problem =
      'something follows the first gzip member, which browsers do not read; ' +
      'compress it in one piece (gunzip -c file.gz | gzip), or cut it off'
  }
  return new GraphFormatError({ file }, problem, { cause })
}
