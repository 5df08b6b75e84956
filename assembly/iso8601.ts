// ISO 8601 and RFC 3339 text ↔ POSIX seconds and nanoseconds, one text a call. Which texts, and
// what a position means, is written in src/kernels/timestamps/iso8601.ts; the host asks that file
// for the words of an error. Called by the timestamp kernel, millions of times a column: common
// layouts go through a few 128-bit operations, all others byte by byte.
// Dates ↔ days: Neri and Schneider, "Euclidean affine functions and their application to calendar
// algorithms", SPE 2023; years begin in March, and day 0 is -0400-03-01, so that nothing is
// negative.

const DAY_SECONDS: i64 = 86400
// Days from -0400-03-01 to 0000-01-01, 1970-01-01 and 10000-01-01.
const FIRST_DAY: u32 = 146097 - 60
const EPOCH_DAY: u32 = 146097 + 719468
const END_DAY: u32 = FIRST_DAY + 3652425
const MAX_BYTES: u32 = 35

// Eight digits in a word, the first one in the lowest byte.
const ZEROS: u64 = 0x3030303030303030

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

/** Days from 1970-01-01. */
function dayOf(year: u32, month: u32, day: u32): i32 {
  const early: u32 = month < 3 ? 1 : 0
  const y = year + 400 - early
  const m = month + early * 12
  const century = y / 100
  return (((y * 1461) >> 2) -
    century +
    (century >> 2) +
    ((m * 979 - 2919) >> 5) +
    day -
    1 -
    EPOCH_DAY) as i32
}

function daysInMonth(year: u32, month: u32): u32 {
  if (month != 2) return 30 + ((month ^ (month >> 3)) & 1)
  return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
}

// The date that `findDate` found.
let yearFound: u32 = 0
let monthFound: u32 = 0
let dayFound: u32 = 0

/** The date `days` after -0400-03-01, with 400 added to its year. */
function findDate(days: u32): void {
  const n = days * 4 + 3
  const century = n / 146097
  const inCentury = ((n - century * 146097) | 3) as u64
  const product = inCentury * 2939745
  const dayOfYear = ((product & 0xffffffff) as u32) / 2939745 / 4
  const m = dayOfYear * 2141 + 197913
  const early: u32 = dayOfYear > 305 ? 1 : 0
  yearFound = century * 100 + ((product >> 32) as u32) + early
  monthFound = (m >> 16) - early * 12
  dayFound = (m & 0xffff) / 2141 + 1
}

/** Adds 6 to each byte in `t` of a number 0 … 9: false when one of them is greater. */
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
  // Bytes 0 … 15 and 3 … 18: digits less "0" are at most 9, separators less themselves are 0.
  const head = i8x16.sub(
    v128.load(address),
    i8x16(48, 48, 48, 48, 45, 48, 48, 45, 48, 48, 0, 48, 48, 58, 48, 48),
  )
  const tail = i8x16.sub(
    v128.load(address, 3),
    i8x16(48, 45, 48, 48, 45, 48, 48, 0, 48, 48, 58, 48, 48, 58, 48, 48),
  )
  const headLimit = i8x16(9, 9, 9, 9, 0, 9, 9, 0, 9, 9, -1, 9, 9, 0, 9, 9)
  const tailLimit = i8x16(9, 0, 9, 9, 0, 9, 9, -1, 9, 9, 0, 9, 9, 0, 9, 9)
  // Century, year, month, day, hour, minute, second, century.
  const digits = i8x16.shuffle(head, tail, 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 30, 31, 0, 1)
  const tens = i16x8.mul(v128.and(digits, i16x8.splat(255)), i16x8.splat(10))
  const pairs = i16x8.add(tens, i16x8.shr_u(digits, 8))
  const beyond = i16x8.sub_sat_u(
    i16x8.sub(pairs, i16x8(0, 0, 1, 1, 0, 0, 0, 0)),
    i16x8(99, 99, 11, 30, 23, 59, 59, 99),
  )
  const wrong = v128.or(i8x16.sub_sat_u(head, headLimit), i8x16.sub_sat_u(tail, tailLimit))
  if (v128.any_true(v128.or(wrong, beyond))) return false
  const separator = load<u8>(address, 10) as u32
  if ((separator | 32) != 116 && separator != 32) return false

  const sums = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 0, 0, 3600, 60, 1, 0))
  const year = i32x4.extract_lane(sums, 0) as u32
  const month = i16x8.extract_lane_u(pairs, 2) as u32
  const day = i16x8.extract_lane_u(pairs, 3) as u32
  if (day > 28 && day > daysInMonth(year, month)) return false
  const time = i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3)

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

/** Two digits at the cursor, at most `high`, into `pairFound`; the cursor goes after them. */
let pairFound: u32 = 0
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
  if (length - 19 <= MAX_BYTES - 19 && parseCommon(address, length, assumeUtc)) return -1
  return parseSlowly(address, address + length, assumeUtc) ? -1 : wrongAt
}

/** Eight digits of a number below 10^8, the first one in the lowest byte. */
function eightDigits(value: u32): u64 {
  const high = value / 10000
  // Fours, then pairs, then digits, each split in all lanes at once.
  const fours = (high as u64) | (((value - high * 10000) as u64) << 32)
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f
  const pairs = hundreds | ((fours - hundreds * 100) << 16)
  const tens = ((pairs * 103) >> 10) & 0x000f000f000f000f
  return (tens | ((pairs - tens * 10) << 8)) + ZEROS
}

/** Writes ±HH:MM or Z; returns the byte after it. */
function writeOffset(minutes: i32, p: usize): usize {
  if (minutes == 0) {
    store<u8>(p, 90)
    return p + 1
  }
  const distance = (minutes < 0 ? -minutes : minutes) as u32
  const hours = distance / 60
  const rest = distance - hours * 60
  store<u8>(p, minutes < 0 ? 45 : 43)
  store<u16>(p, 0x3030 + hours / 10 + ((hours % 10) << 8), 1)
  store<u8>(p, 58, 3)
  store<u16>(p, 0x3030 + rest / 10 + ((rest % 10) << 8), 4)
  return p + 6
}

/** Writes a point and the first `digits` (1 … 9) of nine; returns the byte after them. */
function writeFraction(nanos: u32, digits: i32, p: usize): usize {
  store<u8>(p, 46)
  p++
  const eight = nanos / 10
  let text = eightDigits(eight)
  if (digits >= 8) {
    store<u64>(p, text)
    if (digits == 9) store<u8>(p, nanos - eight * 10 + 48, 8)
    return p + digits
  }
  if (digits & 4) {
    store<u32>(p, text as u32)
    text >>= 32
    p += 4
  }
  if (digits & 2) {
    store<u16>(p, text as u16)
    text >>= 16
    p += 2
  }
  if (digits & 1) {
    store<u8>(p, text as u8)
    p++
  }
  return p
}

/**
 * Writes an instant at `address` as YYYY-MM-DDTHH:MM:SS, `digits` (0 … 9) of fraction, and Z or
 * ±HH:MM. Returns the bytes written, and touches no other; 0 when the year is not 0000 to 9999 at
 * that offset.
 */
export function formatIso8601(
  seconds: i64,
  nanos: u32,
  digits: i32,
  offsetMinutes: i32,
  address: usize,
): u32 {
  const local = (seconds + offsetMinutes * 60 + (EPOCH_DAY as i64) * DAY_SECONDS) as u64
  const first = (FIRST_DAY as u64) * DAY_SECONDS
  if (local - first >= ((END_DAY - FIRST_DAY) as u64) * DAY_SECONDS) return 0
  // 86400 = 675 × 2^7, and what is left of `local` fits 32 bits.
  const days = ((local >> 7) as u32) / 675
  const rest = (local - (days as u64) * DAY_SECONDS) as u32
  findDate(days)
  const year = yearFound - 400
  const century = year / 100
  const hour = rest / 3600
  const inHour = rest - hour * 3600
  const minute = inHour / 60
  const second = inHour - minute * 60
  const dateLanes =
    century |
    ((year - century * 100) << 16) |
    ((monthFound as u64) << 32) |
    ((dayFound as u64) << 48)
  const timeLanes = hour | (minute << 16) | ((second as u64) << 32)
  const pairs = i64x2.replace_lane(i64x2.splat(dateLanes), 1, timeLanes)
  const tens = i16x8.shr_u(i16x8.mul(pairs, i16x8.splat(103)), 10)
  const ones = i16x8.sub(pairs, i16x8.mul(tens, i16x8.splat(10)))
  const text = v128.or(v128.or(tens, i16x8.shl(ones, 8)), i8x16.splat(48))
  const marks = i8x16(45, 84, 58, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  v128.store(
    address,
    i8x16.shuffle(text, marks, 0, 1, 2, 3, 16, 4, 5, 16, 6, 7, 17, 8, 9, 18, 10, 11),
  )
  store<u8>(address, 58, 16)
  store<u16>(address, i16x8.extract_lane_u(text, 6), 17)
  let p = address + 19
  if (digits != 0) p = writeFraction(nanos, digits, p)
  return (writeOffset(offsetMinutes, p) - address) as u32
}
