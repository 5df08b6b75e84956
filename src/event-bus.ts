/**
 * Takes events to handlers. Handlers run at once, in the order in which they were attached, and
 * neither break nor change what they hear of: one that throws is detached and reported, and what
 * several are given is frozen.
 *
 * Whoever emits asks `hears` first: where nobody listens, nothing is put together.
 */

import { checkCallback, show } from './check.js'
import { EVENTS, type EventName, type MeasurementsOf, type MetadataOf } from './events.js'
import { epochMs } from './time/system.js'

/** Is told of an event. Of what it returns only a promise that is rejected counts: as a throw. */
export type EventHandler<E extends EventName, C = undefined> = (
  event: E,
  measurements: MeasurementsOf<E>,
  metadata: MetadataOf<E>,
  config: C,
) => unknown

/**
 * What a handler of several events is given: comparing `event` tells TypeScript the types of the
 * rest.
 */
export type Heard<E extends EventName> = {
  [N in E]: [event: N, measurements: MeasurementsOf<N>, metadata: MetadataOf<N>]
}[E]

/** The same with the handler's config. */
export type HeardWith<E extends EventName, C> = {
  [N in E]: [event: N, measurements: MeasurementsOf<N>, metadata: MetadataOf<N>, config: C]
}[E]

/** The same for handlers that don't look at the metadata. */
export type HeardNumbers<E extends EventName> = {
  [N in E]: [event: N, measurements: MeasurementsOf<N>]
}[E]

/** A handler that is attached. */
export interface AttachedHandler {
  id: string
  events: readonly EventName[]
}

interface Attached extends AttachedHandler {
  isAttached: boolean
  handle(event: EventName, measurements: unknown, metadata: unknown, config: unknown): unknown
  config: unknown
}

/**
 * A bus of events. Runs and workflows emit on `telemetry`, unless they are given another.
 *
 * @example
 * ```ts
 * import { defineComputation, run } from 'ticktickclock/bsp'
 *
 * const bus = new EventBus()
 * bus.attach('ends', 'coordinator.computation_completed', (_event, _numbers, run) =>
 *   console.log(run.computation_module, run.superstep_count),
 * )
 * const idle = defineComputation({
 *   name: 'idle',
 *   initialize: () => 0,
 *   supersteps: [{ name: 'rest', compute() {} }],
 * })
 * await run(idle, { telemetry: bus }) // idle 1
 * ```
 */
export class EventBus {
  readonly #attached = new Map<string, Attached>()
  /** Handlers by event: replaced, never changed, so that handlers may attach and detach. */
  readonly #byEvent = new Map<EventName, readonly Attached[]>()

  /**
   * Has a handler told of an event. A handler that was attached under the same id is replaced.
   *
   * @param config given to the handler with every event; a handler that wants one is refused
   *   without
   * @returns detaches it
   * @throws TypeError, RangeError for an event that doesn't exist
   * @example
   * ```ts
   * const event = 'coordinator.superstep_completed'
   * const slow = (_event: string, { duration }: { duration: number }, _: object, most: number) => {
   *   if (duration > most) console.log('too slow')
   * }
   * const detach = telemetry.attach('slow', event, slow, 1e9)
   * detach()
   * ```
   */
  attach<E extends EventName, C>(
    id: string,
    event: E,
    handler: EventHandler<NoInfer<E>, C>,
    config: C,
  ): () => void
  attach<E extends EventName>(id: string, event: E, handler: EventHandler<NoInfer<E>>): () => void
  attach(id: string, event: EventName, handler: unknown, config?: unknown): () => void {
    return this.#attach(id, [event], handler, config)
  }

  /**
   * Has a handler told of several events; as `attach` otherwise.
   *
   * @example
   * ```ts
   * const events = ['coordinator.restarted', 'coordinator.computation_failed'] as const
   * const detach = telemetry.attachMany('faults', events, (event, { time }, { message }) =>
   *   console.log(new Date(time / 1e6), event, message),
   * )
   * detach()
   * ```
   */
  attachMany<const E extends EventName, C>(
    id: string,
    events: readonly E[],
    handler: (...heard: HeardWith<NoInfer<E>, C>) => unknown,
    config: C,
  ): () => void
  // One for each number of parameters: functions with fewer don't fit a union of longer tuples.
  attachMany<const E extends EventName>(
    id: string,
    events: readonly E[],
    handler: (...heard: Heard<NoInfer<E>>) => unknown,
  ): () => void
  attachMany<const E extends EventName>(
    id: string,
    events: readonly E[],
    handler: (...heard: HeardNumbers<NoInfer<E>>) => unknown,
  ): () => void
  attachMany<const E extends EventName>(
    id: string,
    events: readonly E[],
    handler: (event: NoInfer<E>) => unknown,
  ): () => void
  attachMany(
    id: string,
    events: readonly EventName[],
    handler: unknown,
    config?: unknown,
  ): () => void {
    return this.#attach(id, events, handler, config)
  }

  /** Detaches a handler; whether there was one. */
  detach(id: string): boolean {
    const found = this.#attached.get(id)
    if (found === undefined) return false
    this.#attached.delete(id)
    found.isAttached = false
    for (const event of found.events) {
      const others = this.#handlersOf(event).filter((each) => each !== found)
      if (others.length === 0) this.#byEvent.delete(event)
      else this.#byEvent.set(event, others)
    }
    return true
  }

  /** Handlers in the order in which they were attached. */
  handlers(): AttachedHandler[] {
    return [...this.#attached.values()].map(({ id, events }) => ({ id, events: [...events] }))
  }

  /** Whether anybody listens to one of these events; without any named, to any. */
  hears(...events: EventName[]): boolean {
    if (events.length === 0) return this.#byEvent.size > 0
    return events.some((event) => this.#byEvent.has(event))
  }

  /**
   * Tells everybody who listens, and was attached before. Never throws. Where more than one
   * listens, both objects are frozen: none can change what the next is told.
   *
   * @example
   * ```ts
   * const bus = new EventBus()
   * bus.attach('tasks', 'workflow.task_started', (_event, _measurements, { task }) =>
   *   console.log(task),
   * )
   * const started = { workflow: 'nightly', workflow_run_id: 1, task: 'load', attempt: 1 }
   * if (bus.hears('workflow.task_started')) {
   *   bus.emit('workflow.task_started', { time: Date.now() * 1e6 }, started) // load
   * }
   * ```
   */
  emit<E extends EventName>(
    event: E,
    measurements: MeasurementsOf<NoInfer<E>>,
    metadata: MetadataOf<NoInfer<E>>,
  ): void {
    const handlers = this.#handlersOf(event)
    // For everybody it would more than double what telling takes.
    if (handlers.length > 1) {
      Object.freeze(measurements)
      Object.freeze(metadata)
    }
    for (const attached of handlers) {
      if (!attached.isAttached) continue
      try {
        const told = attached.handle(event, measurements, metadata, attached.config)
        if (isThenable(told)) {
          told.then(undefined, (error: unknown) => this.#drop(attached, event, error))
        }
      } catch (error) {
        this.#drop(attached, event, error)
      }
    }
  }

  #handlersOf(event: EventName): readonly Attached[] {
    return this.#byEvent.get(event) ?? []
  }

  #attach(id: string, events: readonly EventName[], handler: unknown, config: unknown): () => void {
    if (typeof id !== 'string') throw new TypeError(`"id" expected string, got ${show(id)}`)
    if (!Array.isArray(events)) {
      throw new TypeError(`"events" expected array of events, got ${show(events)}`)
    }
    const names = [...new Set(events)]
    names.forEach(checkEvent)
    if (handler === undefined) throw new TypeError('"handler" expected function, got undefined')
    checkCallback('handler', handler)
    const handle = handler as Attached['handle']
    const attached: Attached = { id, events: names, handle, config, isAttached: true }
    this.detach(id)
    this.#attached.set(id, attached)
    for (const event of names) this.#byEvent.set(event, [...this.#handlersOf(event), attached])
    return () => {
      if (attached.isAttached) this.detach(id)
    }
  }

  /** A handler failed: it hears no more, and somebody hears of it, once. */
  #drop(attached: Attached, event: EventName, error: unknown): void {
    if (!attached.isAttached) return
    this.detach(attached.id)
    if (this.hears('telemetry.handler_failed')) {
      const metadata = { handler_id: attached.id, event, ...faultOf(error) }
      this.emit('telemetry.handler_failed', { time: epochMs() * 1e6 }, metadata)
    } else warn(`telemetry handler "${attached.id}" threw on ${event}, and was detached:`, error)
  }
}

/** Characters of what events say of an error: they become lines of logs, and labels. */
const REASON_LENGTH = 100
const MESSAGE_LENGTH = 1000

/** What events say of an error. Never throws, whatever was thrown. */
export function faultOf(error: unknown): { reason: string; message: string } {
  try {
    if (!(error instanceof Error)) return { reason: 'value', message: show(error) }
    const { code, name, message } = error as Error & { code?: unknown }
    const reason = typeof code === 'string' ? code : name
    return { reason: cut(reason, REASON_LENGTH), message: cut(message, MESSAGE_LENGTH) }
  } catch (_error) {
    return { reason: 'value', message: 'what was thrown throws when it is looked at' }
  }
}

function cut(text: unknown, length: number): string {
  const whole = String(text)
  return whole.length <= length ? whole : `${whole.slice(0, length - 1)}…`
}

/** Nobody else would hear of it. Not even an error that can't be shown may end a run. */
function warn(what: string, error: unknown): void {
  for (const shown of [error, faultOf(error).message]) {
    try {
      // biome-ignore lint/suspicious/noConsole: see above
      console.warn(what, shown)
      return
    } catch (_error) {}
  }
}

/** The bus of this process or page. */
export const telemetry = new EventBus()

function checkEvent(event: unknown): void {
  if (typeof event !== 'string') throw new TypeError(`"event" expected string, got ${show(event)}`)
  if (Object.hasOwn(EVENTS, event)) return
  const names = Object.keys(EVENTS).join(', ')
  throw new RangeError(`"event" expected one of ${names}, got ${show(event)}`)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === 'function'
}
