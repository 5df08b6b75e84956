/**
 * Runs as spans of OpenTelemetry: run > superstep > compute, communicate, barrier. Only the API is
 * used, and that is handed in: the package neither depends on it nor loads it.
 */

import { checkOptions, show } from '../check.js'
import { type EventBus, telemetry } from '../event-bus.js'
import type { MetadataOf } from '../events.js'

/** Seconds and nanoseconds since 1970. */
export type SpanTime = [seconds: number, nanoseconds: number]
/** What a span says of itself. */
export type SpanAttributes = Record<string, string | number | boolean>

/** What is used of a span. */
export interface TelemetrySpan {
  /** Whether anything of it is kept. */
  isRecording(): boolean
  /** Says more of it. */
  setAttributes(attributes: SpanAttributes): unknown
  /** Something happened in it. */
  addEvent(name: string, attributes: SpanAttributes, time: SpanTime): unknown
  /** How it went: 2 is an error. */
  setStatus(status: { code: number; message?: string }): unknown
  /** Ends it. */
  end(time: SpanTime): void
}

/** What is used of a tracer: that of `trace.getTracer('ticktickclock')`. */
export interface TelemetryTracer {
  /** Begins a span. */
  startSpan(
    name: string,
    options: { startTime: SpanTime; attributes: SpanAttributes },
    context: never,
  ): TelemetrySpan
}

/** What is used of the module @opentelemetry/api 1. */
export interface TelemetryApi {
  /** Which span is the parent of a run's. */
  context: {
    /** The context of the call under way. */
    active(): unknown
  }
  /** Makes a span a parent. */
  trace: {
    /** The context with this span in place of its own. */
    setSpan(context: never, span: never): unknown
  }
}

/** Options of `attachOpenTelemetry`. */
export interface OpenTelemetryOptions {
  /** The module: `import * as api from '@opentelemetry/api'`. */
  api: TelemetryApi
  /** Where spans begin; for example `api.trace.getTracer('ticktickclock')`. */
  tracer: TelemetryTracer
  /** The bus that is heard. Default: `telemetry`. */
  bus?: EventBus
}

/** A span and the context that makes others its children. */
interface Open {
  span: TelemetrySpan
  context: unknown
}

interface RunSpans extends Open {
  superstep: Open | undefined
}

const ERROR = 2
const PREFIX = 'tick_tick_clock'

/** As attributes: names of metadata with the prefix of everything that leaves the process. */
function attributesOf(metadata: Readonly<Record<string, string | number | boolean>>) {
  const named = Object.entries(metadata).map(([name, value]) => [`${PREFIX}.${name}`, value])
  return Object.fromEntries(named) as SpanAttributes
}

function timeOf(ns: number): SpanTime {
  const seconds = Math.floor(ns / 1e9)
  return [seconds, Math.max(0, Math.round(ns - seconds * 1e9))]
}

/** The spans of all runs under way. */
class Spans {
  readonly #api: TelemetryApi
  readonly #tracer: TelemetryTracer
  readonly #runs = new Map<number, RunSpans>()

  constructor(api: TelemetryApi, tracer: TelemetryTracer) {
    this.#api = api
    this.#tracer = tracer
  }

  #open(name: string, startNs: number, context: unknown, attributes: SpanAttributes): Open {
    const options = { startTime: timeOf(startNs), attributes }
    const span = this.#tracer.startSpan(name, options, context as never)
    const { trace } = this.#api
    return { span, context: trace.setSpan(context as never, span as never) }
  }

  /** The run's span; begun now if nobody listened when the run began. */
  run(metadata: MetadataOf<'coordinator.computation_started'>, atNs: number): RunSpans {
    const known = this.#runs.get(metadata.run_id)
    if (known !== undefined) return known
    const { run_id, computation_module } = metadata
    const attributes = attributesOf({ run_id, computation_module })
    const name = `run ${computation_module}`
    const opened = this.#open(name, atNs, this.#api.context.active(), attributes)
    const made = { ...opened, superstep: undefined }
    this.#runs.set(run_id, made)
    return made
  }

  beginSuperstep(metadata: MetadataOf<'coordinator.superstep_started'>, startNs: number): void {
    const run = this.run(metadata, startNs)
    // What is not sampled has no children worth the time.
    if (!run.span.isRecording()) return
    const name = `superstep ${metadata.superstep_name}`
    run.superstep = this.#open(name, startNs, run.context, attributesOf(metadata))
  }

  /** A part of a superstep that is over. */
  part(
    name: string,
    metadata: MetadataOf<'processor.compute_completed'>,
    [startNs, endNs]: readonly [number, number],
    more: SpanAttributes = {},
  ): void {
    const parent = this.#runs.get(metadata.run_id)?.superstep
    if (parent === undefined) return
    const attributes = { ...attributesOf(metadata), ...attributesOf(more) }
    this.#open(name, startNs, parent.context, attributes).span.end(timeOf(endNs))
  }

  endSuperstep({ run_id }: { run_id: number }, endNs: number, attributes: SpanAttributes): void {
    const run = this.#runs.get(run_id)
    run?.superstep?.span.setAttributes(attributesOf(attributes))
    run?.superstep?.span.end(timeOf(endNs))
    if (run !== undefined) run.superstep = undefined
  }

  endRun(
    metadata: MetadataOf<'coordinator.computation_started'>,
    { time, duration }: { time: number; duration: number },
    attributes: SpanAttributes,
    error?: string,
  ): void {
    const { span } = this.run(metadata, time - duration)
    span.setAttributes(attributesOf(attributes))
    if (error !== undefined) span.setStatus({ code: ERROR, message: error })
    span.end(timeOf(time))
    this.#runs.delete(metadata.run_id)
  }

  /** Nobody listens any more: what is open will not be ended by an event. */
  drop(): void {
    this.#runs.clear()
  }
}

const EVENTS = [
  'coordinator.computation_started',
  'coordinator.superstep_started',
  'coordinator.superstep_completed',
  'coordinator.supersteps_dropped',
  'coordinator.checkpoint_saved',
  'coordinator.restarted',
  'coordinator.computation_completed',
  'coordinator.computation_failed',
  'processor.compute_completed',
  'processor.communicate_completed',
  'processor.barrier_reached',
  'processor.compute_error',
  'processor.communicate_error',
] as const

/** Those that are events of a run's span. */
const NOTED = new Set<string>([
  'coordinator.supersteps_dropped',
  'coordinator.checkpoint_saved',
  'coordinator.restarted',
  'processor.compute_error',
  'processor.communicate_error',
])

let attachments = 0

/**
 * Makes spans of runs from now on: one for each run, below the span that is active where the run
 * was started; below it one for each superstep, and below that `compute`, `communicate` and
 * `barrier` of each processor, with the times that were measured. Restarts, checkpoints and what
 * threw are events of the run's span.
 *
 * @returns detaches it
 * @throws TypeError for options
 * @example
 * ```ts
 * import * as api from '@opentelemetry/api'
 *
 * const tracer = api.trace.getTracer('ticktickclock')
 * const detach = attachOpenTelemetry({ api, tracer })
 * detach()
 * ```
 */
export function attachOpenTelemetry(options: OpenTelemetryOptions): () => void {
  checkOptions('options', options, ['api', 'tracer', 'bus'])
  const { api, tracer, bus = telemetry } = options
  if (typeof api?.trace?.setSpan !== 'function') {
    const remedy = "import * as api from '@opentelemetry/api'"
    throw new TypeError(`"api" expected @opentelemetry/api, got ${show(api)}: ${remedy}`)
  }
  if (typeof tracer?.startSpan !== 'function') {
    const remedy = "api.trace.getTracer('ticktickclock')"
    throw new TypeError(`"tracer" expected Tracer, got ${show(tracer)}: ${remedy}`)
  }
  const spans = new Spans(api, tracer)
  const id = `ticktickclock.opentelemetry.${++attachments}`
  const detach = bus.attachMany(id, EVENTS, (event, measurements, metadata) => {
    const { time } = measurements
    if (NOTED.has(event)) {
      const { run_id: _, computation_module: __, ...rest } = metadata
      const attributes = attributesOf(rest as SpanAttributes)
      spans.run(metadata, time).span.addEvent(`${PREFIX}.${event}`, attributes, timeOf(time))
    }
    if (event === 'coordinator.computation_started') spans.run(metadata, time)
    else if (event === 'coordinator.superstep_started') spans.beginSuperstep(metadata, time)
    else if (event === 'processor.compute_completed') {
      spans.part('compute', metadata, [time - measurements.duration, time])
    } else if (event === 'processor.communicate_completed') {
      const { duration, message_count, bytes } = measurements
      spans.part('communicate', metadata, [time - duration, time], { message_count, bytes })
    } else if (event === 'processor.barrier_reached') {
      spans.part('barrier', metadata, [time, time + measurements.wait])
    } else if (event === 'coordinator.superstep_completed') {
      const { h_relation, messages, bytes } = measurements
      const { converged, round } = metadata
      spans.endSuperstep(metadata, time, { h_relation, messages, bytes, converged, round })
    } else if (event === 'coordinator.computation_completed') {
      const { superstep_count, converged } = metadata
      spans.endRun(metadata, measurements, { superstep_count, converged })
    } else if (event === 'coordinator.computation_failed') {
      const { superstep_count, reason, message } = metadata
      spans.endRun(metadata, measurements, { superstep_count, reason }, message)
    }
  })
  return () => {
    detach()
    spans.drop()
  }
}
