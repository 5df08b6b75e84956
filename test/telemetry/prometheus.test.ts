/** Metrics in prom-client's registry, and what Prometheus's own tool says of the text. */

import { spawnSync } from 'node:child_process'
import * as client from 'prom-client'
import { run } from 'ticktickclock/bsp'
import {
  attachPrometheus,
  EVENTS,
  EventBus,
  type EventName,
  metrics,
  telemetry,
} from 'ticktickclock/telemetry'
import { describe, expect, it } from 'vitest'
import { prometheusNameOf } from '../../dist/telemetry/prometheus.js'
import { exchange } from '../support/programs/small.js'
import { listenTo } from '../support/telemetry.js'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

function open(options: { maxSeries?: number } = {}) {
  const bus = new EventBus()
  const registry = new client.Registry()
  return { bus, registry, detach: attachPrometheus({ client, registry, bus, ...options }) }
}

/** An event with something in every field. */
function emitMade(bus: EventBus, event: EventName): void {
  const { measurements, metadata } = EVENTS[event]
  const made = { number: 1, string: 'made "up"\n', boolean: true }
  const values = Object.entries(metadata).map(([name, { type }]) => [
    name,
    made[type as keyof typeof made],
  ])
  const numbers = Object.keys(measurements).map((name) => [name, 3_000_000])
  const [m, d] = [Object.fromEntries(numbers), Object.fromEntries(values)]
  ;(bus.emit as (...args: unknown[]) => void).call(bus, event, m, d)
}

/** Samples of a text: name with labels, and value. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && line[0] !== '#')
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))]))
}

describe('attachPrometheus', () => {
  it('T74: has the figures of a run, in seconds', async () => {
    const { bus, registry } = open()
    const { of } = listenTo(bus)
    await run(exchange, { processors: 2, transport: 'inline', telemetry: bus })
    const samples = samplesOf(await registry.metrics())
    const value = (name: string) => samples.get(`tick_tick_clock_${name}`)
    expect(value('coordinator_initialized_total')).toBe(1)
    expect(value('coordinator_superstep_completed_total')).toBe(4)
    expect(value('processor_barrier_reached_total{processor_id="1"}')).toBe(4)
    expect(value('processor_inbox_size{processor_id="0"}')).toBe(4)
    expect(value('processor_sent_messages{processor_id="0"}')).toBe(4)
    const labels = 'processor_id="1",superstep_name="all"'
    expect(value(`processor_compute_completed_duration_seconds_count{${labels}}`)).toBe(4)
    const durations = of('processor.compute_completed')
      .filter(({ metadata }) => metadata.processor_id === 1)
      .reduce((sum, { measurements }) => sum + measurements.duration, 0)
    const sum = value(`processor_compute_completed_duration_seconds_sum{${labels}}`)
    expect(sum).toBeCloseTo(durations * 1e-9, 12)
    const inf = `processor_compute_completed_duration_seconds_bucket{le="+Inf",${labels}}`
    expect(value(inf)).toBe(4)
    const sent = value(
      'coordinator_computation_completed_bytes_total{computation_module="exchange"}',
    )
    expect(sent).toBe(of('coordinator.computation_completed')[0].measurements.bytes)
  })

  it('T69: no label is the number of a superstep, and their sets have a limit', async () => {
    for (const { tags } of metrics()) expect(tags.includes('run_id')).toBe(false)
    const { bus, registry } = open({ maxSeries: 5 })
    for (let superstep = 0; superstep < 100; superstep++) {
      for (let processor_id = 0; processor_id < 20; processor_id++) {
        const run_place = { run_id: 1, computation_module: 'made', superstep }
        const metadata = { ...run_place, superstep_name: 'one', processor_id }
        bus.emit('processor.compute_completed', { time: 1, duration: 1 }, metadata)
      }
    }
    const counts = [...samplesOf(await registry.metrics())].filter(([name]) =>
      name.startsWith('tick_tick_clock_processor_compute_completed_duration_seconds_count{'),
    )
    expect(counts.length).toBeLessThanOrEqual(11)
    expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(2000)
    expect(counts.some(([name]) => name.includes('processor_id="other"'))).toBe(true)
    expect(await registry.metrics()).not.toMatch(/superstep="/)
  })

  it('detach takes its metrics out of the registry, and may be followed by another attach', () => {
    const bus = new EventBus()
    const registry = new client.Registry()
    const first = attachPrometheus({ client, registry, bus })
    expect(registry.getMetricsAsArray()).toHaveLength(metrics().length)
    first()
    expect([registry.getMetricsAsArray(), bus.hears()]).toEqual([[], false])
    attachPrometheus({ client, registry, bus })()
  })

  it("uses the module's registry and the bus of the process unless told otherwise", async () => {
    const detach = attachPrometheus({ client })
    emitMade(telemetry, 'workflow.task_error')
    expect(await client.register.metrics()).toContain('tick_tick_clock_workflow_task_error_total{')
    detach()
    expect(() => attachPrometheus({} as never)).toThrow(/import \* as client from 'prom-client'/)
  })

  it('names end in their unit and kind, each once', () => {
    const names = metrics().map(prometheusNameOf)
    expect(new Set(names).size).toBe(names.length)
    for (const [i, { kind, unit }] of metrics().entries()) {
      const isCounted = kind === 'counter' || kind === 'sum'
      const last = isCounted ? '_total$' : '$'
      if (unit === 'ms') expect(names[i]).toMatch(new RegExp(`_seconds${last}`))
      if (unit === 'bytes') expect(names[i]).toMatch(new RegExp(`_bytes${last}`))
      expect(/_total$/.test(names[i])).toBe(isCounted)
    }
  })

  it.skipIf(!hasPromtool)('promtool check metrics finds nothing (needs promtool)', async () => {
    const { bus, registry } = open()
    for (const event of Object.keys(EVENTS) as EventName[]) emitMade(bus, event)
    const text = await registry.metrics()
    for (const metric of metrics()) expect(text).toContain(`\n${prometheusNameOf(metric)}`)
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      ...{ input: text, encoding: 'utf8' },
    })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})
