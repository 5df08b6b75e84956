/**
 * The pool's allocator: blocks never overlap, everything comes back, the limit holds. Also with
 * several heaps over one memory, in one thread and in many.
 */

import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { MemoryLimitError } from '../../src/errors.js'
import { createRandom } from '../../src/random.js'
import { Heap } from '../../src/workers/heap.js'
import {
  ALIGNMENT,
  growMemory,
  initialiseTop,
  isBufferOf,
  privateTop,
  sharedTop,
} from '../../src/workers/wasm-memory.js'
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
      const heap = new Heap(privateTop(1000, LIMIT))
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
    const heap = new Heap(privateTop(1000, LIMIT))
    const first = heap.alloc(1)
    heap.free(first)
    for (const address of churn(heap, testSeed(), 500).keys()) heap.free(address)
    expect(heap.usedBytes).toBe(0)
    expect(heap.top).toBe(first)
    expect(heap.alloc(LIMIT - first)).toBe(first)
  })

  it('uses freed room again', () => {
    const heap = new Heap(privateTop(0, LIMIT))
    const [a, b, c] = [heap.alloc(1000), heap.alloc(1000), heap.alloc(1000)]
    heap.free(a)
    heap.free(b)
    expect(heap.alloc(2000)).toBe(a)
    expect(c).toBeGreaterThan(b)
  })

  it('says how much was asked for and what the limit is', () => {
    const heap = new Heap(privateTop(0, LIMIT))
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

/** A shared memory of at most `pages`, whose blocks begin at 4096. */
function makeMemory(pages: number): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: pages, shared: true })
  initialiseTop(memory, 4096, pages * 65_536)
  return memory
}

describe('heaps on one top', () => {
  it('keep apart, and give the whole memory back to one that stays', () => {
    const seed = testSeed()
    for (let i = 0; i < count(100); i++) {
      const memory = makeMemory(64)
      const heaps = Array.from({ length: 3 }, () => new Heap(sharedTop(memory)))
      const [first] = heaps
      const random = createRandom(seed + i)
      const live = heaps.map(() => new Map<number, number>())
      for (let step = 0; step < 300; step++) {
        const owner = random.nextBelow(3)
        const { done, value } = live[owner].keys().next()
        if (random.nextBelow(3) > 0 || done) {
          const byteLength = random.nextBelow(20_000)
          live[owner].set(heaps[owner].alloc(byteLength), byteLength)
        } else {
          heaps[owner].free(value)
          live[owner].delete(value)
        }
      }
      expectApart(live.flatMap((blocks) => [...blocks]))
      expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(first.top)
      first.reclaim()
      const kept = [...live[0]].map(([address, length]) => address + Math.max(length, 1))
      expect(first.top).toBe(Math.max(4096, Math.ceil(Math.max(0, ...kept) / 64) * 64))
      for (const address of live[0].keys()) first.free(address)
      expect(first.top).toBe(4096)
      expect(first.alloc(64 * 65_536 - 4096)).toBe(4096)
    }
  })

  it('give a block back to the top only while it is there', () => {
    const memory = makeMemory(2)
    const [a, b] = [new Heap(sharedTop(memory)), new Heap(sharedTop(memory))]
    const [low, high] = [a.alloc(64), b.alloc(64)]
    a.free(low)
    expect(b.top).toBe(high + 64)
    b.free(high)
    expect(b.top).toBe(high)
    // What is left at the top is part of the next request.
    expect(a.alloc(128)).toBe(low)
    expect(() => b.alloc(2 * 65_536)).toThrow(MemoryLimitError)
  })

  it('keep apart on threads of their own, with a memory that grows under them', async () => {
    const seed = testSeed()
    const memory = makeMemory(65_536)
    const results = await Promise.all(
      [0, 1, 2, 3].map((thread) => churnInWorker({ memory, seed: seed + thread, thread })),
    )
    for (const { damaged } of results) expect(damaged).toBe(0)
    expectApart(results.flatMap(({ blocks }) => blocks))
    const heap = new Heap(sharedTop(memory))
    expect(heap.top).toBeGreaterThan(4 * 65_536)
  })
})

describe('a shared memory', () => {
  it('knows its buffers, those from before it grew too', () => {
    const [memory, other] = [makeMemory(16), makeMemory(16)]
    const before = memory.buffer
    growMemory(memory, 5 * 65_536)
    expect(memory.buffer.byteLength).toBe(5 * 65_536)
    expect(memory.buffer).not.toBe(before)
    for (const buffer of [before, memory.buffer]) {
      expect(isBufferOf(memory, buffer)).toBe(true)
      expect(isBufferOf(other, buffer)).toBe(false)
    }
    for (const buffer of [new ArrayBuffer(65_536), new SharedArrayBuffer(16)]) {
      expect(isBufferOf(memory, buffer)).toBe(false)
    }
    expect(() => growMemory(memory, 17 * 65_536)).toThrow(RangeError)
  })
})

function expectApart(blocks: readonly (readonly [number, number])[]): void {
  let end = 4096
  for (const [address, byteLength] of [...blocks].sort(([a], [b]) => a - b)) {
    expect(address).toBeGreaterThanOrEqual(end)
    end = address + Math.max(1, byteLength)
  }
}

interface Churned {
  damaged: number
  blocks: [number, number][]
}

/** A thread that allocates and frees at random, see test/support/heap-worker.mjs. */
async function churnInWorker(data: object): Promise<Churned> {
  const script = new URL('../support/heap-worker.mjs', import.meta.url)
  const worker = new Worker(script, { workerData: { ...data, steps: count(20_000) } })
  const result = await new Promise<Churned>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await worker.terminate()
  return result
}
