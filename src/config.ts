/**
 * Settings for a whole process or page: defaults, `TICKTICKCLOCK_*` environment variables, and
 * `configure()`, each overriding the one before. Options of a call override them all.
 */

import { checkInteger, checkOneOf, checkOptions } from './check.js'
import { ConfigError } from './errors.js'
import { MAX_THREADS, MAX_TIMEOUT_MS } from './limits.js'

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
   * Longest time of a superstep of runs that name none, in milliseconds, 1 to 2^31 - 1. Default
   * 60,000. Variable `TICKTICKCLOCK_BARRIER_TIMEOUT_MS`.
   */
  barrierTimeoutMs: number
}

const DEVICES = ['auto', 'reference', 'wasm', 'webgpu'] as const
const PREFIX = 'TICKTICKCLOCK_'
const BARRIER_TIMEOUT_MS = 60_000

let configured: Partial<Config> = {}

/**
 * Changes settings for all later calls.
 *
 * @param settings those to change; `undefined` returns one to its default
 * @throws TypeError or RangeError naming the setting
 * @example
 * ```ts
 * configure({ device: 'wasm', threads: 2 })
 * ```
 */
export function configure(settings: Partial<Config>): void {
  checkOptions('settings', settings, ['device', 'threads', 'barrierTimeoutMs'])
  const { device, threads, barrierTimeoutMs } = settings
  if (device !== undefined) checkOneOf('device', device, DEVICES)
  if (threads !== undefined) checkInteger('threads', threads, 1, MAX_THREADS)
  if (barrierTimeoutMs !== undefined) {
    checkInteger('barrierTimeoutMs', barrierTimeoutMs, 1, MAX_TIMEOUT_MS)
  }
  configured = { ...configured, ...settings }
}

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
