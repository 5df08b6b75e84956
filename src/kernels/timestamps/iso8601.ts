/**
 * ISO 8601 and RFC 3339 text: the plain reference, one text at a time. The reference device of
 * `convertTimestamps` uses it, and every device for the words of its errors. assembly/iso8601*.ts
 * and shaders/shared/iso8601.wgsl do the same by other means.
 *
 * Accepted, and nothing else (ISO 8601-1:2019 with Amendment 1:2022; RFC 3339, section 5.6):
 *   2023-04-05T06:07:08.123456789+02:00   "t" or a blank for "T", "," for ".", "z" for "Z"
 *   2023-04-05T06:07Z   2023-04-05        no seconds; a date alone is its midnight in UTC
 *   20230405T060708Z    20230405T0607Z    basic format: date and time both without separators
 *   …Z  …+02:00  …+0200  …+02             offsets -23:59 … +23:59; -00:00 is UTC
 *   2023-04-05T24:00:00Z                  the next midnight (RFC 3339 has no hour 24)
 *   2016-12-31T23:59:60Z                  a leap second: only where June or December end in UTC
 * Years are 0000 to 9999 of the Gregorian calendar, before 1582 too. Fractions keep nine digits.
 */

/** An instant, in POSIX time: a leap second counts as the second after it. */
export interface IsoInstant {
  /** Whole seconds since 1970-01-01T00:00:00Z, rounded down. */
  seconds: number
  /** Nanoseconds after `seconds`, 0 … 999,999,999. */
  nanos: number
  /** True for second 60; `seconds` is then the start of the following minute. */
  isLeapSecond: boolean
  /** True when digits after the ninth of the fraction were dropped and one of them was not 0. */
  isTruncated: boolean
}

/** Why a text is no instant. */
export interface IsoFailure {
  /**
   * Bytes before the first wrong one: the character that can't be there, or the first digit of a
   * number out of its range. The text's length when something is missing at its end.
   */
  position: number
  /** What belongs there, in words. */
  expected: string
}

/** How an instant is written. */
export interface IsoFormat {
  /** Digits of the fraction, 0 … 9; further ones are dropped, which rounds down. */
  digits: number
  /** Offset from UTC in minutes, -1439 … 1439; 0 is written as Z. */
  offsetMinutes: number
}

const DAY_SECONDS = 86_400
/** Days from 0000-01-01 to 1970-01-01. */
const EPOCH_DAY = 719_528
/** Seconds since 1970 of 0000-01-01T00:00:00 and of the second after 9999-12-31T23:59:59. */
export const FIRST_SECOND = -62_167_219_200
export const END_SECOND = 253_402_300_800
const ZONE = '"Z" or an offset such as +02:00'
const LEAP = 'second 00 to 59, or 60 as a leap second at the end of June or December in UTC'

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days from 0000-01-01 to January 1 of a year: 365 each, and one more per leap year before. */
function daysBeforeYear(year: number): number {
  const before = year - 1
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) + 1
  return 365 * year + leapDays
}

function dayOf(year: number, month: number, day: number): number {
  let days = daysBeforeYear(year) - EPOCH_DAY + day - 1
  for (let m = 1; m < month; m++) days += daysInMonth(year, m)
  return days
}

/** The date that lies `days` after 1970-01-01. */
function dateOf(days: number): { year: number; month: number; day: number } {
  const sinceYear0 = days + EPOCH_DAY
  let year = Math.floor(sinceYear0 / 365.2425)
  while (daysBeforeYear(year) > sinceYear0) year--
  while (daysBeforeYear(year + 1) <= sinceYear0) year++
  let day = sinceYear0 - daysBeforeYear(year) + 1
  let month = 1
  while (day > daysInMonth(year, month)) day -= daysInMonth(year, month++)
  return { year, month, day }
}

class Mismatch extends Error {
  readonly position: number
  readonly expected: string
  constructor(position: number, expected: string) {
    super(expected)
    this.position = position
    this.expected = expected
  }
}

/** Reads a text from left to right and throws a Mismatch at the first byte that is wrong. */
class Reader {
  readonly #text: Uint8Array
  position = 0

  constructor(text: Uint8Array) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.position === this.#text.length
  }

  /** True when the next byte is one of `characters`. */
  sees(characters: string): boolean {
    return !this.atEnd && characters.includes(String.fromCharCode(this.#text[this.position]))
  }

  /** Takes the next byte if it is one of `characters`. */
  takes(characters: string): boolean {
    const seen = this.sees(characters)
    if (seen) this.position++
    return seen
  }

  needs(characters: string, expected: string): void {
    if (!this.takes(characters)) throw new Mismatch(this.position, expected)
  }

  digit(of: string): number {
    if (!this.sees('0123456789')) throw new Mismatch(this.position, `a digit of the ${of}`)
    return this.#text[this.position++] - 48
  }

  /** `count` digits that make a number from `low` to `high`. */
  field(of: string, count: number, low: number, high: number, expected: string): number {
    const start = this.position
    let value = 0
    for (let i = 0; i < count; i++) value = 10 * value + this.digit(of)
    if (value < low || value > high) throw new Mismatch(start, expected)
    return value
  }
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** Year, month and day as days since 1970, and whether they stood with separators. */
function readDate(reader: Reader): { days: number; extended: boolean } {
  const year = reader.field('year', 4, 0, 9999, 'year 0000 to 9999')
  const extended = !reader.sees('0123456789')
  if (extended) reader.needs('-', '"-"')
  const month = reader.field('month', 2, 1, 12, 'month 01 to 12')
  if (extended) reader.needs('-', '"-"')
  const last = daysInMonth(year, month)
  const days = `day 01 to ${last} of ${pad(year, 4)}-${pad(month, 2)}`
  const day = reader.field('day', 2, 1, last, days)
  return { days: dayOf(year, month, day), extended }
}

/** The fraction of a second as nanoseconds, after its point; only zeros after hour 24. */
function readFraction(reader: Reader, midnight: boolean): { nanos: number; isTruncated: boolean } {
  let nanos = 0
  let isTruncated = false
  let unit = 100_000_000
  do {
    const at = reader.position
    const digit = reader.digit('fraction')
    if (midnight && digit !== 0) throw new Mismatch(at, 'the digit 0 after hour 24')
    nanos += digit * unit
    if (unit === 0 && digit !== 0) isTruncated = true
    unit = Math.floor(unit / 10)
  } while (reader.sees('0123456789'))
  return { nanos, isTruncated }
}

/** Minutes east of UTC; the text ends here. */
function readZone(reader: Reader, assumeUtc: boolean): number {
  if (reader.atEnd && assumeUtc) return 0
  let minutes = 0
  if (!reader.takes('Zz')) {
    const sign = reader.sees('-') ? -1 : 1
    reader.needs('+-', ZONE)
    minutes = 60 * reader.field("offset's hours", 2, 0, 23, 'offset hours 00 to 23')
    if (!reader.atEnd) {
      if (!reader.sees('0123456789')) reader.needs(':', '":" or the end of the text')
      minutes += reader.field("offset's minutes", 2, 0, 59, 'offset minutes 00 to 59')
    }
    minutes *= sign
  }
  if (!reader.atEnd) throw new Mismatch(reader.position, 'the end of the text')
  return minutes
}

function readInstant(reader: Reader, assumeUtc: boolean): IsoInstant {
  const { days, extended } = readDate(reader)
  const instant = { seconds: days * DAY_SECONDS, nanos: 0, isLeapSecond: false, isTruncated: false }
  if (reader.atEnd) return instant
  reader.needs('Tt ', '"T" or a blank')
  const hour = reader.field('hour', 2, 0, 24, 'hour 00 to 24')
  const midnight = hour === 24
  if (extended) reader.needs(':', '":"')
  const minutes = midnight ? 'minute 00 after hour 24' : 'minute 00 to 59'
  const minute = reader.field('minute', 2, 0, midnight ? 0 : 59, minutes)
  let second = 0
  let secondAt = 0
  if (extended ? reader.takes(':') : reader.sees('0123456789')) {
    secondAt = reader.position
    const seconds = midnight ? 'second 00 after hour 24' : LEAP
    second = reader.field('second', 2, 0, midnight ? 0 : 60, seconds)
    if (reader.takes('.,')) Object.assign(instant, readFraction(reader, midnight))
  }
  instant.seconds += 3600 * hour + 60 * minute + second - 60 * readZone(reader, assumeUtc)
  if (second === 60) {
    // Whether June or December ends here is known only now that the offset is.
    const { month, day } = dateOf(Math.floor(instant.seconds / DAY_SECONDS))
    const isNewDay = instant.seconds % DAY_SECONDS === 0 && day === 1
    if (!isNewDay || (month !== 1 && month !== 7)) throw new Mismatch(secondAt, LEAP)
    instant.isLeapSecond = true
  }
  return instant
}

/**
 * The instant that `bytes[start … end - 1]` names. No blanks or padding around it.
 *
 * @param assumeUtc a time without "Z" or offset is UTC; otherwise, being local, it is no instant
 */
export function parseIso8601(
  bytes: Uint8Array,
  start: number,
  end: number,
  assumeUtc = false,
): IsoInstant | IsoFailure {
  try {
    return readInstant(new Reader(bytes.subarray(start, end)), assumeUtc)
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error
    return { position: error.position, expected: error.expected }
  }
}

/** Length of every text of this format: 20 … 35 bytes. */
export function iso8601Bytes({ digits, offsetMinutes }: IsoFormat): number {
  return 19 + (digits === 0 ? 0 : digits + 1) + (offsetMinutes === 0 ? 1 : 6)
}

/**
 * Writes an instant as YYYY-MM-DDTHH:MM:SS, fraction and offset.
 *
 * @returns the bytes written, `iso8601Bytes(format)`; 0, and nothing is written, when the year is
 *   not 0000 to 9999 at that offset
 */
export function formatIso8601(
  seconds: number,
  nanos: number,
  { digits, offsetMinutes }: IsoFormat,
  bytes: Uint8Array,
  at: number,
): number {
  const local = seconds + 60 * offsetMinutes
  if (!(local >= FIRST_SECOND && local < END_SECOND)) return 0
  const days = Math.floor(local / DAY_SECONDS)
  const rest = local - days * DAY_SECONDS
  const { year, month, day } = dateOf(days)
  let text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(Math.floor(rest / 3600), 2)}`
  text += `:${pad(Math.floor(rest / 60) % 60, 2)}:${pad(rest % 60, 2)}`
  if (digits > 0) text += `.${pad(nanos, 9).slice(0, digits)}`
  if (offsetMinutes === 0) text += 'Z'
  else {
    const minutes = Math.abs(offsetMinutes)
    text += `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}`
    text += `:${pad(minutes % 60, 2)}`
  }
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
  return text.length
}
