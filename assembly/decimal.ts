// Decimal text to f64, correctly rounded: Eisel and Lemire's algorithm (Lemire, "Number parsing at
// a gigabyte per second", SPE 2021). What it can't decide is given back to the host: more than 19
// digits, subnormal results, words such as nan.

// 128-bit approximations of 5^q, q = -342 … 308, high word first, made by src/graph/powers.ts.
let powers: usize = 0
let cursor: usize = 0

export function usePowersOfFive(address: usize): void {
  powers = address
}

/** First byte that the last `parseDecimal` did not take. */
export function decimalEnd(): usize {
  return cursor
}

/** The high 64 bits of a × b; the low ones are a * b. */
function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff
  const aHigh = a >> 32
  const bLow = b & 0xffffffff
  const bHigh = b >> 32
  const middle = aHigh * bLow + ((aLow * bLow) >> 32)
  const middleLow = (middle & 0xffffffff) + aLow * bHigh
  return aHigh * bHigh + (middle >> 32) + (middleLow >> 32)
}

/** digits × 10^exponent, digits not 0; NaN when the host must decide. */
function scale(digits: u64, exponent: i32): f64 {
  if (exponent < -342 || exponent > 308) return NaN
  const zeros = clz<u64>(digits) as i32
  const w = digits << zeros
  const power = powers + ((exponent + 342) << 4)
  let high = multiplyHigh(w, load<u64>(power))
  let low = w * load<u64>(power)
  if ((high & 0x1ff) == 0x1ff) {
    const correction = multiplyHigh(w, load<u64>(power, 8))
    low += correction
    if (low < correction) high++
    if (low == 0xffffffffffffffff && (exponent < -27 || exponent > 55)) return NaN
  }
  const upper = (high >> 63) as i32
  const shift = upper + 9
  let mantissa = high >> shift
  let binary = (((152170 + 65536) * exponent) >> 16) + 63 + upper - zeros + 1023
  if (binary <= 0) return NaN
  // Exactly between two doubles: to even.
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (mantissa & 3) == 1) {
    if (mantissa << shift == high) mantissa &= ~1
  }
  mantissa += mantissa & 1
  mantissa >>= 1
  if (mantissa >= (2 as u64) << 52) {
    mantissa = (1 as u64) << 52
    binary++
  }
  if (binary >= 0x7ff) return NaN
  return reinterpret<f64>((mantissa & ~((1 as u64) << 52)) | ((binary as u64) << 52))
}

/**
 * An unsigned decimal number at `start`, such as 12, .5 or 1.5e-3; it must be followed by a byte that
 * can't belong to one. NaN when the host must look at it.
 */
export function parseDecimal(start: usize): f64 {
  let p = start
  let digits: u64 = 0
  let d = (load<u8>(p) - 48) as u8
  while (d <= 9) {
    digits = digits * 10 + d
    d = (load<u8>(++p) - 48) as u8
  }
  let count = (p - start) as i32
  let exponent = 0
  if (load<u8>(p) == 46) {
    const point = ++p
    d = (load<u8>(p) - 48) as u8
    while (d <= 9) {
      digits = digits * 10 + d
      d = (load<u8>(++p) - 48) as u8
    }
    exponent = -((p - point) as i32)
    count -= exponent
  }
  if (count == 0 || count > 19) return NaN
  if ((load<u8>(p) | 32) == 101) {
    const sign = load<u8>(++p)
    if (sign == 43 || sign == 45) p++
    const from = p
    let written = 0
    d = (load<u8>(p) - 48) as u8
    while (d <= 9) {
      written = written * 10 + d
      d = (load<u8>(++p) - 48) as u8
    }
    const length = (p - from) as i32
    if (length == 0 || length > 6) return NaN
    exponent += sign == 45 ? -written : written
  }
  cursor = p
  return digits == 0 ? 0 : scale(digits, exponent)
}
