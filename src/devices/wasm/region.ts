/**
 * Blocks of a pool's memory that are freed together: what a kernel needs for one call, or keeps for
 * as long as a layout.
 */

import type { WorkerPool } from '../../workers/pool.js'

export class Region {
  readonly #pool: WorkerPool
  readonly #addresses: number[] = []

  constructor(pool: WorkerPool) {
    this.#pool = pool
  }

  /** Address of `byteLength` bytes, aligned to 64, contents undefined. */
  async alloc(byteLength: number): Promise<number> {
    const address = await this.#pool.memory.alloc(byteLength)
    this.#addresses.push(address)
    return address
  }

  /** Address of a copy of `array`. */
  async write(array: ArrayBufferView, signal?: AbortSignal): Promise<number> {
    const address = await this.alloc(array.byteLength)
    await this.#pool.memory.write(address, bytesOf(array), signal)
    return address
  }

  /** Leaves a block to someone else: `dispose` does not free it. */
  release(address: number): void {
    this.#addresses.splice(this.#addresses.indexOf(address), 1)
  }

  /** Gives one block back early. */
  free(address: number): void {
    this.release(address)
    this.#pool.memory.free(address)
  }

  dispose(): void {
    for (const address of this.#addresses.splice(0)) this.#pool.memory.free(address)
  }
}

/** The bytes of any view. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
