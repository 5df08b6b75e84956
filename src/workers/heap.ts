/**
 * Which bytes of a pool's memory are handed out: first fit over a list of free blocks, neighbours
 * merged. Bookkeeping only, outside the memory itself, on the coordinator's side.
 */

import { MemoryLimitError } from '../errors.js'

/** Addresses are multiples of this, a cache line: threads share no line by accident. */
export const ALIGNMENT = 64

interface FreeBlock {
  address: number
  byteLength: number
}

export class Heap {
  readonly #limit: number
  /** Ascending by address, never adjacent. */
  readonly #free: FreeBlock[] = []
  readonly #sizes = new Map<number, number>()
  #top: number
  #used = 0

  /**
   * @param base first address to hand out
   * @param limit first address that must not be used
   */
  constructor(base: number, limit: number) {
    this.#top = Math.ceil(base / ALIGNMENT) * ALIGNMENT
    this.#limit = limit
  }

  /** First address above everything ever handed out: the memory must reach this far. */
  get top(): number {
    return this.#top
  }

  get usedBytes(): number {
    return this.#used
  }

  /** @throws MemoryLimitError when no free block and no room at the top is large enough */
  alloc(byteLength: number): number {
    const size = Math.max(ALIGNMENT, Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT)
    const address = this.#takeFree(size) ?? this.#takeTop(size)
    this.#sizes.set(address, size)
    this.#used += size
    return address
  }

  /** Unknown addresses are a programming error. */
  free(address: number): void {
    const byteLength = this.#sizes.get(address)
    if (byteLength === undefined) throw new RangeError(`no block at address ${address}`)
    this.#sizes.delete(address)
    this.#used -= byteLength
    this.#insert({ address, byteLength })
  }

  #takeFree(size: number): number | undefined {
    const index = this.#free.findIndex((block) => block.byteLength >= size)
    if (index < 0) return undefined
    const block = this.#free[index]
    const { address } = block
    if (block.byteLength === size) this.#free.splice(index, 1)
    else this.#free[index] = { address: address + size, byteLength: block.byteLength - size }
    return address
  }

  #takeTop(size: number): number {
    const address = this.#top
    if (address + size > this.#limit) {
      throw new MemoryLimitError('the WASM memory', {
        neededBytes: this.#used + size,
        limitBytes: this.#limit,
        alternatives: ['dispose residents that are no longer needed', "device 'reference'"],
      })
    }
    this.#top += size
    return address
  }

  #insert(block: FreeBlock): void {
    let index = this.#free.findIndex((other) => other.address > block.address)
    if (index < 0) index = this.#free.length
    this.#free.splice(index, 0, block)
    this.#mergeWithNext(index)
    if (index > 0) this.#mergeWithNext(index - 1)
    // A free block at the top goes back to the top, so that it can grow with the next request.
    const last = this.#free[this.#free.length - 1]
    if (last.address + last.byteLength === this.#top) {
      this.#top = last.address
      this.#free.pop()
    }
  }

  #mergeWithNext(index: number): void {
    const block = this.#free[index]
    const next = this.#free[index + 1]
    if (next === undefined || block.address + block.byteLength !== next.address) return
    this.#free.splice(index, 2, {
      address: block.address,
      byteLength: block.byteLength + next.byteLength,
    })
  }
}
