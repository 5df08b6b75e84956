/**
 * What implementations of array kernels get, and how a kernel brings them together. Columns and
 * options are in ../columns.ts.
 * Imports no implementation.
 */

import type { ElementType } from '../../devices/device.js'
import type { WasmDevice } from '../../devices/wasm/index.js'
import type { Region } from '../../devices/wasm/region.js'
import type { Gpu } from '../../devices/webgpu/gpu.js'
import type { Steps } from '../../graph/slices.js'
import type { ProfiledKernel } from '../../profile.js'
import type { Column, HostValues } from '../columns.js'

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
  /** Where the storage has it: tells the caller how much of the work is done, from 0 to 1. */
  readonly report?: ReportShare | undefined
}

/** Takes a share of the work, from 0 to 1; throws to stop it. */
export type ReportShare = (fraction: number) => void

/** On WASM, storages are addresses in the pool's memory. */
export interface WasmJob extends Job<number> {
  readonly pool: WasmDevice['pool']
  /** Memory for the call, freed after it. */
  readonly scratch: Region
  /** Where the values pass through rings instead of lying all there. */
  readonly flow?: Flow
}

/** Values on their way through memory; the kernel calls assembly/flow.ts for each block. */
export interface Flow {
  /** Address of the words of ./layout.ts. */
  readonly address: number
  /** Value i lies in place `i & mask` of its operand. */
  readonly mask: number
}

/** What belongs to a value, for a kernel that works element by element. */
export interface FlowShape {
  readonly valueCount: number
  /** Values that one thread takes at a time, in order: a power of two. */
  readonly blockValues: number
  /** Elements a value, by operand; an operand's elements beyond that come with the last value. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
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
  /** That of its folder: what events call it. */
  name: string
  /** Whose figures of the profile say what a call takes: its own, or of the one most like it. */
  readonly profiled: ProfiledKernel
  /** Whether the GPU's answer is that of the others, bit for bit. Default false. */
  readonly exactOnGpu?: boolean
  /** Plain JavaScript, in slices of at most 10 ms. */
  reference(job: Job<HostValues>, plan: P): Steps<R>
  wasm(job: WasmJob, plan: P): Promise<R>
  /**
   * For a kernel that works element by element: host arrays pass through WASM memory in blocks
   * while it runs (./wasm-flow.ts). Undefined for a plan of which that isn't true.
   */
  flow?(plan: P): FlowShape | undefined
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
