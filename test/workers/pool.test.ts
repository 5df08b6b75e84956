/**
 * The life of a pool: it starts quickly, its runs queue, a fault in a kernel or the death of a
 * worker ends a run and not the process, nothing stays behind.
 */

import { execFileSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import {
  DeviceLostError,
  DisposedError,
  generateRmat,
  openDevice,
  pagerank,
  type ResidentGraph,
} from 'ticktickclock'
import { afterEach, describe, expect, it } from 'vitest'
import { openPool } from '../../dist/workers/open.js'
import { count } from '../support/seed.js'

/** Worker threads made by a test; found through the `unref` that each gets at once. */
const made: Worker[] = []
const unref = Worker.prototype.unref
Worker.prototype.unref = function (this: Worker) {
  if (!made.includes(this)) made.push(this)
  return unref.call(this)
}

const ENDLESS = { iterations: 1_000_000, precision: 'f32' } as const

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

afterEach(() => {
  made.length = 0
})

describe('a pool', () => {
  it('reports a fault in a kernel and works on', async () => {
    const pool = await openPool({ threads: 2, sharedMemory: true })
    await expect(pool.run('noSuchKernel', 0)).rejects.toThrow('no kernel is called')
    await expect(pool.run('pagerankIterate', 0xfff_fff0)).rejects.toThrow(/out of bounds/)
    const address = await pool.memory.alloc(100)
    await pool.memory.write(address, Uint8Array.of(1, 2, 3))
    const back = new Uint8Array(3)
    await pool.memory.read(address, back)
    expect(back).toStrictEqual(Uint8Array.of(1, 2, 3))
    await pool.dispose()
    await expect(pool.run('pagerankIterate', 0)).rejects.toThrow(DisposedError)
  })

  it('runs one call after the other, and skips one that was aborted while it waited', async () => {
    const device = await openDevice({ kind: 'wasm', threads: 2 })
    const graph = await device.upload(generateRmat({ scale: 10, seed: 1 }))
    await pagerank(graph, { precision: 'f32' })
    const controllers = [new AbortController(), new AbortController(), new AbortController()]
    const calls = controllers.map(({ signal }) => pagerank(graph, { ...ENDLESS, signal }))
    const last = pagerank(graph, { precision: 'f32' })
    const outcomes = calls.map((call) => expect(call).rejects.toThrow(/abort/i))
    const aborted = performance.now()
    for (const i of [1, 2]) controllers[i].abort()
    await Promise.all(outcomes.slice(1))
    // They answer while the first one still runs.
    expect(performance.now() - aborted).toBeLessThan(300)
    controllers[0].abort()
    await Promise.all(outcomes)
    expect((await last).converged).toBe(true)
    await device.dispose()
  })

  it.each([true, false])('survives the death of a worker (shared memory: %s)', async (shared) => {
    const device = await openDevice({ kind: 'wasm', threads: 2, sharedMemory: shared })
    const graph = await device.upload(generateRmat({ scale: 10, seed: 1 }))
    const call = pagerank(graph, ENDLESS)
    const outcome = expect(call).rejects.toThrow(DeviceLostError)
    await pause(50)
    await made[made.length - 1].terminate()
    await outcome
    await expect(pagerank(graph, ENDLESS)).rejects.toThrow(/stopped|disposed/)
    await device.dispose()
    for (const worker of made) expect(worker.threadId).toBe(-1)
  })

  it('is lent again after it died', async () => {
    const graph = generateRmat({ scale: 12, seed: 1 })
    await pagerank(graph, { device: 'wasm', threads: 2 })
    await Promise.all(made.map((worker) => worker.terminate()))
    expect((await pagerank(graph, { device: 'wasm', threads: 2 })).converged).toBe(true)
  })

  it('leaves no worker and little memory behind', async () => {
    const graph = generateRmat({ scale: 10, seed: 1 })
    const cycles = async (times: number) => {
      for (let i = 0; i < times; i++) {
        const device = await openDevice({ kind: 'wasm', threads: 2, sharedMemory: i % 4 > 0 })
        await pagerank(graph, { device, precision: 'f32' })
        await device.dispose()
      }
    }
    await cycles(20)
    const beforeBytes = process.memoryUsage.rss()
    await cycles(count(200))
    for (const worker of made) expect(worker.threadId).toBe(-1)
    // Not collected yet may be some; a pool that stayed would be 20 of 4 MiB or more.
    expect(process.memoryUsage.rss() - beforeBytes).toBeLessThan(80 * 2 ** 20)
  })

  it('frees what a call took', async () => {
    const device = await openDevice({ kind: 'wasm', threads: 2 })
    const { pool } = device as unknown as { pool: { memory: { usedBytes: number } } }
    const graph: ResidentGraph = await device.upload(generateRmat({ scale: 10, seed: 1 }))
    await pagerank(graph)
    const layoutBytes = pool.memory.usedBytes
    expect(layoutBytes).toBeGreaterThan(0)
    for (let i = 0; i < 5; i++) await pagerank(graph, { start: new Float64Array(1024).fill(1) })
    await expect(pagerank(graph, { ...ENDLESS, signal: AbortSignal.timeout(30) })).rejects.toThrow()
    await pagerank(graph, { precision: 'f32' })
    await graph.dispose()
    expect(pool.memory.usedBytes).toBe(0)
    await device.dispose()
  })

  it.each(['wasm', 'reference'])('lets Node exit although nobody disposed %s', (kind) => {
    const script = `
      import { generateRmat, openDevice, pagerank } from 'ticktickclock'
      const graph = generateRmat({ scale: 8, seed: 1 })
      const device = await openDevice({ kind: '${kind}' })
      await pagerank(graph, { device: '${kind}' })
      console.log((await pagerank(graph, { device })).converged)`
    const args = ['--input-type=module', '--eval', script]
    expect(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 })).toBe(
      'true\n',
    )
  })
})
