/** Turns the options of `convertTimestamps` into a plan, and a plan into constants of devices. */

import { checkInteger, checkOneOf, checkOptions, show } from '../../check.js'
import { ARRAY_OPTIONS } from '../columns.js'
import { floorDivide, modulo } from './bigint.js'
import { boundsOf, FORMATS, textRule, wordsAt } from './formats.js'
import {
  INVALID,
  JULIAN,
  JULIAN_DAYS_BITS,
  LOSS,
  NTP_TO_UNIX_SECONDS,
  OVERFLOW,
  TEXT,
} from './layout.js'
import { checkLeapSeconds } from './leap-seconds.js'
import type {
  ClockCorrection,
  CorrectionPlan,
  FormatRule,
  NumericTimestampFormat,
  TextPlan,
  TimestampPlan,
} from './types.js'

const OPTIONS = [
  ...['from', 'to', 'into', 'overflow', 'loss', 'era', 'pivotS', 'correct', 'leapSeconds'],
  ...['assumeUtc', 'digits', 'offsetMinutes', 'layout'],
  ...ARRAY_OPTIONS,
]

/** NTP's 2^32 s are counted from 1900. */
const ERA_S = 2n ** 32n

/** RFC 4330, section 3: with the top bit set 1968 to 2036, else 2036 to 2104. */
const PIVOT_S = Number(ERA_S) - NTP_TO_UNIX_SECONDS

/** Keeps an era's seconds within 64 bits. */
const MOST_ERAS = 2 ** 30

const DRIFT_LIMIT_PPB = 1e9

/** Parts of 10^15 in a ppb. */
const PARTS_PER_PPB = 1e6

/**
 * The plan for a column; `valueCount` is still 0.
 *
 * @throws TypeError, RangeError
 */
export function planConversion(options: unknown): TimestampPlan {
  if (options === undefined) throw new TypeError('"options" expected object with from and to')
  checkOptions('options', options, OPTIONS)
  const given = options as Record<string, unknown>
  const text = planText(given)
  const from = ruleOf('from', given.from, text)
  const to = ruleOf('to', given.to, text)
  const overflow = checkOneOf('overflow', given.overflow ?? 'error', OVERFLOW_POLICIES)
  if (overflow === 'wrap' && (to.kind === JULIAN || to.kind === TEXT)) {
    throw new RangeError(`"overflow" expected 'error' | 'clamp' for '${to.name}', got 'wrap'`)
  }
  return {
    valueCount: 0,
    from,
    to,
    overflow,
    loss: checkOneOf('loss', given.loss ?? 'floor', ['floor', 'round', 'error'] as const),
    windowS: windowOf(given.era, given.pivotS),
    correct: checkCorrection(given.correct),
    leapSeconds: checkLeapSeconds(given.leapSeconds),
    text,
  }
}

const FORMAT_NAMES = [...(Object.keys(FORMATS) as NumericTimestampFormat[]), 'iso8601'] as const

function ruleOf(name: string, value: unknown, { digits, offsetMinutes }: TextPlan): FormatRule {
  const format = checkOneOf(name, value, FORMAT_NAMES)
  // Of text as a source only the name and kind count.
  return format === 'iso8601' ? textRule(digits ?? MOST_DIGITS, offsetMinutes) : FORMATS[format]
}

const MOST_DIGITS = 9
const MOST_OFFSET_MINUTES = 1439

function planText(given: Record<string, unknown>): TextPlan {
  const { from, to, assumeUtc = false, digits = 'auto', offsetMinutes = 0 } = given
  for (const option of ['digits', 'offsetMinutes', 'layout']) {
    if (given[option] === undefined || to === 'iso8601') continue
    throw new TypeError(`"${option}" goes with to: 'iso8601' only: leave it out`)
  }
  if (assumeUtc !== false && from !== 'iso8601') {
    throw new TypeError(`"assumeUtc" goes with from: 'iso8601' only: leave it out`)
  }
  if (typeof assumeUtc !== 'boolean') {
    throw new TypeError(`"assumeUtc" expected boolean, got ${show(assumeUtc)}`)
  }
  const east = checkInteger(
    'offsetMinutes',
    offsetMinutes,
    -MOST_OFFSET_MINUTES,
    MOST_OFFSET_MINUTES,
  )
  if (digits === 'auto') return { width: 0, assumeUtc, digits: undefined, offsetMinutes: east }
  const checked = checkInteger('digits', digits, 0, MOST_DIGITS)
  return { width: 0, assumeUtc, digits: checked, offsetMinutes: east }
}

const OVERFLOW_POLICIES = ['error', 'clamp', 'wrap'] as const

/** Unix seconds where the window of NTP values begins. */
function windowOf(era: unknown, pivotS: unknown): bigint {
  if (era === undefined) {
    const limit = MOST_ERAS * Number(ERA_S)
    const pivot = checkInteger('pivotS', pivotS ?? PIVOT_S, -limit, limit)
    return BigInt(pivot) - ERA_S / 2n
  }
  if (pivotS !== undefined) throw new TypeError('"era" and "pivotS" exclude each other: give one')
  const checked = checkInteger('era', era, -MOST_ERAS, MOST_ERAS)
  return BigInt(checked) * ERA_S - BigInt(NTP_TO_UNIX_SECONDS)
}

function checkCorrection(value: unknown): CorrectionPlan | undefined {
  if (value === undefined) return undefined
  checkOptions('correct', value, ['offsetNs', 'driftPpb', 'referenceNs'])
  const { offsetNs = 0n, driftPpb = 0, referenceNs = 0n } = value as ClockCorrection
  checkInt64('correct.offsetNs', offsetNs)
  checkInt64('correct.referenceNs', referenceNs)
  const expected = `"correct.driftPpb" expected number in (-10^9, 10^9), got ${show(driftPpb)}`
  if (typeof driftPpb !== 'number') throw new TypeError(expected)
  if (!(Math.abs(driftPpb) < DRIFT_LIMIT_PPB)) throw new RangeError(expected)
  const driftParts = BigInt(Math.round(driftPpb * PARTS_PER_PPB))
  if (offsetNs === 0n && driftParts === 0n) return undefined
  return { offsetNs, referenceNs, driftParts }
}

function checkInt64(name: string, value: unknown): void {
  const expected = `"${name}" expected bigint in [-2^63, 2^63), got ${show(value)}`
  if (typeof value !== 'bigint') throw new TypeError(expected)
  if (BigInt.asIntN(64, value) !== value) throw new RangeError(expected)
}

/** A target's first and last instant, with the words that stand for them: 64-bit patterns. */
export interface Limits {
  low: { seconds: bigint; count: bigint; words: readonly bigint[] }
  high: { seconds: bigint; count: bigint; words: readonly bigint[] }
}

/** What a target can hold. */
export function limitsOf({ to, windowS }: TimestampPlan): Limits {
  const { low, high } = boundsOf(to, windowS)
  if (to.kind === JULIAN) {
    const days = 2 ** JULIAN_DAYS_BITS
    return {
      low: { ...low, words: [doubleBits(-days)] },
      high: { ...high, words: [doubleBits(days)] },
    }
  }
  const words = ({ seconds, count }: typeof low) =>
    wordsAt(to, (seconds - to.epochS) * to.perSecond + count)
  return { low: { ...low, words: words(low) }, high: { ...high, words: words(high) } }
}

function doubleBits(value: number): bigint {
  return new BigUint64Array(new Float64Array([value]).buffer)[0]
}

/** Ticks of 2^-32 ns in a step of a format; for julian-date, which has none, in a second. */
export function unitTicks({ perSecond }: FormatRule): bigint {
  return (1_000_000_000n * 2n ** 32n) / perSecond
}

/**
 * Division of y in [0, 2^63) by a constant as a product: ⌊y / divisor⌋ is the upper 64 bits of
 * 2y · factor, shifted right (Granlund and Montgomery, "Division by invariant integers using
 * multiplication", 1994: the product's error stays below 1 / divisor).
 */
export function reciprocal(divisor: bigint): { factor: bigint; shift: bigint } {
  const shift = BigInt((divisor - 1n).toString(2).length - (divisor === 1n ? 1 : 0))
  return { factor: -floorDivide(-(2n ** (63n + shift)), divisor), shift }
}

/** The drift's size for multiplications. */
export function driftOf({ driftParts }: CorrectionPlan) {
  const parts = driftParts < 0n ? -driftParts : driftParts
  return {
    parts,
    factor: (parts << 64n) / 1_000_000_000_000_000n,
    isNegative: driftParts < 0n,
  }
}

/** Whole seconds, and nanoseconds in [0, 10^9). */
export function splitNs(ns: bigint): { seconds: bigint; nanos: bigint } {
  return { seconds: floorDivide(ns, 1_000_000_000n), nanos: modulo(ns, 1_000_000_000n) }
}

/** Start and offset of each entry of the leap-second table. */
export function leapTable({ leapSeconds }: TimestampPlan): BigInt64Array<ArrayBuffer> {
  const { entries } = leapSeconds
  return BigInt64Array.from(entries.flatMap(({ startS, offsetS }) => [startS, offsetS]).map(BigInt))
}

/** Findings that the policies make an error. */
export function fatalFindings({ overflow, loss }: TimestampPlan): number {
  const overflowBit = overflow === 'error' ? OVERFLOW : 0
  return INVALID | overflowBit | (loss === 'error' ? LOSS : 0)
}
