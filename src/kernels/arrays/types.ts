/**
 * What array kernels share: columns in and out, their options, and what an implementation gets.
 * Imports no implementation.
 */

import type { ElementType } from '../../devices/device.js'
import type { WasmDevice } from '../../devices/wasm/index.js'
import type { Region } from '../../devices/wasm/region.js'
import type { Gpu } from '../../devices/webgpu/gpu.js'
import type { Steps } from '../../graph/slices.js'
import type { Column, HostValues } from '../columns.js'

export { ARRAY_OPTIONS, type ArrayOptions, type Column, type HostValues } from '../columns.js'

/** An array as an implementation finds it: `storage` is a host array, an address, or a buffer. */
export interface Operand<S> {
  readonly type: ElementType
  /** Elements, not bytes. */
  readonly length: number
  readonly storage: S
}

/** One call of an implementation. */
export interface Job<S> {
  readonly inputs: readonly Operand<S>[]
  /**
   * Contents undefined at first, to be filled. An output may be an input: the same storage, the
   * same width, element by element. No other overlap occurs.
   */
  readonly outputs: readonly Operand<S>[]
  readonly signal: AbortSignal | undefined
}

/** On WASM, storages are addresses in the pool's memory. */
export interface WasmJob extends Job<number> {
  readonly pool: WasmDevice['pool']
  /** Memory for the call, freed after it. */
  readonly scratch: Region
}

/** On the GPU, storages are buffers. */
export interface GpuJob extends Job<GPUBuffer> {
  readonly gpu: Gpu
  /** A buffer for the call, destroyed after it. */
  scratch(what: string, byteLength: number, usage?: number): Promise<GPUBuffer>
}

/**
 * A kernel over arrays: one implementation a device. Everything is checked before they run.
 *
 * @typeParam P what to do, resolved from the options
 * @typeParam R what comes back besides the outputs
 */
export interface ArrayKernel<P, R> {
  /** Plain JavaScript, in slices of at most 10 ms. */
  reference(job: Job<HostValues>, plan: P): Steps<R>
  wasm(job: WasmJob, plan: P): Promise<R>
  /** Loads the GPU's implementation, which not every caller needs. */
  webgpu(): Promise<(job: GpuJob, plan: P) => Promise<R>>
}

/** An output that a call asks for. */
export interface OutputRequest {
  type: ElementType
  length: number
  /** What to fill; otherwise a Resident where an input is one, a fresh host array elsewhere. */
  into?: Column | undefined
}
