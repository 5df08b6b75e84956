// Sample sort of 32-bit and 64-bit values by threads. The phases, a barrier after each:
//
//   CHECK      each thread looks at its part: in order already, or falling?
//   CHOOSE     one thread takes the sample and chooses splitters or buckets of equal width
//   COUNT      each thread counts its part by bucket
//   PLACE      one thread turns counts into places: an exclusive sum
//   SCATTER    each thread moves its part into the buckets, as keys, in order
//   LOCAL      buckets are sorted in the cache, taken by ticket, and turned back into values;
//              a splitter is written as often as its equals were counted
//
// The result is the sorted array and so doesn't depend on threads. Kernel ABI: control.ts.
import {
  BLOCK_COUNT,
  BUCKET_COUNT,
  COUNT,
  CURSOR,
  GAP_BYTES,
  MAX_BUCKETS,
  MODE,
  MODE_ASCENDING,
  MODE_FALLING,
  MODE_ONE,
  MODE_SPLITTERS,
  ONE_BUCKET_COUNT,
  PARTITION,
  PHASE,
  RESULT,
  RUNS,
  SAMPLE,
  SOURCE,
  STARTS,
  TABLE_WORDS,
  TABLES,
  TICKET,
} from '../src/kernels/sort/layout'
import { ABORTED, AGAIN, barrier, beginSlice, DONE, isAborted, sliceEnds } from './control'
import {
  bitsOf,
  getFlipMask,
  getOffset,
  getSignMask,
  getXorMask,
  keyOf,
  loadMasks,
} from './sort-keys'
import { sortLocal32, sortLocal64 } from './sort-local'
import {
  bitsWithin,
  chooseBuckets,
  countBuckets32,
  countBuckets64,
  countsOf,
  placeBuckets,
  scatterBuckets32,
  scatterBuckets64,
} from './sort-partition'

const CHECK: i32 = 0
const CHOOSE: i32 = 1
const TALLY: i32 = 2
const PLACE: i32 = 3
const SCATTER: i32 = 4
const LOCAL: i32 = 5
const PHASES: i32 = 6

const ASCENDING: u32 = 1
const FALLING: u32 = 2

export function sortColumn32(thread: i32, threads: i32, p: usize): i32 {
  return sortColumn<u32>(thread, threads, p)
}

export function sortColumn64(thread: i32, threads: i32, p: usize): i32 {
  return sortColumn<u64>(thread, threads, p)
}

function sortColumn<K extends number>(thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  for (let phase = load<i32>(p, PHASE); phase < PHASES; phase++) {
    const status = phase == LOCAL ? runLocal<K>(thread, p) : runPhase<K>(phase, thread, threads, p)
    if (status != DONE) return status
    if (barrier(threads)) return ABORTED
    if (threads == 1) store<i32>(p, phase + 1, PHASE)
  }
  return DONE
}

function runPhase<K extends number>(phase: i32, thread: i32, threads: i32, p: usize): i32 {
  const mode = load<u32>(p, MODE)
  if (phase == CHOOSE || phase == PLACE) {
    if (thread != 0) return DONE
    if (phase == CHOOSE) choose<K>(p, threads)
    else if (mode > <u32>MODE_ONE) placeBuckets<K>(p, threads)
    return DONE
  }
  if (phase == TALLY && mode <= <u32>MODE_ONE) return DONE
  const total = <u64>load<u32>(p, COUNT)
  let low = <u32>((total * thread) / threads)
  const begin = low
  const high = <u32>((total * (thread + 1)) / threads)
  if (threads == 1) low = load<u32>(p, CURSOR)
  if (low == begin) startPhase(phase, thread, p)
  while (low < high) {
    if (isAborted()) return ABORTED
    const next = min(low + <u32>BLOCK_COUNT, high)
    runBlock<K>(phase, thread, p, low, next)
    low = next
    if (sliceEnds()) {
      store<u32>(p, low, CURSOR)
      return AGAIN
    }
  }
  if (threads == 1) store<u32>(p, 0, CURSOR)
  return DONE
}

function startPhase(phase: i32, thread: i32, p: usize): void {
  if (phase == CHECK) store<u32>(runsOf(p, thread), ASCENDING | FALLING)
  if (phase == TALLY) memory.fill(countsOf(p, thread), 0, MAX_BUCKETS << 2)
}

function runBlock<K extends number>(phase: i32, thread: i32, p: usize, low: u32, high: u32): void {
  if (phase == CHECK) {
    // Once out of order, there is nothing to look for.
    const runs = runsOf(p, thread)
    const known = load<u32>(runs)
    if (known == 0) return
    if (sizeof<K>() == 8) store<u32>(runs, known & checkRuns64(p, low, high))
    else store<u32>(runs, known & checkRuns32(p, low, high))
  } else if (phase == TALLY) {
    if (sizeof<K>() == 8) countBuckets64(p, thread, low, high)
    else countBuckets32(p, thread, low, high)
  } else if (load<u32>(p, MODE) > <u32>MODE_ONE) {
    if (sizeof<K>() == 8) scatterBuckets64(p, thread, low, high)
    else scatterBuckets32(p, thread, low, high)
  } else {
    moveBlock<K>(p, low, high)
  }
}

function runsOf(p: usize, thread: i32): usize {
  return <usize>load<u32>(p, RUNS) + ((<usize>thread) << 2)
}

/** Whether the values low … high - 1 are ascending or falling, the one before them included. */
function checkRuns<K extends number>(p: usize, low: u32, high: u32): u32 {
  loadMasks(p)
  const sign = getSignMask<K>()
  const xor = getXorMask<K>()
  const off = getOffset<K>()
  const flip = getFlipMask<K>()
  const source = <usize>load<u32>(p, SOURCE)
  const first = low == 0 ? low : low - 1
  const end = source + <usize>high * sizeof<K>()
  let at = source + <usize>first * sizeof<K>()
  let previous = keyOf<K>(load<K>(at), sign, xor, off, flip)
  let rises: u32 = 0
  let falls: u32 = 0
  for (at += sizeof<K>(); at < end; at += sizeof<K>()) {
    const key = keyOf<K>(load<K>(at), sign, xor, off, flip)
    rises |= u32(key >= previous)
    falls |= u32(key < previous)
    if ((rises & falls) != 0) return 0
    previous = key
  }
  return (falls == 0 ? ASCENDING : 0) | (rises == 0 ? FALLING : 0)
}

export function checkRuns32(p: usize, low: u32, high: u32): u32 {
  return checkRuns<u32>(p, low, high)
}
export function checkRuns64(p: usize, low: u32, high: u32): u32 {
  return checkRuns<u64>(p, low, high)
}

function choose<K extends number>(p: usize, threads: i32): void {
  let runs: u32 = ASCENDING | FALLING
  for (let thread = 0; thread < threads; thread++) runs &= load<u32>(runsOf(p, thread))
  if ((runs & ASCENDING) != 0) store<u32>(p, MODE_ASCENDING, MODE)
  else if ((runs & FALLING) != 0) store<u32>(p, MODE_FALLING, MODE)
  else if (load<u32>(p, COUNT) <= <u32>ONE_BUCKET_COUNT) {
    store<u32>(p, MODE_ONE, MODE)
    store<u32>(p, 1, BUCKET_COUNT)
    const starts = <usize>load<u32>(p, STARTS)
    store<u32>(starts, 0)
    store<u32>(starts, load<u32>(p, COUNT), 4)
  } else chooseBuckets<K>(p)
}

/** Without buckets: as they are, turned around, or as keys of the one bucket. */
function moveBlock<K extends number>(p: usize, low: u32, high: u32): void {
  const source = <usize>load<u32>(p, SOURCE)
  const mode = load<u32>(p, MODE)
  if (mode == MODE_ASCENDING) {
    const at = <usize>low * sizeof<K>()
    const result = <usize>load<u32>(p, RESULT)
    if (result != source) memory.copy(result + at, source + at, <usize>(high - low) * sizeof<K>())
  } else if (mode == MODE_FALLING) {
    turnAround<K>(source, <usize>load<u32>(p, RESULT), load<u32>(p, COUNT), low, high)
  } else {
    loadMasks(p)
    const target = <usize>load<u32>(p, PARTITION)
    for (let i = low; i < high; i++) {
      const at = <usize>i * sizeof<K>()
      const bits = load<K>(source + at)
      const key = keyOf<K>(
        bits,
        getSignMask<K>(),
        getXorMask<K>(),
        getOffset<K>(),
        getFlipMask<K>(),
      )
      store<K>(target + at, key)
    }
  }
}

/** Pairs from both ends, so that the result may be the source. */
function turnAround<K extends number>(
  source: usize,
  result: usize,
  count: u32,
  low: u32,
  high: u32,
): void {
  const end = min(high, count - count / 2)
  for (let i = low; i < end; i++) {
    const near = <usize>i * sizeof<K>()
    const far = <usize>(count - 1 - i) * sizeof<K>()
    const first = load<K>(source + near)
    const last = load<K>(source + far)
    store<K>(result + near, last)
    store<K>(result + far, first)
  }
}

function runLocal<K extends number>(thread: i32, p: usize): i32 {
  const mode = load<u32>(p, MODE)
  if (mode < <u32>MODE_ONE) return DONE
  const buckets = load<u32>(p, BUCKET_COUNT)
  const table = <usize>load<u32>(p, TABLES) + ((<usize>(thread * TABLE_WORDS)) << 2)
  const starts = <usize>load<u32>(p, STARTS)
  while (true) {
    const bucket = atomic.add<u32>(p + TICKET, 1)
    if (bucket >= buckets) return DONE
    if (isAborted()) return ABORTED
    const bounds = starts + ((<usize>bucket) << 2)
    const first = load<u32>(bounds)
    const count = <i32>(load<u32>(bounds, 4) - first)
    if (count == 0) continue
    const at = <usize>first * sizeof<K>()
    const keys = <usize>load<u32>(p, PARTITION) + at + <usize>(bucket * load<u32>(p, GAP_BYTES))
    const result = <usize>load<u32>(p, RESULT) + at
    if (mode == MODE_SPLITTERS && (bucket & 1) != 0) {
      const splitter = <usize>load<u32>(p, SAMPLE) + <usize>(bucket >> 1) * sizeof<K>()
      if (sizeof<K>() == 8) fill64(p, splitter, result, count)
      else fill32(p, splitter, result, count)
    } else {
      const bits = bitsWithin(p, bucket)
      if (sizeof<K>() == 8) sortLocal64(keys, result, count, table, bits)
      else sortLocal32(keys, result, count, table, bits)
      if (sizeof<K>() == 8) turnBack64(p, keys, result, count)
      else turnBack32(p, keys, result, count)
    }
    if (sliceEnds()) return AGAIN
  }
}

/** Keys to values. */
function turnBack<K extends number>(p: usize, keys: usize, result: usize, count: i32): void {
  loadMasks(p)
  const sign = getSignMask<K>()
  const xor = getXorMask<K>()
  const off = getOffset<K>()
  const flip = getFlipMask<K>()
  const bytes = <usize>count * sizeof<K>()
  if ((sign | xor | (off | flip)) == 0) {
    memory.copy(result, keys, bytes)
    return
  }
  for (let at: usize = 0; at < bytes; at += sizeof<K>()) {
    store<K>(result + at, bitsOf<K>(load<K>(keys + at), sign, xor, off, flip))
  }
}

/** One key's value `count` times. */
function fill<K extends number>(p: usize, key: usize, result: usize, count: i32): void {
  loadMasks(p)
  const bits = bitsOf<K>(
    load<K>(key),
    getSignMask<K>(),
    getXorMask<K>(),
    getOffset<K>(),
    getFlipMask<K>(),
  )
  const end = result + <usize>count * sizeof<K>()
  const endOfVectors = result + ((end - result) & ~15)
  const vector = sizeof<K>() == 8 ? i64x2.splat(<i64>bits) : i32x4.splat(<i32>bits)
  let at = result
  for (; at < endOfVectors; at += 16) v128.store(at, vector)
  for (; at < end; at += sizeof<K>()) store<K>(at, bits)
}

export function fill32(p: usize, key: usize, result: usize, count: i32): void {
  fill<u32>(p, key, result, count)
}
export function fill64(p: usize, key: usize, result: usize, count: i32): void {
  fill<u64>(p, key, result, count)
}
export function turnBack32(p: usize, keys: usize, result: usize, count: i32): void {
  turnBack<u32>(p, keys, result, count)
}
export function turnBack64(p: usize, keys: usize, result: usize, count: i32): void {
  turnBack<u64>(p, keys, result, count)
}
