// Values as keys that order like unsigned numbers, and back. With the masks of the parameter block:
//
//   bits  →  key = ((bits ^ (sign & SIGN_MASK | XOR_MASK)) - OFFSET) ^ FLIP_MASK
//
// `sign` is the sign bit spread over the word. Unsigned values need no masks; signed ones flip their
// sign bit (XOR_MASK); floats flip all bits where negative; OFFSET turns the keys around so that NaN
// with a sign, which would come first, comes behind NaN without one; FLIP_MASK is for descending
// order. Every step can be undone, so NaN keeps its bits.
import { FLIP_MASK, OFFSET, SIGN_MASK, XOR_MASK } from '../src/kernels/sort/layout'

// Set by `loadMasks` before a loop: globals cost a load each, a parameter block two.
let signMask: u64 = 0
let xorMask: u64 = 0
let offset: u64 = 0
let flipMask: u64 = 0

export function loadMasks(p: usize): void {
  signMask = load<u64>(p, SIGN_MASK)
  xorMask = load<u64>(p, XOR_MASK)
  offset = load<u64>(p, OFFSET)
  flipMask = load<u64>(p, FLIP_MASK)
}

export function getSignMask<K extends number>(): K {
  return <K>signMask
}
export function getXorMask<K extends number>(): K {
  return <K>xorMask
}
export function getOffset<K extends number>(): K {
  return <K>offset
}
export function getFlipMask<K extends number>(): K {
  return <K>flipMask
}

/** The sign bit in all bits. */
function spread<K extends number>(bits: K): K {
  if (sizeof<K>() == 8) return <K>(<i64>bits >> 63)
  return <K>(<i32>bits >> 31)
}

export function keyOf<K extends number>(bits: K, sign: K, xor: K, off: K, flip: K): K {
  return <K>(<K>((bits ^ <K>(<K>(spread<K>(bits) & sign) | xor)) - off) ^ flip)
}

export function bitsOf<K extends number>(key: K, sign: K, xor: K, off: K, flip: K): K {
  const folded = <K>(<K>(key ^ flip) + off)
  return <K>(folded ^ <K>(<K>(<K>~spread<K>(folded) & sign) | xor))
}
