/**
 * Runs as a timeline that Perfetto and Chrome's viewer open: a process is a run, its lanes are the
 * coordinator and the processors. Made of events only; the format is timeline.ts's business.
 */

import { checkInteger, checkOptions } from '../check.js'
import { type EventBus, telemetry } from '../event-bus.js'
import type { EventName, MeasurementsOf, MetadataOf } from '../events.js'
import { entryForm, type Span } from './entries.js'
import { type ChromeTrace, Timeline } from './timeline.js'

/** Options of `recordTrace`. */
export interface RecordTraceOptions {
  /** The bus that is heard. Default: `telemetry`. */
  bus?: EventBus
  /**
   * Most entries that are kept, some 80 bytes each; what comes after is counted as dropped, in
   * `otherData` of the trace. A superstep has three, and three for each processor. Default 250,000.
   */
  maxEntries?: number
}

/** A trace that is being recorded. */
export interface TraceRecorder {
  /** Records nothing more; what there is can still be read. */
  stop(): void
  /** The trace so far: what `JSON.stringify` asks for. */
  toJSON(): ChromeTrace
}

/** The lane of a run's coordinator; a processor's is its rank and one. */
const COORDINATOR = 0
/** Processes of what belongs to no run. */
const WORKFLOWS = 2 ** 20
const KERNELS = WORKFLOWS + 1
/** Lanes of a GPU are behind those of kernels. */
const GPU_LANES = 1000

const processor = (rank: number) => rank + 1

const FAULT = { reason: 'text', message: 'text' } as const
const OUTCOME = { superstep_count: 'number', converged: 'flag' } as const
const TRAFFIC = { messages: 'number', bytes: 'number' } as const
const STEP = { superstep: 'number', superstep_name: 'text', duration_ms: 'number' } as const
const TASK = { workflow: 'text', workflow_run_id: 'number', attempt: 'number' } as const

/** Every form of entry. Their `duration_ms` is what was measured, whatever is drawn. */
const FORMS = {
  opened: entryForm({ ph: 'i', s: 't', args: { transport: 'text', processors: 'number' } }),
  superstep: entryForm({
    ...{ ph: 'X', cat: 'superstep' },
    args: {
      ...{ superstep: 'number', round: 'number', converged: 'flag', ...TRAFFIC },
      ...{ h_relation: 'number', work_ms: 'number', duration_ms: 'number' },
    },
  }),
  messages: entryForm({ ph: 'C', args: { messages: 'number' } }),
  bytes: entryForm({ ph: 'C', args: { bytes: 'number' } }),
  unseen: entryForm({ ph: 'i', s: 't', args: { count: 'number' } }),
  checkpoint: entryForm({
    ...{ ph: 'i', s: 'p' },
    args: { superstep: 'number', bytes: 'number', duration_ms: 'number' },
  }),
  restart: entryForm({ ph: 'i', s: 'p', args: { superstep: 'number', ...FAULT } }),
  completed: entryForm({ ph: 'X', cat: 'run', args: { ...OUTCOME, ...TRAFFIC } }),
  failed: entryForm({ ph: 'X', cat: 'run', args: { superstep_count: 'number', ...FAULT } }),
  failure: entryForm({ ph: 'i', s: 'p', args: FAULT }),
  ready: entryForm({ ph: 'i', s: 't', args: { rank: 'number' } }),
  part: entryForm({ ph: 'X', cat: 'processor', args: STEP }),
  communicate: entryForm({ ph: 'X', cat: 'processor', args: { ...STEP, ...TRAFFIC } }),
  partFailed: entryForm({ ph: 'i', s: 't', args: { superstep: 'number', ...FAULT } }),
  kernel: entryForm({
    ...{ ph: 'X', cat: 'kernel' },
    args: { device_kind: 'text', device_name: 'text', duration_ms: 'number' },
  }),
  kernelPart: entryForm({ ph: 'X', cat: 'kernel', args: { duration_ms: 'number' } }),
  pass: entryForm({ ph: 'X', cat: 'pass', args: { clock: 'text', duration_ms: 'number' } }),
  task: entryForm({ ph: 'X', cat: 'task', args: TASK }),
  taskFailed: entryForm({ ph: 'X', cat: 'task', args: { ...TASK, ...FAULT } }),
}

type Recorded = {
  readonly [E in EventName]?: (
    timeline: Timeline,
    measurements: MeasurementsOf<E>,
    metadata: MetadataOf<E>,
  ) => void
}

const RECORDED: Recorded = {
  'coordinator.initialized'(timeline, { time }, run) {
    const pid = run.run_id
    const { transport, processors } = run
    const name = `run ${pid}: ${run.computation_module} (${transport}, p = ${processors})`
    timeline.process(pid, name)
    timeline.lane(pid, COORDINATOR, 'coordinator')
    for (let rank = 0; rank < processors; rank++) {
      timeline.lane(pid, processor(rank), `processor ${rank}`)
    }
    const place = { pid, tid: COORDINATOR, name: 'transport open' }
    timeline.mark(FORMS.opened, place, time, { transport, processors })
  },
  'coordinator.superstep_completed'(timeline, measurements, metadata) {
    const { run_id: pid, superstep_name: name, superstep, round, converged } = metadata
    const { time, duration, work, h_relation, messages, bytes } = measurements
    const [duration_ms, work_ms] = [duration / 1e6, work / 1e6]
    const args = { superstep, round, converged, messages, bytes, h_relation, work_ms, duration_ms }
    timeline.slice(FORMS.superstep, { pid, tid: COORDINATOR, name }, spanOf(time, duration), args)
    tellTraffic(timeline, pid, time - duration, { messages, bytes })
  },
  'coordinator.supersteps_dropped'(timeline, { time, count }, { run_id: pid }) {
    timeline.droppedSupersteps += count
    const place = { pid, tid: COORDINATOR, name: 'supersteps not seen' }
    timeline.mark(FORMS.unseen, place, time, { count })
  },
  'coordinator.checkpoint_saved'(timeline, { time, duration, bytes }, { run_id: pid, superstep }) {
    const args = { superstep, bytes, duration_ms: duration / 1e6 }
    timeline.mark(FORMS.checkpoint, { pid, tid: COORDINATOR, name: 'checkpoint' }, time, args)
  },
  'coordinator.restarted'(timeline, { time }, { run_id: pid, reason, message, superstep }) {
    const args = { superstep, reason, message }
    timeline.mark(FORMS.restart, { pid, tid: COORDINATOR, name: 'restart' }, time, args)
  },
  'coordinator.computation_completed'(timeline, { time, duration, messages, bytes }, metadata) {
    const { superstep_count, converged } = metadata
    const args = { superstep_count, converged, messages, bytes }
    const place = endRun(timeline, time, metadata)
    timeline.frame(FORMS.completed, place, spanOf(time, duration), args)
  },
  'coordinator.computation_failed'(timeline, { time, duration }, metadata) {
    const { run_id: pid, superstep_count, reason, message } = metadata
    const fault = { reason, message }
    timeline.mark(FORMS.failure, { pid, tid: COORDINATOR, name: 'failed' }, time, fault)
    const place = endRun(timeline, time, metadata)
    timeline.frame(FORMS.failed, place, spanOf(time, duration), { superstep_count, ...fault })
  },
  'processor.initialized'(timeline, { time }, { run_id: pid, processor_id: rank }) {
    const place = { pid, tid: processor(rank), name: 'state ready' }
    timeline.mark(FORMS.ready, place, time, { rank })
  },
  'processor.compute_completed'(timeline, { time, duration }, metadata) {
    const { run_id: pid, processor_id, superstep, superstep_name } = metadata
    const args = { superstep, superstep_name, duration_ms: duration / 1e6 }
    const place = { pid, tid: processor(processor_id), name: 'compute' }
    timeline.slice(FORMS.part, place, spanOf(time, duration), args)
  },
  'processor.communicate_completed'(timeline, measurements, metadata) {
    const { time, duration, message_count: messages, bytes } = measurements
    const { run_id: pid, processor_id, superstep, superstep_name } = metadata
    const args = { superstep, superstep_name, duration_ms: duration / 1e6, messages, bytes }
    const place = { pid, tid: processor(processor_id), name: 'communicate' }
    timeline.slice(FORMS.communicate, place, spanOf(time, duration), args)
  },
  'processor.barrier_reached'(timeline, { time, wait }, metadata) {
    const { run_id: pid, processor_id, superstep, superstep_name } = metadata
    const args = { superstep, superstep_name, duration_ms: wait / 1e6 }
    const place = { pid, tid: processor(processor_id), name: 'barrier' }
    timeline.slice(FORMS.part, place, { startNs: time, endNs: time + wait }, args)
  },
  'processor.compute_error': faultOf,
  'processor.communicate_error': faultOf,
  'kernel.completed': kernelOf,
  'device.pass_completed': passOf,
  'workflow.task_completed'(timeline, { time, duration }, metadata) {
    const { workflow, workflow_run_id, attempt } = metadata
    const span = spanOf(time, duration)
    const args = { workflow, workflow_run_id, attempt }
    timeline.slice(FORMS.task, taskPlace(timeline, metadata.task, span), span, args)
  },
  'workflow.task_error'(timeline, { time, duration }, { task, ...args }) {
    const span = spanOf(time, duration)
    timeline.slice(FORMS.taskFailed, taskPlace(timeline, task, span), span, args)
  },
}

function spanOf(endNs: number, durationNs: number): Span {
  return { startNs: endNs - durationNs, endNs }
}

function tellTraffic(
  timeline: Timeline,
  pid: number,
  atNs: number,
  { messages, bytes }: { messages: number; bytes: number },
): void {
  timeline.mark(FORMS.messages, { pid, tid: 0, name: 'messages' }, atNs, { messages })
  timeline.mark(FORMS.bytes, { pid, tid: 0, name: 'bytes' }, atNs, { bytes })
}

/** A call of a kernel, and in it the parts that took time. */
function kernelOf(
  timeline: Timeline,
  numbers: MeasurementsOf<'kernel.completed'>,
  { kernel, device_kind, device_name }: MetadataOf<'kernel.completed'>,
): void {
  const whole = spanOf(numbers.time, numbers.duration)
  const tid = timeline.freeLane(KERNELS, 1, whole.startNs)
  timeline.process(KERNELS, 'kernels')
  timeline.lane(KERNELS, tid, `calls ${tid}`)
  let startNs = whole.startNs
  for (const name of ['upload', 'prepare', 'compute', 'read'] as const) {
    const endNs = startNs + numbers[name]
    const args = { duration_ms: numbers[name] / 1e6 }
    const place = { pid: KERNELS, tid, name }
    if (endNs > startNs) timeline.slice(FORMS.kernelPart, place, { startNs, endNs }, args)
    startNs = endNs
  }
  const args = { device_kind, device_name, duration_ms: numbers.duration / 1e6 }
  timeline.frame(FORMS.kernel, { pid: KERNELS, tid, name: kernel }, whole, args)
}

function passOf(
  timeline: Timeline,
  { time, duration }: MeasurementsOf<'device.pass_completed'>,
  { pass, clock }: MetadataOf<'device.pass_completed'>,
): void {
  const span = spanOf(time, duration)
  const tid = timeline.freeLane(KERNELS, GPU_LANES, span.startNs)
  timeline.process(KERNELS, 'kernels')
  const lane = tid - GPU_LANES + 1
  timeline.lane(KERNELS, tid, lane === 1 ? 'GPU' : `GPU ${lane}`)
  const args = { clock, duration_ms: duration / 1e6 }
  timeline.slice(FORMS.pass, { pid: KERNELS, tid, name: pass }, span, args)
}

/** Where the run's own slice is; the last values of counters don't go on. */
function endRun(
  timeline: Timeline,
  atNs: number,
  { run_id: pid, computation_module: name }: MetadataOf<'coordinator.computation_started'>,
) {
  // Runs that had no transport have no name yet.
  timeline.process(pid, `run ${pid}: ${name}`)
  timeline.lane(pid, COORDINATOR, 'coordinator')
  tellTraffic(timeline, pid, atNs, { messages: 0, bytes: 0 })
  return { pid, tid: COORDINATOR, name }
}

function faultOf(
  timeline: Timeline,
  { time }: { time: number },
  metadata: MetadataOf<'processor.compute_error'>,
): void {
  const { run_id: pid, processor_id: rank, part, superstep, reason, message } = metadata
  const place = { pid, tid: processor(rank), name: `${part} failed` }
  timeline.mark(FORMS.partFailed, place, time, { superstep, reason, message })
}

/** Tasks that go on side by side have lanes side by side. */
function taskPlace(timeline: Timeline, name: string, { startNs }: Span) {
  const pid = WORKFLOWS
  const tid = timeline.freeLane(pid, 1, startNs)
  timeline.process(pid, 'workflows')
  timeline.lane(pid, tid, `tasks ${tid}`)
  return { pid, tid, name }
}

let recorders = 0

/**
 * Records runs from now on as a trace for https://ui.perfetto.dev or chrome://tracing: compute,
 * communicate and barrier of every processor, supersteps, messages and bytes, restarts and
 * checkpoints.
 *
 * @throws TypeError, RangeError for options
 * @example
 * ```ts
 * import { defineComputation, run } from 'ticktickclock/bsp'
 *
 * const trace = recordTrace()
 * const idle = defineComputation({
 *   name: 'idle',
 *   initialize: () => 0,
 *   supersteps: [{ name: 'rest', compute() {} }],
 * })
 * await run(idle, { processors: 2 })
 * trace.stop()
 * const { traceEvents } = trace.toJSON() // for a file: JSON.stringify(trace)
 * const names = traceEvents.filter(({ ph }) => ph === 'X').map(({ name }) => name)
 * console.log([...new Set(names)].sort().join()) // barrier,communicate,compute,idle,rest
 * ```
 */
export function recordTrace(options: RecordTraceOptions = {}): TraceRecorder {
  checkOptions('options', options, ['bus', 'maxEntries'])
  const { bus = telemetry, maxEntries = 250_000 } = options
  const timeline = new Timeline(checkInteger('maxEntries', maxEntries, 1, 10_000_000))
  const id = `ticktickclock.trace.${++recorders}`
  const events = Object.keys(RECORDED) as EventName[]
  const stop = bus.attachMany(id, events, (event, measurements, metadata) => {
    const record = RECORDED[event] as Recorded['coordinator.initialized']
    record?.(timeline, measurements, metadata as never)
  })
  return { stop, toJSON: () => timeline.toJSON() }
}
