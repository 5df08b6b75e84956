/**
 * Plain JavaScript on the calling thread: the device that every host has, and the one that the
 * others are checked against. Residents are host copies.
 */

import { DisposedError } from '../../errors.js'
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
  type ResidentArray,
  type ResidentGraph,
  type TransferOptions,
} from '../device.js'
import { LayoutGraph, ResidentBase } from '../resident.js'

const INFO: DeviceInfo = {
  kind: 'reference',
  name: 'plain JavaScript',
  threads: 1,
  software: false,
  sharedMemory: true,
}

/** The reference device. Its only state is whether it was disposed. */
export class ReferenceDevice implements Device {
  readonly kind = 'reference'
  readonly info = INFO
  readonly nowMs = monotonicMs
  #disposed = false

  get disposed(): boolean {
    return this.#disposed
  }

  upload<T extends ElementType>(
    array: ElementArrays[T],
    options?: TransferOptions,
  ): Promise<ResidentArray<T>>
  upload(graph: Graph, options?: TransferOptions): Promise<ResidentGraph>
  async upload<T extends ElementType>(
    source: ElementArrays[T] | Graph,
    options: TransferOptions = {},
  ): Promise<ResidentArray<T> | ResidentGraph> {
    if (this.#disposed) throw new DisposedError('this device')
    options.signal?.throwIfAborted()
    if (source instanceof Graph) return new LayoutGraph(this, source)
    const type = elementTypeOf(source) as T | undefined
    if (type === undefined) throw new TypeError('"source" expected Graph or typed array')
    const copy = source.slice() as ElementArrays[T]
    return new HostArray(this, type, copy)
  }

  async alloc<T extends ElementType>(type: T, length: number): Promise<ResidentArray<T>> {
    if (this.#disposed) throw new DisposedError('this device')
    return new HostArray(this, type, new ELEMENT_ARRAYS[type](length) as ElementArrays[T])
  }

  async dispose(): Promise<void> {
    this.#disposed = true
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

class HostArray<T extends ElementType> extends ResidentBase implements ResidentArray<T> {
  readonly type: T
  readonly length: number
  #array: ElementArrays[T] | undefined

  constructor(device: Device, type: T, array: ElementArrays[T]) {
    super(device)
    this.type = type
    this.length = array.length
    this.#array = array
  }

  async read(into?: ElementArrays[T]): Promise<ElementArrays[T]> {
    this.checkAlive('this resident array')
    checkInto(into, this.type, this.length)
    const array = this.#array as ElementArrays[T]
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
