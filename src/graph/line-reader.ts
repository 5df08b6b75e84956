/**
 * The first lines of a text file one by one, for formats that begin with a header; what follows
 * them is a source again.
 */

import { GraphFormatError } from '../errors.js'
import { MAX_LINE_BYTES } from '../limits.js'
import { abortable } from '../turn.js'
import type { PlainSource } from './open-source.js'

const LINE_FEED = 10

export class LineReader {
  readonly #source: PlainSource
  readonly #signal: AbortSignal | undefined
  #rest = new Uint8Array(0)
  #lineCount = 0

  constructor(source: PlainSource, signal: AbortSignal | undefined) {
    this.#source = source
    this.#signal = signal
  }

  /** Lines so far: the number of the last one. */
  get lineCount(): number {
    return this.#lineCount
  }

  /**
   * The next line without its end, a byte order mark before the first one left out; undefined at
   * the end.
   *
   * @throws GraphFormatError when it is longer than MAX_LINE_BYTES
   */
  async next(): Promise<string | undefined> {
    let end = this.#rest.indexOf(LINE_FEED)
    while (end < 0) {
      if (this.#rest.length > MAX_LINE_BYTES) this.#failLongLine()
      const more = await abortable(this.#source.read(), this.#signal)
      if (more === undefined) {
        if (this.#rest.length === 0) return
        end = this.#rest.length
        break
      }
      const from = this.#rest.length
      const joined = new Uint8Array(from + more.length)
      joined.set(this.#rest)
      joined.set(more, from)
      this.#rest = joined
      end = joined.indexOf(LINE_FEED, from)
    }
    if (end > MAX_LINE_BYTES) this.#failLongLine()
    const line = new TextDecoder().decode(this.#rest.subarray(0, end))
    this.#rest = this.#rest.subarray(end + 1)
    this.#lineCount++
    return line.replace(/\r$/, '')
  }

  /** The first line from here that is neither empty nor a comment behind %. */
  async nextContent(): Promise<string | undefined> {
    for (;;) {
      const line = await this.next()
      if (line === undefined || /^\s*[^%\s]/.test(line)) return line
    }
  }

  /** What follows the lines so far. */
  rest(): PlainSource {
    const source = this.#source
    let first: Uint8Array | undefined = this.#rest
    return {
      ...{ name: source.name, totalBytes: source.totalBytes, isPacked: source.isPacked },
      get bytesTaken() {
        return source.bytesTaken
      },
      peek: (count) => source.peek(count),
      async read() {
        const bytes = first
        first = undefined
        return bytes !== undefined && bytes.length > 0 ? bytes : source.read()
      },
      close: (reason) => source.close(reason),
    }
  }

  #failLongLine(): never {
    const where = { file: this.#source.name, line: this.#lineCount + 1 }
    throw new GraphFormatError(where, `line is longer than ${MAX_LINE_BYTES} bytes`)
  }
}
