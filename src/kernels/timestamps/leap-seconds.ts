/**
 * The offsets between TAI and UTC since 1972: a dated table. Conversions from and to `ptp` and
 * `tai-ns` use it.
 */

import { checkOptions, show } from '../../check.js'
import type { LeapSecondTable } from './types.js'

/** Days on which an offset began that is one second larger than the one before. */
const DAYS = [
  ...['1972-01-01', '1972-07-01', '1973-01-01', '1974-01-01', '1975-01-01', '1976-01-01'],
  ...['1977-01-01', '1978-01-01', '1979-01-01', '1980-01-01', '1981-07-01', '1982-07-01'],
  ...['1983-07-01', '1985-07-01', '1988-01-01', '1990-01-01', '1991-01-01', '1992-07-01'],
  ...['1993-07-01', '1994-07-01', '1996-01-01', '1997-07-01', '1999-01-01', '2006-01-01'],
  ...['2009-01-01', '2012-07-01', '2015-07-01', '2017-01-01'],
]

/** Offset of 1972-01-01, in seconds. */
const FIRST_OFFSET_S = 10

/**
 * The 28 offsets from 1972-01-01 (10 s) to 2017-01-01 (37 s), as of IERS Bulletin C 70 of July
 * 2025. Between 1961 and 1972 UTC ran at another rate, and before there was none: here the offset
 * is 10 s for all times before 1972.
 */
export const LEAP_SECONDS: LeapSecondTable = {
  entries: DAYS.map((day, index) => ({
    startS: Date.parse(day) / 1000,
    offsetS: FIRST_OFFSET_S + index,
  })),
  validUntil: '2026-06-28',
}

/** Far above any table of this millennium; the GPU searches it one by one. */
const MOST_ENTRIES = 1024

/** @throws TypeError, RangeError for what is no table of ascending entries */
export function checkLeapSeconds(value: unknown): LeapSecondTable {
  if (value === undefined) return LEAP_SECONDS
  checkOptions('leapSeconds', value, ['entries', 'validUntil'])
  const { entries, validUntil } = value as LeapSecondTable
  if (!Array.isArray(entries)) {
    throw new TypeError(`"leapSeconds.entries" expected array, got ${show(entries)}`)
  }
  if (typeof validUntil !== 'string') {
    throw new TypeError(`"leapSeconds.validUntil" expected string, got ${show(validUntil)}`)
  }
  if (entries.length < 1 || entries.length > MOST_ENTRIES) {
    throw new RangeError(
      `"leapSeconds.entries" expected 1 to ${MOST_ENTRIES} entries, got ${entries.length}`,
    )
  }
  const checked = entries.map(checkEntry)
  for (const [index, { startS, offsetS }] of checked.entries()) {
    const before = checked[index - 1]
    if (
      index === 0 ||
      (before.startS < startS && before.startS + before.offsetS < startS + offsetS)
    )
      continue
    throw new RangeError(
      `"leapSeconds.entries" expected starts that ascend in UTC and in TAI, got entry ${index} ` +
        `at ${startS} s after one at ${before.startS} s`,
    )
  }
  return { entries: checked, validUntil }
}

/** Keeps sums of starts and offsets far below 2^53. */
const MOST_SECONDS = 2 ** 50

function checkEntry(entry: unknown, index: number): { startS: number; offsetS: number } {
  const { startS, offsetS } = (entry ?? {}) as { startS: unknown; offsetS: unknown }
  for (const [name, value] of Object.entries({ startS, offsetS })) {
    const what = `"leapSeconds.entries[${index}].${name}" expected whole number of seconds`
    if (typeof value !== 'number') throw new TypeError(`${what}, got ${show(value)}`)
    if (Number.isInteger(value) && Math.abs(value) <= MOST_SECONDS) continue
    throw new RangeError(`${what} within ±2^50, got ${value}`)
  }
  return { startS: startS as number, offsetS: offsetS as number }
}
