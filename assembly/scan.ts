// Prefix sums, in the shape of src/kernels/scan/layout.ts for any number of threads. Threads take a
// strip each, add it up, wait for one another, and write the sums while the strip is still in their
// cache: one barrier a wave of strips. One thread adds and writes at once. Integers wrap; f32 is
// summed in f64.
import {
  BLOCK,
  CARRY,
  COUNT,
  GROUP,
  INCLUSIVE,
  OUTPUT,
  STRIP,
  STRIP_TOTALS,
  STRIP_VALUES,
  TYPE,
  VALUES,
} from '../src/kernels/scan/layout'
import { ABORTED, AGAIN, barrier, beginSlice, DONE, isAborted, sliceEnds } from './control'

/** `threads` strips a wave. */
export function scanColumn(thread: i32, threads: i32, p: usize): i32 {
  const type = load<u32>(p, TYPE)
  if (type < 2) return scan<u32, u32>(thread, threads, p)
  return type == 2 ? scan<f32, f64>(thread, threads, p) : scan<f64, f64>(thread, threads, p)
}

function scan<T extends number, A extends number>(thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  const count = load<u32>(p, COUNT)
  const strips = (count + <u32>(STRIP_VALUES - 1)) / <u32>STRIP_VALUES
  const isInclusive = load<u32>(p, INCLUSIVE) != 0
  const values = <usize>load<u32>(p, VALUES)
  const output = <usize>load<u32>(p, OUTPUT)
  let carry = load<A>(p, CARRY)
  let wave: i32 = 0
  for (let first = load<u32>(p, STRIP); first < strips; first += threads) {
    if (isAborted()) return ABORTED
    const begin = (first + <u32>thread) * <u32>STRIP_VALUES
    const length = begin < count ? min(count - begin, <u32>STRIP_VALUES) : 0
    const x = values + <usize>begin * sizeof<T>()
    const y = output + <usize>begin * sizeof<T>()
    if (threads == 1) {
      carry = writeStrip<T, A>(x, y, length, carry, isInclusive)
      store<A>(p, carry, CARRY)
      store<u32>(p, first + 1, STRIP)
      if (sliceEnds()) return AGAIN
      continue
    }
    const totals = <usize>load<u32>(p, STRIP_TOTALS) + <usize>((wave & 1) * threads * 8)
    store<A>(totals + ((<usize>thread) << 3), addStrip<T, A>(x, length))
    if (barrier(threads)) return ABORTED
    let before: A = 0
    for (let other: i32 = 0; other < threads; other++) {
      if (other == thread) before = carry
      carry += load<A>(totals + ((<usize>other) << 3))
    }
    writeStrip<T, A>(x, y, length, before, isInclusive)
    wave++
  }
  return DONE
}

/** The sum of a strip that is full; that of the last one is not needed. */
function addStrip<T extends number, A extends number>(begin: usize, length: u32): A {
  let blocks: A = 0
  let x = begin
  for (let left = length; left >= <u32>BLOCK; left -= BLOCK) {
    if (sizeof<T>() == 8) blocks += <A>scanAddF64(x)
    else if (isFloat<T>()) blocks += <A>scanAddF32(x)
    else blocks += <A>scanAddU32(x)
    x += BLOCK * sizeof<T>()
  }
  return blocks
}

function addBlock<T extends number, A extends number>(begin: usize): A {
  let groups: A = 0
  let x = begin
  for (let end = x + BLOCK * sizeof<T>(); x < end; x += GROUP * sizeof<T>()) {
    let sum = <A>load<T>(x) + <A>load<T>(x, sizeof<T>())
    sum += <A>load<T>(x, 2 * sizeof<T>())
    sum += <A>load<T>(x, 3 * sizeof<T>())
    sum += <A>load<T>(x, 4 * sizeof<T>())
    sum += <A>load<T>(x, 5 * sizeof<T>())
    sum += <A>load<T>(x, 6 * sizeof<T>())
    sum += <A>load<T>(x, 7 * sizeof<T>())
    groups += sum
  }
  return groups
}

/** Writes a strip's sums; returns what comes before the next strip. */
function writeStrip<T extends number, A extends number>(
  begin: usize,
  output: usize,
  length: u32,
  strips: A,
  isInclusive: bool,
): A {
  let blocks: A = 0
  let x = begin
  let y = output
  let left = length
  for (; left >= <u32>BLOCK; left -= BLOCK) {
    if (sizeof<T>() == 8) blocks += <A>scanWriteF64(x, y, <f64>strips, <f64>blocks, isInclusive)
    else if (isFloat<T>()) blocks += <A>scanWriteF32(x, y, <f64>strips, <f64>blocks, isInclusive)
    else blocks += <A>scanWriteU32(x, y, <u32>strips, <u32>blocks, isInclusive)
    x += BLOCK * sizeof<T>()
    y += BLOCK * sizeof<T>()
  }
  let groups: A = 0
  for (; left > 0; left -= min(left, <u32>GROUP)) {
    const start = strips + (blocks + groups)
    const sum = writeGroup<T, A>(x, y, min(left, <u32>GROUP), start, isInclusive)
    groups += sum
    x += GROUP * sizeof<T>()
    y += GROUP * sizeof<T>()
    // The last sum is what the next group starts from: exclusive sums are these, moved by one.
    if (isInclusive && left >= <u32>GROUP) {
      store<T>(y - sizeof<T>(), <T>(strips + (blocks + groups)))
    }
  }
  return strips + blocks
}

/** A group of the last, unfinished block; returns its sum. */
function writeGroup<T extends number, A extends number>(
  begin: usize,
  output: usize,
  length: u32,
  start: A,
  isInclusive: bool,
): A {
  let sum: A = 0
  let x = begin
  let y = output
  for (let end = begin + <usize>length * sizeof<T>(); x < end; x += sizeof<T>()) {
    const next = sum + <A>load<T>(x)
    store<T>(y, <T>(start + (isInclusive ? next : sum)))
    sum = next
    y += sizeof<T>()
  }
  return sum
}

/** Writes a block's sums and returns its own. Groups of 8 depend on one another by one addition. */
function writeBlock<T extends number, A extends number>(
  begin: usize,
  output: usize,
  strips: A,
  blocks: A,
  isInclusive: bool,
): A {
  let groups: A = 0
  let y = output
  let start = strips + blocks
  const end = begin + BLOCK * sizeof<T>()
  for (let x = begin; x < end; x += GROUP * sizeof<T>()) {
    const a = <A>load<T>(x)
    const b = a + <A>load<T>(x, sizeof<T>())
    const c = b + <A>load<T>(x, 2 * sizeof<T>())
    const d = c + <A>load<T>(x, 3 * sizeof<T>())
    const e = d + <A>load<T>(x, 4 * sizeof<T>())
    const f = e + <A>load<T>(x, 5 * sizeof<T>())
    const g = f + <A>load<T>(x, 6 * sizeof<T>())
    groups += g + <A>load<T>(x, 7 * sizeof<T>())
    const next = strips + (blocks + groups)
    // The last sum is what the next group starts from: exclusive sums are these, moved by one.
    if (isInclusive) {
      storeGroup<T, A>(y, start, a, b, c, d, e, f, g)
      store<T>(y, <T>next, 7 * sizeof<T>())
    } else {
      store<T>(y, <T>start)
      storeGroup<T, A>(y + sizeof<T>(), start, a, b, c, d, e, f, g)
    }
    start = next
    y += GROUP * sizeof<T>()
  }
  return groups
}

function storeGroup<T extends number, A extends number>(
  y: usize,
  start: A,
  a: A,
  b: A,
  c: A,
  d: A,
  e: A,
  f: A,
  g: A,
): void {
  store<T>(y, <T>(start + a))
  store<T>(y, <T>(start + b), sizeof<T>())
  store<T>(y, <T>(start + c), 2 * sizeof<T>())
  store<T>(y, <T>(start + d), 3 * sizeof<T>())
  store<T>(y, <T>(start + e), 4 * sizeof<T>())
  store<T>(y, <T>(start + f), 5 * sizeof<T>())
  store<T>(y, <T>(start + g), 6 * sizeof<T>())
}

// Exported so that they stay functions of their own: V8 replaces a slow first compilation only when
// a function is called again, and these are called once a block.
export function scanAddU32(x: usize): u32 {
  return addBlock<u32, u32>(x)
}
export function scanAddF32(x: usize): f64 {
  return addBlock<f32, f64>(x)
}
export function scanAddF64(x: usize): f64 {
  return addBlock<f64, f64>(x)
}
export function scanWriteU32(x: usize, y: usize, strips: u32, blocks: u32, inclusive: bool): u32 {
  return writeBlock<u32, u32>(x, y, strips, blocks, inclusive)
}
export function scanWriteF32(x: usize, y: usize, strips: f64, blocks: f64, inclusive: bool): f64 {
  return writeBlock<f32, f64>(x, y, strips, blocks, inclusive)
}
export function scanWriteF64(x: usize, y: usize, strips: f64, blocks: f64, inclusive: bool): f64 {
  return writeBlock<f64, f64>(x, y, strips, blocks, inclusive)
}
