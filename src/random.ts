/**
 * Seeded random numbers, the same on every machine. The only file that may know a random source;
 * everything else is given one.
 */

/** A stream of random numbers. */
export interface Random {
  /** Uniform in [0, 2^32). */
  nextUint32(): number
  /** Uniform in [0, 1) with 53 random bits. */
  nextFloat(): number
  /** Uniform whole number in [0, bound), 1 ≤ bound ≤ 2^32, without modulo bias (rejection). */
  nextBelow(bound: number): number
}

/** Where a stream of random numbers is: four 32-bit words. */
export type RandomState = readonly [a: number, b: number, c: number, d: number]

/** A stream that can be left and taken up again. */
export interface RestorableRandom extends Random {
  /** Where it is. */
  state(): RandomState
  /** Goes on from there. */
  restore(state: RandomState): void
}

/**
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
 * 2021), its 128-bit state filled from `seed` by SplitMix32.
 *
 * @param seed any whole number; only its low 32 bits count
 */
export function createRandom(seed: number): RestorableRandom {
  let mix = seed >>> 0
  const splitMix = () => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let a = splitMix()
  let b = splitMix()
  let c = splitMix()
  let d = splitMix() | 1

  const nextUint32 = () => {
    const x = Math.imul(b, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result
  }
  return {
    nextUint32,
    nextFloat: () => ((nextUint32() >>> 5) * 0x4000000 + (nextUint32() >>> 6)) / 0x20000000000000,
    nextBelow(bound) {
      const limit = 0x100000000 - (0x100000000 % bound)
      let x = nextUint32()
      while (x >= limit) x = nextUint32()
      return x % bound
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
    restore(state) {
      ;[a, b, c, d] = state
    },
  }
}
