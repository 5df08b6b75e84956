/**
 * Argument checks, used once at the public edge. A wrong kind throws TypeError, a wrong value
 * RangeError, both as `"name" expected …, got …`.
 */

/** How a value is shown in a message: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'an object'
  return String(value)
}

/** A finite number in [low, high] (or [low, high) with `below`). */
export function checkNumber(
  name: string,
  value: unknown,
  range: { low: number; high?: number; below?: number },
): number {
  const upper = range.below !== undefined ? `${range.below})` : `${range.high ?? 'infinity'}]`
  const expected = `"${name}" expected number in [${range.low}, ${upper}, got ${show(value)}`
  if (typeof value !== 'number') throw new TypeError(expected)
  const inside =
    value >= range.low &&
    value < (range.below ?? Number.POSITIVE_INFINITY) &&
    value <= (range.high ?? Number.MAX_VALUE)
  if (!inside) throw new RangeError(expected)
  return value
}

/** A whole number in [low, high]. */
export function checkInteger(name: string, value: unknown, low: number, high: number): number {
  const expected = `"${name}" expected whole number in [${low}, ${high}], got ${show(value)}`
  if (typeof value !== 'number') throw new TypeError(expected)
  if (!Number.isInteger(value) || value < low || value > high) throw new RangeError(expected)
  return value
}

/** One of a fixed set of strings. */
export function checkOneOf<T extends string>(
  name: string,
  value: unknown,
  allowed: readonly T[],
): T {
  const choices = allowed.map((s) => `'${s}'`).join(' | ')
  const expected = `"${name}" expected ${choices}, got ${show(value)}`
  if (typeof value !== 'string') throw new TypeError(expected)
  if (!allowed.includes(value as T)) throw new RangeError(expected)
  return value as T
}

/** An AbortSignal, or undefined. */
export function checkSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value
  throw new TypeError(`"signal" expected AbortSignal, got ${show(value)}`)
}

/** A function, or undefined. */
export function checkCallback(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new TypeError(`"${name}" expected function, got ${show(value)}`)
}

/** An options object (or undefined) whose keys are all known: a misspelt option is an error. */
export function checkOptions(name: string, value: unknown, known: readonly string[]): void {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`"${name}" expected object, got ${show(value)}`)
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(`"${name}" has no option "${key}"; it knows ${known.join(', ')}`)
    }
  }
}
