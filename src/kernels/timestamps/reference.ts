/**
 * Timestamp conversion in BigInts: an instant is one whole number of ticks since 1970 in its scale,
 * and every step is exact. Other devices must give the same bits, and call `explain` for the value
 * that they could not convert.
 */

import { quoteExcerpt, TimestampError } from '../../errors.js'
import type { Steps } from '../../graph/slices.js'
import type { Job } from '../arrays/types.js'
import type { HostValues } from '../columns.js'
import { floorDivide, modulo } from './bigint.js'
import { wordsAt } from './formats.js'
import { formatIso8601, type IsoFailure, parseIso8601 } from './iso8601.js'
import { julianOf, ticksOfJulian } from './julian.js'
import { DRIFT_SPAN_SECONDS, HLC, JULIAN, NTP, PTP, TEXT } from './layout.js'
import type { LeapSecondTable, TimestampPlan } from './types.js'

/** A tick is 2^-32 ns, so that NTP's 2^-32 s are a whole number of them: 10^9. */
const NS = 2n ** 32n
const SECOND = 1_000_000_000n * NS

const DRIFT_SPAN_NS = BigInt(DRIFT_SPAN_SECONDS) * 1_000_000_000n

const MIN_SECONDS = -(2n ** 63n)
const MAX_SECONDS = 2n ** 63n - 1n

/** Values between pauses: BigInts take up to 2 µs a value. */
const SLICE_VALUES = 4096

/**
 * One value: an element, or seconds and nanoseconds for ptp, or the bytes of a text, or where they
 * would be when offsets lead outside.
 */
export type Value = readonly (bigint | number)[] | Uint8Array

type Finding = 'invalid' | 'overflow' | 'loss'

/** A value on its way: what was found so far decides whether the call goes on. */
class Conversion {
  ticks = 0n
  /** Second 60 of a text: `ticks` are those of second 59. */
  isLeapSecond = false
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

  /** A leap second becomes the start of the next second, where only text and TAI have it. */
  endLeapSecond(): void {
    this.findings.add('loss')
    this.isLeapSecond = false
    this.ticks = (floorDivide(this.ticks, SECOND) + 1n) * SECOND
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

/** Converts [values] into [results]; the answer is how many bytes of text. */
export function* convertReference(job: Job<HostValues>, plan: TimestampPlan): Steps<number> {
  const [input, offsets] = job.inputs.map(({ storage }) => storage)
  const [target, targetOffsets] = job.outputs.map(({ storage }) => storage)
  const { elements, kind } = plan.to
  // A text written over another of a different length reaches into the next one.
  const isInPlace = kind === TEXT && input.buffer === target.buffer
  const source = isInPlace ? input.slice() : input
  let bytes = 0
  for (let index = 0; index < plan.valueCount; index++) {
    const value = valueAt(source, offsets as Uint32Array | undefined, plan, index)
    const { words, problem } = convert(value, plan)
    if (problem !== undefined) throw explain(index, value, plan)
    if (kind === TEXT) {
      if (targetOffsets !== undefined) targetOffsets[index] = bytes
      bytes += writeText(words as readonly bigint[], plan, target as Uint8Array, bytes)
    } else
      for (const [part, word] of words.entries()) target[index * elements + part] = word as never
    if (index % SLICE_VALUES !== SLICE_VALUES - 1) continue
    job.report?.(index / plan.valueCount)
    yield
  }
  if (kind === TEXT && targetOffsets !== undefined) targetOffsets[plan.valueCount] = bytes
  return bytes
}

/** Value `index` of a column. */
function valueAt(
  column: HostValues,
  offsets: Uint32Array | undefined,
  { from, text }: TimestampPlan,
  index: number,
): Value {
  if (from.kind === TEXT && offsets !== undefined) {
    return textAt(column as Uint8Array, offsets[index], offsets[index + 1])
  }
  if (from.kind === TEXT)
    return rowOf((column as Uint8Array).subarray(index * text.width), text.width)
  if (from.elements === 1) return [column[index]]
  return [column[2 * index], column[2 * index + 1]]
}

/** The bytes between two offsets, or the offsets where they lead outside. */
function textAt(bytes: Uint8Array, start: number, end: number): Value {
  return start <= end && end <= bytes.length ? bytes.subarray(start, end) : [start, end]
}

/** A row without the blanks and zeros at its end. */
export function rowOf(bytes: Uint8Array, width: number): Uint8Array {
  let length = width
  while (length > 0 && (bytes[length - 1] === 0 || bytes[length - 1] === 0x20)) length--
  return bytes.subarray(0, length)
}

function writeText(
  [seconds, nanos, isLeapSecond]: readonly bigint[],
  { text }: TimestampPlan,
  target: Uint8Array,
  at: number,
): number {
  const { digits = shortestDigits(nanos), offsetMinutes } = text
  const format = { digits, offsetMinutes }
  const written = formatIso8601(Number(seconds), Number(nanos), format, target, at)
  if (isLeapSecond === 1n) target.set([0x36, 0x30], at + 'YYYY-MM-DDTHH:MM:'.length)
  return written
}

function shortestDigits(nanos: bigint): number {
  return nanos === 0n ? 0 : String(nanos).padStart(9, '0').replace(/0+$/, '').length
}

/** The error for a value that can't be converted. */
export function explain(index: number, value: Value, plan: TimestampPlan): TimestampError {
  const { problem } = convert(value, plan)
  const { from, to } = plan
  const shown = shownValue(value)
  const got = `got ${shownText(shown)} in '${from.name}'`
  // Devices agree bit by bit, or else this names their difference instead of hiding it.
  if (problem === undefined) throw new Error(`value ${index} converts on the reference, ${got}`)
  if (problem === 'invalid') return explainInvalid(index, value, plan, shown, got)
  const wraps = to.kind === JULIAN || to.kind === TEXT ? 'goes' : "and 'wrap' go"
  const text = {
    overflow: `within the range of '${to.name}', ${got}; overflow: 'clamp' ${wraps} on`,
    loss: `'${to.name}' holds whole, ${got}; loss: 'floor' and 'round' go on`,
  }[problem]
  const where = { index, value: shown, finding: problem }
  return new TimestampError(
    where,
    `expected an instant ${problem === 'loss' ? 'that ' : ''}${text}`,
  )
}

function shownValue(value: Value): TimestampError['value'] {
  // A copy: a browser's decoder takes no view of shared memory.
  if (value instanceof Uint8Array) return new TextDecoder().decode(value.slice())
  if (value.length === 2) return value as unknown as readonly [bigint, bigint]
  return value[0]
}

function shownText(value: TimestampError['value']): string {
  if (typeof value === 'string') return quoteExcerpt(value)
  return typeof value === 'object' ? `${value[0]} s, ${value[1]} ns` : String(value)
}

function explainInvalid(
  index: number,
  value: Value,
  { from, text }: TimestampPlan,
  shown: TimestampError['value'],
  got: string,
): TimestampError {
  const where = { index, value: shown, finding: 'invalid' as const }
  if (from.kind !== TEXT) {
    return new TimestampError(where, `expected ${VALID[from.name as keyof typeof VALID]}, ${got}`)
  }
  if (!(value instanceof Uint8Array)) {
    const offsets = `got offsets ${value[0]} and ${value[1]}`
    return new TimestampError(where, `expected offsets that ascend within the bytes, ${offsets}`)
  }
  const failure = parseIso8601(value, 0, value.length, text.assumeUtc) as IsoFailure
  const { position, expected } = failure
  const problem = `expected ${expected} at byte ${position}, ${got}`
  return new TimestampError({ ...where, position }, problem)
}

const VALID = {
  ptp: 'seconds below 2^48 and nanoseconds below 10^9',
  'julian-date': 'a finite number of days within ±2^46',
} as const

/** One value, by the rules and nothing else. */
function convert(
  value: Value,
  plan: TimestampPlan,
): { words: readonly (bigint | number)[]; problem: Finding | undefined } {
  const conversion = new Conversion(plan)
  decode(conversion, value, plan)
  correct(conversion, plan)
  changeScale(conversion, plan)
  const words = encode(conversion, plan)
  return { words, problem: conversion.problem }
}

function decodeText(conversion: Conversion, value: Value, { text }: TimestampPlan): void {
  if (!(value instanceof Uint8Array)) {
    conversion.findings.add('invalid')
    return
  }
  const instant = parseIso8601(value, 0, value.length, text.assumeUtc)
  if ('expected' in instant) {
    conversion.findings.add('invalid')
    return
  }
  if (instant.isTruncated) conversion.findings.add('loss')
  conversion.isLeapSecond = instant.isLeapSecond
  const seconds = instant.seconds - (instant.isLeapSecond ? 1 : 0)
  conversion.ticks = BigInt(seconds) * SECOND + BigInt(instant.nanos) * NS
}

function decode(conversion: Conversion, value: Value, plan: TimestampPlan): void {
  const { from, windowS } = plan
  if (from.kind === TEXT) {
    decodeText(conversion, value, plan)
    return
  }
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
  if (conversion.isLeapSecond) conversion.endLeapSecond()
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

function changeScale(conversion: Conversion, plan: TimestampPlan): void {
  const { from, to } = plan
  if (from.isTai === to.isTai) {
    if (conversion.isLeapSecond && to.kind !== TEXT) conversion.endLeapSecond()
  } else if (to.isTai) enterTai(conversion, plan.leapSeconds)
  else leaveTai(conversion, plan)
}

function enterTai(conversion: Conversion, { entries }: LeapSecondTable): void {
  const seconds = floorDivide(conversion.ticks, SECOND)
  let added = BigInt(offsetAt(entries, seconds))
  if (conversion.isLeapSecond) {
    const isKnown = BigInt(offsetAt(entries, seconds + 1n)) > added
    if (isKnown) added++
    else {
      conversion.endLeapSecond()
      added = BigInt(offsetAt(entries, seconds + 1n))
    }
    conversion.isLeapSecond = false
  }
  conversion.set(conversion.ticks + added * SECOND)
}

/**
 * By the last offset that had begun, in TAI. Within a leap second it leads past the next one's
 * start: in text that is second 60 of the minute before; POSIX has no name for it, and all of it
 * becomes the start.
 */
function leaveTai(conversion: Conversion, { to, leapSeconds }: TimestampPlan): void {
  const { entries } = leapSeconds
  let current = 0
  for (const [index, { startS, offsetS }] of entries.entries()) {
    if (conversion.ticks >= BigInt(startS + offsetS) * SECOND) current = index
  }
  const utc = conversion.ticks - BigInt(entries[current].offsetS) * SECOND
  const next = entries[current + 1]
  if (next === undefined || utc < BigInt(next.startS) * SECOND) {
    conversion.set(utc)
  } else if (to.kind === TEXT && utc < BigInt(next.startS + 1) * SECOND && next.startS % 60 === 0) {
    conversion.isLeapSecond = true
    conversion.set(utc - SECOND)
  } else {
    conversion.findings.add('loss')
    conversion.set(BigInt(next.startS) * SECOND)
  }
}

function offsetAt(entries: LeapSecondTable['entries'], seconds: bigint): number {
  let offset = entries[0].offsetS
  for (const { startS, offsetS } of entries) if (seconds >= BigInt(startS)) offset = offsetS
  return offset
}

function encode(conversion: Conversion, plan: TimestampPlan): readonly (bigint | number)[] {
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
  const words = wordsAt(to, count)
  if (to.kind !== TEXT) return words
  // Rounded up to a whole second, a leap second is over.
  const isLeapSecond = conversion.isLeapSecond && words[0] === floorDivide(ticks, SECOND)
  return [...words, isLeapSecond ? 1n : 0n]
}

function encodeJulian(
  conversion: Conversion,
  ticks: bigint,
  plan: TimestampPlan,
): readonly number[] {
  const { low, high } = plan.to
  if (ticks < low * SECOND || ticks >= (high + 1n) * SECOND) {
    conversion.findings.add('overflow')
    return [Number(ticks < 0n ? low : high + 1n) / 86_400]
  }
  const { days, isExact } = julianOf(ticks, plan.loss === 'round' ? 'nearest' : 'up')
  if (!isExact) conversion.findings.add('loss')
  return [days]
}
