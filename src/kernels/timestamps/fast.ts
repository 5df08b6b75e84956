/**
 * Short cuts of the WASM kernel: pairs of formats that differ by a factor and an offset, and NTP to
 * and from nanoseconds. Each is right for values in [low, high] only; the kernel takes the general
 * way for a chunk with others.
 */

import { floorDivide } from './bigint.js'
import {
  FAST_DIVIDE,
  FAST_MULTIPLY,
  FAST_NS_TO_NTP,
  FAST_NTP_TO_NS,
  NTP,
  SIGNED,
  UNSIGNED,
} from './layout.js'
import { reciprocal } from './plan.js'
import type { FormatRule, TimestampPlan } from './types.js'

/** One short cut. What the constants mean depends on the kind; see assembly/timestamps-fast.ts. */
export interface Fast {
  kind: number
  /** Least and greatest value, read as i64. */
  low: bigint
  high: bigint
  bias: bigint
  factor: bigint
  shift: bigint
  base: bigint
}

const SECOND_NS = 1_000_000_000n
const MIN_I64 = -(2n ** 63n)
const MAX_I64 = 2n ** 63n - 1n

/** The short cut for a plan, or undefined. */
export function fastOf(plan: TimestampPlan): Fast | undefined {
  const { from, to, correct } = plan
  if (from.isTai !== to.isTai || (correct !== undefined && correct.driftParts !== 0n)) {
    return undefined
  }
  const offsetNs = correct?.offsetNs ?? 0n
  if (from.kind === NTP && isNs(to)) return fromNtp(plan, offsetNs)
  if (isNs(from) && to.kind === NTP) return toNtp(plan, offsetNs)
  if (!isCount(from) || !isCount(to)) return undefined
  const fromNs = SECOND_NS / from.perSecond
  const toNs = SECOND_NS / to.perSecond
  const startNs = (from.epochS - to.epochS) * SECOND_NS + offsetNs
  return fromNs >= toNs
    ? multiply(plan, fromNs, toNs, startNs)
    : divide(plan, fromNs, toNs, startNs)
}

function isCount({ kind }: FormatRule): boolean {
  return kind === SIGNED || kind === UNSIGNED
}

function isNs(rule: FormatRule): boolean {
  return rule.kind === SIGNED && rule.perSecond === SECOND_NS
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** ns = seconds since the window · 10^9 + (fraction · 10^9 + bias) ≫ 32 + base. */
function fromNtp(plan: TimestampPlan, offsetNs: bigint): Fast | undefined {
  const base = plan.windowS * SECOND_NS + offsetNs
  const last = base + 2n ** 32n * SECOND_NS
  if (base < MIN_I64 || last > MAX_I64 || plan.loss === 'error') return undefined
  const bias = plan.loss === 'round' ? 2n ** 31n : 0n
  const kind = FAST_NTP_TO_NS
  return { kind, low: MIN_I64, high: MAX_I64, bias, factor: 0n, shift: 0n, base }
}

/** Seconds and nanoseconds since the window; fraction = ⌈nanoseconds · 2^32 / 10^9⌉. */
function toNtp(plan: TimestampPlan, offsetNs: bigint): Fast | undefined {
  const low = plan.windowS * SECOND_NS - offsetNs
  const high = low + 2n ** 32n * SECOND_NS - 1n
  if (low < MIN_I64 || high > MAX_I64 || plan.loss === 'round') return undefined
  const { factor, shift } = reciprocal(SECOND_NS)
  return { kind: FAST_NS_TO_NTP, low, high, bias: low, factor, shift, base: 0n }
}

/** count · factor + base. */
function multiply(
  plan: TimestampPlan,
  fromNs: bigint,
  toNs: bigint,
  startNs: bigint,
): Fast | undefined {
  if (startNs % toNs !== 0n) return undefined
  const factor = fromNs / toNs
  const base = startNs / toNs
  const { low, high } = rangeOf(plan, (count) => floorDivide(count - base, factor))
  // The first count must lie at or above the target's first: one more where it was rounded down.
  const first = low * factor + base < plan.to.low ? low + 1n : low
  const kind = FAST_MULTIPLY
  return nonEmpty({ kind, low: first, high, bias: 0n, factor, shift: 0n, base })
}

/** ⌊(count − bias) / divisor⌋ + base, count − bias in [0, 2^63). */
function divide(
  plan: TimestampPlan,
  fromNs: bigint,
  toNs: bigint,
  startNs: bigint,
): Fast | undefined {
  if (startNs % fromNs !== 0n || plan.loss === 'error') return undefined
  const divisor = toNs / fromNs
  const start = startNs / fromNs + (plan.loss === 'round' ? divisor / 2n : 0n)
  // Of all windows of 2^63 counts the one with most years around the source's 1970.
  const base = larger(plan.to.low, floorDivide(start - 2n ** 62n, divisor))
  const bias = base * divisor - start
  const { low, high } = rangeOf(plan, (count) => count * divisor - start)
  const range = { low: larger(low, bias), high: smaller(high, bias + MAX_I64) }
  if (bias < MIN_I64 || bias > MAX_I64) return undefined
  return nonEmpty({ kind: FAST_DIVIDE, ...range, bias, ...reciprocal(divisor), base })
}

/** The source's counts, as far as i64 shows them, that lead into the target's range. */
function rangeOf({ from, to }: TimestampPlan, sourceOf: (count: bigint) => bigint) {
  return {
    low: larger(larger(from.low, MIN_I64), sourceOf(to.low)),
    high: smaller(smaller(from.high, MAX_I64), sourceOf(to.high)),
  }
}

function nonEmpty(fast: Fast): Fast | undefined {
  return fast.low <= fast.high ? fast : undefined
}
