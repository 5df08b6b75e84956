// The histogram: each thread counts into slots of its own, then each adds up a share of them. What
// decides is the comparison with thresholds; arithmetic only guesses where to compare first.
import {
  BINS,
  CLEARED,
  COUNT,
  LOW,
  SCALE,
  SLOTS,
  STRIP_VALUES,
  THRESHOLDS,
  TICKET,
  TYPE,
  VALUES,
} from '../src/kernels/histogram/layout'
import { ABORTED, AGAIN, barrier, beginSlice, DONE, isAborted, sliceEnds } from './control'

/** Leaves the sums in the first thread's slots. */
export function histogramCount(thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  const slotCount = load<u32>(p, BINS) + 3
  const slots = <usize>load<u32>(p, SLOTS) + <usize>((<u32>thread * slotCount) << 2)
  if (load<u32>(p, CLEARED) == 0) {
    memory.fill(slots, 0, (<usize>slotCount) << 2)
    // Only one thread's call comes again.
    if (threads == 1) store<u32>(p, 1, CLEARED)
  }
  const count = load<u32>(p, COUNT)
  while (true) {
    const begin = atomic.add<u32>(p, 1, TICKET) * <u32>STRIP_VALUES
    if (begin >= count) break
    if (isAborted()) return ABORTED
    countStrip(p, begin, min(begin + <u32>STRIP_VALUES, count), slots)
    if (sliceEnds()) return AGAIN
  }
  if (threads == 1) return DONE
  if (barrier(threads)) return ABORTED
  addShare(thread, threads, <usize>load<u32>(p, SLOTS), slotCount)
  return DONE
}

function countStrip(p: usize, begin: u32, end: u32, slots: usize): void {
  const type = load<u32>(p, TYPE)
  if (type == 0) histogramU32(p, begin, end, slots)
  else if (type == 1) histogramI32(p, begin, end, slots)
  else if (type == 2) histogramF32(p, begin, end, slots)
  else histogramF64(p, begin, end, slots)
}

function countValues<T extends number>(p: usize, begin: u32, end: u32, slots: usize): void {
  const bins = load<u32>(p, BINS)
  const thresholds = <usize>load<u32>(p, THRESHOLDS)
  const low = load<f64>(p, LOW)
  const scale = load<f64>(p, SCALE)
  // Without a scale no guess passes.
  const limit = scale != 0 ? <f64>bins : 0
  const values = <usize>load<u32>(p, VALUES)
  const stop = values + <usize>end * sizeof<T>()
  for (let x = values + <usize>begin * sizeof<T>(); x < stop; x += sizeof<T>()) {
    const value = <f64>load<T>(x)
    const guess = (value - low) * scale
    // Signed, because that conversion is one instruction; bins are few enough.
    const bin = guess >= 0 && guess < limit ? <i32>guess : -1
    let slot = <u32>(bin + 1)
    if (bin < 0 || !isBetween(value, thresholds, bin)) {
      slot = value == value ? search(value, thresholds, bins + 1) : bins + 2
    }
    const cell = slots + ((<usize>slot) << 2)
    store<u32>(cell, load<u32>(cell) + 1)
  }
}

function isBetween(value: f64, thresholds: usize, bin: i32): bool {
  const at = thresholds + ((<usize>bin) << 3)
  return load<f64>(at) <= value && value < load<f64>(at, 8)
}

/** How many thresholds are at most the value. */
function search(value: f64, thresholds: usize, count: u32): u32 {
  let low: u32 = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<f64>(thresholds + ((<usize>middle) << 3)) <= value) low = middle + 1
    else high = middle
  }
  return low
}

function addShare(thread: i32, threads: i32, slots: usize, slotCount: u32): void {
  const begin = <u32>((<u64>slotCount * thread) / threads)
  const end = <u32>((<u64>slotCount * (thread + 1)) / threads)
  for (let slot = begin; slot < end; slot++) {
    let cell = slots + ((<usize>slot) << 2)
    let sum: u32 = 0
    for (let other: i32 = 0; other < threads; other++) {
      sum += load<u32>(cell)
      cell += (<usize>slotCount) << 2
    }
    store<u32>(slots + ((<usize>slot) << 2), sum)
  }
}

// Exported so that they stay functions of their own: V8 replaces a slow first compilation only when
// a function is called again, and these are called once a strip.
export function histogramU32(p: usize, begin: u32, end: u32, slots: usize): void {
  countValues<u32>(p, begin, end, slots)
}
export function histogramI32(p: usize, begin: u32, end: u32, slots: usize): void {
  countValues<i32>(p, begin, end, slots)
}
export function histogramF32(p: usize, begin: u32, end: u32, slots: usize): void {
  countValues<f32>(p, begin, end, slots)
}
export function histogramF64(p: usize, begin: u32, end: u32, slots: usize): void {
  countValues<f64>(p, begin, end, slots)
}
