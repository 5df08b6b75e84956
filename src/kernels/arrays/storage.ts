/**
 * How a call of an array kernel reaches memory on one kind of device: the contract that
 * reference.ts, wasm.ts and webgpu.ts keep. What a storage made and nobody adopted goes with it.
 */

import type { ElementType, ResidentArray } from '../../devices/device.js'
import type { HostValues } from '../columns.js'
import type { ArrayKernel, Operand, OutputRequest, ReportShare } from './types.js'

export interface Storage<S> {
  /** Where a Resident lies. */
  operandOf(resident: ResidentArray): Operand<S>
  /**
   * Whether an output can be written right into this array: it lies where the device computes, and
   * shares no memory with an input other than element by element.
   */
  isInPlace(into: HostValues, inputs: readonly Operand<S>[]): boolean
  /** A host array on the device, for this call only; where it lies if that is possible. */
  upload(array: HostValues, signal: AbortSignal | undefined): Promise<Operand<S>>
  /** An output, contents undefined. */
  create(type: ElementType, length: number): Promise<Operand<S>>
  /** Copies the first `into.length` elements to the host. */
  read(operand: Operand<S>, into: HostValues, signal: AbortSignal | undefined): Promise<void>
  /** Makes a Resident of the first `length` elements of an output that `create` made. */
  adopt<T extends ElementType>(operand: Operand<S>, type: T, length: number): ResidentArray<T>
  run<P, R>(
    kernel: ArrayKernel<P, R>,
    inputs: readonly Operand<S>[],
    outputs: readonly Operand<S>[],
    plan: P,
    signal: AbortSignal | undefined,
    report: ReportShare,
  ): Promise<R>
  /** How to run a kernel without holding whole arrays on the device; undefined where they must. */
  flowFor?<P, R>(
    kernel: ArrayKernel<P, R>,
    inputs: readonly HostValues[],
    outputs: readonly OutputRequest[],
    plan: P,
  ): FlowRun<R> | undefined
  dispose(): void
}

/** Runs a kernel from host arrays to host arrays: those that were asked for. */
export type FlowRun<R> = (
  outputs: readonly HostValues[],
  signal: AbortSignal | undefined,
) => Promise<R>

/** Bytes from an address on. */
export interface Span {
  start: number
  byteLength: number
}

/** Whether two spans share bytes without being the same. */
export function overlapPartly(a: Span, b: Span): boolean {
  if (a.start === b.start && a.byteLength === b.byteLength) return false
  return a.start < b.start + b.byteLength && b.start < a.start + a.byteLength
}
