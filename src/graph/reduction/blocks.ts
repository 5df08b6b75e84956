/**
 * A block of values becomes a pair of numbers: the serial part of every reduction in plain
 * JavaScript. Called by the kernel `reduce` on the reference device and by the collective
 * `reduceColumn`. Floating-point pairs have the same bits as those of assembly/reduce.ts, which
 * shares no code with this.
 */

import { FACTORS, LANES } from './layout.js'
import type { BlockOperation, NumberArray, NumberType } from './types.js'

/** Writes the pair of values first … end - 1 to pairs[at] and pairs[at + 1]. */
export type ReduceBlock = (
  values: NumberArray,
  first: number,
  end: number,
  pairs: Float64Array,
  at: number,
) => void

/** How blocks of a type are reduced. */
export function blockFunction(
  operation: Exclude<BlockOperation, 'count'>,
  type: NumberType,
): ReduceBlock {
  const isFloat = type === 'f32' || type === 'f64'
  if (operation === 'sum') return isFloat ? sumFloats : sumIntegers
  if (operation === 'product') return isFloat ? multiplyFloats : multiplyIntegers
  if (operation === 'min') return minimum
  return operation === 'max' ? maximum : extent
}

function sumFloats(...[values, first, end, pairs, at]: Parameters<ReduceBlock>): void {
  const sums = new Float64Array(LANES)
  const weights = new Float64Array(LANES)
  for (let i = first; i < end; i++) {
    sums[(i - first) % LANES] += values[i]
    weights[(i - first) % LANES] += Math.abs(values[i])
  }
  pairs[at] = join(sums)
  pairs[at + 1] = join(weights)
}

/** The fixed shape in which the eight sums of a block become one. */
function join([a, b, c, d, e, f, g, h]: Float64Array): number {
  return a + e + (c + g) + (b + f + (d + h))
}

/** Exact: a block's sum has at most 42 bits. */
function sumIntegers(...[values, first, end, pairs, at]: Parameters<ReduceBlock>): void {
  let sum = 0
  for (let i = first; i < end; i++) sum += values[i]
  pairs[at] = sum
}

function multiplyIntegers(...[values, first, end, pairs, at]: Parameters<ReduceBlock>): void {
  let product = 1
  for (let i = first; i < end; i++) product = Math.imul(product, values[i])
  pairs[at] = product
}

const wide = new Float64Array(1)
const words = new Uint32Array(wide.buffer)
/** Index of the word with sign and exponent: 1 on every little-endian machine. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0]

/**
 * Factors go in as numbers in ±[1, 2) and exponents, so that nothing overflows on the way: only the
 * final result may.
 */
function multiplyFloats(...[values, first, end, pairs, at]: Parameters<ReduceBlock>): void {
  let product = 1
  let exponent = 0
  let special = 1
  for (let group = first; group < end; group += FACTORS) {
    let part = 1
    for (let i = group; i < Math.min(group + FACTORS, end); i++) {
      const value = values[i]
      if (value === 0 || !Number.isFinite(value)) {
        special *= value
        continue
      }
      exponent += exponentOf(value)
      part *= wide[0]
    }
    exponent += exponentOf(product * part)
    product = wide[0]
  }
  pairs[at] = product * special
  pairs[at + 1] = exponent
}

/** Exponent of a finite number that is not 0; leaves number / 2^exponent in `wide`. */
function exponentOf(value: number): number {
  const isSubnormal = Math.abs(value) < 2 ** -1022
  wide[0] = isSubnormal ? value * 2 ** 54 : value
  const field = (words[HIGH] >>> 20) & 0x7ff
  words[HIGH] = (words[HIGH] & 0x800f_ffff) | 0x3ff0_0000
  return field - 1023 - (isSubnormal ? 54 : 0)
}

function minimum(...[values, first, end, pairs, at]: Parameters<ReduceBlock>): void {
  let least = values[first]
  for (let i = first + 1; i < end; i++) least = Math.min(least, values[i])
  pairs[at] = least
}

function maximum(...[values, first, end, pairs, at]: Parameters<ReduceBlock>): void {
  let greatest = values[first]
  for (let i = first + 1; i < end; i++) greatest = Math.max(greatest, values[i])
  pairs[at] = greatest
}

function extent(...[values, first, end, pairs, at]: Parameters<ReduceBlock>): void {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (let i = first; i < end; i++) {
    if (!Number.isFinite(values[i])) continue
    least = Math.min(least, values[i])
    greatest = Math.max(greatest, values[i])
  }
  pairs[at] = least
  pairs[at + 1] = greatest
}
