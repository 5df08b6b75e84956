/**
 * Where a kernel runs: the device that the options name, one borrowed for the call, or the one that
 * already holds the data. Kernels' public functions call it after their checks.
 */

import { show } from '../check.js'
import { readConfig } from '../config.js'
import { chooseDevice } from '../cost/choose.js'
import { currentProfile } from '../cost/current.js'
import type { Device, DeviceInfo, DeviceKind } from '../devices/device.js'
import { DEVICE_KINDS, type Lease, leaseDevice } from '../devices/open.js'
import { DeviceUnavailableError } from '../errors.js'
import type { ProfiledKernel } from '../profile.js'
import { whyNoWasm } from '../wasm.js'

/** Options that say where a kernel runs. */
export interface PlaceOptions {
  /** A device, a kind to open, or `auto` (the default). Residents already have their device. */
  device?: Device | DeviceKind | 'auto'
  /** Worker threads, when this call opens a WASM device. Default: as many as processors. */
  threads?: number
}

/** Where the time of a call went, in milliseconds. */
export interface Timings {
  /** Copying the input to the device; 0 for a Resident. */
  uploadMs: number
  /** Building the device's layout; 0 when it was there already, or when there is none. */
  prepareMs: number
  /** The kernel itself; with all copying where that goes on meanwhile. */
  computeMs: number
  /** Copying the result back; 0 when it stays on the device. */
  readMs: number
}

/** What ran. */
export interface KernelRun {
  device: DeviceInfo
  /** Why this device, in words. */
  reason: string
  timings: Timings
}

/** A device for one call. */
export interface Place {
  device: Device
  /** Why this one, in words. */
  reason: string
  /** Gives a borrowed device back. */
  release(): Promise<void>
}

/** What the choice depends on. */
export interface PlaceRequest {
  /** The device that holds an input, if one does. */
  holder: Device | undefined
  /** What is held, for messages: `the graph`. */
  held: string
  /** Items that one pass reads, and what they are called. */
  count: number
  items: string
  /** Whose figures of the profile decide. */
  kernel: ProfiledKernel
  /** Whether the GPU's answer is as precise as the others'. Default false. */
  exactOnGpu?: boolean
}

/** @throws TypeError, RangeError for options; DeviceUnavailableError when it can't be opened */
export async function placeFor(options: PlaceOptions, request: PlaceRequest): Promise<Place> {
  const { threads } = options
  const { holder, held } = request
  const stay = async () => {}
  if (holder !== undefined) {
    if (options.device !== undefined && options.device !== holder) {
      throw new TypeError(`"device" can't differ from the device that holds ${held}: leave it out`)
    }
    checkThreads(threads, `the device that holds ${held}`)
    return { device: holder, reason: `the device that holds ${held}`, release: stay }
  }
  const { device = readConfig().device } = options
  if (isDevice(device)) {
    checkThreads(threads, 'a device that is open already')
    return { device, reason: 'the device given', release: stay }
  }
  const { kind, reason } = chooseKind(device, threads, request)
  // Without WASM, "auto" can't do what "threads" asks for, and does what it can.
  const count = device === 'auto' && kind !== 'wasm' ? undefined : threads
  const open = (): Promise<Lease> => leaseDevice(kind, count)
  const lease = await (device === 'auto' && kind === 'webgpu' ? orWasm(open) : open())
  const isChosen = lease.device.kind === kind
  const said = isChosen ? reason : `${reason}; there is no such GPU now`
  return { device: lease.device, reason: said, release: lease.release }
}

/** A profile may know a GPU that isn't there now, or only as an emulated one. */
async function orWasm(open: () => Promise<Lease>): Promise<Lease> {
  try {
    const lease = await open()
    if (!lease.device.info.software) return lease
    await lease.release()
  } catch (error) {
    if (!(error instanceof DeviceUnavailableError)) throw error
  }
  return leaseDevice('wasm')
}

function isDevice(value: unknown): value is Device {
  if (typeof value !== 'object' || value === null) return false
  const { kind, upload } = value as Partial<Device>
  return DEVICE_KINDS.some((known) => known === kind) && typeof upload === 'function'
}

function checkThreads(threads: number | undefined, what: string): void {
  if (threads !== undefined) throw new TypeError(`"threads" can't change ${what}: leave it out`)
}

function chooseKind(
  device: unknown,
  threads: number | undefined,
  { kernel, count, items, exactOnGpu = false }: PlaceRequest,
): { kind: DeviceKind; reason: string } {
  if (device === 'auto' && threads !== undefined && whyNoWasm() === undefined) {
    return { kind: 'wasm', reason: 'auto: "threads" is an option of WASM' }
  }
  if (device === 'auto') {
    const workload = { kernel, count, items, whyNoWasm: whyNoWasm(), exactOnGpu }
    return chooseDevice(workload, currentProfile())
  }
  const kind = DEVICE_KINDS.find((known) => known === device)
  if (kind === undefined) {
    const known = ['auto', ...DEVICE_KINDS].map((name) => `'${name}'`).join(' | ')
    const expected = `"device" expected ${known} or a Device, got ${show(device)}`
    throw typeof device === 'string' ? new RangeError(expected) : new TypeError(expected)
  }
  return { kind, reason: 'asked for' }
}
