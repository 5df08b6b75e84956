/**
 * Writes plain values as bytes (codec-tags.ts has the form): messages between processors, later
 * checkpoints. Used through codec.ts. It knows nothing of frames, ranks or files.
 *
 * No package does it: msgpackr and cbor-x lose -0 and prototypes, v8.serialize is Node's alone.
 */

import { MAX_VALUE_DEPTH } from '../limits.js'
import { DepthRefusal, explain, kindOf, Refusal } from './codec-kinds.js'
import { KeyLists, ObjectNumbers } from './codec-numbers.js'
import * as tags from './codec-tags.js'
import { isShared, putAscii } from './codec-text.js'

/**
 * @returns memory of at least `leastByteLength` bytes that begins with the first `used` of `memory`
 */
export type Grow = (memory: Uint8Array, used: number, leastByteLength: number) => Uint8Array

/** Room that a tag with a number, or with a count, takes at most. */
const SCALAR_BYTES = 10
const TRANSFERRED = 'its memory was transferred away'
/** Appends values to memory that its owner gives. */
export class ValueWriter {
  readonly #grow: Grow
  #memory: Uint8Array = new Uint8Array(0)
  #view = new DataView(this.#memory.buffer)
  #shared = false
  #limit = 0
  #position = 0
  #depth = 0
  readonly #objects = new ObjectNumbers()
  readonly #keyLists = new KeyLists()

  /** @param grow called when the memory is too small; what it throws, `write` throws */
  constructor(grow: Grow) {
    this.#grow = grow
  }

  /**
   * Begins anew at byte `position` of this memory (default 0). A reader has to begin there too, and
   * to read every value: key lists are written once and named by number from then on.
   */
  reset(memory: Uint8Array, position = 0): void {
    // The same array is shorter, or empty, once its WebAssembly memory has grown elsewhere.
    if (memory !== this.#memory || memory.byteLength !== this.#limit) this.#setMemory(memory)
    this.#position = position
    this.#keyLists.cutBack(0)
  }

  /** What holds the bytes: another one than was given to `reset`, once it had to grow. */
  get memory(): Uint8Array {
    return this.#memory
  }

  /** Bytes in use, from the memory's beginning. */
  get position(): number {
    return this.#position
  }

  /** Four bytes, little-endian, unaligned: for frames around the values. */
  writeUint32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, true)
    this.#position = at + 4
  }

  /** Takes back what was appended since: words and texts only, as lists of keys stay known. */
  cutBack(position: number): void {
    this.#position = position
  }

  /**
   * Appends one value. When it throws, nothing was appended.
   *
   * @param name what messages call the value
   * @throws TypeError for what isn't plain data, with its path; RangeError for too deep nesting
   */
  write(value: unknown, name = 'the value'): void {
    const start = this.#position
    const keyListCount = this.#keyLists.count
    this.#depth = 0
    try {
      this.#writeAny(value)
    } catch (error) {
      this.#position = start
      this.#keyLists.cutBack(keyListCount)
      if (error instanceof Refusal || error instanceof DepthRefusal) {
        throw explain(error, value, name)
      }
      throw error
    } finally {
      this.#objects.clear()
    }
  }

  #setMemory(memory: Uint8Array): void {
    this.#memory = memory
    this.#view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength)
    this.#shared = isShared(memory)
    this.#limit = memory.byteLength
  }

  /** @returns the position, with room for so many bytes behind it */
  #reserve(byteCount: number): number {
    const at = this.#position
    if (at + byteCount > this.#limit) {
      this.#setMemory(this.#grow(this.#memory, at, at + byteCount))
      if (at + byteCount > this.#limit) {
        throw new RangeError(`grow() gave ${this.#limit} bytes, not ${at + byteCount}`)
      }
    }
    return at
  }

  #writeTag(tag: number): void {
    const at = this.#reserve(1)
    this.#memory[at] = tag
    this.#position = at + 1
  }

  #writeCount(tag: number, count: number): void {
    const at = this.#reserve(SCALAR_BYTES)
    this.#memory[at] = tag
    this.#putCount(at + 1, count)
  }

  #putCount(start: number, count: number): void {
    const memory = this.#memory
    let at = start
    let rest = count
    // Not `>>>`: a count can have more than 32 bits.
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) memory[at++] = (rest % 128) | 0x80
    memory[at++] = rest
    this.#position = at
  }

  #writeAny(value: unknown): void {
    switch (typeof value) {
      case 'number':
        this.#writeNumber(value)
        break
      case 'string':
        this.#writeText(value)
        break
      case 'object':
        if (value === null) this.#writeTag(tags.NULL)
        else this.#writeObject(value)
        break
      case 'boolean':
        this.#writeTag(value ? tags.TRUE : tags.FALSE)
        break
      case 'undefined':
        this.#writeTag(tags.UNDEFINED)
        break
      case 'bigint':
        this.#writeBigint(value)
        break
      default:
        throw new Refusal(value)
    }
  }

  #writeNumber(value: number): void {
    const at = this.#reserve(SCALAR_BYTES)
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
      this.#writeFloat(tags.FLOAT64, value)
    } else if (value >= tags.LEAST_TAG_NUMBER && value < 0x80) {
      this.#memory[at] = value
      this.#position = at + 1
    } else if (value >= -0x8000 && value < 0x8000) {
      this.#memory[at] = tags.INT16
      this.#view.setInt16(at + 1, value, true)
      this.#position = at + 3
    } else {
      this.#memory[at] = tags.INT32
      this.#view.setInt32(at + 1, value, true)
      this.#position = at + 5
    }
  }

  #writeFloat(tag: number, value: number): void {
    const at = this.#reserve(SCALAR_BYTES)
    this.#memory[at] = tag
    // A NaN's payload is not visible, but would make bytes differ from host to host.
    if (Number.isNaN(value)) this.#view.setBigUint64(at + 1, 0x7ff8_0000_0000_0000n, true)
    else this.#view.setFloat64(at + 1, value, true)
    this.#position = at + 9
  }

  #writeBigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      const at = this.#reserve(SCALAR_BYTES)
      this.#memory[at] = tags.BIGINT64
      this.#view.setBigInt64(at + 1, value, true)
      this.#position = at + 9
      return
    }
    const digits = (value < 0n ? -value : value).toString(16)
    const hex = digits.length % 2 === 0 ? digits : `0${digits}`
    const byteCount = hex.length / 2
    this.#writeCount(value < 0n ? tags.BIGINT_NEGATIVE : tags.BIGINT_POSITIVE, byteCount)
    const at = this.#reserve(byteCount)
    for (let i = 0; i < byteCount; i++) {
      this.#memory[at + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
    }
    this.#position = at + byteCount
  }

  #writeText(text: string): void {
    const { length } = text
    const start = this.#position
    if (length < tags.SHORT_TEXT_LENGTH) this.#writeTag(tags.SHORT_TEXT + length)
    else this.#writeCount(tags.ASCII, length)
    const at = this.#reserve(length)
    if (putAscii(text, this.#memory, at, this.#shared)) {
      this.#position = at + length
      return
    }
    this.#position = start
    this.#writeCount(tags.UTF16, length)
    const at16 = this.#reserve(2 * length)
    for (let i = 0; i < length; i++) this.#view.setUint16(at16 + 2 * i, text.charCodeAt(i), true)
    this.#position = at16 + 2 * length
  }

  #writeObject(value: object): void {
    const earlier = this.#objects.find(value)
    if (earlier >= 0) {
      this.#writeCount(tags.REFERENCE, earlier)
      return
    }
    if (this.#depth === MAX_VALUE_DEPTH) throw new DepthRefusal()
    this.#depth++
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) this.#writePlain(value as Record<string, unknown>)
    else if (prototype === Array.prototype && Array.isArray(value)) this.#writeArray(value)
    else this.#writeByKind(value)
    this.#depth--
  }

  #writeByKind(value: object): void {
    const kind = kindOf(value)
    switch (kind) {
      case 'Object':
        this.#writePlain(value as Record<string, unknown>)
        break
      case 'Array':
        this.#writeArray(value as unknown[])
        break
      case 'Map':
        this.#writeMap(value as Map<unknown, unknown>)
        break
      case 'Set':
        this.#writeValues(tags.SET, [...(value as Set<unknown>)])
        break
      case 'Date':
        this.#writeFloat(tags.DATE, (value as Date).getTime())
        break
      case 'RegExp':
        this.#writeTag(tags.REGEXP)
        this.#writeText((value as RegExp).source)
        this.#writeText((value as RegExp).flags)
        break
      case 'Error':
        this.#writeError(value as Error)
        break
      case 'ArrayBuffer':
        this.#writeBuffer(value as ArrayBuffer)
        break
      case undefined:
        throw new Refusal(value)
      default:
        this.#writeView(tags.VIEW_NAMES.indexOf(kind), value as ArrayBufferView)
        break
    }
  }

  #writePlain(value: Record<string, unknown>): void {
    const keys = Object.keys(value)
    const { length } = keys
    const known = this.#keyLists.find(keys)
    if (known >= 0) {
      const at = this.#reserve(2)
      this.#memory[at] = tags.OBJECT_SAME_KEYS
      this.#memory[at + 1] = known
      this.#position = at + 2
    } else if (this.#keyLists.add(keys)) {
      this.#writeCount(tags.OBJECT_NEW_KEYS, length)
      for (let i = 0; i < length; i++) this.#writeText(keys[i])
    } else {
      this.#writeCount(tags.OBJECT_LISTED, length)
      for (let i = 0; i < length; i++) {
        this.#writeText(keys[i])
        this.#writeAny(value[keys[i]])
      }
      return
    }
    for (let i = 0; i < length; i++) this.#writeAny(value[keys[i]])
  }

  #writeArray(array: readonly unknown[]): void {
    const { length } = array
    const content = contentOf(array)
    if (content === 'holes') this.#writeHoles(array)
    else if (content === 'values') this.#writeValues(tags.ARRAY, array)
    else {
      this.#writeCount(tags.ARRAY_NUMBERS, length)
      for (let i = 0; i < length; i++) this.#writeNumber(array[i] as number)
    }
  }

  #writeValues(tag: number, values: readonly unknown[]): void {
    const { length } = values
    this.#writeCount(tag, length)
    for (let i = 0; i < length; i++) this.#writeAny(values[i])
  }

  #writeHoles(array: readonly unknown[]): void {
    // Object.keys, not a loop: an array of 2^32 - 1 holes takes no time. Indices come first in it.
    const keys = Object.keys(array)
    let count = 0
    while (count < keys.length && isIndex(keys[count])) count++
    this.#writeCount(tags.ARRAY_HOLES, array.length)
    this.#putCount(this.#reserve(SCALAR_BYTES), count)
    for (let i = 0; i < count; i++) {
      const index = Number(keys[i])
      this.#putCount(this.#reserve(SCALAR_BYTES), index)
      this.#writeAny(array[index])
    }
  }

  #writeMap(map: ReadonlyMap<unknown, unknown>): void {
    // A copy: a getter inside may change the map, but the count is written first.
    const entries = [...map]
    this.#writeCount(tags.MAP, entries.length)
    for (const [key, value] of entries) {
      this.#writeAny(key)
      this.#writeAny(value)
    }
  }

  #writeError(error: Error): void {
    const hasCause = Object.hasOwn(error, 'cause')
    const { name, message, stack } = error
    this.#writeTag(hasCause ? tags.ERROR_WITH_CAUSE : tags.ERROR)
    this.#writeText(typeof name === 'string' ? name : 'Error')
    // Without an own message, `new Error()` reads '' from its prototype: so does the copy.
    this.#writeAny(message === '' ? undefined : String(message))
    this.#writeAny(typeof stack === 'string' ? stack : undefined)
    if (hasCause) this.#writeAny(error.cause)
  }

  #writeBuffer(buffer: ArrayBuffer): void {
    if (isDetached(buffer)) throw new Refusal(buffer, TRANSFERRED)
    this.#writeCount(tags.ARRAY_BUFFER, buffer.byteLength)
    this.#writeBytes(new Uint8Array(buffer))
  }

  #writeView(number: number, view: ArrayBufferView): void {
    if (isDetached(view.buffer)) throw new Refusal(view, TRANSFERRED)
    this.#writeTag(tags.VIEW)
    this.#writeCount(number, view.byteLength)
    this.#writeBytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  }

  #writeBytes(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length)
    this.#memory.set(bytes, at)
    this.#position = at + bytes.length
  }
}

function contentOf(array: readonly unknown[]): 'numbers' | 'values' | 'holes' {
  let content: 'numbers' | 'values' = 'numbers'
  for (let i = 0; i < array.length; i++) {
    const value = array[i]
    if (typeof value === 'number') continue
    if (value === undefined && !(i in array)) return 'holes'
    content = 'values'
  }
  return content
}

function isIndex(key: string): boolean {
  const number = Number(key)
  return number >= 0 && number < 0xffff_ffff && String(Math.floor(number)) === key
}

/** Its bytes went elsewhere by a transfer: to send none instead would be silent loss. */
function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false
  try {
    new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}
