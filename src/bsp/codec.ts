/**
 * Plain values as bytes and back: messages between the processors of a run, in the same form on
 * Node, in browsers and between processes. codec-tags.ts describes the form, codec-writer.ts and
 * codec-reader.ts carry it out.
 *
 * What comes back is what `structuredClone` gives, for undefined, null, booleans, numbers (-0,
 * NaN), bigints, strings (lone surrogates too), Date, RegExp, Map, Set, Array (holes stay holes),
 * plain objects, ArrayBuffer, typed arrays, DataView and Error; objects that occur twice in one
 * value, or contain themselves, do so in the copy. The differences:
 *
 * - A typed array or DataView is its own bytes only: it comes back on a buffer of its own, also if
 *   it showed a part of a larger one, shared one with others, or lay in shared memory.
 * - An instance of a class, a subclass of a built-in one included (Node's Buffer is one), is
 *   refused; structuredClone drops its prototype without a word. Objects around primitives
 *   (`new Number(1)`), SharedArrayBuffer, Blob and the like are refused as well.
 * - An Error keeps a name of its own (`AbortError`); structuredClone makes it `Error`. Subclasses
 *   of Error come back as the nearest that the language has, without properties of their own.
 * - An array's named properties (`array.index`) are left out; a resizable buffer comes back fixed.
 *
 * Bytes inside typed arrays are copied as they are: hosts of one run must share a byte order.
 */

import { BlockFormatError } from '../errors.js'
import { ValueReader } from './codec-reader.js'
import { ValueWriter } from './codec-writer.js'

export { ValueReader } from './codec-reader.js'
export { ValueWriter } from './codec-writer.js'

/** Memory of `encodeValue` is kept for the next call up to this size. */
const KEPT_BYTES = 64 * 1024

let idle: ValueWriter | undefined

/** Twice the memory, or what is needed. */
export function growByDoubling(memory: Uint8Array, used: number, leastByteLength: number) {
  const grown = new Uint8Array(Math.max(256, leastByteLength, 2 * memory.byteLength))
  grown.set(memory.subarray(0, used))
  return grown
}

/**
 * One value as bytes. The engine itself writes many after one another, by a ValueWriter.
 *
 * @public
 * @param name what messages call the value
 * @throws TypeError for what isn't plain data, with its path; RangeError for too deep nesting
 */
export function encodeValue(value: unknown, name?: string): Uint8Array<ArrayBuffer> {
  const writer = idle ?? new ValueWriter(growByDoubling)
  // Taken away while in use: a getter of the value may encode another.
  idle = undefined
  writer.reset(writer.memory)
  writer.write(value, name)
  const bytes = writer.memory.slice(0, writer.position) as Uint8Array<ArrayBuffer>
  if (writer.memory.byteLength <= KEPT_BYTES) idle = writer
  return bytes
}

/**
 * The value again.
 *
 * @public
 * @throws BlockFormatError when the bytes aren't exactly one value of `encodeValue`
 */
export function decodeValue(bytes: Uint8Array): unknown {
  const reader = new ValueReader(bytes)
  const value = reader.read()
  if (reader.isAtEnd) return value
  throw new BlockFormatError(
    `encoded value is damaged: it ends at byte ${reader.position} of ${bytes.byteLength}`,
  )
}
