/**
 * Jobs on a pool: every worker is called once, in the queue of the kernels; failures, aborts and
 * deaths end a run and leave the pool in order.
 */

import { Worker } from 'node:worker_threads'
import { DeviceLostError, DisposedError, generateRmat } from 'ticktickclock'
import { afterEach, describe, expect, it } from 'vitest'
import { ABORT, HEAP_TOP } from '../../dist/workers/control.js'
import { openPool } from '../../dist/workers/open.js'
import type { RunOptions, WorkerPool } from '../../dist/workers/pool.js'
import { adoptWorker } from '../../dist/workers/spawn.node.js'

const MODULE = new URL('../support/jobs.mjs', import.meta.url).href
const OWN_WORKER = new URL('../support/own-worker.mjs', import.meta.url)

const opened: WorkerPool[] = []
afterEach(() => Promise.all(opened.splice(0).map((pool) => pool.dispose())))

async function open(threads: number, sharedMemory = true): Promise<WorkerPool> {
  const pool = await openPool({ threads, sharedMemory })
  opened.push(pool)
  return pool
}

function runOf(pool: WorkerPool, name: string, argument?: unknown, options?: RunOptions) {
  return pool.runJob({ name, module: MODULE }, () => argument, options)
}

function wordsOf(pool: WorkerPool): Int32Array {
  return new Int32Array((pool.shared as WebAssembly.Memory).buffer)
}

/** Address of two i32 in the pool's memory, 0 at first. */
async function makeWord(pool: WorkerPool): Promise<number> {
  const address = await pool.memory.alloc(8)
  await pool.memory.write(address, new Uint8Array(8))
  return address
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

describe('a job', () => {
  it('calls its function once a worker and answers in order of threads', async () => {
    const pool = await open(3)
    const job = { name: 'echo', module: MODULE }
    const results = await pool.runJob(job, (thread) => ({ square: thread ** 2 }))
    expect(results).toStrictEqual(
      [0, 1, 2].map((thread) => ({
        thread,
        threads: 3,
        argument: { square: thread ** 2 },
        hasMemory: true,
      })),
    )
    const fewer = await pool.runJob(job, () => null, { threads: 2 })
    expect(fewer).toMatchObject([{ threads: 2 }, { threads: 2 }])
    expect(fewer).toHaveLength(2)
  })

  it('runs on the one worker of a private memory', async () => {
    const pool = await open(2, false)
    expect(pool.shared).toBeUndefined()
    expect(await runOf(pool, 'echo', 5)).toMatchObject([{ threads: 1, argument: 5 }])
    await expect(runOf(pool, 'fail', { failing: [0], abort: ABORT })).rejects.toThrow(RangeError)
  })

  it('waits for its turn among jobs and kernels', async () => {
    const pool = await open(2)
    const word = await makeWord(pool)
    expect(pool.busy).toBe(false)
    let isBeforeOver = false
    const before = runOf(pool, 'count', word).finally(() => {
      isBeforeOver = true
    })
    const kernel = pool.run('noSuchKernel', 0)
    const after = runOf(pool, 'count', word)
    expect(pool.busy).toBe(true)
    await expect(kernel).rejects.toThrow('no kernel is called')
    expect(isBeforeOver).toBe(true)
    // What each thread found: all that went before, of its own job what a faster thread added.
    expect(Math.max(...((await before) as number[]))).toBeLessThan(2)
    expect(Math.min(...((await after) as number[]))).toBeGreaterThanOrEqual(2)
    expect(wordsOf(pool)[word / 4]).toBe(4)
    expect(pool.busy).toBe(false)
  })

  it('throws the first error in order of threads, whole, when all have ended', async () => {
    const pool = await open(3)
    const argument = { failing: [1, 2], abort: ABORT }
    const error = await runOf(pool, 'fail', argument).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({
      name: 'RangeError',
      message: 'thread 1 failed',
      code: 'ERR_TEST',
    })
    expect(error.stack).toContain('jobs.mjs')
    expect(error.cause).toBeInstanceOf(DeviceLostError)
    expect(error.cause).toMatchObject({ code: 'ERR_TTC_DEVICE_LOST', message: 'no more' })
    expect(error.cause.cause).toMatchObject({ message: 'the first cause' })
    expect(await runOf(pool, 'echo')).toHaveLength(3)
  })

  it('frees those that wait in it when one fails', async () => {
    const pool = await open(2)
    const startMs = performance.now()
    await expect(runOf(pool, 'fail', { failing: [0], abort: ABORT })).rejects.toThrow('thread 0')
    expect(performance.now() - startMs).toBeLessThan(5000)
  })

  it("starts nothing if an argument can't be made, and ends if one can't be sent", async () => {
    const pool = await open(2)
    const word = await makeWord(pool)
    const job = { name: 'count', module: MODULE }
    const argumentOf = (thread: number) => {
      if (thread === 1) throw new RangeError('no argument')
      return word
    }
    await expect(pool.runJob(job, argumentOf)).rejects.toThrow('no argument')
    const unsendable = pool.runJob(job, (thread) => (thread === 1 ? () => {} : word))
    await expect(unsendable).rejects.toThrow(/clone/)
    expect(wordsOf(pool)[word / 4]).toBe(1)
  })

  it('says which module cannot be loaded, or lacks the function', async () => {
    const pool = await open(1)
    const module = 'file:///no/such/module.mjs'
    await expect(pool.runJob({ name: 'echo', module }, () => 0)).rejects.toThrow(
      `the module ${module} of job "echo" can't be loaded`,
    )
    await expect(runOf(pool, 'nothing')).rejects.toThrow(/exports no function "nothing"/)
  })
})

describe('an abort of a job', () => {
  it('is answered at once, while the pool stays busy until the workers are back', async () => {
    const pool = await open(2)
    const mark = await makeWord(pool)
    const controller = new AbortController()
    const argument = { abort: ABORT, mark, lateMs: 300 }
    const run = runOf(pool, 'holdOut', argument, { signal: controller.signal })
    while (Atomics.load(wordsOf(pool), mark / 4 + 1) < 2) await pause(1)
    const reason = new Error('enough')
    const startMs = performance.now()
    controller.abort(reason)
    expect(Atomics.load(wordsOf(pool), ABORT / 4)).toBe(1)
    await expect(run).rejects.toBe(reason)
    expect(performance.now() - startMs).toBeLessThan(150)
    expect(pool.busy).toBe(true)
    expect(Atomics.load(wordsOf(pool), mark / 4)).toBe(0)
    expect(await runOf(pool, 'echo')).toHaveLength(2)
    expect(Atomics.load(wordsOf(pool), mark / 4)).toBe(2)
  })

  it('skips a job that waits', async () => {
    const pool = await open(1)
    const mark = await makeWord(pool)
    const [first, second] = [new AbortController(), new AbortController()]
    const argument = { abort: ABORT, mark }
    const running = runOf(pool, 'holdOut', argument, { signal: first.signal })
    const waiting = runOf(pool, 'holdOut', argument, { signal: second.signal })
    second.abort()
    await expect(waiting).rejects.toThrow(/abort/i)
    first.abort()
    await expect(running).rejects.toThrow(/abort/i)
    expect(await runOf(pool, 'echo')).toHaveLength(1)
    expect(wordsOf(pool)[mark / 4]).toBe(1)
  })
})

describe('the end of a pool', () => {
  it('by disposal rejects the job', async () => {
    const pool = await open(2)
    const mark = await makeWord(pool)
    const job = { name: 'holdOut', module: MODULE }
    const held = pool.runJob(job, () => ({ abort: ABORT, mark }))
    const outcome = expect(held).rejects.toThrow(DisposedError)
    await pool.dispose()
    await outcome
  })

  it('by the death of a worker rejects the job', async () => {
    const pool = await open(2)
    await expect(runOf(pool, 'endWorker')).rejects.toThrow(DeviceLostError)
    await expect(runOf(pool, 'echo')).rejects.toThrow(DeviceLostError)
  })
})

describe("a user's worker", () => {
  const spawn = () => adoptWorker(new Worker(OWN_WORKER, { execArgv: [] }))

  it('brings jobs of its own and runs all others', async () => {
    const pool = await openPool({ threads: 2, sharedMemory: true, spawn })
    opened.push(pool)
    const registered = { name: 'double', module: 'file:///not/needed.mjs' }
    expect(await pool.runJob(registered, (thread) => thread + 1)).toStrictEqual([2, 4])
    expect(await runOf(pool, 'echo', 7)).toMatchObject([{ argument: 7 }, { argument: 7 }])
  })

  it('that cannot be started is an error, and leaves no other behind', async () => {
    const made: Worker[] = []
    const failing = () => {
      if (made.length > 0) return adoptWorker({} as Worker)
      made.push(new Worker(OWN_WORKER))
      return adoptWorker(made[0])
    }
    const opening = openPool({ threads: 2, sharedMemory: true, spawn: failing })
    await expect(opening).rejects.toThrow(/"workerFactory" expected/)
    expect(made[0].threadId).toBe(-1)
  })
})

describe('the memory of jobs', () => {
  it('is as before after each of a hundred, whatever they left', async () => {
    const pool = await open(2)
    const kept = await pool.memory.alloc(1000)
    const { usedBytes } = pool.memory
    const top = () => Atomics.load(wordsOf(pool), HEAP_TOP / 4)
    const before = top()
    for (let i = 0; i < 100; i++) {
      const run = runOf(pool, 'litter')
      // In the middle of the workers' blocks.
      const meanwhile = await pool.memory.alloc(5000)
      expect(Math.min(...((await run) as number[]))).toBeGreaterThan(0)
      pool.memory.free(meanwhile)
      expect(pool.memory.usedBytes).toBe(usedBytes)
      expect(top()).toBe(before)
    }
    pool.memory.free(kept)
    expect(pool.memory.usedBytes).toBe(0)
  })

  it('is free for others after a job that failed', async () => {
    const pool = await open(2)
    const before = wordsOf(pool)[HEAP_TOP / 4]
    const block = generateRmat({ scale: 8, seed: 1 }).block
    await expect(runOf(pool, 'endless', { block, failing: 1 })).rejects.toThrow('the real reason')
    expect(wordsOf(pool)[HEAP_TOP / 4]).toBe(before)
  })
})
