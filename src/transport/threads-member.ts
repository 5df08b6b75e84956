/**
 * A member's end of the transport over threads: packets lie in the pool's memory, where receivers
 * read them in place; descriptors, votes and the barrier lie in the control block. Runs in a worker
 * of the pool, loaded by URL, and blocks it at the barrier.
 */

import { epochMs } from '../time/system.js'
import type { JobContext } from '../workers/pool.js'
import { growMemory } from '../workers/wasm-memory.js'
import { PACKET_ALIGNMENT } from './arena.js'
import { type MemberReply, type RunMember, ranksOf, replyOf } from './members.js'
import { postSections } from './saves.js'
import {
  BARRIER_TIME,
  type ControlLayout,
  controlLayout,
  DESCRIPTOR_WORDS,
  figureIndex,
  type MemberShape,
  PHASE_STRIDE,
  WORD,
} from './threads-layout.js'
import {
  type Endpoint,
  FIGURES,
  LANES,
  MessageMemoryFull,
  type Packet,
  PHASE,
  type Phase,
  RunEnded,
} from './transport.js'

/** Argument of the pool's job. */
export interface MemberRequest {
  shape: MemberShape
  /** URL of the module with `runMember`; undefined where the worker brought its own. */
  module: string
  argument: unknown
  /** Where what is saved goes; undefined where nothing is. */
  saves: MessagePort | undefined
}

/** The pool's job. */
export async function enterThreads(
  context: JobContext,
  request: MemberRequest,
  run?: RunMember,
): Promise<MemberReply> {
  const { shape, module, argument, saves } = request
  const endpoint = new ThreadsEndpoint(context.memory, shape, saves)
  return replyOf(endpoint, { module, run, argument }, () => endpoint.end())
}

/** Longest sleep at the barrier: a dead member never arrives, and somebody must look. */
const SLEEP_MS = 50

class ThreadsEndpoint implements Endpoint {
  readonly processors: number
  readonly ranks: readonly number[]
  readonly #memory: WebAssembly.Memory
  readonly #shape: MemberShape
  readonly #layout: ControlLayout
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #phases: Int32Array
  readonly #descriptors: Uint32Array
  readonly #figures: Float64Array
  readonly #barrierTime: Float64Array
  /** Figures of the superstep that goes on, by hosted rank. */
  readonly #current: readonly Float64Array[]
  /** Whether there are descriptors of this member, for even and odd supersteps. */
  readonly #hasPosted = [false, false]
  readonly #port: MessagePort | undefined
  /** Barriers passed. */
  #barriers = 0
  /** How often it has saved. */
  #saves = 0

  constructor(memory: WebAssembly.Memory, shape: MemberShape, port: MessagePort | undefined) {
    const { control, processors, member, members } = shape
    // Grown by the coordinator: this thread's view may be behind.
    growMemory(memory, shape.arenaAddress + shape.arenaBytes)
    this.#memory = memory
    this.#shape = shape
    this.#port = port
    this.processors = processors
    this.ranks = ranksOf(member, members, processors)
    this.#layout = controlLayout(processors, shape.keptSupersteps)
    this.#words = new Int32Array(control, 0, this.#layout.phases / 4)
    this.#phases = new Int32Array(control, this.#layout.phases, PHASE_STRIDE * processors)
    const descriptorWords = 2 * LANES * processors * processors * DESCRIPTOR_WORDS
    this.#descriptors = new Uint32Array(control, this.#layout.descriptors, descriptorWords)
    this.#figures = new Float64Array(control, this.#layout.figures)
    this.#barrierTime = new Float64Array(control, BARRIER_TIME, 1)
    this.#current = this.ranks.map(() => new Float64Array(FIGURES))
  }

  get aborted(): boolean {
    return Atomics.load(this.#words, WORD.ended) !== 0
  }

  /** Releases the others. */
  end(): void {
    Atomics.store(this.#words, WORD.ended, 1)
    Atomics.notify(this.#words, WORD.generation)
    Atomics.notify(this.#words, WORD.stored)
  }

  enter(rank: number, phase: Phase): void {
    Atomics.store(this.#phases, rank * PHASE_STRIDE, PHASE[phase])
  }

  alloc(_from: number, byteLength: number): Uint8Array {
    const half = this.#barriers & 1
    const halfBytes = this.#shape.arenaBytes / 2
    const steps = Math.ceil(byteLength / PACKET_ALIGNMENT)
    const at = Atomics.add(this.#words, WORD.taken + half, steps) * PACKET_ALIGNMENT
    if (at + byteLength > halfBytes) {
      Atomics.sub(this.#words, WORD.taken + half, steps)
      throw new MessageMemoryFull(halfBytes)
    }
    const address = this.#shape.arenaAddress + half * halfBytes + at
    return new Uint8Array(this.#memory.buffer, address, byteLength)
  }

  post(from: number, to: number, lane: number, memory: Uint8Array, byteLength: number): void {
    const at = this.#descriptorAt(this.#barriers & 1, lane, from, to)
    const offset = memory.byteOffset - this.#shape.arenaAddress
    this.#hasPosted[this.#barriers & 1] = true
    this.#descriptors[at] = offset / PACKET_ALIGNMENT
    this.#descriptors[at + 1] = byteLength
  }

  figures(rank: number): Float64Array {
    return this.#current[rank - this.ranks[0]]
  }

  /** Where the coordinator finds the figures; before the barrier says that they are there. */
  #keepFigures(): void {
    if (this.#barriers === 0) return
    const superstep = this.#shape.firstSuperstep + this.#barriers - 1
    for (let i = 0; i < this.#current.length; i++) {
      const figures = this.#current[i]
      const at = figureIndex(superstep, this.ranks[i], this.#shape)
      for (let j = 0; j < FIGURES; j++) this.#figures[at + j] = figures[j]
    }
  }

  exchange(agreed: boolean, counts = true): boolean {
    const words = this.#words
    const parity = this.#barriers & 1
    if (counts) this.#keepFigures()
    if (!agreed) Atomics.store(words, WORD.disagreed + parity, 1)
    const generation = Atomics.load(words, WORD.generation)
    if (Atomics.add(words, WORD.arrived, 1) === this.#shape.members - 1) this.#open(parity, counts)
    else this.#wait(generation)
    if (this.aborted) throw new RunEnded()
    this.#barriers++
    this.#clearDescriptors()
    return Atomics.load(words, WORD.answer + parity) === 1
  }

  received(rank: number, lane: number): readonly Packet[] {
    const packets: Packet[] = []
    // What was sent before the last barrier.
    const parity = (this.#barriers + 1) & 1
    for (let from = 0; from < this.processors; from++) {
      const at = this.#descriptorAt(parity, lane, from, rank)
      const byteLength = this.#descriptors[at + 1]
      if (byteLength === 0) continue
      const address = this.#shape.arenaAddress + this.#descriptors[at] * PACKET_ALIGNMENT
      packets.push({ from, bytes: new Uint8Array(this.#memory.buffer, address, byteLength) })
    }
    return packets
  }

  save(superstep: number, sections: readonly Uint8Array[]): void {
    const words = this.#words
    for (let stored = Atomics.load(words, WORD.stored); stored < this.#saves; ) {
      if (this.aborted) throw new RunEnded()
      Atomics.wait(words, WORD.stored, stored, SLEEP_MS)
      stored = Atomics.load(words, WORD.stored)
    }
    this.#saves++
    if (this.#port === undefined) return
    postSections(this.#port, { superstep, sections })
    Atomics.add(words, WORD.handed, 1)
  }

  #descriptorAt(parity: number, lane: number, from: number, to: number): number {
    const row = (parity * LANES + lane) * this.processors + from
    return (row * this.processors + to) * DESCRIPTOR_WORDS
  }

  /** Before a superstep: what its parity's packets were has been read by all. */
  #clearDescriptors(): void {
    const parity = this.#barriers & 1
    if (!this.#hasPosted[parity]) return
    this.#hasPosted[parity] = false
    const [first] = this.ranks
    const words = this.ranks.length * this.processors * DESCRIPTOR_WORDS
    for (let lane = 0; lane < LANES; lane++) {
      const at = this.#descriptorAt(parity, lane, first, 0)
      this.#descriptors.fill(0, at, at + words)
    }
  }

  /** The last to arrive decides for all and opens. */
  #open(parity: number, counts: boolean): void {
    const words = this.#words
    if (counts) {
      Atomics.add(words, WORD.reached, 1)
      this.#holdWhilePaused()
    }
    const disagreed = Atomics.exchange(words, WORD.disagreed + parity, 0)
    Atomics.store(words, WORD.answer + parity, disagreed === 0 ? 1 : 0)
    Atomics.store(words, WORD.taken + (parity ^ 1), 0)
    Atomics.store(words, WORD.arrived, 0)
    this.#barrierTime[0] = epochMs()
    Atomics.add(words, WORD.generation, 1)
    // Waking takes longer than all the rest. Who falls asleep just now sees the new generation.
    if (Atomics.load(words, WORD.asleep) > 0) Atomics.notify(words, WORD.generation)
  }

  #holdWhilePaused(): void {
    const words = this.#words
    if (Atomics.load(words, WORD.paused) === 0) return
    while (Atomics.load(words, WORD.paused) === 1 && !this.aborted) {
      if (Atomics.load(words, WORD.credits) > 0) {
        Atomics.sub(words, WORD.credits, 1)
        break
      }
      Atomics.store(words, WORD.held, 1)
      Atomics.wait(words, WORD.credits, 0, SLEEP_MS)
    }
    // First the time: who sees that nothing is held any more must not take the hold for a delay.
    this.#barrierTime[0] = epochMs()
    Atomics.store(words, WORD.held, 0)
  }

  #wait(generation: number): void {
    const words = this.#words
    for (let spins = words[WORD.spins]; spins > 0; spins--) {
      if (Atomics.load(words, WORD.generation) !== generation) return
    }
    Atomics.add(words, WORD.asleep, 1)
    while (Atomics.load(words, WORD.generation) === generation && !this.aborted) {
      Atomics.wait(words, WORD.generation, generation, SLEEP_MS)
    }
    Atomics.sub(words, WORD.asleep, 1)
  }
}
