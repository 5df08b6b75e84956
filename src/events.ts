/**
 * What can be heard of a run: the one table of events. Domain folders emit them on an `EventBus`
 * (event-bus.ts), `telemetry/` and users listen; metrics, docs and tests are made from the table,
 * so that none of them can name what nobody emits.
 */

/** What a measurement counts. Durations and times in nanoseconds, times counted from 1970. */
export type MeasurementUnit = 'ns' | 'bytes' | 'messages' | 'count'

/** A number of an event. */
export interface MeasurementField<U extends MeasurementUnit = MeasurementUnit> {
  unit: U
  says: string
}

/** A circumstance of an event. */
export interface MetadataField<T extends 'number' | 'string' | 'boolean' = 'number'> {
  type: T
  says: string
}

const measured = <U extends MeasurementUnit>(unit: U, says: string): MeasurementField<U> => ({
  unit,
  says,
})
const numberOf = (says: string): MetadataField<'number'> => ({ type: 'number', says })
const textOf = (says: string): MetadataField<'string'> => ({ type: 'string', says })
const flagOf = (says: string): MetadataField<'boolean'> => ({ type: 'boolean', says })

/** When it happened; of what has a duration, its end. A double resolves 256 ns of it. */
const time = measured('ns', 'when it happened, from 1970; of what has a duration, its end')
const duration = measured('ns', 'how long it took')

const RUN = {
  run_id: numberOf('number of the run in this process, from 1'),
  computation_module: textOf('name of the computation'),
}
const SUPERSTEP = {
  ...RUN,
  superstep: numberOf('number in the run, from 0'),
  superstep_name: textOf('its name in the definition'),
}
const PROCESSOR = { ...SUPERSTEP, processor_id: numberOf('rank, from 0') }
const FAULT = {
  reason: textOf('code of the error, or its class; `value` for what is no error'),
  message: textOf('message of the error'),
}
const TASK = {
  workflow: textOf('name of the workflow'),
  workflow_run_id: numberOf('number of its run in this process, from 1'),
  task: textOf('name of the task'),
  attempt: numberOf('which attempt at the task this is, from 1'),
}

/**
 * Every event: when it is emitted, its measurements with their units, its metadata. Names are
 * prefixed with `tick_tick_clock.` where they leave the process.
 */
export const EVENTS = {
  'coordinator.initialized': {
    when: 'a run has its transport, before its processors have their states',
    measurements: { time },
    metadata: {
      ...RUN,
      processors: numberOf('p'),
      transport: textOf('inline, threads or transfer'),
    },
  },
  'coordinator.computation_started': {
    when: 'the computation of a run is loaded; the time is that of the call',
    measurements: { time },
    metadata: RUN,
  },
  'coordinator.superstep_started': {
    when: 'the first processor has begun a superstep',
    measurements: { time },
    metadata: SUPERSTEP,
  },
  'coordinator.superstep_completed': {
    when: 'the last processor has reached the barrier',
    measurements: {
      time,
      duration,
      work: measured('ns', 'computing of the slowest processor: w of the cost model'),
      h_relation: measured('bytes', 'most that a processor sent or received: h'),
      messages: measured('messages', 'sent by all processors'),
      bytes: measured('bytes', 'sent by all processors'),
    },
    metadata: {
      ...SUPERSTEP,
      round: numberOf('pass over the supersteps of the computation, from 0'),
      converged: flagOf('whether all processors voted to stop'),
    },
  },
  'coordinator.supersteps_dropped': {
    when: 'supersteps ended faster than the coordinator could look at them: they have no events',
    measurements: { time, count: measured('count', 'supersteps without events') },
    metadata: { ...RUN, processors: numberOf('p') },
  },
  'coordinator.checkpoint_saved': {
    when: 'the store has kept a checkpoint',
    measurements: { time, duration, bytes: measured('bytes', 'of the checkpoint') },
    metadata: { ...RUN, superstep: numberOf('supersteps finished in it') },
  },
  'coordinator.restarted': {
    when: 'a run goes back to a checkpoint, or to its input',
    measurements: { time },
    metadata: { ...RUN, ...FAULT, superstep: numberOf('supersteps finished there') },
  },
  'coordinator.computation_completed': {
    when: 'a run has its result',
    measurements: {
      time,
      duration,
      messages: measured('messages', 'sent in the whole run'),
      bytes: measured('bytes', 'sent in the whole run'),
    },
    metadata: {
      ...RUN,
      superstep_count: numberOf('supersteps of the run'),
      converged: flagOf('whether all processors voted to stop'),
    },
  },
  'coordinator.computation_failed': {
    when: 'a run ends without a result: by a fault, or because it was aborted',
    measurements: { time, duration },
    metadata: { ...RUN, ...FAULT, superstep_count: numberOf('supersteps finished') },
  },
  'processor.initialized': {
    when: 'a processor has its first state, or that of a checkpoint, and all others have theirs',
    measurements: { time },
    metadata: { ...RUN, processor_id: numberOf('rank, from 0') },
  },
  'processor.compute_started': {
    when: 'a processor begins to compute',
    measurements: { time, inbox_size: measured('messages', 'that it finds in its inbox') },
    metadata: PROCESSOR,
  },
  'processor.compute_completed': {
    when: 'a processor has computed',
    measurements: { time, duration },
    metadata: PROCESSOR,
  },
  'processor.communicate_started': {
    when: 'a processor begins to send',
    measurements: { time },
    metadata: PROCESSOR,
  },
  'processor.communicate_completed': {
    when: 'a processor has sent',
    measurements: {
      time,
      duration,
      message_count: measured('messages', 'that it sent'),
      bytes: measured('bytes', 'that it sent'),
    },
    metadata: PROCESSOR,
  },
  'processor.barrier_reached': {
    when: 'a processor waits at the barrier; told when the barrier opens',
    measurements: { time, wait: measured('ns', 'until the last processor came') },
    metadata: PROCESSOR,
  },
  'processor.compute_error': {
    when: 'compute, or another part than communicate, threw',
    measurements: { time },
    metadata: { ...PROCESSOR, ...FAULT, part: textOf('the function that threw') },
  },
  'processor.communicate_error': {
    when: 'communicate threw',
    measurements: { time },
    metadata: { ...PROCESSOR, ...FAULT, part: textOf('the function that threw') },
  },
  'kernel.completed': {
    when: 'a call of a kernel is over; on the bus of the thread on which it was called',
    measurements: {
      time,
      duration: measured('ns', 'all of the following'),
      upload: measured('ns', 'copying inputs to the device'),
      prepare: measured('ns', 'building the layout of a graph'),
      compute: measured('ns', 'the kernel itself'),
      read: measured('ns', 'copying outputs back'),
    },
    metadata: {
      kernel: textOf('name of its folder: sort, pagerank, …'),
      device_kind: textOf('reference, wasm or webgpu'),
      device_name: textOf('as in the result'),
    },
  },
  'device.pass_completed': {
    when: 'a GPU has done what was submitted at once; on the bus of the thread that opened it',
    measurements: { time, duration },
    metadata: {
      device_kind: textOf('webgpu'),
      pass: textOf('what was submitted'),
      clock: textOf(
        '`gpu`: timestamps of the GPU; `host`: from submission to the notice of its end',
      ),
    },
  },
  'workflow.task_started': {
    when: 'an attempt at a task begins: all it depends on are done',
    measurements: { time },
    metadata: TASK,
  },
  'workflow.task_completed': {
    when: 'a task has its output',
    measurements: { time, duration },
    metadata: TASK,
  },
  'workflow.task_error': {
    when: 'an attempt at a task threw',
    measurements: { time, duration },
    metadata: { ...TASK, ...FAULT },
  },
  'telemetry.handler_failed': {
    when: 'a handler threw, and was detached',
    measurements: { time },
    metadata: {
      ...FAULT,
      handler_id: textOf('id of the handler'),
      event: textOf('name of the event'),
    },
  },
} as const satisfies Record<string, EventDescription>

/** A row of the table. */
export interface EventDescription {
  /** When it is emitted. */
  when: string
  measurements: Readonly<Record<string, MeasurementField>>
  metadata: Readonly<Record<string, MetadataField<'number' | 'string' | 'boolean'>>>
}

/** Name of an event. */
export type EventName = keyof typeof EVENTS

/** The numbers of an event. */
export type MeasurementsOf<E extends EventName> = {
  readonly [K in keyof (typeof EVENTS)[E]['measurements']]: number
}
/** The circumstances of an event. */
export type MetadataOf<E extends EventName> = {
  readonly [K in keyof (typeof EVENTS)[E]['metadata']]: (typeof EVENTS)[E]['metadata'][K] extends {
    type: infer T extends 'number' | 'string' | 'boolean'
  }
    ? { number: number; string: string; boolean: boolean }[T]
    : never
}
