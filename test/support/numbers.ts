/**
 * Columns of numbers for the tests of scan, reduce and histogram, and exact arithmetic on them: a
 * double is a whole number of 2^-1074, so sums of BigInt are exact.
 */

import { createRandom } from '../../src/random.js'

export const NUMBER_TYPES = ['u32', 'i32', 'f32', 'f64'] as const
export type NumberType = (typeof NUMBER_TYPES)[number]
export type NumberArray = Uint32Array | Int32Array | Float32Array | Float64Array

const ARRAYS = { u32: Uint32Array, i32: Int32Array, f32: Float32Array, f64: Float64Array } as const

/** Around the sizes at which the kernels cut: groups, chunks, blocks, units, strips. */
export const LENGTHS: readonly number[] = [
  0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 511, 512, 513, 1023, 1024, 1025, 3000, 16_383, 16_384, 16_385,
  32_767, 32_768, 32_769,
]

/** What the values of a column are like. */
export const DISTRIBUTIONS = [
  'uniform',
  'small',
  'wide',
  'cancelling',
  'subnormal',
  'equal',
] as const
export type Distribution = (typeof DISTRIBUTIONS)[number]

/** Finite values of a type. */
export function randomColumn(
  type: NumberType,
  length: number,
  distribution: Distribution,
  seed: number,
): NumberArray {
  const random = createRandom(seed)
  const bits = () => random.nextUint32()
  const unit = () => random.nextFloat() * 2 - 1
  const column = new ARRAYS[type](length)
  const isWord = type === 'u32' || type === 'i32'
  const range = type === 'f32' ? 120 : 1000
  const scale = () => 2 ** (random.nextBelow(2 * range) - range)
  const values: Record<Distribution, (i: number) => number> = {
    uniform: () => (isWord ? bits() : unit() * 1e6),
    small: () => random.nextBelow(7) - (type === 'u32' ? 0 : 3),
    wide: () => (isWord ? bits() >>> random.nextBelow(32) : unit() * scale()),
    cancelling: (i) => (i % 2 === 0 ? unit() * 1e9 : -column[i - 1] * (1 + unit() * 1e-9)),
    subnormal: () => unit() * (type === 'f32' ? 2 ** -130 : 2 ** -1040),
    equal: () => 0.1 * 3 ** (seed % 20),
  }
  for (let i = 0; i < length; i++) column[i] = values[distribution](i)
  return column
}

/** Puts what is not ordinary into a column of floats, at places of the seed's. */
export function sprinkle(column: NumberArray, specials: readonly number[], seed: number): void {
  const random = createRandom(seed)
  for (const special of specials) column[random.nextBelow(column.length)] = special
}

const double = new Float64Array(1)
const doubleBits = new BigUint64Array(double.buffer)

/** A finite double as whole number · 2^exponent. */
export function partsOf(x: number): { significand: bigint; exponent: number } {
  double[0] = x
  const field = Number((doubleBits[0] >> 52n) & 0x7ffn)
  const fraction = doubleBits[0] & 0xf_ffff_ffff_ffffn
  const size = field === 0 ? fraction : fraction | (1n << 52n)
  const isNegative = doubleBits[0] >> 63n === 1n
  return { significand: isNegative ? -size : size, exponent: Math.max(field, 1) - 1075 }
}

/** A finite double in units of 2^-1074. */
export function exactOf(x: number): bigint {
  const { significand, exponent } = partsOf(x)
  return significand << BigInt(exponent + 1074)
}

/** Sum of finite numbers in units of 2^-1074. */
export function exactSum(values: ArrayLike<number>): bigint {
  let sum = 0n
  for (let i = 0; i < values.length; i++) sum += exactOf(values[i])
  return sum
}

export function sizeOf(x: bigint): bigint {
  return x < 0n ? -x : x
}

/** Where two columns first differ in their bits (NaN is NaN), or -1. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Math.min(a.length, b.length)
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i
  return -1
}
