/**
 * Takes events to handlers. Handlers run at once, in the order in which they were attached, and
 * neither break nor change what they hear of: one that throws is detached and reported.
 *
 * Whoever emits asks `hears` first: where nobody listens, nothing is put together.
 */

import { checkCallback, show } from './check.js'
import { EVENTS, type EventName, type MeasurementsOf, type MetadataOf } from './events.js'

/**
 * Is told of events; what it returns is ignored. With several events, a comparison of `event` tells
 * TypeScript the types of the rest.
 */
export type EventHandler<E extends EventName, C = undefined> = (
  ...heard: {
    [N in E]: [event: N, measurements: MeasurementsOf<N>, metadata: MetadataOf<N>, config: C]
  }[E]
) => unknown

/** A handler that is attached. */
export interface AttachedHandler {
  id: string
  events: readonly EventName[]
}

interface Attached extends AttachedHandler {
  handle(event: EventName, measurements: unknown, metadata: unknown, config: unknown): unknown
  config: unknown
}

/** A bus of events. Runs and workflows emit on `telemetry`, unless they are given another. */
export class EventBus {
  readonly #attached = new Map<string, Attached>()
  /** Handlers by event: replaced, never changed, so that handlers may attach and detach. */
  readonly #byEvent = new Map<EventName, readonly Attached[]>()

  /**
   * Has a handler told of an event. A handler that was attached under the same id is replaced.
   *
   * @param config given to the handler with every event
   * @returns detaches it
   * @throws TypeError, RangeError for an event that doesn't exist
   * @example
   * ```ts
   * const detach = telemetry.attach('slow', 'coordinator.superstep_completed', (_, { duration }) => {
   *   if (duration > 1e9) console.log('more than a second')
   * })
   * detach()
   * ```
   */
  attach<E extends EventName>(id: string, event: E, handler: EventHandler<E>): () => void
  attach<E extends EventName, C>(
    id: string,
    event: E,
    handler: EventHandler<E, C>,
    config: C,
  ): () => void
  attach(id: string, event: EventName, handler: unknown, config?: unknown): () => void {
    return this.#attach(id, [event], handler, config)
  }

  /**
   * Has a handler told of several events; as `attach` otherwise.
   *
   * @example
   * ```ts
   * const events = ['coordinator.restarted', 'coordinator.computation_failed'] as const
   * const detach = telemetry.attachMany('faults', events, (event, _measurements, { message }) =>
   *   console.log(event, message),
   * )
   * detach()
   * ```
   */
  attachMany<E extends EventName>(
    id: string,
    events: readonly E[],
    handler: EventHandler<E>,
  ): () => void
  attachMany<E extends EventName, C>(
    id: string,
    events: readonly E[],
    handler: EventHandler<E, C>,
    config: C,
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

  /** Tells everybody who listens. Never throws. */
  emit<E extends EventName>(
    event: E,
    measurements: MeasurementsOf<E>,
    metadata: MetadataOf<E>,
  ): void {
    for (const attached of this.#handlersOf(event)) {
      try {
        const told = attached.handle(event, measurements, metadata, attached.config)
        if (isThenable(told)) {
          told.then(undefined, (error: unknown) => this.#drop(attached, event, error, measurements))
        }
      } catch (error) {
        this.#drop(attached, event, error, measurements)
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
    const attached = { id, events: names, handle: handler as Attached['handle'], config }
    this.detach(id)
    this.#attached.set(id, attached)
    for (const event of names) this.#byEvent.set(event, [...this.#handlersOf(event), attached])
    return () => {
      if (this.#attached.get(id) === attached) this.detach(id)
    }
  }

  /** A handler failed: it hears no more, and somebody hears of it. */
  #drop(attached: Attached, event: EventName, error: unknown, { time }: { time: number }): void {
    if (this.#attached.get(attached.id) !== attached) return
    this.detach(attached.id)
    const message = error instanceof Error ? error.message : show(error)
    const reason =
      error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'value'
    if (this.hears('telemetry.handler_failed')) {
      const metadata = { handler_id: attached.id, event, reason, message }
      this.emit('telemetry.handler_failed', { time }, metadata)
    } else {
      // biome-ignore lint/suspicious/noConsole: nobody else would hear of it
      console.warn(`telemetry handler "${attached.id}" threw on ${event}, and was detached:`, error)
    }
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
