/**
 * Set-up of every test file: typed arrays of one class with the same bytes are equal at once. To go
 * through them value by value, as vitest does, takes microseconds each; it still finds differences.
 */

import { expect } from 'vitest'

function bytesOf(value: unknown): Uint8Array | undefined {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

function sameBytes(a: unknown, b: unknown): true | undefined {
  const own = bytesOf(a)
  const other = bytesOf(b)
  if (own === undefined || other === undefined || own.length !== other.length) return undefined
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return undefined
  for (let i = 0; i < own.length; i++) if (own[i] !== other[i]) return undefined
  return true
}

expect.addEqualityTesters([sameBytes])
