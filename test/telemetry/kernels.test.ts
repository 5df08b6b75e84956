/** Kernels and what is submitted to a GPU, as events and in a trace; no event is an orphan. */

import {
  graphFromEdges,
  histogram,
  openDevice,
  pagerank,
  reduce,
  scan,
  searchSorted,
  sort,
  topK,
  unique,
} from 'ticktickclock'
import { type AnyComputation, run } from 'ticktickclock/bsp'
import { EventBus, metrics, recordTrace, telemetry } from 'ticktickclock/telemetry'
import { workflow } from 'ticktickclock/workflow'
import { afterEach, describe, expect, it } from 'vitest'
import { RunEvents } from '../../dist/bsp/emit.js'
import { traceProblems } from '../support/chrome-trace.js'
import { failureOf } from '../support/failure.js'
import { answerFault, NO_FAULT, PROGRAMS } from '../support/faults.js'
import { endless } from '../support/programs/small.js'
import { EVENT_NAMES, listenTo } from '../support/telemetry.js'
import { gpuTitle, noGpu } from '../support/webgpu.js'

const MISBEHAVE = new URL('../support/programs/misbehave.mjs', import.meta.url)
afterEach(() => {
  for (const { id } of telemetry.handlers()) telemetry.detach(id)
})

const values = Float32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5003)
const graph = graphFromEdges([
  [0, 1],
  [1, 2],
  [2, 0],
  [3, 0],
])

describe('kernels', () => {
  it.each(['reference', 'wasm'] as const)('tell of each call, on %s', async (kind) => {
    const { of } = listenTo(telemetry)
    const device = await openDevice({ kind, ...(kind === 'wasm' && { threads: 1 }) })
    let computeMs = 0
    await sort(values, { device, onRun: ({ timings }) => (computeMs = timings.computeMs) })
    await scan(values, { device })
    await reduce(values, 'sum', { device })
    await histogram(values, { device, bins: 8 })
    await topK(values, 3, { device })
    await unique(Uint32Array.of(3, 1, 3), { device })
    await searchSorted(Float32Array.of(1, 2, 3), values, { device })
    const { timings } = await pagerank(graph, { device })
    const told = of('kernel.completed')
    expect(told.map(({ metadata }) => metadata.kernel)).toEqual(
      expect.arrayContaining(['sort', 'scan', 'reduce', 'histogram', 'topk', 'unique', 'search']),
    )
    for (const { metadata } of told) {
      expect(metadata).toMatchObject({ device_kind: kind, device_name: device.info.name })
    }
    expect(told[0].measurements.compute).toBe(computeMs * 1e6)
    const [last] = told.slice(-1)
    expect(last.metadata.kernel).toBe('pagerank')
    const { upload, prepare, compute, read, duration } = last.measurements
    expect([upload, prepare, compute, read]).toEqual(
      [timings.uploadMs, timings.prepareMs, timings.computeMs, timings.readMs].map(
        (ms) => ms * 1e6,
      ),
    )
    expect(duration).toBeCloseTo(upload + prepare + compute + read, -3)
    await device.dispose()
  })

  it('have lanes of their own in a trace, with what took time in each call', async () => {
    const recorder = recordTrace()
    await Promise.all([
      sort(values, { device: 'reference' }),
      pagerank(graph, { device: 'reference' }),
    ])
    const trace = recorder.toJSON()
    expect(traceProblems(trace)).toEqual([])
    const calls = trace.traceEvents.filter(({ ph, cat, name }) => {
      return ph === 'X' && cat === 'kernel' && ['sort', 'pagerank'].includes(name)
    })
    expect(calls.map(({ name }) => name).sort()).toEqual(['pagerank', 'sort'])
    for (const { tid, ts, dur = 0 } of calls) {
      const parts = trace.traceEvents.filter(
        (part) => part.tid === tid && part.name === 'compute' && part.ts >= ts - 1e-3,
      )
      expect(parts.length).toBeGreaterThan(0)
      expect(parts[0].ts + (parts[0].dur ?? 0)).toBeLessThanOrEqual(ts + dur + 1e-3)
    }
  })
})

describe.skipIf(noGpu)(gpuTitle('what is submitted to a GPU'), () => {
  it.each(['gpu', 'host'] as const)('is told, timed by the %s', async (clock) => {
    // Who listens when the device is opened has timestamps, where the adapter has them.
    const early = clock === 'gpu' ? listenTo(telemetry) : undefined
    const device = await openDevice({ kind: 'webgpu' })
    const { of } = early ?? listenTo(telemetry)
    const recorder = recordTrace()
    const sorted = await sort(values, { device })
    await device.dispose()
    expect(sorted).toEqual(Float32Array.from(values).sort())
    const passes = of('device.pass_completed')
    expect(passes.length).toBeGreaterThan(1)
    // SwiftShader has timestamps; of other adapters nobody knows.
    const used = device.info.software ? clock : passes[0].metadata.clock
    for (const { metadata, measurements } of passes) {
      expect(metadata).toMatchObject({ device_kind: 'webgpu', clock: used })
      expect(measurements.duration).toBeLessThan(60e9)
    }
    const [call] = of('kernel.completed')
    const start = call.measurements.time - call.measurements.duration
    for (const { measurements } of passes) {
      expect(measurements.time).toBeGreaterThan(start - 1e9)
    }
    const trace = recorder.toJSON()
    expect(traceProblems(trace)).toEqual([])
    const drawn = trace.traceEvents.filter(({ cat }) => cat === 'pass')
    expect(drawn).toHaveLength(passes.length)
    expect(drawn[0].args).toMatchObject({ clock: used })
    const lanes = trace.traceEvents.filter(({ name }) => name === 'thread_name')
    expect(lanes.map(({ args }) => args?.name)).toContain('GPU')
  })

  it('costs nothing where nobody listens: no timestamps are asked for', async () => {
    const device = await openDevice({ kind: 'webgpu' })
    await sort(values, { device })
    const { of } = listenTo(telemetry)
    await device.dispose()
    expect(of('device.pass_completed')).toEqual([])
  })
})

describe('TB10: no orphan', () => {
  it('every event of the table is emitted by something, and every metric is fed', async () => {
    const bus = new EventBus()
    const heard = new Set<string>()
    const { told } = listenTo(bus)
    const ofProcess = listenTo(telemetry)
    const input = { fault: 'throw', rank: 1, step: 2, where: 'compute', supersteps: 5 }
    for (const where of ['compute', 'communicate']) {
      const options = { processors: 2, transport: 'inline', telemetry: bus } as const
      await failureOf(run<AnyComputation>(MISBEHAVE, { ...options, input: { ...input, where } }))
    }
    const [, , mixture] = PROGRAMS
    const fault = { ...NO_FAULT, rank: 1, step: 5, times: 1, channel: crypto.randomUUID() }
    using _ = answerFault(fault)
    await run<AnyComputation>(mixture.module, {
      ...{ transport: 'inline', processors: 2, telemetry: bus, checkpoint: { every: 2 } },
      input: mixture.inputOf(fault, 1),
    })
    bus.attach('broken', 'coordinator.initialized', () => {
      throw new Error('on purpose')
    })
    await run(endless, { maxSupersteps: 1, transport: 'inline', telemetry: bus })
    tellLost(bus)
    const flow = workflow('flow', (w) => {
      const one = w.task('one', { run: () => 1 })
      w.task('two', { dependsOn: { one }, run: () => Promise.reject(new Error('on purpose')) })
    })
    await failureOf(flow.run({ telemetry: bus }))
    await sort(values, { device: 'reference' })
    if (noGpu === undefined) {
      const device = await openDevice({ kind: 'webgpu' })
      await sort(values, { device })
      await device.dispose()
    }
    for (const { event } of [...told, ...ofProcess.told]) heard.add(event)
    const needsGpu = (name: string) => noGpu !== undefined && name === 'device.pass_completed'
    expect(EVENT_NAMES.filter((name) => !heard.has(name) && !needsGpu(name))).toEqual([])
    const unfed = metrics().filter(({ event }) => !heard.has(event) && !needsGpu(event))
    expect(unfed).toEqual([])
  }, 60_000)
})

/** Supersteps are lost when the coordinator is late, which nothing makes it for certain. */
function tellLost(bus: EventBus): void {
  const events = new RunEvents(bus, 'late', 0)
  events.begin(endless as never, 1)
  const state = () => ({ superstep: 5000, sinceBarrierMs: 0, held: false, phases: [] })
  events.start({ kind: 'threads', state, figures: () => undefined } as never, 0)
  events.look()
}
