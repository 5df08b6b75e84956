/**
 * Reads what codec-writer.ts wrote. Bytes may be cut off or damaged: every length is checked
 * against the bytes that are left before anything is made of it, so that reading ends, in memory
 * proportional to the bytes, with a value or with a BlockFormatError. Used through codec.ts.
 */

import { BlockFormatError } from '../errors.js'
import { MAX_VALUE_DEPTH } from '../limits.js'
import * as tags from './codec-tags.js'
import { asciiOf, isShared, utf16Of } from './codec-text.js'

/** Places of a value's objects that stay for the next value. */
const KEPT_OBJECT_COUNT = 16

type Dictionary = Record<string, unknown>

/** Reads values in the order in which they were written. */
export class ValueReader {
  readonly #memory: Uint8Array
  readonly #view: DataView
  readonly #shared: boolean
  readonly #end: number
  #position: number
  #depth = 0
  /** Objects of the value that is being read, by number; undefined from #objectCount on. */
  #objects: (object | undefined)[] = []
  #objectCount = 0
  readonly #keyLists: string[][] = []

  /**
   * @param position where a writer was reset, default 0
   * @param end where its bytes end, default the memory's end
   */
  constructor(memory: Uint8Array, position = 0, end: number = memory.byteLength) {
    if (!(position >= 0 && position <= end && end <= memory.byteLength)) {
      throw damaged(`bytes ${position} to ${end} were asked for, of ${memory.byteLength}`)
    }
    // Not a subclass: slice() of Node's Buffer copies nothing.
    this.#memory =
      memory.constructor === Uint8Array
        ? memory
        : new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength)
    this.#view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength)
    this.#shared = isShared(memory)
    this.#position = position
    this.#end = end
  }

  /** Index of the byte to be read next. */
  get position(): number {
    return this.#position
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#end
  }

  /** @throws BlockFormatError when fewer than four bytes are left */
  readUint32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** @throws BlockFormatError when bytes are missing or make no sense; read no further then */
  read(): unknown {
    this.#depth = 0
    const value = this.#readAny()
    this.#forgetObjects()
    return value
  }

  /** So that nobody's objects are kept from being collected; a few cost less than a new array. */
  #forgetObjects(): void {
    if (this.#objectCount > KEPT_OBJECT_COUNT) this.#objects = []
    else for (let i = 0; i < this.#objectCount; i++) this.#objects[i] = undefined
    this.#objectCount = 0
  }

  /** @returns the position, which moves on by so many bytes */
  #take(byteCount: number): number {
    const at = this.#position
    if (byteCount > this.#end - at) {
      throw damaged(`it ends at byte ${this.#end}, but byte ${at} begins ${byteCount} bytes`)
    }
    this.#position = at + byteCount
    return at
  }

  /** A count of things of which each takes so many bytes at least. */
  #readCount(bytesEach: number): number {
    let count = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#memory[this.#take(1)]
      count += (byte & 0x7f) * factor
      if (byte < 0x80) break
      if (factor > 2 ** 42) throw damaged(`a count of more than 53 bits before ${this.#position}`)
    }
    if (count * bytesEach > this.#end - this.#position) {
      throw damaged(`${count} things at byte ${this.#position} can't be in ${this.#end} bytes`)
    }
    return count
  }

  #readAny(): unknown {
    const tag = this.#memory[this.#take(1)]
    if (tag < 0x80) return tag
    if (tag >= tags.NEGATIVE) return tag - 0x100
    if (tag >= tags.SHORT_TEXT) return this.#readAscii(tag - tags.SHORT_TEXT)
    switch (tag) {
      case tags.INT16:
      case tags.INT32:
      case tags.FLOAT64:
        return this.#readLongNumber(tag)
      case tags.ASCII:
      case tags.UTF16:
        return this.#readLongText(tag)
      case tags.UNDEFINED:
        return undefined
      case tags.NULL:
        return null
      case tags.FALSE:
        return false
      case tags.TRUE:
        return true
      case tags.BIGINT64:
        return this.#view.getBigInt64(this.#take(8), true)
      case tags.BIGINT_POSITIVE:
        return this.#readBigint()
      case tags.BIGINT_NEGATIVE:
        return -this.#readBigint()
      case tags.REFERENCE:
        return this.#readReference()
    }
    if (this.#depth === MAX_VALUE_DEPTH) {
      throw damaged(`byte ${this.#position} is nested deeper than ${MAX_VALUE_DEPTH} levels`)
    }
    this.#depth++
    const object = this.#readObject(tag)
    this.#depth--
    return object
  }

  #readNumber(): number {
    const tag = this.#memory[this.#take(1)]
    if (tag < 0x80) return tag
    return tag >= tags.NEGATIVE ? tag - 0x100 : this.#readLongNumber(tag)
  }

  #readLongNumber(tag: number): number {
    if (tag === tags.FLOAT64) return this.#view.getFloat64(this.#take(8), true)
    if (tag === tags.INT16) return this.#view.getInt16(this.#take(2), true)
    if (tag === tags.INT32) return this.#view.getInt32(this.#take(4), true)
    throw damaged(`tag ${tag} before byte ${this.#position} is no number`)
  }

  #readBigint(): bigint {
    const length = this.#readCount(1)
    const at = this.#take(length)
    let hex = '0x0'
    for (let i = 0; i < length; i++) hex += this.#memory[at + i].toString(16).padStart(2, '0')
    try {
      return BigInt(hex)
    } catch (cause) {
      throw damaged(`${length} bytes at ${at} are too many for a bigint of this host`, cause)
    }
  }

  #readText(): string {
    const tag = this.#memory[this.#take(1)]
    if (tag >= tags.SHORT_TEXT && tag < tags.NEGATIVE) {
      return this.#readAscii(tag - tags.SHORT_TEXT)
    }
    return this.#readLongText(tag)
  }

  #readLongText(tag: number): string {
    if (tag === tags.ASCII) return this.#readAscii(this.#readCount(1))
    if (tag === tags.UTF16) {
      const length = this.#readCount(2)
      return utf16Of(this.#view, this.#take(2 * length), length)
    }
    throw damaged(`tag ${tag} before byte ${this.#position} is no text`)
  }

  #readAscii(length: number): string {
    const at = this.#take(length)
    const text = asciiOf(this.#memory, at, length, this.#shared)
    if (text === undefined) throw damaged(`text at byte ${at} is not ASCII`)
    return text
  }

  #readReference(): object {
    const number = this.#readCount(0)
    const object = number < this.#objectCount ? this.#objects[number] : undefined
    if (object !== undefined) return object
    throw damaged(`object ${number} is named before byte ${this.#position}, but didn't come`)
  }

  #readObject(tag: number): object {
    switch (tag) {
      case tags.OBJECT_SAME_KEYS:
        return this.#readProperties(this.#readKnownKeys())
      case tags.OBJECT_NEW_KEYS:
        return this.#readProperties(this.#readNewKeys())
      case tags.OBJECT_LISTED:
        return this.#readListed()
      case tags.ARRAY:
        return this.#readArray()
      case tags.ARRAY_NUMBERS:
        return this.#readNumbers()
      case tags.ARRAY_HOLES:
        return this.#readHoles()
      case tags.MAP:
        return this.#readMap()
      case tags.SET:
        return this.#readSet()
      case tags.DATE:
        return this.#number(new Date(this.#view.getFloat64(this.#take(8), true)))
      case tags.REGEXP:
        return this.#readRegExp()
      case tags.ERROR:
      case tags.ERROR_WITH_CAUSE:
        return this.#readError(tag)
      case tags.ARRAY_BUFFER:
        return this.#number(this.#readBuffer())
      case tags.VIEW:
        return this.#readView()
      default:
        throw damaged(`tag ${tag} before byte ${this.#position} is unknown`)
    }
  }

  /** Gives an object its number: before what it holds is read, which may name it. */
  #number<T extends object>(object: T): T {
    this.#objects[this.#objectCount++] = object
    return object
  }

  #readKnownKeys(): string[] {
    const index = this.#memory[this.#take(1)]
    if (index < this.#keyLists.length) return this.#keyLists[index]
    throw damaged(`keys ${index} are named before byte ${this.#position}, but didn't come`)
  }

  #readNewKeys(): string[] {
    const keys: string[] = []
    const count = this.#readCount(1)
    for (let i = 0; i < count; i++) keys.push(this.#readText())
    this.#keyLists.push(keys)
    return keys
  }

  #readProperties(keys: readonly string[]): object {
    const object = this.#number<Dictionary>({})
    for (let i = 0; i < keys.length; i++) setProperty(object, keys[i], this.#readAny())
    return object
  }

  #readListed(): object {
    const object = this.#number<Dictionary>({})
    const count = this.#readCount(2)
    for (let i = 0; i < count; i++) {
      const key = this.#readText()
      setProperty(object, key, this.#readAny())
    }
    return object
  }

  #readArray(): unknown[] {
    const array = this.#number<unknown[]>([])
    const count = this.#readCount(1)
    for (let i = 0; i < count; i++) array.push(this.#readAny())
    return array
  }

  #readNumbers(): number[] {
    const count = this.#readCount(1)
    // Pairs and triples are what messages are; push would make room for 17 elements.
    if (count === 2) return this.#number([this.#readNumber(), this.#readNumber()])
    if (count === 3) {
      return this.#number([this.#readNumber(), this.#readNumber(), this.#readNumber()])
    }
    const array = this.#number<number[]>([])
    // Not #readNumber: its result would be boxed (measured: 5.9 instead of 1.8 ns a number).
    for (let i = 0; i < count; i++) {
      const tag = this.#memory[this.#take(1)]
      if (tag < 0x80) array.push(tag)
      else array.push(tag >= tags.NEGATIVE ? tag - 0x100 : this.#readLongNumber(tag))
    }
    return array
  }

  #readHoles(): unknown[] {
    const array = this.#number<unknown[]>([])
    const length = this.#readCount(0)
    const count = this.#readCount(2)
    if (length > 0xffff_ffff) throw damaged(`an array of length ${length} can't be`)
    // A far element first makes engines keep the array as a dictionary; otherwise a length alone
    // would take memory for so many elements.
    array[0xffff_fffe] = undefined
    delete array[0xffff_fffe]
    array.length = length
    for (let i = 0; i < count; i++) {
      const index = this.#readCount(0)
      if (index >= length) throw damaged(`element ${index} of an array of length ${length}`)
      array[index] = this.#readAny()
    }
    return array
  }

  #readMap(): object {
    const map = this.#number(new Map<unknown, unknown>())
    const count = this.#readCount(2)
    for (let i = 0; i < count; i++) {
      const key = this.#readAny()
      map.set(key, this.#readAny())
    }
    return map
  }

  #readSet(): object {
    const set = this.#number(new Set<unknown>())
    const count = this.#readCount(1)
    for (let i = 0; i < count; i++) set.add(this.#readAny())
    return set
  }

  #readRegExp(): RegExp {
    const at = this.#position
    const source = this.#readText()
    const flags = this.#readText()
    try {
      return this.#number(new RegExp(source, flags))
    } catch (cause) {
      throw damaged(`byte ${at} begins no regular expression`, cause)
    }
  }

  #readError(tag: number): Error {
    const name = this.#readText()
    const message = this.#readOptionalText()
    const stack = this.#readOptionalText()
    const isKnown = tags.ERROR_NAMES.includes(name)
    const maker: ErrorConstructor = isKnown ? Reflect.get(globalThis, name) : Error
    const error = this.#number(new maker(message))
    if (!isKnown && name !== 'Error') setHidden(error, 'name', name)
    setHidden(error, 'stack', stack)
    if (tag === tags.ERROR_WITH_CAUSE) setHidden(error, 'cause', this.#readAny())
    return error
  }

  #readOptionalText(): string | undefined {
    if (this.#memory[this.#position] !== tags.UNDEFINED) return this.#readText()
    this.#take(1)
    return undefined
  }

  #readBuffer(): ArrayBuffer {
    const byteCount = this.#readCount(1)
    const at = this.#take(byteCount)
    // slice() of shared memory, too, is an ArrayBuffer of its own.
    return this.#memory.slice(at, at + byteCount).buffer as ArrayBuffer
  }

  #readView(): object {
    const at = this.#take(1)
    const name = tags.VIEW_NAMES[this.#memory[at]]
    const maker = Reflect.get(globalThis, name ?? '')
    if (maker === undefined) {
      throw damaged(`byte ${at} names a ${name ?? 'view'} that this host doesn't have`)
    }
    const buffer = this.#readBuffer()
    const bytesEach = maker.BYTES_PER_ELEMENT ?? 1
    if (buffer.byteLength % bytesEach !== 0) {
      throw damaged(`a ${name} of ${buffer.byteLength} bytes at ${at} can't be`)
    }
    return this.#number(new maker(buffer))
  }
}

function damaged(problem: string, cause?: unknown): BlockFormatError {
  return new BlockFormatError(`encoded value is damaged: ${problem}`, { cause })
}

function setProperty(object: Dictionary, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, ...VISIBLE })
}

const VISIBLE = { enumerable: true, configurable: true, writable: true }

/** As errors have their own properties: not enumerable. */
function setHidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true })
}
