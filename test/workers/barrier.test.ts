/**
 * The barrier of assembly/control.ts by itself: whoever arrives early stays, however long the last
 * one takes. (V8 11.3 overwrites a local that is handed to an atomic wait, in code that its first
 * compiler made: a wait that timed out then looked like the end of the barrier.)
 */

import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, it } from 'vitest'
import { BARRIER_GENERATION } from '../../dist/workers/control.js'

/** Waits 60 ms, three times as long as one wait of the barrier, says so and arrives. */
const LATECOMER = `
const { workerData: { module, memory } } = require('node:worker_threads')
const words = new Int32Array(memory.buffer)
const { exports } = new WebAssembly.Instance(module, { env: { memory } })
Atomics.wait(words, 1, 0, 60)
Atomics.store(words, 0, 1)
exports.barrier(2)
`

const started: Worker[] = []
afterEach(() => Promise.all(started.splice(0).map((worker) => worker.terminate())))

it.each([0, 1, 2, 77])('holds until the last one arrives, in generation %i', async (generation) => {
  const module = await WebAssembly.compile(await readFile('dist/kernels.wasm'))
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536, shared: true })
  const words = new Int32Array(memory.buffer as unknown as SharedArrayBuffer)
  words[BARRIER_GENERATION / 4] = generation
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
  const worker = new Worker(LATECOMER, { eval: true, workerData: { module, memory } })
  started.push(worker)
  const isAborted = (exports.barrier as (threads: number) => number)(2)
  expect(Atomics.load(words, 0)).toBe(1)
  expect(isAborted).toBe(0)
  expect(Atomics.load(words, BARRIER_GENERATION / 4)).toBe(generation + 1)
})
