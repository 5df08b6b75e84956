// First stage of assembly/timestamps.ts: values of any format become instants, in the format's own
// scale. The only findings here are values that are no timestamps, and counters of HLC.
import {
  FROM,
  FROM_EPOCH,
  FROM_PER_SECOND,
  FROM_UNIT,
  HLC,
  INVALID,
  JULIAN,
  JULIAN_DAYS_BITS,
  JULIAN_SECONDS,
  LOSS,
  NTP,
  NTP_TO_UNIX_SECONDS,
  PTP,
  SIGNED,
  TEXT,
} from '../src/kernels/timestamps/layout'
import { findingsOf, multiplyHigh, secondsOf, ticksOf } from './timestamps-instant'
import { decodeText } from './timestamps-text'

/** Fills the chunk's instants and findings. */
export function timestampsDecode(p: usize, scratch: usize, source: usize, count: u32): void {
  memory.fill(findingsOf(scratch), 0, count)
  const kind = load<u32>(p, FROM)
  if (kind == SIGNED) decodeSigned(p, scratch, source, count)
  else if (kind == NTP) decodeNtp(p, scratch, source, count)
  else if (kind == PTP) decodePtp(scratch, source, count)
  else if (kind == JULIAN) decodeJulian(scratch, source, count)
  else if (kind == TEXT) decodeText(p, scratch, source, count)
  else decodeUnsigned(p, scratch, source, count, kind == HLC)
}

export function decodeSigned(p: usize, scratch: usize, source: usize, count: u32): void {
  const perSecond = load<i64>(p, FROM_PER_SECOND)
  const epoch = load<i64>(p, FROM_EPOCH)
  const unit = load<u64>(p, FROM_UNIT)
  const seconds = secondsOf(scratch)
  const ticks = ticksOf(scratch)
  for (let i: usize = 0, end = (<usize>count) << 3; i < end; i += 8) {
    const value = load<i64>(source + i)
    let whole = value / perSecond
    let rest = value - whole * perSecond
    if (rest < 0) {
      whole--
      rest += perSecond
    }
    store<i64>(seconds + i, whole + epoch)
    store<u64>(ticks + i, <u64>rest * unit)
  }
}

export function decodeUnsigned(
  p: usize,
  scratch: usize,
  source: usize,
  count: u32,
  isHlc: bool,
): void {
  const perSecond = load<u64>(p, FROM_PER_SECOND)
  const epoch = load<i64>(p, FROM_EPOCH)
  const unit = load<u64>(p, FROM_UNIT)
  const seconds = secondsOf(scratch)
  const ticks = ticksOf(scratch)
  const findings = findingsOf(scratch)
  for (let index: u32 = 0; index < count; index++) {
    const i = (<usize>index) << 3
    let value = load<u64>(source + i)
    if (isHlc) {
      if ((value & 0xffff) != 0) store<u8>(findings + index, LOSS)
      value >>= 16
    }
    const whole = value / perSecond
    store<i64>(seconds + i, <i64>whole + epoch)
    store<u64>(ticks + i, (value - whole * perSecond) * unit)
  }
}

export function decodeNtp(p: usize, scratch: usize, source: usize, count: u32): void {
  const window = load<i64>(p, FROM_EPOCH)
  const start = <u32>(window + NTP_TO_UNIX_SECONDS)
  const unit = load<u64>(p, FROM_UNIT)
  const seconds = secondsOf(scratch)
  const ticks = ticksOf(scratch)
  for (let i: usize = 0, end = (<usize>count) << 3; i < end; i += 8) {
    const sinceWindow = load<u32>(source + i, 4) - start
    store<i64>(seconds + i, window + <i64>sinceWindow)
    store<u64>(ticks + i, <u64>load<u32>(source + i) * unit)
  }
}

export function decodePtp(scratch: usize, source: usize, count: u32): void {
  const seconds = secondsOf(scratch)
  const ticks = ticksOf(scratch)
  for (let index: u32 = 0; index < count; index++) {
    const i = (<usize>index) << 3
    const whole = load<u64>(source + (i << 1))
    const nanos = load<u64>(source + (i << 1), 8)
    if (whole >= 1 << 48 || nanos >= 1_000_000_000) {
      store<u8>(findingsOf(scratch) + index, INVALID)
    }
    store<i64>(seconds + i, <i64>whole)
    store<u64>(ticks + i, nanos << 32)
  }
}

const MANTISSA: u64 = (1 << 52) - 1
const MOST_DAYS: u64 = (1023 + JULIAN_DAYS_BITS) << 52

export function decodeJulian(scratch: usize, source: usize, count: u32): void {
  for (let index: u32 = 0; index < count; index++) {
    const i = (<usize>index) << 3
    const bits = load<u64>(source + i)
    const size = bits & 0x7fff_ffff_ffff_ffff
    if (size > MOST_DAYS) store<u8>(findingsOf(scratch) + index, INVALID)
    else decodeDays(scratch, i, size, <i64>bits < 0)
  }
}

// Fraction of a day, then of a second: 2^-64 of them, and 2^-128 of them.
let upper: u64 = 0
let lower: u64 = 0

/** Multiplies the fraction, and gives what comes out whole. */
function multiplyFraction(factor: u64): u64 {
  const carry = multiplyHigh(lower, factor)
  const whole = multiplyHigh(upper, factor)
  lower *= factor
  upper = upper * factor + carry
  return whole + (upper < carry ? 1 : 0)
}

/** A double's size is mantissa / 2^places. Below 2^-75 days, 8 ticks, it counts as 0. */
function decodeDays(scratch: usize, i: usize, size: u64, isNegative: bool): void {
  const exponent = <i32>(size >> 52)
  const mantissa = (size & MANTISSA) | (exponent != 0 ? 1 << 52 : 0)
  const places = 1075 - max(1, exponent)
  let days: i64 = 0
  upper = 0
  lower = 0
  if (places <= 64) {
    days = places == 64 ? 0 : <i64>(mantissa >> places)
    upper = mantissa << (64 - places)
  } else if (places < 128) {
    upper = mantissa >> (places - 64)
    lower = mantissa << (128 - places)
  }
  if (isNegative) {
    days = -days - ((upper | lower) != 0 ? 1 : 0)
    upper = lower != 0 ? ~upper : 0 - upper
    lower = 0 - lower
  }
  const secondOfDay = multiplyFraction(86_400)
  const nanos = multiplyFraction(1_000_000_000)
  store<i64>(secondsOf(scratch) + i, days * 86_400 - JULIAN_SECONDS + <i64>secondOfDay)
  store<u64>(ticksOf(scratch) + i, (nanos << 32) | (upper >> 32))
}
