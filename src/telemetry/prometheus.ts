/**
 * Metrics for Prometheus, in a registry of prom-client's. The module is handed in: the package
 * neither depends on it nor loads it. Names and units follow Prometheus's conventions: seconds and
 * bytes, counters end in `_total`.
 */

import { checkInteger, checkOptions, show } from '../check.js'
import { type EventBus, telemetry } from '../event-bus.js'
import { feedMetrics, type Instrument } from './feed.js'
import { type MetricDefinition, UNBOUNDED_TAG } from './metrics.js'

/** A metric of prom-client's for one set of labels. */
export interface PrometheusChild {
  /** Counters add to their value. */
  inc?(value: number): void
  /** Gauges take it. */
  set?(value: number): void
  /** Histograms count it. */
  observe?(value: number): void
}

/** What is used of prom-client's metrics. */
export interface PrometheusMetric {
  /** The one of these labels. */
  labels(labels: Record<string, string>): PrometheusChild
}

/** Configuration of prom-client's metrics. */
export interface PrometheusConfiguration {
  /** Name of the metric. */
  name: string
  /** What it says. */
  help: string
  /** Names of its labels. */
  labelNames: string[]
  /** Where it is registered. */
  registers: never[]
  /** Of histograms. */
  buckets: number[]
}

/** A registry of prom-client's: `register`, or `new Registry()`. */
export interface PrometheusRegistry {
  /** Takes a metric out. */
  removeSingleMetric(name: string): void
}

/** What is used of the module prom-client 15. */
export interface PrometheusClient {
  /** Of counters and sums. */
  Counter: new (
    configuration: PrometheusConfiguration,
  ) => PrometheusMetric
  /** Of last values. */
  Gauge: new (
    configuration: PrometheusConfiguration,
  ) => PrometheusMetric
  /** Of distributions and summaries. */
  Histogram: new (
    configuration: PrometheusConfiguration,
  ) => PrometheusMetric
  /** The registry of the process. */
  register: PrometheusRegistry
}

/** Options of `attachPrometheus`. */
export interface PrometheusOptions {
  /** The module: `import * as client from 'prom-client'`. */
  client: PrometheusClient
  /** Where metrics are registered. Default: the module's own, `client.register`. */
  registry?: PrometheusRegistry
  /** The bus that is heard. Default: `telemetry`. */
  bus?: EventBus
  /**
   * Most sets of labels of a metric; further ones share a set whose labels are `other`. Default
   * 1,000.
   */
  maxSeries?: number
}

const NAMES: Readonly<Record<string, string>> = {
  // Names that end in _count are those of histograms, and h is an hour.
  'coordinator.superstep_completed.h_relation': 'coordinator_superstep_completed_relation',
  'processor.message_count': 'processor_sent_messages',
}

const BYTE_BUCKETS = Array.from({ length: 12 }, (_, i) => 64 * 4 ** i)
const SECOND_BUCKETS = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100]

/** A metric's name, type and help as Prometheus wants them. */
export function prometheusNameOf({ name, kind, unit, measurement }: MetricDefinition): string {
  const own = name.replace(/^tick_tick_clock\./, '')
  const base = (NAMES[own] ?? own.replace(/[.]count$/, '')).replaceAll('.', '_')
  const inUnit = unit === 'ms' ? `${base}_seconds` : base
  const needsBytes = unit === 'bytes' && measurement !== 'bytes'
  const full = `tick_tick_clock_${inUnit}${needsBytes ? '_bytes' : ''}`
  return kind === 'counter' || kind === 'sum' ? `${full}_total` : full
}

/**
 * Keeps all metrics in a registry of prom-client's, from now on: distributions and summaries as
 * histograms, last values as gauges. Labels are bounded: the number of a superstep is none, its
 * name stands for it.
 *
 * @returns detaches, and takes the metrics out of the registry
 * @throws TypeError, RangeError for options; what prom-client throws for names that are taken
 * @example
 * ```ts
 * import * as client from 'prom-client'
 *
 * const registry = new client.Registry()
 * const detach = attachPrometheus({ client, registry })
 * telemetry.emit('workflow.task_error', { time: 0, duration: 0 }, {
 *   ...{ workflow: 'nightly', workflow_run_id: 1, task: 'load', attempt: 1 },
 *   ...{ reason: 'RangeError', message: 'no such file' },
 * })
 * const text = await registry.metrics() // what a server answers to GET /metrics
 * console.log(text.includes('tick_tick_clock_workflow_task_error_total{workflow="nightly"')) // true
 * detach()
 * ```
 */
export function attachPrometheus(options: PrometheusOptions): () => void {
  checkOptions('options', options, ['client', 'registry', 'bus', 'maxSeries'])
  const { client, bus = telemetry, maxSeries = 1000 } = options
  checkInteger('maxSeries', maxSeries, 1, 1_000_000)
  if (typeof client?.Histogram !== 'function') {
    const remedy = "import * as client from 'prom-client'"
    throw new TypeError(`"client" expected the module prom-client, got ${show(client)}: ${remedy}`)
  }
  const registry = options.registry ?? client.register
  const names: string[] = []
  const id = `ticktickclock.prometheus.${++attachments}`
  const detach = feedMetrics(bus, id, maxSeries, (metric) => {
    const kept = instrumentOf(metric, client, registry)
    names.push(prometheusNameOf(metric))
    return kept
  })
  return () => {
    detach()
    for (const name of names) registry.removeSingleMetric(name)
  }
}

let attachments = 0

function instrumentOf(
  metric: MetricDefinition,
  client: PrometheusClient,
  registry: PrometheusRegistry,
): Instrument {
  // The number of a superstep is no label: see Prometheus's advice on cardinality.
  const tags = metric.tags.map((tag) => (tag === UNBOUNDED_TAG ? `${tag}_name` : tag))
  const { kind, unit, says, event } = metric
  const configuration: PrometheusConfiguration = {
    name: prometheusNameOf(metric),
    help: `${says[0].toUpperCase()}${says.slice(1)}, by the event ${event}.`,
    labelNames: tags,
    registers: [registry as never],
    buckets: unit === 'ms' ? SECOND_BUCKETS : BYTE_BUCKETS,
  }
  const scale = unit === 'ms' ? SECONDS_PER_NS : 1
  if (kind === 'counter' || kind === 'sum') {
    const counter = new client.Counter(configuration)
    return { tags, scale, open: (labels) => sinkOf(counter.labels(labels), 'inc') }
  }
  if (kind === 'last_value') {
    const gauge = new client.Gauge(configuration)
    return { tags, scale, open: (labels) => sinkOf(gauge.labels(labels), 'set') }
  }
  const histogram = new client.Histogram(configuration)
  return { tags, scale, open: (labels) => sinkOf(histogram.labels(labels), 'observe') }
}

const SECONDS_PER_NS = 1e-9

function sinkOf(child: PrometheusChild, method: keyof PrometheusChild) {
  return { add: (value: number) => child[method]?.(value) }
}
