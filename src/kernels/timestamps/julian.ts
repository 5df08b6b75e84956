/**
 * Doubles taken apart and put together as whole numbers, for the reference's Julian dates. Exact:
 * no floating-point operation rounds here.
 */

import { floorDivide } from './bigint.js'
import { JULIAN_DAYS_BITS } from './layout.js'

/** Ticks of 2^-32 ns. */
const DAY = 86_400n * 1_000_000_000n * 2n ** 32n

const MANTISSA_BITS = 52

/** Whole ticks since day 0; undefined for what is no Julian date. */
export function ticksOfJulian(days: number): bigint | undefined {
  if (!(Math.abs(days) <= 2 ** JULIAN_DAYS_BITS)) return undefined
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, days)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> BigInt(MANTISSA_BITS)) & 0x7ffn)
  const fraction = bits & (2n ** BigInt(MANTISSA_BITS) - 1n)
  const mantissa = exponent === 0 ? fraction : fraction + 2n ** BigInt(MANTISSA_BITS)
  const signed = days < 0 ? -mantissa : mantissa
  // days = signed / 2^places, where exponents 0 and 1 mean the same power.
  const places = 1075 - Math.max(1, exponent)
  // Doubles below 2^-75 days, 8 ticks, count as 0: others need no more than 128 bits of a day.
  if (places >= 128) return 0n
  const divisor = 2n ** BigInt(places)
  return floorDivide(signed * DAY, divisor)
}

/** The double nearest to `ticks` since day 0, halves to even; or the first one not below. */
export function julianOf(
  ticks: bigint,
  mode: 'nearest' | 'up',
): { days: number; isExact: boolean } {
  if (ticks === 0n) return { days: 0, isExact: true }
  const size = ticks < 0n ? -ticks : ticks
  // Scale by a power of two until the whole part has 53 bits.
  let power = 0
  const scaled = () => (power >= 0 ? (size << BigInt(power)) / DAY : size / (DAY << BigInt(-power)))
  power = MANTISSA_BITS + 1 - (size.toString(2).length - DAY.toString(2).length)
  while (scaled() >= 2n ** BigInt(MANTISSA_BITS + 1)) power--
  let mantissa = scaled()
  const unit = power >= 0 ? DAY : DAY << BigInt(-power)
  const rest = (power >= 0 ? size << BigInt(power) : size) - mantissa * unit
  const isAbove = 2n * rest > unit || (2n * rest === unit && mantissa % 2n === 1n)
  if (mode === 'nearest' ? isAbove : rest !== 0n && ticks > 0n) mantissa++
  const days = Number(mantissa) * 2 ** -power
  return { days: ticks < 0n ? -days : days, isExact: rest === 0n }
}
