/** Tells a bus how a task of a workflow fares; puts nothing together where nobody listens. */

import { type EventBus, faultOf } from '../event-bus.js'
import type { MetadataOf } from '../events.js'
import { epochMs } from '../time/system.js'

const NS_PER_MS = 1e6

/** The events of one attempt at a task. */
export class AttemptEvents {
  readonly #bus: EventBus
  readonly #about: MetadataOf<'workflow.task_started'>
  readonly #startMs = epochMs()

  /** Tells that the attempt begins. */
  constructor(bus: EventBus, about: MetadataOf<'workflow.task_started'>) {
    this.#bus = bus
    // One object for several events: no handler may change what the next one says.
    this.#about = Object.freeze(about)
    if (!bus.hears('workflow.task_started')) return
    bus.emit('workflow.task_started', { time: this.#startMs * NS_PER_MS }, about)
  }

  completed(): void {
    if (!this.#bus.hears('workflow.task_completed')) return
    this.#bus.emit('workflow.task_completed', this.#measured(), this.#about)
  }

  failed(error: unknown): void {
    if (!this.#bus.hears('workflow.task_error')) return
    this.#bus.emit('workflow.task_error', this.#measured(), { ...this.#about, ...faultOf(error) })
  }

  #measured(): { time: number; duration: number } {
    const nowMs = epochMs()
    return { time: nowMs * NS_PER_MS, duration: (nowMs - this.#startMs) * NS_PER_MS }
  }
}
