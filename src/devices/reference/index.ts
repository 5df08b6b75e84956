/**
 * Plain JavaScript on the calling thread: the device that every host has, and the one that the
 * others are checked against. Residents are host copies.
 */

import { DisposedError, MemoryLimitError } from '../../errors.js'
import { MAX_ARRAY_BYTES } from '../../limits.js'
import { DeviceBase } from '../base.js'
import {
  checkInto,
  type Device,
  type DeviceInfo,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  type ResidentArray,
} from '../device.js'
import { ResidentBase } from '../resident.js'

const INFO: DeviceInfo = {
  kind: 'reference',
  name: 'plain JavaScript',
  threads: 1,
  software: false,
  sharedMemory: true,
}

/** The reference device. Its only state is whether it was disposed. */
export class ReferenceDevice extends DeviceBase {
  readonly kind = 'reference'
  readonly info = INFO
  #disposed = false

  get disposed(): boolean {
    return this.#disposed
  }

  protected async end(): Promise<void> {
    this.#disposed = true
  }

  protected checkAlive(): void {
    if (this.#disposed) throw new DisposedError('this device')
  }

  protected async uploadArray(
    type: ElementType,
    array: ElementArrays[ElementType],
  ): Promise<ResidentArray> {
    return new HostArray(this, type, array.slice())
  }

  protected async allocArray<T extends ElementType>(
    type: T,
    length: number,
  ): Promise<ResidentArray<T>> {
    try {
      return new HostArray(this, type, new ELEMENT_ARRAYS[type](length) as ElementArrays[T])
    } catch (cause) {
      throw new MemoryLimitError(`an array of ${length} ${type}`, {
        neededBytes: length * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT,
        limitBytes: MAX_ARRAY_BYTES,
        alternatives: ['a shorter array'],
        cause,
      })
    }
  }
}

/** A host array that this owns from here on. */
export class HostArray<T extends ElementType = ElementType>
  extends ResidentBase
  implements ResidentArray<T>
{
  readonly type: T
  readonly length: number
  #array: ElementArrays[T] | undefined

  constructor(device: Device, type: T, array: ElementArrays[T]) {
    super(device)
    this.type = type
    this.length = array.length
    this.#array = array
  }

  /** The array itself. */
  get array(): ElementArrays[T] {
    this.checkAlive('this resident array')
    return this.#array as ElementArrays[T]
  }

  async read(into?: ElementArrays[T]): Promise<ElementArrays[T]> {
    const { array } = this
    checkInto(into, this.type, this.length)
    if (into === undefined)
      return array.slice() as ElementArrays[T]
      // The types match: checked above, and invisible to the compiler for a generic T.
    ;(into as Uint8Array).set(array as Uint8Array)
    return into
  }

  protected release(): void {
    this.#array = undefined
  }
}
