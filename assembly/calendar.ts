// Dates of the Gregorian calendar ↔ days: Neri and Schneider, "Euclidean affine functions and their
// application to calendar algorithms", SPE 2023. Years begin in March, and day 0 is -0400-03-01, so
// that nothing is negative for the years 0000 to 9999 and some days beside them. Used by
// iso8601*.ts.

export const DAY_SECONDS: i64 = 86400
// Days from -0400-03-01 to 0000-01-01, 1970-01-01 and 10000-01-01.
export const FIRST_DAY: u32 = 146097 - 60
export const EPOCH_DAY: u32 = 146097 + 719468
export const END_DAY: u32 = FIRST_DAY + 3652425

/** Days from 1970-01-01. */
export function dayOf(year: u32, month: u32, day: u32): i32 {
  const early = (month - (3 as u32)) >> 31
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

export function daysInMonth(year: u32, month: u32): u32 {
  if (month != 2) return 30 + ((month ^ (month >> 3)) & 1)
  return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
}

// The date that `findDate` found.
export let yearFound: u32 = 0
export let monthFound: u32 = 0
export let dayFound: u32 = 0

/** The date `days` after -0400-03-01, with 400 added to its year. */
export function findDate(days: u32): void {
  const n = days * 4 + 3
  const century = n / 146097
  const inCentury = ((n - century * 146097) | 3) as u64
  const product = inCentury * 2939745
  const dayOfYear = ((product & 0xffffffff) as u32) / 2939745 / 4
  const m = dayOfYear * 2141 + 197913
  const early = ((305 as u32) - dayOfYear) >> 31
  yearFound = century * 100 + ((product >> 32) as u32) + early
  monthFound = (m >> 16) - early * 12
  dayFound = (m & 0xffff) / 2141 + 1
}
