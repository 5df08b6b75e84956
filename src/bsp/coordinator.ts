/**
 * Starting runs: `run`, `resume`, `Coordinator` and `createRuntime`. How a run is started is in
 * start.ts.
 */

import { checkCallback, checkInteger, checkOptions } from '../check.js'
import { DisposedError } from '../errors.js'
import { MAX_THREADS } from '../limits.js'
import { hostProcessorCount, type OwnWorker, TransportOwner } from '../transport/open.js'
import type { RunHandle, RunStatus } from './handle.js'
import { loadComputation } from './load.js'
import { checkRunOptions, type RunOptions } from './options.js'
import { planRun, type ResumeOptions } from './plan.js'
import { RunGroup, type RunInspection, type RuntimeMemory } from './runtime.js'
import {
  type AnyComputation,
  type InputOf,
  newRun,
  type ResultOf,
  type RunArguments,
  resumedRun,
  type Start,
  start,
  startAlone,
  transportFor,
} from './start.js'
import type { Computation, ComputationDescription, MessageSpec } from './types.js'

/**
 * Runs a computation.
 *
 * A computation object runs on this thread (`inline`); `new URL('./program.js', import.meta.url)`
 * of a module whose default export it is runs on threads. Bits of the result depend on neither.
 *
 * @returns a handle: await it for the result, iterate it for the supersteps, or pause, step and
 *   abort it
 * @throws TypeError, RangeError at once, for arguments; the handle rejects with ProcessorError when
 *   a part of the computation throws, BarrierTimeoutError, MessageLimitError, DeviceLostError when
 *   a worker dies, DisposedError, DefinitionError, or `signal.reason` on abort
 * @example
 * ```ts
 * const hello = defineComputation({
 *   name: 'hello',
 *   initialize: (_input, ctx) => `hello from ${ctx.rank} of ${ctx.processors}`,
 *   supersteps: [{ name: 'greet', compute() {} }],
 * })
 * const { result } = await run(hello, { processors: 3 })
 * console.log(result.join('\n'))
 * ```
 */
export function run<I, S, P extends MessageSpec, O, R>(
  computation: Computation<I, S, P, O, R>,
  ...options: RunArguments<I>
): RunHandle<R>
export function run<C extends AnyComputation = AnyComputation>(
  module: URL,
  ...options: RunArguments<InputOf<C>>
): RunHandle<ResultOf<C>>
export function run(
  what: unknown,
  options: RunOptions & { input?: unknown } = {},
): RunHandle<never> {
  return startAlone(newRun(what, options))
}

/**
 * Goes on with a run from the newest checkpoint of its store: in a new process, after the last one
 * has died. The result has the bits that the run would have had.
 *
 * Processors and seed are those of the checkpoint; options of `run` that are left out are as they
 * were then. The input is needed only if the computation's `restore` looks at it.
 *
 * @returns as `run`; `resumedFrom` of the result says from where
 * @throws as `run`; the handle rejects with CheckpointError when the store has no checkpoint, or
 *   one that is damaged, of a newer version of the package, of another computation (name, names of
 *   supersteps, messages) or of other `processors`
 * @example
 * ```ts
 * const counting = defineComputation({
 *   name: 'counting',
 *   initialize: () => ({ count: 0 }),
 *   supersteps: [
 *     {
 *       name: 'count',
 *       compute: (state) => void state.count++,
 *       converged: (_before, { count }) => count === 30,
 *     },
 *   ],
 * })
 * const store = directoryStore('run-16')
 * await run(counting, { processors: 2, checkpoint: { every: 20, store } })
 * // In a new process, if that one died:
 * const { result, resumedFrom } = await resume(counting, { store: directoryStore('run-16') })
 * console.log(result[1].count, resumedFrom) // 30 20
 * ```
 */
export function resume<I, S, P extends MessageSpec, O, R>(
  computation: Computation<I, S, P, O, R>,
  options: ResumeOptions & { input?: I },
): RunHandle<R>
export function resume<C extends AnyComputation = AnyComputation>(
  module: URL,
  options: ResumeOptions & { input?: InputOf<C> },
): RunHandle<ResultOf<C>>
export function resume(
  what: unknown,
  options: ResumeOptions & { input?: unknown },
): RunHandle<never> {
  return startAlone(resumedRun(what, options))
}

/** Options of `createRuntime`. */
export interface RuntimeOptions {
  /** Workers of the pool, 1 to 256. Default: as many as the host has processors. */
  workers?: number
  /** Makes a worker whose script calls `serve(computation)`. Default: the package's own workers. */
  workerFactory?: () => OwnWorker
}

/**
 * A run in two steps: make everything ready, then run.
 *
 * @example
 * ```ts
 * const double = defineComputation({
 *   name: 'double',
 *   initialize: (input: number[], ctx) => 2 * input[ctx.rank],
 *   supersteps: [{ name: 'rest', compute() {} }],
 * })
 * const coordinator = await Coordinator.start(double, [3, 4], { processors: 2 })
 * const { result } = await coordinator.run()
 * console.log(result.join(' ')) // 6 8
 * await coordinator.dispose()
 * ```
 */
export class Coordinator<R> {
  readonly #owner: TransportOwner
  readonly #start: () => RunHandle<R>
  readonly #computation: Computation
  #handle: RunHandle<R> | undefined

  private constructor(owner: TransportOwner, computation: Computation, begin: () => RunHandle<R>) {
    this.#owner = owner
    this.#computation = computation
    this.#start = begin
  }

  /**
   * Loads and checks a computation and the options; nothing runs before `run()`.
   *
   * @throws as `run`
   */
  static async start<I, S, P extends MessageSpec, O, R>(
    computation: Computation<I, S, P, O, R>,
    input: I,
    options?: RunOptions,
  ): Promise<Coordinator<R>>
  static async start<C extends AnyComputation = AnyComputation>(
    module: URL,
    input: InputOf<C>,
    options?: RunOptions,
  ): Promise<Coordinator<ResultOf<C>>>
  static async start(
    what: unknown,
    input: unknown,
    options: RunOptions = {},
  ): Promise<Coordinator<never>> {
    const settings = checkRunOptions(options, hostProcessorCount())
    const plan = () => planRun(what, settings)
    return Coordinator.#ready({ what, input, settings, plan })
  }

  /**
   * As `start`, for a run that goes on as with the function `resume`: its store is looked at when
   * it runs.
   *
   * @throws as `resume`
   * @example
   * ```ts
   * const counting = defineComputation({
   *   name: 'counting',
   *   initialize: () => ({ count: 0 }),
   *   supersteps: [
   *     {
   *       name: 'count',
   *       compute: (state) => void state.count++,
   *       converged: (_before, { count }) => count === 30,
   *     },
   *   ],
   * })
   * const store = memoryStore()
   * const options = { processors: 2, checkpoint: { every: 20, store } }
   * await run(counting, { ...options, maxSupersteps: 25 })
   * const coordinator = await Coordinator.resume(counting, { store, maxSupersteps: 100 })
   * const { resumedFrom, supersteps } = await coordinator.run()
   * console.log(resumedFrom, supersteps) // 20 30
   * await coordinator.dispose()
   * ```
   */
  static async resume<I, S, P extends MessageSpec, O, R>(
    computation: Computation<I, S, P, O, R>,
    options: ResumeOptions & { input?: I },
  ): Promise<Coordinator<R>>
  static async resume<C extends AnyComputation = AnyComputation>(
    module: URL,
    options: ResumeOptions & { input?: InputOf<C> },
  ): Promise<Coordinator<ResultOf<C>>>
  static async resume(
    what: unknown,
    options: ResumeOptions & { input?: unknown },
  ): Promise<Coordinator<never>> {
    return Coordinator.#ready(resumedRun(what, options))
  }

  static async #ready(run: Start): Promise<Coordinator<never>> {
    const { transport, workerFactory } = run.settings
    transportFor(run.what, transport, workerFactory !== undefined)
    const computation = await loadComputation(run.what)
    const owner = new TransportOwner({ workerFactory })
    return new Coordinator(owner, computation, () => start(new RunGroup(owner), run))
  }

  /** The computation's parts. */
  describe(): ComputationDescription {
    return this.#computation.describe()
  }

  /** The run; the same one at every call. */
  run(): RunHandle<R> {
    this.#handle ??= this.#start()
    return this.#handle
  }

  /** Where its run is; `ready` before `run()`. */
  get status(): RunStatus | 'ready' {
    return this.#handle?.status ?? 'ready'
  }

  /** Ends the run, if it is still under way, and the workers. */
  async dispose(): Promise<void> {
    this.#handle?.abort(new DisposedError('this coordinator'))
    await this.#owner.dispose()
  }

  /** As `dispose`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

/**
 * Owns the workers of many runs: made by `createRuntime`.
 *
 * @example
 * ```ts
 * const hello = defineComputation({
 *   name: 'hello',
 *   initialize: (_input, ctx) => `hello from ${ctx.rank}`,
 *   supersteps: [{ name: 'greet', compute() {} }],
 * })
 * const runtime = createRuntime({ workers: 1 })
 * const { result } = await runtime.run(hello, { processors: 2 })
 * console.log(result.join(', ')) // hello from 0, hello from 1
 * await runtime.dispose()
 * ```
 */
export class Runtime {
  readonly #group: RunGroup
  readonly #handles = new Set<RunHandle<unknown>>()

  /** @internal */
  constructor(options: RuntimeOptions) {
    checkOptions('options', options, ['workers', 'workerFactory'])
    checkCallback('workerFactory', options.workerFactory)
    if (options.workers !== undefined) checkInteger('workers', options.workers, 1, MAX_THREADS)
    this.#group = new RunGroup(new TransportOwner(options))
  }

  /** As the function `run`, on this runtime's workers; runs on threads queue. */
  run<I, S, P extends MessageSpec, O, R>(
    computation: Computation<I, S, P, O, R>,
    ...options: RunArguments<I>
  ): RunHandle<R>
  run<C extends AnyComputation = AnyComputation>(
    module: URL,
    ...options: RunArguments<InputOf<C>>
  ): RunHandle<ResultOf<C>>
  run(what: unknown, options: RunOptions & { input?: unknown } = {}): RunHandle<never> {
    return this.#start(newRun(what, options))
  }

  /** As the function `resume`, on this runtime's workers. */
  resume<I, S, P extends MessageSpec, O, R>(
    computation: Computation<I, S, P, O, R>,
    options: ResumeOptions & { input?: I },
  ): RunHandle<R>
  resume<C extends AnyComputation = AnyComputation>(
    module: URL,
    options: ResumeOptions & { input?: InputOf<C> },
  ): RunHandle<ResultOf<C>>
  resume(what: unknown, options: ResumeOptions & { input?: unknown }): RunHandle<never> {
    return this.#start(resumedRun(what, options))
  }

  #start(run: Start): RunHandle<never> {
    if (this.#group.owner.disposed) throw new DisposedError('this runtime')
    if (run.settings.workerFactory !== undefined) {
      throw new TypeError('"workerFactory" is an option of createRuntime(): leave it out here')
    }
    const handle = start(this.#group, run, () => this.#handles.delete(handle))
    this.#handles.add(handle)
    return handle
  }

  /** Workers, and the runs under way with what their processors are doing. */
  inspect(): { workers: number; runs: RunInspection[] } {
    return this.#group.inspect()
  }

  /** Bytes in use, by messages and in all. */
  memory(): RuntimeMemory {
    return this.#group.memory()
  }

  /** Ends the runs under way and the workers. */
  async dispose(): Promise<void> {
    for (const handle of this.#handles) handle.abort(new DisposedError('this runtime'))
    await this.#group.owner.dispose()
  }

  /** As `dispose`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

/**
 * Makes a runtime: workers that many runs use, one after the other.
 *
 * @example
 * ```ts
 * await using runtime = createRuntime({ workers: 2 })
 * const { result } = await runtime.run(new URL('./program.js', import.meta.url), { input: 5 })
 * console.log(result, runtime.inspect(), runtime.memory())
 * ```
 */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  return new Runtime(options)
}
