/**
 * From events to the series of metrics, for whatever keeps these: memory (aggregator.ts) or
 * prom-client (prometheus.ts).
 */

import type { EventBus } from '../event-bus.js'
import type { EventName } from '../events.js'
import { type MetricDefinition, metrics } from './metrics.js'
import { SeriesTree, type Tags } from './series.js'

/** Takes the values of one series. */
export interface SeriesSink {
  add(value: number): void
}

/** Keeps the series of one metric. */
export interface Instrument {
  /** Metadata that tell its series apart. */
  tags: readonly string[]
  /** What an event's measurement is multiplied by. */
  scale: number
  /** A new series. */
  open(tags: Tags): SeriesSink
}

type Fields = Readonly<Record<string, unknown>>

interface Fed {
  metric: MetricDefinition
  scale: number
  tree: SeriesTree<SeriesSink>
}

/**
 * Feeds every metric from a bus.
 *
 * @param keep called once for each metric
 * @returns ends it
 */
export function feedMetrics(
  bus: EventBus,
  id: string,
  maxSeries: number,
  keep: (metric: MetricDefinition) => Instrument,
): () => void {
  const all = metrics().map((metric): Fed => {
    const { tags, scale, open } = keep(metric)
    return { metric, scale, tree: new SeriesTree(tags, maxSeries, open) }
  })
  const byEvent = new Map<EventName, Fed[]>()
  for (const each of all) {
    const others = byEvent.get(each.metric.event) ?? []
    byEvent.set(each.metric.event, [...others, each])
  }
  const madeUpFor = all.filter(({ metric }) => metric.dropped !== undefined)
  return bus.attachMany(id, [...byEvent.keys()], (event, measurements, metadata) => {
    for (const each of byEvent.get(event) ?? []) hear(each, measurements, metadata)
    if (event !== 'coordinator.supersteps_dropped') return
    for (const each of madeUpFor) hearDropped(each, measurements.count, metadata)
  })
}

function hear({ metric, scale, tree }: Fed, measurements: Fields, metadata: Fields): void {
  const { measurement } = metric
  const value = measurement === undefined ? 1 : Number(measurements[measurement]) * scale
  tree.of(metadata).add(value)
}

/** Supersteps that nobody could look at count all the same. */
function hearDropped({ metric, tree }: Fed, count: number, metadata: Fields): void {
  if (metric.dropped === 'once') tree.of(metadata).add(count)
  else {
    for (let rank = 0; rank < Number(metadata.processors); rank++) {
      tree.of({ ...metadata, processor_id: rank }).add(count)
    }
  }
}
