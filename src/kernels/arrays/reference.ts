/** Array kernels on plain JavaScript: host arrays are used where they lie, nothing is copied. */

import {
  type Device,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  elementTypeOf,
  type ResidentArray,
} from '../../devices/device.js'
import { HostArray } from '../../devices/reference/index.js'
import { MemoryLimitError } from '../../errors.js'
import { runSliced } from '../../graph/slices.js'
import { MAX_ARRAY_BYTES } from '../../limits.js'
import type { HostValues } from '../columns.js'
import { overlapPartly, type Span, type Storage } from './storage.js'
import type { ArrayKernel, Operand, ReportShare } from './types.js'

export class ReferenceStorage implements Storage<HostValues> {
  readonly #device: Device

  constructor(device: Device) {
    this.#device = device
  }

  operandOf(resident: ResidentArray): Operand<HostValues> {
    const storage = (resident as HostArray).array
    return { type: resident.type, length: resident.length, storage }
  }

  isInPlace(into: HostValues, inputs: readonly Operand<HostValues>[]): boolean {
    return !inputs.some(
      ({ storage }) =>
        storage.buffer === into.buffer && overlapPartly(spanOf(storage), spanOf(into)),
    )
  }

  async upload(array: HostValues): Promise<Operand<HostValues>> {
    const type = elementTypeOf(array) as ElementType
    return { type, length: array.length, storage: array }
  }

  async create(type: ElementType, length: number): Promise<Operand<HostValues>> {
    return { type, length, storage: hostArray(type, length) }
  }

  async read(operand: Operand<HostValues>, into: HostValues): Promise<void> {
    if (into === operand.storage)
      return // The types match: into was checked against the output's type.
    ;(into as Uint8Array).set((operand.storage as Uint8Array).subarray(0, into.length))
  }

  adopt<T extends ElementType>(
    operand: Operand<HostValues>,
    type: T,
    length: number,
  ): ResidentArray<T> {
    const array = operand.storage as ElementArrays[T]
    const kept = length === array.length ? array : (array.slice(0, length) as ElementArrays[T])
    return new HostArray(this.#device, type, kept)
  }

  run<P, R>(
    kernel: ArrayKernel<P, R>,
    inputs: readonly Operand<HostValues>[],
    outputs: readonly Operand<HostValues>[],
    plan: P,
    signal: AbortSignal | undefined,
    report: ReportShare,
  ): Promise<R> {
    return runSliced(kernel.reference({ inputs, outputs, signal, report }, plan), signal)
  }

  dispose(): void {}
}

function spanOf({ byteOffset, byteLength }: HostValues): Span {
  return { start: byteOffset, byteLength }
}

/**
 * A fresh host array.
 *
 * @throws MemoryLimitError when the host has no room for it
 */
export function hostArray<T extends ElementType>(type: T, length: number): ElementArrays[T] {
  try {
    return new ELEMENT_ARRAYS[type](length) as ElementArrays[T]
  } catch (cause) {
    throw new MemoryLimitError(`an array of ${length} ${type}`, {
      neededBytes: length * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT,
      limitBytes: MAX_ARRAY_BYTES,
      alternatives: ['a shorter array', 'Residents, which stay on the device'],
      cause,
    })
  }
}
