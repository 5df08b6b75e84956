/**
 * The transport over the workers of a pool, the coordinator's side. Each worker is a member that
 * hosts consecutive ranks; everything of a run goes by shared memory, after one call a worker.
 */

import { transfer } from 'comlink'
import { processorCount } from '#spawn'
import { epochMs } from '../time/system.js'
import type { WorkerPool } from '../workers/pool.js'
import { gatherReplies, type MemberReply, valuesOf } from './members.js'
import { gatherSaves } from './saves.js'
import {
  BARRIER_TIME,
  type ControlLayout,
  controlLayout,
  figureIndex,
  type MemberShape,
  PHASE_STRIDE,
  WORD,
} from './threads-layout.js'
import type { MemberRequest } from './threads-member.js'
import {
  copyFigures,
  type Job,
  KEPT_SUPERSTEPS,
  PHASE,
  type Phase,
  type RunShape,
  type RunState,
  type Transport,
} from './transport.js'

/** The job that pool workers know, or load. */
export const MEMBER_JOB = {
  name: 'enterThreads',
  module: new URL('./threads-member.js', import.meta.url).href,
} as const

/** Polls before a member sleeps: a few microseconds. Only with a core for each. */
const SPINS = 4000

const PHASES = Object.keys(PHASE) as Phase[]

/** Over a pool with shared memory, which stays the caller's to dispose. */
export function openThreads(pool: WorkerPool): Transport {
  return new ThreadsTransport(pool)
}

class ThreadsTransport implements Transport {
  readonly kind = 'threads'
  readonly members: number
  readonly #pool: WorkerPool
  #control: Control | undefined

  constructor(pool: WorkerPool) {
    this.#pool = pool
    this.members = pool.size
  }

  async run<A, R>(job: Job<A, R>, argument: A, shape: RunShape): Promise<R[]> {
    const { processors, messageMemoryBytes, firstSuperstep = 0, onSave } = shape
    const { keptSupersteps = KEPT_SUPERSTEPS } = shape
    const members = Math.min(this.members, processors)
    const control = new Control({ ...shape, firstSuperstep, keptSupersteps })
    control.set(WORD.spins, members <= processorCount() ? SPINS : 0)
    this.#control = control
    const { memory } = this.#pool
    const arenaBytes = Math.floor(messageMemoryBytes / 128) * 128
    const arenaAddress = await memory.alloc(arenaBytes)
    const saves = onSave && gatherSaves(members, onSave.bind(shape), () => control.addStored())
    const requestOf = (member: number): MemberRequest => {
      const place = { control: control.memory, arenaAddress, arenaBytes }
      const counts = { processors, member, members, firstSuperstep, keptSupersteps }
      const own: MemberShape = { ...place, ...counts }
      const port = saves?.ports[member]
      const request = { shape: own, module: job.module, argument, saves: port }
      return port === undefined ? request : transfer(request, [port])
    }
    try {
      const start = (onReply: (reply: MemberReply, member: number) => void) => {
        const onReturn = (value: unknown, member: number) => onReply(value as MemberReply, member)
        const options = { threads: members, onReturn }
        return this.#pool.runJob(MEMBER_JOB, requestOf, options) as Promise<MemberReply[]>
      }
      const discard = () => void this.#pool.dispose()
      const values = valuesOf(await gatherReplies(members, start, discard)) as R[]
      // Answers come another way, and may come first.
      await saves?.arrived(control.handed)
      return values
    } catch (error) {
      control.end()
      throw error
    } finally {
      saves?.close()
      if (!this.#pool.disposed) memory.free(arenaAddress)
    }
  }

  pause(): void {
    this.#control?.set(WORD.credits, 0)
    this.#control?.set(WORD.paused, 1)
  }

  step(): void {
    this.#control?.addCredit()
  }

  resume(): void {
    this.#control?.set(WORD.paused, 0)
    this.#control?.addCredit()
  }

  end(): void {
    this.#control?.end()
  }

  state(): RunState | undefined {
    return this.#control?.state()
  }

  figures(superstep: number, rank: number, into?: Float64Array): Float64Array | undefined {
    return this.#control?.figures(superstep, rank, into)
  }

  memory(): { usedBytes: number; limitBytes: number } {
    return this.#control?.memoryUse() ?? { usedBytes: 0, limitBytes: 0 }
  }
}

type ControlShape = RunShape & Required<Pick<RunShape, 'firstSuperstep' | 'keptSupersteps'>>

/** The control block, seen from the coordinator. */
class Control {
  readonly memory: SharedArrayBuffer
  readonly #shape: ControlShape
  readonly #layout: ControlLayout
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #figures: Float64Array

  constructor(shape: ControlShape) {
    this.#shape = shape
    this.#layout = controlLayout(shape.processors, shape.keptSupersteps)
    this.memory = new SharedArrayBuffer(this.#layout.byteLength)
    this.#words = new Int32Array(this.memory, 0, this.#layout.phases / 4)
    this.#figures = new Float64Array(this.memory, this.#layout.figures)
    new Float64Array(this.memory, BARRIER_TIME, 1)[0] = epochMs()
    this.set(WORD.reached, shape.firstSuperstep)
  }

  set(word: number, value: number): void {
    Atomics.store(this.#words, word, value)
  }

  addCredit(): void {
    Atomics.add(this.#words, WORD.credits, 1)
    Atomics.notify(this.#words, WORD.credits)
  }

  /** Messages of members that save. */
  get handed(): number {
    return Atomics.load(this.#words, WORD.handed)
  }

  addStored(): void {
    Atomics.add(this.#words, WORD.stored, 1)
    Atomics.notify(this.#words, WORD.stored)
  }

  end(): void {
    this.set(WORD.ended, 1)
    Atomics.notify(this.#words, WORD.generation)
    Atomics.notify(this.#words, WORD.stored)
    Atomics.notify(this.#words, WORD.credits)
  }

  state(): RunState {
    const reached = Atomics.load(this.#words, WORD.reached)
    const held = Atomics.load(this.#words, WORD.held) === 1
    const [barrierMs] = new Float64Array(this.memory, BARRIER_TIME, 1)
    const { processors, firstSuperstep } = this.#shape
    const length = PHASE_STRIDE * processors
    const phases = new Int32Array(this.memory, this.#layout.phases, length)
    return {
      superstep: Math.max(firstSuperstep, reached - 1),
      sinceBarrierMs: held ? 0 : epochMs() - barrierMs,
      held,
      phases: Array.from({ length: processors }, (_, rank) => PHASES[phases[rank * PHASE_STRIDE]]),
    }
  }

  figures(superstep: number, rank: number, into?: Float64Array): Float64Array | undefined {
    if (!this.#keeps(superstep)) return undefined
    const copy = copyFigures(this.#figures, figureIndex(superstep, rank, this.#shape), into)
    // The run went on meanwhile, and may have overwritten them.
    return this.#keeps(superstep) ? copy : undefined
  }

  #keeps(superstep: number): boolean {
    const current = Atomics.load(this.#words, WORD.reached) - 1
    return superstep < current && superstep > current - this.#shape.keptSupersteps
  }

  memoryUse(): { usedBytes: number; limitBytes: number } {
    const taken = this.#words[WORD.taken] + this.#words[WORD.taken + 1]
    return { usedBytes: taken * 64, limitBytes: this.#shape.messageMemoryBytes }
  }
}
