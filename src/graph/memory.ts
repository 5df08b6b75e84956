/**
 * Large allocations of graphs: what the platform reports as a RangeError becomes the package's own
 * error, with the bytes that were asked for.
 */

import { MemoryLimitError } from '../errors.js'

/**
 * What `make` makes.
 *
 * @throws MemoryLimitError when the platform refuses that much memory
 */
export function allocated<T>(what: string, neededBytes: number, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    // Nobody tells how much is free.
    const sizes = { neededBytes, limitBytes: 0, alternatives: ['a smaller graph'] }
    throw new MemoryLimitError(what, { ...sizes, cause })
  }
}

/** `length` zeros. */
export function allocateWords(what: string, length: number): Uint32Array<ArrayBuffer> {
  return allocated(what, 4 * length, () => new Uint32Array(length))
}
