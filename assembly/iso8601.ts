// ISO 8601 and RFC 3339 text → POSIX seconds and nanoseconds, one text a call. Which texts, and
// what a position means, is written in src/kernels/timestamps/iso8601.ts; the host asks that file
// for the words of an error. Called by the timestamp kernel, millions of times a column: common
// layouts go through a few 128-bit operations, all others byte by byte.
import {
  DAY_SECONDS,
  dayFound,
  dayOf,
  daysInMonth,
  EPOCH_DAY,
  findDate,
  monthFound,
} from './calendar'

const MAX_BYTES: u32 = 35

// Eight digits in a word, the first one in the lowest byte.
const ZEROS: u64 = 0x3030303030303030

// 128-bit constants, in memory: V8 makes one out of four instructions each time it is used (2.6 ns
// of 12 a text [measured, V8 11.3]).
// Bytes 3 … 18 of YYYY-MM-DDTHH:MM:SS: separators, and which bytes are some.
const MARKS = memory.data<u8>([0, 45, 0, 0, 45, 0, 0, 0, 0, 0, 58, 0, 0, 58, 0, 0], 16)
const IS_MARK = memory.data<u8>([0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0], 16)
// Where the digits of month, day, hour, minute and second are among them; 255 is nowhere.
const PLACES = memory.data<u8>([2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 255, 255, 255, 255, 255, 255], 16)
// Of those digits and the year's four: what 0 is, and 9.
const NOUGHTS = memory.data<u8>([48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 0, 0, 48, 48, 48, 48], 16)
const NINES = memory.data<u8>([9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 9, 9, 9, 9], 16)
const LOW_BYTES = memory.data<u16>([255, 255, 255, 255, 255, 255, 255, 255], 16)
const TENS = memory.data<u16>([10, 10, 10, 10, 10, 10, 10, 10], 16)
// Month, day, hour, minute, second, nothing, century, year: the least, and how much more at most.
const LEAST = memory.data<u16>([1, 1, 0, 0, 0, 0, 0, 0], 16)
const SPANS = memory.data<u16>([11, 30, 23, 59, 59, 0, 99, 99], 16)

let secondsFound: i64 = 0
let nanosFound: u32 = 0
let leapSecondFound: bool = false
let truncatedFound: bool = false

/** Seconds of the text that `parseIso8601` took last. */
export function isoSeconds(): i64 {
  return secondsFound
}

/** Nanoseconds of the text that `parseIso8601` took last. */
export function isoNanos(): u32 {
  return nanosFound
}

/** Whether the text that `parseIso8601` took last names a leap second. */
export function isoIsLeapSecond(): bool {
  return leapSecondFound
}

/** Whether the text that `parseIso8601` took last has digits below a nanosecond that are not 0. */
export function isoIsTruncated(): bool {
  return truncatedFound
}

/** Whether each byte is 0 … 9: adding 6 takes greater ones out of the lower half. */
function areDigits(t: u64): bool {
  return (((t + 0x0606060606060606) | t) & 0xf0f0f0f0f0f0f0f0) == 0
}

/** Minutes of the offset ±HH:MM at `p` (three bytes before it can be read), or -1440. */
function offsetAt(p: usize): i32 {
  const sign = load<u8>(p) as u32
  if (sign != 43 && sign != 45) return -1440
  const t = (load<u64>(p - 2) >> 24) ^ 0x30303a3030
  if ((t & 0xf0f0fff0f0) != 0 || ((t + 0x0606000606) & 0xf0f000f0f0) != 0) return -1440
  const hours = ((t & 15) * 10 + ((t >> 8) & 15)) as i32
  const minutes = (((t >> 24) & 15) * 10 + (t >> 32)) as i32
  if (hours > 23 || minutes > 59) return -1440
  return sign == 45 ? -(hours * 60 + minutes) : hours * 60 + minutes
}

/** Nanoseconds of the fraction of `digits` digits (1 … 9) that ends before `end`, or -1. */
function fractionBefore(end: usize, digits: u32): i32 {
  let ninth: u32 = 0
  let text: u64 = 0
  if (digits < 8) {
    const missing = (8 - digits) << 3
    text = (load<u64>(end - 8) >> missing) | (ZEROS << (64 - missing))
  } else {
    text = load<u64>(end - digits)
    if (digits == 9) ninth = (load<u8>(end - 1) as u32) - 48
  }
  let t = text ^ ZEROS
  if (!areDigits(t) || ninth > 9) return -1
  // Pairs, then the four pairs at once (Mula, "SIMD-ized decimal parsing").
  t = t * 10 + (t >> 8)
  const high = (t & 0x000000ff000000ff) * 0x000f424000000064
  const low = ((t >> 16) & 0x000000ff000000ff) * 0x0000271000000001
  return (((high + low) >> 32) as i32) * 10 + ninth
}

/**
 * YYYY-MM-DDTHH:MM:SS, a fraction of up to nine digits, Z or ±HH:MM, of 19 … 35 bytes. False for
 * all that is wrong or less common; what is right is as `parseSlowly` says.
 */
function parseCommon(address: usize, length: u32, assumeUtc: bool): bool {
  const text = v128.load(address, 3)
  const characters = v128.load32_lane(address, i8x16.swizzle(text, v128.load(PLACES)), 3)
  const digits = i8x16.sub(characters, v128.load(NOUGHTS))
  const tens = i16x8.mul(v128.and(digits, v128.load(LOW_BYTES)), v128.load(TENS))
  const pairs = i16x8.add(tens, i16x8.shr_u(digits, 8))
  const marks = v128.and(v128.xor(text, v128.load(MARKS)), v128.load(IS_MARK))
  const beyond = v128.or(
    i8x16.sub_sat_u(digits, v128.load(NINES)),
    i16x8.sub_sat_u(i16x8.sub(pairs, v128.load(LEAST)), v128.load(SPANS)),
  )
  if (v128.any_true(v128.or(marks, beyond))) return false
  const separator = load<u8>(address, 10) as u32
  if (separator != 84 && separator != 32 && separator != 116) return false

  const low = i64x2.extract_lane(pairs, 0) as u64
  const high = i64x2.extract_lane(pairs, 1) as u64
  const month = (low & 255) as u32
  const day = ((low >> 16) & 255) as u32
  const year = (((high >> 32) & 255) * 100 + (high >> 48)) as u32
  if (day > 28 && day > daysInMonth(year, month)) return false
  const time = (((low >> 32) & 255) * 3600 + (low >> 48) * 60 + (high & 255)) as i32

  let zone = length - 1
  let offset: i32 = 0
  const last = address + zone
  if (((load<u8>(last) as u32) | 32) != 122) {
    if (length >= 25 && load<u8>(last - 2) == 58) {
      zone = length - 6
      offset = offsetAt(address + zone)
      if (offset == -1440) return false
    } else {
      if (!assumeUtc) return false
      zone = length
    }
  }
  let nanos: i32 = 0
  if (zone != 19) {
    const point = load<u8>(address, 19)
    if ((point != 46 && point != 44) || zone < 21 || zone > 29) return false
    nanos = fractionBefore(address + zone, zone - 20)
    if (nanos < 0) return false
  }
  secondsFound = (dayOf(year, month, day) as i64) * DAY_SECONDS + ((time - offset * 60) as i64)
  nanosFound = nanos
  leapSecondFound = false
  truncatedFound = false
  return true
}

/** YYYY-MM-DD, as `parseCommon`. */
function parseDate(address: usize): bool {
  // Digits become 0 … 9, separators 0.
  const t = load<u64>(address) ^ 0x2d30302d30303030
  const d = (load<u16>(address, 8) as u32) ^ 0x3030
  if (((t + 0x0006060006060606) | t) & 0xfff0f0fff0f0f0f0) return false
  if (((d + 0x0606) | d) & 0xf0f0) return false
  const pairs = t * 10 + (t >> 8)
  const year = ((pairs & 255) * 100 + ((pairs >> 16) & 255)) as u32
  const month = ((pairs >> 40) & 255) as u32
  const day = (d & 15) * 10 + (d >> 8)
  if (month - 1 > 11 || day - 1 >= daysInMonth(year, month)) return false
  secondsFound = (dayOf(year, month, day) as i64) * DAY_SECONDS
  nanosFound = 0
  leapSecondFound = false
  truncatedFound = false
  return true
}

function isDigitAt(p: usize, end: usize): bool {
  return p < end && (load<u8>(p) as u32) - 48 < 10
}

/** The number of two digits at `p`; -1 when the first is none, -2 when the second is none. */
function pairAt(p: usize, end: usize): i32 {
  if (!isDigitAt(p, end)) return -1
  if (!isDigitAt(p + 1, end)) return -2
  return (load<u8>(p) as i32) * 10 + (load<u8>(p + 1) as i32) - 528
}

// Where a part of a text ended, or the position at which it is wrong.
let cursor: usize = 0
let wrongAt: i32 = -1

function fails(position: usize): bool {
  wrongAt = position as i32
  return false
}

let pairFound: u32 = 0
/** Two digits at the cursor, at most `high`, into `pairFound`; the cursor goes after them. */
function takesPair(start: usize, end: usize, high: u32): bool {
  const pair = pairAt(cursor, end)
  if (pair < 0) return fails(cursor - start - 1 - pair)
  if ((pair as u32) > high) return fails(cursor - start)
  pairFound = pair as u32
  cursor += 2
  return true
}

/** The fraction at the cursor, after its point, into `nanosFound`; only zeros after hour 24. */
function takesFraction(start: usize, end: usize, midnight: bool): bool {
  if (!isDigitAt(cursor, end)) return fails(cursor - start)
  let unit: u32 = 100000000
  do {
    const digit = (load<u8>(cursor) as u32) - 48
    if (midnight && digit != 0) return fails(cursor - start)
    nanosFound += digit * unit
    if (unit == 0 && digit != 0) truncatedFound = true
    unit /= 10
    cursor++
  } while (isDigitAt(cursor, end))
  return true
}

let offsetFound: i32 = 0
/** Z, ±HH:MM, ±HHMM or ±HH at the cursor, up to the end, into `offsetFound`, in minutes. */
function takesZone(start: usize, end: usize, assumeUtc: bool): bool {
  offsetFound = 0
  if (cursor == end) return assumeUtc ? true : fails(cursor - start)
  const sign = load<u8>(cursor) as u32
  if ((sign | 32) != 122) {
    if (sign != 43 && sign != 45) return fails(cursor - start)
    cursor++
    if (!takesPair(start, end, 23)) return false
    offsetFound = pairFound * 60
    if (cursor != end) {
      if (!isDigitAt(cursor, end)) {
        if (load<u8>(cursor) != 58) return fails(cursor - start)
        cursor++
      }
      if (!takesPair(start, end, 59)) return false
      offsetFound += pairFound
    }
    if (sign == 45) offsetFound = -offsetFound
  } else cursor++
  return cursor == end ? true : fails(cursor - start)
}

function parseSlowly(address: usize, end: usize, assumeUtc: bool): bool {
  cursor = address
  nanosFound = 0
  leapSecondFound = false
  truncatedFound = false
  if (!takesPair(address, end, 99)) return false
  let year = pairFound * 100
  if (!takesPair(address, end, 99)) return false
  year += pairFound
  const extended = !isDigitAt(cursor, end)
  if (extended) {
    if (cursor == end || load<u8>(cursor) != 45) return fails(4)
    cursor++
  }
  if (!takesPair(address, end, 12)) return false
  const month = pairFound
  if (month == 0) return fails(cursor - address - 2)
  if (extended) {
    if (cursor == end || load<u8>(cursor) != 45) return fails(7)
    cursor++
  }
  if (!takesPair(address, end, daysInMonth(year, month))) return false
  if (pairFound == 0) return fails(cursor - address - 2)
  secondsFound = (dayOf(year, month, pairFound) as i64) * DAY_SECONDS
  return cursor == end ? true : takesTime(address, end, extended, assumeUtc)
}

function takesTime(start: usize, end: usize, extended: bool, assumeUtc: bool): bool {
  const separator = load<u8>(cursor) as u32
  if ((separator | 32) != 116 && separator != 32) return fails(cursor - start)
  cursor++
  if (!takesPair(start, end, 24)) return false
  let time = pairFound * 3600
  const midnight = pairFound == 24
  if (extended) {
    if (cursor == end || load<u8>(cursor) != 58) return fails(cursor - start)
    cursor++
  }
  if (!takesPair(start, end, midnight ? 0 : 59)) return false
  time += pairFound * 60
  let second: u32 = 0
  let secondAt: usize = 0
  if (extended ? cursor != end && load<u8>(cursor) == 58 : isDigitAt(cursor, end)) {
    if (extended) cursor++
    secondAt = cursor
    if (!takesPair(start, end, midnight ? 0 : 60)) return false
    second = pairFound
    if (cursor != end && (load<u8>(cursor) == 46 || load<u8>(cursor) == 44)) {
      cursor++
      if (!takesFraction(start, end, midnight)) return false
    }
  }
  if (!takesZone(start, end, assumeUtc)) return false
  secondsFound += ((time + second) as i64) - (offsetFound as i64) * 60
  if (second == 60) {
    leapSecondFound = true
    const shifted = (secondsFound + (EPOCH_DAY as i64) * DAY_SECONDS) as u64
    findDate((shifted / DAY_SECONDS) as u32)
    const isNewDay = shifted % DAY_SECONDS == 0 && dayFound == 1
    if (!isNewDay || (monthFound != 1 && monthFound != 7)) return fails(secondAt - start)
  }
  return true
}

/**
 * Reads the text at `address`: -1, and the instant in isoSeconds, isoNanos, isoIsLeapSecond and
 * isoIsTruncated; or the position of its first wrong byte. Reads no byte beside the text.
 * `assumeUtc`: a time without Z or offset is UTC.
 */
export function parseIso8601(address: usize, length: u32, assumeUtc: bool): i32 {
  if (length - 19 <= MAX_BYTES - 19) {
    if (parseCommon(address, length, assumeUtc)) return -1
  } else if (length == 10 && parseDate(address)) return -1
  return parseSlowly(address, address + length, assumeUtc) ? -1 : wrongAt
}
