/** The table of metrics, and the aggregator against sums and sorted lists made another way. */

import { run } from 'ticktickclock/bsp'
import {
  collectMetrics,
  EVENTS,
  EventBus,
  type MetricDefinition,
  type MetricsAggregator,
  metrics,
} from 'ticktickclock/telemetry'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../dist/random.js'
import { exchange } from '../support/programs/small.js'
import { count, testSeed } from '../support/seed.js'
import { listenTo } from '../support/telemetry.js'

const RUN = { run_id: 1, computation_module: 'made' }
const inline = { transport: 'inline' } as const

const named = (name: string) => {
  const found = metrics().find((metric) => metric.name === `tick_tick_clock.${name}`)
  return found as MetricDefinition
}
const only = (collected: MetricsAggregator, name: string) => {
  const { series } = collected.metric(name)
  expect(series).toHaveLength(1)
  return series[0]
}

describe('the table', () => {
  it('T64-T73: has the metrics of the specification, of that kind, with those tags', () => {
    const listed = [
      ['coordinator.initialized.count', 'counter', 'count', ''],
      ['coordinator.computation_completed.count', 'counter', 'count', ''],
      ['coordinator.computation_completed.duration', 'distribution', 'ms', 'computation_module'],
      ['coordinator.superstep_completed.duration', 'summary', 'ms', 'superstep'],
      ['processor.initialized.count', 'counter', 'count', ''],
      ['processor.compute_completed.duration', 'distribution', 'ms', 'processor_id,superstep'],
      ['processor.communicate_completed.duration', 'summary', 'ms', 'processor_id'],
      ['processor.inbox_size', 'last_value', 'messages', 'processor_id'],
      ['processor.message_count', 'last_value', 'messages', 'processor_id'],
      ['processor.barrier_reached.count', 'counter', 'count', 'processor_id'],
    ]
    const found = listed.map(([name]) => {
      const { kind, unit, tags } = named(name)
      return [name, kind, unit, tags.join()]
    })
    expect(found).toEqual(listed)
  })

  it('TB10: every metric is fed by an event, a measurement and metadata that exist', () => {
    const names = metrics().map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name, event, measurement, tags, kind, buckets } of metrics()) {
      expect(name).toMatch(/^tick_tick_clock(\.[a-z_]+){2,3}$/)
      const row = EVENTS[event]
      expect(row, name).toBeDefined()
      if (kind === 'counter') expect(measurement).toBeUndefined()
      else expect(Object.keys(row.measurements), name).toContain(measurement)
      for (const tag of tags) expect(Object.keys(row.metadata), name).toContain(tag)
      expect(buckets.length > 0).toBe(kind === 'distribution')
      expect(buckets).toEqual([...buckets].sort((a, b) => a - b))
    }
  })

  it("is the caller's own copy", () => {
    metrics()[0].name = 'changed'
    expect(metrics()[0].name).toBe('tick_tick_clock.coordinator.initialized.count')
  })
})

describe('the aggregator', () => {
  it('T74, T76: has the figures of a run, in milliseconds', async () => {
    const bus = new EventBus()
    const { of } = listenTo(bus)
    const collected = collectMetrics({ bus })
    await run(exchange, { processors: 3, ...inline, telemetry: bus })
    const value = (name: string) => only(collected, name).value
    expect(value('coordinator.initialized.count')).toBe(1)
    expect(value('processor.initialized.count')).toBe(3)
    expect(value('coordinator.superstep_completed.count')).toBe(4)
    expect(value('tick_tick_clock.coordinator.computation_completed.messages')).toBe(72)
    const [{ measurements }] = of('coordinator.computation_completed')
    const took = only(collected, 'coordinator.computation_completed.duration')
    expect(took.value).toBe(measurements.duration * 1e-6)
    expect(took.tags).toEqual({ computation_module: 'exchange' })
    const perStep = collected.metric('coordinator.superstep_completed.duration').series
    expect(perStep.map(({ tags }) => tags.superstep)).toEqual(['0', '1', '2', '3'])
    const perRank = collected.metric('processor.barrier_reached.count').series
    expect(perRank.map(({ tags, value: n }) => [tags.processor_id, n])).toEqual([
      ['0', 4],
      ['1', 4],
      ['2', 4],
    ])
    const inboxes = collected.metric('processor.inbox_size').series
    expect(inboxes.map((each) => [each.value, each.count])).toEqual([6, 6, 6].map((n) => [n, 4]))
    const computed = collected.metric('processor.compute_completed.duration').series
    expect(computed).toHaveLength(12)
    expect(computed.at(-1)?.tags).toEqual({ processor_id: '2', superstep: '3' })
    const durations = of('processor.communicate_completed')
      .filter(({ metadata }) => metadata.processor_id === 1)
      .map((each) => each.measurements.duration * 1e-6)
    const sent = collected.metric('processor.communicate_completed.duration').series[1]
    expect(sent.summary?.min).toBe(Math.min(...durations))
    expect(sent.summary?.max).toBe(Math.max(...durations))
    collected.stop()
    await run(exchange, { processors: 3, ...inline, telemetry: bus })
    expect(value('coordinator.initialized.count')).toBe(1)
  })

  it('counts supersteps and barriers that were too fast to be seen', () => {
    const bus = new EventBus()
    const collected = collectMetrics({ bus })
    const step = { ...RUN, superstep: 0, superstep_name: 'one' }
    for (const processor_id of [0, 1]) {
      const metadata = { ...step, processor_id }
      bus.emit('processor.barrier_reached', { time: 1, wait: 1 }, metadata)
    }
    const lost = { time: 1, count: 7 }
    bus.emit('coordinator.supersteps_dropped', lost, { ...RUN, processors: 2 })
    expect(only(collected, 'coordinator.superstep_completed.count').value).toBe(7)
    expect(only(collected, 'coordinator.supersteps_dropped.count').value).toBe(7)
    const barriers = collected.metric('processor.barrier_reached.count').series
    expect(barriers.map(({ value }) => value)).toEqual([8, 8])
    expect(collected.metric('processor.barrier_reached.wait').series[0].count).toBe(1)
  })

  it('keeps its number of series, whatever runs: further ones are told as other', () => {
    const bus = new EventBus()
    const collected = collectMetrics({ bus, maxSeries: 10 })
    const times = { time: 1, duration: 2e6 }
    for (let superstep = 0; superstep < 500; superstep++) {
      for (let processor_id = 0; processor_id < 40; processor_id++) {
        const metadata = { ...RUN, superstep, superstep_name: 'one', processor_id }
        bus.emit('processor.compute_completed', times, metadata)
      }
    }
    const { series } = collected.metric('processor.compute_completed.duration')
    expect(series.length).toBeLessThanOrEqual(2 * 10 + 1)
    expect(series.reduce((sum, each) => sum + each.count, 0)).toBe(500 * 40)
    const others = series.filter(({ tags }) => tags.superstep === 'other')
    expect(others.map(({ tags }) => tags.processor_id)).toContain('other')
    expect(others.some(({ tags }) => tags.processor_id !== 'other')).toBe(true)
  })

  it('distributions: as many at most each bound as a list has, and in all', () => {
    const { buckets: bounds } = named('coordinator.computation_completed.duration')
    for (let i = 0; i < count(50); i++) {
      const seed = (testSeed() + i) >>> 0
      const random = createRandom(seed)
      const values = Array.from({ length: 1 + random.nextBelow(200) }, (_, k) =>
        // Bounds themselves too: they belong to their bucket.
        k % 7 === 0 ? bounds[random.nextBelow(bounds.length)] : 10 ** (random.nextFloat() * 9 - 4),
      )
      const bus = new EventBus()
      const collected = collectMetrics({ bus })
      for (const value of values) {
        const measurements = { time: 1, duration: value / 1e-6, messages: 0, bytes: 0 }
        const metadata = { ...RUN, superstep_count: 1, converged: true }
        bus.emit('coordinator.computation_completed', measurements, metadata)
      }
      const { buckets } = only(collected, 'coordinator.computation_completed.duration')
      const scaled = values.map((value) => (value / 1e-6) * 1e-6)
      const expected = [...bounds, Number.POSITIVE_INFINITY].map((le) => ({
        le,
        count: scaled.filter((value) => value <= le).length,
      }))
      expect({ seed, buckets }).toEqual({ seed, buckets: expected })
    }
  })

  it('summaries: quantiles within 1 % of those of the sorted list', () => {
    for (let i = 0; i < count(100); i++) {
      const seed = (testSeed() + i) >>> 0
      const random = createRandom(seed)
      const length = 1 + random.nextBelow(400)
      const spread = random.nextBelow(12)
      const values = Array.from({ length }, () =>
        random.nextBelow(9) === 0 ? 0 : Math.round(10 ** (random.nextFloat() * spread)),
      )
      const bus = new EventBus()
      const collected = collectMetrics({ bus })
      for (const duration of values) {
        const metadata = { workflow: 'w', workflow_run_id: 1, task: 't', attempt: 1 }
        bus.emit('workflow.task_completed', { time: 1, duration }, metadata)
      }
      const { summary, value, count: n } = only(collected, 'workflow.task_completed.duration')
      const sorted = values.map((each) => each * 1e-6).sort((a, b) => a - b)
      const sum = sorted.reduce((total, each) => total + each, 0)
      expect(n).toBe(length)
      expect(summary?.min).toBe(sorted[0])
      expect(summary?.max).toBe(sorted.at(-1))
      expect(summary?.sum).toBeCloseTo(sum, 6)
      expect(value).toBeCloseTo(sum / length, 6)
      for (const [share, got] of [
        [0.5, summary?.p50],
        [0.95, summary?.p95],
        [0.99, summary?.p99],
      ] as const) {
        const exact = sorted[Math.floor(share * (length - 1))]
        const off = Math.abs((got as number) - exact)
        expect(off, `seed ${seed}, share ${share}`).toBeLessThanOrEqual(exact * 0.0101)
      }
    }
  })

  it('refuses names that no metric has, and wrong options', () => {
    const bus = new EventBus()
    expect(() => collectMetrics({ bus }).metric('coordinator.finished')).toThrow(RangeError)
    expect(() => collectMetrics({ bus, maxSeries: 0 })).toThrow(/"maxSeries" expected whole/)
    expect(() => collectMetrics({ buz: bus } as never)).toThrow(/no option "buz"/)
  })
})
