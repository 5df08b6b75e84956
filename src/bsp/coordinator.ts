/**
 * Starting runs: `run`, `Coordinator` and `createRuntime`. They check the options, find the
 * computation and hand everything to a RunHandle.
 */

import { canShareMemory, processorCount } from '#spawn'
import { show } from '../check.js'
import { DisposedError, NotSupportedError } from '../errors.js'
import type { Job } from '../transport/transport.js'
import { isComputation } from './computation.js'
import { RunHandle, type RunStatus } from './handle.js'
import { loadComputation } from './load.js'
import { type MemberArgument, type MemberOutcome, runMember } from './member.js'
import { checkRunOptions, type RunOptions, type Settings, type TransportKind } from './options.js'
import {
  type KnownRun,
  type RunInspection,
  type RuntimeMemory,
  type RuntimeOptions,
  TransportOwner,
} from './runtime.js'
import type { Computation, ComputationDescription, MessageSpec } from './types.js'

// biome-ignore lint/suspicious/noExplicitAny: any computation, whatever its types
export type AnyComputation = Computation<any, any, any, any, any>

/** The input and the result of a computation. */
export type InputOf<C> = C extends { initialize(input: infer I, ctx: never): unknown } ? I : never
export type ResultOf<C> =
  C extends Computation<infer _I, infer _S, infer _P, infer _O, infer R> ? R : never

/** Options with the input, which may be left out where the computation takes none. */
export type RunArguments<I> = undefined extends I
  ? [options?: RunOptions & { input?: I }]
  : [options: RunOptions & { input: I }]

const MEMBER: Job<MemberArgument, MemberOutcome> = {
  local: runMember,
  module: new URL('./member.js', import.meta.url).href,
}

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
export function run(what: unknown, options: RunOptions & { input?: unknown } = {}): RunHandle<never> {
  const { input, settings } = split(options)
  const { workerFactory } = settings
  // Workers that only this run can use go with it.
  const owner = workerFactory === undefined ? defaultOwner() : new TransportOwner({ workerFactory })
  const handle = start(owner, what, input, settings)
  if (workerFactory !== undefined) handle.then(close, close)
  async function close(): Promise<void> {
    await owner.dispose()
  }
  return handle
}

function split(options: RunOptions & { input?: unknown }): { input: unknown; settings: Settings } {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`"options" expected object, got ${show(options)}`)
  }
  const { input, ...rest } = options
  return { input, settings: checkRunOptions(rest, processorCount()) }
}

function start(
  owner: TransportOwner,
  what: unknown,
  input: unknown,
  settings: Settings,
): RunHandle<never> {
  const kind = transportFor(what, settings.transport, owner.hasOwnWorkers)
  const found = isComputation(what) ? what : undefined
  const known: KnownRun = {
    name: found?.name ?? String(what),
    processors: settings.processors,
    get status(): string {
      return handle.status
    },
    get superstep(): number {
      return handle.superstep
    },
    transport: undefined,
  }
  const handle = new RunHandle<never>({
    // Imported here too: its parts are checked, and errors can name its supersteps.
    load: () => loadComputation(what),
    // Other threads load the module themselves; in a bundle they bring the computation.
    argumentFor: (computation) => ({
      computation: kind === 'inline' ? computation : found === undefined ? String(what) : undefined,
      input,
      maxSupersteps: settings.maxSupersteps,
      seed: settings.seed,
    }),
    settings,
    job: MEMBER,
    use: (work) =>
      owner.use(kind, (transport, discard) => {
        known.transport = transport
        return work(transport, discard)
      }),
  })
  owner.runs.add(known)
  const forget = () => void owner.runs.delete(known)
  handle.then(forget, forget)
  return handle
}

function transportFor(
  what: unknown,
  transport: TransportKind | undefined,
  hasOwnWorkers: boolean,
): TransportKind {
  if (!(what instanceof URL) && !isComputation(what)) {
    throw new TypeError(
      `"computation" expected what defineComputation() returned, or a URL of its module, got ` +
        show(what),
    )
  }
  const canUseThreads = what instanceof URL || hasOwnWorkers
  if (transport === 'threads' && !canUseThreads) {
    throw new NotSupportedError(
      'functions can\'t be sent to threads: make the computation the default export of a module ' +
        "and pass new URL('./module.js', import.meta.url), or pass workerFactory",
    )
  }
  return transport ?? (canUseThreads && canShareMemory() ? 'threads' : 'inline')
}

/** A run in two steps: make everything ready, then run. */
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
   * @example
   * ```ts
   * const coordinator = await Coordinator.start(computation, input, { processors: 4 })
   * const { result } = await coordinator.run()
   * await coordinator.dispose()
   * ```
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
    const settings = checkRunOptions(options, processorCount())
    const { transport, workerFactory } = settings
    transportFor(what, transport, workerFactory !== undefined)
    const computation = await loadComputation(what)
    const owner = new TransportOwner(workerFactory === undefined ? {} : { workerFactory })
    return new Coordinator(owner, computation, () => start(owner, what, input, settings))
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

  get status(): RunStatus | 'ready' {
    return this.#handle?.status ?? 'ready'
  }

  /** Ends the run, if it is still under way, and the workers. */
  async dispose(): Promise<void> {
    this.#handle?.abort(new DisposedError('this coordinator'))
    await this.#owner.dispose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

/** Owns the workers of many runs. */
export class Runtime {
  readonly #owner: TransportOwner
  readonly #handles = new Set<RunHandle<unknown>>()

  /** @internal */
  constructor(options: RuntimeOptions) {
    this.#owner = new TransportOwner(options)
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
    if (this.#owner.disposed) throw new DisposedError('this runtime')
    const { input, settings } = split(options)
    if (settings.workerFactory !== undefined) {
      throw new TypeError('"workerFactory" is an option of createRuntime(): leave it out here')
    }
    const handle = start(this.#owner, what, input, settings)
    this.#handles.add(handle)
    const forget = () => void this.#handles.delete(handle)
    handle.then(forget, forget)
    return handle
  }

  /** Workers, and the runs under way with what their processors are doing. */
  inspect(): { workers: number; runs: RunInspection[] } {
    const runs = [...this.#owner.runs].map((known) => ({
      computation: known.name,
      transport: (known.transport?.kind ?? 'inline') as TransportKind,
      processors: known.processors,
      status: known.status,
      superstep: known.superstep,
      phases: known.transport?.state()?.phases ?? [],
    }))
    return { workers: this.#owner.workers, runs }
  }

  memory(): RuntimeMemory {
    return this.#owner.memory()
  }

  /** Ends the runs under way and the workers. */
  async dispose(): Promise<void> {
    for (const handle of this.#handles) handle.abort(new DisposedError('this runtime'))
    await this.#owner.dispose()
  }

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

/** How long the workers of `run` stay for another run; asleep, and without keeping Node running. */
const IDLE_MS = 5000

let shared: TransportOwner | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** The owner of runs without a runtime; closes when nothing has run for a while. */
function defaultOwner(): TransportOwner {
  shared ??= new TransportOwner({})
  scheduleClose()
  return shared
}

function scheduleClose(): void {
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (shared !== undefined && shared.runs.size > 0) {
      scheduleClose()
      return
    }
    void shared?.dispose()
    shared = undefined
  }, IDLE_MS)
  if (typeof timer === 'object') timer.unref?.()
}
