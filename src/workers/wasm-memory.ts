/** The WebAssembly memory under a pool: as large as the host allows, grown when needed. */

import { CONTROL_END, HEAP_LIMIT, HEAP_TOP, PROBE } from './control.js'

const PAGE_BYTES = 65_536

/** Blocks begin at multiples of this, a cache line: threads share no line by accident. */
export const ALIGNMENT = 64

/** A memory with as many pages as the host grants: some grant less than 4 GiB of addresses. */
export function createMemory(): { memory: WebAssembly.Memory; limitBytes: number } {
  for (let maximum = PAGE_BYTES; ; maximum /= 2) {
    try {
      const memory = new WebAssembly.Memory({ initial: 2, maximum, shared: true })
      return { memory, limitBytes: maximum * PAGE_BYTES }
    } catch (error) {
      if (!(error instanceof RangeError) || maximum <= 256) throw error
    }
  }
}

/**
 * Makes `memory` reach `byteLength`, whatever other threads do meanwhile.
 *
 * @throws RangeError when the host has no more
 */
export function growMemory(memory: WebAssembly.Memory, byteLength: number): void {
  while (memory.buffer.byteLength < byteLength) {
    // Growing by nothing tells how large it is: this thread's view may be behind.
    const pages = memory.grow(0)
    const missing = Math.ceil(byteLength / PAGE_BYTES) - pages
    if (missing <= 0) return
    try {
      memory.grow(missing)
    } catch (error) {
      if (memory.grow(0) === pages) throw error
    }
  }
}

/** Where the blocks of a memory end: one for all heaps over it. */
export interface HeapTop {
  /** First address that must not be handed out. */
  readonly limit: number
  /** First address above everything handed out. */
  readonly address: number
  /**
   * Moves it, unless somebody else did in the meantime.
   *
   * @throws RangeError when the memory can't be made to reach there
   */
  move(from: number, to: number): boolean
}

/** The top of a memory that one heap keeps the books of, and somebody else makes reach there. */
export function privateTop(base: number, limit: number): HeapTop {
  let address = Math.ceil(base / ALIGNMENT) * ALIGNMENT
  return {
    limit,
    get address() {
      return address
    },
    move(_from, to) {
      address = to
      return true
    },
  }
}

/** Where the first block of a shared memory begins; called once, before any heap is made. */
export function initialiseTop(memory: WebAssembly.Memory, base: number, limit: number): void {
  const words = controlWords(memory)
  Atomics.store(words, HEAP_LIMIT / 4, limit / ALIGNMENT)
  Atomics.store(words, HEAP_TOP / 4, Math.ceil(base / ALIGNMENT))
}

/** The top that every thread sees, in a control word. Moving it makes the memory reach there. */
export function sharedTop(memory: WebAssembly.Memory): HeapTop {
  const words = controlWords(memory)
  return {
    limit: words[HEAP_LIMIT / 4] * ALIGNMENT,
    get address() {
      return Atomics.load(words, HEAP_TOP / 4) * ALIGNMENT
    },
    move(from, to) {
      growMemory(memory, to)
      const expected = from / ALIGNMENT
      return Atomics.compareExchange(words, HEAP_TOP / 4, expected, to / ALIGNMENT) === expected
    },
  }
}

/** They lie in the first page, so that this view outlives all growth. */
function controlWords(memory: WebAssembly.Memory): Int32Array {
  return new Int32Array(memory.buffer, 0, (HEAP_LIMIT + 4) / 4)
}

/**
 * Whether a buffer is one of this shared memory. Whenever the memory grows it gets another buffer
 * object, of which no thread is told; the earlier ones go on to show the same bytes. So what is
 * written to one must be seen in the other; may say no while other threads ask.
 */
export function isBufferOf(memory: WebAssembly.Memory, buffer: ArrayBufferLike): boolean {
  if ((memory.buffer as ArrayBufferLike) === buffer) return true
  if (!isShared(buffer) || buffer.byteLength < CONTROL_END) return false
  const there = new Int32Array(buffer, PROBE, 1)
  const here = new Int32Array(memory.buffer, PROBE, 1)
  return crypto.getRandomValues(new Int32Array(2)).every((number) => {
    Atomics.store(here, 0, number)
    return Atomics.load(there, 0) === number
  })
}

/** Also where the class has no name: in pages that are not isolated. */
function isShared(buffer: ArrayBufferLike): boolean {
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]'
}
