/**
 * Timestamp conversion in BigInts: an instant is one whole number of ticks since 1970 in its scale,
 * and every step is exact. Other devices must give the same bits, and call `explain` for the value
 * that they could not convert.
 */

import { TimestampError } from '../../errors.js'
import type { Steps } from '../../graph/slices.js'
import type { HostValues, Job } from '../arrays/types.js'
import { floorDivide, modulo } from './bigint.js'
import { wordsAt } from './formats.js'
import { julianOf, ticksOfJulian } from './julian.js'
import { DRIFT_SPAN_SECONDS, HLC, JULIAN, NTP, PTP } from './layout.js'
import type { FormatRule, LeapSecondTable, TimestampPlan } from './types.js'

/** A tick is 2^-32 ns, so that NTP's 2^-32 s are a whole number of them: 10^9. */
const NS = 2n ** 32n
const SECOND = 1_000_000_000n * NS

const DRIFT_SPAN_NS = BigInt(DRIFT_SPAN_SECONDS) * 1_000_000_000n

const MIN_SECONDS = -(2n ** 63n)
const MAX_SECONDS = 2n ** 63n - 1n

/** Values between pauses: BigInts take up to 2 µs a value. */
const SLICE_VALUES = 4096

/** Elements of one value: two for ptp, one otherwise. */
type Elements = readonly (bigint | number)[]

type Finding = 'invalid' | 'overflow' | 'loss'

/** A value on its way: what was found so far decides whether the call goes on. */
class Conversion {
  ticks = 0n
  readonly findings = new Set<Finding>()
  readonly #plan: TimestampPlan

  constructor(plan: TimestampPlan) {
    this.#plan = plan
  }

  /** The first finding, in this order, that the policies make an error. */
  get problem(): Finding | undefined {
    const { overflow, loss } = this.#plan
    if (this.findings.has('invalid')) return 'invalid'
    if (this.findings.has('overflow') && overflow === 'error') return 'overflow'
    if (this.findings.has('loss') && loss === 'error') return 'loss'
    return undefined
  }

  /** Between stages the seconds fit i64: what doesn't is an overflow. */
  set(ticks: bigint): void {
    this.ticks = ticks
    const seconds = floorDivide(ticks, SECOND)
    if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return
    this.findings.add('overflow')
    if (this.#plan.overflow === 'wrap') {
      this.ticks = BigInt.asIntN(64, seconds) * SECOND + modulo(ticks, SECOND)
    } else {
      this.ticks = seconds < 0n ? MIN_SECONDS * SECOND : (MAX_SECONDS + 1n) * SECOND - 1n
    }
  }
}

/** Converts [values] into [results]. */
export function* convertReference(job: Job<HostValues>, plan: TimestampPlan): Steps<void> {
  const source = job.inputs[0].storage
  const target = job.outputs[0].storage
  const { elements } = plan.to
  for (let index = 0; index < plan.valueCount; index++) {
    const value = elementsAt(source, plan.from, index)
    const { words, problem } = convert(value, plan)
    if (problem !== undefined) throw explain(index, value, plan)
    for (const [part, word] of words.entries()) {
      target[index * elements + part] = word as never
    }
    if (index % SLICE_VALUES === SLICE_VALUES - 1) yield
  }
}

/** The elements of value `index` of a column. */
export function elementsAt(column: HostValues, rule: FormatRule, index: number): Elements {
  if (rule.elements === 1) return [column[index]]
  return [column[2 * index], column[2 * index + 1]]
}

/** The error for a value that can't be converted. */
export function explain(index: number, value: Elements, plan: TimestampPlan): TimestampError {
  const { problem } = convert(value, plan)
  const { from, to } = plan
  const got = `got ${value.join(' s, ')}${value.length === 2 ? ' ns' : ''} in '${from.name}'`
  const texts: Record<Finding, string> = {
    invalid: `expected ${VALID[from.name as keyof typeof VALID]}, ${got}`,
    overflow: `expected an instant within the range of '${to.name}', ${got}; overflow: 'clamp' ${
      to.kind === JULIAN ? 'goes' : "and 'wrap' go"
    } on`,
    loss: `expected an instant '${to.name}' holds whole, ${got}; loss: 'floor' and 'round' go on`,
  }
  // Devices agree bit by bit, or else this names their difference instead of hiding it.
  if (problem === undefined) throw new Error(`value ${index} converts on the reference, ${got}`)
  const shown = value.length === 2 ? (value as [bigint, bigint]) : value[0]
  return new TimestampError({ index, value: shown, finding: problem }, texts[problem])
}

const VALID = {
  ptp: 'seconds below 2^48 and nanoseconds below 10^9',
  'julian-date': 'a finite number of days within ±2^46',
} as const

/** One value, by the rules and nothing else. */
function convert(
  value: Elements,
  plan: TimestampPlan,
): { words: Elements; problem: Finding | undefined } {
  const conversion = new Conversion(plan)
  decode(conversion, value, plan)
  correct(conversion, plan)
  changeScale(conversion, plan)
  const words = encode(conversion, plan)
  return { words, problem: conversion.problem }
}

function decode(conversion: Conversion, value: Elements, { from, windowS }: TimestampPlan): void {
  if (from.kind === JULIAN) {
    const ticks = ticksOfJulian(value[0] as number)
    if (ticks === undefined) conversion.findings.add('invalid')
    else conversion.ticks = ticks + from.epochS * SECOND
    return
  }
  const word = value[0] as bigint
  if (from.kind === PTP) {
    const nanos = value[1] as bigint
    if (word >= 2n ** 48n || nanos >= 1_000_000_000n) conversion.findings.add('invalid')
    else conversion.ticks = word * SECOND + nanos * NS
  } else if (from.kind === NTP) {
    const sinceWindow = modulo((word >> 32n) + from.epochS - windowS, 2n ** 32n)
    const fraction = (word & 0xffff_ffffn) * (SECOND / from.perSecond)
    conversion.ticks = (windowS + sinceWindow) * SECOND + fraction
  } else {
    if (from.kind === HLC && (word & 0xffffn) !== 0n) conversion.findings.add('loss')
    const count = from.kind === HLC ? word >> 16n : word
    conversion.ticks = count * (SECOND / from.perSecond) + from.epochS * SECOND
  }
}

function correct(conversion: Conversion, plan: TimestampPlan): void {
  if (plan.correct === undefined) return
  const { offsetNs, referenceNs, driftParts } = plan.correct
  let sinceReference = floorDivide(conversion.ticks, NS) - referenceNs
  if (driftParts !== 0n && abs(sinceReference) > DRIFT_SPAN_NS) {
    conversion.findings.add('overflow')
    sinceReference = sinceReference < 0n ? -DRIFT_SPAN_NS : DRIFT_SPAN_NS
  }
  const product = sinceReference * driftParts
  const size = (abs(product) + 500_000_000_000_000n) / 1_000_000_000_000_000n
  const driftNs = product < 0n ? -size : size
  conversion.set(conversion.ticks + (offsetNs + driftNs) * NS)
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value
}

function changeScale(conversion: Conversion, { from, to, leapSeconds }: TimestampPlan): void {
  if (from.isTai === to.isTai) return
  if (to.isTai) {
    const seconds = floorDivide(conversion.ticks, SECOND)
    conversion.set(conversion.ticks + BigInt(offsetAt(leapSeconds, seconds)) * SECOND)
    return
  }
  // The last offset that had begun, in TAI; within a leap second it leads past the next one's
  // start, where POSIX has no name for the second: all of it becomes the start of the next.
  const { entries } = leapSeconds
  let current = 0
  for (const [index, { startS, offsetS }] of entries.entries()) {
    if (conversion.ticks >= BigInt(startS + offsetS) * SECOND) current = index
  }
  const utc = conversion.ticks - BigInt(entries[current].offsetS) * SECOND
  const next = entries[current + 1]
  if (next !== undefined && utc >= BigInt(next.startS) * SECOND) {
    conversion.findings.add('loss')
    conversion.set(BigInt(next.startS) * SECOND)
  } else conversion.set(utc)
}

function offsetAt({ entries }: LeapSecondTable, seconds: bigint): number {
  let offset = entries[0].offsetS
  for (const { startS, offsetS } of entries) if (seconds >= BigInt(startS)) offset = offsetS
  return offset
}

function encode(conversion: Conversion, plan: TimestampPlan): Elements {
  const { to, loss } = plan
  const ticks = conversion.ticks - to.epochS * SECOND
  if (to.kind === JULIAN) return encodeJulian(conversion, ticks, plan)
  const step = SECOND / to.perSecond
  const isNtp = to.kind === NTP
  let count = floorDivide(ticks, step)
  const rest = ticks - count * step
  // From whole nanoseconds to NTP's finer steps and back leads to the same nanosecond.
  if (rest !== 0n && !(isNtp && modulo(ticks, NS) === 0n)) conversion.findings.add('loss')
  if (loss === 'round') count = floorDivide(ticks + step / 2n, step)
  else if (isNtp && rest !== 0n) count++
  const low = isNtp ? (plan.windowS - to.epochS) * to.perSecond : to.low
  const high = isNtp ? low + 2n ** 64n - 1n : to.high
  if (count < low || count > high) {
    conversion.findings.add('overflow')
    if (plan.overflow === 'clamp') count = count < low ? low : high
  }
  return wordsAt(to, count)
}

function encodeJulian(conversion: Conversion, ticks: bigint, plan: TimestampPlan): Elements {
  const { low, high } = plan.to
  if (ticks < low * SECOND || ticks >= (high + 1n) * SECOND) {
    conversion.findings.add('overflow')
    return [Number(ticks < 0n ? low : high + 1n) / 86_400]
  }
  const { days, isExact } = julianOf(ticks, plan.loss === 'round' ? 'nearest' : 'up')
  if (!isExact) conversion.findings.add('loss')
  return [days]
}
