/**
 * The one table of metrics: each says which event feeds it. `collectMetrics` (aggregator.ts) and
 * `attachPrometheus` (prometheus.ts) are made from it, and so are the documentation and the test
 * that no metric names what nobody emits.
 */

import { EVENTS, type EventName, type MeasurementsOf, type MetadataOf } from '../events.js'

/**
 * `counter` counts events, `sum` adds up a measurement, `distribution` counts it by buckets,
 * `summary` has its quantiles, `last_value` what it was last.
 */
export type MetricKind = 'counter' | 'sum' | 'distribution' | 'summary' | 'last_value'

/** Units of metrics: durations are reported in milliseconds, whatever events have. */
export type MetricUnit = 'ms' | 'bytes' | 'messages' | 'count'

/** A metric: what a reporter needs to know of it. */
export interface MetricDefinition {
  /** With the prefix `tick_tick_clock.`. */
  name: string
  kind: MetricKind
  unit: MetricUnit
  /** What it says, in words. */
  says: string
  /** Metadata of the event that tell its series apart. */
  tags: readonly string[]
  /** The event that feeds it. */
  event: EventName
  /** The measurement of the event; undefined for counters. */
  measurement: string | undefined
  /** Upper bounds of a distribution's buckets, in its unit, ascending; empty for other kinds. */
  buckets: readonly number[]
  /**
   * What a superstep without events (`coordinator.supersteps_dropped`) counts for: `once`, or once
   * for each processor. Undefined: nothing is made up for.
   */
  dropped: 'once' | 'each processor' | undefined
}

/** A tag whose values are as many as a run has supersteps: see `maxSeries`. */
export const UNBOUNDED_TAG = 'superstep'

/** Milliseconds: what a superstep, or a run, takes. */
const DURATIONS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000]

/** A metric of an event. */
interface Row<E extends EventName> {
  kind: MetricKind
  /** What is measured; counters measure nothing. */
  of?: keyof MeasurementsOf<E> & string
  says: string
  tags?: readonly (keyof MetadataOf<E> & string)[]
  /** Default: the event's and the measurement's, or `count`. */
  name?: string
  dropped?: MetricDefinition['dropped']
}

function from<E extends EventName>(event: E, ...rows: readonly Row<E>[]): MetricDefinition[] {
  const fields: Readonly<Record<string, { unit: string }>> = EVENTS[event].measurements
  return rows.map(({ kind, of, says, tags = [], name = `${event}.${of ?? 'count'}`, dropped }) => {
    const unit = of === undefined ? 'count' : fields[of].unit
    return {
      ...{ name: `tick_tick_clock.${name}`, kind, says, tags, event, measurement: of, dropped },
      unit: unit === 'ns' ? 'ms' : (unit as MetricUnit),
      buckets: kind === 'distribution' ? DURATIONS : [],
    }
  })
}

const RUN = ['computation_module'] as const
const RANK = ['processor_id'] as const
const FAULT = [...RUN, 'reason'] as const
const TASK = ['workflow', 'task'] as const
const KERNEL = ['kernel', 'device_kind'] as const

const METRICS: readonly MetricDefinition[] = [
  ...from('coordinator.initialized', { kind: 'counter', says: 'runs that had a transport' }),
  ...from(
    'coordinator.computation_completed',
    { kind: 'counter', says: 'runs that had a result' },
    { kind: 'distribution', of: 'duration', says: 'from the call to the result', tags: RUN },
    { kind: 'sum', of: 'messages', says: 'sent in runs that had a result', tags: RUN },
    { kind: 'sum', of: 'bytes', says: 'sent in runs that had a result', tags: RUN },
  ),
  ...from('coordinator.computation_failed', {
    ...{ kind: 'counter', says: 'runs without a result', tags: FAULT },
  }),
  ...from(
    'coordinator.superstep_completed',
    {
      ...{ kind: 'summary', of: 'duration', tags: ['superstep'] },
      says: 'of a superstep, from the first start to the last arrival',
    },
    { kind: 'counter', says: 'supersteps', dropped: 'once' },
    {
      ...{ kind: 'summary', of: 'h_relation', tags: ['superstep_name'] },
      says: 'most that a processor sent or received in a superstep',
    },
  ),
  ...from('coordinator.supersteps_dropped', {
    ...{ kind: 'sum', of: 'count', says: 'supersteps that only counters know of' },
  }),
  ...from('coordinator.restarted', {
    ...{ kind: 'counter', says: 'returns to a checkpoint, or to the input', tags: FAULT },
  }),
  ...from(
    'coordinator.checkpoint_saved',
    { kind: 'summary', of: 'duration', says: 'of keeping a checkpoint', tags: RUN },
    { kind: 'sum', of: 'bytes', says: 'of checkpoints that were kept', tags: RUN },
  ),
  ...from('processor.initialized', { kind: 'counter', says: 'processors that had a state' }),
  ...from('processor.compute_started', {
    ...{ kind: 'last_value', of: 'inbox_size', tags: RANK, name: 'processor.inbox_size' },
    says: 'that a processor last found in its inbox',
  }),
  ...from('processor.compute_completed', {
    ...{ kind: 'distribution', of: 'duration', says: 'of computing', tags: [...RANK, 'superstep'] },
  }),
  ...from(
    'processor.communicate_completed',
    { kind: 'summary', of: 'duration', says: 'of sending', tags: RANK },
    {
      ...{ kind: 'last_value', of: 'message_count', tags: RANK, name: 'processor.message_count' },
      says: 'that a processor last sent',
    },
  ),
  ...from(
    'processor.barrier_reached',
    { kind: 'counter', says: 'arrivals at the barrier', tags: RANK, dropped: 'each processor' },
    { kind: 'summary', of: 'wait', says: 'of waiting at the barrier', tags: RANK },
  ),
  ...from('processor.compute_error', {
    ...{ kind: 'counter', says: 'parts of a computation that threw', tags: FAULT },
  }),
  ...from('processor.communicate_error', {
    ...{ kind: 'counter', says: 'times that communicate threw', tags: FAULT },
  }),
  ...from(
    'kernel.completed',
    { kind: 'summary', of: 'duration', says: 'of a call of a kernel', tags: KERNEL },
    { kind: 'summary', of: 'compute', says: 'of the kernel itself', tags: KERNEL },
  ),
  ...from('device.pass_completed', {
    ...{ kind: 'summary', of: 'duration', tags: ['pass', 'clock'] },
    says: 'of what was submitted to a GPU at once',
  }),
  ...from('workflow.task_completed', {
    ...{ kind: 'summary', of: 'duration', says: 'of a task', tags: TASK },
  }),
  ...from('workflow.task_error', {
    ...{ kind: 'counter', says: 'tasks that threw', tags: [...TASK, 'reason'] },
  }),
  ...from('telemetry.handler_failed', {
    ...{ kind: 'counter', says: 'handlers that were detached', tags: ['handler_id'] },
  }),
]

/**
 * All metrics, for a reporter of one's own: each names the event and the measurement that feed it.
 *
 * @example
 * ```ts
 * const barriers = metrics().find(({ name }) => name.endsWith('barrier_reached.count'))
 * console.log(barriers?.kind, barriers?.event, barriers?.tags.join())
 * // counter processor.barrier_reached processor_id
 * ```
 */
export function metrics(): MetricDefinition[] {
  return METRICS.map((metric) => ({ ...metric }))
}
