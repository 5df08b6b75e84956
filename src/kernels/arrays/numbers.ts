/**
 * The number types that scan, reduce and histogram take, and what each device can do with them.
 * Called by those kernels.
 */

import type { ElementArrays, ElementType } from '../../devices/device.js'
import { NotSupportedError } from '../../errors.js'
import type { NumberType } from '../../graph/reduction/types.js'

export type { NumberType }

/** All of them. */
export const NUMBER_TYPES: readonly NumberType[] = ['u32', 'i32', 'f32', 'f64']

/** A host array of arithmetic values. */
export type NumberArray = ElementArrays[NumberType]

/** What layouts call a type: the numbers of the TYPE word. */
export const TYPE_CODE: Readonly<Record<NumberType, number>> = { u32: 0, i32: 1, f32: 2, f64: 3 }

/** @throws NotSupportedError for f64, which WGSL does not have */
export function refuseF64(kernel: string, type: ElementType): void {
  if (type !== 'f64') return
  throw new NotSupportedError(
    `${kernel} of f64 can't run on WebGPU, which has no f64: use device 'wasm', or f32 values`,
  )
}
