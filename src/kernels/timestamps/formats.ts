/**
 * What each timestamp format is: type, scale, epoch, step and range. The reference and the plans of
 * the other devices are made from these rules; no arithmetic on values here.
 */

import { floorDivide, modulo } from './bigint.js'
import { END_SECOND, FIRST_SECOND } from './iso8601.js'
import {
  HLC,
  JULIAN,
  JULIAN_DAYS_BITS,
  JULIAN_SECONDS,
  NTP,
  NTP_TO_UNIX_SECONDS,
  PTP,
  SIGNED,
  TEXT,
  UNSIGNED,
} from './layout.js'
import type { FormatRule, NumericTimestampFormat } from './types.js'

const UNIX = {
  kind: SIGNED,
  type: 'i64',
  epochS: 0n,
  low: -(2n ** 63n),
  high: 2n ** 63n - 1n,
} as const
const UNSIGNED_WORD = { type: 'u64', low: 0n, high: 2n ** 64n - 1n } as const
const DAYS_S = 86_400n * 2n ** BigInt(JULIAN_DAYS_BITS)

type RuleParts = Omit<FormatRule, 'name' | 'elements' | 'isTai'> &
  Partial<Pick<FormatRule, 'elements' | 'isTai'>>

const PARTS: Record<NumericTimestampFormat, RuleParts> = {
  'unix-s': { ...UNIX, perSecond: 1n },
  'unix-ms': { ...UNIX, perSecond: 1_000n },
  'unix-us': { ...UNIX, perSecond: 1_000_000n },
  'unix-ns': { ...UNIX, perSecond: 1_000_000_000n },
  ntp: {
    ...UNSIGNED_WORD,
    kind: NTP,
    perSecond: 2n ** 32n,
    epochS: -BigInt(NTP_TO_UNIX_SECONDS),
  },
  ptp: {
    ...UNSIGNED_WORD,
    kind: PTP,
    elements: 2,
    isTai: true,
    perSecond: 1_000_000_000n,
    epochS: 0n,
    high: 2n ** 48n * 1_000_000_000n - 1n,
  },
  'tai-ns': { ...UNIX, isTai: true, perSecond: 1_000_000_000n },
  filetime: {
    ...UNSIGNED_WORD,
    kind: UNSIGNED,
    perSecond: 10_000_000n,
    epochS: -11_644_473_600n,
  },
  hlc: { kind: HLC, type: 'u64', perSecond: 1_000n, epochS: 0n, low: 0n, high: 2n ** 48n - 1n },
  'julian-date': {
    kind: JULIAN,
    type: 'f64',
    perSecond: 1n,
    epochS: -BigInt(JULIAN_SECONDS),
    low: -DAYS_S,
    high: DAYS_S - 1n,
  },
}

/** The rules by name. */
export const FORMATS = Object.fromEntries(
  Object.entries(PARTS).map(([name, parts]) => [
    name,
    { elements: 1, isTai: false, ...parts, name },
  ]),
) as Record<NumericTimestampFormat, FormatRule>

/** Text with so many digits of fraction: from year 0000 to 9999 where its offset is. */
export function textRule(digits: number, offsetMinutes: number): FormatRule {
  const perSecond = 10n ** BigInt(digits)
  const eastS = 60 * offsetMinutes
  return {
    name: 'iso8601',
    type: 'u8',
    elements: 2,
    kind: TEXT,
    isTai: false,
    perSecond,
    epochS: 0n,
    low: BigInt(FIRST_SECOND - eastS) * perSecond,
    high: BigInt(END_SECOND - eastS) * perSecond - 1n,
  }
}

/** An instant within a format's range: seconds since 1970 in its scale, and steps within one. */
export interface Bound {
  seconds: bigint
  count: bigint
}

/** A format's first and last instant. */
export function boundsOf(rule: FormatRule, windowS: bigint): { low: Bound; high: Bound } {
  if (rule.kind === NTP) {
    const last = 2n ** 32n - 1n
    return {
      low: { seconds: windowS, count: 0n },
      high: { seconds: windowS + last, count: last },
    }
  }
  const bound = (count: bigint): Bound => ({
    seconds: floorDivide(count, rule.perSecond) + rule.epochS,
    count: modulo(count, rule.perSecond),
  })
  return { low: bound(rule.low), high: bound(rule.high) }
}

/**
 * The elements of a format for a count of its steps, taken modulo its range. Of text: seconds and
 * nanoseconds.
 */
export function wordsAt(rule: FormatRule, count: bigint): readonly bigint[] {
  if (rule.kind === PTP || rule.kind === TEXT) {
    const seconds = floorDivide(count, rule.perSecond)
    const nanos = modulo(count, rule.perSecond) * (1_000_000_000n / rule.perSecond)
    return [rule.kind === PTP ? BigInt.asUintN(48, seconds) : seconds, nanos]
  }
  if (rule.kind === HLC) return [BigInt.asUintN(48, count) << 16n]
  return [rule.type === 'i64' ? BigInt.asIntN(64, count) : BigInt.asUintN(64, count)]
}
