/** The pool's allocator: blocks never overlap, everything comes back, the limit holds. */

import { describe, expect, it } from 'vitest'
import { MemoryLimitError } from '../../src/errors.js'
import { createRandom } from '../../src/random.js'
import { ALIGNMENT, Heap } from '../../src/workers/heap.js'
import { count, testSeed } from '../support/seed.js'

const LIMIT = 1 << 20

/** Allocates and frees at random; returns what is still handed out. */
function churn(heap: Heap, seed: number, steps: number): Map<number, number> {
  const random = createRandom(seed)
  const live = new Map<number, number>()
  for (let step = 0; step < steps; step++) {
    if (random.nextBelow(3) > 0) {
      const byteLength =
        random.nextBelow(2) === 0 ? random.nextBelow(200) : random.nextBelow(60_000)
      try {
        live.set(heap.alloc(byteLength), byteLength)
      } catch (error) {
        expect(error).toBeInstanceOf(MemoryLimitError)
      }
    } else if (live.size > 0) {
      const address = [...live.keys()][random.nextBelow(live.size)]
      heap.free(address)
      live.delete(address)
    }
  }
  return live
}

describe('Heap', () => {
  it('hands out blocks that are aligned, inside the limits and apart', () => {
    const seed = testSeed()
    for (let i = 0; i < count(200); i++) {
      const heap = new Heap(1000, LIMIT)
      const blocks = [...churn(heap, seed + i, 300)].sort(([a], [b]) => a - b)
      let end = 1000
      for (const [address, byteLength] of blocks) {
        expect(address % ALIGNMENT).toBe(0)
        expect(address).toBeGreaterThanOrEqual(end)
        end = address + byteLength
      }
      expect(end).toBeLessThanOrEqual(heap.top)
      expect(heap.top).toBeLessThanOrEqual(LIMIT)
    }
  })

  it('is as new when everything was given back', () => {
    const heap = new Heap(1000, LIMIT)
    const first = heap.alloc(1)
    heap.free(first)
    for (const address of churn(heap, testSeed(), 500).keys()) heap.free(address)
    expect(heap.usedBytes).toBe(0)
    expect(heap.top).toBe(first)
    expect(heap.alloc(LIMIT - first)).toBe(first)
  })

  it('uses freed room again', () => {
    const heap = new Heap(0, LIMIT)
    const [a, b, c] = [heap.alloc(1000), heap.alloc(1000), heap.alloc(1000)]
    heap.free(a)
    heap.free(b)
    expect(heap.alloc(2000)).toBe(a)
    expect(c).toBeGreaterThan(b)
  })

  it('says how much was asked for and what the limit is', () => {
    const heap = new Heap(0, LIMIT)
    heap.alloc(1024)
    const error = (() => {
      try {
        return heap.alloc(LIMIT)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ neededBytes: LIMIT + 1024, limitBytes: LIMIT })
    expect(heap.usedBytes).toBe(1024)
    expect(() => heap.free(7)).toThrow(/no block at address 7/)
  })
})
