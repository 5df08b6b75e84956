/**
 * What the public functions of the sort family (sort, topK, unique, searchSorted) share: which
 * columns they take, and options that several of them have.
 */

import { show } from '../../check.js'
import { ELEMENT_ARRAYS, type ElementArrays, type ElementType } from '../../devices/device.js'
import { checkColumn } from '../arrays/index.js'
import type { Column } from '../columns.js'

/** Every element type has an order. */
const SORTABLE = Object.keys(ELEMENT_ARRAYS) as ElementType[]

/** A host array that has an order. */
export type SortableArray = ElementArrays[ElementType] | Uint8ClampedArray

/** What callers may give: a column, or bytes that clamp, which are read as plain bytes. */
export type SortableColumn<T extends ElementType = ElementType> =
  | Column<T>
  | (T extends 'u8' ? Uint8ClampedArray : never)

/** A column checked, and its element type. */
export interface Sortable<T extends ElementType> {
  column: Column<T>
  type: T
}

/** @throws TypeError for what is no column of numbers */
export function checkSortable<T extends ElementType>(
  name: string,
  values: SortableColumn<T>,
): Sortable<T> {
  const column = plainBytes(values)
  return { column, type: checkColumn(name, column, SORTABLE) as T }
}

/** The column itself, or clamping bytes under their plain name: the same memory. */
export function plainBytes<T extends ElementType>(values: SortableColumn<T>): Column<T> {
  if (!(values instanceof Uint8ClampedArray)) return values as Column<T>
  const { buffer, byteOffset, length } = values
  return new Uint8Array(buffer, byteOffset, length) as Column<T>
}

/** An output in the class of the input that it was made from: bytes that clamp where those were. */
export function likeInput(output: Column, input: SortableColumn): Column {
  if (!(input instanceof Uint8ClampedArray && output instanceof Uint8Array)) return output
  const { buffer, byteOffset, length } = output
  // No column as the declarations have them; the overloads of the public functions say what it is.
  return new Uint8ClampedArray(buffer, byteOffset, length) as unknown as Uint8Array
}

/** @throws TypeError for anything but a boolean or undefined */
export function checkFlag(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  if (typeof value === 'boolean') return value
  throw new TypeError(`"${name}" expected boolean, got ${show(value)}`)
}

/** Positions are u32. */
const MAX_POSITIONS = 2 ** 32

/** @throws RangeError when positions would not fit u32 */
export function checkPositions(name: string, length: number): void {
  if (length <= MAX_POSITIONS) return
  throw new RangeError(`"${name}" expected at most 2^32 elements, got ${length}: sort it in parts`)
}
