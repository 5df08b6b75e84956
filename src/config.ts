/**
 * Settings for a whole process or page: defaults, `TICKTICKCLOCK_*` environment variables, and
 * `configure()`, each overriding the one before. Options of a call override them all.
 */

import { checkCallback, checkInteger, checkOneOf, checkOptions, show } from './check.js'
import { ConfigError } from './errors.js'
import { MAX_THREADS, MAX_TIMEOUT_MS } from './limits.js'
import { type CostProfile, parseProfile } from './profile.js'

/** A worker that a user made: a web worker, or one of node:worker_threads. */
export interface OwnWorker {
  /** Sends it a message. */
  postMessage(message: unknown): void
  /** Ends it. */
  terminate(): unknown
}

/** What a worker is for: kernels and BSP programs (`pool`), or the calls of a page (`calls`). */
export type WorkerRole = 'pool' | 'calls'

/** A `WebAssembly.Module`; hosts declare the type in places of their own. */
export type CompiledWasm = object

/** Where `kernels.wasm` is, or the file itself: its place, its bytes, or what they compile to. */
export type WasmSource = string | URL | ArrayBuffer | ArrayBufferView | CompiledWasm

/** What can be set. */
export interface Config {
  /** Device of calls that name none. Default `auto`. Variable `TICKTICKCLOCK_DEVICE`. */
  device: 'auto' | 'reference' | 'wasm' | 'webgpu'
  /**
   * Worker threads of WASM devices whose opener names no number, 1 to 256. Default undefined: as
   * many as processors. Variable `TICKTICKCLOCK_THREADS`.
   */
  threads: number | undefined
  /**
   * Longest time of a superstep of runs that name none, and longest time that a worker may take to
   * start, in milliseconds, 1 to 2^31 - 1. Default 60,000. Variable
   * `TICKTICKCLOCK_BARRIER_TIMEOUT_MS`.
   */
  barrierTimeoutMs: number
  /**
   * The package's `kernels.wasm`: a URL, in pages also relative to the page, in Node also a path;
   * its bytes; or a compiled `WebAssembly.Module`. Default undefined: the file beside the package's
   * code, which bundlers find.
   */
  wasm: WasmSource | undefined
  /**
   * Makes the package's workers: for `pool`, one whose script is or imports
   * `ticktickclock/pool-worker`, for `calls`, `ticktickclock/calls-worker`. They are the package's
   * from then on, which ends them. Default undefined: the scripts beside the package's code.
   */
  workerFactory: ((role: WorkerRole) => OwnWorker) | undefined
  /**
   * What the cost model and `device: 'auto'` know of the machine: what `parseProfile` of
   * `ticktickclock/cost` returned. Default undefined: in Node the file that the variable
   * `TICKTICKCLOCK_PROFILE` names, or the one that `ticktickclock calibrate` stored; otherwise a
   * table that comes with the package.
   */
  profile: CostProfile | undefined
}

const DEVICES = ['auto', 'reference', 'wasm', 'webgpu'] as const
const SETTINGS = ['device', 'threads', 'barrierTimeoutMs', 'wasm', 'workerFactory', 'profile']
const PREFIX = 'TICKTICKCLOCK_'
const BARRIER_TIMEOUT_MS = 60_000

let configured: Partial<Config> = {}

/**
 * Changes settings for all later calls.
 *
 * @param settings those to change; `undefined` returns one to its default
 * @throws TypeError or RangeError naming the setting; ConfigError for what is no profile
 * @example
 * ```ts
 * configure({ device: 'wasm', threads: 2 })
 * ```
 */
export function configure(settings: Partial<Config>): void {
  checkOptions('settings', settings, SETTINGS)
  const { device, threads, barrierTimeoutMs, wasm, workerFactory, profile } = settings
  if (device !== undefined) checkOneOf('device', device, DEVICES)
  if (threads !== undefined) checkInteger('threads', threads, 1, MAX_THREADS)
  if (barrierTimeoutMs !== undefined) {
    checkInteger('barrierTimeoutMs', barrierTimeoutMs, 1, MAX_TIMEOUT_MS)
  }
  if (wasm !== undefined) checkWasm(wasm)
  checkCallback('workerFactory', workerFactory)
  const checked = profile === undefined ? {} : { profile: parseProfile(profile) }
  configured = { ...configured, ...settings, ...checked }
}

function checkWasm(wasm: unknown): void {
  const isPlace = typeof wasm === 'string' || wasm instanceof URL
  if (isPlace || wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm)) return
  if (typeof WebAssembly === 'object' && wasm instanceof WebAssembly.Module) return
  throw new TypeError(`"wasm" expected URL, bytes or WebAssembly.Module, got ${show(wasm)}`)
}

/** What `configure` was told, such as it can be sent to a worker: no functions, no URL objects. */
export function settingsForWorkers(): Partial<Config> {
  const { workerFactory: _, ...rest } = configured
  const { wasm } = rest
  if (typeof wasm !== 'string' && !(wasm instanceof URL)) return rest
  // Relative to the page: the worker's script may lie elsewhere.
  const base = typeof document === 'undefined' ? undefined : document.baseURI
  const isUrl = wasm instanceof URL || base !== undefined
  return { ...rest, wasm: isUrl ? new URL(wasm, base).href : wasm }
}

/** What `configure` was given: asked for by every run, so without a look at the rest. */
export const configuredProfile = (): CostProfile | undefined => configured.profile

/**
 * The settings in force.
 *
 * @throws ConfigError when an environment variable has a value that is not allowed
 */
export function readConfig(): Config {
  const environment = globalThis.process?.env ?? {}
  return {
    device: configured.device ?? readDevice(environment[`${PREFIX}DEVICE`]) ?? 'auto',
    threads:
      configured.threads ?? readWhole('THREADS', environment[`${PREFIX}THREADS`], MAX_THREADS),
    barrierTimeoutMs:
      configured.barrierTimeoutMs ??
      readWhole('BARRIER_TIMEOUT_MS', environment[`${PREFIX}BARRIER_TIMEOUT_MS`], MAX_TIMEOUT_MS) ??
      BARRIER_TIMEOUT_MS,
    wasm: configured.wasm,
    workerFactory: configured.workerFactory,
    profile: configuredProfile(),
  }
}

function readDevice(text: string | undefined): Config['device'] | undefined {
  if (text === undefined || text === '') return undefined
  return named('DEVICE', () => checkOneOf('value', text, DEVICES))
}

function readWhole(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined || text === '') return undefined
  return named(name, () => checkInteger('value', Number(text), 1, most))
}

function named<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new ConfigError(`environment variable ${PREFIX}${name}: ${(cause as Error).message}`, {
      cause,
    })
  }
}
