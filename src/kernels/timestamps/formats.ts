/**
 * What each timestamp format is: type, scale, epoch, step and range. The reference and the plans of
 * the other devices are made from these rules; no arithmetic on values here.
 */

import { floorDivide, modulo } from './bigint.js'
import {
  HLC,
  JULIAN,
  JULIAN_DAYS_BITS,
  JULIAN_SECONDS,
  NTP,
  NTP_TO_UNIX_SECONDS,
  PTP,
  SIGNED,
  UNSIGNED,
} from './layout.js'
import type { FormatRule, TimestampFormat } from './types.js'

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

const PARTS: Record<TimestampFormat, RuleParts> = {
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
) as Record<TimestampFormat, FormatRule>

/** Names of the formats. */
export const FORMAT_NAMES = Object.keys(FORMATS) as TimestampFormat[]

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

/** The elements of a format for a count of its steps, taken modulo its range. */
export function wordsAt(rule: FormatRule, count: bigint): readonly bigint[] {
  if (rule.kind === PTP) {
    const nanos = modulo(count, rule.perSecond)
    return [BigInt.asUintN(48, floorDivide(count, rule.perSecond)), nanos]
  }
  if (rule.kind === HLC) return [BigInt.asUintN(48, count) << 16n]
  return [rule.type === 'i64' ? BigInt.asIntN(64, count) : BigInt.asUintN(64, count)]
}
