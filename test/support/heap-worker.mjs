/** A thread of heap.test.ts: takes memory by a heap of its own, and looks after its blocks. */

import { parentPort, workerData } from 'node:worker_threads'
import { Heap } from '../../dist/workers/heap.js'
import { sharedTop } from '../../dist/workers/wasm-memory.js'

const { memory, seed, steps, thread } = workerData
const heap = new Heap(sharedTop(memory))
/** @type {Map<number, number>} */
const live = new Map()
let state = seed

/** @param {number} below a whole number under 2^16 */
function random(below) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor(((state >>> 8) / 2 ** 24) * below)
}

/**
 * @param {number} address
 * @param {number} byteLength
 */
const bytesAt = (address, byteLength) => new Uint8Array(memory.buffer, address, byteLength)

/** Whether every byte of a block is still this thread's. */
function isOwn(/** @type {[number, number]} */ [address, byteLength]) {
  return bytesAt(address, byteLength).every((byte) => byte === thread + 1)
}

let damaged = 0
for (let step = 0; step < steps; step++) {
  if (random(5) > 1) {
    const byteLength = random(2) === 0 ? random(300) : random(30_000)
    const address = heap.alloc(byteLength)
    bytesAt(address, byteLength).fill(thread + 1)
    live.set(address, byteLength)
  } else if (live.size > 0) {
    const block = [...live][random(live.size)]
    if (!isOwn(block)) damaged++
    heap.free(block[0])
    live.delete(block[0])
  }
}
for (const block of live) if (!isOwn(block)) damaged++
parentPort?.postMessage({ damaged, blocks: [...live], usedBytes: heap.usedBytes })
