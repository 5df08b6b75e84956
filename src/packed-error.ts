/**
 * Errors as data, so that they come out of another thread as the classes that they were: comlink by
 * itself keeps name, message and stack only. For the workers of pools and of the public API.
 */

import * as classes from './errors.js'

/** A result, or what was thrown. */
export type Reply<T> = { value: T } | { error: PackedError }

/** An error's class name and own properties. */
export interface PackedError {
  name: string
  message: string
  stack: string | undefined
  cause: PackedError | undefined
  properties: Record<string, unknown>
}

/** How many causes of causes are told. */
const MOST_CAUSES = 8

/** For the way back. */
export function packError(thrown: unknown, depth = 0): PackedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { name, message, stack, cause } = error
  const packedCause =
    cause === undefined || depth === MOST_CAUSES ? undefined : packError(cause, depth + 1)
  const own = Object.entries(error).filter(([key, value]) => key !== 'cause' && travels(value))
  const properties = Object.fromEntries(own)
  return { name, message, stack, cause: packedCause, properties }
}

/** What can't be cloned, such as a function, is left out: it would cost the whole answer. */
function travels(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch (_error) {
    return false
  }
}

const BUILT_IN: Readonly<Record<string, ErrorConstructor>> = { TypeError, RangeError, SyntaxError }

/** An error of the class that was thrown, where the package or the language has it. */
export function unpackError({ name, message, stack, cause, properties }: PackedError): Error {
  const known = (classes as Record<string, unknown>)[name] ?? BUILT_IN[name] ?? Error
  const error: Error =
    name === 'AbortError'
      ? new DOMException(message, name)
      : Object.create((known as ErrorConstructor).prototype)
  const own = { name, message, stack, cause: cause && unpackError(cause) }
  for (const [key, value] of Object.entries(own)) {
    if (value === undefined) continue
    Object.defineProperty(error, key, { value, configurable: true, writable: true })
  }
  return Object.assign(error, properties)
}
