/**
 * The owner of one GPU device: instance, adapter and device live and go together, errors become
 * rejections, and every wait ends when the device does. The device and kernels call it; it knows
 * nothing of either. Types of WebGPU stay inside: no public declaration names this file.
 */

import {
  DeviceLostError,
  DisposedError,
  MemoryLimitError,
  type TickTickClockError,
} from '../../errors.js'
import type { Device } from '../device.js'
import type { OpenedAdapter } from './adapter.js'
import { hearsPasses, PassClock, TIMESTAMPS } from './pass-clock.js'
import { BUFFER_USAGE, MAP_MODE_READ, STORAGE } from './usage.js'

/** Uploads and reads go through staging buffers of this size, with a turn of the loop between. */
const SLICE_BYTES = 16 * 1024 * 1024

/** A dispatch has at most 65,535 workgroups in a dimension (WebGPU, default limit). */
const MAX_WORKGROUPS = 65_535

/** What to do instead, when something does not fit the GPU. */
export const GPU_ALTERNATIVES: readonly string[] = ["device 'wasm'", "device 'reference'"]

const WHAT = 'this webgpu device'

/** Bytes of a host array of any element type; may lie in shared memory. */
export type HostArray = ArrayBufferView<ArrayBufferLike>

export class Gpu {
  /** One owner for all three: Dawn needs instance and adapter for as long as the device works. */
  readonly #owned: OpenedAdapter & { readonly device: GPUDevice }
  #end: TickTickClockError | undefined
  #drained: Promise<void> | undefined
  readonly #running = new Set<(reason: unknown) => void>()
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>()
  readonly #clock: PassClock

  private constructor(opened: OpenedAdapter, device: GPUDevice) {
    this.#owned = { ...opened, device }
    this.#clock = new PassClock(device)
    device.lost.then((info) => {
      if (this.#end !== undefined) return
      this.#stop(
        new DeviceLostError(`the GPU was lost (${info.message || info.reason}); open it again`),
      )
    })
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault()
      // No scope caught it, so no call can be blamed: all that run now reject.
      this.#rejectRunning(new DeviceLostError(`the GPU reported: ${event.error.message}`))
    })
  }

  get device(): GPUDevice {
    return this.#owned.device
  }

  /** Makes the device, with the adapter's own limits where the defaults are lower. */
  static async open(opened: OpenedAdapter): Promise<Gpu> {
    const { limits, features } = opened.adapter
    // They cost nothing where nobody asks for them, but not every driver's are to be trusted.
    const isTimed = hearsPasses() && features.has(TIMESTAMPS)
    const device = await opened.adapter.requestDevice({
      requiredFeatures: isTimed ? [TIMESTAMPS] : [],
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      },
    })
    return new Gpu(opened, device)
  }

  /** Largest single buffer that a kernel can bind. */
  get maxBindingBytes(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits
    return Math.min(maxBufferSize, maxStorageBufferBindingSize)
  }

  /** Throws when the device is disposed or lost. */
  check(): void {
    if (this.#end !== undefined) throw this.#end
  }

  /** @throws MemoryLimitError when a buffer of this size can't be made or bound */
  checkSize(what: string, neededBytes: number): void {
    const limitBytes = this.maxBindingBytes
    if (neededBytes <= limitBytes) return
    throw new MemoryLimitError(what, { neededBytes, limitBytes, alternatives: GPU_ALTERNATIVES })
  }

  /**
   * Waits for `work`, but no longer than the device lives or the signal is quiet. Work on a GPU
   * can't be taken back: what was submitted runs to its end, unseen.
   */
  guard<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => settle(() => reject(signal?.reason))
      const stop = (reason: unknown) => settle(() => reject(reason))
      const settle = (finish: () => void) => {
        this.#running.delete(stop)
        signal?.removeEventListener('abort', onAbort)
        finish()
      }
      work.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(this.#end ?? error)),
      )
      if (this.#end !== undefined) return stop(this.#end)
      if (signal?.aborted) return onAbort()
      this.#running.add(stop)
      signal?.addEventListener('abort', onAbort)
    })
  }

  /**
   * Runs synchronous GPU calls under error scopes and resolves when they proved valid.
   *
   * @param neededBytes what the calls allocate, for the error's text
   */
  async scoped<T>(what: string, call: () => T, neededBytes = 0): Promise<T> {
    this.check()
    const { device } = this
    const kinds: GPUErrorFilter[] = ['internal', 'out-of-memory', 'validation']
    for (const kind of kinds) device.pushErrorScope(kind)
    let value: T
    let errors: Promise<GPUError | null>[]
    try {
      value = call()
    } catch (error) {
      // A staging buffer that can't be mapped throws at once.
      throw error instanceof RangeError ? outOfMemory(what, neededBytes, error.message) : error
    } finally {
      errors = kinds.map(() => device.popErrorScope())
      for (const error of errors) error.catch(() => {})
    }
    const [invalid, memory, internal] = await this.guard(Promise.all(errors))
    if (memory) throw outOfMemory(what, neededBytes, memory.message)
    const problem = invalid ?? internal
    if (problem) throw new DeviceLostError(`the GPU refused ${what}: ${problem.message}`)
    return value
  }

  /** A zero-filled buffer, at least 4 bytes, its size a multiple of 4. */
  buffer(what: string, byteLength: number, usage: number = STORAGE): Promise<GPUBuffer> {
    this.checkSize(what, byteLength)
    const size = paddedBytes(byteLength)
    return this.scoped(what, () => this.device.createBuffer({ label: what, size, usage }), size)
  }

  /**
   * A new buffer with the bytes of `array`. Goes through mapped staging buffers, because
   * `queue.writeBuffer` from shared memory segfaults in Dawn.
   */
  async upload(
    what: string,
    array: HostArray,
    usage: number = STORAGE,
    signal?: AbortSignal,
  ): Promise<GPUBuffer> {
    const buffer = await this.buffer(what, array.byteLength, usage | BUFFER_USAGE.COPY_DST)
    try {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
      for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
        await this.#write(buffer, at, bytes.subarray(at, at + SLICE_BYTES), signal)
      }
      return buffer
    } catch (error) {
      buffer.destroy()
      throw error
    }
  }

  async #write(buffer: GPUBuffer, at: number, bytes: Uint8Array, signal?: AbortSignal) {
    const { device } = this
    const size = paddedBytes(bytes.length)
    await this.scoped(
      'an upload',
      () => {
        const staging = device.createBuffer({
          size,
          usage: BUFFER_USAGE.COPY_SRC,
          mappedAtCreation: true,
        })
        new Uint8Array(staging.getMappedRange()).set(bytes)
        staging.unmap()
        const encoder = device.createCommandEncoder()
        encoder.copyBufferToBuffer(staging, 0, buffer, at, size)
        device.queue.submit([encoder.finish()])
        staging.destroy()
      },
      size,
    )
    await this.guard(device.queue.onSubmittedWorkDone(), signal)
  }

  /** Copies a buffer's first bytes to the host. */
  async read(buffer: GPUBuffer, into: HostArray, signal?: AbortSignal): Promise<void> {
    const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
    if (target.length === 0) return
    const size = Math.min(SLICE_BYTES, paddedBytes(target.length))
    const usage = BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST
    const staging = await this.buffer('a read', size, usage)
    try {
      for (let at = 0; at < target.length; at += SLICE_BYTES) {
        const part = target.subarray(at, at + SLICE_BYTES)
        await this.submit('a read', (encoder) => {
          encoder.copyBufferToBuffer(buffer, at, staging, 0, paddedBytes(part.length))
        })
        await this.#map(staging, part, signal)
      }
    } finally {
      staging.destroy()
    }
  }

  async #map(staging: GPUBuffer, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    const size = paddedBytes(into.length)
    await this.guard(staging.mapAsync(MAP_MODE_READ, 0, size), signal)
    into.set(new Uint8Array(staging.getMappedRange(0, size)).subarray(0, into.length))
    staging.unmap()
  }

  /** Encodes and submits; resolves when the commands proved valid, not when they ran. */
  submit(what: string, encode: (encoder: GPUCommandEncoder) => void): Promise<void> {
    return this.scoped(what, () => {
      const encoder = this.device.createCommandEncoder()
      const tell = hearsPasses() ? this.#clock.time(what, encoder, encode) : encode(encoder)
      this.device.queue.submit([encoder.finish()])
      tell?.()
    })
  }

  /** One entry point of a shader, compiled once a device. */
  pipeline(name: string, code: string, entryPoint: string): Promise<GPUComputePipeline> {
    const key = `${name}/${entryPoint}`
    const known = this.#pipelines.get(key)
    if (known !== undefined) return this.guard(known)
    const made = this.#compile(name, code, entryPoint)
    this.#pipelines.set(key, made)
    made.catch(() => this.#pipelines.delete(key))
    return this.guard(made)
  }

  async #compile(name: string, code: string, entryPoint: string): Promise<GPUComputePipeline> {
    this.check()
    const module = this.device.createShaderModule({ label: name, code })
    const compute = { module, entryPoint }
    try {
      return await this.device.createComputePipelineAsync({ layout: 'auto', compute })
    } catch (cause) {
      throw new DeviceLostError(
        `the GPU can't compile ${name}/${entryPoint}: ${(cause as Error).message}`,
        { cause },
      )
    }
  }

  #rejectRunning(reason: unknown): void {
    const running = [...this.#running]
    this.#running.clear()
    for (const stop of running) stop(reason)
  }

  #stop(end: TickTickClockError): void {
    this.#end = end
    this.#pipelines.clear()
    this.#rejectRunning(end)
  }

  /** Rejects what runs, waits until the GPU is idle, and lets everything go. */
  dispose(): Promise<void> {
    this.#drained ??= this.#drain()
    return this.#drained
  }

  async #drain(): Promise<void> {
    const lost = this.#end instanceof DeviceLostError
    this.#stop(new DisposedError(WHAT))
    if (!lost) await this.device.queue.onSubmittedWorkDone().catch(() => {})
    if (!lost) await this.#clock.drained()
    this.device.destroy()
    await this.device.lost
  }
}

const gpus = new WeakMap<Device, Gpu>()

/** Makes `gpuOf` know a device. */
export function registerGpu(device: Device, gpu: Gpu): void {
  gpus.set(device, gpu)
}

/** The GPU behind a webgpu device. */
export function gpuOf(device: Device): Gpu {
  const gpu = gpus.get(device)
  if (gpu === undefined) throw new TypeError(`"device" expected webgpu device, got ${device.kind}`)
  return gpu
}

/** Copies and maps want multiples of 4; bindings want at least one word. */
export function paddedBytes(byteLength: number): number {
  return Math.max(4, Math.ceil(byteLength / 4) * 4)
}

/** Workgroups in two dimensions, where one dimension is too short; shaders fold them back. */
export function dispatchSize(itemCount: number, workgroupItems: number): [number, number] {
  const groups = Math.ceil(itemCount / workgroupItems)
  const x = Math.min(groups, MAX_WORKGROUPS)
  return [x, Math.ceil(groups / Math.max(1, x))]
}

/** A limit that no GPU tells in advance: how much memory is free. */
function outOfMemory(what: string, neededBytes: number, message: string): MemoryLimitError {
  return new MemoryLimitError(`${what} (the GPU has no more memory free)`, {
    neededBytes,
    limitBytes: 0,
    alternatives: GPU_ALTERNATIVES,
    cause: new Error(message),
  })
}
