/**
 * A run under way: awaitable for its result, iterable for its supersteps, and the controls. Made by
 * coordinator.ts.
 */

import type { CurrentProfile } from '../cost/current.js'
import { BarrierTimeoutError, CheckpointError, DeviceLostError, ProcessorError } from '../errors.js'
import { GRACE_MS } from '../limits.js'
import { epochMs } from '../time/system.js'
import type { Job, RunShape, Transport } from '../transport/transport.js'
import { isLateBy } from '../turn.js'
import { Attempt, LOOK_AGAIN_MS } from './attempt.js'
import type { OpenBlock } from './checkpoint/block.js'
import type { CheckpointKeeper } from './checkpoint/keeper.js'
import { costReader, type RunCost } from './cost.js'
import { RunEvents } from './emit.js'
import type { MemberArgument, MemberOutcome, StopReason } from './member.js'
import type { Settings } from './options.js'
import type { Plan } from './plan.js'
import { PastFigures, readReport, type SuperstepReport } from './report.js'
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
  /** How often the run went back to a checkpoint, or to its input. */
  restarts: number
  /** Supersteps that were finished in the checkpoint that `resume` began with. */
  resumedFrom: number | undefined
  /** Wall time of everything: start, supersteps, result. */
  elapsedMs: number
  /** What the last 1,024 supersteps took, beside what the BSP cost model says of them. */
  readonly cost: RunCost
}

/** Where a run is; `starting` also before it goes on from a checkpoint. */
export type RunStatus = 'starting' | 'running' | 'paused' | 'ended' | 'aborted' | 'failed'

/** What a run needs. */
export interface RunRequest {
  /** Of the computation; its URL, before it is loaded. */
  name: string
  /** Of the first look; those of the plan hold. */
  settings: Settings
  plan(): Promise<Plan>
  /** @param from the checkpoint to go on from */
  argumentFor(plan: Plan, from: OpenBlock | undefined): MemberArgument
  /**
   * Gives a transport that is free, for as long as `work` takes. `discard` ends it, workers and
   * all: for members that don't come back.
   */
  use<T>(work: (transport: Transport, discard: () => void) => Promise<T>): Promise<T>
  job: Job<MemberArgument, MemberOutcome>
  /** What the cost model knows of the machine. */
  profile: CurrentProfile
  /** Called once, when the run is over. */
  onEnd(): void
}

/** How often the run is looked at for those who wait, in milliseconds. */
const LOOK_MS = 4

/** A run under way. */
export class RunHandle<R> implements PromiseLike<RunResult<R>>, AsyncIterable<SuperstepReport> {
  readonly #request: RunRequest
  readonly #promise: Promise<RunResult<R>>
  readonly #startMs = epochMs()
  readonly #events: RunEvents
  #plan: Plan | undefined
  #attempt: Attempt | undefined
  #transport: Transport | undefined
  readonly #past = new PastFigures()
  #restarts = 0
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
    this.#events = new RunEvents(request.settings.telemetry, request.name, this.#startMs)
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

  /** Supersteps finished; fewer again after a restart. */
  get superstep(): number {
    return this.#supersteps ?? this.#transport?.state()?.superstep ?? this.#first
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
    // A restart on the way goes back to a checkpoint: more than one may be due then.
    while (this.#isAlive && this.superstep <= before) {
      const { superstep } = this
      const transport = this.#transport
      transport?.step()
      await this.#until(() => {
        const hasMoved = this.superstep > superstep || this.#transport !== transport
        return hasMoved && this.status === 'paused'
      })
    }
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

  /**
   * A report a superstep, each once, from the first on; the last 1,024 are kept for who comes late.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<SuperstepReport, void> {
    // Who iterates hears of a fault here, if only after the last report.
    this.#promise.catch(() => {})
    let dropped = 0
    await this.#until(() => this.#plan !== undefined)
    for (let next = this.#first; ; next++) {
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

  /** Number of the first superstep. */
  get #first(): number {
    return this.#plan?.from?.description.superstep ?? 0
  }

  get #isAlive(): boolean {
    return this.#status === 'starting' || this.#status === 'running'
  }

  #report(superstep: number): SuperstepReport | undefined {
    const plan = this.#plan
    if (plan === undefined) return undefined
    const names = plan.computation.supersteps.map(({ name }) => name)
    for (const source of [this.#transport, this.#past]) {
      const report = source && readReport(source, superstep, plan.settings.processors, names)
      if (report !== undefined) return report
    }
    return undefined
  }

  /** Resolves when the condition holds, or the run is over. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && this.#isAlive) {
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
    if (!this.#isAlive) return
    this.#status = status
    // Who ends a run knows; a fault that nobody hears of is an unhandled rejection.
    if (status === 'aborted') queueMicrotask(() => this.#promise.catch(() => {}))
    this.#fail(error)
    this.#attempt?.stop(error)
  }

  async #run(failure: Promise<never>): Promise<RunResult<R>> {
    const { settings, plan, onEnd } = this.#request
    const { signal } = settings
    const abort = () => this.abort(signal?.reason)
    signal?.addEventListener('abort', abort)
    try {
      if (signal?.aborted) abort()
      this.#plan = await Promise.race([plan(), failure])
      this.#events.begin(this.#plan.computation, this.#plan.settings.processors)
      const outcomes = await this.#runToEnd(this.#plan, failure)
      this.#status = 'ended'
      this.#supersteps = outcomes[0].supersteps
      const result = this.#resultOf(outcomes)
      this.#events.completed(result)
      return result
    } catch (error) {
      if (this.#isAlive) this.#status = 'failed'
      this.#events.failed(error, this.superstep)
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#supersteps ??= this.#transport?.state()?.superstep
      for (const wake of this.#waiting) wake()
      // Not before the constructor's caller has the handle.
      queueMicrotask(onEnd)
    }
  }

  /** Attempts, until one comes to its end or no other may follow. */
  async #runToEnd(plan: Plan, failure: Promise<never>): Promise<MemberOutcome[]> {
    for (let { from } = plan; ; ) {
      const attempt = this.#newAttempt(plan, from)
      const work = this.#request.use((...place) => attempt.runOn(...place))
      work.catch(() => {})
      try {
        const outcomes = await Promise.race([work, attempt.stopped, failure])
        await Promise.race([allKept(plan), failure])
        return outcomes
      } catch (error) {
        if (!this.#isAlive) throw error
        this.#events.fault(error)
        from = await Promise.race([this.#recover(error, plan), failure])
      }
    }
  }

  #newAttempt(plan: Plan, from: OpenBlock | undefined): Attempt {
    const { computation, settings, keeper } = plan
    const { job, argumentFor } = this.#request
    const events = this.#events
    const attempt = new Attempt({
      ...{ computation, settings, job, argument: () => argumentFor(plan, from) },
      onSave: keeper && ((...saved) => this.#save(keeper, saved)),
      onStart: (transport) => {
        this.#transport = transport
        this.#status = 'running'
        events.start(transport, from?.description.superstep ?? 0)
        if (this.#isPaused) transport.pause()
      },
      onLook: (state) => {
        events.look()
        this.#tell(state.superstep - 1)
      },
      onFigures: () => events.look(),
      keptSupersteps: events.keptSupersteps,
      lookMs: () => events.lookMs,
    })
    this.#attempt = attempt
    return attempt
  }

  async #save(
    keeper: CheckpointKeeper,
    saved: Parameters<NonNullable<RunShape['onSave']>>,
  ): Promise<void> {
    const startMs = epochMs()
    try {
      await keeper.save(...saved, (bytes) => this.#events.saved(saved[0], bytes, startMs))
    } catch (error) {
      this.#stop('failed', error)
    }
  }

  /** What the next attempt begins with; throws the error if there can't be one. */
  async #recover(error: unknown, plan: Plan): Promise<OpenBlock | undefined> {
    const { computation, settings, keeper } = plan
    if (keeper === undefined || !mayPass(error, computation)) throw error
    const { maxRestarts = 0 } = settings.checkpoint ?? {}
    if (this.#restarts === maxRestarts) throw afterRestarts(error, maxRestarts)
    this.#status = 'starting'
    const { saving } = keeper
    // Who waits for a store that hangs would wait for it again.
    const patienceMs = error instanceof BarrierTimeoutError ? GRACE_MS : settings.barrierTimeoutMs
    if (saving !== undefined && (await isLateBy(saving.done, patienceMs))) {
      throw afterRestarts(error, this.#restarts)
    }
    if (keeper.error !== undefined) throw keeper.error
    this.#restarts++
    const from = keeper.hasOwn ? await keeper.newest() : plan.from
    const superstep = from?.description.superstep ?? 0
    if (this.#transport) this.#past.keep(this.#transport, superstep, settings.processors)
    this.#events.restarted(error, superstep)
    return from
  }

  /** Tells of a superstep that is new, unless it is too soon after the last. */
  #tell(superstep: number): void {
    const { onProgress } = this.#request.settings
    const told = this.#told
    const nowMs = epochMs()
    if (onProgress === undefined || superstep <= told.superstep) return
    if (nowMs - told.atMs < LOOK_AGAIN_MS - 1) return
    const report = this.#report(superstep)
    if (report === undefined) return
    this.#told = { superstep, atMs: nowMs }
    try {
      onProgress(report)
    } catch (error) {
      this.#stop('failed', error)
    }
  }

  #resultOf(outcomes: readonly MemberOutcome[]): RunResult<R> {
    const sum = (of: (outcome: MemberOutcome) => number) =>
      outcomes.reduce((total, outcome) => total + of(outcome), 0)
    const [{ reason, supersteps, rounds, result }] = outcomes
    const { from, settings } = this.#plan as Plan
    const elapsedMs = epochMs() - this.#startMs
    const transport = this.#transport as Transport
    const readCost = costReader({
      ...{ sources: [transport, this.#past], transport: transport.kind, supersteps },
      ...{ processors: settings.processors, workers: outcomes.length, first: this.#first },
      profile: this.#request.profile,
    })
    return {
      result: result as R,
      reason,
      converged: reason === 'converged',
      supersteps,
      rounds,
      processors: settings.processors,
      transport: transport.kind,
      workers: outcomes.length,
      messages: sum((outcome) => outcome.messages),
      bytes: sum((outcome) => outcome.bytes),
      undelivered: sum((outcome) => outcome.undelivered),
      restarts: this.#restarts,
      resumedFrom: from?.description.superstep,
      elapsedMs,
      get cost() {
        return readCost()
      },
    }
  }
}

/** Resolves when the store has kept the last checkpoint: a result is not to hide that it failed. */
async function allKept({ keeper, settings }: Plan): Promise<void> {
  const saving = keeper?.saving
  if (saving !== undefined && (await isLateBy(saving.done, settings.barrierTimeoutMs))) {
    throw new CheckpointError(
      'store',
      `the store has not kept the checkpoint of superstep ${saving.superstep} within ` +
        `${settings.barrierTimeoutMs} ms; if it only needs longer, raise "barrierTimeoutMs"`,
    )
  }
  if (keeper?.error !== undefined) throw keeper.error
}

/** Whether a fault may be one of the machine, which another attempt doesn't meet again. */
function mayPass(error: unknown, { save }: Computation): boolean {
  // A state that isn't plain data will not be next time.
  if (error instanceof ProcessorError) return error.part !== 'save' || save !== undefined
  return error instanceof DeviceLostError || error instanceof BarrierTimeoutError
}

/** The error itself, which says what was done about it. */
function afterRestarts(error: unknown, restarts: number): unknown {
  if (restarts === 0 || !(error instanceof Error)) return error
  error.message += ` (after ${restarts} ${restarts === 1 ? 'restart' : 'restarts'})`
  return error
}
