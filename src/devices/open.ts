/**
 * Opens devices: by kind for the user, and for kernels that were given no device of their own,
 * where a device is lent and kept for a while so that the next call need not start workers again.
 */

import { canShareMemory, processorCount } from '#spawn'
import { checkInteger, checkOneOf, checkOptions } from '../check.js'
import { readConfig } from '../config.js'
import { NotSupportedError } from '../errors.js'
import { MAX_THREADS } from '../limits.js'
import { isInJob } from '../workers/local.js'
import type { Device, DeviceKind } from './device.js'
import { ReferenceDevice } from './reference/index.js'
import { openWasm } from './wasm/index.js'

export const DEVICE_KINDS = ['reference', 'wasm', 'webgpu'] as const

/** Options of `openDevice`. */
export interface OpenDeviceOptions {
  /** `reference`, `wasm` or `webgpu`; what each needs is in docs/devices.md. */
  kind: DeviceKind
  /**
   * Worker threads of a WASM device, 1 to 256. Default: as many as processors. More than processors
   * costs time at every barrier. Without shared memory there is always one. In a worker of a pool
   * that runs a job the default is 1: that worker's own thread, in the pool's memory.
   */
  threads?: number
  /**
   * False keeps the WASM memory inside its one worker, as in a page that is not cross-origin
   * isolated. Default: share where the host allows it.
   */
  sharedMemory?: boolean
}

/**
 * Opens a device. The caller owns it: `await using device = await openDevice({ kind: 'wasm' })`, or
 * call `dispose()`.
 *
 * @throws DeviceUnavailableError when this host lacks it: the message says why and what to install
 * @example
 * ```ts
 * const device = await openDevice({ kind: 'wasm', threads: 2 })
 * const graph = await device.upload(generateRmat({ scale: 16, seed: 1 }))
 * const { ranks } = await pagerank(graph)
 * await device.dispose()
 * ```
 */
export async function openDevice(options: OpenDeviceOptions): Promise<Device> {
  checkOptions('options', options, ['kind', 'threads', 'sharedMemory'])
  const kind = checkOneOf('kind', options?.kind, DEVICE_KINDS)
  const threads = resolveThreads(kind, options.threads)
  if (options.sharedMemory === true && !canShareMemory()) {
    throw new NotSupportedError(
      '"sharedMemory: true" needs a cross-origin isolated page ' +
        '(headers Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp)',
    )
  }
  if (kind === 'reference') return new ReferenceDevice()
  if (kind === 'wasm') {
    return openWasm({ threads, sharedMemory: options.sharedMemory ?? canShareMemory() })
  }
  const { openWebgpu } = await import('./webgpu/index.js')
  return openWebgpu()
}

function resolveThreads(kind: DeviceKind, threads: number | undefined): number {
  if (threads !== undefined) {
    checkInteger('threads', threads, 1, MAX_THREADS)
    if (kind !== 'wasm') {
      throw new NotSupportedError(`"threads" is an option of device 'wasm', not of '${kind}'`)
    }
    return threads
  }
  if (kind === 'wasm' && isInJob()) return 1
  return readConfig().threads ?? Math.min(MAX_THREADS, processorCount())
}

/** A device lent to one call. */
export interface Lease {
  device: Device
  release(): Promise<void>
}

/** How long an unused device is kept: its workers sleep and do not keep Node running. */
const IDLE_MS = 5000

interface Lent {
  opening: Promise<Device>
  users: number
  timer: ReturnType<typeof setTimeout> | undefined
}

const lent = new Map<string, Lent>()

/** A device of this kind for one call, shared with other calls and kept for 5 s after the last. */
export async function leaseDevice(kind: DeviceKind, threads?: number): Promise<Lease> {
  const key = `${kind} ${resolveThreads(kind, threads)}`
  let entry = lent.get(key)
  if (entry === undefined) {
    entry = { opening: openDevice({ kind, threads }), users: 0, timer: undefined }
    lent.set(key, entry)
  }
  const held = entry
  clearTimeout(held.timer)
  held.users++
  const release = async () => {
    if (--held.users > 0) return
    held.timer = unrefTimer(() => void close(key, held))
  }
  try {
    const device = await held.opening
    if (!device.disposed) return { device, release }
  } catch (error) {
    if (lent.get(key) === held) lent.delete(key)
    throw error
  }
  if (lent.get(key) === held) lent.delete(key)
  return leaseDevice(kind, threads)
}

async function close(key: string, held: Lent): Promise<void> {
  if (lent.get(key) === held) lent.delete(key)
  await (await held.opening).dispose()
}

/** A timer that does not keep Node running. */
function unrefTimer(callback: () => void): ReturnType<typeof setTimeout> {
  const timer = setTimeout(callback, IDLE_MS)
  if (typeof timer === 'object') timer.unref?.()
  return timer
}
