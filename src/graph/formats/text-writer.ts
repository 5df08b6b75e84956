/**
 * Text of graphs as bytes, in pieces: numbers that read back with the same bits, names of vertices.
 */

import type { WrittenPiece } from './format.js'

/** A piece is handed on from this size on. */
const PIECE_BYTES = 64 * 1024
/** Room behind it for what is written between two looks at `isFull`, longer text apart. */
const SLACK_BYTES = 1024
/** Rows without text between two pauses. */
const PAUSE_ROWS = 1 << 18

/** Nothing, for a pause in work that writes nothing. */
export const PAUSE: WrittenPiece = { bytes: new Uint8Array(0), arcs: 0 }

export class TextWriter {
  #bytes = new Uint8Array(PIECE_BYTES + SLACK_BYTES)
  #length = 0
  #rows = 0

  /** Whether it is time to take a piece. */
  get isFull(): boolean {
    return this.#length >= PIECE_BYTES
  }

  /** The text so far. */
  get text(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** To be asked after each row: whether many of them had nothing to write. */
  isPauseDue(): boolean {
    return ++this.#rows % PAUSE_ROWS === 0
  }

  /** What was written since the last call. */
  take(arcs: number): WrittenPiece {
    const bytes = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return { bytes, arcs }
  }

  byte(value: number): void {
    this.#bytes[this.#length++] = value
  }

  /** Text of ASCII characters, up to a kilobyte. */
  ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i))
  }

  /** Text of any length. */
  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > PIECE_BYTES) {
      const larger = new Uint8Array(this.#length + bytes.length + PIECE_BYTES + SLACK_BYTES)
      larger.set(this.text)
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** A whole number of at most 2^53 - 1. */
  integer(value: number): void {
    let digits = 1
    for (let limit = 10; value >= limit; limit *= 10) digits++
    let rest = value
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const next = Math.floor(rest / 10)
      this.#bytes[at] = 48 + (rest - 10 * next)
      rest = next
    }
    this.#length += digits
  }

  /** A number in the shortest form that reads back as the same double. */
  decimal(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) this.integer(value)
    else this.ascii(String(value))
  }
}
