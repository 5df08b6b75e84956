/** Tells a bus how a task of a workflow fares; puts nothing together where nobody listens. */

import { show } from '../check.js'
import type { EventBus } from '../event-bus.js'
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
    this.#about = about
    if (!bus.hears('workflow.task_started')) return
    bus.emit('workflow.task_started', { time: this.#startMs * NS_PER_MS }, about)
  }

  completed(): void {
    if (!this.#bus.hears('workflow.task_completed')) return
    this.#bus.emit('workflow.task_completed', this.#measured(), this.#about)
  }

  failed(error: unknown): void {
    if (!this.#bus.hears('workflow.task_error')) return
    const metadata = { ...this.#about, reason: reasonOf(error), message: messageOf(error) }
    this.#bus.emit('workflow.task_error', this.#measured(), metadata)
  }

  #measured(): { time: number; duration: number } {
    const nowMs = epochMs()
    return { time: nowMs * NS_PER_MS, duration: (nowMs - this.#startMs) * NS_PER_MS }
  }
}

/** What a thrown value says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'value'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : error.name
}
