/**
 * Columns in and out of array kernels, and the options that all of them have. Public declarations
 * name this file and not arrays/types.ts: what implementations get has types of WebGPU, which no
 * published declaration may name.
 */

import type { ElementArrays, ElementType, ResidentArray } from '../devices/device.js'
import type { KernelRun, PlaceOptions } from './place.js'

/** Values in a host array, or in a device's memory. */
export type Column<T extends ElementType = ElementType> = ElementArrays[T] | ResidentArray<T>

/** How far a call is. */
export interface ArrayProgress {
  /** Bringing inputs to the device, the kernel itself, bringing outputs back; in this order. */
  phase: 'upload' | 'compute' | 'read'
  /** Of this phase, from 0 to 1, never less than before. */
  fraction: number
}

/** Options of every array kernel. */
export interface ArrayOptions extends PlaceOptions {
  /** Stops within 100 ms; the call rejects with `signal.reason`. */
  signal?: AbortSignal
  /**
   * Called at the begin (0) and the end (1) of each phase, also where there is nothing to copy;
   * between them at most about 30 times a second, where the device can tell: plain JavaScript while
   * it sorts and converts. What it throws ends the call and is what the call rejects with.
   */
  onProgress?: (progress: ArrayProgress) => void
  /** Called once, before the result comes: which device ran, why, and where the time went. */
  onRun?: (run: KernelRun) => void
}

/** Names of `ArrayOptions`, for the check against misspelt ones. */
export const ARRAY_OPTIONS = ['device', 'threads', 'signal', 'onProgress', 'onRun'] as const

/** Any typed array. */
export type HostValues = ElementArrays[ElementType]
