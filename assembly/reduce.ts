// Reductions: a pair of numbers a block, which src/graph/reduction/combine.ts makes one answer of.
// Blocks have a fixed size, and value i of a block goes to running sum i mod 8, so the bits depend
// neither on threads nor on slices. Integers add in 64 bits, f32 in f64.
import { BLOCK, FACTORS } from '../src/graph/reduction/layout'
import {
  COUNT,
  EXTENT,
  MAX,
  MIN,
  OPERATION,
  PAD,
  PAIRS,
  PRODUCT,
  STRIP_BLOCKS,
  SUM,
  TICKET,
  TYPE,
  VALUES,
} from '../src/kernels/reduce/layout'
import { ABORTED, AGAIN, beginSlice, DONE, isAborted, sliceEnds } from './control'

/** Takes strips of blocks until none is left. */
export function reduceBlocks(thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  const blocks = (load<u32>(p, COUNT) + <u32>(BLOCK - 1)) / <u32>BLOCK
  while (true) {
    const first: u32 = atomic.add<u32>(p, STRIP_BLOCKS, TICKET)
    if (first >= blocks) return DONE
    if (isAborted()) return ABORTED
    const end = min(first + <u32>STRIP_BLOCKS, blocks)
    for (let block = first; block < end; block++) reduceBlock(p, block)
    if (sliceEnds()) return AGAIN
  }
}

function reduceBlock(p: usize, block: u32): void {
  const pair = <usize>load<u32>(p, PAIRS) + ((<usize>block) << 4)
  const type = load<u32>(p, TYPE)
  if (type == 0) reduceU32(p, block, pair)
  else if (type == 1) reduceI32(p, block, pair)
  else if (type == 2) reduceF32(p, block, pair)
  else reduceF64(p, block, pair)
}

/** Address of a block's first value, of <T>. */
function blockBegin<T extends number>(p: usize, block: u32): usize {
  return <usize>load<u32>(p, VALUES) + <usize>(block * <u32>BLOCK) * sizeof<T>()
}

/** Address behind a block's last value. */
function blockEnd<T extends number>(p: usize, block: u32): usize {
  const end = min((block + 1) * <u32>BLOCK, load<u32>(p, COUNT))
  return <usize>load<u32>(p, VALUES) + <usize>end * sizeof<T>()
}

function reduceFloats<T extends number>(p: usize, block: u32, pair: usize): void {
  const operation = load<i32>(p, OPERATION)
  const begin = blockBegin<T>(p, block)
  const end = blockEnd<T>(p, block)
  if (operation == SUM) sumFloats<T>(begin, end, p + PAD, pair)
  else if (operation == PRODUCT) multiplyFloats<T>(begin, end, pair)
  else if (operation == MIN) minimum<T>(begin, end, pair)
  else if (operation == MAX) maximum<T>(begin, end, pair)
  else if (operation == EXTENT) finiteExtent<T>(begin, end, pair)
}

function reduceIntegers<T extends number>(p: usize, block: u32, pair: usize): void {
  const operation = load<i32>(p, OPERATION)
  const begin = blockBegin<T>(p, block)
  const end = blockEnd<T>(p, block)
  if (operation == SUM) sumIntegers<T>(begin, end, pair)
  else if (operation == PRODUCT) multiplyIntegers(begin, end, pair)
  else if (operation == MIN) minimum<T>(begin, end, pair)
  else if (operation == MAX) maximum<T>(begin, end, pair)
  else if (operation == EXTENT) {
    minimum<T>(begin, end, pair)
    maximum<T>(begin, end, pair + 8)
  }
}

/** Two neighbours as f64. */
function pairOf<T extends number>(address: usize): v128 {
  if (sizeof<T>() == 8) return v128.load(address)
  return f64x2.promote_low_f32x4(v128.load64_zero(address))
}

/** Sum and sum of absolute values. The last block's rest is padded with 0, which adds nothing. */
function sumFloats<T extends number>(begin: usize, end: usize, pad: usize, pair: usize): void {
  const bytes = 8 * sizeof<T>()
  let x = begin
  let stop = begin + ((end - begin) & ~(bytes - 1))
  let a = f64x2.splat(0)
  let b = a
  let c = a
  let d = a
  let e = a
  let f = a
  let g = a
  let h = a
  while (true) {
    for (; x < stop; x += bytes) {
      const v0 = pairOf<T>(x)
      const v1 = pairOf<T>(x + 2 * sizeof<T>())
      const v2 = pairOf<T>(x + 4 * sizeof<T>())
      const v3 = pairOf<T>(x + 6 * sizeof<T>())
      a = f64x2.add(a, v0)
      b = f64x2.add(b, v1)
      c = f64x2.add(c, v2)
      d = f64x2.add(d, v3)
      e = f64x2.add(e, f64x2.abs(v0))
      f = f64x2.add(f, f64x2.abs(v1))
      g = f64x2.add(g, f64x2.abs(v2))
      h = f64x2.add(h, f64x2.abs(v3))
    }
    if (x >= end || x == pad + bytes) break
    memory.fill(pad, 0, bytes)
    memory.copy(pad, x, end - x)
    x = pad
    stop = pad + bytes
    end = stop
  }
  store<f64>(pair, joinLanes(a, b, c, d))
  store<f64>(pair, joinLanes(e, f, g, h), 8)
}

function joinLanes(a: v128, b: v128, c: v128, d: v128): f64 {
  const both = f64x2.add(f64x2.add(a, c), f64x2.add(b, d))
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1)
}

/** Exact: a block's sum has at most 42 bits. */
function sumIntegers<T extends number>(begin: usize, end: usize, pair: usize): void {
  let low = i64x2.splat(0)
  let high = low
  let x = begin
  for (let stop = begin + ((end - begin) & ~15); x < stop; x += 16) {
    const v = v128.load(x)
    if (isSigned<T>()) {
      low = i64x2.add(low, i64x2.extend_low_i32x4_s(v))
      high = i64x2.add(high, i64x2.extend_high_i32x4_s(v))
    } else {
      low = i64x2.add(low, i64x2.extend_low_i32x4_u(v))
      high = i64x2.add(high, i64x2.extend_high_i32x4_u(v))
    }
  }
  const both = i64x2.add(low, high)
  let sum = i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1)
  for (; x < end; x += 4) sum += <i64>load<T>(x)
  store<f64>(pair, <f64>sum)
}

function multiplyIntegers(begin: usize, end: usize, pair: usize): void {
  let product: i32 = 1
  for (let x = begin; x < end; x += 4) product *= load<i32>(x)
  store<f64>(pair, <f64>product)
}

const EXPONENT_BITS: u64 = 0x7ff0_0000_0000_0000
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000

function exponentField(bits: u64): i32 {
  return <i32>((bits & EXPONENT_BITS) >> 52)
}

/** The number with its exponent replaced by that of 1. */
function factorOf(bits: u64): f64 {
  return reinterpret<f64>((bits & ~EXPONENT_BITS) | ONE_BITS)
}

/** Exponents are added apart, so that nothing overflows on the way. */
function multiplyFloats<T extends number>(begin: usize, end: usize, pair: usize): void {
  let product: f64 = 1
  let exponent: i32 = 0
  let special: f64 = 1
  let x = begin
  while (x < end) {
    let part: f64 = 1
    for (let stop = min(x + FACTORS * sizeof<T>(), end); x < stop; x += sizeof<T>()) {
      const value = <f64>load<T>(x)
      let bits = reinterpret<u64>(value)
      let field = exponentField(bits)
      if (field == 0x7ff || value == 0) {
        special *= value
        continue
      }
      if (field == 0) {
        bits = reinterpret<u64>(value * 18014398509481984) // 2^54: subnormal no more
        field = exponentField(bits) - 54
      }
      exponent += field - 1023
      part *= factorOf(bits)
    }
    const bits = reinterpret<u64>(product * part)
    exponent += exponentField(bits) - 1023
    product = factorOf(bits)
  }
  store<f64>(pair, product * special)
  store<f64>(pair, <f64>exponent, 8)
}

/** WASM's minimum is that of Math.min: NaN wins, -0 is below +0. */
function minimum<T extends number>(begin: usize, end: usize, pair: usize): void {
  let least = load<T>(begin)
  let x = begin
  let all = v128.splat<T>(least)
  for (let stop = begin + ((end - begin) & ~15); x < stop; x += 16) {
    all = v128.min<T>(all, v128.load(x))
  }
  for (; x < end; x += sizeof<T>()) least = min<T>(least, load<T>(x))
  least = min<T>(least, v128.extract_lane<T>(all, 0))
  least = min<T>(least, v128.extract_lane<T>(all, 1))
  if (sizeof<T>() == 4) {
    least = min<T>(least, v128.extract_lane<T>(all, 2))
    least = min<T>(least, v128.extract_lane<T>(all, 3))
  }
  store<f64>(pair, <f64>least)
}

function maximum<T extends number>(begin: usize, end: usize, pair: usize): void {
  let greatest = load<T>(begin)
  let x = begin
  let all = v128.splat<T>(greatest)
  for (let stop = begin + ((end - begin) & ~15); x < stop; x += 16) {
    all = v128.max<T>(all, v128.load(x))
  }
  for (; x < end; x += sizeof<T>()) greatest = max<T>(greatest, load<T>(x))
  greatest = max<T>(greatest, v128.extract_lane<T>(all, 0))
  greatest = max<T>(greatest, v128.extract_lane<T>(all, 1))
  if (sizeof<T>() == 4) {
    greatest = max<T>(greatest, v128.extract_lane<T>(all, 2))
    greatest = max<T>(greatest, v128.extract_lane<T>(all, 3))
  }
  store<f64>(pair, <f64>greatest)
}

/** Least and greatest of the finite values; neutral where there are none. */
function finiteExtent<T extends number>(begin: usize, end: usize, pair: usize): void {
  let low = Infinity
  let high = -Infinity
  let x = begin
  const above = v128.splat<T>(<T>Infinity)
  const below = v128.splat<T>(<T>-Infinity)
  let lows = above
  let highs = below
  for (let stop = begin + ((end - begin) & ~15); x < stop; x += 16) {
    const v = v128.load(x)
    const inside = v128.lt<T>(v128.abs<T>(v), above)
    lows = v128.min<T>(lows, v128.bitselect(v, above, inside))
    highs = v128.max<T>(highs, v128.bitselect(v, below, inside))
  }
  for (; x < end; x += sizeof<T>()) {
    const value = <f64>load<T>(x)
    if (!(abs(value) < Infinity)) continue
    low = min(low, value)
    high = max(high, value)
  }
  low = min(low, <f64>v128.extract_lane<T>(lows, 0))
  low = min(low, <f64>v128.extract_lane<T>(lows, 1))
  high = max(high, <f64>v128.extract_lane<T>(highs, 0))
  high = max(high, <f64>v128.extract_lane<T>(highs, 1))
  if (sizeof<T>() == 4) {
    low = min(low, <f64>v128.extract_lane<T>(lows, 2))
    low = min(low, <f64>v128.extract_lane<T>(lows, 3))
    high = max(high, <f64>v128.extract_lane<T>(highs, 2))
    high = max(high, <f64>v128.extract_lane<T>(highs, 3))
  }
  store<f64>(pair, low)
  store<f64>(pair, high, 8)
}

// Exported so that they stay functions of their own: V8 replaces a slow first compilation only when
// a function is called again, and these are called once a block.
export function reduceU32(p: usize, block: u32, pair: usize): void {
  reduceIntegers<u32>(p, block, pair)
}
export function reduceI32(p: usize, block: u32, pair: usize): void {
  reduceIntegers<i32>(p, block, pair)
}
export function reduceF32(p: usize, block: u32, pair: usize): void {
  reduceFloats<f32>(p, block, pair)
}
export function reduceF64(p: usize, block: u32, pair: usize): void {
  reduceFloats<f64>(p, block, pair)
}
