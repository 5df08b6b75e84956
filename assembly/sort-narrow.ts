// Sorts 8-bit and 16-bit values by counting them: each thread counts its part, then fills the
// results between its own bounds. Masks and parameters as for sort.ts; kernel ABI: control.ts.
import {
  BLOCK_COUNT,
  COUNT,
  COUNTS,
  CURSOR,
  ELEMENT_BYTES,
  FLIP_MASK,
  PHASE,
  RESULT,
  SOURCE,
  XOR_MASK,
} from '../src/kernels/sort/layout'
import { ABORTED, AGAIN, barrier, beginSlice, DONE, isAborted, sliceEnds } from './control'

/** COUNTS holds u32[threads][256 or 65,536]. */
export function sortNarrow(thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  const size = load<u32>(p, ELEMENT_BYTES)
  const kinds: u32 = size == 1 ? 256 : 65536
  const total = <u64>load<u32>(p, COUNT)
  let low = <u32>((total * thread) / threads)
  const begin = low
  const high = <u32>((total * (thread + 1)) / threads)
  const counts = <usize>load<u32>(p, COUNTS)
  const own = counts + ((<usize>(<u32>thread * kinds)) << 2)
  if (threads == 1) low = load<u32>(p, CURSOR)
  if (load<u32>(p, PHASE) == 0) {
    if (low == begin) memory.fill(own, 0, (<usize>kinds) << 2)
    while (low < high) {
      if (isAborted()) return ABORTED
      const next = min(low + <u32>BLOCK_COUNT, high)
      if (size == 1) countBytes(p, own, low, next)
      else countShorts(p, own, low, next)
      low = next
      if (sliceEnds()) {
        store<u32>(p, low, CURSOR)
        return AGAIN
      }
    }
    if (barrier(threads)) return ABORTED
    if (threads == 1) {
      store<u32>(p, 1, PHASE)
      store<u32>(p, 0, CURSOR)
    }
    low = begin
  }
  while (low < high) {
    if (isAborted()) return ABORTED
    const next = min(low + <u32>BLOCK_COUNT, high)
    fillBlock(p, counts, threads, kinds, low, next)
    low = next
    if (sliceEnds()) {
      store<u32>(p, low, CURSOR)
      return AGAIN
    }
  }
  return barrier(threads) ? ABORTED : DONE
}

export function countBytes(p: usize, counts: usize, low: u32, high: u32): void {
  const source = <usize>load<u32>(p, SOURCE)
  const mask = load<u32>(p, XOR_MASK) ^ load<u32>(p, FLIP_MASK)
  for (let i = low; i < high; i++) {
    const cell = counts + ((<usize>((<u32>load<u8>(source + i) ^ mask) & 0xff)) << 2)
    store<u32>(cell, load<u32>(cell) + 1)
  }
}

export function countShorts(p: usize, counts: usize, low: u32, high: u32): void {
  const source = <usize>load<u32>(p, SOURCE)
  const mask = load<u32>(p, XOR_MASK) ^ load<u32>(p, FLIP_MASK)
  for (let i = low; i < high; i++) {
    const bits = <u32>load<u16>(source + ((<usize>i) << 1))
    const cell = counts + ((<usize>((bits ^ mask) & 0xffff)) << 2)
    store<u32>(cell, load<u32>(cell) + 1)
  }
}

/** The results low … high - 1: walks the counts of all threads to where they begin. */
export function fillBlock(
  p: usize,
  counts: usize,
  threads: i32,
  kinds: u32,
  low: u32,
  high: u32,
): void {
  const result = <usize>load<u32>(p, RESULT)
  const size = load<u32>(p, ELEMENT_BYTES)
  const mask = load<u32>(p, XOR_MASK) ^ load<u32>(p, FLIP_MASK)
  let end: u32 = 0
  let to = low
  for (let kind: u32 = 0; kind < kinds && to < high; kind++) {
    for (let thread = 0; thread < threads; thread++) {
      end += load<u32>(counts + ((<usize>(<u32>thread * kinds + kind)) << 2))
    }
    const stop = min(end, high)
    if (stop <= to) continue
    if (size == 1) memory.fill(result + to, <u8>(kind ^ mask), stop - to)
    else for (let i = to; i < stop; i++) store<u16>(result + ((<usize>i) << 1), <u16>(kind ^ mask))
    to = stop
  }
}
