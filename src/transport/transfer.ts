/**
 * The transport over workers that share no memory, the coordinator's side: for pages that are not
 * cross-origin isolated. Each member is the worker of a pool of its own; packets go from member to
 * member by transfer, what the coordinator must know by messages. Nothing here reaches a `compute`
 * that goes on: a run that is to end waits for the member's next turn, or ends its worker.
 */

import { transfer } from 'comlink'
import { epochMs } from '../time/system.js'
import type { WorkerPool } from '../workers/pool.js'
import { gatherReplies, type MemberReply, ranksOf, valuesOf } from './members.js'
import { saveGatherer } from './saves.js'
import type { FromMember, ToMember, TransferRequest } from './transfer-protocol.js'
import {
  copyFigures,
  FIGURES,
  type Job,
  KEPT_SUPERSTEPS,
  LOOK_EVERY,
  type Phase,
  type RunShape,
  type RunState,
  type Transport,
} from './transport.js'

/** The job that pool workers know, or load. */
export const TRANSFER_JOB = {
  name: 'enterTransfer',
  module: new URL('./transfer-member.js', import.meta.url).href,
} as const

/** Over pools of one worker each, which stay the caller's to dispose. */
export function openTransfer(pools: readonly WorkerPool[]): Transport {
  return new TransferTransport(pools)
}

class TransferTransport implements Transport {
  readonly kind = 'transfer'
  readonly members: number
  readonly #pools: readonly WorkerPool[]
  #run: TransferRun | undefined

  constructor(pools: readonly WorkerPool[]) {
    this.#pools = pools
    this.members = pools.length
  }

  async run<A, R>(job: Job<A, R>, argument: A, shape: RunShape): Promise<R[]> {
    const members = Math.min(this.members, shape.processors)
    const run = new TransferRun(shape, members)
    this.#run = run
    const start = (onReply: (reply: MemberReply, member: number) => void) =>
      Promise.all(
        this.#pools.slice(0, members).map(async (pool, member) => {
          const request = () => run.requestFor(member, job.module, argument)
          const [reply] = await pool.runJob(TRANSFER_JOB, request).catch((error) => {
            // Who waits for a dead member must not wait for ever.
            run.tell('end')
            throw error
          })
          onReply(reply as MemberReply, member)
          if ('error' in (reply as MemberReply)) run.tell('end')
          return reply as MemberReply
        }),
      )
    let allComeBack = true
    const discard = () => {
      allComeBack = false
      for (const pool of this.#pools) void pool.dispose()
    }
    try {
      const replies = await gatherReplies(members, start, discard)
      // Replies come another way, and may overtake the last figures.
      if (allComeBack) await run.allHeard
      return valuesOf(replies) as R[]
    } finally {
      run.close()
    }
  }

  pause(): void {
    this.#run?.tellFirst('pause')
  }

  step(): void {
    this.#run?.tellFirst('step')
  }

  resume(): void {
    this.#run?.tellFirst('resume')
  }

  end(): void {
    this.#run?.tell('end')
  }

  state(): RunState | undefined {
    return this.#run?.state()
  }

  figures(superstep: number, rank: number, into?: Float64Array): Float64Array | undefined {
    return this.#run?.kept(superstep, rank, into)
  }

  memory(): { usedBytes: number; limitBytes: number } {
    return this.#run?.memory() ?? { usedBytes: 0, limitBytes: 0 }
  }
}

/** A run, as its members' messages tell of it. */
class TransferRun {
  readonly #processors: number
  readonly #keptSupersteps: number
  readonly #limitBytes: number
  readonly #ranks: readonly (readonly number[])[]
  readonly #controls: readonly MessageChannel[]
  /** Ports between members, by number of the one that has it and of the other. */
  readonly #peers: readonly (MessagePort | undefined)[][]
  readonly #phases: Phase[]
  readonly #figures: Float64Array
  /** Barriers that count and that each member has reached: one more than supersteps finished. */
  readonly #reached: number[]
  readonly #usedBytes: number[]
  /** Resolves when every member has said its last. */
  readonly allHeard: Promise<void>
  #hearAll: () => void = () => {}
  #talking: number
  #barrierMs = epochMs()
  readonly #firstSuperstep: number
  readonly #gather: ReturnType<typeof saveGatherer> | undefined
  readonly #onFigures: RunShape['onFigures']
  /** Whether the first member says that it holds a barrier. */
  #holds = false

  constructor(shape: RunShape, members: number) {
    const { processors, messageMemoryBytes, firstSuperstep = 0, onSave } = shape
    const { keptSupersteps = KEPT_SUPERSTEPS } = shape
    const each = Array.from({ length: members }, (_, member) => member)
    this.#processors = processors
    this.#keptSupersteps = keptSupersteps
    this.#limitBytes = messageMemoryBytes
    this.#ranks = each.map((member) => ranksOf(member, members, processors))
    this.#controls = each.map(() => new MessageChannel())
    this.#peers = connectAll(members)
    this.#phases = Array.from({ length: processors }, () => 'preparing')
    this.#figures = new Float64Array(keptSupersteps * processors * FIGURES)
    this.#reached = each.map(() => 0)
    this.#usedBytes = each.map(() => 0)
    this.#talking = members
    this.#firstSuperstep = firstSuperstep
    const stored = () => this.tell('stored')
    this.#onFigures = shape.onFigures?.bind(shape)
    this.#gather = onSave && saveGatherer(members, onSave.bind(shape), stored)
    this.allHeard = new Promise((resolve) => {
      this.#hearAll = resolve
    })
    for (const [member, { port1 }] of this.#controls.entries()) {
      port1.onmessage = (event) => this.#hear(member, event.data as FromMember)
    }
  }

  requestFor(member: number, module: string, argument: unknown): TransferRequest {
    const control = this.#controls[member].port2
    const peers = this.#peers[member]
    const request: TransferRequest = {
      processors: this.#processors,
      member,
      members: this.#ranks.length,
      limitBytes: this.#limitBytes / 2,
      ...{ module, argument, control, peers },
    }
    return transfer(request, [control, ...peers.filter((port) => port !== undefined)])
  }

  tell(what: ToMember): void {
    for (const { port1 } of this.#controls) port1.postMessage(what)
  }

  tellFirst(what: ToMember): void {
    this.#controls[0].port1.postMessage(what)
  }

  close(): void {
    for (const { port1 } of this.#controls) port1.close()
  }

  #hear(member: number, message: FromMember): void {
    if (message.kind === 'phase') this.#phases[message.rank] = message.phase
    else if (message.kind === 'reached') this.#arrive(member, message.figures, message.usedBytes)
    else if (message.kind === 'held') {
      this.#holds = message.held
      this.#barrierMs = epochMs()
    } else if (message.kind === 'saved') this.#gather?.(member, message.saved)
    else if (--this.#talking === 0) this.#hearAll()
  }

  #arrive(member: number, figures: Float64Array | undefined, usedBytes: number): void {
    const superstep = this.#firstSuperstep + this.#reached[member] - 1
    for (const [i, rank] of this.#ranks[member].entries()) {
      this.#phases[rank] = 'waiting'
      const own = figures?.subarray(i * FIGURES, (i + 1) * FIGURES)
      if (own !== undefined) this.#figures.set(own, this.#placeOf(superstep, rank))
    }
    const before = this.#superstep
    this.#reached[member]++
    this.#usedBytes[member] = usedBytes
    if (this.#superstep === before) return
    this.#barrierMs = epochMs()
    if (this.#superstep % LOOK_EVERY === 0) this.#onFigures?.()
  }

  #placeOf(superstep: number, rank: number): number {
    return ((superstep % this.#keptSupersteps) * this.#processors + rank) * FIGURES
  }

  /** Supersteps finished; one less before the first barrier. */
  get #superstep(): number {
    return this.#firstSuperstep + Math.min(...this.#reached) - 1
  }

  state(): RunState {
    // All others have reached it too, but may not have been heard yet.
    const held = this.#holds && this.#reached.every((count) => count === this.#reached[0])
    return {
      superstep: Math.max(this.#firstSuperstep, this.#superstep),
      sinceBarrierMs: held ? 0 : epochMs() - this.#barrierMs,
      held,
      phases: [...this.#phases],
    }
  }

  kept(superstep: number, rank: number, into?: Float64Array): Float64Array | undefined {
    const current = this.#superstep
    if (superstep >= current || superstep <= current - this.#keptSupersteps) return undefined
    const at = this.#placeOf(superstep, rank)
    return copyFigures(this.#figures, at, into)
  }

  memory(): { usedBytes: number; limitBytes: number } {
    const usedBytes = this.#usedBytes.reduce((sum, used) => sum + used, 0)
    return { usedBytes, limitBytes: this.#limitBytes }
  }
}

/** A channel between every two members. */
function connectAll(members: number): (MessagePort | undefined)[][] {
  const ports: (MessagePort | undefined)[][] = Array.from({ length: members }, () =>
    Array.from({ length: members }),
  )
  for (let one = 0; one < members; one++) {
    for (let other = one + 1; other < members; other++) {
      const { port1, port2 } = new MessageChannel()
      ports[one][other] = port1
      ports[other][one] = port2
    }
  }
  return ports
}
