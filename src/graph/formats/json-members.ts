/**
 * Takes a JSON object apart while its bytes come in: lists that are asked for item by item, other
 * values as a whole, the rest passed over. So no text is longer than one item, whatever the file
 * is: V8 ends a string at 512 MiB. Called by graphology.ts.
 */

import { MAX_JSON_ITEM_BYTES } from '../../limits.js'
import type { FormatInput } from './format.js'
import { parseJson } from './json.js'

/** Takes a value; `lineOf` counts to the line where it begins, for messages. */
export type Taker = (value: unknown, lineOf: () => number) => void

/** Members to take out of the object, by name. */
export interface JsonTakers {
  /** Each item of a list. */
  readonly items: Readonly<Record<string, Taker>>
  /** The whole value. */
  readonly values: Readonly<Record<string, Taker>>
  /** Called with the name of each member. */
  onMember(name: string): void
}

/** What must come next; `value` and `item` begin one. */
type State =
  | 'object'
  | 'first key'
  | 'key'
  | 'colon'
  | 'value'
  | 'behind value'
  | 'first item'
  | 'item'
  | 'behind item'
  | 'nothing'

const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BLANK = 32
const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

const EXPECTED: Readonly<Record<State, string>> = {
  object: 'an object, {',
  'first key': 'the name of a member, or }; if it is text of another kind, pass its format',
  key: 'the name of a member',
  colon: ':',
  value: 'a value',
  'behind value': ', or }',
  'first item': 'an item, or ]',
  item: 'an item',
  'behind item': ', or ]',
  nothing: 'nothing more',
}

/** A value whose end is looked for. */
interface Open {
  /** What to do with it at its end; undefined passes it over. */
  take: Taker | undefined
  next: State
  /** 1-based. */
  line: number
  /** Pieces of earlier chunks. */
  pieces: Uint8Array[]
  bytes: number
  /** Lists and objects that are open. */
  depth: number
  inString: boolean
  isEscaped: boolean
  /** A number or a word, which ends before what can't belong to it. */
  isBare: boolean
}

export class JsonMembers {
  readonly #problem: FormatInput['problem']
  readonly #takers: JsonTakers
  #state: State = 'object'
  #open: Open | undefined
  #member = ''
  /** Lines that end in earlier chunks. */
  #linesBefore = 0
  #isFirst = true

  /** @param problem makes errors */
  constructor(takers: JsonTakers, problem: FormatInput['problem']) {
    this.#problem = problem
    this.#takers = takers
  }

  /**
   * Takes the next bytes; they may be overwritten afterwards.
   *
   * @throws what `problem` makes, with the line where it stops to be JSON
   */
  write(bytes: Uint8Array): void {
    let at = 0
    if (this.#isFirst && bytes.length >= 3) {
      // A byte order mark is no part of JSON, and stands before some.
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3
      this.#isFirst = false
    }
    while (at < bytes.length) {
      at = this.#open === undefined ? this.#step(bytes, at) : this.#scan(this.#open, bytes, at, at)
    }
    this.#linesBefore += linesIn(bytes, bytes.length)
  }

  /** @throws what `problem` makes when the object has no end yet */
  end(): void {
    if (this.#state === 'nothing' && this.#open === undefined) return
    const line = this.#linesBefore + 1
    if (this.#state === 'object') throw this.#problem('the file is empty', { line })
    throw this.#problem('the JSON ends early: is the file whole?', { line })
  }

  /** Takes one sign between values, or begins a value; gives where to go on. */
  #step(bytes: Uint8Array, at: number): number {
    const byte = bytes[at]
    if (byte === BLANK || byte === LINE_FEED || byte === TAB || byte === CARRIAGE_RETURN) {
      return at + 1
    }
    const { items, values } = this.#takers
    switch (this.#state) {
      case 'object':
        if (byte === OPEN_OBJECT) return this.#to('first key', at)
        break
      case 'first key':
        if (byte === CLOSE_OBJECT) return this.#to('nothing', at)
        if (byte === QUOTE) return this.#begin(bytes, at, this.#takeName, 'colon')
        break
      case 'key':
        if (byte === QUOTE) return this.#begin(bytes, at, this.#takeName, 'colon')
        break
      case 'colon':
        if (byte === COLON) return this.#to('value', at)
        break
      case 'value': {
        if (byte === OPEN_LIST && Object.hasOwn(items, this.#member)) {
          return this.#to('first item', at)
        }
        if (Object.hasOwn(items, this.#member)) {
          throw this.#wrong(bytes, at, `"${this.#member}" expected a list`)
        }
        const take = Object.hasOwn(values, this.#member) ? values[this.#member] : undefined
        if (startsValue(byte)) return this.#begin(bytes, at, take, 'behind value')
        break
      }
      case 'behind value':
        if (byte === COMMA) return this.#to('key', at)
        if (byte === CLOSE_OBJECT) return this.#to('nothing', at)
        break
      case 'first item':
      case 'item':
        if (byte === CLOSE_LIST && this.#state === 'first item') return this.#to('behind value', at)
        if (startsValue(byte)) return this.#begin(bytes, at, items[this.#member], 'behind item')
        break
      case 'behind item':
        if (byte === COMMA) return this.#to('item', at)
        if (byte === CLOSE_LIST) return this.#to('behind value', at)
        break
    }
    throw this.#wrong(bytes, at, `is not JSON: expected ${EXPECTED[this.#state]}`)
  }

  #to(state: State, at: number): number {
    this.#state = state
    return at + 1
  }

  readonly #takeName: Taker = (value) => {
    this.#member = String(value)
    this.#takers.onMember(this.#member)
  }

  #begin(bytes: Uint8Array, at: number, take: Taker | undefined, next: State): number {
    const byte = bytes[at]
    const isNested = byte === OPEN_OBJECT || byte === OPEN_LIST
    const open: Open = {
      take,
      next,
      // Counted when it is needed.
      line: 0,
      pieces: [],
      bytes: 0,
      depth: isNested ? 1 : 0,
      inString: byte === QUOTE,
      isEscaped: false,
      isBare: !isNested && byte !== QUOTE,
    }
    return this.#scan(open, bytes, at, at + 1)
  }

  /** Looks for the end of a value, from `at` on, that begins at `start` or in an earlier chunk. */
  #scan(open: Open, bytes: Uint8Array, start: number, at: number): number {
    const end = open.isBare ? endOfBare(bytes, at) : endOfValue(open, bytes, at)
    if (end < 0) {
      if (open.line === 0) open.line = this.#lineOf(bytes, start)
      if (open.take !== undefined) {
        open.pieces.push(bytes.slice(start))
        open.bytes += bytes.length - start
        this.#checkLength(open)
      }
      this.#open = open
      return bytes.length
    }
    this.#open = undefined
    this.#state = open.next
    if (open.take === undefined) return end
    open.bytes += end - start
    this.#checkLength(open)
    const last = bytes.subarray(start, end)
    const whole = open.pieces.length === 0 ? last : joined(open, last)
    const lineOf = () => (open.line === 0 ? this.#lineOf(bytes, start) : open.line)
    open.take(parseJson(whole, this.#problem, lineOf), lineOf)
    return end
  }

  #checkLength({ bytes, line }: Open): void {
    if (bytes <= MAX_JSON_ITEM_BYTES) return
    throw this.#problem(`an item of JSON is longer than ${MAX_JSON_ITEM_BYTES} bytes`, { line })
  }

  #lineOf(bytes: Uint8Array, at: number): number {
    return this.#linesBefore + linesIn(bytes, at) + 1
  }

  #wrong(bytes: Uint8Array, at: number, problem: string): Error {
    const lineFeed = bytes.indexOf(LINE_FEED, at)
    const end = Math.min(at + 60, lineFeed < 0 ? bytes.length : lineFeed)
    const text = new TextDecoder().decode(bytes.slice(at, end))
    return this.#problem(problem, { line: this.#lineOf(bytes, at), text })
  }
}

/** Whether a value can begin so; JSON.parse sees to the rest. */
function startsValue(byte: number): boolean {
  return byte !== COMMA && byte !== COLON && byte !== CLOSE_LIST && byte !== CLOSE_OBJECT
}

/** Behind the last byte of a string, list or object; -1 when it goes on in the next chunk. */
function endOfValue(open: Open, bytes: Uint8Array, from: number): number {
  let { depth, inString, isEscaped } = open
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inString) {
      if (isEscaped) isEscaped = false
      else if (byte === BACKSLASH) isEscaped = true
      else if (byte === QUOTE) {
        if (depth === 0) return at + 1
        inString = false
      }
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) return at + 1
  }
  open.depth = depth
  open.inString = inString
  open.isEscaped = isEscaped
  return -1
}

/** Behind the last byte of a number or a word; -1 when it goes on in the next chunk. */
function endOfBare(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    const isEnd = byte <= BLANK || byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT
    if (isEnd) return at
  }
  return -1
}

function joined({ pieces, bytes }: Open, last: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const piece of [...pieces, last]) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Line feeds before `end`. */
function linesIn(bytes: Uint8Array, end: number): number {
  let count = 0
  for (
    let at = bytes.indexOf(LINE_FEED);
    at >= 0 && at < end;
    at = bytes.indexOf(LINE_FEED, at + 1)
  )
    count++
  return count
}
