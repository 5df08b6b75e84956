// Text in timestamp columns: texts become instants in the first stage of assembly/timestamps.ts.
// The pairs that its last stage makes for text are written chunk by chunk where all texts are of
// one length. Others are measured first, by a kernel of its own, before any but the first has a
// place.
import {
  ASSUME_UTC,
  AUTO_DIGITS,
  BLOCK_BYTES,
  BLOCK_VALUES,
  COUNT,
  DIGITS,
  FAST_HIGH,
  FAST_LOW,
  INVALID,
  LEAP_SECOND,
  LOSS,
  OFFSET_MINUTES,
  OFFSETS_OUTPUT,
  OUTPUT,
  TEXT_BYTES,
  TEXT_EACH,
  TEXT_LENGTH,
  TEXT_OUTPUT,
  TEXT_WIDTH,
  TICKET,
  TO_EPOCH,
  TO_PER_SECOND,
  TO_UNIT,
} from '../src/kernels/timestamps/layout'
import { ABORTED, AGAIN, beginSlice, DONE, isAborted, sliceEnds } from './control'
import { isoIsLeapSecond, isoIsTruncated, isoNanos, isoSeconds, parseIso8601 } from './iso8601'
import { formatIso8601 } from './iso8601-format'
import { findingsOf, secondsOf, stepFactor, stepShift, ticksOf } from './timestamps-instant'

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

/**
 * Reads a chunk's texts as counts of the target, or says false where one needs more care: it is
 * wrong, a leap second, or out of range.
 */
export function textToCounts(p: usize, source: usize, target: usize, count: u32): bool {
  const width = load<u32>(p, TEXT_WIDTH)
  const bytes = <usize>load<u32>(p, TEXT_BYTES)
  const byteLength = load<u32>(p, TEXT_LENGTH)
  const assumeUtc = load<u32>(p, ASSUME_UTC) != 0
  const low = load<i64>(p, FAST_LOW)
  const high = load<i64>(p, FAST_HIGH)
  const perSecond = load<i64>(p, TO_PER_SECOND)
  const epoch = load<i64>(p, TO_EPOCH)
  const step = <u32>(load<u64>(p, TO_UNIT) >> 32)
  const shift = stepShift(step)
  const factor = stepFactor(step)
  for (let index: u32 = 0; index < count; index++) {
    let text = source
    let length = width
    if (width == 0) {
      const start = load<u32>(source)
      const end = load<u32>(source, 4)
      if (end < start || end > byteLength) return false
      text = bytes + start
      length = end - start
      source += 4
    } else {
      length = unpadded(text, width)
      source += width
    }
    if (parseIso8601(text, length, assumeUtc) != -1 || isoIsLeapSecond()) return false
    const seconds = isoSeconds()
    if (seconds < low || seconds > high) return false
    const part = <i64>((<u64>isoNanos() * factor) >> shift)
    store<i64>(target, (seconds - epoch) * perSecond + part)
    target += 8
  }
  return true
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
  const fixedDigits = load<i32>(p, DIGITS)
  let bytes: u32 = 0
  for (let index = first; index < end; index++) {
    const nanos = load<u32>(pairs + ((<usize>index) << 4), 8)
    const digits = fixedDigits == AUTO_DIGITS ? digitsOf(nanos) : fixedDigits
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
  const pairs = <usize>load<u32>(p, OUTPUT) + ((<usize>first) << 4)
  const at = load<u32>(<usize>load<u32>(p, BLOCK_BYTES) + ((<usize>block) << 2))
  const offsets = <usize>load<u32>(p, OFFSETS_OUTPUT)
  const starts: usize = offsets == 0 ? 0 : offsets + ((<usize>first) << 2)
  const last = writeTexts(p, pairs, end - first, at, <usize>load<u32>(p, TEXT_OUTPUT) + at, starts)
  if (starts != 0 && end == load<u32>(p, COUNT)) {
    store<u32>(offsets + ((<usize>end) << 2), last)
  }
}

/** Writes a chunk's texts, all of one length. Values `first` on go to `place` on. */
export function writeChunk(p: usize, pairs: usize, first: u32, place: u32, count: u32): void {
  const each = load<u32>(p, TEXT_EACH)
  const offsets = <usize>load<u32>(p, OFFSETS_OUTPUT)
  const starts: usize = offsets == 0 ? 0 : offsets + ((<usize>place) << 2)
  const texts = <usize>load<u32>(p, TEXT_OUTPUT) + <usize>place * each
  const end = writeTexts(p, pairs, count, first * each, texts, starts)
  if (starts != 0 && first + count == load<u32>(p, COUNT)) {
    store<u32>(starts + ((<usize>count) << 2), end)
  }
}

/**
 * Writes texts one after another from `text` on, and to `starts`, if not 0, where each begins: the
 * first one at offset `at`. The offset behind the last.
 */
function writeTexts(p: usize, pairs: usize, count: u32, at: u32, text: usize, starts: usize): u32 {
  const fixedDigits = load<i32>(p, DIGITS)
  const offsetMinutes = load<i32>(p, OFFSET_MINUTES)
  for (const end = pairs + ((<usize>count) << 4); pairs < end; pairs += 16) {
    const nanos = load<u32>(pairs, 8)
    const digits = fixedDigits == AUTO_DIGITS ? digitsOf(nanos) : fixedDigits
    if (starts != 0) {
      store<u32>(starts, at)
      starts += 4
    }
    const bytes = formatIso8601(load<i64>(pairs), nanos, digits, offsetMinutes, text)
    // Second 60 stands at second 59: every offset is whole minutes.
    if (load<u32>(pairs, 12) != 0) store<u16>(text, 0x3036, 17)
    text += bytes
    at += bytes
  }
  return at
}
