/**
 * Seeded arrays for the suites of sorting and timestamps, the hard distributions by name, and where
 * two arrays differ.
 */

/** Element types that the benchmarks sort. */
export type BenchType = 'u32' | 'u64' | 'f32' | 'f64'
/** Arrays by element type. */
export interface BenchArrays {
  u32: Uint32Array
  u64: BigUint64Array
  f32: Float32Array
  f64: Float64Array
}

export const DISTRIBUTIONS = [
  'uniform',
  'sorted',
  'reversed',
  'few unique',
  'all equal',
  'zipf',
  '20-bit range',
  'clustered',
] as const
/** A way to draw values. */
export type Distribution = (typeof DISTRIBUTIONS)[number]

/** Marsaglia's xorshift (2003) with 32 bits: quick, and good enough to sort. */
export function createBits(seed: number): () => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** `count` values of a distribution. Uniform floats lie in [-1, 1), others are whole numbers. */
export function randomArray<T extends BenchType>(
  type: T,
  distribution: Distribution,
  count: number,
  seed: number,
): BenchArrays[T] {
  const words = new Uint32Array(2 * count)
  fill(words, distribution, createBits(seed))
  const array = fromWords(type, words)
  if (distribution === 'sorted' || distribution === 'reversed') array.sort()
  if (distribution === 'reversed') array.reverse()
  return array as BenchArrays[T]
}

/** Pairs of a low and a high word. */
function fill(words: Uint32Array, distribution: Distribution, bits: () => number): void {
  for (let i = 0; i < words.length; i += 2) {
    const low = bits()
    const high = bits()
    words[i] = 0
    if (distribution === 'few unique') words[i + 1] = (low % 16) * 0x1000_0001
    else if (distribution === 'all equal') words[i + 1] = 0x1234_5678
    else if (distribution === 'zipf') words[i + 1] = zipf(low)
    else if (distribution === '20-bit range') words[i + 1] = high >>> 12
    else if (distribution === 'clustered') words[i + 1] = 0x8000_0000 + (low % 64) + (high >>> 22)
    else {
      words[i] = low
      words[i + 1] = high
    }
  }
}

/** 1/u with u uniform in (0, 1]: P(rank ≥ r) = 1/r. */
function zipf(low: number): number {
  return Math.min(0xffff_ffff, Math.floor(2 ** 32 / (low + 1)))
}

function fromWords(type: BenchType, words: Uint32Array): BenchArrays[BenchType] {
  if (type === 'u64') return new BigUint64Array(words.buffer)
  const array = new { u32: Uint32Array, f32: Float32Array, f64: Float64Array }[type](
    words.length / 2,
  )
  for (let i = 0; i < array.length; i++) {
    const high = words[2 * i + 1]
    array[i] = type === 'u32' ? high : (high + words[2 * i] / 2 ** 32) / 2 ** 31 - 1
  }
  return array
}

/** Where two arrays differ, or undefined. */
export async function differenceOf(
  got: unknown,
  expected: BenchArrays[BenchType],
): Promise<string | undefined> {
  const array = (await got) as ArrayLike<number | bigint> | undefined
  if (array?.length !== expected.length) return `${array?.length} values of ${expected.length}`
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(array[i], expected[i])) return `[${i}] is ${array[i]}, not ${expected[i]}`
  }
  return undefined
}
