/**
 * A device in a worker that runs a job: on that thread, in the pool's memory. Answers are those of
 * a device of one's own; arrays that lie in the memory are used there.
 */

import { argsort, generateRmat, openDevice, pagerank, reduce, scan, sort } from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '../../dist/workers/open.js'
import type { WorkerPool } from '../../dist/workers/pool.js'
import { createRandom } from '../../src/random.js'
import { count, testSeed } from '../support/seed.js'

const MODULE = new URL('../support/jobs.mjs', import.meta.url).href
const IN_PLACE = new URL('../support/jobs-in-place.mjs', import.meta.url).href
const THREADS = 3

function randoms(length: number, seed: number): Float64Array {
  const random = createRandom(seed)
  return Float64Array.from({ length }, () => random.nextFloat() - 0.5)
}

const IS_SHARED = typeof SharedArrayBuffer !== 'undefined'
if (!IS_SHARED) console.log('skipped: devices in place: this page shares no memory with workers')

describe('a job in a private memory', () => {
  it('has its devices on a worker of their own', async () => {
    const pool = await openPool({ threads: 1, sharedMemory: false })
    const values = randoms(1000, testSeed())
    const argument = { graph: generateRmat({ scale: 6, seed: 3 }).block, values }
    const [result] = await pool.runJob({ name: 'everyKernel', module: MODULE }, () => argument)
    expect(result).toMatchObject({ sorted: values.slice().sort() })
    await pool.dispose()
  })
})

describe.skipIf(!IS_SHARED)('a device in a job', () => {
  let pool: WorkerPool
  beforeAll(async () => {
    pool = await openPool({ threads: THREADS, sharedMemory: true })
  })
  afterAll(() => pool.dispose())

  it('computes on arrays of the memory where they lie', async () => {
    const length = 50_000
    const addresses: number[] = []
    const inputs = Array.from({ length: THREADS }, (_, i) => randoms(length, testSeed() + i))
    for (const input of inputs) {
      // Not at the start of a block, and not aligned to more than one value.
      const block = await pool.memory.alloc(8 * (length + 3))
      addresses.push(block + 8)
      await pool.memory.write(block + 8, new Uint8Array(input.buffer))
    }
    const results = (await pool.runJob({ name: 'computeInPlace', module: MODULE }, (thread) => ({
      address: addresses[thread],
      length,
    }))) as Record<string, number>[]
    for (const [thread, result] of results.entries()) {
      const expected = inputs[thread].slice().sort()
      expect(result.info).toMatchObject({ kind: 'wasm', threads: 1, sharedMemory: true })
      expect(result.value).toBe(expected[length - 1])
      expect(result.isSame).toBe(true)
      // Parameters and partial results are copied, the values only where they are a host array.
      expect(result.inPlaceBytes).toBeLessThan(length)
      expect(result.afterGrowth).toBeLessThan(length)
      expect(result.byCopy).toBeGreaterThanOrEqual(8 * length)
      const bytes = new Uint8Array(8 * length)
      await pool.memory.read(addresses[thread], bytes)
      const sorted = new Float64Array(bytes.buffer)
      expect(sorted).toStrictEqual(expected)
      expect(result.sum).toBe((await reduce(sorted, 'sum', { device: 'wasm', threads: 2 })).value)
    }
  })

  it('reads and writes nothing beside arrays that it uses in place', async () => {
    const cases = count(300)
    const job = { name: 'compareInPlace', module: IN_PLACE }
    const results = await pool.runJob(job, (thread) => ({ seed: testSeed() + thread, cases }))
    // Alone no other thread makes the memory grow, whose end some arrays are at.
    results.push(...(await pool.runJob(job, () => ({ seed: testSeed(), cases }), { threads: 1 })))
    expect(results).toHaveLength(THREADS + 1)
    for (const result of results) expect(result).toStrictEqual({ cases, wrong: [] })
  })

  it('answers with the same bits as a pool of workers, on all threads at once', async () => {
    const graph = generateRmat({ scale: 9, seed: 3 })
    const values = randoms(50_000, testSeed())
    const argument = { graph: graph.block, values }
    const results = await pool.runJob({ name: 'everyKernel', module: MODULE }, () => argument)
    await using device = await openDevice({ kind: 'wasm', threads: 2 })
    const expected = {
      ranks: (await pagerank(graph, { device })).ranks,
      sorted: await sort(values, { device }),
      order: await argsort(values, { device }),
      sums: await scan(values, { device }),
      sum: (await reduce(values, 'sum', { device })).value,
    }
    for (const result of results) expect(result).toStrictEqual(expected)
  })

  it('answers faults as a pool does, runs jobs, and leaves room for pools of its own', async () => {
    const [result] = await pool.runJob({ name: 'faults', module: MODULE }, () => 0, { threads: 1 })
    expect(result).toMatchObject({
      missing: 'Error: no kernel is called "noSuchKernel"',
      faulty: expect.stringMatching(/^RuntimeError: .*out of bounds/),
      ownThreads: 2,
      nested: [{ thread: 0, threads: 1, argument: 'inner' }],
      disposed: expect.stringMatching(/^DisposedError/),
    })
  })
})
