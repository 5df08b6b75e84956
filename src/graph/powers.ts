/**
 * The table that assembly/decimal.ts multiplies by: 128-bit approximations of 5^q for q = -342 …
 * 308, made here because a binary should not carry 10 KiB that most reads never need.
 */

/** Bytes of the table: high and low u64 of each power. */
export const POWERS_BYTES = (342 + 308 + 1) * 16

/** The table of Lemire, "Number parsing at a gigabyte per second" (SPE 2021), section 5. */
export function powersOfFive(): BigUint64Array {
  const table = new BigUint64Array(POWERS_BYTES / 8)
  for (let q = -342; q <= 308; q++) {
    const power = q < 0 ? reciprocal(5n ** BigInt(-q), q) : normalised(5n ** BigInt(q))
    table[2 * (q + 342)] = power >> 64n
    table[2 * (q + 342) + 1] = BigInt.asUintN(64, power)
  }
  return table
}

function bitLength(value: bigint): number {
  return value.toString(2).length
}

/** The top 128 bits, cut off. */
function normalised(power: bigint): bigint {
  const shift = bitLength(power) - 128
  return shift < 0 ? power << BigInt(-shift) : power >> BigInt(shift)
}

/** 2^k / power, rounded up, as 128 bits. */
function reciprocal(power: bigint, q: number): bigint {
  const bits = bitLength(power)
  const k = q >= -27 ? bits + 127 : 2 * bits + 128
  return normalised((1n << BigInt(k)) / power + 1n)
}
