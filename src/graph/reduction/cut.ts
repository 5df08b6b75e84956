/**
 * A column in parts that begin and end anywhere: which units a part has whole, and how pieces of a
 * unit become one array again. Called by both `reduceColumn`, the kernel and the collective.
 */

import type { NumberArray } from './types.js'

/**
 * The whole units of a part: values first … last - 1 of the column. Before and behind lie pieces of
 * units; without a whole unit, first = last. The unit that ends the column may be shorter.
 *
 * @param offset of the part in the column, and the end behind it
 * @param length of the column
 */
export function wholeUnits(
  offset: number,
  end: number,
  length: number,
  unit: number,
): { first: number; last: number } {
  const first = Math.min(Math.ceil(offset / unit) * unit, end)
  const last = end === length ? end : Math.floor(end / unit) * unit
  return { first, last: Math.max(first, last) }
}

/** One array of all pieces, in order; at least one piece. */
export function glue(pieces: readonly NumberArray[]): NumberArray {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const whole = new (pieces[0].constructor as new (length: number) => NumberArray)(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
