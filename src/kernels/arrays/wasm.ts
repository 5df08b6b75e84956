/** Array kernels on WASM: operands are addresses in the pool's memory. */

import {
  ELEMENT_ARRAYS,
  type ElementType,
  elementTypeOf,
  type ResidentArray,
} from '../../devices/device.js'
import { WasmArray, type WasmDevice } from '../../devices/wasm/index.js'
import { bytesOf, Region } from '../../devices/wasm/region.js'
import type { HostValues } from '../columns.js'
import { type FlowRun, overlapPartly, type Span, type Storage } from './storage.js'
import type { ArrayKernel, Operand, OutputRequest } from './types.js'
import { runFlow, slotsFor } from './wasm-flow.js'

export class WasmStorage implements Storage<number> {
  readonly #device: WasmDevice
  readonly #region: Region

  constructor(device: WasmDevice) {
    this.#device = device
    this.#region = new Region(device.pool)
  }

  operandOf(resident: ResidentArray): Operand<number> {
    const { type, length, address } = resident as WasmArray
    return { type, length, storage: address }
  }

  isInPlace(into: HostValues, inputs: readonly Operand<number>[]): boolean {
    const start = this.#addressOf(into)
    if (start === undefined) return false
    const span = { start, byteLength: into.byteLength }
    const type = elementTypeOf(into)
    return !inputs.some(
      (input) =>
        overlapPartly(span, spanOf(input)) || (input.storage === start && input.type !== type),
    )
  }

  async upload(array: HostValues, signal: AbortSignal | undefined): Promise<Operand<number>> {
    const storage = this.#addressOf(array) ?? (await this.#region.write(array, signal))
    return { type: elementTypeOf(array) as ElementType, length: array.length, storage }
  }

  async create(type: ElementType, length: number): Promise<Operand<number>> {
    const storage = await this.#region.alloc(length * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT)
    return { type, length, storage }
  }

  read(operand: Operand<number>, into: HostValues, signal: AbortSignal | undefined): Promise<void> {
    if (operand.storage === this.#addressOf(into)) return Promise.resolve()
    return this.#device.pool.memory.read(operand.storage, bytesOf(into), signal)
  }

  adopt<T extends ElementType>(
    operand: Operand<number>,
    type: T,
    length: number,
  ): ResidentArray<T> {
    this.#region.release(operand.storage)
    return new WasmArray(this.#device, type, length, operand.storage)
  }

  async run<P, R>(
    kernel: ArrayKernel<P, R>,
    inputs: readonly Operand<number>[],
    outputs: readonly Operand<number>[],
    plan: P,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    const { pool } = this.#device
    const scratch = new Region(pool)
    try {
      return await kernel.wasm({ inputs, outputs, signal, pool, scratch }, plan)
    } finally {
      if (!pool.disposed) scratch.dispose()
    }
  }

  flowFor<P, R>(
    kernel: ArrayKernel<P, R>,
    inputs: readonly HostValues[],
    outputs: readonly OutputRequest[],
    plan: P,
  ): FlowRun<R> | undefined {
    const { pool } = this.#device
    const shape = pool.sharedMemory && !pool.blocking ? kernel.flow?.(plan) : undefined
    const slots = shape === undefined ? 0 : slotsFor(shape, inputs, outputs)
    if (shape === undefined || slots === 0) return undefined
    const call = { kernel, plan, shape, slots, inputs }
    return (arrays, signal) => runFlow(pool, { ...call, outputs: arrays }, signal)
  }

  dispose(): void {
    if (!this.#device.disposed) this.#region.dispose()
  }

  /** Where an array lies, if kernels can use it there: they need no more than its own alignment. */
  #addressOf(array: HostValues): number | undefined {
    return this.#device.pool.memory.addressOf(array)
  }
}

function spanOf({ storage, type, length }: Operand<number>): Span {
  return { start: storage, byteLength: length * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT }
}
