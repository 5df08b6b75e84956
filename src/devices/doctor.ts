/**
 * What this machine can compute on, found out by trying: each device is opened, sent a few numbers
 * and asked for them again. Behind `ticktickclock doctor` and for pages that offer a choice.
 */

import { canShareMemory, processorCount } from '#spawn'
import { whyNoWasm } from '../wasm.js'
import type { DeviceKind } from './device.js'
import { openDevice } from './open.js'
import type { GpuFindings } from './webgpu/index.js'

/** Something that this machine lacks. */
export interface Missing {
  available: false
  /** Why, in words. */
  why: string
  /** What to do about it: a command to run, a setting to change. */
  remedy: string
}

/** WASM as this machine has it. */
export interface WasmFindings {
  available: true
  simd: true
  /** Whether threads can share one memory; without it there is one worker. */
  sharedMemory: boolean
  /** Why memory can't be shared, and what to do about it. Left out where it can. */
  whyNotShared?: string
  /** Worker threads that started. */
  threads: number
}

/** Result of `doctor`. */
export interface DoctorReport {
  /** `node`, `browser`, or the name of another host. */
  runtime: { name: string; version: string; platform: string }
  /** Processors that this process may use. */
  processors: number
  reference: { available: true }
  wasm: WasmFindings | Missing
  webgpu: GpuFindings | Missing
}

/**
 * Says what this machine can compute on, and what it lacks, why, and what to do about it. Opens and
 * closes every device, which takes a few tenths of a second. Never throws for something missing.
 *
 * @example
 * ```ts
 * const { wasm, webgpu } = await doctor()
 * if (!webgpu.available) console.log(webgpu.why, webgpu.remedy)
 * ```
 */
export async function doctor(): Promise<DoctorReport> {
  return {
    runtime: runtime(),
    processors: processorCount(),
    reference: { available: true },
    wasm: await examineWasm(),
    webgpu: await examineGpu(),
  }
}

function runtime(): DoctorReport['runtime'] {
  const host = globalThis.process as NodeJS.Process | undefined
  if (host?.versions?.node !== undefined) {
    const platform = `${host.platform} ${host.arch}`
    return { name: 'node', version: host.versions.node, platform }
  }
  const agent = globalThis.navigator?.userAgent ?? ''
  return { name: 'browser', version: agent, platform: globalThis.navigator?.platform ?? '' }
}

function whyNotShared(): string {
  if (globalThis.isSecureContext === false) {
    return 'the page is not in a secure context: serve it over HTTPS, or from localhost'
  }
  return (
    'the page is not cross-origin isolated: its server must send the headers ' +
    'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp ' +
    'with the page and the scripts of its workers; isolate.js does it where the server can not'
  )
}

async function examineWasm(): Promise<WasmFindings | Missing> {
  const problem = whyNoWasm()
  if (problem !== undefined) {
    const remedy = problem.includes('policy')
      ? "send script-src 'self' 'wasm-unsafe-eval' with the page and with its scripts"
      : 'use a newer version: Node 20.19, Chrome 91, Firefox 89, Safari 16.4'
    return { available: false, why: problem, remedy }
  }
  try {
    const threads = await tryDevice('wasm')
    const sharedMemory = canShareMemory()
    return {
      ...{ available: true, simd: true, sharedMemory, threads },
      ...(!sharedMemory && { whyNotShared: whyNotShared() }),
    }
  } catch (error) {
    return broken(error, "use device 'reference'")
  }
}

async function examineGpu(): Promise<GpuFindings | Missing> {
  const { probeWebgpu } = await import('./webgpu/index.js')
  const probe = await probeWebgpu()
  if (!probe.available) return { available: false, why: probe.reason, remedy: probe.remedy }
  try {
    await tryDevice('webgpu')
    return probe
  } catch (error) {
    return broken(error, "update the GPU's driver, or use device 'wasm'")
  }
}

/** Sends numbers there and back; returns the device's threads. */
async function tryDevice(kind: DeviceKind): Promise<number> {
  const device = await openDevice({ kind })
  try {
    const sent = Uint32Array.of(1, 0xffff_ffff, 3)
    const resident = await device.upload(sent)
    const received = await resident.read()
    if (received.join() !== sent.join()) {
      throw new Error(`${device.info.name} gave back other numbers than it got`)
    }
    return device.info.threads
  } finally {
    await device.dispose()
  }
}

/** A device that is there and fails. */
function broken(error: unknown, remedy: string): Missing {
  return { available: false, why: error instanceof Error ? error.message : String(error), remedy }
}
