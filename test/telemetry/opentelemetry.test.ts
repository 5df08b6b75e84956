/** Spans of runs, as they arrive at an exporter of OpenTelemetry's own SDK. */

import * as api from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { type AnyComputation, run, type TransportKind } from 'ticktickclock/bsp'
import { attachOpenTelemetry, EventBus } from 'ticktickclock/telemetry'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../support/failure.js'
import { endless } from '../support/programs/small.js'
import { listenTo } from '../support/telemetry.js'

const MISBEHAVE = new URL('../support/programs/misbehave.mjs', import.meta.url)
const sound = { fault: 'throw', rank: -1, step: 0, where: 'compute', supersteps: 3 }

function open() {
  const bus = new EventBus()
  const exporter = new InMemorySpanExporter()
  const spanProcessors = [new SimpleSpanProcessor(exporter)]
  const tracer = new BasicTracerProvider({ spanProcessors }).getTracer('test')
  const detach = attachOpenTelemetry({ api, tracer, bus })
  return { bus, exporter, tracer, detach, spans: () => exporter.getFinishedSpans() }
}

const nsOf = ([seconds, nanoseconds]: api.HrTime) => seconds * 1e9 + nanoseconds
const childrenOf = (spans: readonly ReadableSpan[], parent: ReadableSpan) =>
  spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent.spanContext().spanId)
const named = (spans: readonly ReadableSpan[], name: string) =>
  spans.filter((span) => span.name === name)

describe.each<TransportKind>(['inline', 'threads', 'transfer'])('a run on %s', (transport) => {
  it('is run > superstep > compute, communicate, barrier, at their times', async () => {
    const { bus, spans } = open()
    const { of } = listenTo(bus)
    const options = { input: sound, processors: 2, transport, telemetry: bus }
    await run<AnyComputation>(MISBEHAVE, options)
    const all = spans()
    expect(all).toHaveLength(1 + 3 + 3 * 2 * 3)
    const [whole] = named(all, 'run misbehave')
    const [end] = of('coordinator.computation_completed')
    expect(Math.abs(nsOf(whole.endTime) - end.measurements.time)).toBeLessThan(512)
    expect(Math.abs(nsOf(whole.duration) - end.measurements.duration)).toBeLessThan(1024)
    expect(whole.attributes).toMatchObject({
      'tick_tick_clock.computation_module': 'misbehave',
      'tick_tick_clock.superstep_count': 3,
      'tick_tick_clock.converged': true,
    })
    const supersteps = childrenOf(all, whole)
    expect(supersteps.map(({ name }) => name)).toEqual(Array(3).fill('superstep work'))
    for (const [i, superstep] of supersteps.entries()) {
      const { measurements } = of('coordinator.superstep_completed')[i]
      expect(Math.abs(nsOf(superstep.duration) - measurements.duration)).toBeLessThan(1024)
      expect(superstep.attributes).toMatchObject({
        ...{ 'tick_tick_clock.superstep': i, 'tick_tick_clock.messages': 4 },
        'tick_tick_clock.h_relation': measurements.h_relation,
      })
      const parts = childrenOf(all, superstep)
      expect(parts.map(({ name }) => name).sort()).toEqual(
        ['barrier', 'barrier', 'communicate', 'communicate', 'compute', 'compute'].sort(),
      )
      const mine = of('processor.compute_completed').filter(({ metadata }) => {
        return metadata.superstep === i
      })
      for (const [rank, compute] of named(parts, 'compute').entries()) {
        expect(compute.attributes['tick_tick_clock.processor_id']).toBe(rank)
        expect(Math.abs(nsOf(compute.endTime) - mine[rank].measurements.time)).toBeLessThan(512)
      }
    }
  })

  it('that fails has a status, and what threw as an event', async () => {
    const { bus, spans } = open()
    const input = { ...sound, rank: 1, step: 1 }
    const options = { input, processors: 2, transport, telemetry: bus }
    const error = await failureOf(run<AnyComputation>(MISBEHAVE, options))
    const [whole] = named(spans(), 'run misbehave')
    const status = { code: api.SpanStatusCode.ERROR, message: (error as Error).message }
    expect(whole.status).toEqual(status)
    expect(whole.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'tick_tick_clock.processor.compute_error',
        expect.objectContaining({
          ...{ 'tick_tick_clock.processor_id': 1, 'tick_tick_clock.superstep': 1 },
          'tick_tick_clock.reason': 'RangeError',
        }),
      ],
    ])
    expect(childrenOf(spans(), whole)).toHaveLength(1)
  })
})

describe('attachOpenTelemetry', () => {
  const options = { processors: 1, maxSupersteps: 2, transport: 'inline' } as const

  it('has runs below the span that is active where they begin', async () => {
    const { bus, tracer, spans } = open()
    const parent = tracer.startSpan('request')
    const active = api.trace.setSpan(api.ROOT_CONTEXT, parent)
    const within = { ...api, context: { active: () => active } }
    const detach = attachOpenTelemetry({ api: within, tracer, bus })
    await run(endless, { ...options, telemetry: bus })
    parent.end()
    const runs = named(spans(), 'run endless')
    const ids = runs.map(({ parentSpanContext }) => parentSpanContext?.spanId)
    expect(ids).toEqual([undefined, parent.spanContext().spanId])
    detach()
  })

  it('makes no span after detach, and none of what is not sampled', async () => {
    const { bus, spans, detach } = open()
    detach()
    await run(endless, { ...options, telemetry: bus })
    expect([spans(), bus.hears()]).toEqual([[], false])
    let begun = 0
    const span = api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT)
    const startSpan = () => {
      begun++
      return span
    }
    const tracer = { startSpan }
    attachOpenTelemetry({ api, tracer, bus })
    await run(endless, { ...options, telemetry: bus })
    expect(begun).toBe(1)
  })

  it('refuses what is no API and no tracer, and says what is', () => {
    const tracer = { startSpan: () => undefined }
    expect(() => attachOpenTelemetry({ api: {}, tracer } as never)).toThrow(/import \* as api/)
    expect(() => attachOpenTelemetry({ api, tracer: {} } as never)).toThrow(/getTracer/)
  })
})
