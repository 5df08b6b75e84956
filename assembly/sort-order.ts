// From sorting to ordering: keys with their positions as 64-bit records, positions out of sorted
// records, and gathering by positions. Called by src/kernels/sort/wasm.ts around sort.ts: a record
// sorts by its key, and equal keys by position, which makes the order stable.
import {
  BLOCK_COUNT,
  COUNT,
  CURSOR,
  ELEMENT_BYTES,
  NAN_FROM,
  PERMUTATION,
  RESULT,
  SOURCE,
  UPPER_HALF,
} from '../src/kernels/sort/layout'
import { ABORTED, AGAIN, beginSlice, DONE, isAborted, sliceEnds } from './control'
import { getFlipMask, getOffset, getSignMask, getXorMask, keyOf, loadMasks } from './sort-keys'

const PACK: i32 = 0
const UNPACK: i32 = 1
const GATHER: i32 = 2

/** Records: 32 bits of the key of the value at PERMUTATION (or in order) above the position. */
export function sortPack(thread: i32, threads: i32, p: usize): i32 {
  return overRange(PACK, thread, threads, p)
}

/** Positions out of records; looked up in PERMUTATION, if there is one. */
export function sortUnpack(thread: i32, threads: i32, p: usize): i32 {
  return overRange(UNPACK, thread, threads, p)
}

/** Values at the positions of PERMUTATION, or copied in order. */
export function sortGather(thread: i32, threads: i32, p: usize): i32 {
  return overRange(GATHER, thread, threads, p)
}

function overRange(step: i32, thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  const total = <u64>load<u32>(p, COUNT)
  let low = <u32>((total * thread) / threads)
  const high = <u32>((total * (thread + 1)) / threads)
  if (threads == 1) low = load<u32>(p, CURSOR)
  while (low < high) {
    if (isAborted()) return ABORTED
    const next = min(low + <u32>BLOCK_COUNT, high)
    if (step == PACK) packBlock(p, low, next)
    else if (step == UNPACK) unpackBlock(p, low, next)
    else gatherBlock(p, low, next)
    low = next
    if (sliceEnds()) {
      store<u32>(p, low, CURSOR)
      return AGAIN
    }
  }
  return DONE
}

export function packBlock(p: usize, low: u32, high: u32): void {
  loadMasks(p)
  const source = <usize>load<u32>(p, SOURCE)
  const result = <usize>load<u32>(p, RESULT)
  const permutation = <usize>load<u32>(p, PERMUTATION)
  const size = load<u32>(p, ELEMENT_BYTES)
  const isUpper = load<u32>(p, UPPER_HALF) != 0
  const nanFrom = load<u64>(p, NAN_FROM)
  const flip = getFlipMask<u64>()
  for (let i = low; i < high; i++) {
    const at = permutation == 0 ? i : load<u32>(permutation + ((<usize>i) << 2))
    let key: u64
    if (size == 8) {
      const bits = load<u64>(source + ((<usize>at) << 3))
      key = keyOf<u64>(bits, getSignMask<u64>(), getXorMask<u64>(), getOffset<u64>(), 0)
      key = (key >= nanFrom ? nanFrom : key) ^ flip
      if (isUpper) key >>= 32
    } else {
      const bits = loadBits(source, at, size)
      const plain = keyOf<u32>(bits, getSignMask<u32>(), getXorMask<u32>(), getOffset<u32>(), 0)
      key = <u64>((plain >= <u32>nanFrom ? <u32>nanFrom : plain) ^ <u32>flip)
    }
    store<u64>(result + ((<usize>i) << 3), (key << 32) | <u64>i)
  }
}

function loadBits(source: usize, at: u32, size: u32): u32 {
  if (size == 4) return load<u32>(source + ((<usize>at) << 2))
  return size == 2 ? <u32>load<u16>(source + ((<usize>at) << 1)) : <u32>load<u8>(source + at)
}

export function unpackBlock(p: usize, low: u32, high: u32): void {
  const source = <usize>load<u32>(p, SOURCE)
  const result = <usize>load<u32>(p, RESULT)
  const permutation = <usize>load<u32>(p, PERMUTATION)
  for (let i = low; i < high; i++) {
    const position = load<u32>(source + ((<usize>i) << 3))
    const at = permutation == 0 ? position : load<u32>(permutation + ((<usize>position) << 2))
    store<u32>(result + ((<usize>i) << 2), at)
  }
}

export function gatherBlock(p: usize, low: u32, high: u32): void {
  const source = <usize>load<u32>(p, SOURCE)
  const result = <usize>load<u32>(p, RESULT)
  const permutation = <usize>load<u32>(p, PERMUTATION)
  const size = load<u32>(p, ELEMENT_BYTES)
  if (permutation == 0) {
    const at = <usize>low * size
    memory.copy(result + at, source + at, <usize>(high - low) * size)
    return
  }
  for (let i = low; i < high; i++) {
    const at = <usize>load<u32>(permutation + ((<usize>i) << 2))
    const to = <usize>i
    if (size == 8) store<u64>(result + (to << 3), load<u64>(source + (at << 3)))
    else if (size == 4) store<u32>(result + (to << 2), load<u32>(source + (at << 2)))
    else if (size == 2) store<u16>(result + (to << 1), load<u16>(source + (at << 1)))
    else store<u8>(result + to, load<u8>(source + at))
  }
}
