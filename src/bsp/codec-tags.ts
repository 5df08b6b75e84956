/**
 * The wire form of plain values: the byte that opens each, for codec-writer.ts and codec-reader.ts.
 * Numbers are little-endian and unaligned. "Count" below is LEB128: seven bits a byte, low bits
 * first, the top bit set on all but the last. A value that is written is a tag and what the tag
 * asks for; objects are numbered from 0 in the order of their tags, anew in each written value, so
 * that a later occurrence is only its number.
 *
 * Bytes 0x00..0x7f are the whole numbers 0..127, 0xe0..0xff are -32..-1, and 0xc0..0xdf open ASCII
 * text of 0..31 characters.
 */

export const UNDEFINED = 0x80
export const NULL = 0x81
export const FALSE = 0x82
export const TRUE = 0x83
/** Two bytes. */
export const INT16 = 0x84
/** Four bytes. */
export const INT32 = 0x85
/** Eight bytes; NaN is always 0x7ff8000000000000. */
export const FLOAT64 = 0x86
/** Eight bytes, two's complement. */
export const BIGINT64 = 0x87
/** Count of bytes, then the magnitude, most significant byte first. */
export const BIGINT_POSITIVE = 0x88
export const BIGINT_NEGATIVE = 0x89
/** Count of characters, then a byte each, below 0x80. */
export const ASCII = 0x8a
/** Count of UTF-16 code units, then two bytes each: lone surrogates survive. */
export const UTF16 = 0x8b
/** Count: the number of an object that came before in the same value. */
export const REFERENCE = 0x8c

/** Count of keys, the keys as text, then their values; the key list gets the next free number. */
export const OBJECT_NEW_KEYS = 0x90
/**
 * One byte, the number of a key list that came before since the writer's reset; then the values.
 */
export const OBJECT_SAME_KEYS = 0x91
/** Count of keys, then key and value in turn; the keys get no number. */
export const OBJECT_LISTED = 0x92
/** Count, then the values. */
export const ARRAY = 0x93
/** Count, then values of which each is a number. */
export const ARRAY_NUMBERS = 0x94
/** Count: the length; count of elements that are there; then for each its index (count), value. */
export const ARRAY_HOLES = 0x95
/** Count, then key and value in turn. */
export const MAP = 0x96
/** Count, then the values. */
export const SET = 0x97
/** Eight bytes: milliseconds since 1970, NaN for an invalid date. */
export const DATE = 0x98
/** Source and flags, as text. */
export const REGEXP = 0x99
/** Name as text; message and stack as text or undefined; cause. ERROR has no cause. */
export const ERROR = 0x9a
export const ERROR_WITH_CAUSE = 0x9b
/** Count of bytes, then the bytes. */
export const ARRAY_BUFFER = 0x9c
/** One byte, an index into VIEW_NAMES; count of bytes; the bytes. */
export const VIEW = 0x9d

export const SHORT_TEXT = 0xc0
export const SHORT_TEXT_LENGTH = 32
export const NEGATIVE = 0xe0
/** Smallest number that is its own tag. */
export const LEAST_TAG_NUMBER = NEGATIVE - 0x100

/** Key lists with a number: one byte has to hold it, and the writer looks through all of them. */
export const KEY_LIST_COUNT = 64
/** Objects with more keys are dictionaries, whose key list hardly comes again. */
export const KEY_LIST_LENGTH = 32

/** Constructors of views, in the order of their numbers on the wire: append only. */
export const VIEW_NAMES = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Float16Array',
]

/** Subclasses of Error that come back as such; a different name comes back as an Error's own. */
export const ERROR_NAMES = [
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
]
