/**
 * From the blocks' pairs to one answer and its error bound: over a binary tree of block numbers, so
 * that the bits depend on the column alone. Called by `reduce` and `reduceColumn`; the devices have
 * done all work on values by then.
 */

import type { Steps } from '../slices.js'
import type { NumberType, Partials, ReduceOperation, ReduceResult } from './types.js'

/** Pairs between pauses. */
const SLICE_PAIRS = 1 << 18

/** Half a unit in the last place of 1: what one operation rounds, relative to its result. */
const U = 2 ** -53

/** Least positive double: what rounding to a subnormal number can lose, doubled. */
const TINY = 2 ** -1074

/** Covers the roundings of the bounds themselves; they are first order, below 2^-20. */
const SLACK = 1 + 2 ** -20

/**
 * @param partials of the whole column; its pairs are overwritten
 * @param length of the column, at least 1
 */
export function* combine(
  { pairs, blockRounding }: Partials,
  operation: ReduceOperation,
  type: NumberType,
  length: number,
): Steps<ReduceResult> {
  if (operation === 'count') return { value: length, errorBound: 0 }
  const isFloat = type === 'f32' || type === 'f64'
  const depth = Math.ceil(Math.log2(Math.max(1, pairs.length / 2)))
  if (operation === 'min' || operation === 'max') {
    yield* combineTree(pairs, operation === 'min' ? minimum : maximum)
    return { value: pairs[0], errorBound: 0 }
  }
  if (operation === 'product') {
    if (!isFloat) return productOf(yield* multiply(pairs), type)
    const blocks = pairs.length / 2
    yield* combineTree(pairs, product)
    return scaled(pairs[0], pairs[1], blockRounding * blocks + blocks - 1)
  }
  if (!isFloat) {
    const exact = yield* addExactly(pairs)
    return operation === 'sum' ? rounded(exact) : quotient(exact, length)
  }
  yield* combineTree(pairs, sum)
  const total = summed(pairs[0], pairs[1], blockRounding + depth)
  return operation === 'sum' ? total : averaged(total, length)
}

/** Joins the pairs at `left` and `right` into the one at `to`. */
type Join = (pairs: Float64Array, left: number, right: number, to: number) => void

/** Neighbours join, level by level; an odd last one goes up as it is. The answer is in pair 0. */
function* combineTree(pairs: Float64Array, join: Join): Steps<void> {
  for (let count = pairs.length / 2; count > 1; count = Math.ceil(count / 2)) {
    for (let i = 0; i < count >> 1; i++) {
      join(pairs, 4 * i, 4 * i + 2, 2 * i)
      if (i % SLICE_PAIRS === SLICE_PAIRS - 1) yield
    }
    if (count % 2 === 1) pairs.copyWithin(count - 1, 2 * count - 2, 2 * count)
  }
}

function sum(pairs: Float64Array, left: number, right: number, to: number): void {
  pairs[to] = pairs[left] + pairs[right]
  pairs[to + 1] = pairs[left + 1] + pairs[right + 1]
}

/** Factors are in ±[1, 2), 0, infinite or NaN, and so is their product made. */
function product(pairs: Float64Array, left: number, right: number, to: number): void {
  const factor = pairs[left] * pairs[right]
  const carry = Math.abs(factor) >= 2 && Number.isFinite(factor)
  pairs[to + 1] = pairs[left + 1] + pairs[right + 1] + (carry ? 1 : 0)
  pairs[to] = carry ? factor / 2 : factor
}

function minimum(pairs: Float64Array, left: number, right: number, to: number): void {
  pairs[to] = Math.min(pairs[left], pairs[right])
}

function maximum(pairs: Float64Array, left: number, right: number, to: number): void {
  pairs[to] = Math.max(pairs[left], pairs[right])
}

/**
 * A sum whose terms each went through `roundings` additions, the weight likewise: by Higham,
 * "Accuracy and Stability of Numerical Algorithms", section 4.2, the error is at most
 * k·u/(1 - k·u)·Σ|x|. Additions have no underflow: they are exact down there.
 */
function summed(value: number, weight: number, roundings: number): ReduceResult {
  if (!Number.isFinite(value)) return { value, errorBound: Number.POSITIVE_INFINITY }
  return { value, errorBound: roundings * U * weight * SLACK }
}

function averaged({ value, errorBound }: ReduceResult, length: number): ReduceResult {
  const average = value / length
  if (!Number.isFinite(value)) return { value: average, errorBound }
  // A power of two divides exactly, but for subnormal results.
  const division = (length & (length - 1)) === 0 ? 0 : Math.abs(average) * U
  const underflow = Math.abs(average) < 2 ** -1021 && length > 1 && value !== 0 ? TINY : 0
  return { value: average, errorBound: (errorBound / length + division) * SLACK + underflow }
}

/** factor · 2^exponent, rounded once, after `roundings` roundings of the factor. */
function scaled(factor: number, exponent: number, roundings: number): ReduceResult {
  if (factor === 0) return { value: factor, errorBound: 0 }
  const overflows = !Number.isFinite(factor) || exponent > 1023
  const errorBound = Number.POSITIVE_INFINITY
  if (overflows) return { value: factor * errorBound, errorBound }
  if (exponent >= -1022) {
    const value = factor * 2 ** exponent
    return { value, errorBound: roundings * U * Math.abs(value) * SLACK }
  }
  const value = factor * 2 ** -1022 * 2 ** Math.max(exponent + 1022, -1074)
  return { value, errorBound: roundings * U * Math.abs(value) * SLACK + TINY }
}

function* multiply(pairs: Float64Array): Steps<number> {
  let product = 1
  for (let i = 0; i < pairs.length; i += 2) {
    product = Math.imul(product, pairs[i])
    if (i % SLICE_PAIRS === SLICE_PAIRS - 2) yield
  }
  return product
}

function productOf(product: number, type: NumberType): ReduceResult {
  return { value: type === 'u32' ? product >>> 0 : product, errorBound: 0 }
}

/** Integers: partial sums have at most 2^47, so 2^5 of them make an exact double. */
function* addExactly(pairs: Float64Array): Steps<bigint> {
  let total = 0n
  for (let first = 0; first < pairs.length; first += 64) {
    let part = 0
    for (let i = first; i < Math.min(first + 64, pairs.length); i += 2) part += pairs[i]
    total += BigInt(part)
    if (first % SLICE_PAIRS === SLICE_PAIRS - 64) yield
  }
  return total
}

/** The nearest double, and how far it is. */
function rounded(exact: bigint): ReduceResult {
  const value = Number(exact)
  const difference = exact - BigInt(value)
  return { value, errorBound: Math.abs(Number(difference)) }
}

/** exact / length, by one rounding to a double and one division. */
function quotient(exact: bigint, length: number): ReduceResult {
  const { value, errorBound } = rounded(exact)
  const average = value / length
  const isExact = errorBound === 0 && exact % BigInt(length) === 0n && Number.isSafeInteger(average)
  if (isExact) return { value: average, errorBound: 0 }
  return { value: average, errorBound: (errorBound / length + Math.abs(average) * U) * SLACK }
}
