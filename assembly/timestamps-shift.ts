// Middle stages of assembly/timestamps.ts: a clock's offset and drift, and the way between TAI and
// UTC. Both work on a chunk's instants in place.
import {
  CORRECTION,
  DRIFT_FACTOR,
  DRIFT_NEGATIVE,
  DRIFT_PARTS,
  DRIFT_SPAN_SECONDS,
  LEAP,
  LEAP_COUNT,
  LEAP_SECOND,
  LEAP_TABLE,
  LOSS,
  OFFSET_NANOS,
  OFFSET_SECONDS,
  OVERFLOW,
  REFERENCE_NANOS,
  REFERENCE_SECONDS,
  TEXT,
  TO,
  TO_TAI,
  WITH_DRIFT,
} from '../src/kernels/timestamps/layout'
import {
  addSeconds,
  findingsOf,
  multiplyHigh,
  NANO_TICKS,
  SECOND_TICKS,
  secondsOf,
  ticksOf,
} from './timestamps-instant'

const NANOS: i64 = 1_000_000_000
const DRIFT_SPAN_NANOS: i64 = DRIFT_SPAN_SECONDS * NANOS
/** Parts of 10^15, as drift has them. */
const WHOLE: u64 = 1_000_000_000_000_000

/** Adds offset and drift. */
export function timestampsCorrect(p: usize, scratch: usize, count: u32): void {
  const offsetSeconds = load<i64>(p, OFFSET_SECONDS)
  const offsetNanos = load<i64>(p, OFFSET_NANOS)
  const withDrift = load<u32>(p, CORRECTION) == WITH_DRIFT
  for (let index: u32 = 0; index < count; index++) {
    let seconds = offsetSeconds
    let nanos = offsetNanos
    if (withDrift) {
      const drift = driftAt(p, scratch, index)
      seconds += drift / NANOS
      nanos += drift % NANOS
      if (nanos < 0) {
        nanos += NANOS
        seconds--
      } else if (nanos >= NANOS) {
        nanos -= NANOS
        seconds++
      }
    }
    const cell = ticksOf(scratch) + ((<usize>index) << 3)
    let ticks = load<u64>(cell) + ((<u64>nanos) << 32)
    if (ticks >= SECOND_TICKS) {
      ticks -= SECOND_TICKS
      seconds++
    }
    store<u64>(cell, ticks)
    addSeconds(p, scratch, index, seconds)
  }
}

/** Nanoseconds that drift adds to instant `index`. */
function driftAt(p: usize, scratch: usize, index: u32): i64 {
  const i = (<usize>index) << 3
  const since = sinceReference(
    load<i64>(secondsOf(scratch) + i) - load<i64>(p, REFERENCE_SECONDS),
    <i64>(load<u64>(ticksOf(scratch) + i) / NANO_TICKS) - load<i64>(p, REFERENCE_NANOS),
    load<i64>(secondsOf(scratch) + i) < load<i64>(p, REFERENCE_SECONDS),
  )
  const span = max(-DRIFT_SPAN_NANOS, min(DRIFT_SPAN_NANOS, since))
  if (span != since) {
    const finding = findingsOf(scratch) + index
    store<u8>(finding, load<u8>(finding) | OVERFLOW)
  }
  const size = <u64>(span < 0 ? -span : span)
  const parts = load<u64>(p, DRIFT_PARTS)
  // The factor is too small by less than 2^-64: the quotient is right or one too small.
  let quotient = multiplyHigh(size, load<u64>(p, DRIFT_FACTOR))
  let rest = size * parts - quotient * WHOLE
  if (rest >= WHOLE) {
    rest -= WHOLE
    quotient++
  }
  if (rest >= WHOLE >> 1) quotient++
  return span < 0 == (load<u64>(p, DRIFT_NEGATIVE) != 0) ? <i64>quotient : -(<i64>quotient)
}

/** Nanoseconds since the reference; outside ±DRIFT_SPAN_NANOS some value outside. */
function sinceReference(seconds: i64, nanos: i64, isBefore: bool): i64 {
  const isFar = seconds < 0 != isBefore
  if (isFar || seconds > DRIFT_SPAN_SECONDS || seconds < -DRIFT_SPAN_SECONDS) {
    return isBefore ? -DRIFT_SPAN_NANOS - 1 : DRIFT_SPAN_NANOS + 1
  }
  return seconds * NANOS + nanos
}

/** Goes from UTC to TAI or back by the leap-second table. */
export function timestampsLeap(p: usize, scratch: usize, count: u32): void {
  const toTai = load<u32>(p, LEAP) == TO_TAI
  for (let index: u32 = 0; index < count; index++) {
    if (toTai) enterTai(p, scratch, index)
    else leaveTai(p, scratch, index)
  }
}

function enterTai(p: usize, scratch: usize, index: u32): void {
  const first = <usize>load<u32>(p, LEAP_TABLE)
  const last = first + ((<usize>load<u32>(p, LEAP_COUNT) - 1) << 4)
  const cell = secondsOf(scratch) + ((<usize>index) << 3)
  let entry = last
  while (entry > first && load<i64>(cell) < load<i64>(entry)) entry -= 16
  let offset = load<i64>(entry, 8)
  if ((load<u8>(findingsOf(scratch) + index) & LEAP_SECOND) != 0) {
    const isNext = entry < last && load<i64>(cell) + 1 == load<i64>(entry, 16)
    // A leap second that the table doesn't have is as long as it is without leap seconds.
    if (isNext && load<i64>(entry, 24) > offset) offset++
    else {
      endLeapSecond(scratch, index)
      if (isNext) offset = load<i64>(entry, 24)
    }
  }
  addSeconds(p, scratch, index, offset)
}

/** Second 60 becomes the start of the next second, in formats that have none. */
export function endLeapSeconds(scratch: usize, count: u32): void {
  for (let index: u32 = 0; index < count; index++) {
    if ((load<u8>(findingsOf(scratch) + index) & LEAP_SECOND) != 0) endLeapSecond(scratch, index)
  }
}

function endLeapSecond(scratch: usize, index: u32): void {
  const cell = secondsOf(scratch) + ((<usize>index) << 3)
  const finding = findingsOf(scratch) + index
  store<u8>(finding, (load<u8>(finding) & ~LEAP_SECOND) | LOSS)
  store<i64>(cell, load<i64>(cell) + 1)
  store<u64>(ticksOf(scratch) + ((<usize>index) << 3), 0)
}

/**
 * A leap second ends in the start of the next second, which POSIX counts for both. In text it is
 * second 60, where it follows a second 59.
 */
function leaveTai(p: usize, scratch: usize, index: u32): void {
  const cell = secondsOf(scratch) + ((<usize>index) << 3)
  const seconds = load<i64>(cell)
  const first = <usize>load<u32>(p, LEAP_TABLE)
  const last = first + ((<usize>load<u32>(p, LEAP_COUNT) - 1) << 4)
  let entry = last
  while (entry > first && seconds < load<i64>(entry) + load<i64>(entry, 8)) entry -= 16
  const offset = load<i64>(entry, 8)
  const isLeap = entry < last && seconds >= load<i64>(entry, 16) + offset
  addSeconds(p, scratch, index, -offset)
  if (!isLeap) return
  const next = load<i64>(entry, 16)
  const finding = findingsOf(scratch) + index
  if (load<u32>(p, TO) == TEXT && load<i64>(cell) == next && next % 60 == 0) {
    store<u8>(finding, load<u8>(finding) | LEAP_SECOND)
    store<i64>(cell, next - 1)
    return
  }
  store<u8>(finding, load<u8>(finding) | LOSS)
  store<i64>(cell, next)
  store<u64>(ticksOf(scratch) + ((<usize>index) << 3), 0)
}
