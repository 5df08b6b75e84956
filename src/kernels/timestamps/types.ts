/**
 * The public options of `convertTimestamps`, and the plan that its implementations run. Imports no
 * implementation.
 */

import type { ElementArrays, ResidentArray } from '../../devices/device.js'
import type { ArrayOptions } from '../columns.js'

/**
 * Element types by timestamp format.
 *
 * - `unix-s`, `unix-ms`, `unix-us`, `unix-ns`: counts since 1970-01-01T00:00Z without leap seconds
 *   (POSIX), BigInt64Array.
 * - `ntp`: seconds since 1900 modulo 2^32 in the upper, 2^-32 s in the lower half (RFC 5905),
 *   BigUint64Array.
 * - `ptp`: seconds since 1970-01-01T00:00 TAI, below 2^48, and nanoseconds (IEEE 1588),
 *   BigUint64Array of *two elements a value*: n values have length 2n.
 * - `tai-ns`: nanoseconds since 1970-01-01T00:00 TAI, BigInt64Array.
 * - `filetime`: 100 ns since 1601-01-01T00:00Z without leap seconds, BigUint64Array.
 * - `hlc`: hybrid logical clock, 48 bits of Unix milliseconds over a 16-bit counter,
 *   BigUint64Array. The counter is no time: it is left out when read, and 0 when written.
 * - `julian-date`: days of 86,400 s since noon of -4712-01-01 UTC, within ±2^46, Float64Array.
 *   Today's dates have steps of 40 µs; all are read in steps of 2^-32 ns.
 */
export interface TimestampTypes {
  'unix-s': 'i64'
  'unix-ms': 'i64'
  'unix-us': 'i64'
  'unix-ns': 'i64'
  ntp: 'u64'
  ptp: 'u64'
  'tai-ns': 'i64'
  filetime: 'u64'
  hlc: 'u64'
  'julian-date': 'f64'
}

/** Name of a timestamp format whose values are numbers. */
export type NumericTimestampFormat = keyof TimestampTypes

/** Name of a timestamp format: `iso8601` is text, see `TextColumn`. */
export type TimestampFormat = NumericTimestampFormat | 'iso8601'

/** Host arrays by timestamp format. */
export type TimestampArray<F extends NumericTimestampFormat> = ElementArrays[TimestampTypes[F]]

/** Residents by timestamp format. */
export type TimestampResident<F extends NumericTimestampFormat> = ResidentArray<TimestampTypes[F]>

/**
 * Texts one after another, as Arrow has string columns: text i is `bytes[offsets[i]]` up to, and
 * without, `bytes[offsets[i + 1]]`; n + 1 offsets for n texts. UTF-8.
 */
export interface TextColumn<B = Uint8Array, O = Uint32Array> {
  bytes: B
  offsets: O
}

/** Texts in rows of `width` bytes; what is shorter ends in blanks or zeros. */
export interface TextRows<B = Uint8Array> {
  bytes: B
  width: number
}

/** Texts in a device's memory. */
export type ResidentTexts =
  | TextColumn<ResidentArray<'u8'>, ResidentArray<'u32'>>
  | TextRows<ResidentArray<'u8'>>

/** What `convertTimestamps` takes of a format from the host. */
export type TimestampValues<F extends TimestampFormat> = F extends NumericTimestampFormat
  ? TimestampArray<F>
  : TextColumn | TextRows | readonly string[]

/** What `convertTimestamps` takes of a format from a device. */
export type ResidentTimestamps<F extends TimestampFormat> = F extends NumericTimestampFormat
  ? TimestampResident<F>
  : ResidentTexts

/** How texts are given back. */
export type TextLayout = 'offsets' | 'rows' | 'strings'

/** Texts in a layout. */
export type Texts<L extends TextLayout, B = Uint8Array, O = Uint32Array> = {
  offsets: TextColumn<B, O>
  rows: TextRows<B>
  strings: string[]
}[L]

/** Offsets between TAI and UTC. */
export interface LeapSecondTable {
  /**
   * From Unix second `startS` on, TAI is `offsetS` seconds ahead of UTC; ascending. Before the
   * first entry its offset holds too, after the last one that one's.
   */
  readonly entries: readonly { readonly startS: number; readonly offsetS: number }[]
  /** Day (`2026-06-28`) up to which no other leap second can come. Later times may be off. */
  readonly validUntil: string
}

/** A clock's error, taken out of a column: t + offset + drift · (t − reference). */
export interface ClockCorrection {
  /** Nanoseconds to add, a signed 64-bit number. Default 0n. */
  offsetNs?: bigint
  /**
   * Nanoseconds to add a second, of time since the reference; taken as a whole number of 10^-6 ppb,
   * less than 10^9. What it adds is rounded to the nearest ns, halves away from the reference.
   * Beyond 9,223,372,035 s (292 years) from the reference is an overflow; clamped or wrapped, drift
   * adds no more there. Default 0.
   */
  driftPpb?: number
  /** Nanoseconds since 1970 where drift adds nothing, in the source's scale. Default 0n. */
  referenceNs?: bigint
}

/** What becomes of an instant that the target can't hold. */
export type OverflowPolicy = 'error' | 'clamp' | 'wrap'

/** What becomes of what is finer than the target's step. */
export type LossPolicy = 'floor' | 'round' | 'error'

/** Options of every conversion. */
export interface CommonTimestampOptions<F extends TimestampFormat> extends ArrayOptions {
  /** Format of the values. */
  from: F
  /**
   * `error` (the default): a TimestampError. `clamp`: the target's first or last instant. `wrap`:
   * modulo the target's range, for example the NTP stamp of another era; not for `julian-date` and
   * `iso8601`.
   */
  overflow?: OverflowPolicy
  /**
   * `floor` (the default): the target's step at or before the instant; for `ntp` and `julian-date`,
   * whose binary steps fall between decimal ones, the step at or after it, so that going back by
   * `floor` gives what went in (`ntp`: to the nanosecond). `round`: the nearest step, halves up
   * (`julian-date`: to even). `error`: a TimestampError when something would be lost: a rest, an
   * HLC counter, a leap second; for `ntp` only what is finer than a nanosecond.
   * Digits of a text below a nanosecond are dropped, and a loss unless they are 0.
   */
  loss?: LossPolicy
  /**
   * NTP era of all `ntp` values: 0 begins 1900-01-01T00:00:00Z, 1 begins 2036-02-07T06:28:16Z.
   * Default: the era that puts a value within 2^31 s of `pivotS`.
   */
  era?: number
  /**
   * Unix seconds that `ntp` values are near to. Default 2085978496, the begin of era 1: values with
   * the top bit set lie in 1968–2036, others in 2036–2104 (RFC 4330, section 3).
   */
  pivotS?: number
  /** Takes a clock's error out, in the source's own scale, before the conversion. */
  correct?: ClockCorrection
  /** Offsets between TAI and UTC. Default `LEAP_SECONDS`; give a newer table once it expires. */
  leapSeconds?: LeapSecondTable
  /** Takes a text without "Z" or offset as UTC; otherwise it is an error. Default false. */
  assumeUtc?: boolean
}

/** Options of `convertTimestamps` to numbers. */
export interface ConvertTimestampsOptions<
  F extends TimestampFormat = TimestampFormat,
  T extends NumericTimestampFormat = NumericTimestampFormat,
> extends CommonTimestampOptions<F> {
  /** Format wanted. */
  to: T
  /**
   * An array or Resident to fill. May be the values themselves where both formats have the same
   * type and as many elements a value. After an error its contents are undefined.
   */
  into?: TimestampArray<T> | TimestampResident<T>
}

/** Options of `convertTimestamps` to text. */
export interface FormatTimestampsOptions<
  F extends TimestampFormat = TimestampFormat,
  L extends TextLayout = TextLayout,
> extends CommonTimestampOptions<F> {
  /** Format wanted. */
  to: 'iso8601'
  /** Digits of the fraction of a second, 0 to 9; `auto` (the default): as many as lose nothing. */
  digits?: number | 'auto'
  /** Minutes east of UTC, -1439 to 1439: `+02:00` is 120. Default 0, written `Z`. */
  offsetMinutes?: number
  /** `offsets` (the default): a TextColumn; `rows`: TextRows, if `digits` is a number. */
  layout?: L
  /** What to fill, of the exact length; needs `digits`, and no layout `strings`. */
  into?: {
    bytes: Uint8Array | ResidentArray<'u8'>
    offsets?: Uint32Array | ResidentArray<'u32'>
  }
}

/** A format. */
export interface FormatRule {
  readonly name: TimestampFormat
  readonly type: TimestampTypes[NumericTimestampFormat] | 'u8'
  /** Elements a value. */
  readonly elements: 1 | 2
  /** SIGNED, UNSIGNED, HLC, NTP, PTP, JULIAN or TEXT of layout.ts. */
  readonly kind: number
  readonly isTai: boolean
  /** Steps a second; 1 for julian-date, which has none. */
  readonly perSecond: bigint
  /** Seconds since 1970, in the format's scale, where its count is 0. */
  readonly epochS: bigint
  /** Least and greatest count of steps. ntp: within an era; julian-date: seconds. */
  readonly low: bigint
  readonly high: bigint
}

/** A correction, ready for arithmetic: offset as seconds and nanoseconds in [0, 10^9). */
export interface CorrectionPlan {
  offsetNs: bigint
  referenceNs: bigint
  /** Drift in parts of 10^15, below it; 0n for none. */
  driftParts: bigint
}

/** How texts are read and written. */
export interface TextPlan {
  /** Bytes of a row of the source; 0 where it has offsets. */
  width: number
  assumeUtc: boolean
  /** Digits of the target; undefined for as many as lose nothing. */
  digits: number | undefined
  offsetMinutes: number
}

/**
 * What `convertTimestamps` runs: [values] → [results], where text is [bytes] of rows or [bytes,
 * offsets]. The answer is the number of bytes of text, 0 for numbers.
 */
export interface TimestampPlan {
  /** Values, not elements. */
  valueCount: number
  from: FormatRule
  to: FormatRule
  overflow: OverflowPolicy
  loss: LossPolicy
  /** Unix seconds at which the window of 2^32 s of NTP values begins. */
  windowS: bigint
  correct: CorrectionPlan | undefined
  leapSeconds: LeapSecondTable
  text: TextPlan
}
