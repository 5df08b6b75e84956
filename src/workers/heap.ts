/**
 * Which bytes of a pool's memory are handed out: first fit over a list of free blocks, neighbours
 * merged. Bookkeeping only, outside the memory itself. Several heaps, each on a thread of its own,
 * may take from one memory: they share its top, and what one frees it keeps for itself.
 */

import { MemoryLimitError } from '../errors.js'
import { ALIGNMENT, type HeapTop } from './wasm-memory.js'

interface FreeBlock {
  address: number
  byteLength: number
}

export class Heap {
  readonly #top: HeapTop
  readonly #base: number
  /** Ascending by address, never adjacent. */
  #free: FreeBlock[] = []
  readonly #sizes = new Map<number, number>()
  #used = 0

  constructor(top: HeapTop) {
    this.#top = top
    this.#base = top.address
  }

  /** First address above everything that any heap has handed out: memory must reach this far. */
  get top(): number {
    return this.#top.address
  }

  /** What this heap has handed out. */
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

  /**
   * Takes over what every other heap on this top has handed out or kept: all that is not in a block
   * of this one. For when the others are gone.
   */
  reclaim(): void {
    let end = this.#base
    const free: FreeBlock[] = []
    const blocks = [...this.#sizes].sort(([a], [b]) => a - b)
    for (const [address, byteLength] of blocks) {
      if (address > end) free.push({ address: end, byteLength: address - end })
      end = address + byteLength
    }
    this.#free = free
    this.#top.move(this.#top.address, end)
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
    this.#giveTopBack()
    for (;;) {
      const { address, limit } = this.#top
      const end = address + size
      if (end > limit) throw tooLarge(end, limit)
      if (this.#reach(address, end)) return address
    }
  }

  #reach(from: number, to: number): boolean {
    try {
      return this.#top.move(from, to)
    } catch (cause) {
      throw tooLarge(to, from, cause)
    }
  }

  #insert(block: FreeBlock): void {
    let index = this.#free.findIndex((other) => other.address > block.address)
    if (index < 0) index = this.#free.length
    this.#free.splice(index, 0, block)
    this.#mergeWithNext(index)
    if (index > 0) this.#mergeWithNext(index - 1)
    this.#giveTopBack()
  }

  /** A free block at the top goes back to it: for other heaps, or to grow with the next request. */
  #giveTopBack(): void {
    const last = this.#free.at(-1)
    if (last === undefined) return
    const end = last.address + last.byteLength
    if (end === this.#top.address && this.#top.move(end, last.address)) this.#free.pop()
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

function tooLarge(neededBytes: number, limitBytes: number, cause?: unknown): MemoryLimitError {
  const host = ['a machine or browser with more free memory']
  const here = ['dispose residents that are no longer needed', "device 'reference'"]
  const alternatives = cause === undefined ? here : host
  return new MemoryLimitError('the WASM memory', { neededBytes, limitBytes, alternatives, cause })
}
