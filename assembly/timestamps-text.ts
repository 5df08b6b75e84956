// Text in timestamp columns: texts become instants in the first stage of assembly/timestamps.ts.
// The pairs that its last stage makes for text are written by two kernels of their own, because
// texts of different lengths have to be measured before any but the first has a place.
import {
  ASSUME_UTC,
  AUTO_DIGITS,
  BLOCK_BYTES,
  BLOCK_VALUES,
  COUNT,
  DIGITS,
  INVALID,
  LEAP_SECOND,
  LOSS,
  OFFSET_MINUTES,
  OFFSETS_OUTPUT,
  OUTPUT,
  TEXT_BYTES,
  TEXT_LENGTH,
  TEXT_OUTPUT,
  TEXT_WIDTH,
  TICKET,
} from '../src/kernels/timestamps/layout'
import { ABORTED, AGAIN, beginSlice, DONE, isAborted, sliceEnds } from './control'
import { isoIsLeapSecond, isoIsTruncated, isoNanos, isoSeconds, parseIso8601 } from './iso8601'
import { formatIso8601 } from './iso8601-format'
import { findingsOf, secondsOf, ticksOf } from './timestamps-instant'

/** Reads a chunk's texts. `source` is the first one's offset, or its row. */
export function decodeText(p: usize, scratch: usize, source: usize, count: u32): void {
  const width = load<u32>(p, TEXT_WIDTH)
  const bytes = <usize>load<u32>(p, TEXT_BYTES)
  const byteLength = load<u32>(p, TEXT_LENGTH)
  const assumeUtc = load<u32>(p, ASSUME_UTC) != 0
  for (let index: u32 = 0; index < count; index++) {
    let text = source + <usize>(index * width)
    let length = width
    if (width == 0) {
      const start = load<u32>(source + ((<usize>index) << 2))
      const end = load<u32>(source + ((<usize>index) << 2), 4)
      if (end < start || end > byteLength) {
        store<u8>(findingsOf(scratch) + index, INVALID)
        continue
      }
      text = bytes + start
      length = end - start
    } else length = unpadded(text, width)
    if (parseIso8601(text, length, assumeUtc) != -1) {
      store<u8>(findingsOf(scratch) + index, INVALID)
      continue
    }
    const isLeap = isoIsLeapSecond()
    const findings = (isLeap ? LEAP_SECOND : 0) | (isoIsTruncated() ? LOSS : 0)
    store<u8>(findingsOf(scratch) + index, findings)
    const i = (<usize>index) << 3
    store<i64>(secondsOf(scratch) + i, isoSeconds() - (isLeap ? 1 : 0))
    store<u64>(ticksOf(scratch) + i, (<u64>isoNanos()) << 32)
  }
}

/** Bytes of a row before the blanks and zeros at its end. */
function unpadded(row: usize, width: u32): u32 {
  let length = width
  while (length > 0) {
    const last = load<u8>(row + length - 1)
    if (last != 0 && last != 32) return length
    length--
  }
  return length
}

/** Digits of a fraction without the zeros at its end. */
function digitsOf(nanos: u32): i32 {
  if (nanos == 0) return 0
  let digits = 9
  while (nanos % 1000 == 0) {
    nanos /= 1000
    digits -= 3
  }
  while (nanos % 10 == 0) {
    nanos /= 10
    digits--
  }
  return digits
}

/** Sums the lengths of each block's texts into BLOCK_BYTES. */
export function timestampsMeasure(_thread: i32, _threads: i32, p: usize): i32 {
  beginSlice()
  const count = load<u32>(p, COUNT)
  while (true) {
    const block = atomic.add<u32>(p + TICKET, 1)
    if (block >= blockCount(count)) return DONE
    if (isAborted()) return ABORTED
    const first = block * BLOCK_VALUES
    measureBlock(p, block, first, min(count, first + BLOCK_VALUES))
    if (sliceEnds()) return AGAIN
  }
}

function blockCount(count: u32): u32 {
  return count / BLOCK_VALUES + (count % BLOCK_VALUES != 0 ? 1 : 0)
}

export function measureBlock(p: usize, block: u32, first: u32, end: u32): void {
  const pairs = <usize>load<u32>(p, OUTPUT)
  const zone: u32 = load<i32>(p, OFFSET_MINUTES) == 0 ? 1 : 6
  let bytes: u32 = 0
  for (let index = first; index < end; index++) {
    const digits = digitsOf(load<u32>(pairs + ((<usize>index) << 4), 8))
    bytes += 19 + zone + (digits == 0 ? 0 : digits + 1)
  }
  store<u32>(<usize>load<u32>(p, BLOCK_BYTES) + ((<usize>block) << 2), bytes)
}

/** Writes the texts, and where each begins and the last one ends. */
export function timestampsWrite(_thread: i32, _threads: i32, p: usize): i32 {
  beginSlice()
  const count = load<u32>(p, COUNT)
  while (true) {
    const block = atomic.add<u32>(p + TICKET, 1)
    if (block >= blockCount(count)) return DONE
    if (isAborted()) return ABORTED
    const first = block * BLOCK_VALUES
    writeBlock(p, block, first, min(count, first + BLOCK_VALUES))
    if (sliceEnds()) return AGAIN
  }
}

export function writeBlock(p: usize, block: u32, first: u32, end: u32): void {
  const pairs = <usize>load<u32>(p, OUTPUT)
  const texts = <usize>load<u32>(p, TEXT_OUTPUT)
  const offsets = <usize>load<u32>(p, OFFSETS_OUTPUT)
  const fixedDigits = load<i32>(p, DIGITS)
  const offsetMinutes = load<i32>(p, OFFSET_MINUTES)
  let at = load<u32>(<usize>load<u32>(p, BLOCK_BYTES) + ((<usize>block) << 2))
  for (let index = first; index < end; index++) {
    const pair = pairs + ((<usize>index) << 4)
    const nanos = load<u32>(pair, 8)
    const digits = fixedDigits == AUTO_DIGITS ? digitsOf(nanos) : fixedDigits
    if (offsets != 0) store<u32>(offsets + ((<usize>index) << 2), at)
    const text = texts + at
    at += formatIso8601(load<i64>(pair), nanos, digits, offsetMinutes, text)
    // Second 60 stands at second 59: every offset is whole minutes.
    if (load<u32>(pair, 12) != 0) store<u16>(text, 0x3036, 17)
  }
  if (offsets != 0 && end == load<u32>(p, COUNT)) {
    store<u32>(offsets + ((<usize>end) << 2), at)
  }
}
