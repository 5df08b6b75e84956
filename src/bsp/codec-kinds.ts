/**
 * What kind of object the writer has before it, and how to say that one can't be sent. Objects of
 * another realm (a frame, `node:vm`) are of the same kinds; instances of classes are of none.
 */

import { MAX_VALUE_DEPTH } from '../limits.js'
import { VIEW_NAMES } from './codec-tags.js'

const KINDS: ReadonlySet<string> = new Set([
  ...['Object', 'Array', 'Map', 'Set', 'Date', 'RegExp', 'Error', 'ArrayBuffer'],
  ...VIEW_NAMES,
])

/** Prototypes of this realm. */
const KIND_OF_PROTOTYPE = new Map<object, string>()
for (const kind of KINDS) {
  const builtIn = Reflect.get(globalThis, kind)
  if (builtIn !== undefined) KIND_OF_PROTOTYPE.set(builtIn.prototype, kind)
}

/** Name of the built-in class whose direct instance this is, one of KINDS; undefined for others. */
export function kindOf(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value)
  if (prototype === null) return 'Object'
  const kind = KIND_OF_PROTOTYPE.get(prototype) ?? kindOfForeign(prototype)
  if (kind !== undefined) return kind
  const isError =
    value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
  return isError ? 'Error' : undefined
}

/** The source text of a constructor tells a realm's own `Map` from a class of that name. */
function kindOfForeign(prototype: object): string | undefined {
  if (!Object.hasOwn(prototype, 'constructor')) return undefined
  const maker = prototype.constructor
  if (typeof maker !== 'function' || !KINDS.has(maker.name)) return undefined
  const source = Function.prototype.toString.call(maker)
  return /\{\s*\[native code\]\s*\}$/.test(source) ? maker.name : undefined
}

/** Thrown while a value is written; `write` makes of it the error that users see. */
export class Refusal extends Error {
  readonly culprit: unknown
  /** What is the matter, where the culprit's kind doesn't say it. */
  readonly problem: string | undefined

  constructor(culprit: unknown, problem?: string) {
    super('refused')
    this.culprit = culprit
    this.problem = problem
  }
}

/** The value is nested too deep; `write` says which. */
export class DepthRefusal extends Error {}

/** @returns the error for users: what can't be sent, where it lies, and what can */
export function explain(refusal: Refusal | DepthRefusal, root: unknown, rootName: string): Error {
  if (refusal instanceof DepthRefusal) {
    return new RangeError(
      `can't send ${rootName}: it is nested deeper than ${MAX_VALUE_DEPTH} levels; ` +
        'send an array whose elements name each other by index',
    )
  }
  const { culprit, problem = describe(culprit) } = refusal
  return new TypeError(
    `can't send ${rootName}${pathTo(root, culprit)}: ${problem} (only plain data can be sent: ` +
      'objects, arrays, typed arrays, Map, Set, Date, Error)',
  )
}

function describe(culprit: unknown): string {
  if (typeof culprit !== 'object' || culprit === null) return `a ${typeof culprit}`
  const name: unknown = Object.getPrototypeOf(culprit)?.constructor?.name
  if (name === '') return 'an instance of a class without a name'
  if (typeof name !== 'string' || name === 'Object') return 'an object with its own prototype'
  return `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}`
}

/**
 * Where the culprit lies, looked for only once it is known: the writer keeps no path. A getter that
 * makes a new object at each call hides it; then the path is empty.
 */
function pathTo(root: unknown, culprit: unknown): string {
  if (root === culprit) return ''
  const seen = new Set<unknown>([root])
  const stack = [{ path: '', parts: partsOf(root) }]
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { done, value } = top.parts.next()
    if (done) {
      stack.pop()
      continue
    }
    const path = top.path + value.step
    if (value.part === culprit) return path
    if (typeof value.part !== 'object' || seen.has(value.part)) continue
    seen.add(value.part)
    stack.push({ path, parts: partsOf(value.part) })
  }
  return ''
}

interface Part {
  /** How a program reaches it from the whole, for example `.name` or `[3]`. */
  step: string
  part: unknown
}

/** What the writer would go on to, in its order. */
function* partsOf(value: unknown): Generator<Part, undefined> {
  if (typeof value !== 'object' || value === null) return undefined
  const kind = kindOf(value)
  if (kind === 'Object' || kind === 'Array') {
    for (const key of Object.keys(value)) {
      yield { step: stepOf(key, kind === 'Array'), part: Reflect.get(value, key) }
    }
  } else if (kind === 'Map') {
    let index = 0
    for (const [key, part] of value as Map<unknown, unknown>) {
      yield { step: ` key ${index}`, part: key }
      const isShort = typeof key === 'number' || (typeof key === 'string' && key.length <= 60)
      yield { step: isShort ? `.get(${JSON.stringify(key)})` : ` value ${index}`, part }
      index++
    }
  } else if (kind === 'Set') {
    let index = 0
    for (const part of value as Set<unknown>) yield { step: ` element ${index++}`, part }
  } else if (kind === 'Error') yield { step: '.cause', part: (value as Error).cause }
  return undefined
}

function stepOf(key: string, inArray: boolean): string {
  if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `.${key}`
  return inArray ? `[${key}]` : `[${JSON.stringify(key)}]`
}
