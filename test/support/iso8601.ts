/**
 * ISO 8601 texts for tests: valid ones in every accepted form, and an independent count of days.
 * Shares no code with src/kernels/timestamps.
 */

import type { Random } from '../../src/random.js'

/** Days from 1970-01-01 by Fliegel and van Flandern's Julian day number (CACM 1968), in BigInt. */
export function julianDays(year: number, month: number, day: number): bigint {
  // Whole cycles of 400 years keep every quotient positive.
  const y = BigInt(year) + 4800n
  const m = BigInt(month)
  const early = (m - 14n) / 12n
  const days =
    (1461n * (y + early)) / 4n +
    (367n * (m - 2n - 12n * early)) / 12n -
    (3n * ((y + 100n + early) / 100n)) / 4n +
    BigInt(day) -
    32075n
  return days - 2440588n
}

export interface IsoCase {
  text: string
  /** What the text means; undefined for a leap second that is none. */
  seconds: bigint
  nanos: number
  isLeapSecond: boolean
  isTruncated: boolean
}

const two = (value: number) => String(value).padStart(2, '0')

export function daysIn(year: number, month: number): number {
  const [y, m] = month === 12 ? [year + 1, 1] : [year, month + 1]
  return Number(julianDays(y, m, 1) - julianDays(year, month, 1))
}

function randomFraction(random: Random, zero: boolean) {
  if (random.nextBelow(3) === 0) return { fraction: '', nanos: 0, isTruncated: false }
  const digits = 1 + random.nextBelow(random.nextBelow(8) === 0 ? 14 : 9)
  let written = ''
  for (let i = 0; i < digits; i++) written += zero ? 0 : random.nextBelow(10)
  return {
    fraction: `${random.nextBelow(4) === 0 ? ',' : '.'}${written}`,
    nanos: Number(written.slice(0, 9).padEnd(9, '0')),
    isTruncated: /[1-9]/.test(written.slice(9)),
  }
}

function randomZone(random: Random) {
  const kind = random.nextBelow(7)
  if (kind < 3) return { zone: kind === 2 ? 'z' : 'Z', minutes: 0 }
  const hours = random.nextBelow(24)
  const rest = kind === 3 ? 0 : random.nextBelow(60)
  const minus = random.nextBelow(2) === 1
  const tail = kind === 3 ? '' : kind === 4 ? two(rest) : `:${two(rest)}`
  const minutes = (minus ? -1 : 1) * (60 * hours + rest)
  return { zone: `${minus ? '-' : '+'}${two(hours)}${tail}`, minutes }
}

/** A valid text of any accepted form, with years, month ends and edges of the day favoured. */
export function randomIso(random: Random): IsoCase {
  const pick = <T>(...from: T[]): T => from[random.nextBelow(from.length)]
  const year = pick(
    random.nextBelow(10_000),
    1800 + random.nextBelow(400),
    pick(0, 1900, 2000, 9999),
  )
  const month = pick(1 + random.nextBelow(12), 1 + random.nextBelow(12), 1, 2, 12)
  const last = daysIn(year, month)
  const day = pick(1 + random.nextBelow(last), 1 + random.nextBelow(last), 1, last)
  const basic = random.nextBelow(5) === 0
  const dash = basic ? '' : '-'
  const date = `${String(year).padStart(4, '0')}${dash}${two(month)}${dash}${two(day)}`
  const midnight = julianDays(year, month, day) * 86_400n
  const plain = { nanos: 0, isLeapSecond: false, isTruncated: false }
  if (random.nextBelow(20) === 0) return { text: date, seconds: midnight, ...plain }

  const is24 = random.nextBelow(16) === 0
  const hour = is24 ? 24 : random.nextBelow(24)
  const minute = is24 ? 0 : pick(random.nextBelow(60), 0, 59)
  const second = is24 ? 0 : pick(random.nextBelow(60), 0, 59)
  const colon = basic ? '' : ':'
  const { zone, minutes } = randomZone(random)
  const short = `${date}${pick('T', 'T', 't', ' ')}${two(hour)}${colon}${two(minute)}`
  const start = midnight + BigInt(3600 * hour + 60 * minute - 60 * minutes)
  if (random.nextBelow(12) === 0) return { text: `${short}${zone}`, seconds: start, ...plain }
  const { fraction, nanos, isTruncated } = randomFraction(random, is24)
  const text = `${short}${colon}${two(second)}${fraction}${zone}`
  return { text, seconds: start + BigInt(second), nanos, isLeapSecond: false, isTruncated }
}

/** A leap second at the end of June or December in UTC, written at any offset. */
export function randomLeapSecond(random: Random): IsoCase {
  const year = random.nextBelow(9999)
  const [month, day] = random.nextBelow(2) === 0 ? [7, 1] : [1, 1]
  const seconds = julianDays(year + 1, month, day) * 86_400n
  const { zone, minutes } = randomZone(random)
  // The minute that ends with the leap second, on the clock of that offset. The Date of
  // JavaScript writes years above 9999 with six digits: those stay out.
  const local = new Date(Number(seconds - 60n) * 1000 + minutes * 60_000).toISOString()
  if (local.startsWith('+')) return randomLeapSecond(random)
  const { fraction, nanos, isTruncated } = randomFraction(random, false)
  const text = `${local.slice(0, 16)}:60${fraction}${zone}`
  return { text, seconds, nanos, isLeapSecond: true, isTruncated }
}
