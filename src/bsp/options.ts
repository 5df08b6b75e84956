/** Options of a run, checked once at the public edge. */

import { checkCallback, checkInteger, checkOneOf, checkOptions, checkSignal } from '../check.js'
import { readConfig } from '../config.js'
import { MAX_PROCESSORS, MAX_TIMEOUT_MS } from '../limits.js'
import type { OwnWorker } from '../transport/open.js'
import type { TransportKind } from '../transport/transport.js'
import type { SuperstepReport } from './report.js'

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
   * Makes a worker whose script calls `serve(computation)`: what a bundler needs to find it. The
   * workers live as long as the run.
   */
  workerFactory?: () => OwnWorker
}

const NAMES = [
  ...['processors', 'transport', 'maxSupersteps', 'barrierTimeoutMs', 'messageMemoryBytes'],
  ...['seed', 'signal', 'onProgress', 'workerFactory'],
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
  workerFactory: (() => OwnWorker) | undefined
}

const MIB = 2 ** 20

/** @throws TypeError, RangeError */
export function checkRunOptions(options: RunOptions, hostProcessors: number): Settings {
  checkOptions('options', options, NAMES)
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
    workerFactory: options.workerFactory,
  }
}
