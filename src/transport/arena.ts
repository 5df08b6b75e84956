/** Memory for one superstep's packets within a thread: handed out in order, taken back at once. */

import { MessageMemoryFull } from './transport.js'

/** Packets begin on a cache line. */
export const PACKET_ALIGNMENT = 64

/** Memory comes in pieces of at least this: small packets share one. */
const CHUNK_BYTES = 1 << 20

export class ChunkArena {
  readonly #limitBytes: number
  readonly #chunks: ArrayBuffer[] = []
  /** Chunk in use, and bytes used of it. */
  #chunk = 0
  #at = 0
  #usedBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** @throws MessageMemoryFull */
  alloc(byteLength: number): Uint8Array {
    const size = Math.ceil(byteLength / PACKET_ALIGNMENT) * PACKET_ALIGNMENT
    if (this.#usedBytes + size > this.#limitBytes) throw new MessageMemoryFull(this.#limitBytes)
    this.#usedBytes += size
    while (this.#chunk < this.#chunks.length) {
      const chunk = this.#chunks[this.#chunk]
      if (this.#at + size <= chunk.byteLength) {
        this.#at += size
        return new Uint8Array(chunk, this.#at - size, byteLength)
      }
      this.#chunk++
      this.#at = 0
    }
    const chunk = new ArrayBuffer(Math.max(CHUNK_BYTES, size))
    this.#chunks.push(chunk)
    this.#at = size
    return new Uint8Array(chunk, 0, byteLength)
  }

  /** Takes everything back; the memory is kept for the next superstep. */
  reset(): void {
    this.#chunk = 0
    this.#at = 0
    this.#usedBytes = 0
  }
}
