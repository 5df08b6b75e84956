/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The device contract: what every kernel may ask of a place to compute, and how data lives there.
 * Host arrays and device memory are different things; `upload` and `read` are the only ways across.
 * Implementations: reference/, wasm/, webgpu/; `open.ts` chooses one. This file imports none.
 */

import type { Graph } from '../graph/csr.js'

/** Plain JavaScript; WebAssembly (SIMD, threads where memory can be shared); the GPU. */
export type DeviceKind = 'reference' | 'wasm' | 'webgpu'

/** Typed arrays by the name of their element type. */
export interface ElementArrays {
  u8: Uint8Array
  i8: Int8Array
  u16: Uint16Array
  i16: Int16Array
  u32: Uint32Array
  i32: Int32Array
  f32: Float32Array
  f64: Float64Array
  u64: BigUint64Array
  i64: BigInt64Array
}
/** Name of an element type. */
export type ElementType = keyof ElementArrays

/** Constructors by element type, the one place that pairs them. */
export const ELEMENT_ARRAYS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
} as const

/** The element type of a kind of typed array. */
export type ElementTypeOf<A> = {
  [T in ElementType]: A extends ElementArrays[T] ? T : never
}[ElementType]

/** The element type of a host array, or undefined for anything else. */
export function elementTypeOf(array: unknown): ElementType | undefined {
  for (const type of Object.keys(ELEMENT_ARRAYS) as ElementType[]) {
    if (array instanceof ELEMENT_ARRAYS[type]) return type
  }
  return undefined
}

/** What a device is, for results and tables. */
export interface DeviceInfo {
  readonly kind: DeviceKind
  /** For people: `plain JavaScript`, `WASM, 2 threads`, `SwiftShader Device (software)`. */
  readonly name: string
  /** Threads that compute; 1 for the reference, 0 for a GPU. */
  readonly threads: number
  /** True for a GPU that is emulated on the CPU: correct, but no measure of a GPU's speed. */
  readonly software: boolean
  /** True when host and device share memory, so that abort and progress need no messages. */
  readonly sharedMemory: boolean
}

/** Options of calls that move data. */
export interface TransferOptions {
  /** Stops the copy between slices; the call rejects with `signal.reason`. */
  signal?: AbortSignal
}

/** Something that lies in a device's memory until `dispose()` or the device's own end. */
export interface Resident {
  readonly device: Device
  readonly disposed: boolean
  /**
   * Gives the memory back; calls that use it reject with `DisposedError`. Calling it twice is
   * allowed.
   */
  dispose(): Promise<void>
  /** `dispose()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
  /**
   * Does work on the resident's memory, which stays until the work ends: `dispose()` aborts the
   * signal that the work gets, and waits.
   *
   * @throws DisposedError when `dispose()` came first or during the work
   * @internal
   */
  use<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** A typed array in a device's memory. */
export interface ResidentArray<T extends ElementType = ElementType> extends Resident {
  readonly type: T
  /** Elements, not bytes. */
  readonly length: number
  /**
   * Copies to the host.
   *
   * @param into an array of the same type and length to fill; a fresh one otherwise
   * @throws DisposedError after `dispose()`; TypeError or RangeError when `into` does not match
   */
  read(into?: ElementArrays[T]): Promise<ElementArrays[T]>
}

/** What a kernel made of a graph for one device, kept until the Resident goes. */
export interface Layout {
  dispose(): void | Promise<void>
}

/** What a kernel asks a ResidentGraph for. */
export interface LayoutRequest<L extends Layout> {
  /** Names kernel and variant. */
  key: string
  /** Of the call that asks. */
  signal: AbortSignal | undefined
  /** Makes the layout; `signal` aborts when nobody waits for it any more. */
  make(signal: AbortSignal): Promise<L>
}

/** A layout, and whether the call that asked had it made. */
export interface LayoutAnswer<L extends Layout> {
  layout: L
  isNew: boolean
}

/**
 * A graph that a device knows. Kernels keep the layouts they prepare here, so that a second call
 * pays neither upload nor preparation.
 */
export interface ResidentGraph extends Resident {
  /** The host graph: for ids and sizes. */
  readonly graph: Graph
  /**
   * The layout with this key, made when no call has asked for it before. Calls that ask while it is
   * being made share the work, which is given up only when all of them have been aborted. A layout
   * that failed is not kept.
   *
   * @internal
   */
  layout<L extends Layout>(request: LayoutRequest<L>): Promise<LayoutAnswer<L>>
}

/** A place to compute. Open one with `openDevice`. */
export interface Device {
  readonly kind: DeviceKind
  readonly info: DeviceInfo
  readonly disposed: boolean
  /** Copies a typed array to the device. */
  upload<A extends ElementArrays[ElementType]>(
    array: A,
    options?: TransferOptions,
  ): Promise<ResidentArray<ElementTypeOf<A>>>
  /** Makes a graph known to the device; the host graph must not change afterwards. */
  upload(graph: Graph, options?: TransferOptions): Promise<ResidentGraph>
  /**
   * A zero-filled array of `length` elements.
   *
   * @throws MemoryLimitError before anything is taken, when the device can't hold it
   */
  alloc<T extends ElementType>(type: T, length: number): Promise<ResidentArray<T>>
  /** Monotonic milliseconds, for the timings in results. */
  nowMs(): number
  /**
   * Ends the device: running calls reject with `DisposedError`, Residents become invalid, and
   * nothing is left that would keep Node running. Calling it twice is allowed.
   */
  dispose(): Promise<void>
  /** `dispose()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Checks that `into` fits a Resident. */
export function checkInto<T extends ElementType>(
  into: ElementArrays[T] | undefined,
  type: T,
  length: number,
): void {
  if (into === undefined) return
  if (!(into instanceof ELEMENT_ARRAYS[type])) {
    throw new TypeError(
      `"into" expected ${ELEMENT_ARRAYS[type].name}, got ${into?.constructor?.name}`,
    )
  }
  if (into.length !== length) {
    throw new RangeError(`"into" expected length ${length}, got ${into.length}`)
  }
}
