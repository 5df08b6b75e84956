/**
 * A run's events: what the handle (handle.ts) tells of it, and its supersteps, put together from
 * the figures that members share with the coordinator. Nothing is put together that nobody hears
 * of, and members do nothing for it: how often the handle looks, and how much is kept between two
 * looks, is all that changes when somebody listens.
 */

import { MessageLimitError, ProcessorError } from '../errors.js'
import { type EventBus, faultOf } from '../event-bus.js'
import type { EventName, MetadataOf } from '../events.js'
import { epochMs } from '../time/system.js'
import { FIGURES, KEPT_SUPERSTEPS, type Transport } from '../transport/transport.js'
import { LOOK_AGAIN_MS } from './attempt.js'
import { FIGURE } from './figures.js'
import type { Computation } from './types.js'

const PROCESSOR_EVENTS = [
  'processor.compute_started',
  'processor.compute_completed',
  'processor.communicate_started',
  'processor.communicate_completed',
  'processor.barrier_reached',
] as const satisfies EventName[]
const SUPERSTEP_EVENTS = [
  'coordinator.superstep_started',
  'coordinator.superstep_completed',
  'coordinator.supersteps_dropped',
  ...PROCESSOR_EVENTS,
] as const satisfies EventName[]

/** Between two looks, milliseconds apart, no superstep is to be lost, however short. */
const KEPT_WHEN_HEARD = 8192
/**
 * Longest and shortest time to the next look while somebody listens. Each takes a core from a
 * member for some 80 µs, and all wait for that one: no more of them than without listeners, unless
 * supersteps would be lost.
 */
const SELDOM_MS = LOOK_AGAIN_MS
const OFTEN_MS = 4
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
  /** Supersteps that are kept. */
  kept: number
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
  /** Of the superstep that is told, by rank. */
  #figures: readonly Float64Array[] = []
  #names: readonly string[] = []
  /** Supersteps that vote, by name. */
  #voting: ReadonlySet<string> = new Set()
  #hasBegun = false
  #isInitialized = false
  #attempt: Attempt | undefined
  /** A handler may look at the run: not from within a look. */
  #isLooking = false
  #lookMs = OFTEN_MS

  /** @param name what there is of the computation's before it is loaded */
  constructor(bus: EventBus, name: string, startMs: number) {
    this.#bus = bus
    this.#startMs = startMs
    this.#run = Object.freeze({ run_id: ++runs, computation_module: name })
  }

  /** Whether supersteps have listeners: then the run is to be looked at more often. */
  get isHeard(): boolean {
    return this.#bus.hears(...SUPERSTEP_EVENTS)
  }

  /** When to look next, at the latest. */
  get lookMs(): number {
    return this.isHeard ? this.#lookMs : Number.POSITIVE_INFINITY
  }

  /** Supersteps whose figures the transport is to keep. */
  get keptSupersteps(): number {
    if (!this.isHeard) return KEPT_SUPERSTEPS
    const affordable = Math.floor(KEPT_BYTES / (this.#processors * FIGURES * 8))
    return Math.max(KEPT_SUPERSTEPS, Math.min(KEPT_WHEN_HEARD, affordable))
  }

  /** The computation is loaded. */
  begin({ name, supersteps }: Computation, processors: number): void {
    this.#run = Object.freeze({ ...this.#run, computation_module: name })
    this.#processors = processors
    this.#figures = Array.from({ length: processors }, () => new Float64Array(FIGURES))
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
    const kept = this.keptSupersteps
    this.#attempt = { transport, firstSuperstep, next: firstSuperstep, kept, isAnnounced: false }
    this.#lookMs = OFTEN_MS
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
    // Members may become eight times as fast before anything is lost.
    const fitting = (this.#lookMs * attempt.kept) / 8 / Math.max(1, end - attempt.next)
    if (end > attempt.firstSuperstep) this.#announce(attempt)
    if (this.isHeard) this.#tell(attempt, end)
    attempt.next = Math.max(attempt.next, end)
    const nextMs = Math.min(fitting, 2 * this.#lookMs, SELDOM_MS)
    this.#lookMs = Math.max(OFTEN_MS, nextMs)
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
    const heard = heardOf(this.#bus)
    let dropped = 0
    while (attempt.next < end) {
      const superstep = attempt.next++
      if (this.#read(attempt.transport, superstep)) {
        this.#tellDropped(dropped)
        dropped = 0
        this.#tellSuperstep(superstep, heard)
      } else dropped++
    }
    this.#tellDropped(dropped)
  }

  #tellDropped(count: number): void {
    if (count === 0) return
    const metadata = { ...this.#run, processors: this.#processors }
    this.#bus.emit('coordinator.supersteps_dropped', { time: nowNs(), count }, metadata)
  }

  /** Takes the figures of all processors; whether they are still kept. */
  #read(transport: Transport, superstep: number): boolean {
    for (let rank = 0; rank < this.#processors; rank++) {
      const figures = transport.figures(superstep, rank, this.#figures[rank])
      if (figures?.[FIGURE.marker] !== superstep + 1) return false
    }
    return true
  }

  // Plain literals: spreading objects of doubles takes longer than all the rest.
  #tellSuperstep(superstep: number, heard: Heard): void {
    let startMs = Number.POSITIVE_INFINITY
    let endMs = 0
    let work = 0
    let h_relation = 0
    let messages = 0
    let bytes = 0
    let votes = 0
    for (const figures of this.#figures) {
      startMs = Math.min(startMs, figures[FIGURE.startMs])
      endMs = Math.max(endMs, figures[FIGURE.endMs])
      work = Math.max(work, figures[FIGURE.computeMs])
      messages += figures[FIGURE.sentMessages]
      bytes += figures[FIGURE.sentBytes]
      h_relation = Math.max(h_relation, figures[FIGURE.sentBytes], figures[FIGURE.receivedBytes])
      votes += figures[FIGURE.vote]
    }
    const { run_id, computation_module } = this.#run
    const [first] = this.#figures
    const superstep_name = this.#names[first[FIGURE.index]]
    if (heard.started) {
      const metadata = { run_id, computation_module, superstep, superstep_name }
      this.#bus.emit('coordinator.superstep_started', { time: startMs * NS_PER_MS }, metadata)
    }
    if (heard.processors) {
      for (let processor_id = 0; processor_id < this.#processors; processor_id++) {
        const step = { run_id, computation_module, superstep, superstep_name, processor_id }
        // Of several events: no handler may change what the next one says.
        this.#tellProcessor(Object.freeze(step), this.#figures[processor_id], endMs, heard)
      }
    }
    if (!heard.completed) return
    const round = first[FIGURE.round]
    const converged = this.#voting.has(superstep_name) && votes === this.#processors
    const time = endMs * NS_PER_MS
    const duration = (endMs - startMs) * NS_PER_MS
    this.#bus.emit(
      'coordinator.superstep_completed',
      { time, duration, work: work * NS_PER_MS, h_relation, messages, bytes },
      { run_id, computation_module, superstep, superstep_name, round, converged },
    )
  }

  #tellProcessor(
    metadata: MetadataOf<'processor.compute_started'>,
    figures: Float64Array,
    lastMs: number,
    heard: Heard,
  ): void {
    const bus = this.#bus
    const startMs = figures[FIGURE.startMs]
    const computeMs = figures[FIGURE.computeMs]
    const communicateMs = figures[FIGURE.communicateMs]
    const endMs = figures[FIGURE.endMs]
    const computed = (startMs + computeMs) * NS_PER_MS
    const arrived = endMs * NS_PER_MS
    if (heard.computeStarted) {
      const inbox = { time: startMs * NS_PER_MS, inbox_size: figures[FIGURE.receivedMessages] }
      bus.emit('processor.compute_started', inbox, metadata)
    }
    if (heard.computed) {
      const measurements = { time: computed, duration: computeMs * NS_PER_MS }
      bus.emit('processor.compute_completed', measurements, metadata)
    }
    if (heard.communicateStarted) {
      // Rounding must not have it begin before.
      const time = Math.max(computed, (endMs - communicateMs) * NS_PER_MS)
      bus.emit('processor.communicate_started', { time }, metadata)
    }
    if (heard.communicated) {
      const duration = communicateMs * NS_PER_MS
      const message_count = figures[FIGURE.sentMessages]
      const measurements = {
        time: arrived,
        duration,
        message_count,
        bytes: figures[FIGURE.sentBytes],
      }
      bus.emit('processor.communicate_completed', measurements, metadata)
    }
    if (heard.arrived) {
      const wait = (lastMs - endMs) * NS_PER_MS
      bus.emit('processor.barrier_reached', { time: arrived, wait }, metadata)
    }
  }
}

type Heard = ReturnType<typeof heardOf>

/** Which events of supersteps have listeners: asked once a look. */
function heardOf(bus: EventBus) {
  return {
    started: bus.hears('coordinator.superstep_started'),
    completed: bus.hears('coordinator.superstep_completed'),
    processors: bus.hears(...PROCESSOR_EVENTS),
    computeStarted: bus.hears('processor.compute_started'),
    computed: bus.hears('processor.compute_completed'),
    communicateStarted: bus.hears('processor.communicate_started'),
    communicated: bus.hears('processor.communicate_completed'),
    arrived: bus.hears('processor.barrier_reached'),
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
