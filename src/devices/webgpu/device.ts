/**
 * The GPU as a Device: arrays lie in storage buffers, graphs keep the layouts that kernels make.
 * `devices/open.ts` opens it; kernels reach the GPU behind a Device by `gpuOf` in gpu.ts.
 */

import { requestAdapter } from '#adapter'
import { checkInteger, checkOneOf } from '../../check.js'
import { DisposedError, TickTickClockError } from '../../errors.js'
import { Graph } from '../../graph/csr.js'
import { monotonicMs } from '../../time/system.js'
import {
  checkInto,
  type Device,
  type DeviceInfo,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  elementTypeOf,
  type Layout,
  LayoutCache,
  type Resident,
  type ResidentArray,
  type ResidentGraph,
  type TransferOptions,
} from '../device.js'
import { absenceOf, describeAdapter, unavailable } from './adapter.js'
import { Gpu, gpuOf, registerGpu } from './gpu.js'

/** Options of `openWebgpu`. */
export interface WebgpuOptions {
  /** Take the software adapter (SwiftShader) even where there is a GPU: slow. Default false. */
  software?: boolean
}

/** What this machine's GPU can do, or why it can't. */
export type WebgpuProbe =
  | {
      available: true
      name: string
      vendor: string
      architecture: string
      /** Emulated on the CPU. */
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
  | { available: false; reason: string; remedy: string }

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

class WebgpuDevice implements Device {
  readonly kind = 'webgpu'
  readonly info: DeviceInfo
  readonly #gpu: Gpu
  readonly #residents = new Set<Resident>()
  #disposed = false

  constructor(gpu: Gpu, info: DeviceInfo) {
    this.#gpu = gpu
    this.info = info
    registerGpu(this, gpu)
  }

  get disposed(): boolean {
    return this.#disposed
  }

  upload<T extends ElementType>(
    array: ElementArrays[T],
    options?: TransferOptions,
  ): Promise<ResidentArray<T>>
  upload(graph: Graph, options?: TransferOptions): Promise<ResidentGraph>
  async upload(
    source: ElementArrays[ElementType] | Graph,
    options: TransferOptions = {},
  ): Promise<Resident> {
    this.#gpu.check()
    options.signal?.throwIfAborted()
    if (source instanceof Graph) return this.#keep(new GpuGraph(this, source))
    const type = elementTypeOf(source)
    if (type === undefined) {
      throw new TypeError('"array" expected typed array or Graph, got another kind of value')
    }
    const what = `an array of ${source.length} ${type}`
    const buffer = await this.#gpu.upload(what, source, undefined, options.signal)
    return this.#keep(new GpuArray(this, buffer, type, source.length))
  }

  async alloc<T extends ElementType>(type: T, length: number): Promise<ResidentArray<T>> {
    this.#gpu.check()
    checkOneOf('type', type, Object.keys(ELEMENT_ARRAYS))
    checkInteger('length', length, 0, Number.MAX_SAFE_INTEGER)
    const bytes = length * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT
    const buffer = await this.#gpu.buffer(`an array of ${length} ${type}`, bytes)
    return this.#keep(new GpuArray(this, buffer, type, length))
  }

  nowMs(): number {
    return monotonicMs()
  }

  #keep<R extends Resident & { onDispose: (() => void) | undefined }>(resident: R): R {
    this.#residents.add(resident)
    resident.onDispose = () => this.#residents.delete(resident)
    return resident
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    const ended = this.#gpu.dispose()
    await Promise.all([...this.#residents].map((resident) => resident.dispose()))
    await ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

class GpuArray<T extends ElementType> implements ResidentArray<T> {
  readonly device: Device
  readonly type: T
  readonly length: number
  readonly #buffer: GPUBuffer
  onDispose: (() => void) | undefined
  #disposed = false

  constructor(device: Device, buffer: GPUBuffer, type: T, length: number) {
    this.device = device
    this.type = type
    this.length = length
    this.#buffer = buffer
  }

  get disposed(): boolean {
    return this.#disposed
  }

  async read(into?: ElementArrays[T]): Promise<ElementArrays[T]> {
    checkInto(into, this.type, this.length)
    const gpu = gpuOf(this.device)
    gpu.check()
    if (this.#disposed) throw new DisposedError('this resident array')
    const target = into ?? (new ELEMENT_ARRAYS[this.type](this.length) as ElementArrays[T])
    try {
      await gpu.read(this.#buffer, target)
    } catch (cause) {
      if (!this.#disposed || this.device.disposed) throw cause
      throw new DisposedError('this resident array', { cause })
    }
    return target
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    this.onDispose?.()
    this.#buffer.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

class GpuGraph implements ResidentGraph {
  readonly device: Device
  readonly graph: Graph
  readonly #layouts = new LayoutCache()
  onDispose: (() => void) | undefined
  #disposed = false

  constructor(device: Device, graph: Graph) {
    this.device = device
    this.graph = graph
  }

  get disposed(): boolean {
    return this.#disposed
  }

  layout<L extends Layout>(key: string, make: () => Promise<L>): Promise<L> {
    return this.#layouts.get(key, make)
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    this.onDispose?.()
    await this.#layouts.dispose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}
