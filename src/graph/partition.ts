/**
 * Which processor has which item: blocks of consecutive items, or a hash of a key. One object
 * answers both what a processor owns and where a message for an item goes, so that the two can't
 * differ. Pure arithmetic.
 */

import { checkInteger, show } from '../check.js'

/** A block of consecutive items for each rank; sizes differ by one unit at most. */
export interface BlockPartition {
  readonly length: number
  /** First item of this rank, and the one behind its last. */
  readonly start: number
  readonly end: number
  /** The rank that has an item. */
  owner(item: number): number
  /** First item of any rank; of rank p, the length. */
  startOf(rank: number): number
}

/** Items spread by a hash of their key. */
export interface HashPartition {
  /** The rank that has a key; the same on every machine. */
  owner(key: number | bigint | string): number
}

/**
 * Cuts `length` items into `processors` blocks of whole units: rank r begins with unit
 * ⌊r·u/p⌋ of u.
 *
 * @throws TypeError, RangeError
 */
export function blockPartition(
  length: number,
  processors: number,
  rank: number,
  unit = 1,
): BlockPartition {
  checkInteger('length', length, 0, Number.MAX_SAFE_INTEGER)
  checkInteger('unit', unit, 1, Number.MAX_SAFE_INTEGER)
  const units = Math.ceil(length / unit)
  const startOf = (of: number) => Math.min(length, Math.floor((of * units) / processors) * unit)
  return {
    length,
    start: startOf(rank),
    end: startOf(rank + 1),
    startOf(of) {
      return startOf(checkInteger('rank', of, 0, processors))
    },
    owner(item) {
      checkInteger('item', item, 0, length - 1)
      // The largest r with r·u < (item's unit + 1)·p.
      return Math.floor(((Math.floor(item / unit) + 1) * processors - 1) / units)
    },
  }
}

/**
 * Spreads keys over `processors` ranks; equal whole numbers go together, numbers or bigints (of
 * which 64 bits count), and so do equal strings.
 *
 * @throws TypeError of `owner` for a key that is no number, bigint or string
 *
 * @example
 * ```ts
 * const { owner } = hashPartition(4)
 * console.log(owner(17) === owner(17n)) // true
 * ```
 */
export function hashPartition(processors: number): HashPartition {
  return { owner: (key) => hashOf(key) % processors }
}

/** The finaliser of MurmurHash3: every input bit changes half of the output bits. */
function mix(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function hashOf(key: unknown): number {
  if (typeof key === 'number') return hashNumber(key)
  if (typeof key === 'bigint') return hashBigint(key)
  if (typeof key === 'string') {
    // FNV-1a over UTF-16 code units.
    let hash = 0x811c_9dc5
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193)
    return mix(hash)
  }
  throw new TypeError(`"key" expected number, bigint or string, got ${show(key)}`)
}

function hashBigint(key: bigint): number {
  const word = BigInt.asUintN(64, key)
  return mix(mix(Number(word & 0xffff_ffffn)) ^ Number(word >> 32n))
}

function hashNumber(key: number): number {
  if (Number.isSafeInteger(key)) {
    const low = key >>> 0
    const high = Math.floor(key / 2 ** 32) >>> 0
    return mix(mix(low) ^ high)
  }
  if (Number.isInteger(key)) return hashBigint(BigInt(key))
  const words = new Uint32Array(Float64Array.of(key).buffer)
  return mix(mix(words[0]) ^ words[1])
}
