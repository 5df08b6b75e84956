/**
 * Seeing into runs: the bus of events, and what listens to it. Re-exports only.
 *
 * @module ticktickclock/telemetry
 */

export {
  type AttachedHandler,
  EventBus,
  type EventHandler,
  type Heard,
  type HeardNumbers,
  type HeardWith,
  telemetry,
} from '../event-bus.js'
export {
  EVENTS,
  type EventDescription,
  type EventName,
  type MeasurementField,
  type MeasurementsOf,
  type MeasurementUnit,
  type MetadataField,
  type MetadataOf,
} from '../events.js'
export {
  type CollectMetricsOptions,
  collectMetrics,
  type MetricSeries,
  type MetricSnapshot,
  MetricsAggregator,
} from './aggregator.js'
export { attachLoggerHandler, type LoggerOptions, type LogLevel, type LogSink } from './logger.js'
export { type MetricDefinition, type MetricKind, type MetricUnit, metrics } from './metrics.js'
export {
  attachOpenTelemetry,
  type OpenTelemetryOptions,
  type SpanAttributes,
  type SpanTime,
  type TelemetryApi,
  type TelemetrySpan,
  type TelemetryTracer,
} from './opentelemetry.js'
export {
  attachPrometheus,
  type PrometheusChild,
  type PrometheusClient,
  type PrometheusConfiguration,
  type PrometheusMetric,
  type PrometheusOptions,
  type PrometheusRegistry,
} from './prometheus.js'
export type { Tags } from './series.js'
export type { ChromeTrace, TraceArguments, TraceEvent } from './timeline.js'
export { type RecordTraceOptions, recordTrace, type TraceRecorder } from './trace.js'
