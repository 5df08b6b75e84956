/**
 * How each element type's bits become keys that order as unsigned numbers, as masks: the scheme is
 * in assembly/sort-keys.ts, the one that applies them.
 */

import type { ElementType } from '../../devices/device.js'

/** Masks of one type and direction, each as wide as the element. */
export interface KeyMasks {
  /** Flipped where the sign bit is set. */
  signMask: bigint
  /** Flipped always. */
  xorMask: bigint
  /** Subtracted, modulo the width. */
  offset: bigint
  /** Flipped at last. */
  flipMask: bigint
  /** Keys from here on, before the last flip, are NaN. */
  nanFrom: bigint
}

const ALL_64 = 2n ** 64n - 1n

const MASKS: Readonly<Record<ElementType, Omit<KeyMasks, 'flipMask'>>> = {
  u8: unsigned(8),
  i8: signed(8),
  u16: unsigned(16),
  i16: signed(16),
  u32: unsigned(32),
  i32: signed(32),
  f32: float(32, 23),
  f64: float(64, 52),
  u64: unsigned(64),
  i64: signed(64),
}

function unsigned(bits: number) {
  return { signMask: 0n, xorMask: 0n, offset: 0n, nanFrom: 2n ** BigInt(Math.max(32, bits)) - 1n }
}

function signed(bits: number) {
  return { ...unsigned(bits), xorMask: 2n ** BigInt(bits - 1) }
}

/** `offset` is the key of -infinity, so that NaN with a sign, which lies below, goes around. */
function float(bits: number, mantissaBits: number) {
  const offset = 2n ** BigInt(mantissaBits) - 1n
  const infinity = 2n ** BigInt(bits) - 2n ** BigInt(mantissaBits) - offset
  return {
    signMask: 2n ** BigInt(bits) - 1n,
    xorMask: 2n ** BigInt(bits - 1),
    offset,
    nanFrom: infinity + 1n,
  }
}

/** Narrow types are widened to 32 bits before the last flip. */
export function keyMasks(type: ElementType, descending: boolean): KeyMasks {
  return { ...MASKS[type], flipMask: descending ? ALL_64 : 0n }
}
