// Instants of a chunk between the stages of assembly/timestamps.ts, and 128-bit products.
import { CHUNK_VALUES, OVERFLOW, OVERFLOW_GIVES, WRAP } from '../src/kernels/timestamps/layout'

/** Ticks of a nanosecond and of a second. */
export const NANO_TICKS: u64 = 1 << 32
export const SECOND_TICKS: u64 = 1_000_000_000 << 32

// Arrays of a chunk in the scratch memory of a thread.
const TICKS_AT: usize = (<usize>CHUNK_VALUES) << 3
const FINDINGS_AT: usize = (<usize>CHUNK_VALUES) << 4

/** Address of i64 seconds, u64 ticks and u8 findings of a chunk. */
export function secondsOf(scratch: usize): usize {
  return scratch
}
export function ticksOf(scratch: usize): usize {
  return scratch + TICKS_AT
}
export function findingsOf(scratch: usize): usize {
  return scratch + FINDINGS_AT
}

/** Upper half of the 128-bit product. */
export function multiplyHigh(a: u64, b: u64): u64 {
  const low: u64 = 0xffffffff
  const aLow = a & low
  const aHigh = a >> 32
  const bLow = b & low
  const bHigh = b >> 32
  const middle = aHigh * bLow + ((aLow * bLow) >> 32)
  const cross = aLow * bHigh + (middle & low)
  return aHigh * bHigh + (middle >> 32) + (cross >> 32)
}

/** Adds whole seconds to instant `index`; beyond i64 they overflow as the plan says. */
export function addSeconds(p: usize, scratch: usize, index: u32, added: i64): void {
  const cell = secondsOf(scratch) + ((<usize>index) << 3)
  const before = load<i64>(cell)
  const after = before + added
  if (added < 0 == after < before) {
    store<i64>(cell, after)
    return
  }
  const finding = findingsOf(scratch) + index
  store<u8>(finding, load<u8>(finding) | OVERFLOW)
  if (load<u32>(p, OVERFLOW_GIVES) == WRAP) {
    store<i64>(cell, after)
    return
  }
  store<i64>(cell, added < 0 ? i64.MIN_VALUE : i64.MAX_VALUE)
  store<u64>(ticksOf(scratch) + ((<usize>index) << 3), added < 0 ? 0 : SECOND_TICKS - 1)
}
