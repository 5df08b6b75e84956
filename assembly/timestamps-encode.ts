// Last stage of assembly/timestamps.ts: instants become values of the target, up to the first whose
// findings are fatal. That one's place is not written: in place, it still holds the value.
import {
  CEIL,
  FATAL,
  HIGH_COUNT,
  HIGH_SECONDS,
  HIGH_WORDS,
  HLC,
  JULIAN,
  JULIAN_SECONDS,
  LEAP_SECOND,
  LOSS,
  LOSS_MASK,
  LOW_COUNT,
  LOW_SECONDS,
  LOW_WORDS,
  OVERFLOW,
  OVERFLOW_GIVES,
  PTP,
  ROUND,
  ROUNDING,
  TEXT,
  TO,
  TO_EPOCH,
  TO_PER_SECOND,
  TO_UNIT,
  WRAP,
} from '../src/kernels/timestamps/layout'
import { findingsOf, secondsOf, ticksOf } from './timestamps-instant'

/** The number of the first value that failed, or -1. */
export function timestampsEncode(p: usize, scratch: usize, target: usize, count: u32): i32 {
  if (load<u32>(p, TO) == JULIAN) return encodeJulian(p, scratch, target, count)
  return encodeCounts(p, scratch, target, count)
}

/** -1 below the target's range, 1 above it, 0 inside. */
function side(p: usize, seconds: i64, count: u64): i32 {
  const low = load<i64>(p, LOW_SECONDS)
  if (seconds < low || (seconds == low && count < load<u64>(p, LOW_COUNT))) return -1
  const high = load<i64>(p, HIGH_SECONDS)
  if (seconds > high || (seconds == high && count > load<u64>(p, HIGH_COUNT))) return 1
  return 0
}

export function encodeCounts(p: usize, scratch: usize, target: usize, count: u32): i32 {
  const unit = load<u64>(p, TO_UNIT)
  const perSecond = load<u64>(p, TO_PER_SECOND)
  const epoch = load<i64>(p, TO_EPOCH)
  const lossMask = load<u64>(p, LOSS_MASK)
  const rounding = load<u32>(p, ROUNDING)
  const fatal = load<u32>(p, FATAL)
  const kind = load<u32>(p, TO)
  const clamps = load<u32>(p, OVERFLOW_GIVES) != WRAP
  for (let index: u32 = 0; index < count; index++) {
    const i = (<usize>index) << 3
    let seconds = load<i64>(secondsOf(scratch) + i)
    const ticks = load<u64>(ticksOf(scratch) + i)
    let findings = <u32>load<u8>(findingsOf(scratch) + index)
    let part = ticks / unit
    const rest = ticks - part * unit
    if (rest != 0 && (ticks & lossMask) != 0) findings |= LOSS
    if (rounding == CEIL ? rest != 0 : rounding == ROUND && rest >= unit >> 1) part++
    let outside = 0
    if (part == perSecond) {
      part = 0
      findings &= ~LEAP_SECOND
      if (seconds == i64.MAX_VALUE) outside = 1
      seconds++
    }
    if (outside == 0) outside = side(p, seconds, part)
    if (outside != 0) findings |= OVERFLOW
    if ((findings & fatal) != 0) return <i32>index
    if (outside != 0 && clamps) storeLimit(p, kind, target, i, outside)
    else if (kind == PTP) storePair(target + (i << 1), seconds & 0xffff_ffff_ffff, part)
    else if (kind == TEXT) {
      const leapBit = (<u64>(findings & LEAP_SECOND)) << 60
      storePair(target + (i << 1), seconds, (part * (unit >> 32)) | leapBit)
    } else {
      const word = <u64>(seconds - epoch) * perSecond + part
      store<u64>(target + i, kind == HLC ? word << 16 : word)
    }
  }
  return -1
}

function storePair(target: usize, seconds: i64, nanos: u64): void {
  store<i64>(target, seconds)
  store<u64>(target, nanos, 8)
}

function storeLimit(p: usize, kind: u32, target: usize, i: usize, outside: i32): void {
  const words = p + (outside < 0 ? LOW_WORDS : HIGH_WORDS)
  if (kind == PTP || kind == TEXT) {
    storePair(target + (i << 1), load<i64>(words), load<u64>(words, 8))
  } else store<u64>(target + i, load<u64>(words))
}

export function encodeJulian(p: usize, scratch: usize, target: usize, count: u32): i32 {
  const fatal = load<u32>(p, FATAL)
  const nearest = load<u32>(p, ROUNDING) == ROUND
  for (let index: u32 = 0; index < count; index++) {
    const i = (<usize>index) << 3
    const seconds = load<i64>(secondsOf(scratch) + i)
    const ticks = load<u64>(ticksOf(scratch) + i)
    let findings = <u32>load<u8>(findingsOf(scratch) + index)
    const outside = side(p, seconds, 0)
    let bits: u64 = 0
    if (outside == 0) bits = julianBits(seconds + JULIAN_SECONDS, ticks, nearest)
    else bits = load<u64>(p + (outside < 0 ? LOW_WORDS : HIGH_WORDS))
    if (outside != 0) findings |= OVERFLOW
    else if (!isExact) findings |= LOSS
    if ((findings & fatal) != 0) return <i32>index
    store<u64>(target + i, bits)
  }
  return -1
}

/** Whether the last call of julianBits rounded nothing. */
let isExact: bool = false

const DAY_SECONDS: i64 = 86_400
const DAY_NANOS: u64 = 86_400_000_000_000
const NANOS: u64 = 1_000_000_000

/**
 * The double for seconds and ticks since day 0: nearest, halves to even, or the first one not
 * below. Long division of the day's ticks, 16 bits at a time; a value below a day starts at its
 * first digit that is not 0.
 */
export function julianBits(seconds: i64, ticks: u64, nearest: bool): u64 {
  let days = seconds / DAY_SECONDS
  let second = seconds - days * DAY_SECONDS
  if (second < 0) {
    second += DAY_SECONDS
    days--
  }
  // What is left of the day to divide: nanoseconds, and ticks in the upper half of a u64.
  let nanos = <u64>second * NANOS + (ticks >> 32)
  let rest = ticks << 32
  const isNegative = days < 0
  if (isNegative) {
    // The size is -days less the part: one day less, and what the part lacks of a day.
    days = -days
    if ((nanos | rest) != 0) {
      days--
      nanos = DAY_NANOS - nanos - (rest != 0 ? 1 : 0)
      rest = 0 - rest
    }
  }
  let whole = <u64>days
  let exponent: i64 = 0
  while (whole == 0 && (nanos | rest) != 0) {
    const top = (nanos << 16) | (rest >> 48)
    whole = top / DAY_NANOS
    nanos = top - whole * DAY_NANOS
    rest <<= 16
    exponent -= 16
  }
  isExact = true
  if (whole == 0) return 0
  let part: u64 = 0
  for (let digit = 0; digit < 4; digit++) {
    const top = (nanos << 16) | (rest >> 48)
    const quotient = top / DAY_NANOS
    nanos = top - quotient * DAY_NANOS
    rest <<= 16
    part = (part << 16) | quotient
  }
  const up = !nearest && !isNegative
  const size = roundedBits(whole, part, (nanos | rest) != 0, exponent, nearest, up)
  return isNegative ? size | 0x8000_0000_0000_0000 : size
}

/** The bits of (whole + part · 2^-64 + more) · 2^exponent, whole in [1, 2^47). */
function roundedBits(
  whole: u64,
  part: u64,
  more: bool,
  exponent: i64,
  nearest: bool,
  up: bool,
): u64 {
  const top = 63 - clz(whole)
  const cut = 12 + top
  let mantissa = (whole << (64 - cut)) | (part >> cut)
  const lost = part & (((<u64>1) << cut) - 1)
  const half = (<u64>1) << (cut - 1)
  isExact = lost == 0 && !more
  const isAbove = lost > half || (lost == half && (more || (mantissa & 1) != 0))
  if (nearest ? isAbove : up && !isExact) mantissa++
  // A mantissa of 2^53 carries into the exponent, as it must.
  return ((<u64>(exponent + <i64>top + 1023)) << 52) + (mantissa - ((<u64>1) << 52))
}
