/**
 * Columns in and out of array kernels, and the options that all of them have. Public declarations
 * name this file and not arrays/types.ts: what implementations get has types of WebGPU, which no
 * published declaration may name.
 */

import type { ElementArrays, ElementType, ResidentArray } from '../devices/device.js'
import type { KernelRun, PlaceOptions } from './place.js'

/** Values in a host array, or in a device's memory. */
export type Column<T extends ElementType = ElementType> = ElementArrays[T] | ResidentArray<T>

/** Options of every array kernel. */
export interface ArrayOptions extends PlaceOptions {
  /** Stops within 100 ms; the call rejects with `signal.reason`. */
  signal?: AbortSignal
  /** Called once, before the result comes: which device ran, why, and where the time went. */
  onRun?: (run: KernelRun) => void
}

/** Names of `ArrayOptions`, for the check against misspelt ones. */
export const ARRAY_OPTIONS = ['device', 'threads', 'signal', 'onRun'] as const

/** Any typed array. */
export type HostValues = ElementArrays[ElementType]
