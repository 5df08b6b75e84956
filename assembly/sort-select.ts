// What lies around sorting: picking the best by the keys' upper bits, finding runs of equals in
// sorted values, and binary search. Called by src/kernels/{topk,unique,search}/wasm.ts; parameters
// and masks as for sort.ts; kernel ABI: control.ts.
import {
  BLOCK_COUNT,
  COUNT,
  COUNTS,
  CURSOR,
  DIGIT_KINDS,
  ELEMENT_BYTES,
  FOUND,
  IS_RIGHT,
  LAST_DIGIT,
  NAN_FROM,
  OTHER,
  PHASE,
  RESULT,
  SORTED_COUNT,
  SOURCE,
} from '../src/kernels/sort/layout'
import { ABORTED, AGAIN, barrier, beginSlice, DONE, isAborted, sliceEnds } from './control'
import { getFlipMask, getOffset, getSignMask, getXorMask, keyOf, loadMasks } from './sort-keys'

const TALLY: i32 = 0
const COUNT_PICKED: i32 = 1
const PICK: i32 = 2
const COUNT_RUNS: i32 = 3
const START_RUNS: i32 = 4
const LENGTHS: i32 = 5
const SEARCH: i32 = 6

/** Counts the values by DIGIT, into COUNTS: u32[threads][DIGIT_KINDS]. */
export function sortTally(thread: i32, threads: i32, p: usize): i32 {
  return overPhases(TALLY, TALLY, thread, threads, p)
}

/** Positions of values with a DIGIT of at most LAST_DIGIT, ascending, to RESULT. */
export function sortPick(thread: i32, threads: i32, p: usize): i32 {
  return overPhases(COUNT_PICKED, PICK, thread, threads, p)
}

/** Where runs of equals begin in sorted values, to OTHER; how long they are, to RESULT. */
export function sortRuns(thread: i32, threads: i32, p: usize): i32 {
  return overPhases(COUNT_RUNS, LENGTHS, thread, threads, p)
}

/** Places of the COUNT queries of OTHER among the sorted values of SOURCE, to RESULT. */
export function sortSearch(thread: i32, threads: i32, p: usize): i32 {
  return overPhases(SEARCH, SEARCH, thread, threads, p)
}

/** PHASE counts from `first`; each goes over this thread's part, with a barrier after it. */
function overPhases(first: i32, last: i32, thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  for (let phase = first + load<i32>(p, PHASE); phase <= last; phase++) {
    const total = <u64>(phase == LENGTHS ? load<u32>(p, FOUND) : load<u32>(p, COUNT))
    let low = <u32>((total * thread) / threads)
    const begin = low
    const high = <u32>((total * (thread + 1)) / threads)
    if (threads == 1) low = load<u32>(p, CURSOR)
    if (low == begin) startPhase(phase, thread, p)
    while (low < high) {
      if (isAborted()) return ABORTED
      const next = min(low + <u32>BLOCK_COUNT, high)
      runBlock(phase, thread, p, low, next)
      low = next
      if (sliceEnds()) {
        store<u32>(p, low, CURSOR)
        return AGAIN
      }
    }
    if (barrier(threads)) return ABORTED
    // Two of the phases begin where the thread before ends, so its count must be left alone.
    if (phase == COUNT_PICKED || phase == COUNT_RUNS) {
      if (thread == 0) sumCounts(threads, p)
      if (barrier(threads)) return ABORTED
    }
    if (threads == 1) {
      store<i32>(p, phase + 1 - first, PHASE)
      store<u32>(p, 0, CURSOR)
    }
  }
  return DONE
}

/** COUNTS holds one count a thread in these phases: turned into where each begins. */
function sumCounts(threads: i32, p: usize): void {
  let sum: u32 = 0
  for (let thread = 0; thread < threads; thread++) {
    const cell = <usize>load<u32>(p, COUNTS) + ((<usize>thread) << 2)
    const count = load<u32>(cell)
    store<u32>(cell, sum)
    sum += count
  }
  store<u32>(p, sum, FOUND)
}

function startPhase(phase: i32, thread: i32, p: usize): void {
  const counts = <usize>load<u32>(p, COUNTS)
  if (phase == TALLY) {
    memory.fill(counts + ((<usize>(thread * DIGIT_KINDS)) << 2), 0, DIGIT_KINDS << 2)
  } else if (phase == COUNT_PICKED || phase == COUNT_RUNS) {
    store<u32>(counts + ((<usize>thread) << 2), 0)
  }
}

function runBlock(phase: i32, thread: i32, p: usize, low: u32, high: u32): void {
  loadMasks(p)
  if (phase == TALLY) tallyBlock(p, thread, low, high)
  else if (phase == COUNT_PICKED || phase == PICK) pickBlock(p, thread, phase == PICK, low, high)
  else if (phase == SEARCH) searchBlock(p, low, high)
  else if (phase == LENGTHS) lengthBlock(p, low, high)
  else runsBlock(p, thread, phase == START_RUNS, low, high)
}

/** The key of a value of any width; equal for all NaN. */
function keyAt(values: usize, size: u32, index: u32, nanFrom: u64): u64 {
  if (size == 8) {
    const bits = load<u64>(values + ((<usize>index) << 3))
    const key = keyOf<u64>(bits, getSignMask<u64>(), getXorMask<u64>(), getOffset<u64>(), 0)
    return (key >= nanFrom ? nanFrom : key) ^ getFlipMask<u64>()
  }
  let bits: u32
  if (size == 4) bits = load<u32>(values + ((<usize>index) << 2))
  else if (size == 2) bits = <u32>load<u16>(values + ((<usize>index) << 1))
  else bits = <u32>load<u8>(values + index)
  const key = keyOf<u32>(bits, getSignMask<u32>(), getXorMask<u32>(), getOffset<u32>(), 0)
  return <u64>((key >= <u32>nanFrom ? <u32>nanFrom : key) ^ getFlipMask<u32>())
}

/** A narrow value's flipped key has ones above its width: they are cut off. */
function digitOf(key: u64, size: u32): u32 {
  if (size == 8) return <u32>(key >> 48)
  return size == 4 ? <u32>(key >> 16) : <u32>key & (size == 2 ? 0xffff : 0xff)
}

export function tallyBlock(p: usize, thread: i32, low: u32, high: u32): void {
  const counts = <usize>load<u32>(p, COUNTS) + ((<usize>(thread * DIGIT_KINDS)) << 2)
  const values = <usize>load<u32>(p, SOURCE)
  const size = load<u32>(p, ELEMENT_BYTES)
  const nanFrom = load<u64>(p, NAN_FROM)
  for (let i = low; i < high; i++) {
    const cell = counts + ((<usize>digitOf(keyAt(values, size, i, nanFrom), size)) << 2)
    store<u32>(cell, load<u32>(cell) + 1)
  }
}

export function pickBlock(p: usize, thread: i32, writes: bool, low: u32, high: u32): void {
  const cell = <usize>load<u32>(p, COUNTS) + ((<usize>thread) << 2)
  const values = <usize>load<u32>(p, SOURCE)
  const size = load<u32>(p, ELEMENT_BYTES)
  const nanFrom = load<u64>(p, NAN_FROM)
  const last = load<u32>(p, LAST_DIGIT)
  const result = <usize>load<u32>(p, RESULT)
  let place = load<u32>(cell)
  for (let i = low; i < high; i++) {
    if (digitOf(keyAt(values, size, i, nanFrom), size) > last) continue
    if (writes) store<u32>(result + ((<usize>place) << 2), i)
    place++
  }
  store<u32>(cell, place)
}

export function runsBlock(p: usize, thread: i32, writes: bool, low: u32, high: u32): void {
  const cell = <usize>load<u32>(p, COUNTS) + ((<usize>thread) << 2)
  const values = <usize>load<u32>(p, SOURCE)
  const size = load<u32>(p, ELEMENT_BYTES)
  const nanFrom = load<u64>(p, NAN_FROM)
  const starts = <usize>load<u32>(p, OTHER)
  let place = load<u32>(cell)
  let previous = low == 0 ? 0 : keyAt(values, size, low - 1, nanFrom)
  for (let i = low; i < high; i++) {
    const key = keyAt(values, size, i, nanFrom)
    if (i == 0 || key != previous) {
      if (writes) store<u32>(starts + ((<usize>place) << 2), i)
      place++
    }
    previous = key
  }
  store<u32>(cell, place)
}

export function lengthBlock(p: usize, low: u32, high: u32): void {
  const starts = <usize>load<u32>(p, OTHER)
  const result = <usize>load<u32>(p, RESULT)
  const found = load<u32>(p, FOUND)
  const count = load<u32>(p, COUNT)
  for (let run = low; run < high; run++) {
    const at = (<usize>run) << 2
    const end = run + 1 == found ? count : load<u32>(starts + at, 4)
    store<u32>(result + at, end - load<u32>(starts + at))
  }
}

export function searchBlock(p: usize, first: u32, end: u32): void {
  const sorted = <usize>load<u32>(p, SOURCE)
  const count = load<u32>(p, SORTED_COUNT)
  const queries = <usize>load<u32>(p, OTHER)
  const result = <usize>load<u32>(p, RESULT)
  const size = load<u32>(p, ELEMENT_BYTES)
  const nanFrom = load<u64>(p, NAN_FROM)
  const isRight = load<u32>(p, IS_RIGHT) != 0
  for (let i = first; i < end; i++) {
    const query = keyAt(queries, size, i, nanFrom)
    let low: u32 = 0
    let high = count
    while (low < high) {
      const middle = low + (high - low) / 2
      const key = keyAt(sorted, size, middle, nanFrom)
      if (key < query || (isRight && key == query)) low = middle + 1
      else high = middle
    }
    store<u32>(result + ((<usize>i) << 2), low)
  }
}
