/**
 * A run under way: awaitable for its result, iterable for its supersteps, and the controls. Made by
 * coordinator.ts.
 */

import { BarrierTimeoutError, DeviceLostError } from '../errors.js'
import { GRACE_MS } from '../limits.js'
import { epochMs } from '../time/system.js'
import type { Job, RunState, Transport } from '../transport/transport.js'
import { isLateBy } from '../turn.js'
import type { MemberArgument, MemberOutcome, StopReason } from './member.js'
import type { Settings } from './options.js'
import { readReport, type SuperstepReport } from './report.js'
import type { Computation } from './types.js'

/** How a run ended. */
export interface RunResult<R> {
  /** What `finalize` returned; without it, the outputs of all processors by rank. */
  result: R
  /**
   * `converged`: all processors voted to stop in one round. `finished`: no superstep votes, one
   * round is all. `limit`: after `maxSupersteps`.
   */
  reason: StopReason
  converged: boolean
  supersteps: number
  rounds: number
  processors: number
  transport: Transport['kind']
  /** Threads that the processors ran on. */
  workers: number
  /** Messages and bytes sent in the whole run. */
  messages: number
  bytes: number
  /** Messages sent in the last superstep, which nobody read. */
  undelivered: number
  /** Wall time of everything: start, supersteps, result. */
  elapsedMs: number
}

/** Where a run is. */
export type RunStatus = 'starting' | 'running' | 'paused' | 'ended' | 'aborted' | 'failed'

/** What a run needs. */
export interface RunRequest {
  load(): Promise<Computation>
  argumentFor(computation: Computation): MemberArgument
  settings: Settings
  /**
   * Gives a transport that is free, for as long as `work` takes. `discard` ends it, workers and
   * all: for members that don't come back.
   */
  use<T>(work: (transport: Transport, discard: () => void) => Promise<T>): Promise<T>
  job: Job<MemberArgument, MemberOutcome>
  /** Called once, when the run is over. */
  onEnd(): void
}

/** How often the run is looked at for those who wait, in milliseconds. */
const LOOK_MS = 4
const PROGRESS_MS = 33

/** What comlink says in place of an answer that can't be cloned. */
const UNSERIALIZABLE = 'Unserializable return value'

/** A run under way. */
export class RunHandle<R> implements PromiseLike<RunResult<R>>, AsyncIterable<SuperstepReport> {
  readonly #request: RunRequest
  readonly #promise: Promise<RunResult<R>>
  #computation: Computation | undefined
  #transport: Transport | undefined
  #status: RunStatus = 'starting'
  #supersteps: number | undefined
  #fail: (error: unknown) => void = () => {}
  #isPaused = false
  /** Who waits for a look at the run: woken at its end. */
  readonly #waiting = new Set<() => void>()
  /** Last report that `onProgress` was given, and when. */
  #told = { superstep: -1, atMs: 0 }

  /** @internal */
  constructor(request: RunRequest) {
    this.#request = request
    const failure = new Promise<never>((_, reject) => {
      this.#fail = reject
    })
    failure.catch(() => {})
    this.#promise = this.#run(failure)
  }

  /** Where the run is now. */
  get status(): RunStatus {
    if (this.#status === 'running' && this.#transport?.state()?.held) return 'paused'
    return this.#status
  }

  /** Supersteps finished. */
  get superstep(): number {
    return this.#supersteps ?? this.#transport?.state()?.superstep ?? 0
  }

  // biome-ignore lint/suspicious/noThenProperty: a handle is awaitable by design
  then<A = RunResult<R>, B = never>(
    onResult?: ((result: RunResult<R>) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(onResult, onError)
  }

  /** As a promise's. */
  catch<B = never>(
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<RunResult<R> | B> {
    return this.#promise.catch(onError)
  }

  /** As a promise's. */
  finally(onEnd?: (() => void) | null): Promise<RunResult<R>> {
    return this.#promise.finally(onEnd)
  }

  /**
   * Holds the run at its next barrier.
   *
   * @returns resolves when it is held, or over
   */
  async pause(): Promise<void> {
    this.#isPaused = true
    this.#transport?.pause()
    await this.#until(() => this.status === 'paused')
  }

  /**
   * Lets one superstep through.
   *
   * @returns its report, when the run is held again; undefined when the run is over
   * @throws TypeError when the run isn't paused
   */
  async step(): Promise<SuperstepReport | undefined> {
    if (!this.#isPaused) throw new TypeError('step() needs a paused run: call pause() first')
    await this.pause()
    const before = this.superstep
    this.#transport?.step()
    await this.#until(() => this.superstep > before && this.status === 'paused')
    return this.#report(before)
  }

  /** Goes on after `pause`. */
  resume(): void {
    this.#isPaused = false
    this.#transport?.resume()
  }

  /** Ends the run: it rejects with `reason`. Nothing happens if it is over. */
  abort(reason: unknown = new DOMException('the run was aborted', 'AbortError')): void {
    this.#stop('aborted', reason)
  }

  /** A report a superstep, from the first on; the last 1,024 are kept for who comes late. */
  async *[Symbol.asyncIterator](): AsyncGenerator<SuperstepReport, void> {
    // Who iterates hears of a fault here, if only after the last report.
    this.#promise.catch(() => {})
    let dropped = 0
    for (let next = 0; ; next++) {
      await this.#until(() => this.superstep > next)
      if (this.superstep <= next) break
      const report = this.#report(next)
      if (report === undefined) dropped++
      else {
        yield { ...report, dropped }
        dropped = 0
      }
    }
    await this.#promise
  }

  #report(superstep: number): SuperstepReport | undefined {
    const transport = this.#transport
    if (transport === undefined) return undefined
    const { processors } = this.#request.settings
    return readReport(transport, superstep, processors, this.#superstepNames())
  }

  /** Resolves when the condition holds, or the run is over. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && (this.#status === 'starting' || this.#status === 'running')) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          this.#waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, LOOK_MS)
        this.#waiting.add(wake)
      })
    }
  }

  #stop(status: 'aborted' | 'failed', error: unknown): void {
    if (this.#status !== 'starting' && this.#status !== 'running') return
    this.#status = status
    // Who ends a run knows; a fault that nobody hears of is an unhandled rejection.
    if (status === 'aborted') queueMicrotask(() => this.#promise.catch(() => {}))
    this.#fail(error)
    this.#transport?.end()
  }

  async #run(failure: Promise<never>): Promise<RunResult<R>> {
    const { settings, use, load, onEnd } = this.#request
    const { signal } = settings
    const abort = () => this.abort(signal?.reason)
    signal?.addEventListener('abort', abort)
    const startMs = epochMs()
    try {
      if (signal?.aborted) abort()
      this.#computation = await Promise.race([load(), failure])
      const work = use((transport, discard) => this.#runOn(transport, failure, discard, startMs))
      work.catch(() => {})
      return await Promise.race([work, failure])
    } catch (error) {
      if (this.#status === 'starting' || this.#status === 'running') this.#status = 'failed'
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      for (const wake of this.#waiting) wake()
      // Not before the constructor's caller has the handle.
      queueMicrotask(onEnd)
    }
  }

  async #runOn(
    transport: Transport,
    failure: Promise<never>,
    discard: () => void,
    startMs: number,
  ): Promise<RunResult<R>> {
    if (this.#status !== 'starting') throw new Error('the run ended before it began')
    const { argumentFor, job, settings } = this.#request
    const { processors, messageMemoryBytes } = settings
    const argument = argumentFor(this.#computation as Computation)
    this.#transport = transport
    this.#status = 'running'
    const run = transport.run(job, argument, { processors, messageMemoryBytes })
    if (this.#isPaused) transport.pause()
    const watch = setInterval(() => this.#watch(transport), watchIntervalMs(settings))
    failure.catch(async () => {
      // Members on this thread may never come back; nothing of the run may keep Node running.
      clearInterval(watch)
      if (await isLateBy(run, GRACE_MS)) discard()
    })
    try {
      const outcomes = await run
      if (this.#status !== 'running') throw new Error('the run was ended')
      this.#status = 'ended'
      this.#supersteps = outcomes[0].supersteps
      return resultOf(outcomes, transport, settings, startMs)
    } catch (error) {
      throw this.#explain(error, transport)
    } finally {
      clearInterval(watch)
      this.#supersteps ??= transport.state()?.superstep
    }
  }

  /** Looks for a barrier that takes too long, and tells of progress. */
  #watch(transport: Transport): void {
    const state = transport.state()
    if (state === undefined || this.#status !== 'running') return
    const { barrierTimeoutMs } = this.#request.settings
    const isLate = state.sinceBarrierMs > barrierTimeoutMs && missingIn(state.phases).length > 0
    if (isLate) this.#stop('failed', this.#timeout(state))
    else this.#tell(state.superstep - 1)
  }

  /** Tells of a superstep that is new, unless it is too soon after the last. */
  #tell(superstep: number): void {
    const { onProgress } = this.#request.settings
    const told = this.#told
    const nowMs = epochMs()
    if (onProgress === undefined || superstep <= told.superstep) return
    if (nowMs - told.atMs < PROGRESS_MS - 1) return
    const report = this.#report(superstep)
    if (report === undefined) return
    this.#told = { superstep, atMs: nowMs }
    try {
      onProgress(report)
    } catch (error) {
      this.#stop('failed', error)
    }
  }

  #timeout(state: RunState): BarrierTimeoutError {
    const { settings } = this.#request
    return new BarrierTimeoutError({
      computation: this.#name,
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
    return new TypeError(`computation "${this.#name}": ${problem}`, { cause: error })
  }

  #lost(error: DeviceLostError, transport: Transport): DeviceLostError {
    const state = transport.state()
    if (state === undefined) return error
    const ranks = missingIn(state.phases).map(({ rank }) => rank)
    const { superstep, step } = this.#place(state)
    const where = `computation "${this.#name}", superstep "${superstep}" (number ${step})`
    const missing = ranks.length > 0 ? `; not at the barrier: ranks ${ranks.join(', ')}` : ''
    return new DeviceLostError(`${where}: ${error.message}${missing}`, { cause: error })
  }

  /** The superstep that goes on; the last one, once outputs are on their way. */
  #place({ superstep, phases }: RunState): { superstep: string; step: number } {
    const names = this.#superstepNames()
    const step = phases.includes('finishing') ? Math.max(0, superstep - 1) : superstep
    return { superstep: names[step % names.length], step }
  }

  get #name(): string {
    return this.#computation?.name ?? ''
  }

  #superstepNames(): string[] {
    return this.#computation?.supersteps.map(({ name }) => name) ?? []
  }
}

function watchIntervalMs({ barrierTimeoutMs }: Settings): number {
  return Math.max(1, Math.min(PROGRESS_MS, barrierTimeoutMs / 4))
}

function missingIn(phases: RunState['phases']): { rank: number; phase: string }[] {
  return phases
    .map((phase, rank) => ({ rank, phase }))
    .filter(({ phase }) => phase !== 'waiting' && phase !== 'ended')
}

function resultOf<R>(
  outcomes: readonly MemberOutcome[],
  transport: Transport,
  { processors }: Settings,
  startMs: number,
): RunResult<R> {
  const sum = (of: (outcome: MemberOutcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0)
  const [{ reason, supersteps, rounds, result }] = outcomes
  return {
    result: result as R,
    reason,
    converged: reason === 'converged',
    supersteps,
    rounds,
    processors,
    transport: transport.kind,
    workers: outcomes.length,
    messages: sum((outcome) => outcome.messages),
    bytes: sum((outcome) => outcome.bytes),
    undelivered: sum((outcome) => outcome.undelivered),
    elapsedMs: epochMs() - startMs,
  }
}
