/**
 * Timestamp conversion once more, for tests: whole numbers of 2^-64 ns, in which all formats are
 * exact, and doubles found by trying their neighbours. Written from the formats' definitions,
 * without looking at the package's own.
 */

import { LEAP_SECONDS, type NumericTimestampFormat } from 'ticktickclock'
import { createRandom, type Random } from '../../src/random.js'

export const FORMATS = [
  ...(['unix-s', 'unix-ms', 'unix-us', 'unix-ns', 'ntp'] as const),
  ...(['ptp', 'tai-ns', 'filetime', 'hlc', 'julian-date'] as const),
] satisfies NumericTimestampFormat[]

const ARRAYS = {
  'unix-s': BigInt64Array,
  'unix-ms': BigInt64Array,
  'unix-us': BigInt64Array,
  'unix-ns': BigInt64Array,
  ntp: BigUint64Array,
  ptp: BigUint64Array,
  'tai-ns': BigInt64Array,
  filetime: BigUint64Array,
  hlc: BigUint64Array,
  'julian-date': Float64Array,
} as const

type Columns = { [F in NumericTimestampFormat]: InstanceType<(typeof ARRAYS)[F]> }

/** A column of a format's own type. */
export function columnOf<F extends NumericTimestampFormat>(format: F, values: (bigint | number)[]) {
  return (ARRAYS[format] as unknown as { from(a: unknown[]): Columns[F] }).from(values)
}

export interface OracleOptions {
  from: NumericTimestampFormat
  to: NumericTimestampFormat
  loss?: 'floor' | 'round' | 'error'
  overflow?: 'error' | 'clamp' | 'wrap'
  era?: number
  pivotS?: number
  correct?: { offsetNs?: bigint; driftPpb?: number; referenceNs?: bigint }
}

type Finding = 'invalid' | 'overflow' | 'loss'
type Answer = { words: (bigint | number)[] } | { finding: Finding }

const NS = 1n << 64n
const S = 1_000_000_000n * NS
const DAY = 86_400n * S
const NTP_STEP = S >> 32n
const JULIAN_1970 = (2_440_587n * 2n + 1n) * (DAY / 2n)
const STEPS: Partial<Record<NumericTimestampFormat, bigint>> = {
  'unix-s': S,
  'unix-ms': S / 1_000n,
  'unix-us': S / 1_000_000n,
  'unix-ns': NS,
  'tai-ns': NS,
  filetime: 100n * NS,
  hlc: S / 1_000n,
}
const FILETIME_1970 = 11_644_473_600n * S
const NTP_1970 = 2_208_988_800n

function floorDiv(a: bigint, b: bigint): bigint {
  const rest = ((a % b) + b) % b
  return (a - rest) / b
}

const isTai = (format: NumericTimestampFormat) => format === 'ptp' || format === 'tai-ns'

/** Unix seconds at the start of the 2^32 s that NTP values mean. */
function window({ era, pivotS }: OracleOptions): bigint {
  if (era !== undefined) return BigInt(era) * 2n ** 32n - NTP_1970
  return (pivotS === undefined ? 2n ** 32n - NTP_1970 : BigInt(pivotS)) - 2n ** 31n
}

/** Exact, for doubles whose last bit is worth at least 2^-80. */
function exactDays(days: number): bigint {
  let whole = days
  let halvings = 0n
  for (; !Number.isInteger(whole); halvings++) whole *= 2
  if (halvings > 80n) throw new RangeError(`${days} is too fine for this oracle`)
  return (BigInt(whole) * DAY) >> halvings
}

class Stop extends Error {
  readonly finding: Finding
  constructor(finding: Finding) {
    super(finding)
    this.finding = finding
  }
}

function decode(value: (bigint | number)[], options: OracleOptions, note: (f: Finding) => void) {
  const { from } = options
  if (from === 'julian-date') {
    const days = value[0] as number
    if (!Number.isFinite(days) || Math.abs(days) > 2 ** 46) throw new Stop('invalid')
    // Read in steps of 2^-32 ns: so far the others keep what is below a nanosecond.
    const step = NS >> 32n
    return floorDiv(exactDays(days), step) * step - JULIAN_1970
  }
  const word = value[0] as bigint
  if (from === 'ptp') {
    const nanos = value[1] as bigint
    if (word >> 48n || nanos > 999_999_999n) throw new Stop('invalid')
    return word * S + nanos * NS
  }
  if (from === 'ntp') {
    const start = window(options)
    const seconds = (word >> 32n) - NTP_1970
    const eras = floorDiv(seconds - start, 2n ** 32n)
    return (seconds - eras * 2n ** 32n) * S + (word & 0xffffffffn) * NTP_STEP
  }
  if (from === 'hlc' && word & 0xffffn) note('loss')
  const count = from === 'hlc' ? word >> 16n : word
  return count * (STEPS[from] as bigint) - (from === 'filetime' ? FILETIME_1970 : 0n)
}

function drift(time: bigint, options: OracleOptions, note: (f: Finding) => void): bigint {
  const { driftPpb = 0, referenceNs = 0n } = options.correct ?? {}
  if (driftPpb === 0) return 0n
  const span = 9_223_372_035n * 1_000_000_000n
  let since = floorDiv(time, NS) - referenceNs
  if (since > span || since < -span) {
    note('overflow')
    since = since > 0n ? span : -span
  }
  const parts = BigInt(Math.round(driftPpb * 1e6))
  const product = since * parts
  const size = product < 0n ? -product : product
  const rounded = (2n * size + 10n ** 15n) / (2n * 10n ** 15n)
  return product < 0n ? -rounded : rounded
}

function bounded(time: bigint, options: OracleOptions, note: (f: Finding) => void): bigint {
  const seconds = floorDiv(time, S)
  if (BigInt.asIntN(64, seconds) === seconds) return time
  note('overflow')
  if (options.overflow === 'wrap') return time + (BigInt.asIntN(64, seconds) - seconds) * S
  return seconds < 0n ? -(2n ** 63n) * S : 2n ** 63n * S - 1n
}

const offsets = LEAP_SECONDS.entries.map(({ offsetS }) => BigInt(offsetS))
const starts = LEAP_SECONDS.entries.map(({ startS }) => BigInt(startS))

function offsetOf(utcSecond: bigint): bigint {
  let entry = starts.length - 1
  while (entry > 0 && utcSecond < starts[entry]) entry--
  return offsets[entry]
}

/** The UTC time that has this TAI time; a leap second, which has none, ends with the next start. */
function toUtc(tai: bigint, note: (f: Finding) => void): bigint {
  const taiSecond = floorDiv(tai, S)
  for (let entry = offsets.length - 1; entry >= 0; entry--) {
    if (offsetOf(taiSecond - offsets[entry]) === offsets[entry]) return tai - offsets[entry] * S
  }
  note('loss')
  return (starts.find((start, entry) => taiSecond < start + offsets[entry]) as bigint) * S
}

const view = new DataView(new ArrayBuffer(8))

/** The double `steps` bit patterns away from `value`, upwards if positive; not across 0. */
function neighbour(value: number, steps: bigint): number {
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + (value < 0 ? -steps : steps))
  return view.getFloat64(0)
}

function encodeDays(time: bigint, options: OracleOptions, note: (f: Finding) => void): number {
  const wanted = time + JULIAN_1970
  const most = 2n ** 46n * DAY
  if (wanted < -most || wanted >= most) {
    note('overflow')
    return wanted < 0n ? -(2 ** 46) : 2 ** 46
  }
  if (wanted === 0n) return 0
  let days = Number(wanted) / Number(DAY)
  while (exactDays(days) < wanted) days = neighbour(days, 1n)
  while (exactDays(neighbour(days, -1n)) >= wanted) days = neighbour(days, -1n)
  if (exactDays(days) === wanted) return days
  note('loss')
  const before = neighbour(days, -1n)
  const twice = exactDays(days) + exactDays(before) - 2n * wanted
  view.setFloat64(0, before)
  const beforeIsEven = (view.getBigUint64(0) & 1n) === 0n
  const down = twice > 0n || (twice === 0n && beforeIsEven)
  return options.loss === 'round' && down ? before : days
}

function encode(time: bigint, options: OracleOptions, note: (f: Finding) => void) {
  const { to, loss, overflow } = options
  if (to === 'julian-date') return [encodeDays(time, options, note)]
  const step = to === 'ntp' ? NTP_STEP : to === 'ptp' ? NS : (STEPS[to] as bigint)
  const since = time + (to === 'filetime' ? FILETIME_1970 : to === 'ntp' ? NTP_1970 * S : 0n)
  const down = floorDiv(since, step)
  const exact = down * step === since
  if (!exact && !(to === 'ntp' && floorDiv(since, NS) * NS === since)) note('loss')
  const nearest = floorDiv(2n * since + step, 2n * step)
  let count = loss === 'round' ? nearest : to === 'ntp' && !exact ? down + 1n : down
  let [low, high] = [0n, 2n ** 64n - 1n]
  if (ARRAYS[to] === BigInt64Array) [low, high] = [-(2n ** 63n), 2n ** 63n - 1n]
  if (to === 'hlc') high = 2n ** 48n - 1n
  if (to === 'ptp') high = 2n ** 48n * 1_000_000_000n - 1n
  if (to === 'ntp') {
    low = (window(options) + NTP_1970) << 32n
    high = low + 2n ** 64n - 1n
  }
  if (count < low || count > high) {
    note('overflow')
    if (overflow === 'clamp') count = count < low ? low : high
  }
  if (to === 'ptp') {
    const seconds = floorDiv(count, 1_000_000_000n)
    return [BigInt.asUintN(48, seconds), count - seconds * 1_000_000_000n]
  }
  if (to === 'hlc') return [BigInt.asUintN(48, count) << 16n]
  return [low < 0n ? BigInt.asIntN(64, count) : BigInt.asUintN(64, count)]
}

/** One value, seconds and nanoseconds for ptp. */
export function oracle(value: (bigint | number)[], options: OracleOptions): Answer {
  const found = new Set<Finding>()
  const note = (finding: Finding) => found.add(finding)
  try {
    let time = decode(value, options, note)
    if (options.correct !== undefined) {
      const added = (options.correct.offsetNs ?? 0n) + drift(time, options, note)
      time = bounded(time + added * NS, options, note)
    }
    const { from, to } = options
    if (isTai(to) && !isTai(from)) {
      time = bounded(time + offsetOf(floorDiv(time, S)) * S, options, note)
    }
    if (isTai(from) && !isTai(to)) time = bounded(toUtc(time, note), options, note)
    const words = encode(time, options, note)
    const { overflow = 'error', loss = 'floor' } = options
    if (found.has('overflow') && overflow === 'error') return { finding: 'overflow' }
    if (found.has('loss') && loss === 'error') return { finding: 'loss' }
    return { words }
  } catch (error) {
    if (error instanceof Stop) return { finding: error.finding }
    throw error
  }
}

/** The oracle's answer for a column without errors. */
export function oracleColumn<T extends NumericTimestampFormat>(
  values: ArrayLike<bigint | number>,
  options: OracleOptions & { to: T },
): Columns[T] {
  const parts = options.from === 'ptp' ? 2 : 1
  const all: (bigint | number)[] = []
  for (let i = 0; i < values.length; i += parts) {
    const answer = oracle(parts === 2 ? [values[i], values[i + 1]] : [values[i]], options)
    if (!('words' in answer)) throw new Error(`${values[i]}: ${answer.finding}`)
    all.push(...answer.words)
  }
  return columnOf(options.to, all)
}

/** `count` values of a format: anywhere, around today, around edges. */
export function randomColumn(format: NumericTimestampFormat, count: number, seed: number) {
  const random = createRandom(seed)
  const all: (bigint | number)[] = []
  for (let i = 0; i < count; i++) all.push(...randomValue(format, random))
  return columnOf(format, all)
}

/** `count` values between 1969 and 2103, so that most conversions stay within their ranges. */
export function recentColumn(format: NumericTimestampFormat, count: number, seed: number) {
  const random = createRandom(seed)
  const all: bigint[] = []
  for (let i = 0; i < count; i++) {
    const seconds = BigInt(random.nextBelow(4_200_000_000)) - 20_000_000n
    const time = seconds * S + BigInt(random.nextUint32()) * NTP_STEP
    if (format === 'ntp') all.push(BigInt.asUintN(64, (time + NTP_1970 * S) / NTP_STEP))
    else
      all.push(
        floorDiv(time + (format === 'filetime' ? FILETIME_1970 : 0n), STEPS[format] as bigint),
      )
  }
  return columnOf(format, all)
}

function word(random: Random): bigint {
  return (BigInt(random.nextUint32()) << 32n) | BigInt(random.nextUint32())
}

/** Any, near now in the format's unit, or a power of two more or less. */
function randomValue(format: NumericTimestampFormat, random: Random): (bigint | number)[] {
  const choice = random.nextBelow(4)
  const instantS = BigInt(random.nextBelow(2 ** 32)) - 2n ** 31n + 1_000_000_000n
  if (format === 'julian-date') return [randomDays(random, choice)]
  if (format === 'ptp') {
    const seconds =
      choice === 0 ? word(random) >> 16n : choice === 1 ? instantS & 0xffffffffn : leapS(random, 37)
    return [
      seconds,
      choice === 2 ? 999_999_999n * BigInt(random.nextBelow(2)) : BigInt(random.nextBelow(1e9)),
    ]
  }
  if (format === 'ntp') return [choice === 0 ? word(random) & ~0x7fffffn : word(random)]
  const step = STEPS[format] as bigint
  const shift = format === 'hlc' ? 16n : 0n
  const wrap = (x: bigint) =>
    ARRAYS[format] === BigInt64Array ? BigInt.asIntN(64, x) : BigInt.asUintN(64, x)
  if (choice === 0) return [wrap(word(random) >> BigInt(random.nextBelow(64)))]
  if (choice === 1)
    return [wrap(-(1n << BigInt(random.nextBelow(64))) + BigInt(random.nextBelow(3)) - 1n)]
  const base = choice === 2 ? instantS : leapS(random, format === 'tai-ns' ? 37 : 0)
  const time = base * S + (format === 'filetime' ? FILETIME_1970 : 0n)
  const inner = choice === 2 ? BigInt(random.nextUint32()) * (S / 2n ** 32n) : 0n
  return [wrap((floorDiv(time + inner, step) + BigInt(random.nextBelow(3)) - 1n) << shift)]
}

/** A second within two of the start of an offset, in UTC or roughly TAI. */
function leapS(random: Random, ahead: number): bigint {
  const { startS, offsetS } = LEAP_SECONDS.entries[random.nextBelow(LEAP_SECONDS.entries.length)]
  return BigInt(startS + (ahead > 0 ? offsetS : 0) + random.nextBelow(5) - 3)
}

function randomDays(random: Random, choice: number): number {
  const sign = random.nextBelow(2) === 0 ? 1 : -1
  if (choice === 0) return sign * (1 + random.nextFloat()) * 2 ** (random.nextBelow(60) - 15)
  if (choice === 1) return sign * (random.nextBelow(5_000_000) + random.nextBelow(16) / 16)
  return 2_440_587.5 + (random.nextFloat() - 0.25) * 50_000
}
