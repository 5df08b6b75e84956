/**
 * The profile of a machine: what calibration measured there, as it is kept in JSON. A leaf, because
 * `configure` takes one; the cost model reads it (`cost/`), calibration makes it.
 */

import { checkInteger, checkNumber, show } from './check.js'
import { ConfigError } from './errors.js'
import { MAX_PREDICTED_PROCESSORS } from './limits.js'

/** Version of profiles that this package writes, and the newest that it reads. */
export const PROFILE_VERSION = 1

/** A kernel with figures of its own; others are reckoned as the one they resemble most. */
export type ProfiledKernel = 'pagerank' | 'sort' | 'timestamps' | 'scan' | 'reduce' | 'histogram'

/** All of them. */
const PROFILED_KERNELS: readonly ProfiledKernel[] = [
  ...(['pagerank', 'sort', 'timestamps', 'scan', 'reduce', 'histogram'] as const),
]

/** Where and when a profile was measured. */
export interface ProfileOrigin {
  /** `Node 20.20.2`, or what the browser says. */
  runtime: string
  /** Operating system and processor: `linux x64`. */
  platform: string
  hardwareThreads: number
  /** Day, ISO 8601. */
  date: string
}

/** g and l of a transport with p processors. */
export interface TransportFigures {
  processors: number
  /** Threads that they ran on. */
  workers: number
  /** Milliseconds for a byte of h. */
  g: number
  /** Milliseconds a superstep. */
  l: number
  /** Of the fit: see `ParameterFit`. */
  r2: number
  /** Standard deviation of the residuals, in milliseconds. */
  residual: number
  /** Sizes of h. */
  count: number
}

/** What a call of a kernel takes on a device that is open: `callMs` + items · `itemMs`. */
export interface KernelFigures {
  callMs: number
  itemMs: number
}

/** A device. */
export interface DeviceFigures {
  kind: 'reference' | 'wasm' | 'webgpu'
  /** Name of the adapter or the number of threads, in words. */
  name: string
  /** Emulated on the processor: `device: 'auto'` never takes it. */
  software: boolean
  kernels: Partial<Record<ProfiledKernel, KernelFigures>>
}

/** What calibration knows of a machine. */
export interface CostProfile {
  format: 'ticktickclock-profile'
  version: typeof PROFILE_VERSION
  origin: ProfileOrigin
  /** By transport, ascending by processors. */
  transports: Partial<Record<'inline' | 'threads' | 'transfer', TransportFigures[]>>
  devices: DeviceFigures[]
}

/**
 * Reads a profile: JSON as `ticktickclock calibrate` writes it, or the object of it.
 *
 * @returns a copy, checked
 * @throws ConfigError for what is no profile, for one of a newer version, and for one with a wrong
 *   figure, which the message names
 * @example
 * ```ts
 * try {
 *   parseProfile('{ "format": "ticktickclock-profile", "version": 2 }')
 * } catch (error) {
 *   console.log(error instanceof ConfigError) // true
 * }
 * ```
 */
export function parseProfile(profile: string | object): CostProfile {
  const found = typeof profile === 'string' ? parseJson(profile) : profile
  try {
    return readProfile(record('profile', found))
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    const problem = `no profile of ticktickclock: ${(cause as Error).message}`
    throw new ConfigError(`${problem}; make one with "ticktickclock calibrate"`, { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`no profile of ticktickclock: ${(cause as Error).message}`, { cause })
  }
}

type Fields = Record<string, unknown>

function readProfile({ format, version, origin, transports, devices }: Fields): CostProfile {
  if (format !== 'ticktickclock-profile') {
    throw new TypeError(`"format" expected "ticktickclock-profile", got ${show(format)}`)
  }
  checkInteger('version', version, 1, Number.MAX_SAFE_INTEGER)
  if (version !== PROFILE_VERSION) {
    throw new ConfigError(
      `the profile has version ${version}, this package reads ${PROFILE_VERSION}: update ` +
        'ticktickclock, or make a new one with "ticktickclock calibrate"',
    )
  }
  const kinds = record('transports', transports)
  const read: CostProfile['transports'] = {}
  for (const kind of ['inline', 'threads', 'transfer'] as const) {
    if (kinds[kind] !== undefined) read[kind] = readTransport(`transports.${kind}`, kinds[kind])
  }
  return {
    format,
    version,
    origin: readOrigin(record('origin', origin)),
    transports: read,
    devices: list('devices', devices).map((each, i) => readDevice(`devices[${i}]`, each)),
  }
}

function readOrigin({ runtime, platform, hardwareThreads, date }: Fields): ProfileOrigin {
  return {
    runtime: text('origin.runtime', runtime),
    platform: text('origin.platform', platform),
    hardwareThreads: checkInteger('origin.hardwareThreads', hardwareThreads, 1, 2 ** 20),
    date: text('origin.date', date),
  }
}

function readTransport(name: string, value: unknown): TransportFigures[] {
  const figures = list(name, value).map((each, i) => {
    const { processors, workers, g, l, r2, residual, count } = record(`${name}[${i}]`, each)
    const whole = (key: string, number: unknown, high: number) =>
      checkInteger(`${name}[${i}].${key}`, number, 1, high)
    const positive = (key: string, number: unknown) =>
      checkNumber(`${name}[${i}].${key}`, number, { low: 0 })
    return {
      processors: whole('processors', processors, MAX_PREDICTED_PROCESSORS),
      workers: whole('workers', workers, MAX_PREDICTED_PROCESSORS),
      g: positive('g', g),
      l: positive('l', l),
      r2: checkNumber(`${name}[${i}].r2`, r2, { low: -Number.MAX_VALUE }),
      residual: positive('residual', residual),
      count: whole('count', count, Number.MAX_SAFE_INTEGER),
    }
  })
  figures.sort((a, b) => a.processors - b.processors)
  const twice = figures.find(({ processors }, i) => figures[i - 1]?.processors === processors)
  if (twice === undefined) return figures
  throw new RangeError(`"${name}" has ${twice.processors} processors twice`)
}

function readDevice(name: string, value: unknown): DeviceFigures {
  const { kind, name: called, software, kernels } = record(name, value)
  const known = (['reference', 'wasm', 'webgpu'] as const).find((each) => each === kind)
  if (known === undefined) {
    throw new RangeError(`"${name}.kind" expected reference, wasm or webgpu, got ${show(kind)}`)
  }
  if (typeof software !== 'boolean') {
    throw new TypeError(`"${name}.software" expected boolean, got ${show(software)}`)
  }
  const given = record(`${name}.kernels`, kernels)
  const read: DeviceFigures['kernels'] = {}
  for (const kernel of PROFILED_KERNELS) {
    if (given[kernel] === undefined) continue
    const { callMs, itemMs } = record(`${name}.kernels.${kernel}`, given[kernel])
    read[kernel] = {
      callMs: checkNumber(`${name}.kernels.${kernel}.callMs`, callMs, { low: 0 }),
      itemMs: checkNumber(`${name}.kernels.${kernel}.itemMs`, itemMs, { low: 0 }),
    }
  }
  return { kind: known, name: text(`${name}.name`, called), software, kernels: read }
}

function record(name: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new TypeError(`"${name}" expected object, got ${show(value)}`)
}

function list(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`"${name}" expected array, got ${show(value)}`)
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError(`"${name}" expected string, got ${show(value)}`)
}
