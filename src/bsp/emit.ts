/**
 * A run's events: what the handle (handle.ts) tells of it, and its supersteps, put together from the
 * figures that members share with the coordinator. Nothing is put together that nobody hears of,
 * and members do nothing for it: how often the handle looks, and how much is kept between two
 * looks, is all that changes when somebody listens.
 */

import { MessageLimitError, ProcessorError } from '../errors.js'
import { type EventBus, faultOf } from '../event-bus.js'
import type { EventName, MetadataOf } from '../events.js'
import { epochMs } from '../time/system.js'
import { FIGURES, KEPT_SUPERSTEPS, type Transport } from '../transport/transport.js'
import { FIGURE } from './figures.js'
import { type ProcessorReport, readReport, type SuperstepReport } from './report.js'
import type { Computation } from './types.js'

const SUPERSTEP_EVENTS = [
  'coordinator.superstep_started',
  'coordinator.superstep_completed',
  'coordinator.supersteps_dropped',
  'processor.compute_started',
  'processor.compute_completed',
  'processor.communicate_started',
  'processor.communicate_completed',
  'processor.barrier_reached',
] as const satisfies EventName[]

/** Between two looks, milliseconds apart, no superstep is to be lost, however short. */
const KEPT_WHEN_HEARD = 8192
/** Figures of all processors that are kept take no more than this. */
const KEPT_BYTES = 32 * 2 ** 20

const NS_PER_MS = 1e6

/** Runs of this process so far. */
let runs = 0

/** An attempt, as far as its events go. */
interface Attempt {
  transport: Transport
  firstSuperstep: number
  /** The next superstep to tell of. */
  next: number
  isAnnounced: boolean
}

/** What a run ends with. */
interface Outcome {
  supersteps: number
  converged: boolean
  messages: number
  bytes: number
}

export class RunEvents {
  readonly #bus: EventBus
  readonly #startMs: number
  #run: MetadataOf<'coordinator.computation_started'>
  #processors = 0
  #names: readonly string[] = []
  /** Supersteps that vote, by name. */
  #voting: ReadonlySet<string> = new Set()
  #hasBegun = false
  #isInitialized = false
  #attempt: Attempt | undefined
  /** A handler may look at the run: not from within a look. */
  #isLooking = false

  /** @param name what there is of the computation's before it is loaded */
  constructor(bus: EventBus, name: string, startMs: number) {
    this.#bus = bus
    this.#startMs = startMs
    this.#run = { run_id: ++runs, computation_module: name }
  }

  /** Whether supersteps have listeners: then the run is to be looked at more often. */
  get isHeard(): boolean {
    return this.#bus.hears(...SUPERSTEP_EVENTS)
  }

  /** Supersteps whose figures the transport is to keep. */
  get keptSupersteps(): number {
    if (!this.isHeard) return KEPT_SUPERSTEPS
    const affordable = Math.floor(KEPT_BYTES / (this.#processors * FIGURES * 8))
    return Math.max(KEPT_SUPERSTEPS, Math.min(KEPT_WHEN_HEARD, affordable))
  }

  /** The computation is loaded. */
  begin({ name, supersteps }: Computation, processors: number): void {
    this.#run = { ...this.#run, computation_module: name }
    this.#processors = processors
    this.#names = supersteps.map((superstep) => superstep.name)
    const voting = supersteps.filter(({ converged }) => converged !== undefined)
    this.#voting = new Set(voting.map((superstep) => superstep.name))
    this.#begin()
  }

  #begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const time = this.#startMs * NS_PER_MS
    if (!this.#bus.hears('coordinator.computation_started')) return
    this.#bus.emit('coordinator.computation_started', { time }, this.#run)
  }

  /** Members begin on a transport. */
  start(transport: Transport, firstSuperstep: number): void {
    this.#attempt = { transport, firstSuperstep, next: firstSuperstep, isAnnounced: false }
    if (this.#isInitialized) return
    this.#isInitialized = true
    if (!this.#bus.hears('coordinator.initialized')) return
    const metadata = { ...this.#run, processors: this.#processors, transport: transport.kind }
    this.#bus.emit('coordinator.initialized', { time: nowNs() }, metadata)
  }

  /** Tells of the supersteps that have ended since the last look. */
  look(): void {
    const attempt = this.#attempt
    if (attempt === undefined || this.#isLooking) return
    const end = attempt.transport.state()?.superstep ?? attempt.next
    this.#isLooking = true
    if (end > attempt.firstSuperstep) this.#announce(attempt)
    if (this.isHeard) this.#tell(attempt, end)
    attempt.next = Math.max(attempt.next, end)
    this.#isLooking = false
  }

  /** The attempt ended with a fault. */
  fault(error: unknown): void {
    const attempt = this.#attempt
    if (attempt === undefined) return
    this.look()
    if (hadStates(error, attempt.transport)) this.#announce(attempt)
    this.#attempt = undefined
    if (!(error instanceof ProcessorError)) return
    const event =
      error.part === 'communicate' ? 'processor.communicate_error' : 'processor.compute_error'
    if (!this.#bus.hears(event)) return
    const place = { superstep: error.step, superstep_name: error.superstep ?? '' }
    const fault = { ...faultOf(error.cause ?? error), part: error.part }
    const metadata = { ...this.#run, ...place, processor_id: error.rank, ...fault }
    this.#bus.emit(event, { time: nowNs() }, metadata)
  }

  /** @param superstep supersteps finished where it goes on */
  restarted(error: unknown, superstep: number): void {
    if (!this.#bus.hears('coordinator.restarted')) return
    const metadata = { ...this.#run, ...faultOf(error), superstep }
    this.#bus.emit('coordinator.restarted', { time: nowNs() }, metadata)
  }

  /** The store has kept a checkpoint, since `startMs`. */
  saved(superstep: number, bytes: number, startMs: number): void {
    if (!this.#bus.hears('coordinator.checkpoint_saved')) return
    const metadata = { ...this.#run, superstep }
    this.#bus.emit('coordinator.checkpoint_saved', { ...since(startMs), bytes }, metadata)
  }

  completed({ supersteps, converged, messages, bytes }: Outcome): void {
    this.look()
    if (this.#attempt !== undefined) this.#announce(this.#attempt)
    this.#attempt = undefined
    if (!this.#bus.hears('coordinator.computation_completed')) return
    const metadata = { ...this.#run, superstep_count: supersteps, converged }
    const measurements = { ...since(this.#startMs), messages, bytes }
    this.#bus.emit('coordinator.computation_completed', measurements, metadata)
  }

  failed(error: unknown, supersteps: number): void {
    this.#begin()
    this.fault(error)
    if (!this.#bus.hears('coordinator.computation_failed')) return
    const metadata = { ...this.#run, ...faultOf(error), superstep_count: supersteps }
    this.#bus.emit('coordinator.computation_failed', since(this.#startMs), metadata)
  }

  /** All processors have their states. */
  #announce(attempt: Attempt): void {
    if (attempt.isAnnounced) return
    attempt.isAnnounced = true
    if (!this.#bus.hears('processor.initialized')) return
    for (let rank = 0; rank < this.#processors; rank++) {
      const figures = attempt.transport.figures(attempt.firstSuperstep, rank)
      const time = (figures?.[FIGURE.readyMs] ?? epochMs()) * NS_PER_MS
      this.#bus.emit('processor.initialized', { time }, { ...this.#run, processor_id: rank })
    }
  }

  #tell(attempt: Attempt, end: number): void {
    let dropped = 0
    while (attempt.next < end) {
      const report = readReport(attempt.transport, attempt.next, this.#processors, this.#names)
      attempt.next++
      if (report === undefined) dropped++
      else {
        this.#tellDropped(dropped)
        dropped = 0
        this.#tellSuperstep(report)
      }
    }
    this.#tellDropped(dropped)
  }

  #tellDropped(count: number): void {
    if (count === 0) return
    const metadata = { ...this.#run, processors: this.#processors }
    this.#bus.emit('coordinator.supersteps_dropped', { time: nowNs(), count }, metadata)
  }

  #tellSuperstep(report: SuperstepReport): void {
    const bus = this.#bus
    const { superstep, name, round, messages, bytes } = report
    const metadata = { ...this.#run, superstep, superstep_name: name }
    const start = report.startMs * NS_PER_MS
    if (bus.hears('coordinator.superstep_started')) {
      bus.emit('coordinator.superstep_started', { time: start }, metadata)
    }
    const end = (report.startMs + report.elapsedMs) * NS_PER_MS
    for (const processor of report.processors) this.#tellProcessor(processor, end, metadata)
    if (!bus.hears('coordinator.superstep_completed')) return
    const converged = this.#voting.has(name) && report.votes === this.#processors
    const measurements = {
      ...{ time: end, duration: report.elapsedMs * NS_PER_MS, messages, bytes },
      ...{ work: report.computeMs * NS_PER_MS, h_relation: report.hBytes },
    }
    bus.emit('coordinator.superstep_completed', measurements, { ...metadata, round, converged })
  }

  #tellProcessor(
    report: ProcessorReport,
    end: number,
    superstep: MetadataOf<'coordinator.superstep_started'>,
  ): void {
    const bus = this.#bus
    const metadata = { ...superstep, processor_id: report.rank }
    const start = report.startMs * NS_PER_MS
    const computed = (report.startMs + report.computeMs) * NS_PER_MS
    const wait = report.waitMs * NS_PER_MS
    const arrived = end - wait
    const communicating = report.communicateMs * NS_PER_MS
    if (bus.hears('processor.compute_started')) {
      const inbox = { time: start, inbox_size: report.receivedMessages }
      bus.emit('processor.compute_started', inbox, metadata)
    }
    if (bus.hears('processor.compute_completed')) {
      const measurements = { time: computed, duration: report.computeMs * NS_PER_MS }
      bus.emit('processor.compute_completed', measurements, metadata)
    }
    if (bus.hears('processor.communicate_started')) {
      // Rounding must not have it begin before.
      const time = Math.max(computed, arrived - communicating)
      bus.emit('processor.communicate_started', { time }, metadata)
    }
    if (bus.hears('processor.communicate_completed')) {
      const sent = { message_count: report.sentMessages, bytes: report.sentBytes }
      const measurements = { time: arrived, duration: communicating, ...sent }
      bus.emit('processor.communicate_completed', measurements, metadata)
    }
    if (bus.hears('processor.barrier_reached')) {
      bus.emit('processor.barrier_reached', { time: arrived, wait }, metadata)
    }
  }
}

/** Whether a fault came when all processors had their states. */
function hadStates(error: unknown, transport: Transport): boolean {
  if (error instanceof ProcessorError || error instanceof MessageLimitError) {
    return error.superstep !== undefined
  }
  const { phases = [] } = transport.state() ?? {}
  return phases.some((phase) => phase === 'computing' || phase === 'communicating')
}

function nowNs(): number {
  return epochMs() * NS_PER_MS
}

function since(startMs: number): { time: number; duration: number } {
  const nowMs = epochMs()
  return { time: nowMs * NS_PER_MS, duration: (nowMs - startMs) * NS_PER_MS }
}
