/**
 * One attempt of a run: a transport, the members on it, and the watch over them. It ends with the
 * members' outcomes or with a fault; whether another follows is the handle's business (handle.ts).
 */

import { BarrierTimeoutError, DeviceLostError } from '../errors.js'
import { GRACE_MS } from '../limits.js'
import type { Job, RunShape, RunState, Transport } from '../transport/transport.js'
import { isLateBy } from '../turn.js'
import type { MemberArgument, MemberOutcome } from './member.js'
import type { Settings } from './options.js'
import type { Computation } from './types.js'

/** What an attempt is made of. */
export interface AttemptRequest {
  computation: Computation
  settings: Settings
  job: Job<MemberArgument, MemberOutcome>
  /** Called once, when there is a transport. */
  argument(): MemberArgument
  onSave: RunShape['onSave']
  /** Called before the members begin. */
  onStart(transport: Transport): void
  /** Called again and again while the attempt goes on. */
  onLook(state: RunState): void
  /** As those of the transport's contract. */
  onFigures: RunShape['onFigures']
  keptSupersteps: number
  /** When somebody waits for the next look, at the latest, in milliseconds; asked at each. */
  lookMs(): number
}

/** How often the run is looked at, in milliseconds; less for short time-outs. */
export const LOOK_AGAIN_MS = 33

/** What comlink says in place of an answer that can't be cloned. */
const UNSERIALIZABLE = 'Unserializable return value'

export class Attempt {
  /** Rejects when the attempt is stopped; never resolves. */
  readonly stopped: Promise<never>
  readonly #request: AttemptRequest
  #reject: (error: unknown) => void = () => {}
  #transport: Transport | undefined
  #isOver = false

  constructor(request: AttemptRequest) {
    this.#request = request
    this.stopped = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.stopped.catch(() => {})
  }

  /** Whether members that still do something do it in vain. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Ends it: `stopped` rejects with the error. */
  stop(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reject(error)
    this.#transport?.end()
  }

  /**
   * Runs the members; resolves when the transport is free again.
   *
   * @param discard ends the transport, workers and all: for members that don't come back
   */
  async runOn(transport: Transport, discard: () => void): Promise<MemberOutcome[]> {
    if (this.#isOver) throw new Error('the run ended before it began')
    const { job, settings, onSave, onStart, onFigures, keptSupersteps } = this.#request
    const argument = this.#request.argument()
    const { processors, messageMemoryBytes } = settings
    this.#transport = transport
    const shape: RunShape = {
      ...{ processors, messageMemoryBytes, firstSuperstep: argument.from?.superstep ?? 0 },
      ...{ onFigures, keptSupersteps },
      onSave:
        onSave &&
        (async (superstep, sections) => {
          if (!this.#isOver) await onSave(superstep, sections)
        }),
    }
    const run = transport.run(job, argument, shape)
    onStart(transport)
    const watch = this.#watchAgain(transport)
    this.stopped.catch(async () => {
      // Members on this thread may never come back; nothing of the run may keep Node running.
      watch.end()
      if (await isLateBy(run, GRACE_MS)) discard()
    })
    try {
      const outcomes = await run
      if (this.#isOver) throw new Error('the run was ended')
      return outcomes
    } catch (error) {
      throw this.#explain(error, transport)
    } finally {
      this.#isOver = true
      watch.end()
    }
  }

  /** Looks again and again; how often, that may change. */
  #watchAgain(transport: Transport): { end(): void } {
    const { settings, lookMs } = this.#request
    const wait = () => setTimeout(look, watchIntervalMs(settings, lookMs()))
    const look = () => {
      this.#watch(transport)
      if (!this.#isOver) timer = wait()
    }
    let timer = wait()
    return { end: () => clearTimeout(timer) }
  }

  /** Looks for a barrier that takes too long. */
  #watch(transport: Transport): void {
    const state = transport.state()
    if (state === undefined || this.#isOver) return
    const { barrierTimeoutMs } = this.#request.settings
    const isLate = state.sinceBarrierMs > barrierTimeoutMs && missingIn(state.phases).length > 0
    if (isLate) this.stop(this.#timeout(state))
    else this.#request.onLook(state)
  }

  #timeout(state: RunState): BarrierTimeoutError {
    const { settings, computation } = this.#request
    return new BarrierTimeoutError({
      computation: computation.name,
      ...this.#place(state),
      timeoutMs: settings.barrierTimeoutMs,
      missing: missingIn(state.phases),
    })
  }

  /** What the way to and from threads can't say by itself: which part of the run it was about. */
  #explain(error: unknown, transport: Transport): unknown {
    if (error instanceof DeviceLostError) return this.#lost(error, transport)
    if ((error as Partial<Error>).message !== UNSERIALIZABLE) return error
    const problem = "the result can't be sent from its thread: let finalize return plain data"
    const { name } = this.#request.computation
    return new TypeError(`computation "${name}": ${problem}`, { cause: error })
  }

  #lost(error: DeviceLostError, transport: Transport): DeviceLostError {
    const state = transport.state()
    if (state === undefined) return error
    const ranks = missingIn(state.phases).map(({ rank }) => rank)
    const { superstep, step } = this.#place(state)
    const { name } = this.#request.computation
    const where = `computation "${name}", superstep "${superstep}" (number ${step})`
    const missing = ranks.length > 0 ? `; not at the barrier: ranks ${ranks.join(', ')}` : ''
    return new DeviceLostError(`${where}: ${error.message}${missing}`, { cause: error })
  }

  /** The superstep that goes on; the last one, once outputs are on their way. */
  #place({ superstep, phases }: RunState): { superstep: string; step: number } {
    const { supersteps } = this.#request.computation
    const step = phases.includes('finishing') ? Math.max(0, superstep - 1) : superstep
    return { superstep: supersteps[step % supersteps.length].name, step }
  }
}

function watchIntervalMs({ barrierTimeoutMs }: Settings, lookMs: number): number {
  return Math.max(1, Math.min(LOOK_AGAIN_MS, lookMs, barrierTimeoutMs / 4))
}

function missingIn(phases: RunState['phases']): { rank: number; phase: string }[] {
  return phases
    .map((phase, rank) => ({ rank, phase }))
    .filter(({ phase }) => phase !== 'waiting' && phase !== 'ended')
}
