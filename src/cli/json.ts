/**
 * What JSON and terminals can't take as it is: 64-bit ids, control characters, long fractions.
 */

import type { VertexId } from '../graph/csr.js'
import { oneLine } from './session.js'

/** Strings stay strings, integers are numbers up to 2^53 - 1 and strings of digits above. */
export function jsonId(id: VertexId): string | number {
  return typeof id === 'bigint' ? String(id) : id
}

/** Microseconds are enough. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** An id as a terminal can show it: on one line, at most 60 characters. */
export function printable(id: string): string {
  const characters = [...oneLine(id)]
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : characters.join('')
}
