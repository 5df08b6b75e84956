/** Jobs for the pools of tests: functions that run on a pool's workers (src/workers/pool.ts). */

import { argsort, DeviceLostError, openDevice, pagerank, reduce, scan, sort } from 'ticktickclock'
import { Heap } from '../../dist/workers/heap.js'
import { sharedTop } from '../../dist/workers/wasm-memory.js'

/** @typedef {import('../../src/workers/pool.js').JobContext} Context */

/**
 * @param {Context} context
 * @param {unknown} argument
 */
export function echo({ memory, thread, threads }, argument) {
  return { thread, threads, argument, hasMemory: memory.buffer.byteLength > 0 }
}

/**
 * Adds 1 to the i32 at `address` after a pause; answers what it found.
 *
 * @param {Context} context
 * @param {number} address
 */
export async function count({ memory }, address) {
  const words = new Int32Array(memory.buffer)
  const found = Atomics.load(words, address / 4)
  await new Promise((resolve) => setTimeout(resolve, 30))
  Atomics.add(words, address / 4, 1)
  return found
}

/**
 * Threads of `failing` throw, the one with the lowest number last; others hold out until ABORT.
 *
 * @param {Context} context
 * @param {{ failing: number[], abort: number }} argument
 */
export function fail({ memory, thread }, { failing, abort }) {
  const words = new Int32Array(memory.buffer)
  const isFirst = thread === Math.min(...failing)
  if (!failing.includes(thread) || isFirst) {
    Atomics.wait(words, abort / 4, 0, failing.length > 1 || !isFirst ? 10_000 : 0)
  }
  if (!failing.includes(thread)) return 'held out'
  throw Object.assign(new RangeError(`thread ${thread} failed`), {
    code: 'ERR_TEST',
    handler() {},
    cause: new DeviceLostError('no more', { cause: new Error('the first cause') }),
  })
}

/**
 * Blocks its worker until ABORT is set, and `lateMs` longer. Adds 1 to the word at `mark` at its
 * end, to the next one at its start.
 *
 * @param {Context} context
 * @param {{ abort: number, mark: number, lateMs?: number }} argument
 */
export function holdOut({ memory }, { abort, mark, lateMs = 0 }) {
  const words = new Int32Array(memory.buffer)
  Atomics.add(words, mark / 4 + 1, 1)
  Atomics.wait(words, abort / 4, 0, 20_000)
  if (lateMs > 0) Atomics.wait(words, abort / 4, 1, lateMs)
  return Atomics.add(words, mark / 4, 1)
}

export async function endWorker() {
  const { exit } = await import('node:process')
  exit(3)
}

/**
 * Sorts and sums f64 values that lie in the pool's memory, and says how many bytes were copied.
 *
 * @param {Context} context
 * @param {{ address: number, length: number }} argument
 */
export async function computeInPlace({ memory, thread }, { address, length }) {
  const values = new Float64Array(memory.buffer, address, length)
  const device = await openDevice({ kind: 'wasm' })
  const { pool } = poolOf(device)
  let copiedBytes = 0
  for (const name of /** @type {const} */ (['read', 'write'])) {
    const copy = pool.memory[name].bind(pool.memory)
    pool.memory[name] = (at, bytes, signal) => {
      copiedBytes += bytes.byteLength
      return copy(at, bytes, signal)
    }
  }
  const { value } = await reduce(values, 'max', { device })
  const sorted = await sort(values, { device, into: values })
  const inPlaceBytes = copiedBytes
  // A buffer from before the memory grew: the same bytes.
  memory.grow(1)
  const top = await reduce(values, 'max', { device })
  const afterGrowth = copiedBytes - inPlaceBytes
  await reduce(values.slice(), 'max', { device })
  const byCopy = copiedBytes - inPlaceBytes - afterGrowth
  const lent = await reduce(values, 'sum', { device: 'wasm' })
  await device.upload(Float64Array.from({ length: 1000 }, () => thread))
  const isSame = sorted === values && top.value === value
  const { info } = device
  return { info, value, sum: lent.value, inPlaceBytes, afterGrowth, byCopy, isSame }
}

/**
 * The pool behind a device.
 *
 * @param {unknown} device
 */
function poolOf(device) {
  return /** @type {{ pool: import('../../src/workers/pool.js').WorkerPool }} */ (device)
}

/**
 * The same calls as anyone's, on every kind of array, on this thread; answers what came out.
 *
 * @param {Context} _context
 * @param {{ graph: import('ticktickclock').Graph['block'], values: Float64Array }} input
 */
export async function everyKernel(_context, { graph: block, values }) {
  const { Graph } = await import('ticktickclock')
  const graph = Graph.fromBlock(block)
  const device = await openDevice({ kind: 'wasm', threads: 1 })
  const { ranks } = await pagerank(graph, { device })
  return {
    ranks,
    sorted: await sort(values, { device }),
    order: await argsort(values, { device }),
    sums: await scan(values, { device }),
    sum: (await reduce(values, 'sum', { device })).value,
  }
}

/**
 * Runs a kernel that isn't there, one that faults, and one on a device that is gone; a job, and a
 * device of two threads.
 *
 * @param {Context} context
 */
export async function faults({ memory }) {
  const device = await openDevice({ kind: 'wasm' })
  const { pool } = poolOf(device)
  /** @param {Promise<unknown>} call */
  const problem = (call) => call.then(String, (error) => `${error.name}: ${error.message}`)
  const missing = await problem(pool.run('noSuchKernel', 0))
  const faulty = await problem(pool.run('pagerankIterate', 0xfff_fff0))
  const nested = await pool.runJob({ name: 'echo', module: import.meta.url }, () => 'inner')
  const own = await openDevice({ kind: 'wasm', threads: 2 })
  const ownThreads = poolOf(own).pool.shared === memory ? 0 : own.info.threads
  await own.dispose()
  await device.dispose()
  const disposed = await problem(pool.run('pagerankIterate', 0))
  return { missing, faulty, nested, ownThreads, disposed }
}

/**
 * A kernel of many steps, ended by the abort of the run.
 *
 * @param {Context} context
 * @param {{ block: Uint8Array, failing: number }} argument thread `failing` throws after 50 ms
 */
export async function endless({ thread }, { block, failing }) {
  if (thread === failing) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    throw new Error('the real reason')
  }
  const { Graph } = await import('ticktickclock')
  await pagerank(Graph.fromBlock(block), { device: 'wasm', iterations: 1_000_000 })
}

/**
 * Takes memory by a heap of its own and leaves it, and a device with an array.
 *
 * @param {Context} context
 */
export async function litter({ memory, thread }) {
  const heap = new Heap(sharedTop(memory))
  const addresses = [1000, 70_000, 5].map((byteLength) => heap.alloc(byteLength))
  heap.free(addresses[thread % 2])
  const device = await openDevice({ kind: 'wasm' })
  await device.alloc('f64', 10_000)
  return heap.usedBytes
}
