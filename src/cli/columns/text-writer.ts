/**
 * Lines of text gathered in large pieces, and cells written as RFC 4180 asks. Called by the tables
 * of this folder.
 */

import { numberText } from './numbers.js'
import type { NewColumn } from './types.js'

/** Bytes of a piece; one is written at a time. */
const PIECE_BYTES = 1 << 20

/** Gathers bytes and text; `take` hands a full piece over. */
export class TextWriter {
  #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #length = 0

  /** Whether it is time to take what there is. */
  get isFull(): boolean {
    return this.#length >= PIECE_BYTES / 2
  }

  /** What was gathered; the writer begins anew. */
  take(): Uint8Array {
    const piece = this.#piece.subarray(0, this.#length)
    this.#piece = Buffer.allocUnsafe(PIECE_BYTES)
    this.#length = 0
    return piece
  }

  /** Bytes of another array. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start
    this.#reserve(size)
    const [piece, at] = [this.#piece, this.#length]
    // A call costs more than a short loop.
    if (size < 64) for (let i = 0; i < size; i++) piece[at + i] = bytes[start + i]
    else piece.set(bytes.subarray(start, end), at)
    this.#length += size
  }

  write(text: string): void {
    this.#reserve(3 * text.length)
    this.#length += this.#piece.write(text, this.#length, 'utf8')
  }

  /** A cell, in quotes where it needs them. */
  writeCell(text: string, delimiter: string): void {
    this.write(quoted(text, delimiter))
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#piece.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#length + size))
    larger.set(this.#piece.subarray(0, this.#length))
    this.#piece = larger
  }
}

function quoted(text: string, delimiter: string): string {
  const needsQuotes = text.includes(delimiter) || /["\r\n]/.test(text)
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text
}

/** Writes the new cell of a row. */
export type Replacement = (writer: TextWriter, row: number) => void

/** How the cells of a new column are written. */
export function cellWriter(column: NewColumn): Replacement {
  if (column.kind === 'text') {
    const { bytes, starts, ends } = column.cells
    return (writer, row) => writer.copy(bytes, starts[row], ends[row])
  }
  const toText = numberText(column.values)
  return (writer, row) => writer.write(toText(row))
}
