/**
 * Metrics in memory: an aggregator hears the events that feed the table of metrics.ts and keeps
 * counts, sums and quantiles, in memory that doesn't grow with the length of runs.
 */

import { checkInteger, checkOptions } from '../check.js'
import { type EventBus, telemetry } from '../event-bus.js'
import type { EventName } from '../events.js'
import { type MetricDefinition, metrics, scaleOf } from './metrics.js'
import { SeriesTree, type Tags } from './series.js'
import { Sketch } from './sketch.js'

/** Options of `collectMetrics`. */
export interface CollectMetricsOptions {
  /** The bus that is heard. Default: `telemetry`. */
  bus?: EventBus
  /**
   * Most series of a metric. When there are so many, further supersteps share a series, whose tag
   * `superstep` is `other`; when there are twice as many, all further ones do. Default 1,000.
   */
  maxSeries?: number
}

/** Events, or a measurement of theirs, for one combination of tags. */
export interface MetricSeries {
  /** Values of the metric's tags. */
  tags: Tags
  /** Of a counter, a sum or a last value: that. Of others: the mean. */
  value: number
  /** Events that fed it. */
  count: number
  /** Distributions: how many were at most `le`, for each bucket; the last one is infinite. */
  buckets?: { le: number; count: number }[]
  /** Summaries: extremes, and quantiles within 1 % of their value. */
  summary?: { sum: number; min: number; max: number; p50: number; p95: number; p99: number }
}

/** A metric and what came of it. */
export interface MetricSnapshot extends MetricDefinition {
  series: MetricSeries[]
}

/** Values of one series. */
interface Series {
  add(value: number): void
  read(): Omit<MetricSeries, 'tags'>
}

type Fields = Readonly<Record<string, unknown>>

/** A metric, and its series so far. */
class Instrument {
  readonly metric: MetricDefinition
  readonly #scale: number
  readonly #series: { tags: Tags; values: Series }[] = []
  readonly #tree: SeriesTree<Series>

  constructor(metric: MetricDefinition, maxSeries: number) {
    this.metric = metric
    this.#scale = scaleOf(metric)
    this.#tree = new SeriesTree(metric.tags, maxSeries, (tags) => {
      const values = seriesOf(metric)
      this.#series.push({ tags, values })
      return values
    })
  }

  hear(measurements: Fields, metadata: Fields): void {
    const { measurement } = this.metric
    const value = measurement === undefined ? 1 : Number(measurements[measurement]) * this.#scale
    this.#tree.of(metadata).add(value)
  }

  /** Supersteps that nobody could look at count all the same. */
  hearDropped(count: number, metadata: Fields): void {
    if (this.metric.dropped === 'once') this.#tree.of(metadata).add(count)
    else {
      for (let rank = 0; rank < Number(metadata.processors); rank++) {
        this.#tree.of({ ...metadata, processor_id: rank }).add(count)
      }
    }
  }

  snapshot(): MetricSnapshot {
    const series = this.#series.map(({ tags, values }) => ({ tags, ...values.read() }))
    return { ...this.metric, series }
  }
}

/** Made by `collectMetrics`. */
export class MetricsAggregator {
  readonly #instruments: readonly Instrument[]
  readonly #detach: () => void

  /** @internal */
  constructor(bus: EventBus, maxSeries: number) {
    this.#instruments = metrics().map((metric) => new Instrument(metric, maxSeries))
    const fed = (event: EventName) =>
      this.#instruments.filter(({ metric }) => metric.event === event)
    const events = [...new Set(this.#instruments.map(({ metric }) => metric.event))]
    const byEvent = new Map(events.map((event) => [event, fed(event)]))
    const counters = this.#instruments.filter(({ metric }) => metric.dropped !== undefined)
    const id = `ticktickclock.metrics.${++aggregators}`
    this.#detach = bus.attachMany(id, events, (event, measurements, metadata) => {
      for (const each of byEvent.get(event) ?? []) each.hear(measurements, metadata)
      if (event !== 'coordinator.supersteps_dropped') return
      for (const each of counters) each.hearDropped(measurements.count, metadata)
    })
  }

  /** All metrics, in the order of `metrics()`; those that nothing fed have no series. */
  snapshot(): MetricSnapshot[] {
    return this.#instruments.map((each) => each.snapshot())
  }

  /**
   * One metric.
   *
   * @param name with or without the prefix `tick_tick_clock.`
   * @throws RangeError for a name that no metric has
   */
  metric(name: string): MetricSnapshot {
    const full = name.startsWith(PREFIX) ? name : PREFIX + name
    const found = this.#instruments.find(({ metric }) => metric.name === full)
    if (found !== undefined) return found.snapshot()
    throw new RangeError(`"name" expected the name of a metric, got ${JSON.stringify(name)}`)
  }

  /** Hears nothing more; what there is can still be read. */
  stop(): void {
    this.#detach()
  }
}

const PREFIX = 'tick_tick_clock.'
let aggregators = 0

/**
 * Keeps the metrics of all runs from now on, in memory.
 *
 * @throws TypeError, RangeError for options
 * @example
 * ```ts
 * const collected = collectMetrics()
 * telemetry.emit('workflow.task_completed', { time: 0, duration: 3e6 }, {
 *   workflow: 'nightly',
 *   task: 'load',
 * })
 * const { series } = collected.metric('workflow.task_completed.duration')
 * console.log(series[0].tags.task, series[0].value) // load 3
 * collected.stop()
 * ```
 */
export function collectMetrics(options: CollectMetricsOptions = {}): MetricsAggregator {
  checkOptions('options', options, ['bus', 'maxSeries'])
  const { bus = telemetry, maxSeries = 1000 } = options
  return new MetricsAggregator(bus, checkInteger('maxSeries', maxSeries, 1, 1_000_000))
}

function seriesOf({ kind, buckets }: MetricDefinition): Series {
  if (kind === 'summary') return new SummarySeries()
  if (kind === 'distribution') return new DistributionSeries(buckets)
  if (kind === 'last_value') return new LastSeries()
  return new SumSeries()
}

/** Counters, too: each event adds 1. */
class SumSeries implements Series {
  #value = 0
  #count = 0

  add(value: number): void {
    this.#value += value
    this.#count++
  }

  read(): Omit<MetricSeries, 'tags'> {
    return { value: this.#value, count: this.#count }
  }
}

class LastSeries implements Series {
  #value = 0
  #count = 0

  add(value: number): void {
    this.#value = value
    this.#count++
  }

  read(): Omit<MetricSeries, 'tags'> {
    return { value: this.#value, count: this.#count }
  }
}

class DistributionSeries implements Series {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  add(value: number): void {
    let at = 0
    while (at < this.#bounds.length && value > this.#bounds[at]) at++
    this.#counts[at]++
    this.#sum += value
    this.#count++
  }

  read(): Omit<MetricSeries, 'tags'> {
    let below = 0
    const buckets = this.#counts.map((own, i) => {
      below += own
      return { le: this.#bounds[i] ?? Number.POSITIVE_INFINITY, count: below }
    })
    return { value: this.#sum / this.#count, count: this.#count, buckets }
  }
}

class SummarySeries implements Series {
  readonly #sketch = new Sketch()

  add(value: number): void {
    this.#sketch.add(value)
  }

  read(): Omit<MetricSeries, 'tags'> {
    const { count, sum, min, max } = this.#sketch
    const [p50, p95, p99] = this.#sketch.quantiles([0.5, 0.95, 0.99])
    return { value: sum / count, count, summary: { sum, min, max, p50, p95, p99 } }
  }
}
