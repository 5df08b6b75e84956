/** Runs from outside: reports, pause and step, abort, time-out; coordinators and runtimes. */

import { BarrierTimeoutError, DisposedError } from 'ticktickclock'
import {
  Coordinator,
  createRuntime,
  defineComputation,
  type RunOptions,
  run,
  type SuperstepReport,
} from 'ticktickclock/bsp'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../support/failure.js'
import { endless, exchange, hanging } from '../support/programs/small.js'

const MISBEHAVE = new URL('../support/programs/misbehave.mjs', import.meta.url)

const inline = { transport: 'inline' } as const

describe('a handle', () => {
  it('TB10: reports each superstep, every figure fed', async () => {
    const reports: SuperstepReport[] = []
    for await (const report of run(exchange, { processors: 3, ...inline })) reports.push(report)
    expect(reports.map(({ superstep, name }) => [superstep, name])).toEqual([
      [0, 'all'],
      [1, 'all'],
      [2, 'all'],
      [3, 'all'],
    ])
    for (const report of reports) {
      expect(report.messages).toBe(18)
      expect(report.votes).toBe(report.superstep === 3 ? 3 : 0)
      expect(report.bytes).toBe(report.processors.reduce((sum, p) => sum + p.sentBytes, 0))
      expect(report.computeMs).toBeGreaterThanOrEqual(0)
      const arrived = report.superstep === 0 ? 0 : 6
      for (const processor of report.processors) {
        expect(processor).toMatchObject({ sentMessages: 6, receivedMessages: arrived })
        expect(processor.sentBytes).toBeGreaterThan(0)
        expect(processor.receivedBytes > 0).toBe(arrived > 0)
        expect(processor.waitMs).toBeGreaterThanOrEqual(0)
      }
    }
  })

  it('keeps the last 1,024 reports and counts what it dropped', async () => {
    const handle = run(endless, { processors: 1, maxSupersteps: 3000, ...inline })
    await handle
    const reports: SuperstepReport[] = []
    for await (const report of handle) reports.push(report)
    expect(reports.at(-1)?.superstep).toBe(2999)
    expect(reports.length).toBeGreaterThan(1000)
    expect(reports.length).toBeLessThanOrEqual(1024)
    expect(reports[0].dropped).toBe(3000 - reports.length)
  })

  it('TB11: may be watched by several, of whom one leaves early', async () => {
    const handle = run(exchange, { processors: 2, ...inline })
    const watch = async (until: number) => {
      const seen: number[] = []
      for await (const { superstep } of handle) {
        seen.push(superstep)
        if (superstep === until) break
      }
      return seen
    }
    const all = await Promise.all([watch(1), watch(9), watch(9)])
    expect(all).toEqual([
      [0, 1],
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ])
    expect((await handle).reason).toBe('converged')
  })

  it('has what promises have', async () => {
    const options = { processors: 1, maxSupersteps: 3, ...inline }
    let ended = 0
    const outcome = await run(endless, options).finally(() => ended++)
    expect({ reason: outcome.reason, ended }).toEqual({ reason: 'limit', ended: 1 })
    const handle = run(endless, { ...options, maxSupersteps: 1e9 })
    handle.abort('stop')
    expect(await handle.catch((reason) => reason)).toBe('stop')
  })

  it('pauses, steps and goes on', async () => {
    const handle = run(endless, { processors: 2, maxSupersteps: 50, ...inline })
    await handle.pause()
    expect(handle.status).toBe('paused')
    const before = handle.superstep
    expect((await handle.step())?.superstep).toBe(before)
    expect((await handle.step())?.superstep).toBe(before + 1)
    expect(handle.superstep).toBe(before + 2)
    handle.resume()
    expect((await handle).supersteps).toBe(50)
    expect(handle.status).toBe('ended')
    await expect(run(endless, { maxSupersteps: 1, ...inline }).step()).rejects.toThrow(/pause/)
  })

  it('aborts by itself and by a signal, with the reason', async () => {
    const forever: RunOptions = { maxSupersteps: 1e9, ...inline }
    const handle = run(endless, forever)
    setTimeout(() => handle.abort(new Error('enough')), 20)
    await expect(handle).rejects.toThrow('enough')
    expect(handle.status).toBe('aborted')
    const controller = new AbortController()
    setTimeout(() => controller.abort('from outside'), 20)
    const signalled = run(endless, { ...forever, signal: controller.signal })
    await expect(signalled).rejects.toBe('from outside')
    const aborted = AbortSignal.abort('before')
    await expect(run(endless, { ...forever, signal: aborted })).rejects.toBe('before')
  })

  it('tells of progress; a callback that throws ends the run', async () => {
    const seen: number[] = []
    const options = { maxSupersteps: 200_000, processors: 1, ...inline }
    const onProgress = ({ superstep }: SuperstepReport) => void seen.push(superstep)
    await run(endless, { ...options, onProgress })
    expect(seen.length).toBeGreaterThan(0)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    const broken = run(endless, {
      ...options,
      maxSupersteps: 1e9,
      onProgress() {
        throw new Error('of the callback')
      },
    })
    await expect(broken).rejects.toThrow('of the callback')
  })

  it('tells of a superstep once, and seldom', async () => {
    const seen: { superstep: number; atMs: number }[] = []
    const pausing = defineComputation({
      name: 'pausing',
      initialize: () => 0,
      supersteps: [
        {
          name: 'pause',
          compute: (_state, _inbox, { superstep }) =>
            new Promise<void>((resolve) => setTimeout(resolve, superstep === 6 ? 200 : 15)),
          converged: () => false,
        },
      ],
    })
    await run(pausing, {
      processors: 1,
      maxSupersteps: 7,
      barrierTimeoutMs: 1000,
      onProgress: ({ superstep }) => seen.push({ superstep, atMs: performance.now() }),
    })
    expect(seen.length).toBeGreaterThan(1)
    for (const [i, { superstep, atMs }] of seen.slice(1).entries()) {
      expect(superstep).toBeGreaterThan(seen[i].superstep)
      expect(atMs - seen[i].atMs).toBeGreaterThan(25)
    }
    const short = { ...inline, maxSupersteps: 400_000, processors: 1, barrierTimeoutMs: 20 }
    const times: number[] = []
    const onProgress = () => times.push(performance.now())
    await run(endless, { ...short, onProgress })
    for (const [i, atMs] of times.slice(1).entries()) {
      expect(atMs - times[i]).toBeGreaterThan(25)
    }
  })

  it('names who is missing at a barrier', async () => {
    const options = { processors: 3, barrierTimeoutMs: 100, ...inline }
    const error = await failureOf(run(hanging, options))
    expect(error).toBeInstanceOf(BarrierTimeoutError)
    expect(error).toMatchObject({ superstep: 'wait', step: 0, timeoutMs: 100 })
    expect(error.missing).toEqual([{ rank: 1, phase: 'computing' }])
    expect(error.message).toMatch(/rank 1 \(computing\).*raise "barrierTimeoutMs"/)
  })
})

describe('the end of a run', () => {
  const supersteps = [
    { name: 'first', compute() {} },
    { name: 'last', compute() {} },
  ]
  const never = () => new Promise<never>(() => {})

  it('is reached by steps, however many members there are', async () => {
    const input = { fault: 'throw', rank: -1, step: 0, where: '', supersteps: 3 }
    for (const transport of ['inline', 'threads'] as const) {
      const handle = run(MISBEHAVE, { processors: 3, transport, input })
      await handle.pause()
      const steps: number[] = []
      for (let report = await handle.step(); report; report = await handle.step()) {
        steps.push(report.superstep)
      }
      expect(steps).toEqual([0, 1, 2])
      expect(handle.status).toBe('ended')
      expect((await handle).supersteps).toBe(3)
    }
  })

  it.each(['output', 'finalize', 'dispose'])(
    'names who does not come back from %s',
    async (part) => {
      const initialize = () => 0
      const program = defineComputation({ name: 'slow end', initialize, supersteps, [part]: never })
      const error = await failureOf(run(program, { processors: 2, barrierTimeoutMs: 50 }))
      expect(error).toBeInstanceOf(BarrierTimeoutError)
      expect(error).toMatchObject({ superstep: 'last', step: 1 })
      expect(error.missing).toEqual([{ rank: 0, phase: 'finishing' }])
    },
  )
})

describe('a coordinator', () => {
  it('starts, then runs', async () => {
    await using coordinator = await Coordinator.start(exchange, undefined, {
      processors: 2,
      ...inline,
    })
    expect(coordinator.status).toBe('ready')
    expect(coordinator.describe().supersteps).toEqual([
      { name: 'all', communicates: true, votes: true },
    ])
    expect((await coordinator.run()).reason).toBe('converged')
    expect(coordinator.status).toBe('ended')
  })

  it('ends its run when it is disposed', async () => {
    const options = { maxSupersteps: 1e9, ...inline }
    const coordinator = await Coordinator.start(endless, undefined, options)
    const handle = coordinator.run()
    await coordinator.dispose()
    await expect(handle).rejects.toThrow(DisposedError)
  })
})

describe('a runtime', () => {
  it('shows what its processors do', async () => {
    await using runtime = createRuntime()
    const handle = runtime.run(hanging, { processors: 2, ...inline })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(runtime.inspect().runs).toEqual([
      {
        computation: 'hanging',
        transport: 'inline',
        processors: 2,
        status: 'running',
        superstep: 0,
        phases: ['waiting', 'computing'],
      },
    ])
    expect(runtime.memory().messages.limitBytes).toBe(512 * 2 ** 20)
    await runtime.dispose()
    await expect(handle).rejects.toThrow(DisposedError)
    expect(() => runtime.run(endless)).toThrow(DisposedError)
  })
})
