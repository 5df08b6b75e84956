/**
 * Runs as a timeline that Perfetto and Chrome's viewer open: a process is a run, its lanes are the
 * coordinator and the processors. Made of events only; the format is timeline.ts's business.
 */

import { checkInteger, checkOptions } from '../check.js'
import { type EventBus, telemetry } from '../event-bus.js'
import type { EventName, MeasurementsOf, MetadataOf } from '../events.js'
import { type ChromeTrace, Timeline } from './timeline.js'

/** Options of `recordTrace`. */
export interface RecordTraceOptions {
  /** The bus that is heard. Default: `telemetry`. */
  bus?: EventBus
  /**
   * Most entries that are kept, some 200 bytes each; what comes after is counted as dropped, in
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

/** What was measured, beside what is drawn. */
const measured = (durationNs: number) => ({ duration_ms: durationNs / 1e6 })

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
    const args = { transport, processors }
    timeline.instant({ pid, tid: COORDINATOR, name: 'transport open', s: 't' }, time, args)
  },
  'coordinator.superstep_completed'(timeline, measurements, metadata) {
    const { run_id: pid, superstep_name: name, superstep, round, converged } = metadata
    const { time, duration, work, h_relation, messages, bytes } = measurements
    const span = { startNs: time - duration, endNs: time }
    const [duration_ms, work_ms] = [duration / 1e6, work / 1e6]
    const args = { superstep, round, converged, messages, bytes, h_relation, work_ms, duration_ms }
    timeline.slice({ pid, tid: COORDINATOR, name, cat: 'superstep' }, span, args)
    timeline.counter(pid, 'messages', span.startNs, messages)
    timeline.counter(pid, 'bytes', span.startNs, bytes)
  },
  'coordinator.supersteps_dropped'(timeline, { time, count }, { run_id: pid }) {
    timeline.droppedSupersteps += count
    const place = { pid, tid: COORDINATOR, name: 'supersteps not seen', s: 't' } as const
    timeline.instant(place, time, { count })
  },
  'coordinator.checkpoint_saved'(timeline, { time, duration, bytes }, { run_id: pid, superstep }) {
    const args = { superstep, bytes, ...measured(duration) }
    timeline.instant({ pid, tid: COORDINATOR, name: 'checkpoint', s: 'p' }, time, args)
  },
  'coordinator.restarted'(timeline, { time }, { run_id: pid, reason, message, superstep }) {
    const args = { superstep, reason, message }
    timeline.instant({ pid, tid: COORDINATOR, name: 'restart', s: 'p' }, time, args)
  },
  'coordinator.computation_completed'(timeline, { time, duration, messages, bytes }, metadata) {
    const { superstep_count, converged } = metadata
    endRun(timeline, { time, duration }, metadata, { superstep_count, converged, messages, bytes })
  },
  'coordinator.computation_failed'(timeline, { time, duration }, metadata) {
    const { superstep_count, reason, message } = metadata
    const place = { pid: metadata.run_id, tid: COORDINATOR, name: 'failed', s: 'p' } as const
    timeline.instant(place, time, { reason, message })
    endRun(timeline, { time, duration }, metadata, { superstep_count, reason, message })
  },
  'processor.initialized'(timeline, { time }, { run_id: pid, processor_id: rank }) {
    timeline.instant({ pid, tid: processor(rank), name: 'state ready', s: 't' }, time, { rank })
  },
  'processor.compute_completed'(timeline, { time, duration }, metadata) {
    const { superstep, superstep_name } = metadata
    const args = { superstep, superstep_name, duration_ms: duration / 1e6 }
    sliceOf(timeline, 'compute', { startNs: time - duration, endNs: time }, metadata, args)
  },
  'processor.communicate_completed'(timeline, measurements, metadata) {
    const { time, duration, message_count: messages, bytes } = measurements
    const { superstep, superstep_name } = metadata
    const args = { superstep, superstep_name, messages, bytes, duration_ms: duration / 1e6 }
    sliceOf(timeline, 'communicate', { startNs: time - duration, endNs: time }, metadata, args)
  },
  'processor.barrier_reached'(timeline, { time, wait }, metadata) {
    const { superstep, superstep_name } = metadata
    const args = { superstep, superstep_name, duration_ms: wait / 1e6 }
    sliceOf(timeline, 'barrier', { startNs: time, endNs: time + wait }, metadata, args)
  },
  'processor.compute_error': faultOf,
  'processor.communicate_error': faultOf,
  'kernel.completed': kernelOf,
  'device.pass_completed': passOf,
  'workflow.task_completed'(timeline, { time, duration }, { workflow, task }) {
    taskOf(timeline, task, { startNs: time - duration, endNs: time }, { workflow })
  },
  'workflow.task_error'(timeline, { time, duration }, { workflow, task, reason, message }) {
    const span = { startNs: time - duration, endNs: time }
    taskOf(timeline, task, span, { workflow, reason, message })
  },
}

/** A call of a kernel, and in it the parts that took time. */
function kernelOf(
  timeline: Timeline,
  numbers: MeasurementsOf<'kernel.completed'>,
  { kernel, device_kind, device_name }: MetadataOf<'kernel.completed'>,
): void {
  const startNs = numbers.time - numbers.duration
  const tid = timeline.freeLane(KERNELS, 1, startNs)
  timeline.process(KERNELS, 'kernels')
  timeline.lane(KERNELS, tid, `calls ${tid}`)
  const place = { pid: KERNELS, tid, cat: 'kernel' }
  const args = { device_kind, device_name, ...measured(numbers.duration) }
  let at = startNs
  for (const part of ['upload', 'prepare', 'compute', 'read'] as const) {
    const span = { startNs: at, endNs: at + numbers[part] }
    if (numbers[part] > 0) timeline.slice({ ...place, name: part }, span, measured(numbers[part]))
    at = span.endNs
  }
  timeline.frame({ ...place, name: kernel }, { startNs, endNs: numbers.time }, args)
}

function passOf(
  timeline: Timeline,
  { time, duration }: MeasurementsOf<'device.pass_completed'>,
  { pass, clock }: MetadataOf<'device.pass_completed'>,
): void {
  const startNs = time - duration
  const tid = timeline.freeLane(KERNELS, GPU_LANES, startNs)
  timeline.process(KERNELS, 'kernels')
  const lane = tid - GPU_LANES + 1
  timeline.lane(KERNELS, tid, lane === 1 ? 'GPU' : `GPU ${lane}`)
  const place = { pid: KERNELS, tid, name: pass, cat: 'pass' }
  timeline.slice(place, { startNs, endNs: time }, { clock, ...measured(duration) })
}

type Span = Parameters<Timeline['slice']>[1]
type Args = Parameters<Timeline['slice']>[2]

function endRun(
  timeline: Timeline,
  { time, duration }: { time: number; duration: number },
  { run_id: pid, computation_module: name }: MetadataOf<'coordinator.computation_started'>,
  args: Args,
): void {
  // Runs that had no transport have no name yet.
  timeline.process(pid, `run ${pid}: ${name}`)
  timeline.lane(pid, COORDINATOR, 'coordinator')
  for (const counter of ['messages', 'bytes']) timeline.counter(pid, counter, time, 0)
  const span = { startNs: time - duration, endNs: time }
  timeline.frame({ pid, tid: COORDINATOR, name, cat: 'run' }, span, args)
}

function sliceOf(
  timeline: Timeline,
  name: string,
  span: Span,
  { run_id: pid, processor_id }: MetadataOf<'processor.compute_completed'>,
  args: Args,
): void {
  timeline.slice({ pid, tid: processor(processor_id), name, cat: 'processor' }, span, args)
}

function faultOf(
  timeline: Timeline,
  { time }: { time: number },
  metadata: MetadataOf<'processor.compute_error'>,
): void {
  const { run_id: pid, processor_id: rank, part, superstep, reason, message } = metadata
  const place = { pid, tid: processor(rank), name: `${part} failed`, s: 't' } as const
  timeline.instant(place, time, { superstep, reason, message })
}

/** Tasks that go on side by side have lanes side by side. */
function taskOf(timeline: Timeline, name: string, span: Span, args: Args): void {
  const pid = WORKFLOWS
  const tid = timeline.freeLane(pid, 1, span.startNs)
  timeline.process(pid, 'workflows')
  timeline.lane(pid, tid, `tasks ${tid}`)
  timeline.slice({ pid, tid, name, cat: 'task' }, span, args)
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
