/**
 * One processor: a rank's state, and what a superstep does to it. Run by member.ts, in the order
 * compute, vote, communicate; every fault becomes an error that says where it happened.
 */

import { show } from '../check.js'
import { MessageLimitError, ProcessorError, type RunPlace } from '../errors.js'
import { blockPartition, hashPartition } from '../graph/partition.js'
import { createRandom, type Random, type RestorableRandom } from '../random.js'
import { epochMs } from '../time/system.js'
import {
  type Endpoint,
  type MaybePromise,
  MessageMemoryFull,
  RunEnded,
} from '../transport/transport.js'
import { type RankRecord, writeSection } from './checkpoint/section.js'
import { FIGURE } from './figures.js'
import { InboxReader } from './inbox.js'
import { Outbox } from './outbox.js'
import { checkPlain } from './plain.js'
import type { Computation, Context, MessageSpec, Superstep } from './types.js'

/** What `ctx.fail` throws. */
class Failure extends Error {}

/** A context that the processor moves on. */
type OwnContext = { -readonly [K in keyof Context]: Context[K] }

export class Processor {
  readonly rank: number
  /** In the whole run. */
  sentMessages = 0
  sentBytes = 0
  readonly #endpoint: Endpoint
  readonly #computation: Computation
  readonly #context: OwnContext
  readonly #random: RestorableRandom
  readonly #inbox: InboxReader
  readonly #outbox: Outbox
  #state: unknown
  #hasInput = false
  /** Settles when the last step that was a promise has; never rejects. */
  #going: Promise<unknown> | undefined
  #isClosed = false
  /** Whether there is a state that `dispose` is owed. */
  #isAlive = false
  /** Bytes of the last section, and some: what the next one begins with. */
  #sectionBytes = 0

  constructor(endpoint: Endpoint, rank: number, computation: Computation, seed: number) {
    this.rank = rank
    this.#endpoint = endpoint
    this.#computation = computation
    const neighbors = this.#neighbors()
    const isOver = () => this.#isClosed || endpoint.aborted
    // Seeds of neighbouring ranks are far apart: a multiple of the golden ratio.
    this.#random = createRandom((seed + Math.imul(rank, 0x9e37_79b9)) >>> 0)
    this.#context = contextOf(endpoint, isOver, rank, neighbors ?? [], this.#random)
    this.#inbox = new InboxReader(endpoint, rank, computation.message)
    this.#outbox = new Outbox(endpoint, rank, computation.message, neighbors)
  }

  /** Makes the first state. */
  async initialize(input: unknown): Promise<void> {
    this.#endpoint.enter(this.rank, 'preparing')
    this.#hasInput = input !== undefined
    await this.#guard('initialize', undefined, async () => {
      this.#state = await this.#computation.initialize(input, this.#context)
      if (this.#state === undefined) {
        throw new TypeError('it returned nothing: return the first state, null if there is none')
      }
      this.#isAlive = true
    })
    this.#beReady()
  }

  #beReady(): void {
    this.#endpoint.figures(this.rank)[FIGURE.readyMs] = epochMs()
    this.#endpoint.enter(this.rank, 'waiting')
  }

  /** Makes the state of a checkpoint again. */
  async restore(record: RankRecord, input: unknown, step: number): Promise<void> {
    const { restore } = this.#computation
    this.#endpoint.enter(this.rank, 'preparing')
    this.#hasInput = input !== undefined
    this.#finish(step)
    await this.#guard('restore', undefined, async () => {
      const made = restore ? await restore(record.state, this.#context, input) : record.state
      if (made === undefined) throw new TypeError('it returned nothing: return the state')
      this.#state = made
      this.#isAlive = true
    })
    this.#random.restore(record.random)
    this.#inbox.restore(record.packets)
    this.sentMessages = record.sentMessages
    this.sentBytes = record.sentBytes
    this.#beReady()
  }

  /** What a checkpoint keeps of this processor, after a barrier. */
  async save(agreed: boolean, step: number): Promise<Uint8Array> {
    const { save } = this.#computation
    this.#finish(step)
    return this.#guard('save', undefined, async () => {
      const state = save ? await save(this.#state, this.#context) : this.#state
      const { sentMessages, sentBytes } = this
      const place = { agreed, random: this.#random.state(), sentMessages, sentBytes }
      const record = { ...place, packets: this.#inbox.packets(), state }
      const section = writeSection(record, this.#sectionBytes)
      this.#sectionBytes = section.byteLength + (section.byteLength >>> 4)
      return section
    })
  }

  /** So many supersteps are finished. */
  #finish(step: number): void {
    this.#context.superstep = step
    this.#context.round = Math.floor(step / this.#computation.supersteps.length)
  }

  /** One superstep, up to its barrier; returns this processor's vote. */
  step(index: number, step: number, round: number): MaybePromise<boolean> {
    const superstep = this.#computation.supersteps[index]
    const ctx = this.#context
    ctx.superstep = step
    ctx.round = round
    this.#endpoint.enter(this.rank, 'computing')
    const figures = this.#endpoint.figures(this.rank)
    const startMs = epochMs()
    figures[FIGURE.startMs] = startMs
    figures[FIGURE.index] = index
    figures[FIGURE.round] = round
    const { inbox, messages, bytes } = this.#inbox.open()
    figures[FIGURE.receivedMessages] = messages
    figures[FIGURE.receivedBytes] = bytes
    const { converged } = superstep
    const before =
      converged === undefined
        ? undefined
        : this.#guard('snapshot', superstep, () => this.#snapshot())
    const finish = (next: unknown) => {
      if (next !== undefined) this.#state = next
      figures[FIGURE.computeMs] = epochMs() - startMs
      const vote =
        converged === undefined ||
        this.#isEmpty() ||
        this.#guard('converged', superstep, () => this.#vote(converged, before))
      figures[FIGURE.vote] = vote ? 1 : 0
      return then(this.#communicate(superstep, figures), () => {
        figures[FIGURE.marker] = step + 1
        return vote
      })
    }
    const next = this.#guard('compute', superstep, () =>
      superstep.compute(this.#state, inbox as never, ctx),
    )
    const vote = then(next, finish)
    // Another processor's fault may be the one that is told.
    this.#going = isPromise(vote) ? vote.catch(() => {}) : undefined
    return vote
  }

  /** Settles when a step that still goes on has ended. */
  get going(): Promise<unknown> | undefined {
    return this.#going
  }

  /** The run is over: what still goes on here sends nothing more. */
  close(): void {
    this.#isClosed = true
    this.#outbox.close()
  }

  /** Messages that arrived and that nobody will look at. */
  countUnread(): number {
    return this.#inbox.open().messages
  }

  /** What leaves this processor. */
  async output(): Promise<unknown> {
    const { output } = this.#computation
    this.#endpoint.enter(this.rank, 'finishing')
    const value = await this.#guard('output', undefined, async () => {
      const made = output === undefined ? this.#state : await output(this.#state, this.#context)
      // Here too where nothing is sent: the program may run on threads some day.
      checkPlain(made, 'the output')
      return made
    })
    this.#endpoint.enter(this.rank, 'waiting')
    return value
  }

  /** Sends a value to rank 0 by the transport, as a superstep's only message. */
  sendOutput(value: unknown): void {
    this.#outbox.begin()
    this.#guard('output', undefined, () => {
      this.#outbox.sendValue(0, value, 'the output')
      this.#outbox.flush()
    })
  }

  /** Values that others sent by `sendOutput`. */
  receiveOutputs(): readonly unknown[] {
    return this.#inbox.openValues()
  }

  finalize(outputs: unknown[]): MaybePromise<unknown> {
    this.#endpoint.enter(this.rank, 'finishing')
    const { finalize } = this.#computation
    if (finalize === undefined) return outputs
    return this.#guard('finalize', undefined, () => finalize(outputs))
  }

  async dispose(): Promise<void> {
    if (!this.#isAlive) return
    this.#isAlive = false
    await this.#guard('dispose', undefined, () => this.#computation.dispose?.(this.#state))
  }

  #communicate(
    superstep: Superstep<unknown, MessageSpec>,
    figures: Float64Array,
  ): MaybePromise<void> {
    const { communicate } = superstep
    const outbox = this.#outbox
    const startMs = epochMs()
    const end = () => {
      this.#guard('communicate', superstep, () => outbox.flush())
      this.sentMessages += outbox.messages
      this.sentBytes += outbox.bytes
      figures[FIGURE.sentMessages] = outbox.messages
      figures[FIGURE.sentBytes] = outbox.bytes
      const endMs = epochMs()
      figures[FIGURE.communicateMs] = endMs - startMs
      figures[FIGURE.endMs] = endMs
      this.#endpoint.enter(this.rank, 'waiting')
    }
    outbox.begin()
    if (communicate === undefined) return end()
    this.#endpoint.enter(this.rank, 'communicating')
    const sent = this.#guard('communicate', superstep, () =>
      communicate(this.#state, outbox.send as never, this.#context),
    )
    return then(sent, end)
  }

  #snapshot(): unknown {
    const { snapshot } = this.#computation
    if (snapshot !== undefined) return snapshot(this.#state)
    try {
      return structuredClone(this.#state)
    } catch (cause) {
      const remedy =
        'give the computation "snapshot", a function that copies what "converged" needs'
      throw new TypeError(`${(cause as Error).message} Instead: ${remedy}`, { cause })
    }
  }

  #isEmpty(): boolean {
    return this.#computation.isEmpty?.(this.#state) === true
  }

  #vote(
    converged: NonNullable<Superstep<unknown, MessageSpec>['converged']>,
    before: unknown,
  ): boolean {
    const vote: unknown = converged(before, this.#state, this.#context)
    if (typeof vote === 'boolean') return vote
    // Its own fault is this one; nobody looks at what it rejects with.
    if (isPromise(vote)) vote.then(undefined, () => {})
    throw new TypeError(`"converged" must return true or false, got ${show(vote)}`)
  }

  #neighbors(): readonly number[] | undefined {
    const { neighbors } = this.#computation
    if (neighbors === undefined) return undefined
    const { processors } = this.#endpoint
    return this.#guard('neighbors', undefined, () => {
      const ranks = neighbors({ rank: this.rank, processors })
      const isRank = (to: unknown) =>
        Number.isInteger(to) && Number(to) >= 0 && Number(to) < processors
      if (Array.isArray(ranks) && ranks.every(isRank)) return ranks
      throw new RangeError(`"neighbors" must return ranks in [0, ${processors - 1}], got ${ranks}`)
    })
  }

  /** Runs a part of the computation; what it throws is said to come from there. */
  #guard<T>(part: string, superstep: Superstep<unknown, MessageSpec> | undefined, run: () => T): T {
    try {
      const result = run()
      if (!isPromise(result)) return result
      return Promise.resolve(result).catch((error: unknown) => {
        throw this.#explain(error, part, superstep)
      }) as T
    } catch (error) {
      throw this.#explain(error, part, superstep)
    }
  }

  /** What to do about a fault that the engine has some part in; empty for others. */
  #remedyFor(error: unknown, part: string): string {
    const isFirst = part === 'initialize' || part === 'restore'
    if (isFirst && !this.#hasInput) return ' (no "input" was given)'
    const isNotPlain = /^can't send /.test((error as Error)?.message ?? '')
    if (part === 'output' && isNotPlain && this.#computation.output === undefined) {
      return '; give the definition "output", which returns plain data'
    }
    if (part === 'save' && isNotPlain && this.#computation.save === undefined) {
      return '; give the definition "save" and "restore": plain data of it, and the state again'
    }
    return ''
  }

  #explain(
    error: unknown,
    part: string,
    superstep: Superstep<unknown, MessageSpec> | undefined,
  ): unknown {
    if (error instanceof RunEnded || error instanceof ProcessorError) return error
    const place: RunPlace = {
      computation: this.#computation.name,
      superstep: superstep?.name,
      step: this.#context?.superstep ?? 0,
      rank: this.rank,
    }
    if (error instanceof MessageMemoryFull) return new MessageLimitError(place, error.limitBytes)
    if (error instanceof Failure) return new ProcessorError(place, part, error.message)
    const text =
      (error instanceof Error ? error.message : show(error)) + this.#remedyFor(error, part)
    return new ProcessorError(place, part, text, { cause: error })
  }
}

function contextOf(
  endpoint: Endpoint,
  isOver: () => boolean,
  rank: number,
  neighbors: readonly number[],
  random: Random,
): OwnContext {
  const { processors } = endpoint
  const hash = hashPartition(processors)
  return {
    ...{ rank, processors, superstep: 0, round: 0, neighbors, random },
    get aborted() {
      return isOver()
    },
    block: (length, unit) => blockPartition(length, processors, rank, unit),
    hash: () => hash,
    fail(reason) {
      throw new Failure(reason)
    },
  }
}

/** Whether it is to be awaited: anything with `then`, such as the handle of a run. */
function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === 'function'
}

/** Goes on at once with a value, later with a promise's. */
function then<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? value.then(next as (value: unknown) => R) : next(value)
}
