/**
 * The transport within one thread: one member hosts all ranks, packets are handed over. Nothing
 * runs in parallel, and nothing can interrupt a `compute` that never ends.
 */

import { epochMs } from '../time/system.js'
import { nextTurn } from '../turn.js'
import { ChunkArena } from './arena.js'
import {
  copyFigures,
  type Endpoint,
  FIGURES,
  type Job,
  KEPT_SUPERSTEPS,
  LANES,
  LOOK_EVERY,
  type MaybePromise,
  type Packet,
  type Phase,
  RunEnded,
  type RunShape,
  type RunState,
  type Transport,
} from './transport.js'

/** Opens it; it holds nothing that would need closing. */
export function openInline(): Transport {
  return new InlineTransport()
}

class InlineTransport implements Transport {
  readonly kind = 'inline'
  readonly members = 1
  #run: InlineRun | undefined

  async run<A, R>(job: Job<A, R>, argument: A, shape: RunShape): Promise<R[]> {
    const run = new InlineRun(shape)
    this.#run = run
    return [await job.local(run, argument)]
  }

  pause(): void {
    this.#run?.gate.pause()
  }

  step(): void {
    this.#run?.gate.step()
  }

  resume(): void {
    this.#run?.gate.resume()
  }

  end(): void {
    this.#run?.end()
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

/** Holds a barrier closed. */
class Gate {
  held = false
  #paused = false
  #credits = 0
  #open: () => void = () => {}

  pause(): void {
    this.#paused = true
    this.#credits = 0
  }

  step(): void {
    if (!this.#paused) return
    this.#credits++
    this.#open()
  }

  resume(): void {
    this.#paused = false
    this.#open()
  }

  /** Lets who waits look again. */
  wake(): void {
    this.#open()
  }

  /** Whether the barrier may open now; takes a step's credit. */
  mayPass(): boolean {
    if (!this.#paused) return true
    if (this.#credits === 0) return false
    this.#credits--
    return true
  }

  async wait(isOver: () => boolean): Promise<void> {
    this.held = true
    while (!isOver() && !this.mayPass()) {
      await new Promise<void>((resolve) => {
        this.#open = resolve
      })
    }
    this.held = false
  }
}

class InlineRun implements Endpoint {
  readonly processors: number
  readonly ranks: readonly number[]
  readonly gate = new Gate()
  readonly #phases: Phase[]
  readonly #figures: Float64Array
  /** Memory of the superstep that sends, and of the one that receives. */
  #sending: ChunkArena
  #receiving: ChunkArena
  #outgoing: Packet[][]
  #delivered: Packet[][]
  readonly #limitBytes: number
  readonly #onSave: RunShape['onSave']
  readonly #onFigures: RunShape['onFigures']
  /** Resolves when what was saved last has been dealt with. */
  #stored: Promise<void> | undefined
  #release: () => void = () => {}
  /** Resolves when the run is to end. */
  readonly #over = new Promise<void>((resolve) => {
    this.#release = resolve
  })
  readonly #firstSuperstep: number
  /** Supersteps finished; one less before the first barrier. */
  #superstep: number
  #barrierMs = epochMs()
  #turnMs = epochMs()
  #ended = false

  constructor(shape: RunShape) {
    const { processors, messageMemoryBytes, firstSuperstep = 0 } = shape
    this.processors = processors
    this.#firstSuperstep = firstSuperstep
    this.#superstep = firstSuperstep - 1
    this.#onSave = shape.onSave?.bind(shape)
    this.#onFigures = shape.onFigures?.bind(shape)
    this.ranks = Array.from({ length: processors }, (_, rank) => rank)
    this.#phases = this.ranks.map(() => 'preparing')
    this.#figures = new Float64Array(KEPT_SUPERSTEPS * processors * FIGURES)
    this.#limitBytes = messageMemoryBytes
    this.#sending = new ChunkArena(messageMemoryBytes / 2)
    this.#receiving = new ChunkArena(messageMemoryBytes / 2)
    this.#outgoing = this.#noPackets()
    this.#delivered = this.#noPackets()
  }

  get aborted(): boolean {
    return this.#ended
  }

  enter(rank: number, phase: Phase): void {
    this.#phases[rank] = phase
  }

  alloc(_from: number, byteLength: number): Uint8Array {
    return this.#sending.alloc(byteLength)
  }

  post(from: number, to: number, lane: number, memory: Uint8Array, byteLength: number): void {
    const bytes = memory.subarray(0, byteLength)
    this.#outgoing[to * LANES + lane].push({ from, bytes })
  }

  figures(rank: number): Float64Array {
    const slot = Math.max(this.#firstSuperstep, this.#superstep) % KEPT_SUPERSTEPS
    const at = (slot * this.processors + rank) * FIGURES
    return this.#figures.subarray(at, at + FIGURES)
  }

  exchange(agreed: boolean, counts = true): MaybePromise<boolean> {
    if (this.#ended) throw new RunEnded()
    if (counts) {
      this.#superstep++
      if (this.#superstep % LOOK_EVERY === 0) this.#onFigures?.()
      if (!this.gate.mayPass()) return this.#waitForGate(agreed)
    }
    if (epochMs() - this.#turnMs > TURN_MS) return this.#takeTurn(agreed)
    return this.#open(agreed)
  }

  received(rank: number, lane: number): readonly Packet[] {
    return this.#delivered[rank * LANES + lane]
  }

  save(superstep: number, sections: readonly Uint8Array[]): MaybePromise<void> {
    if (this.#stored !== undefined) return this.#saveAfter(this.#stored, superstep, sections)
    this.#stored = this.#onSave?.(superstep, sections).then(() => {
      this.#stored = undefined
    })
  }

  async #saveAfter(
    stored: Promise<void>,
    superstep: number,
    sections: readonly Uint8Array[],
  ): Promise<void> {
    await Promise.race([stored, this.#over])
    if (this.#ended) throw new RunEnded()
    await this.save(superstep, sections)
  }

  end(): void {
    this.#ended = true
    this.#release()
    this.gate.wake()
  }

  state(): RunState {
    const sinceBarrierMs = this.gate.held ? 0 : epochMs() - this.#barrierMs
    const { held } = this.gate
    const superstep = Math.max(this.#firstSuperstep, this.#superstep)
    return { superstep, sinceBarrierMs, held, phases: this.#phases }
  }

  kept(superstep: number, rank: number, into?: Float64Array): Float64Array | undefined {
    const oldest = this.#superstep - KEPT_SUPERSTEPS
    if (superstep >= this.#superstep || superstep <= oldest) return undefined
    const at = ((superstep % KEPT_SUPERSTEPS) * this.processors + rank) * FIGURES
    return copyFigures(this.#figures, at, into)
  }

  memory(): { usedBytes: number; limitBytes: number } {
    const usedBytes = this.#sending.usedBytes + this.#receiving.usedBytes
    return { usedBytes, limitBytes: this.#limitBytes }
  }

  #noPackets(): Packet[][] {
    return Array.from({ length: this.processors * LANES }, () => [])
  }

  async #waitForGate(agreed: boolean): Promise<boolean> {
    await this.gate.wait(() => this.#ended)
    if (this.#ended) throw new RunEnded()
    return this.#open(agreed)
  }

  /** Timers, input and aborts get through. */
  async #takeTurn(agreed: boolean): Promise<boolean> {
    await nextTurn()
    this.#turnMs = epochMs()
    if (this.#ended) throw new RunEnded()
    return this.#open(agreed)
  }

  #open(agreed: boolean): boolean {
    const { length } = this.#outgoing
    const spent = this.#delivered
    this.#delivered = this.#outgoing
    for (let i = 0; i < length; i++) spent[i].length = 0
    this.#outgoing = spent
    const arena = this.#receiving
    this.#receiving = this.#sending
    arena.reset()
    this.#sending = arena
    this.#barrierMs = epochMs()
    return agreed
  }
}

/** Supersteps without a turn of the event loop. */
const TURN_MS = 10
