// The partition of sample sort (Frazer and McKellar, JACM 1970; equality buckets and the branchless
// search after Sanders and Winkel, ESA 2004): from a sample to buckets, from values to counts, from
// counts to places. Called by sort.ts, which has the phases.
import {
  BUCKET_COUNT,
  BUCKET_IDS,
  COUNT,
  COUNTS,
  LEAVES,
  LOW,
  MAX_BUCKETS,
  MODE,
  MODE_SHIFT,
  MODE_SPLITTERS,
  PARTITION,
  SAMPLE,
  SAMPLE_COUNT,
  SAMPLE_LIMIT,
  SHIFT,
  SOURCE,
  STARTS,
  TABLES,
} from '../src/kernels/sort/layout'
import { getFlipMask, getOffset, getSignMask, getXorMask, keyOf, loadMasks } from './sort-keys'
import { sortLocal32, sortLocal64 } from './sort-local'

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
  if (sizeof<K>() == 8) sortLocal64(sample, spare, SAMPLE_COUNT, table)
  else sortLocal32(sample, spare, SAMPLE_COUNT, table)
  const low = load<K>(sample)
  const range = load<K>(sample + (SAMPLE_COUNT - 1) * sizeof<K>()) - low
  const bits: i32 = sizeof<K>() == 8 ? 64 - <i32>clz<u64>(range) : 32 - <i32>clz<u32>(range)
  const shift = max(0, bits - <i32>ctz<u32>(MAX_BUCKETS))
  store<u64>(p, <u64>low, LOW)
  store<u32>(p, shift, SHIFT)
  if (isEven<K>(sample, low, <K>shift)) {
    store<u32>(p, MODE_SHIFT, MODE)
    store<u32>(p, MAX_BUCKETS, BUCKET_COUNT)
    return
  }
  chooseSplitters<K>(sample, spare)
  store<u32>(p, MODE_SPLITTERS, MODE)
  store<u32>(p, 2 * LEAVES, BUCKET_COUNT)
}

function keyAt<K extends number>(at: usize): K {
  return keyOf<K>(load<K>(at), getSignMask<K>(), getXorMask<K>(), getOffset<K>(), getFlipMask<K>())
}

/** Whether no bucket of equal width has too much of the sample. */
function isEven<K extends number>(sample: usize, low: K, shift: K): bool {
  let bucket: K = 0
  let inBucket = 0
  for (let i = 0; i < SAMPLE_COUNT; i++) {
    const next = (load<K>(sample + <usize>i * sizeof<K>()) - low) >> shift
    inBucket = next == bucket ? inBucket + 1 : 1
    bucket = next
    // With a shift of 0 all keys of a bucket are alike, and need no sorting.
    if (inBucket > SAMPLE_LIMIT && shift != 0) return false
  }
  return true
}

/** LEAVES - 1 splitters in place of the sample, at (i + 1) · m / LEAVES, repeats left out. */
function chooseSplitters<K extends number>(sample: usize, spare: usize): void {
  memory.copy(spare, sample, SAMPLE_COUNT * sizeof<K>())
  let to = sample
  for (let i = 0; i < LEAVES - 1; i++) {
    const at = ((i + 1) * SAMPLE_COUNT) / LEAVES
    const splitter = load<K>(spare + <usize>at * sizeof<K>())
    if (to != sample && load<K>(to - sizeof<K>()) == splitter) continue
    store<K>(to, splitter)
    to += sizeof<K>()
  }
  // The last one again and again: nothing lies between equals, so those buckets stay empty.
  const last = load<K>(to - sizeof<K>())
  const end = sample + LEAVES * sizeof<K>()
  for (; to < end; to += sizeof<K>()) store<K>(to, last)
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
  if (load<u32>(p, MODE) == MODE_SHIFT) {
    const base = <K>load<u64>(p, LOW)
    const shift = <K>load<u32>(p, SHIFT)
    for (; at < end; at += sizeof<K>()) {
      const key = keyOf<K>(load<K>(at), sign, xor, off, flip)
      const cell = counts + ((<usize>bucketOf<K>(key, base, shift)) << 2)
      store<u32>(cell, load<u32>(cell) + 1)
    }
    return
  }
  const splitters = <usize>load<u32>(p, SAMPLE)
  let id = <usize>load<u32>(p, BUCKET_IDS) + ((<usize>low) << 1)
  const endOfFours = at + <usize>((high - low) & ~3) * sizeof<K>()
  for (; at < endOfFours; at += 4 * sizeof<K>()) {
    const k0 = keyOf<K>(load<K>(at), sign, xor, off, flip)
    const k1 = keyOf<K>(load<K>(at, sizeof<K>()), sign, xor, off, flip)
    const k2 = keyOf<K>(load<K>(at, 2 * sizeof<K>()), sign, xor, off, flip)
    const k3 = keyOf<K>(load<K>(at, 3 * sizeof<K>()), sign, xor, off, flip)
    // Four searches side by side, because each waits for its own last load.
    let s0 = splitters
    let s1 = splitters
    let s2 = splitters
    let s3 = splitters
    for (let step: usize = (LEAVES / 2) * sizeof<K>(); step >= sizeof<K>(); step >>= 1) {
      const last = step - sizeof<K>()
      s0 += select<usize>(step, 0, k0 >= load<K>(s0 + last))
      s1 += select<usize>(step, 0, k1 >= load<K>(s1 + last))
      s2 += select<usize>(step, 0, k2 >= load<K>(s2 + last))
      s3 += select<usize>(step, 0, k3 >= load<K>(s3 + last))
    }
    noteBucket<K>(counts, id, splitters, s0, k0)
    noteBucket<K>(counts, id + 2, splitters, s1, k1)
    noteBucket<K>(counts, id + 4, splitters, s2, k2)
    noteBucket<K>(counts, id + 6, splitters, s3, k3)
    id += 8
  }
  for (; at < end; at += sizeof<K>()) {
    const key = keyOf<K>(load<K>(at), sign, xor, off, flip)
    let s = splitters
    for (let step: usize = (LEAVES / 2) * sizeof<K>(); step >= sizeof<K>(); step >>= 1) {
      s += select<usize>(step, 0, key >= load<K>(s + step - sizeof<K>()))
    }
    noteBucket<K>(counts, id, splitters, s, key)
    id += 2
  }
}

/** Below the sample's smallest key is the first bucket, above its largest the last. */
function bucketOf<K extends number>(key: K, base: K, shift: K): u32 {
  const above: K = key < base ? 0 : key - base
  const bucket: K = above >> shift
  return bucket < <K>MAX_BUCKETS ? <u32>bucket : <u32>(MAX_BUCKETS - 1)
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
  let place: u32 = 0
  for (let bucket: u32 = 0; bucket < buckets; bucket++) {
    store<u32>(starts + ((<usize>bucket) << 2), place)
    for (let thread = 0; thread < threads; thread++) {
      const cell = countsOf(p, thread) + ((<usize>bucket) << 2)
      const count = load<u32>(cell)
      store<u32>(cell, <u32>load<u32>(p, PARTITION) + place * <u32>sizeof<K>())
      place += count
    }
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
  if (load<u32>(p, MODE) == MODE_SHIFT) {
    const base = <K>load<u64>(p, LOW)
    const shift = <K>load<u32>(p, SHIFT)
    for (; at < end; at += sizeof<K>()) {
      const key = keyOf<K>(load<K>(at), sign, xor, off, flip)
      const cell = cursors + ((<usize>bucketOf<K>(key, base, shift)) << 2)
      const to = load<u32>(cell)
      store<K>(to, key)
      store<u32>(cell, to + <u32>sizeof<K>())
    }
    return
  }
  let id = <usize>load<u32>(p, BUCKET_IDS) + ((<usize>low) << 1)
  for (; at < end; at += sizeof<K>()) {
    const key = keyOf<K>(load<K>(at), sign, xor, off, flip)
    const cell = cursors + ((<usize>load<u16>(id)) << 2)
    const to = load<u32>(cell)
    store<K>(to, key)
    store<u32>(cell, to + <u32>sizeof<K>())
    id += 2
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
