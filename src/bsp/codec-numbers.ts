/**
 * The numbers that codec-writer.ts gives to what comes again: objects within a value, lists of keys
 * within a batch.
 */

import { KEY_LIST_COUNT, KEY_LIST_LENGTH } from './codec-tags.js'

/**
 * Numbers the objects of one value. Most values hold a few, which a loop finds faster than a Map:
 * a flat message never makes one.
 */
export class ObjectNumbers {
  readonly #few: (object | undefined)[] = new Array(8).fill(undefined)
  #many: Map<object, number> | undefined
  #count = 0

  /** @returns the object's number if it has one; otherwise gives it the next, and returns -1 */
  find(value: object): number {
    const few = this.#few
    if (this.#many !== undefined) {
      const number = this.#many.get(value)
      if (number !== undefined) return number
      this.#many.set(value, this.#count++)
      return -1
    }
    for (let i = 0; i < this.#count; i++) if (few[i] === value) return i
    if (this.#count < few.length) {
      few[this.#count++] = value
      return -1
    }
    this.#many = new Map()
    for (let i = 0; i < few.length; i++) this.#many.set(few[i] as object, i)
    this.#many.set(value, this.#count++)
    return -1
  }

  /** Forgets them, so that nobody's objects are kept from being collected. */
  clear(): void {
    const used = Math.min(this.#count, this.#few.length)
    for (let i = 0; i < used; i++) this.#few[i] = undefined
    this.#many = undefined
    this.#count = 0
  }
}

/**
 * Numbers the key lists of a batch of values, so that objects of the same keys don't repeat them.
 */
export class KeyLists {
  readonly #lists: (readonly string[])[] = []
  /** Where the last one was found: messages are mostly alike. */
  #last = 0

  get count(): number {
    return this.#lists.length
  }

  /** @returns the key list's number, -1 if it has none */
  find(keys: readonly string[]): number {
    const lists = this.#lists
    const last = this.#last
    if (last < lists.length && sameKeys(lists[last], keys)) return last
    for (let i = 0; i < lists.length; i++) {
      if (sameKeys(lists[i], keys)) {
        this.#last = i
        return i
      }
    }
    return -1
  }

  /** @returns false, and gives no number, when numbers have run out or the list is too long */
  add(keys: readonly string[]): boolean {
    if (keys.length > KEY_LIST_LENGTH || this.#lists.length === KEY_LIST_COUNT) return false
    this.#last = this.#lists.length
    this.#lists.push(keys)
    return true
  }

  /** Takes all numbers back but the first `count`. */
  cutBack(count: number): void {
    this.#lists.length = count
  }
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
