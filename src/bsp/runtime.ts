/**
 * The runs that share an owner of transports: what `inspect` and `memory` tell, and the owner that
 * `run` uses when it is given no runtime.
 */

import { type MemoryUse, TransportOwner } from '../transport/open.js'
import type { Transport, TransportKind } from '../transport/transport.js'

/** A run of a runtime, as `inspect` shows it. */
export interface RunInspection {
  computation: string
  transport: TransportKind
  processors: number
  status: string
  /** Supersteps finished. */
  superstep: number
  /** What each processor is doing, by rank. */
  phases: readonly string[]
}

/** Bytes that a runtime's runs and pool use. */
export interface RuntimeMemory {
  /** Messages of the runs under way. */
  messages: MemoryUse
  /** The pool's WASM memory; zeros without a pool. */
  pool: MemoryUse
}

/** A run that is under way. */
export interface KnownRun {
  readonly name: string
  readonly kind: TransportKind
  readonly processors: number
  readonly status: string
  readonly superstep: number
  transport: Transport | undefined
}

/** An owner of transports, and the runs on them. */
export class RunGroup {
  readonly owner: TransportOwner
  readonly runs = new Set<KnownRun>()

  constructor(owner: TransportOwner) {
    this.owner = owner
  }

  inspect(): { workers: number; runs: RunInspection[] } {
    const runs = [...this.runs].map(({ name, kind, processors, status, superstep, transport }) => ({
      computation: name,
      transport: kind,
      ...{ processors, status, superstep },
      phases: transport?.state()?.phases ?? [],
    }))
    return { workers: this.owner.workers, runs }
  }

  memory(): RuntimeMemory {
    const messages = { usedBytes: 0, limitBytes: 0 }
    for (const { transport } of this.runs) {
      const { usedBytes, limitBytes } = transport?.memory() ?? { usedBytes: 0, limitBytes: 0 }
      messages.usedBytes += usedBytes
      messages.limitBytes += limitBytes
    }
    return { messages, pool: this.owner.memory }
  }
}

/** How long the workers of `run` stay for another run; asleep, and without keeping Node running. */
const IDLE_MS = 5000

let shared: RunGroup | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** Where runs without a runtime go; closes when nothing has run for a while. */
export function defaultGroup(): RunGroup {
  shared ??= new RunGroup(new TransportOwner({}))
  scheduleClose(shared)
  return shared
}

function scheduleClose(group: RunGroup): void {
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (group.runs.size > 0) {
      scheduleClose(group)
      return
    }
    shared = undefined
    void group.owner.dispose()
  }, IDLE_MS)
  if (typeof timer === 'object') timer.unref?.()
}
