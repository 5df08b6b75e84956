/**
 * WebAssembly with SIMD on worker threads: a pool and Residents in its memory. Kernels call
 * `device.pool` directly.
 */

import { processorCount } from '#spawn'
import { DeviceUnavailableError, DisposedError } from '../../errors.js'
import { whyNoWasm } from '../../wasm.js'
import { openPool } from '../../workers/open.js'
import type { WorkerPool } from '../../workers/pool.js'
import { DeviceBase } from '../base.js'
import {
  checkInto,
  type DeviceInfo,
  ELEMENT_ARRAYS,
  type ElementArrays,
  type ElementType,
  type ResidentArray,
} from '../device.js'
import { ResidentBase } from '../resident.js'
import { bytesOf, Region } from './region.js'

/** Opens the WASM device; see `openDevice` for the options. */
export async function openWasm(options: {
  threads?: number
  sharedMemory: boolean
}): Promise<WasmDevice> {
  const problem = whyNoWasm()
  if (problem !== undefined) {
    throw new DeviceUnavailableError(`${problem}; use device 'reference', or a newer version`)
  }
  const threads = options.sharedMemory ? (options.threads ?? processorCount()) : 1
  return new WasmDevice(await openPool({ threads, sharedMemory: options.sharedMemory }))
}

/** WASM on a pool of workers. */
export class WasmDevice extends DeviceBase {
  readonly kind = 'wasm'
  readonly info: DeviceInfo
  /** Where kernels run. */
  readonly pool: WorkerPool

  constructor(pool: WorkerPool) {
    super()
    this.pool = pool
    this.info = {
      kind: 'wasm',
      name: pool.size === 1 ? 'WASM, 1 thread' : `WASM, ${pool.size} threads`,
      threads: pool.size,
      software: false,
      sharedMemory: pool.sharedMemory,
    }
  }

  get disposed(): boolean {
    return this.pool.disposed
  }

  protected end(): Promise<void> {
    return this.pool.dispose()
  }

  protected checkAlive(): void {
    if (this.disposed) throw new DisposedError('this device')
  }

  protected async uploadArray(
    type: ElementType,
    array: ElementArrays[ElementType],
    signal: AbortSignal | undefined,
  ): Promise<ResidentArray> {
    const region = new Region(this.pool)
    try {
      const address = await region.write(array, signal)
      region.release(address)
      return new WasmArray(this, type, array.length, address)
    } finally {
      if (!this.disposed) region.dispose()
    }
  }

  protected async allocArray<T extends ElementType>(
    type: T,
    length: number,
  ): Promise<ResidentArray<T>> {
    const byteLength = length * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT
    const { memory } = this.pool
    const address = await memory.alloc(byteLength)
    const zeros = new Uint8Array(Math.min(byteLength, ZERO_BYTES))
    for (let at = 0; at < byteLength; at += ZERO_BYTES) {
      await memory.write(address + at, zeros.subarray(0, byteLength - at))
    }
    return new WasmArray(this, type, length, address)
  }
}

/** Zeros written at once: what is never allocated on the host in full. */
const ZERO_BYTES = 8 * 1024 * 1024

/** An array in the pool's memory, which it owns from here on. */
export class WasmArray<T extends ElementType = ElementType>
  extends ResidentBase
  implements ResidentArray<T>
{
  readonly type: T
  readonly length: number
  /** Where it lies, aligned to 64. */
  readonly address: number
  readonly #pool: WorkerPool

  constructor(device: WasmDevice, type: T, length: number, address: number) {
    super(device)
    this.type = type
    this.length = length
    this.#pool = device.pool
    this.address = address
  }

  async read(into?: ElementArrays[T]): Promise<ElementArrays[T]> {
    this.checkAlive('this resident array')
    checkInto(into, this.type, this.length)
    const array = into ?? (new ELEMENT_ARRAYS[this.type](this.length) as ElementArrays[T])
    await this.use(undefined, (signal) =>
      this.#pool.memory.read(this.address, bytesOf(array), signal),
    )
    return array
  }

  protected release(): void {
    this.#pool.memory.free(this.address)
  }
}
