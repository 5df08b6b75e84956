// The partition of sample sort (Frazer and McKellar, JACM 1970; equality buckets and the branchless
// search after Sanders and Winkel, ESA 2004): from a sample to buckets, from values to counts, from
// counts to places. Called by sort.ts, which has the phases.
import {
  BUCKET_COUNT,
  BUCKET_COUNT_BITS,
  BUCKET_IDS,
  COUNT,
  COUNTS,
  GAP_BYTES,
  LOW,
  MAX_BUCKET_BITS,
  MAX_BUCKETS,
  MAX_LEAVES,
  MODE,
  MODE_HIGHEST_BITS,
  MODE_SHIFT,
  MODE_SPLITTERS,
  PARTITION,
  SAMPLE,
  SAMPLE_COUNT,
  SHIFT,
  SOURCE,
  STARTS,
  TABLES,
  UNEVENNESS,
} from '../src/kernels/sort/layout'
import { getFlipMask, getOffset, getSignMask, getXorMask, keyOf, loadMasks } from './sort-keys'
import { scatterByDigit, sortLocal32, sortLocal64 } from './sort-local'

/** Looks at a regular sample and chooses how to fill buckets. One thread. */
export function chooseBuckets<K extends number>(p: usize): void {
  loadMasks(p)
  const source = <usize>load<u32>(p, SOURCE)
  const sample = <usize>load<u32>(p, SAMPLE)
  const spare = sample + <usize>(SAMPLE_COUNT << 3)
  const count = <u64>load<u32>(p, COUNT)
  for (let i = 0; i < SAMPLE_COUNT; i++) {
    // The middle of each of as many parts: nothing is left to chance.
    const at = <usize>((count * <u64>(2 * i + 1)) / <u64>(2 * SAMPLE_COUNT))
    store<K>(sample + <usize>i * sizeof<K>(), keyAt<K>(source + at * sizeof<K>()))
  }
  const table = <usize>load<u32>(p, TABLES)
  if (sizeof<K>() == 8) sortLocal64(sample, spare, SAMPLE_COUNT, table, -1)
  else sortLocal32(sample, spare, SAMPLE_COUNT, table, -1)
  if (chooseEvenBuckets<K>(p, sample)) return
  store<u32>(p, MODE_SPLITTERS, MODE)
  store<u32>(p, 2 * chooseSplitters<K>(sample, spare), BUCKET_COUNT)
}

/** Buckets of equal width, if none of them has too much of the sample. */
function chooseEvenBuckets<K extends number>(p: usize, sample: usize): bool {
  const width: i32 = sizeof<K>() << 3
  const countBits = 32 - <i32>clz<u32>(load<u32>(p, COUNT))
  const bucketBits = min(MAX_BUCKET_BITS, countBits - BUCKET_COUNT_BITS)
  const low = load<K>(sample)
  const high = load<K>(sample + (SAMPLE_COUNT - 1) * sizeof<K>())
  const range = high - low
  const bits: i32 = sizeof<K>() == 8 ? 64 - <i32>clz<u64>(range) : 32 - <i32>clz<u32>(range)
  let shift = max(0, bits - bucketBits)
  // Bounds at multiples of the width, so that only the bits below differ within a bucket.
  if (((high >> <K>shift) - (low >> <K>shift)) >> <K>bucketBits != 0) shift++
  const isAll = shift >= width - bucketBits
  const first: K = isAll ? 0 : low >> <K>shift
  // With a shift of 0 all keys of a bucket are alike, and need no sorting.
  if (shift != 0 && !isEven<K>(sample, <K>shift, (UNEVENNESS * SAMPLE_COUNT) >> bucketBits)) {
    return false
  }
  const isPlain = (getSignMask<K>() | getOffset<K>()) == 0
  store<u64>(p, <u64>first, LOW)
  store<u32>(p, shift, SHIFT)
  store<u32>(p, isAll && isPlain ? MODE_HIGHEST_BITS : MODE_SHIFT, MODE)
  store<u32>(p, 1 << bucketBits, BUCKET_COUNT)
  return true
}

function keyAt<K extends number>(at: usize): K {
  return keyOf<K>(load<K>(at), getSignMask<K>(), getXorMask<K>(), getOffset<K>(), getFlipMask<K>())
}

/** Whether no bucket of equal width has more than `limit` keys of the sample. */
function isEven<K extends number>(sample: usize, shift: K, limit: i32): bool {
  // In order, so a bucket has too many when keys that far apart are in the same one.
  for (let i = limit; i < SAMPLE_COUNT; i++) {
    const last = load<K>(sample + <usize>i * sizeof<K>())
    const first = load<K>(sample + <usize>(i - limit) * sizeof<K>())
    if (first >> shift == last >> shift) return false
  }
  return true
}

/** Lowest bits in which the keys of a bucket may differ; -1 if unknown. */
export function bitsWithin(p: usize, bucket: u32): i32 {
  const mode = load<u32>(p, MODE)
  if (mode == MODE_HIGHEST_BITS) return load<i32>(p, SHIFT)
  if (mode != MODE_SHIFT) return -1
  // The outermost ones also have what lies beyond the sample.
  const isOutermost = bucket == 0 || bucket == load<u32>(p, BUCKET_COUNT) - 1
  return isOutermost ? -1 : load<i32>(p, SHIFT)
}

/**
 * Splitters in place of the sample, at (i + 1) · m / MAX_LEAVES, repeats left out. Returns the
 * leaves of their search, the power of two above their number: few where many values are alike.
 */
function chooseSplitters<K extends number>(sample: usize, spare: usize): u32 {
  memory.copy(spare, sample, SAMPLE_COUNT * sizeof<K>())
  let to = sample
  for (let i = 0; i < MAX_LEAVES - 1; i++) {
    const at = ((i + 1) * SAMPLE_COUNT) / MAX_LEAVES
    const splitter = load<K>(spare + <usize>at * sizeof<K>())
    if (to != sample && load<K>(to - sizeof<K>()) == splitter) continue
    store<K>(to, splitter)
    to += sizeof<K>()
  }
  const found = <u32>((to - sample) / sizeof<K>())
  const leaves = (<u32>1) << (32 - clz<u32>(found))
  // The last one again and again: nothing lies between equals, so those buckets stay empty.
  const last = load<K>(to - sizeof<K>())
  const end = sample + <usize>leaves * sizeof<K>()
  for (; to < end; to += sizeof<K>()) store<K>(to, last)
  return leaves
}

/** Counts the values low … high - 1 by bucket, into this thread's counts. */
export function countBuckets<K extends number>(p: usize, thread: i32, low: u32, high: u32): void {
  loadMasks(p)
  const counts = countsOf(p, thread)
  const source = <usize>load<u32>(p, SOURCE)
  const sign = getSignMask<K>()
  const xor = getXorMask<K>()
  const off = getOffset<K>()
  const flip = getFlipMask<K>()
  const end = source + <usize>high * sizeof<K>()
  let at = source + <usize>low * sizeof<K>()
  const mode = load<u32>(p, MODE)
  const shift = <K>load<u32>(p, SHIFT)
  if (mode == MODE_HIGHEST_BITS) {
    countHighestBits<K>(at, end, counts, xor ^ flip, shift)
    return
  }
  if (mode == MODE_SHIFT) {
    const base = <K>load<u64>(p, LOW)
    const last = load<u32>(p, BUCKET_COUNT) - 1
    for (; at < end; at += sizeof<K>()) {
      const key = keyOf<K>(load<K>(at), sign, xor, off, flip)
      const cell = counts + ((<usize>bucketOf<K>(key, base, shift, last)) << 2)
      store<u32>(cell, load<u32>(cell) + 1)
    }
    return
  }
  countBetween<K>(p, counts, low, high)
}

/** Counts by splitters and notes each value's bucket. */
function countBetween<K extends number>(p: usize, counts: usize, low: u32, high: u32): void {
  const source = <usize>load<u32>(p, SOURCE)
  const sign = getSignMask<K>()
  const xor = getXorMask<K>()
  const off = getOffset<K>()
  const flip = getFlipMask<K>()
  const splitters = <usize>load<u32>(p, SAMPLE)
  const halfBytes = <usize>(load<u32>(p, BUCKET_COUNT) >> 2) * sizeof<K>()
  const end = source + <usize>high * sizeof<K>()
  let at = source + <usize>low * sizeof<K>()
  let id = <usize>load<u32>(p, BUCKET_IDS) + ((<usize>low) << 1)
  const endOfEights = at + <usize>((high - low) & ~7) * sizeof<K>()
  for (; at < endOfEights; at += 8 * sizeof<K>()) {
    const k0 = keyOf<K>(load<K>(at), sign, xor, off, flip)
    const k1 = keyOf<K>(load<K>(at, sizeof<K>()), sign, xor, off, flip)
    const k2 = keyOf<K>(load<K>(at, 2 * sizeof<K>()), sign, xor, off, flip)
    const k3 = keyOf<K>(load<K>(at, 3 * sizeof<K>()), sign, xor, off, flip)
    const k4 = keyOf<K>(load<K>(at, 4 * sizeof<K>()), sign, xor, off, flip)
    const k5 = keyOf<K>(load<K>(at, 5 * sizeof<K>()), sign, xor, off, flip)
    const k6 = keyOf<K>(load<K>(at, 6 * sizeof<K>()), sign, xor, off, flip)
    const k7 = keyOf<K>(load<K>(at, 7 * sizeof<K>()), sign, xor, off, flip)
    // Each search waits for its own last load: four side by side took a third longer than eight.
    let s0 = splitters
    let s1 = splitters
    let s2 = splitters
    let s3 = splitters
    let s4 = splitters
    let s5 = splitters
    let s6 = splitters
    let s7 = splitters
    for (let step = halfBytes; step >= sizeof<K>(); step >>= 1) {
      const last = step - sizeof<K>()
      s0 += select<usize>(step, 0, k0 >= load<K>(s0 + last))
      s1 += select<usize>(step, 0, k1 >= load<K>(s1 + last))
      s2 += select<usize>(step, 0, k2 >= load<K>(s2 + last))
      s3 += select<usize>(step, 0, k3 >= load<K>(s3 + last))
      s4 += select<usize>(step, 0, k4 >= load<K>(s4 + last))
      s5 += select<usize>(step, 0, k5 >= load<K>(s5 + last))
      s6 += select<usize>(step, 0, k6 >= load<K>(s6 + last))
      s7 += select<usize>(step, 0, k7 >= load<K>(s7 + last))
    }
    noteBucket<K>(counts, id, splitters, s0, k0)
    noteBucket<K>(counts, id + 2, splitters, s1, k1)
    noteBucket<K>(counts, id + 4, splitters, s2, k2)
    noteBucket<K>(counts, id + 6, splitters, s3, k3)
    noteBucket<K>(counts, id + 8, splitters, s4, k4)
    noteBucket<K>(counts, id + 10, splitters, s5, k5)
    noteBucket<K>(counts, id + 12, splitters, s6, k6)
    noteBucket<K>(counts, id + 14, splitters, s7, k7)
    id += 16
  }
  for (; at < end; at += sizeof<K>()) {
    const key = keyOf<K>(load<K>(at), sign, xor, off, flip)
    let s = splitters
    for (let step = halfBytes; step >= sizeof<K>(); step >>= 1) {
      s += select<usize>(step, 0, key >= load<K>(s + step - sizeof<K>()))
    }
    noteBucket<K>(counts, id, splitters, s, key)
    id += 2
  }
}

/** Below the sample's smallest key is the first bucket, above its largest the last. */
function bucketOf<K extends number>(key: K, base: K, shift: K, last: u32): u32 {
  const place: K = key >> shift
  const bucket: K = place < base ? 0 : place - base
  return bucket < <K>last ? <u32>bucket : last
}

function countHighestBits<K extends number>(
  from: usize,
  end: usize,
  counts: usize,
  mask: K,
  shift: K,
): void {
  const endOfFours = from + ((end - from) & ~(4 * sizeof<K>() - 1))
  let at = from
  for (; at < endOfFours; at += 4 * sizeof<K>()) {
    countOne<K>(counts, (load<K>(at) ^ mask) >> shift)
    countOne<K>(counts, (load<K>(at, sizeof<K>()) ^ mask) >> shift)
    countOne<K>(counts, (load<K>(at, 2 * sizeof<K>()) ^ mask) >> shift)
    countOne<K>(counts, (load<K>(at, 3 * sizeof<K>()) ^ mask) >> shift)
  }
  for (; at < end; at += sizeof<K>()) countOne<K>(counts, (load<K>(at) ^ mask) >> shift)
}

function countOne<K extends number>(counts: usize, bucket: K): void {
  const cell = counts + ((<usize>bucket) << 2)
  store<u32>(cell, load<u32>(cell) + 1)
}

/** `s` is behind the last splitter that is not above the key: equal to it, or between two. */
function noteBucket<K extends number>(
  counts: usize,
  id: usize,
  splitters: usize,
  s: usize,
  key: K,
): void {
  const leaf = <u32>((s - splitters) / sizeof<K>())
  const isEqual = leaf != 0 && load<K>(s - select<usize>(sizeof<K>(), 0, leaf != 0)) == key
  const bucket = 2 * leaf - <u32>isEqual
  store<u16>(id, <u16>bucket)
  const cell = counts + ((<usize>bucket) << 2)
  store<u32>(cell, load<u32>(cell) + 1)
}

/** Counts of all threads to places: bucket after bucket, in each the threads in order. */
export function placeBuckets<K extends number>(p: usize, threads: i32): void {
  const buckets = load<u32>(p, BUCKET_COUNT)
  const starts = <usize>load<u32>(p, STARTS)
  const gap = load<u32>(p, GAP_BYTES)
  let place: u32 = 0
  let address = load<u32>(p, PARTITION)
  for (let bucket: u32 = 0; bucket < buckets; bucket++) {
    store<u32>(starts + ((<usize>bucket) << 2), place)
    for (let thread = 0; thread < threads; thread++) {
      const cell = countsOf(p, thread) + ((<usize>bucket) << 2)
      const count = load<u32>(cell)
      store<u32>(cell, address)
      address += count * <u32>sizeof<K>()
      place += count
    }
    address += gap
  }
  store<u32>(starts + ((<usize>buckets) << 2), place)
}

/** Moves the values low … high - 1 to their buckets, as keys, in order. */
export function scatterBuckets<K extends number>(p: usize, thread: i32, low: u32, high: u32): void {
  loadMasks(p)
  const cursors = countsOf(p, thread)
  const source = <usize>load<u32>(p, SOURCE)
  const sign = getSignMask<K>()
  const xor = getXorMask<K>()
  const off = getOffset<K>()
  const flip = getFlipMask<K>()
  const end = source + <usize>high * sizeof<K>()
  let at = source + <usize>low * sizeof<K>()
  const mode = load<u32>(p, MODE)
  const shift = <K>load<u32>(p, SHIFT)
  if (mode == MODE_HIGHEST_BITS) {
    scatterByDigit<K>(at, end, cursors, xor ^ flip, shift, <K>-1)
    return
  }
  if (mode == MODE_SHIFT) {
    const base = <K>load<u64>(p, LOW)
    const last = load<u32>(p, BUCKET_COUNT) - 1
    for (; at < end; at += sizeof<K>()) {
      const key = keyOf<K>(load<K>(at), sign, xor, off, flip)
      const cell = cursors + ((<usize>bucketOf<K>(key, base, shift, last)) << 2)
      const to = load<u32>(cell)
      store<K>(to, key)
      store<u32>(cell, to + <u32>sizeof<K>())
    }
    return
  }
  const ids = <usize>load<u32>(p, BUCKET_IDS) + ((<usize>low) << 1)
  scatterBetween<K>(at, end, cursors, ids)
}

/** Passes over eight at a time that all equal splitters: of those it is enough to know how many. */
function scatterBetween<K extends number>(
  from: usize,
  end: usize,
  cursors: usize,
  ids: usize,
): void {
  const sign = getSignMask<K>()
  const xor = getXorMask<K>()
  const off = getOffset<K>()
  const flip = getFlipMask<K>()
  const ones = i16x8.splat(1)
  let at = from
  let id = ids
  while (at < end) {
    const endOfEight = at + 8 * sizeof<K>()
    if (endOfEight <= end && i16x8.all_true(v128.and(v128.load(id), ones))) {
      at = endOfEight
      id += 16
      continue
    }
    for (const stop = min(endOfEight, end); at < stop; at += sizeof<K>()) {
      const cell = cursors + ((<usize>load<u16>(id)) << 2)
      const to = load<u32>(cell)
      store<K>(to, keyOf<K>(load<K>(at), sign, xor, off, flip))
      store<u32>(cell, to + <u32>sizeof<K>())
      id += 2
    }
  }
}

export function countsOf(p: usize, thread: i32): usize {
  return <usize>load<u32>(p, COUNTS) + ((<usize>(thread * MAX_BUCKETS)) << 2)
}

// Exported so that they stay functions of their own: V8 replaces a slow first compilation only when
// a function is called again, and these are called once a block.
export function countBuckets32(p: usize, thread: i32, low: u32, high: u32): void {
  countBuckets<u32>(p, thread, low, high)
}
export function countBuckets64(p: usize, thread: i32, low: u32, high: u32): void {
  countBuckets<u64>(p, thread, low, high)
}
export function scatterBuckets32(p: usize, thread: i32, low: u32, high: u32): void {
  scatterBuckets<u32>(p, thread, low, high)
}
export function scatterBuckets64(p: usize, thread: i32, low: u32, high: u32): void {
  scatterBuckets<u64>(p, thread, low, high)
}
