/** Array kernels on the GPU: operands are storage buffers. Loaded only when a GPU runs. */

import {
  type Device,
  ELEMENT_ARRAYS,
  type ElementType,
  elementTypeOf,
  type ResidentArray,
} from '../../devices/device.js'
import { GpuArray } from '../../devices/webgpu/array.js'
import { type Gpu, gpuOf } from '../../devices/webgpu/gpu.js'
import type { HostValues } from '../columns.js'
import type { Storage } from './storage.js'
import type { ArrayKernel, Operand } from './types.js'

export class GpuStorage implements Storage<GPUBuffer> {
  readonly #device: Device
  readonly #gpu: Gpu
  readonly #buffers = new Set<GPUBuffer>()

  constructor(device: Device) {
    this.#device = device
    this.#gpu = gpuOf(device)
  }

  operandOf(resident: ResidentArray): Operand<GPUBuffer> {
    const { type, length, buffer } = resident as GpuArray
    return { type, length, storage: buffer }
  }

  isInPlace(): boolean {
    return false
  }

  async upload(array: HostValues, signal: AbortSignal | undefined): Promise<Operand<GPUBuffer>> {
    const type = elementTypeOf(array) as ElementType
    const what = `an array of ${array.length} ${type}`
    const storage = await this.#gpu.upload(what, array, undefined, signal)
    this.#buffers.add(storage)
    return { type, length: array.length, storage }
  }

  async create(type: ElementType, length: number): Promise<Operand<GPUBuffer>> {
    const byteLength = length * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT
    return { type, length, storage: await this.#make(`an array of ${length} ${type}`, byteLength) }
  }

  async #make(what: string, byteLength: number, usage?: number): Promise<GPUBuffer> {
    const buffer = await this.#gpu.buffer(what, byteLength, usage)
    this.#buffers.add(buffer)
    return buffer
  }

  read(
    operand: Operand<GPUBuffer>,
    into: HostValues,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return this.#gpu.read(operand.storage, into, signal)
  }

  adopt<T extends ElementType>(
    operand: Operand<GPUBuffer>,
    type: T,
    length: number,
  ): ResidentArray<T> {
    this.#buffers.delete(operand.storage)
    return new GpuArray(this.#device, operand.storage, type, length)
  }

  async run<P, R>(
    kernel: ArrayKernel<P, R>,
    inputs: readonly Operand<GPUBuffer>[],
    outputs: readonly Operand<GPUBuffer>[],
    plan: P,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    const run = await kernel.webgpu()
    const scratch = this.#make.bind(this)
    const value = await run({ inputs, outputs, signal, gpu: this.#gpu, scratch }, plan)
    // The time of the kernel ends with its work, not with its submission.
    await this.#gpu.guard(this.#gpu.device.queue.onSubmittedWorkDone(), signal)
    return value
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy()
    this.#buffers.clear()
  }
}
