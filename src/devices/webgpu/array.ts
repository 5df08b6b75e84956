/**
 * Arrays in the GPU's memory. A file of its own, because no public declaration may name a type of
 * WebGPU.
 */

import { DisposedError } from '../../errors.js'
import {
  checkInto,
  type Device,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  type ResidentArray,
} from '../device.js'
import { ResidentBase } from '../resident.js'
import { gpuOf } from './gpu.js'

/** An array in a storage buffer, which it owns from here on. */
export class GpuArray<T extends ElementType = ElementType>
  extends ResidentBase
  implements ResidentArray<T>
{
  readonly type: T
  readonly length: number
  /** At least 4 bytes, padded to a multiple of 4. */
  readonly buffer: GPUBuffer

  constructor(device: Device, buffer: GPUBuffer, type: T, length: number) {
    super(device)
    this.buffer = buffer
    this.type = type
    this.length = length
  }

  async read(into?: ElementArrays[T]): Promise<ElementArrays[T]> {
    this.checkAlive('this resident array')
    checkInto(into, this.type, this.length)
    const target = into ?? (new ELEMENT_ARRAYS[this.type](this.length) as ElementArrays[T])
    try {
      await gpuOf(this.device).read(this.buffer, target)
    } catch (cause) {
      // A buffer that goes during a read is reported by the GPU in its own words.
      if (!this.disposed || this.device.disposed) throw cause
      throw new DisposedError('this resident array', { cause })
    }
    return target
  }

  protected release(): void {
    this.buffer.destroy()
  }
}
