/**
 * What starts a run, for coordinator.ts: checks the options, finds out where it may run, and hands
 * everything to a RunHandle.
 */

import { show } from '../check.js'
import { currentProfile } from '../cost/current.js'
import { NotSupportedError } from '../errors.js'
import { hasSharedMemory, hostProcessorCount, TransportOwner } from '../transport/open.js'
import type { Job, TransportKind } from '../transport/transport.js'
import type { OpenBlock } from './checkpoint/block.js'
import { isComputation } from './computation.js'
import { RunHandle } from './handle.js'
import { type MemberArgument, type MemberOutcome, runMember } from './member.js'
import { checkRunOptions, type RunOptions, type Settings } from './options.js'
import { packInput } from './plain.js'
import { checkResumeOptions, type Plan, planResume, planRun, type ResumeOptions } from './plan.js'
import { defaultGroup, type KnownRun, RunGroup } from './runtime.js'
import type { Computation } from './types.js'

/** Any computation, whatever its types. */
// biome-ignore lint/suspicious/noExplicitAny: nothing else takes them all
export type AnyComputation = Computation<any, any, any, any, any>

/** The input of a computation. */
export type InputOf<C> =
  C extends Computation<infer I, infer _S, infer _P, infer _O, infer _R> ? I : never
/** The result of a computation. */
export type ResultOf<C> =
  C extends Computation<infer _I, infer _S, infer _P, infer _O, infer R> ? R : never

declare const MODULE: unique symbol

/**
 * The URL of a module whose default export is a computation of that type:
 * `new URL('./sum.js', import.meta.url) as ModuleOf<typeof sum>`.
 */
export interface ModuleOf<C extends AnyComputation> extends URL {
  /** In types only. */
  readonly [MODULE]?: C
}

/** Options with the input, which may be left out where the computation takes none. */
export type RunArguments<I> = undefined extends I
  ? [options?: RunOptions & { input?: I }]
  : [options: RunOptions & { input: I }]

const MEMBER: Job<MemberArgument, MemberOutcome> = {
  local: runMember,
  module: new URL('./member.js', import.meta.url).href,
}

/** A run, before it has a place. */
export interface Start {
  what: unknown
  input: unknown
  settings: Settings
  plan(): Promise<Plan>
}

export function newRun(what: unknown, options: RunOptions & { input?: unknown }): Start {
  const { input, ...rest } = checkObject(options)
  const settings = checkRunOptions(rest, hostProcessorCount())
  return { what, input, settings, plan: () => planRun(what, settings) }
}

export function resumedRun(what: unknown, options: ResumeOptions & { input?: unknown }): Start {
  const { input, ...rest } = checkObject(options)
  const settings = checkResumeOptions(rest, hostProcessorCount())
  return { what, input, settings, plan: () => planResume(what, rest, hostProcessorCount()) }
}

export function checkObject<T>(options: T): T {
  if (typeof options === 'object' && options !== null) return options
  throw new TypeError(`"options" expected object, got ${show(options)}`)
}

export function startAlone(run: Start): RunHandle<never> {
  const { workerFactory } = run.settings
  if (workerFactory === undefined) return start(defaultGroup(), run)
  // Workers that only this run can use go with it.
  const owner = new TransportOwner({ workerFactory })
  return start(new RunGroup(owner), run, () => void owner.dispose())
}

export function start(
  { owner, runs }: RunGroup,
  { what, input, settings, plan }: Start,
  onEnd: () => void = () => {},
): RunHandle<never> {
  const kind = transportFor(what, settings.transport, owner.hasOwnWorkers)
  const found = isComputation(what) ? what : undefined
  let { processors } = settings
  const known: KnownRun = {
    name: found?.name ?? String(what),
    kind,
    get processors(): number {
      return processors
    },
    get status(): string {
      return handle.status
    },
    get superstep(): number {
      return handle.superstep
    },
    transport: undefined,
  }
  const handle = new RunHandle<never>({
    ...{ name: known.name, settings },
    async plan() {
      // Imported here too: its parts are checked, and errors can name its supersteps.
      const planned = await plan()
      processors = planned.settings.processors
      return planned
    },
    argumentFor: (planned, from) => argumentOf(planned, from, kind, what, input),
    job: MEMBER,
    profile: currentProfile(),
    use: (work) =>
      owner.use(kind, (transport, discard) => {
        known.transport = transport
        return work(transport, discard)
      }),
    onEnd() {
      runs.delete(known)
      onEnd()
    },
  })
  runs.add(known)
  return handle
}

function argumentOf(
  { computation, settings }: Plan,
  from: OpenBlock | undefined,
  kind: TransportKind,
  what: unknown,
  input: unknown,
): MemberArgument {
  const module = isComputation(what) ? undefined : String(what)
  // Only what makes a state needs the input.
  const isNeeded = from === undefined || computation.restore !== undefined
  const block = from && (kind === 'inline' ? from.block : sharedCopy(from.block))
  return {
    // Other threads load the module themselves; in a bundle they bring the computation.
    computation: kind === 'inline' ? computation : module,
    input: packInput(isNeeded ? input : undefined),
    maxSupersteps: settings.maxSupersteps,
    seed: settings.seed,
    every: settings.checkpoint?.every,
    from: from && block && { block, superstep: from.description.superstep },
  }
}

/** Once for all threads, where memory can be shared. */
function sharedCopy(block: Uint8Array): Uint8Array {
  if (!hasSharedMemory()) return block
  const copy = new Uint8Array(new SharedArrayBuffer(block.byteLength))
  copy.set(block)
  return copy
}

export function transportFor(
  what: unknown,
  transport: TransportKind | undefined,
  hasOwnWorkers: boolean,
): TransportKind {
  if (!(what instanceof URL) && !isComputation(what)) {
    throw new TypeError(
      `"computation" expected what defineComputation() returned, or a URL of its module, got ` +
        show(what) +
        (typeof what === 'string' ? '; for a path, new URL(path, import.meta.url)' : ''),
    )
  }
  const canUseWorkers = what instanceof URL || hasOwnWorkers
  if (transport !== undefined && transport !== 'inline' && !canUseWorkers) {
    throw new NotSupportedError(
      "functions can't be sent to workers: make the computation the default export of a module " +
        "and pass new URL('./module.js', import.meta.url), or pass workerFactory",
    )
  }
  if (transport !== undefined) return transport
  if (!canUseWorkers) return 'inline'
  return hasSharedMemory() ? 'threads' : 'transfer'
}
