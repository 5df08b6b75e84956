/** Traces of real runs: right in the format, and the same as what the events say. */

import { type AnyComputation, type RunOptions, run, type TransportKind } from 'ticktickclock/bsp'
import { type ChromeTrace, EventBus, recordTrace } from 'ticktickclock/telemetry'
import { describe, expect, it } from 'vitest'
import { traceProblems } from '../support/chrome-trace.js'
import { failureOf } from '../support/failure.js'
import { answerFault, NO_FAULT, PROGRAMS } from '../support/faults.js'
import { listenTo } from '../support/telemetry.js'

const MISBEHAVE = new URL('../support/programs/misbehave.mjs', import.meta.url)
const TRANSPORTS: TransportKind[] = ['inline', 'threads', 'transfer']
const sound = (supersteps: number) => ({
  ...{ fault: 'throw', rank: -1, step: 0, where: 'compute', supersteps },
})

const start = (transport: TransportKind, options: RunOptions & { input: unknown }) =>
  run<AnyComputation>(MISBEHAVE, { processors: 3, transport, ...options })
const slices = ({ traceEvents }: ChromeTrace) => traceEvents.filter(({ ph }) => ph === 'X')
const named = (trace: ChromeTrace, name: string) =>
  trace.traceEvents.filter((event) => event.name === name)

describe.each(TRANSPORTS)('the trace of a run on %s', (transport) => {
  it('T141: has a lane a processor, each part of each superstep where it was', async () => {
    const bus = new EventBus()
    const { of } = listenTo(bus)
    const recorder = recordTrace({ bus })
    await start(transport, { input: sound(5), telemetry: bus })
    const trace = JSON.parse(JSON.stringify(recorder)) as ChromeTrace
    expect(traceProblems(trace)).toEqual([])
    const lanes = named(trace, 'thread_name').map(({ tid, args }) => [tid, args?.name])
    expect(lanes).toEqual([
      [0, 'coordinator'],
      ...[0, 1, 2].map((rank) => [rank + 1, `processor ${rank}`]),
    ])
    expect(named(trace, 'process_name')[0].args?.name).toMatch(/misbehave \(\w+, p = 3\)/)
    for (const [name, events] of [
      ['compute', of('processor.compute_completed')],
      ['communicate', of('processor.communicate_completed')],
      ['barrier', of('processor.barrier_reached')],
    ] as const) {
      const found = slices(trace).filter((slice) => slice.name === name)
      expect(found).toHaveLength(15)
      for (const [i, { metadata, measurements }] of events.entries()) {
        const { tid, args, dur } = found[i]
        expect(tid).toBe(metadata.processor_id + 1)
        expect(args).toMatchObject({ superstep: metadata.superstep, superstep_name: 'work' })
        const ns = 'wait' in measurements ? measurements.wait : measurements.duration
        expect(args?.duration_ms).toBe(ns / 1e6)
        // Clocks of threads may be off, and slices are moved then.
        expect(Math.abs((dur ?? 0) * 1000 - ns)).toBeLessThan(transport === 'inline' ? 1024 : 1e6)
      }
    }
    const supersteps = slices(trace).filter(({ cat }) => cat === 'superstep')
    expect(supersteps.map(({ name, tid, args }) => [name, tid, args?.superstep])).toEqual(
      [0, 1, 2, 3, 4].map((step) => ['work', 0, step]),
    )
    const [whole] = slices(trace).filter(({ cat }) => cat === 'run')
    expect(whole).toMatchObject({ name: 'misbehave', ts: 0, tid: 0 })
    for (const { ts, dur = 0 } of supersteps) {
      expect(ts + dur).toBeLessThanOrEqual((whole.dur ?? 0) + 1e-3)
    }
    const messages = named(trace, 'messages').map(({ args }) => args?.messages)
    expect(messages).toEqual([9, 9, 9, 9, 9, 0])
    const bytes = named(trace, 'bytes').map(({ args }) => args?.bytes)
    expect(bytes.slice(0, -1)).toEqual(
      of('coordinator.superstep_completed').map(({ measurements }) => measurements.bytes),
    )
  })

  it('shows restarts, checkpoints and what threw', async () => {
    const bus = new EventBus()
    const recorder = recordTrace({ bus })
    const [, , mixture] = PROGRAMS
    const fault = { ...NO_FAULT, rank: 1, step: 5, times: 1, channel: crypto.randomUUID() }
    using _ = answerFault(fault)
    await run<AnyComputation>(mixture.module, {
      ...{ transport, processors: 2, telemetry: bus, input: mixture.inputOf(fault, 1) },
      checkpoint: { every: 2 },
    })
    const trace = recorder.toJSON()
    expect(traceProblems(trace)).toEqual([])
    const [restart] = named(trace, 'restart')
    expect(restart).toMatchObject({ ph: 'i', s: 'p', args: { reason: 'ERR_TTC_PROCESSOR' } })
    expect(named(trace, 'checkpoint').length).toBeGreaterThanOrEqual(4)
    expect(named(trace, 'compute failed')[0]).toMatchObject({ tid: 2, args: { superstep: 5 } })
  })

  it('has a run that fails, and one that is aborted', async () => {
    const bus = new EventBus()
    const recorder = recordTrace({ bus })
    const input = { ...sound(5), rank: 1, step: 2 }
    await failureOf(start(transport, { input, telemetry: bus }))
    const handle = start(transport, { input: sound(1e9), maxSupersteps: 1e9, telemetry: bus })
    for await (const _report of handle) break
    handle.abort()
    await failureOf(handle)
    const trace = recorder.toJSON()
    expect(traceProblems(trace)).toEqual([])
    const reasons = named(trace, 'failed').map(({ args }) => args?.reason)
    expect(reasons).toEqual(['ERR_TTC_PROCESSOR', 'AbortError'])
    expect(slices(trace).filter(({ cat }) => cat === 'run')).toHaveLength(2)
  })
})

describe('a recorder', () => {
  it('keeps no more than its limit, says what it left out, and has the run still', async () => {
    const bus = new EventBus()
    const recorder = recordTrace({ bus, maxEntries: 50 })
    const all = recordTrace({ bus })
    await start('inline', { input: sound(40), telemetry: bus })
    const trace = recorder.toJSON()
    expect(traceProblems(trace)).toEqual([])
    const kept = trace.traceEvents.filter(({ ph }) => ph !== 'M')
    expect(kept).toHaveLength(51)
    expect(kept.at(-1)).toMatchObject({ cat: 'run' })
    const whole = all.toJSON().traceEvents.filter(({ ph }) => ph !== 'M')
    expect(trace.otherData.dropped_entries).toBe(whole.length - kept.length)
    expect(all.toJSON().otherData.dropped_entries).toBe(0)
  })

  it('gives back what it was told, however much: numbers, texts and flags', () => {
    const bus = new EventBus()
    const recorder = recordTrace({ bus })
    const run = { run_id: 1, computation_module: 'made' }
    const numbersOf = (i: number) => ({ messages: i % 7, bytes: i * 1.5, h_relation: i / 3 })
    const placeOf = (superstep: number) => ({
      ...{ superstep, round: superstep >> 1, converged: superstep % 3 === 0 },
    })
    // Far more than fit into one block.
    const count = 20_000
    for (let i = 0; i < count; i++) {
      const measurements = { time: (i + 1) * 1e6, duration: 1e6, work: i * 1e6, ...numbersOf(i) }
      const metadata = { ...run, ...placeOf(i), superstep_name: `step ${i % 5}` }
      bus.emit('coordinator.superstep_completed', measurements, metadata)
    }
    const { traceEvents } = recorder.toJSON()
    const expected = Array.from({ length: count }, (_, i) => [
      {
        ...{ ph: 'X', cat: 'superstep', pid: 1, tid: 0, name: `step ${i % 5}`, ts: i * 1000 },
        ...{ dur: 1000, args: { ...placeOf(i), ...numbersOf(i), work_ms: i, duration_ms: 1 } },
      },
      ...(['messages', 'bytes'] as const).map((name) => ({
        ...{ ph: 'C', pid: 1, tid: 0, name, ts: i * 1000, args: { [name]: numbersOf(i)[name] } },
      })),
    ])
    expect(traceEvents).toEqual(expected.flat())
  })

  it('says how many supersteps have no entries', () => {
    const bus = new EventBus()
    const recorder = recordTrace({ bus })
    const metadata = { run_id: 1, computation_module: 'made', processors: 1 }
    bus.emit('coordinator.initialized', { time: 0 }, { ...metadata, transport: 'threads' })
    bus.emit('coordinator.supersteps_dropped', { time: 5, count: 7 }, metadata)
    expect(recorder.toJSON().otherData.dropped_supersteps).toBe(7)
    expect(traceProblems(recorder.toJSON())).toEqual([])
  })

  it('records nothing after stop, and nothing is a trace too', async () => {
    const bus = new EventBus()
    const recorder = recordTrace({ bus })
    recorder.stop()
    await start('inline', { input: sound(2), telemetry: bus })
    expect(recorder.toJSON()).toMatchObject({ traceEvents: [], displayTimeUnit: 'ms' })
    expect(bus.hears()).toBe(false)
  })

  it('puts tasks that go on side by side on lanes of their own', () => {
    const bus = new EventBus()
    const recorder = recordTrace({ bus })
    const task = (name: string, start: number, end: number) =>
      bus.emit(
        'workflow.task_completed',
        { time: end * 1e6, duration: (end - start) * 1e6 },
        { workflow: 'nightly', workflow_run_id: 1, task: name, attempt: 1 },
      )
    task('short', 2, 4)
    task('long', 1, 5)
    task('after', 6, 8)
    const broken = { workflow: 'nightly', workflow_run_id: 1, task: 'broken', attempt: 2 }
    const failed = { ...broken, reason: 'Error', message: 'x' }
    bus.emit('workflow.task_error', { time: 9e6, duration: 2.5e6 }, failed)
    const trace = recorder.toJSON()
    expect(traceProblems(trace)).toEqual([])
    expect(slices(trace).map(({ name, tid, ts, dur }) => [name, tid, ts, dur])).toEqual([
      ['short', 1, 1000, 2000],
      ['long', 2, 0, 4000],
      ['after', 1, 5000, 2000],
      ['broken', 2, 5500, 2500],
    ])
    expect(slices(trace).at(-1)?.args).toEqual({
      ...{ workflow: 'nightly', workflow_run_id: 1, attempt: 2, reason: 'Error', message: 'x' },
    })
  })

  it('refuses wrong options', () => {
    expect(() => recordTrace({ maxEntries: 0 })).toThrow(/"maxEntries" expected whole number/)
    expect(() => recordTrace({ file: 'x' } as never)).toThrow(/no option "file"/)
  })
})

describe('the check of the format', () => {
  it('finds what is wrong', () => {
    const place = { pid: 1, tid: 1 }
    const names = [
      { ph: 'M', name: 'process_name', ...place, args: { name: 'p' } },
      { ph: 'M', name: 'thread_name', ...place, args: { name: 't' } },
    ]
    const problemsOf = (...traceEvents: object[]) =>
      traceProblems({ traceEvents: [...names, ...traceEvents] })
    const slice = { ph: 'X', name: 'a', ...place, ts: 0, dur: 5 }
    expect(problemsOf(slice, { ...slice, ts: 1, dur: 2 }, { ...slice, ts: 5 })).toEqual([])
    expect(problemsOf(slice, { ...slice, ts: 3 })[0]).toMatch(/ends after what is around it/)
    expect(problemsOf({ ...slice, dur: -1 })[0]).toMatch(/time -1/)
    expect(problemsOf({ ...slice, tid: 2 })[0]).toMatch(/lane 2 of process 1 has no name/)
    expect(problemsOf({ ...slice, dur: undefined, ph: 'i' })[0]).toMatch(/i without s/)
    expect(problemsOf({ ...slice, strange: 1 })[0]).toMatch(/X with strange/)
    expect(problemsOf({ ph: 'C', name: 'c', ...place, ts: 0, args: { c: 'x' } })).toHaveLength(1)
    expect(traceProblems([])).toHaveLength(1)
  })
})
