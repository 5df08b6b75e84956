// The parameter block that src/kernels/timestamps/wasm.ts fills and assembly/timestamps.ts reads.
// Compiled twice, by TypeScript and by AssemblyScript: constants only. Byte offsets; u32 up to
// FAST, 64-bit words from FROM_EPOCH on. A tick is 2^-32 ns: an instant is whole seconds and ticks.

/** Address of the values and of the results, and how many values. */
export const INPUT = 0
export const OUTPUT = 4
export const COUNT = 8
/** Kinds of format, below. */
export const FROM = 12
export const TO = 16
/** How the last step is found: FLOOR, ROUND or CEIL. */
export const ROUNDING = 20
/** What an overflow gives: CLAMP or WRAP; of no account where OVERFLOW is fatal. */
export const OVERFLOW_GIVES = 24
/** Findings that end the call: bits of INVALID, OVERFLOW, LOSS. */
export const FATAL = 28
/** TO_TAI, TO_UTC, or 0 where both formats are of one scale. */
export const LEAP = 32
/** Entries of the leap-second table, and its address: i64 start and i64 offset each. */
export const LEAP_COUNT = 36
export const LEAP_TABLE = 40
/** 0, WITH_OFFSET or WITH_DRIFT. */
export const CORRECTION = 44
/** Next block to take. */
export const TICKET = 48
/** First value with a fatal finding (result); NO_FAILURE if none. */
export const FAILED_AT = 52
/** Address of SCRATCH_BYTES a thread. */
export const SCRATCH = 56
/** A short cut for this pair: FAST_…, or 0. */
export const FAST = 60

/** Of the source: unix seconds at count 0 (ntp: at the window's start), counts a second, ticks. */
export const FROM_EPOCH = 64
export const FROM_PER_SECOND = 72
export const FROM_UNIT = 80
/** Of the target: likewise (ntp: at its era 0). */
export const TO_EPOCH = 88
export const TO_PER_SECOND = 96
export const TO_UNIT = 104
/** Least and greatest instant of the target: seconds, and counts within the second. */
export const LOW_SECONDS = 112
export const LOW_COUNT = 120
export const HIGH_SECONDS = 128
export const HIGH_COUNT = 136
/** What the target writes for them; two words each. */
export const LOW_WORDS = 144
export const HIGH_WORDS = 160
/** Bits of the ticks that must be 0 for a rest to be no loss. */
export const LOSS_MASK = 176
/** Correction: seconds and nanoseconds to add. */
export const OFFSET_SECONDS = 184
export const OFFSET_NANOS = 192
/** Drift: reference instant; size in parts of 10^15, and times 2^64 / 10^15; 1 if negative. */
export const REFERENCE_SECONDS = 200
export const REFERENCE_NANOS = 208
export const DRIFT_PARTS = 216
export const DRIFT_FACTOR = 224
export const DRIFT_NEGATIVE = 232
/** Short cuts: least and greatest value (text: second) they are right for, then constants. */
export const FAST_LOW = 240
export const FAST_HIGH = 248
export const FAST_BIAS = 256
export const FAST_FACTOR = 264
export const FAST_SHIFT = 272
export const FAST_BASE = 280

// --- text only
/** Of the source: address and count of all bytes; bytes of a row, or 0 where INPUT is offsets. */
export const TEXT_BYTES = 288
export const TEXT_LENGTH = 292
export const TEXT_WIDTH = 296
/** 1: a time without Z or offset is UTC. */
export const ASSUME_UTC = 300
/** Of the target: digits of the fraction or AUTO_DIGITS, and minutes east of UTC (i32). */
export const DIGITS = 304
export const OFFSET_MINUTES = 308
/** Addresses of the texts and of u32[n + 1], where each begins (0: rows, which need none). */
export const TEXT_OUTPUT = 312
export const OFFSETS_OUTPUT = 316
/** Address of u32[blocks]: bytes of each block's texts; for writing, where they begin. */
export const BLOCK_BYTES = 320
/** Bytes of each text of the target; 0 where lengths differ. */
export const TEXT_EACH = 324

/** Address of the words of a flow, or 0; value i lies in place i & SLOT_MASK. */
export const FLOW = 328
export const SLOT_MASK = 332

export const PARAMETER_BYTES = 384

/** Kinds: counts in i64, in u64, in the upper 48 bits of u64; 32.32 fixed point; pairs; doubles. */
export const SIGNED = 0
export const UNSIGNED = 1
export const HLC = 2
export const NTP = 3
export const PTP = 4
export const JULIAN = 5
/**
 * Text. As a target it is first pairs: i64 seconds, u32 nanoseconds, u32 not 0 for second 60 at
 * second 59.
 */
export const TEXT = 6

export const FLOOR = 0
export const ROUND = 1
export const CEIL = 2

export const CLAMP = 1
export const WRAP = 2

export const TO_TAI = 1
export const TO_UTC = 2

export const WITH_OFFSET = 1
export const WITH_DRIFT = 2

/** Findings about a value. */
export const INVALID = 1
export const OVERFLOW = 2
export const LOSS = 4
/** Second 60 of a text, at second 59 with its own ticks: no finding that could end a call. */
export const LEAP_SECOND = 8

/** As many digits as lose nothing. */
export const AUTO_DIGITS = 10

/** ntp → ns; count × factor + base; (count − bias) ÷ divisor + base; ns → ntp; text → count. */
export const FAST_NTP_TO_NS = 1
export const FAST_MULTIPLY = 2
export const FAST_DIVIDE = 3
export const FAST_NS_TO_NTP = 4
export const FAST_TEXT = 5

export const NO_FAILURE = 0xffffffff

/** Values of a block, which one thread takes: at most about 1 ms. A power of two. */
export const BLOCK_VALUES = 8192
/** Values that go through all stages before the next: their instants stay in the L1 cache. */
export const CHUNK_VALUES = 1024
/** Of a thread: a chunk's i64 seconds, u64 ticks and u8 findings, then its pairs for text. */
export const PAIRS_AT = 17408
export const SCRATCH_BYTES = 33792

/** A Julian date counts days of 86,400 s from this many seconds before 1970. */
export const JULIAN_SECONDS = 210866760000
/** Most days of a Julian date, either way: 2^46. */
export const JULIAN_DAYS_BITS = 46
/** Seconds between the epochs of NTP's era 0 and of Unix. */
export const NTP_TO_UNIX_SECONDS = 2208988800
/** Seconds from the reference over which drift adds up: so far its nanoseconds fit 63 bits. */
export const DRIFT_SPAN_SECONDS = 9223372035
