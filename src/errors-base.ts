/** The base of every error class of the package; the classes are in errors.ts. */

/**
 * Base class: `instanceof TickTickClockError` catches everything that the package names itself.
 *
 * @example
 * ```ts
 * try {
 *   await readGraph('missing.csv')
 * } catch (error) {
 *   if (error instanceof TickTickClockError) console.log(error.code) // ERR_TTC_GRAPH_SOURCE
 * }
 * ```
 */
export class TickTickClockError extends Error {
  /** Stable, machine-readable name of the kind of error, for example `ERR_TTC_GRAPH_FORMAT`. */
  readonly code: string

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = nameOf(code)
    this.code = code
  }
}

/** `ERR_TTC_GRAPH_FORMAT` → `GraphFormatError`: minifiers rename classes, not codes. */
function nameOf(code: string): string {
  const words = code.replace(/^ERR_TTC_/, '').toLowerCase()
  return `${words.replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())}Error`
}
