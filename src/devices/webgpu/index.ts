/**
 * The GPU as a Device: arrays lie in storage buffers, graphs keep the layouts that kernels make.
 * `devices/open.ts` opens it; kernels reach the GPU behind a Device by `gpuOf` in gpu.ts.
 */

import { requestAdapter } from '#adapter'
import { TickTickClockError } from '../../errors.js'
import { DeviceBase } from '../base.js'
import {
  type Device,
  type DeviceInfo,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  type ResidentArray,
} from '../device.js'
import { absenceOf, describeAdapter, unavailable } from './adapter.js'
import { GpuArray } from './array.js'
import { Gpu, registerGpu } from './gpu.js'

/** Options of `openWebgpu`. */
export interface WebgpuOptions {
  /** Take the software adapter (SwiftShader) even where there is a GPU: slow. Default false. */
  software?: boolean
}

/** The GPU that would be used. */
export interface GpuFindings {
  available: true
  name: string
  vendor: string
  architecture: string
  /** Emulated on the CPU: correct, but no measure of a GPU's speed. */
  software: boolean
  limits: {
    /** Largest buffer, in bytes. */
    maxBufferBytes: number
    /** Largest part of a buffer that a kernel sees, in bytes. */
    maxStorageBindingBytes: number
    maxWorkgroupStorageBytes: number
    maxInvocationsPerWorkgroup: number
  }
}

/** What this machine's GPU can do, or why it can't. */
export type WebgpuProbe = GpuFindings | { available: false; reason: string; remedy: string }

/**
 * Opens the GPU: Dawn in Node, `navigator.gpu` in a page or worker.
 *
 * @throws DeviceUnavailableError with the reason and what to install
 */
export async function openWebgpu(options: WebgpuOptions = {}): Promise<Device> {
  const opened = await requestAdapter(options)
  const { name, software } = describeAdapter(opened.adapter)
  const gpu = await openGpu(opened)
  return new WebgpuDevice(gpu, { kind: 'webgpu', name, threads: 0, software, sharedMemory: false })
}

async function openGpu(opened: Awaited<ReturnType<typeof requestAdapter>>): Promise<Gpu> {
  try {
    return await Gpu.open(opened)
  } catch (cause) {
    if (cause instanceof TickTickClockError) throw cause
    const reason = `the GPU refused to open (${(cause as Error).message})`
    const remedy = 'update its driver, or close other programs that use it'
    throw unavailable({ reason, remedy }, cause)
  }
}

/**
 * Looks for a GPU, opens it once and closes it again. Never throws: what is missing is the answer.
 */
export async function probeWebgpu(options: WebgpuOptions = {}): Promise<WebgpuProbe> {
  let gpu: Gpu | undefined
  try {
    const opened = await requestAdapter(options)
    gpu = await openGpu(opened)
    const { limits } = opened.adapter
    return {
      available: true,
      ...describeAdapter(opened.adapter),
      limits: {
        maxBufferBytes: limits.maxBufferSize,
        maxStorageBindingBytes: limits.maxStorageBufferBindingSize,
        maxWorkgroupStorageBytes: limits.maxComputeWorkgroupStorageSize,
        maxInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      },
    }
  } catch (error) {
    return { available: false, ...absenceOf(error) }
  } finally {
    await gpu?.dispose()
  }
}

class WebgpuDevice extends DeviceBase {
  readonly kind = 'webgpu'
  readonly info: DeviceInfo
  readonly #gpu: Gpu
  #disposed = false

  constructor(gpu: Gpu, info: DeviceInfo) {
    super()
    this.#gpu = gpu
    this.info = info
    registerGpu(this, gpu)
  }

  get disposed(): boolean {
    return this.#disposed
  }

  /** Buffers of Residents go with the GPU device. */
  protected end(): Promise<void> {
    this.#disposed = true
    return this.#gpu.dispose()
  }

  protected checkAlive(): void {
    this.#gpu.check()
  }

  protected async uploadArray(
    type: ElementType,
    array: ElementArrays[ElementType],
    signal: AbortSignal | undefined,
  ): Promise<ResidentArray> {
    const what = `an array of ${array.length} ${type}`
    const buffer = await this.#gpu.upload(what, array, undefined, signal)
    return new GpuArray(this, buffer, type, array.length)
  }

  protected async allocArray<T extends ElementType>(
    type: T,
    length: number,
  ): Promise<ResidentArray<T>> {
    const bytes = length * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT
    const buffer = await this.#gpu.buffer(`an array of ${length} ${type}`, bytes)
    return new GpuArray(this, buffer, type, length)
  }
}
