/**
 * Metrics in memory: an aggregator hears the events that feed the table of metrics.ts and keeps
 * counts, sums and quantiles, in memory that doesn't grow with the length of runs.
 */

import { checkInteger, checkOptions } from '../check.js'
import { type EventBus, telemetry } from '../event-bus.js'
import { feedMetrics, type SeriesSink } from './feed.js'
import type { MetricDefinition } from './metrics.js'
import type { Tags } from './series.js'
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
interface Series extends SeriesSink {
  read(): Omit<MetricSeries, 'tags'>
}

/** A metric, and its series so far. */
interface Kept {
  metric: MetricDefinition
  series: { tags: Tags; values: Series }[]
}

function snapshotOf({ metric, series }: Kept): MetricSnapshot {
  return { ...metric, series: series.map(({ tags, values }) => ({ tags, ...values.read() })) }
}

/**
 * Metrics in memory: made by `collectMetrics`.
 *
 * @example
 * ```ts
 * const collected = collectMetrics()
 * telemetry.emit('telemetry.handler_failed', { time: 0 }, {
 *   ...{ handler_id: 'mine', event: 'kernel.completed', reason: 'RangeError', message: '' },
 * })
 * const fed = collected.snapshot().filter(({ series }) => series.length > 0)
 * console.log(fed.map(({ name }) => name)) // [ 'tick_tick_clock.telemetry.handler_failed.count' ]
 * collected.stop()
 * ```
 */
export class MetricsAggregator {
  readonly #kept: Kept[] = []
  readonly #detach: () => void

  /** @internal */
  constructor(bus: EventBus, maxSeries: number) {
    const id = `ticktickclock.metrics.${++aggregators}`
    this.#detach = feedMetrics(bus, id, maxSeries, (metric) => {
      const series: Kept['series'] = []
      this.#kept.push({ metric, series })
      const open = (tags: Tags) => {
        const values = seriesOf(metric)
        series.push({ tags, values })
        return values
      }
      return { tags: metric.tags, scale: metric.unit === 'ms' ? MS_PER_NS : 1, open }
    })
  }

  /** All metrics, in the order of `metrics()`; those that nothing fed have no series. */
  snapshot(): MetricSnapshot[] {
    return this.#kept.map(snapshotOf)
  }

  /**
   * One metric.
   *
   * @param name with or without the prefix `tick_tick_clock.`
   * @throws RangeError for a name that no metric has
   */
  metric(name: string): MetricSnapshot {
    const full = name.startsWith(PREFIX) ? name : PREFIX + name
    const found = this.#kept.find(({ metric }) => metric.name === full)
    if (found !== undefined) return snapshotOf(found)
    throw new RangeError(`"name" expected the name of a metric, got ${JSON.stringify(name)}`)
  }

  /** Hears nothing more; what there is can still be read. */
  stop(): void {
    this.#detach()
  }
}

const PREFIX = 'tick_tick_clock.'
const MS_PER_NS = 1e-6
let aggregators = 0

/**
 * Keeps the metrics of all runs from now on, in memory.
 *
 * @throws TypeError, RangeError for options
 * @example
 * ```ts
 * const collected = collectMetrics()
 * telemetry.emit('workflow.task_completed', { time: 0, duration: 3e6 }, {
 *   ...{ workflow: 'nightly', workflow_run_id: 1, task: 'load', attempt: 1 },
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
    this.#counts = new Array(bounds.length + 1).fill(0)
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
