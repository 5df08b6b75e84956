/** Options of a run, checked once at the public edge. */

import {
  checkCallback,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkSignal,
  show,
} from '../check.js'
import { readConfig } from '../config.js'
import { type EventBus, telemetry } from '../event-bus.js'
import { MAX_PROCESSORS, MAX_TIMEOUT_MS } from '../limits.js'
import type { OwnWorker } from '../transport/open.js'
import type { TransportKind } from '../transport/transport.js'
import { memoryStore } from './checkpoint/memory-store.js'
import type { CheckpointStore } from './checkpoint/store.js'
import type { SuperstepReport } from './report.js'

/** How a run survives faults. */
export interface CheckpointOptions {
  /**
   * Supersteps from one checkpoint to the next. Default 1. More cost less, and lose more when
   * something happens.
   */
  every?: number
  /** Where checkpoints go. Default: memory, which helps as long as the process lives. */
  store?: CheckpointStore
  /**
   * How often in all the run goes back to its last checkpoint, or to its input if there is none
   * yet, after a worker died, a processor threw or did not come to the barrier in time. Default 3;
   * with 0, checkpoints are for `resume` only.
   */
  maxRestarts?: number
}

/** Options of `run` and of `Coordinator.start`, besides the input. */
export interface RunOptions {
  /**
   * Processors, p: 1 to 1,024, each with its own state. May be more than workers, which then take
   * turns. Default: as many as the host has processors, in every transport.
   */
  processors?: number
  /**
   * `inline`: all on this thread, one after the other. `threads`: on the workers of a pool, for a
   * computation in a module of its own. `transfer`: likewise, without shared memory: packets are
   * moved, and a run that is to end can't be seen by a `compute` that goes on. Default: `threads`
   * for a URL or with `workerFactory`, `transfer` where memory can't be shared; else `inline`.
   */
  transport?: TransportKind
  /** Supersteps after which the run stops, converged or not. Default 100. */
  maxSupersteps?: number
  /**
   * Longest that a superstep may take from one barrier to the next, in milliseconds; beyond, the
   * run fails and names who is missing. Default 60,000, or what `configure` says.
   */
  barrierTimeoutMs?: number
  /**
   * Most bytes that the messages of two supersteps may take, half of them each. Taken as address
   * space at once, as memory only where messages lie. With `transfer` each worker may take as
   * much. Default 512 MiB.
   */
  messageMemoryBytes?: number
  /** Seed of every processor's random numbers. Default 0. */
  seed?: number
  /** Aborts the run: it rejects with `signal.reason`. */
  signal?: AbortSignal
  /**
   * Called with the latest report when there is a new one, at most 30 times a second; what it
   * throws ends the run.
   */
  onProgress?: (report: SuperstepReport) => void
  /**
   * Takes checkpoints, and goes back to the last one after a fault. Meanwhile the input must stay
   * as it is. Default: no checkpoints, a fault ends the run.
   */
  checkpoint?: CheckpointOptions
  /**
   * Makes a worker whose script calls `serve(computation)`: what a bundler needs to find it. The
   * workers live as long as the run.
   */
  workerFactory?: () => OwnWorker
  /**
   * Where the run's events go. Default: `telemetry` of `ticktickclock/telemetry`, the bus of the
   * process. Costs nothing as long as nobody listens.
   */
  telemetry?: EventBus
}

/** Names of all. */
export const RUN_OPTIONS = [
  ...['processors', 'transport', 'maxSupersteps', 'barrierTimeoutMs', 'messageMemoryBytes'],
  ...['seed', 'signal', 'onProgress', 'checkpoint', 'workerFactory', 'telemetry'],
]

const TRANSPORTS: readonly TransportKind[] = ['inline', 'threads', 'transfer']

/** Options with their defaults. */
export interface Settings {
  processors: number
  transport: TransportKind | undefined
  maxSupersteps: number
  barrierTimeoutMs: number
  messageMemoryBytes: number
  seed: number
  signal: AbortSignal | undefined
  onProgress: ((report: SuperstepReport) => void) | undefined
  checkpoint: Required<CheckpointOptions> | undefined
  workerFactory: (() => OwnWorker) | undefined
  telemetry: EventBus
}

const MIB = 2 ** 20

/** @throws TypeError, RangeError */
export function checkRunOptions(options: RunOptions, hostProcessors: number): Settings {
  checkOptions('options', options, RUN_OPTIONS)
  const whole = (name: keyof RunOptions, fallback: number, low: number, high: number) =>
    options[name] === undefined ? fallback : checkInteger(name, options[name], low, high)
  checkCallback('onProgress', options.onProgress)
  checkCallback('workerFactory', options.workerFactory)
  const { transport } = options
  return {
    processors: whole('processors', Math.min(hostProcessors, MAX_PROCESSORS), 1, MAX_PROCESSORS),
    transport: transport && checkOneOf('transport', transport, TRANSPORTS),
    maxSupersteps: whole('maxSupersteps', 100, 0, Number.MAX_SAFE_INTEGER),
    barrierTimeoutMs: whole('barrierTimeoutMs', readConfig().barrierTimeoutMs, 1, MAX_TIMEOUT_MS),
    messageMemoryBytes: whole('messageMemoryBytes', 512 * MIB, 1024, 2 ** 32 - MIB),
    seed: whole('seed', 0, 0, 2 ** 32 - 1),
    signal: checkSignal(options.signal),
    onProgress: options.onProgress,
    checkpoint: checkCheckpoint(options.checkpoint),
    workerFactory: options.workerFactory,
    telemetry: checkBus(options.telemetry),
  }
}

function checkBus(bus: unknown): EventBus {
  if (bus === undefined) return telemetry
  const { hears, emit } = (bus ?? {}) as Partial<EventBus>
  if (typeof hears === 'function' && typeof emit === 'function') return bus as EventBus
  throw new TypeError(`"telemetry" expected EventBus, got ${show(bus)}`)
}

function checkCheckpoint(
  options: CheckpointOptions | undefined,
): Required<CheckpointOptions> | undefined {
  if (options === undefined) return undefined
  checkOptions('checkpoint', options, ['every', 'store', 'maxRestarts'])
  const { every = 1, maxRestarts = 3, store = memoryStore() } = options
  return {
    every: checkInteger('every', every, 1, Number.MAX_SAFE_INTEGER),
    maxRestarts: checkInteger('maxRestarts', maxRestarts, 0, Number.MAX_SAFE_INTEGER),
    store: checkStore(store),
  }
}

/** @throws TypeError */
export function checkStore(store: unknown): CheckpointStore {
  const { save, load } = (store ?? {}) as Partial<CheckpointStore>
  if (typeof save === 'function' && typeof load === 'function') return store as CheckpointStore
  const expected = 'directoryStore(path), indexedDbStore(name), memoryStore(), or { save, load }'
  throw new TypeError(`"store" expected ${expected}, got ${show(store)}`)
}
