/**
 * What runs tell, on every transport: each superstep once, with the figures of its report; all of
 * it before the result is there, or the fault; and nothing where nobody listens.
 */

import { ProcessorError } from 'ticktickclock'
import {
  type AnyComputation,
  memoryStore,
  type RunOptions,
  resume,
  run,
  type SuperstepReport,
  type TransportKind,
} from 'ticktickclock/bsp'
import { EventBus, telemetry } from 'ticktickclock/telemetry'
import { describe, expect, it, vi } from 'vitest'
import { failureOf } from '../support/failure.js'
import { answerFault, NO_FAULT, PROGRAMS } from '../support/faults.js'
import misbehave from '../support/programs/misbehave.mjs'
import { endless } from '../support/programs/small.js'
import { listenTo } from '../support/telemetry.js'

const MISBEHAVE = new URL('../support/programs/misbehave.mjs', import.meta.url)
const MIXTURE = PROGRAMS[2]
const TRANSPORTS: TransportKind[] = ['inline', 'threads', 'transfer']

/** Sends all to all; votes in every superstep, to stop in the last one. */
const sound = (supersteps: number) => ({
  ...{ fault: 'throw', rank: -1, step: 0, where: 'compute', supersteps },
})
const broken = (where: string, fault = 'throw') => ({
  ...{ fault, rank: 1, step: 2, where, supersteps: 5 },
})

function start(transport: TransportKind, options: RunOptions & { input: unknown }) {
  const what = transport === 'inline' ? (misbehave as AnyComputation) : MISBEHAVE
  return run<AnyComputation>(what as URL, { processors: 3, transport, ...options })
}

describe.each(TRANSPORTS)('a run on %s', (transport) => {
  it('T56-T61: tells each superstep and processor once, as the reports have them', async () => {
    const bus = new EventBus()
    const { told, of } = listenTo(bus)
    const handle = start(transport, { input: sound(4), telemetry: bus })
    const reports: SuperstepReport[] = []
    for await (const report of handle) reports.push(report)
    const { messages, bytes } = await handle
    const supersteps = of('coordinator.superstep_completed')
    expect(supersteps.map(({ metadata }) => metadata.superstep)).toEqual([0, 1, 2, 3])
    expect(reports).toHaveLength(4)
    for (const [i, { measurements, metadata }] of supersteps.entries()) {
      const report = reports[i]
      expect(metadata).toMatchObject({ superstep_name: 'work', round: i, converged: i === 3 })
      const { work, h_relation, duration } = measurements
      expect(work).toBe(report.computeMs * 1e6)
      expect(duration).toBe(report.elapsedMs * 1e6)
      expect(h_relation).toBe(report.hBytes)
      expect(measurements).toMatchObject({ messages: 9, bytes: report.bytes })
      const mine = <T extends { metadata: { superstep: number } }>(list: T[]) =>
        list.filter((each) => each.metadata.superstep === i)
      const inboxes = mine(of('processor.compute_started'))
      const computed = mine(of('processor.compute_completed'))
      const sent = mine(of('processor.communicate_completed'))
      const arrived = mine(of('processor.barrier_reached'))
      for (const [rank, processor] of report.processors.entries()) {
        const place = { processor_id: rank, superstep: i, computation_module: 'misbehave' }
        for (const list of [inboxes, computed, sent, arrived]) {
          expect(list).toHaveLength(3)
          expect(list[rank].metadata).toMatchObject(place)
        }
        expect(inboxes[rank].measurements.inbox_size).toBe(i === 0 ? 0 : 3)
        expect(computed[rank].measurements.duration).toBe(processor.computeMs * 1e6)
        expect(sent[rank].measurements).toMatchObject({
          ...{ message_count: 3, bytes: processor.sentBytes },
          duration: processor.communicateMs * 1e6,
        })
        expect(arrived[rank].measurements.wait).toBe(processor.waitMs * 1e6)
      }
    }
    const [end] = of('coordinator.computation_completed')
    expect(end.metadata).toMatchObject({ superstep_count: 4, converged: true })
    expect(end.measurements).toMatchObject({ messages, bytes })
    expect(told.at(-1)).toBe(end)
  })

  it('T55, T58, T63: tells of its start and its processors first, in order of time', async () => {
    const bus = new EventBus()
    const { told, of } = listenTo(bus)
    await start(transport, { input: sound(3), telemetry: bus })
    expect(told.slice(0, 5).map(({ event }) => event)).toEqual([
      'coordinator.computation_started',
      'coordinator.initialized',
      ...Array.from({ length: 3 }, () => 'processor.initialized'),
    ])
    expect(of('coordinator.initialized')[0].metadata).toMatchObject({ processors: 3, transport })
    expect(told.filter(({ event }) => event.endsWith('_started'))).toHaveLength(1 + 3 + 9 + 9)
    const timeOf = (each: (typeof told)[number]) => each.measurements.time
    const [begun] = told
    const [end] = of('coordinator.computation_completed')
    // A double of nanoseconds since 1970 resolves 256: sums of two may be off by as much.
    expect(timeOf(begun) + end.measurements.duration).toBeCloseTo(timeOf(end), -3)
    for (const each of told) {
      expect(timeOf(each)).toBeGreaterThanOrEqual(timeOf(begun))
      expect(timeOf(each)).toBeLessThanOrEqual(timeOf(end))
    }
    const ready = Math.max(...of('processor.initialized').map(timeOf))
    for (const each of of('coordinator.superstep_started')) {
      expect(timeOf(each)).toBeGreaterThanOrEqual(ready)
    }
    const ids = new Set(told.map(({ metadata }) => (metadata as { run_id: number }).run_id))
    expect(ids.size).toBe(1)
  })

  it('loses no superstep unsaid, however fast they are', async () => {
    const bus = new EventBus()
    const { of } = listenTo(bus, [
      'coordinator.superstep_completed',
      'coordinator.supersteps_dropped',
      'processor.barrier_reached',
    ])
    const count = 4000
    await start(transport, { input: sound(count), maxSupersteps: count, telemetry: bus })
    const told = of('coordinator.superstep_completed').map(({ metadata }) => metadata.superstep)
    const lost = of('coordinator.supersteps_dropped')
    const dropped = lost.reduce((sum, { measurements }) => sum + measurements.count, 0)
    expect(told.length + dropped).toBe(count)
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
    expect(of('processor.barrier_reached')).toHaveLength(3 * told.length)
    // So many are kept, however late the coordinator looks.
    expect(dropped).toBe(0)
  })

  it.each(['compute', 'communicate', 'converged', 'initialize'])(
    'T62: tells where %s failed, after the supersteps before it',
    async (where) => {
      const bus = new EventBus()
      const { told, of } = listenTo(bus)
      const input = where === 'initialize' ? { ...broken(where), step: 0 } : broken(where)
      const error = await failureOf(start(transport, { input, telemetry: bus }))
      expect(error).toBeInstanceOf(ProcessorError)
      const isFirst = where === 'initialize'
      const [failed, end] = told.slice(-2)
      const name = where === 'communicate' ? 'communicate' : 'compute'
      expect(failed).toMatchObject({
        event: `processor.${name}_error`,
        metadata: {
          ...{ processor_id: 1, superstep: isFirst ? 0 : 2, part: where },
          ...{ superstep_name: isFirst ? '' : 'work', computation_module: 'misbehave' },
          ...{ reason: 'RangeError', message: 'thrown on purpose' },
        },
      })
      expect(end).toMatchObject({
        event: 'coordinator.computation_failed',
        metadata: {
          ...{ reason: 'ERR_TTC_PROCESSOR', message: (error as Error).message },
          superstep_count: isFirst ? 0 : 2,
        },
      })
      expect(of('coordinator.superstep_completed')).toHaveLength(isFirst ? 0 : 2)
      expect(of('processor.initialized')).toHaveLength(isFirst ? 0 : 3)
    },
  )

  it('tells of an abort, and of nothing after it', async () => {
    const bus = new EventBus()
    const { told, of } = listenTo(bus)
    const handle = start(transport, { input: sound(1e9), maxSupersteps: 1e9, telemetry: bus })
    let seen = 0
    for await (const _report of handle) if (++seen === 5) break
    handle.abort()
    await failureOf(handle)
    const { length } = told
    expect(told.at(-1)).toMatchObject({
      event: 'coordinator.computation_failed',
      metadata: { reason: 'AbortError', message: 'the run was aborted' },
    })
    expect(of('coordinator.superstep_completed').length).toBeGreaterThanOrEqual(5)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(told).toHaveLength(length)
  })

  it('tells of checkpoints and restarts, and of supersteps that are done again', async () => {
    const bus = new EventBus()
    const { told, of } = listenTo(bus)
    const fault = { ...NO_FAULT, rank: 1, step: 5, times: 1, channel: crypto.randomUUID() }
    using _ = answerFault(fault)
    await run<AnyComputation>(MIXTURE.module, {
      ...{ transport, processors: 2, telemetry: bus, input: MIXTURE.inputOf(fault, 1) },
      checkpoint: { every: 2 },
    })
    const [restart, ...others] = of('coordinator.restarted')
    expect(others).toEqual([])
    expect(restart.metadata.reason).toBe('ERR_TTC_PROCESSOR')
    const at = told.indexOf(restart)
    expect(told[at - 1]).toMatchObject({ event: 'processor.compute_error' })
    const stepsOf = (list: typeof told) =>
      list.flatMap((each) =>
        each.event === 'coordinator.superstep_completed' ? [each.metadata.superstep] : [],
      )
    expect(stepsOf(told.slice(0, at))).toEqual([0, 1, 2, 3, 4])
    // Where from depends on what had come to the store when the processor threw.
    const from = restart.metadata.superstep
    expect([0, 2, 4]).toContain(from)
    expect(stepsOf(told.slice(at))).toEqual(Array.from({ length: 12 - from }, (_, i) => from + i))
    expect(of('processor.initialized')).toHaveLength(4)
    expect(of('coordinator.initialized')).toHaveLength(1)
    const saved = of('coordinator.checkpoint_saved')
    const kept = new Set(saved.map(({ metadata }) => metadata.superstep))
    expect([...kept].sort((a, b) => a - b).slice(-3)).toEqual([6, 8, 10])
    expect(from === 0 || kept.has(from)).toBe(true)
    for (const { measurements } of saved) expect(measurements.bytes).toBeGreaterThan(100)
    expect(told.at(-1)?.event).toBe('coordinator.computation_completed')
  })

  it('has the same result with listeners that throw, reject or change what they hear', async () => {
    const bus = new EventBus()
    const failed: string[] = []
    bus.attach('watch', 'telemetry.handler_failed', (_event, _numbers, { handler_id }) =>
      failed.push(handler_id),
    )
    let told = 0
    bus.attach('broken', 'processor.compute_started', () => {
      told++
      throw new Error('by mistake')
    })
    bus.attach('late', 'processor.compute_completed', () => Promise.reject(new Error('later')))
    bus.attach('change', 'processor.barrier_reached', (_event, _numbers, metadata) =>
      Object.assign(metadata, { superstep: -1 }),
    )
    const outcome = await start(transport, { input: sound(6), telemetry: bus })
    const { result, supersteps } = await start(transport, { input: sound(6) })
    expect({ ...outcome, elapsedMs: 0 }).toMatchObject({ result, supersteps })
    await vi.waitFor(() => expect(failed).toHaveLength(3))
    expect([told, failed.sort()]).toEqual([1, ['broken', 'change', 'late']])
    expect(bus.handlers().map(({ id }) => id)).toEqual(['watch'])
  })
})

describe('listeners', () => {
  it('none: nothing is emitted, nor asked of the transport', async () => {
    const bus = new EventBus()
    const emit = vi.spyOn(bus, 'emit')
    await run(endless, { processors: 2, maxSupersteps: 3000, transport: 'inline', telemetry: bus })
    await failureOf(start('inline', { input: broken('compute'), telemetry: bus }))
    const first = { ...broken('initialize'), step: 0 }
    await failureOf(start('inline', { input: first, telemetry: bus }))
    expect(emit).not.toHaveBeenCalled()
    bus.attach('start', 'coordinator.computation_started', () => {})
    await run(endless, { processors: 2, maxSupersteps: 30, transport: 'inline', telemetry: bus })
    expect(emit.mock.calls.map(([event]) => event)).toEqual(['coordinator.computation_started'])
  })

  it('of the process hear runs that name no bus, by the name of the computation', async () => {
    const names: string[] = []
    const runs: number[] = []
    const detach = telemetry.attach('test', 'coordinator.computation_completed', (_, __, run) => {
      names.push(run.computation_module)
      runs.push(run.run_id)
    })
    await run(endless, { maxSupersteps: 1, transport: 'inline' })
    await start('inline', { input: sound(1) })
    detach()
    expect(names).toEqual(['endless', 'misbehave'])
    expect(runs[1]).toBe(runs[0] + 1)
  })

  it('that come later hear from then on, and of nothing as lost', async () => {
    const bus = new EventBus()
    const options = { processors: 1, maxSupersteps: 1e9, transport: 'inline' } as const
    const handle = run(endless, { ...options, telemetry: bus })
    await vi.waitUntil(() => handle.superstep > 5000, { timeout: 30_000 })
    const before = handle.superstep
    const { of } = listenTo(bus)
    const hasHeard = () => of('coordinator.superstep_completed').length > 100
    await vi.waitUntil(hasHeard, { timeout: 30_000 })
    handle.abort()
    await failureOf(handle)
    const told = of('coordinator.superstep_completed')
    // Up to as many as pass between two looks may have been before.
    expect(told[0].metadata.superstep).toBeGreaterThan(before - 2000)
    expect(of('coordinator.supersteps_dropped')).toEqual([])
  })

  it('may abort the run from within, and start another', async () => {
    const bus = new EventBus()
    const { of } = listenTo(bus, ['coordinator.computation_failed', 'coordinator.initialized'])
    const options = { processors: 1, maxSupersteps: 1e6, transport: 'inline' } as const
    let inner: PromiseLike<{ supersteps: number }> | undefined
    bus.attach('abort', 'coordinator.superstep_completed', (_event, _m, { superstep }) => {
      if (superstep !== 2 || inner !== undefined) return
      inner = run(endless, { ...options, maxSupersteps: 7 })
      handle.abort('from within')
    })
    const handle = run(endless, { ...options, telemetry: bus })
    expect(await failureOf(handle)).toBe('from within')
    expect((await inner)?.supersteps).toBe(7)
    expect(of('coordinator.computation_failed')).toHaveLength(1)
  })

  it('that return promises are not waited for', async () => {
    const bus = new EventBus()
    bus.attach('slow', 'coordinator.computation_completed', () => new Promise(() => {}))
    const options = { maxSupersteps: 2, transport: 'inline', telemetry: bus } as const
    expect((await run(endless, options)).supersteps).toBe(2)
  })
})

describe('runs at their edges', () => {
  it('without a superstep: processors have their states all the same', async () => {
    const bus = new EventBus()
    const { told } = listenTo(bus)
    await start('threads', { input: sound(1), maxSupersteps: 0, telemetry: bus })
    expect(told.map(({ event }) => event.replace(/^\w+\./, ''))).toEqual([
      ...['computation_started', 'initialized', 'initialized', 'initialized', 'initialized'],
      'computation_completed',
    ])
  })

  it('whose module is not there: begin, and fail, under its URL', async () => {
    const bus = new EventBus()
    const { told } = listenTo(bus)
    const missing = new URL('./not-there.mjs', import.meta.url)
    await failureOf(run(missing, { input: undefined, telemetry: bus }))
    const [begun, end] = told
    expect(told).toHaveLength(2)
    expect(begun).toMatchObject({
      event: 'coordinator.computation_started',
      metadata: { computation_module: String(missing) },
    })
    expect(end.event).toBe('coordinator.computation_failed')
  })

  it('resumed: counts on from the checkpoint', async () => {
    const bus = new EventBus()
    const { of } = listenTo(bus)
    const store = memoryStore()
    const options = { processors: 2, transport: 'inline', telemetry: bus } as const
    await run(endless, { ...options, maxSupersteps: 5, checkpoint: { every: 3, store } })
    await resume(endless, { store, maxSupersteps: 5, transport: 'inline', telemetry: bus })
    const steps = of('coordinator.superstep_completed').map(({ metadata }) => metadata.superstep)
    expect(steps).toEqual([0, 1, 2, 3, 4, 3, 4])
    expect(of('processor.initialized')).toHaveLength(4)
  })

  it('refuse a bus that is none', () => {
    const options = { telemetry: {} } as unknown as RunOptions
    expect(() => run(endless, options)).toThrow(/"telemetry" expected EventBus, got Object/)
  })
})
