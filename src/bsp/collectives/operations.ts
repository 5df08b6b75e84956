/**
 * What a reduction does with values: the built-in operations and those made by `defineReduction`.
 * Values are folded from left to right in order of rank; nothing else is ever done, so the bits
 * depend on the values and their number alone. Numbers, bigints, and arrays of both element by
 * element. Called by reduce.ts.
 */

import { show } from '../../check.js'
import { CollectiveError } from '../../errors.js'
import type { Exchange, Received } from './exchange.js'

/** Operations that need no definition. */
export type ReductionName = 'sum' | 'product' | 'max' | 'min' | 'count' | 'avg'

const NAMES: readonly string[] = ['sum', 'product', 'max', 'min', 'count', 'avg']

/** An operation of your own, made by `defineReduction`. */
export interface Reduction<T> {
  readonly name: string
  /** From two values of neighbouring ranks, the lower one's first. */
  combine(a: T, b: T): T
  /** Result of a reduction to which no rank contributed. */
  readonly identity: T | undefined
}

/** Typed arrays that are reduced element by element. */
export type ReducibleArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** Values that the built-in operations take. */
export type Reducible = number | bigint | readonly number[] | readonly bigint[] | ReducibleArray

const defined = new Map<string, Reduction<never>>()

/**
 * Makes an operation for reductions. It is known by its name, which travels with the values, so
 * that ends that disagree are found; the function itself never travels: call this where a module is
 * loaded, beside the collectives.
 *
 * @param name unique in the program; names of built-in operations are taken
 * @param combine associative, free of side effects, and of its arguments alone; gets whole values,
 *   arrays included. It need not be commutative: the lower rank's value comes first
 * @param options identity: result when no rank contributed; without it, that is an error
 * @throws TypeError; CollectiveError when the name is taken by another function
 * @example
 * ```ts
 * const longest = defineReduction('longest', (a: string, b: string) =>
 *   b.length > a.length ? b : a,
 * )
 * const word = allReduce('word', { op: longest })
 * ```
 */
export function defineReduction<T>(
  name: string,
  combine: (a: T, b: T) => T,
  options: { identity?: T } = {},
): Reduction<T> {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`"name" expected string, not empty, got ${show(name)}`)
  }
  if (typeof combine !== 'function') {
    throw new TypeError(`"combine" expected function of two values, got ${show(combine)}`)
  }
  const other = defined.get(name)
  // A module that is loaded twice, under two URLs, defines the same function twice.
  if (NAMES.includes(name) || (other !== undefined && `${other.combine}` !== `${combine}`)) {
    throw new CollectiveError(`a reduction of name "${name}" is there already; choose another name`)
  }
  const reduction = Object.freeze({ name, combine, identity: options.identity })
  defined.set(name, reduction as unknown as Reduction<never>)
  return reduction
}

/** @throws TypeError, RangeError */
export function checkOperation(op: unknown): asserts op is ReductionName | Reduction<never> {
  if (typeof op === 'string' && NAMES.includes(op)) return
  const known = typeof op === 'object' && op !== null && 'name' in op && defined.has(`${op.name}`)
  if (known) return
  const expected = NAMES.map((name) => `'${name}'`).join(' | ')
  const ErrorClass = typeof op === 'string' ? RangeError : TypeError
  throw new ErrorClass(`"op" expected ${expected} or what defineReduction returns, got ${show(op)}`)
}

/** One step of a fold over scalars. */
interface Arithmetic<V> {
  sum(a: V, b: V): V
  product(a: V, b: V): V
  max(a: V, b: V): V
  min(a: V, b: V): V
  count(count: number): V
}

const NUMBERS: Arithmetic<number> = {
  sum: (a, b) => a + b,
  product: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
  count: (count) => count,
}

const BIGINTS: Arithmetic<bigint> = {
  sum: (a, b) => a + b,
  product: (a, b) => a * b,
  max: (a, b) => (isLess(a, b) ? b : a),
  min: (a, b) => (isLess(b, a) ? b : a),
  count: BigInt,
}

function isLess(a: bigint, b: bigint): boolean {
  return a < b
}

/** Products of 32-bit integers need more bits than a double has. */
const INTEGERS: Arithmetic<number> = { ...NUMBERS, product: Math.imul }

/**
 * Contributions become one value, lowest rank first.
 *
 * @param contributions by rank; `undefined` is none
 * @throws CollectiveError for values that can't be reduced together, and for none at all
 */
export function fold<T>(
  exchange: Exchange,
  op: ReductionName | Reduction<T>,
  contributions: readonly Received<T | undefined>[],
): T | undefined {
  const given = contributions.filter((each): each is Received<T> => each.value !== undefined)
  if (given.length === 0) return undefined
  const values = given.map(({ value }) => value)
  if (typeof op !== 'string') return values.reduce((a, b) => op.combine(a, b))
  const shape = commonShape(exchange, op, given)
  const arithmetic = SHAPES[shape].arithmetic
  if (shape === 'number' || shape === 'bigint') return foldScalars(arithmetic, op, values) as T
  return foldArrays(arithmetic, op, values as unknown as ArrayLike<unknown>[]) as T
}

/** Result when nobody contributed, of operations that have one for numbers. */
export function identityOf<T>(op: ReductionName | Reduction<T>): T | undefined {
  if (typeof op !== 'string') return op.identity
  if (op === 'sum' || op === 'count') return 0 as T
  return op === 'product' ? (1 as T) : undefined
}

/** Kinds of values that the built-in operations take, by what messages call them. */
const SHAPES: Readonly<Record<string, { arithmetic: Arithmetic<unknown>; averages: boolean }>> = {
  number: { arithmetic: NUMBERS, averages: true },
  bigint: { arithmetic: BIGINTS, averages: false },
  'an array of numbers': { arithmetic: NUMBERS, averages: true },
  'an array of bigints': { arithmetic: BIGINTS, averages: false },
  Int8Array: { arithmetic: INTEGERS, averages: false },
  Uint8Array: { arithmetic: INTEGERS, averages: false },
  Int16Array: { arithmetic: INTEGERS, averages: false },
  Uint16Array: { arithmetic: INTEGERS, averages: false },
  Int32Array: { arithmetic: INTEGERS, averages: false },
  Uint32Array: { arithmetic: INTEGERS, averages: false },
  Float32Array: { arithmetic: NUMBERS, averages: true },
  Float64Array: { arithmetic: NUMBERS, averages: true },
  BigInt64Array: { arithmetic: BIGINTS, averages: false },
  BigUint64Array: { arithmetic: BIGINTS, averages: false },
}

function shapeOf(exchange: Exchange, { from, value }: Received<unknown>): string {
  let shape: string = typeof value
  if (Array.isArray(value)) {
    const type = typeof (value[0] ?? 0)
    shape = `an array of ${value.every((each) => typeof each === type) ? type : 'mixed value'}s`
  } else if (ArrayBuffer.isView(value)) shape = value.constructor.name
  if (Object.hasOwn(SHAPES, shape)) return shape
  const text = Array.isArray(value) ? shape : show(value)
  return exchange.fail(
    `rank ${from} sent ${text}; the built-in operations take ` +
      'numbers, bigints and arrays of them; defineReduction makes operations on other values',
  )
}

/** What all contributions are: the same, of one length. */
function commonShape(
  exchange: Exchange,
  op: ReductionName,
  given: readonly Received<unknown>[],
): string {
  const [first] = given
  const shape = shapeOf(exchange, first)
  const sizeText = (value: unknown) => `${(value as ArrayLike<unknown>).length} elements`
  const differ = (other: number, one: string, two: string) =>
    exchange.fail(
      `rank ${first.from} sent ${one}, rank ${other} sent ${two}; values that are reduced ` +
        'together must be alike',
    )
  for (const other of given) {
    const found = shapeOf(exchange, other)
    if (found !== shape) differ(other.from, shape, found)
    const [one, two] = [sizeText(first.value), sizeText(other.value)]
    if (one !== two) differ(other.from, one, two)
  }
  if (op === 'avg' && !SHAPES[shape].averages) {
    exchange.fail(
      `the average of ${shape} is in general no whole number; send numbers or a Float64Array`,
    )
  }
  return shape
}

/** An average is carried as sum and count, and divided once. */
function foldScalars(
  arithmetic: Arithmetic<unknown>,
  op: ReductionName,
  values: readonly unknown[],
): unknown {
  if (op === 'count') return arithmetic.count(values.length)
  const step = arithmetic[op === 'avg' ? 'sum' : op]
  const result = values.reduce((a, b) => step(a, b))
  return op === 'avg' ? (result as number) / values.length : result
}

/** Floats are folded in f64 and rounded to their type once; integers wrap as their type does. */
function foldArrays(
  arithmetic: Arithmetic<unknown>,
  op: ReductionName,
  values: readonly ArrayLike<unknown>[],
): unknown {
  const [first] = values
  const { length } = first
  const wide = (arithmetic === BIGINTS ? new Array(length) : new Float64Array(length)) as unknown[]
  if (op === 'count') wide.fill(arithmetic.count(values.length))
  else {
    for (let i = 0; i < length; i++) wide[i] = first[i]
    const step = arithmetic[op === 'avg' ? 'sum' : op]
    for (const value of values.slice(1)) addInto(wide, value, step)
  }
  if (op === 'avg') {
    for (let i = 0; i < length; i++) wide[i] = (wide[i] as number) / values.length
  }
  return (first.constructor as unknown as ArrayConstructor).from(wide)
}

function addInto(
  wide: unknown[],
  values: ArrayLike<unknown>,
  step: (a: unknown, b: unknown) => unknown,
): void {
  for (let i = 0; i < wide.length; i++) wide[i] = step(wide[i], values[i])
}
