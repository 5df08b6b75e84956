// PageRank's inner loops: a block of heavy rows or of slices gathers its sources' contributions,
// updates ranks and contributions, and sums its residual and dangling mass. Called by pagerank.ts.
import {
  DAMPING,
  ENTRIES,
  INVERSE,
  PERSONALIZATION,
  RANKS,
  SLICE_ROWS,
  TAIL_PERSONALIZATION,
  UNIT_START,
  VALUES,
  VERTEX_COUNT,
} from '../src/kernels/pagerank/layout'
import { contributions, rowOf, storePartials } from './pagerank-rows'

/** Personalisation of the 8 rows of a slice: the tail's, the rows' own, or the uniform one. */
function personalizationOf(p: usize, row: u32): usize {
  const tail = <usize>load<u32>(p, TAIL_PERSONALIZATION)
  if (row + SLICE_ROWS > load<u32>(p, VERTEX_COUNT)) return tail
  const own = <usize>load<u32>(p, PERSONALIZATION)
  return own != 0 ? own + ((<usize>row) << 3) : tail + 64
}

/** Sum of a heavy row's entries first … end - 1 (addresses; a multiple of 8 entries). */
function sumHeavy<T extends number>(first: usize, end: usize, source: usize): f64 {
  let a: f64 = 0,
    b: f64 = 0,
    c: f64 = 0,
    d: f64 = 0
  let e: f64 = 0,
    f: f64 = 0,
    g: f64 = 0,
    h: f64 = 0
  for (let entry = first; entry < end; entry += 32) {
    a += <f64>load<T>(source + load<u32>(entry))
    b += <f64>load<T>(source + load<u32>(entry, 4))
    c += <f64>load<T>(source + load<u32>(entry, 8))
    d += <f64>load<T>(source + load<u32>(entry, 12))
    e += <f64>load<T>(source + load<u32>(entry, 16))
    f += <f64>load<T>(source + load<u32>(entry, 20))
    g += <f64>load<T>(source + load<u32>(entry, 24))
    h += <f64>load<T>(source + load<u32>(entry, 28))
  }
  return a + b + (c + d) + (e + f + (g + h))
}

/** The same with a weight for each entry. */
function sumHeavyWeighted<T extends number>(
  first: usize,
  end: usize,
  value: usize,
  source: usize,
): f64 {
  let a: f64 = 0,
    b: f64 = 0,
    c: f64 = 0,
    d: f64 = 0
  for (let entry = first; entry < end; entry += 16) {
    a += <f64>load<T>(source + load<u32>(entry)) * <f64>load<T>(value)
    b += <f64>load<T>(source + load<u32>(entry, 4)) * <f64>load<T>(value, sizeof<T>())
    c += <f64>load<T>(source + load<u32>(entry, 8)) * <f64>load<T>(value, 2 * sizeof<T>())
    d += <f64>load<T>(source + load<u32>(entry, 12)) * <f64>load<T>(value, 3 * sizeof<T>())
    value += 4 * sizeof<T>()
  }
  return a + b + (c + d)
}

function pullHeavy<T extends number>(
  p: usize,
  firstRow: u32,
  endRow: u32,
  step: i32,
  jump: f64,
  partial: usize,
): void {
  const damping = load<f64>(p, DAMPING)
  const own = <usize>load<u32>(p, PERSONALIZATION)
  const uniform = load<f64>(<usize>load<u32>(p, TAIL_PERSONALIZATION), 64)
  const entries = <usize>load<u32>(p, ENTRIES)
  const values = <usize>load<u32>(p, VALUES)
  const source = contributions(p, step - 1)
  let residual: f64 = 0
  let dangling: f64 = 0
  for (let row = firstRow; row < endRow; row++) {
    const bounds = <usize>load<u32>(p, UNIT_START) + ((<usize>row) << 2)
    const first = load<u32>(bounds)
    const from = entries + ((<usize>first) << 2)
    const end = entries + ((<usize>load<u32>(bounds, 4)) << 2)
    const sum =
      values != 0
        ? sumHeavyWeighted<T>(from, end, values + <usize>first * sizeof<T>(), source)
        : sumHeavy<T>(from, end, source)
    const jumpWeight = own != 0 ? load<f64>(own + ((<usize>row) << 3)) : uniform
    const at = <usize>row * sizeof<T>()
    const inv = load<T>(<usize>load<u32>(p, INVERSE) + at)
    const cell = <usize>load<u32>(p, RANKS) + at
    const rank = <T>(jump * jumpWeight + damping * sum)
    residual += Math.abs(<f64>rank - <f64>load<T>(cell))
    if (inv == 0) dangling += <f64>rank
    store<T>(cell, rank)
    store<T>(contributions(p, step) + at, <T>(<f64>rank * <f64>inv))
  }
  storePartials(p, partial, residual, dangling)
}

function loadPair<T extends number>(address: usize): v128 {
  if (sizeof<T>() == 8) return v128.load(address)
  return f64x2.promote_low_f32x4(v128.load64_zero(address))
}

function storePair<T extends number>(address: usize, pair: v128): void {
  if (sizeof<T>() == 8) v128.store(address, pair)
  else v128.store64_lane(address, f32x4.demote_f64x2_zero(pair), 0)
}

/** What a pair becomes when it is stored and loaded again. */
function roundPair<T extends number>(pair: v128): v128 {
  if (sizeof<T>() == 8) return pair
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(pair))
}

/** The pair's part of the dangling mass. */
function danglingPair<T extends number>(next: v128, inverse: usize): v128 {
  return v128.and(next, f64x2.eq(loadPair<T>(inverse), f64x2.splat(0)))
}

/** Stores two new ranks and their contributions; returns the ranks. */
function storeRanks<T extends number>(
  rank: usize,
  sink: usize,
  inverse: usize,
  jump: v128,
  sum: v128,
): v128 {
  const next = roundPair<T>(f64x2.add(jump, sum))
  storePair<T>(rank, next)
  storePair<T>(sink, f64x2.mul(next, loadPair<T>(inverse)))
  return next
}

function pair(low: f64, high: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(low), 1, high)
}

function pullSlices<T extends number>(
  p: usize,
  firstUnit: u32,
  endUnit: u32,
  step: i32,
  jump: f64,
  partial: usize,
): void {
  const unitStart = <usize>load<u32>(p, UNIT_START)
  const entries = <usize>load<u32>(p, ENTRIES)
  const values = <usize>load<u32>(p, VALUES)
  const source = contributions(p, step - 1)
  const jumps = f64x2.splat(jump)
  const damping = f64x2.splat(load<f64>(p, DAMPING))
  const size: usize = sizeof<T>()
  let row = rowOf(p, firstUnit)
  let at = <usize>row * size
  let rank = <usize>load<u32>(p, RANKS) + at
  let inverse = <usize>load<u32>(p, INVERSE) + at
  let sink = contributions(p, step) + at
  let residual = f64x2.splat(0)
  let dangling = f64x2.splat(0)
  let entry = entries + ((<usize>load<u32>(unitStart + ((<usize>firstUnit) << 2))) << 2)
  for (let unit = firstUnit; unit < endUnit; unit++) {
    const end = entries + ((<usize>load<u32>(unitStart + ((<usize>unit) << 2), 4)) << 2)
    let a: f64 = 0,
      b: f64 = 0,
      c: f64 = 0,
      d: f64 = 0
    let e: f64 = 0,
      f: f64 = 0,
      g: f64 = 0,
      h: f64 = 0
    if (values == 0) {
      for (; entry < end; entry += 32) {
        a += <f64>load<T>(source + load<u32>(entry))
        b += <f64>load<T>(source + load<u32>(entry, 4))
        c += <f64>load<T>(source + load<u32>(entry, 8))
        d += <f64>load<T>(source + load<u32>(entry, 12))
        e += <f64>load<T>(source + load<u32>(entry, 16))
        f += <f64>load<T>(source + load<u32>(entry, 20))
        g += <f64>load<T>(source + load<u32>(entry, 24))
        h += <f64>load<T>(source + load<u32>(entry, 28))
      }
    } else {
      let value = values + ((entry - entries) >> 2) * size
      for (; entry < end; entry += 32) {
        a += <f64>load<T>(source + load<u32>(entry)) * <f64>load<T>(value)
        b += <f64>load<T>(source + load<u32>(entry, 4)) * <f64>load<T>(value, sizeof<T>())
        c += <f64>load<T>(source + load<u32>(entry, 8)) * <f64>load<T>(value, 2 * sizeof<T>())
        d += <f64>load<T>(source + load<u32>(entry, 12)) * <f64>load<T>(value, 3 * sizeof<T>())
        e += <f64>load<T>(source + load<u32>(entry, 16)) * <f64>load<T>(value, 4 * sizeof<T>())
        f += <f64>load<T>(source + load<u32>(entry, 20)) * <f64>load<T>(value, 5 * sizeof<T>())
        g += <f64>load<T>(source + load<u32>(entry, 24)) * <f64>load<T>(value, 6 * sizeof<T>())
        h += <f64>load<T>(source + load<u32>(entry, 28)) * <f64>load<T>(value, 7 * sizeof<T>())
        value += 8 * size
      }
    }
    const own = personalizationOf(p, row)
    const old0 = loadPair<T>(rank)
    const old1 = loadPair<T>(rank + 2 * size)
    const old2 = loadPair<T>(rank + 4 * size)
    const old3 = loadPair<T>(rank + 6 * size)
    const jump0 = f64x2.mul(jumps, v128.load(own))
    const jump1 = f64x2.mul(jumps, v128.load(own, 16))
    const jump2 = f64x2.mul(jumps, v128.load(own, 32))
    const jump3 = f64x2.mul(jumps, v128.load(own, 48))
    const sum0 = f64x2.mul(damping, pair(a, b))
    const sum1 = f64x2.mul(damping, pair(c, d))
    const sum2 = f64x2.mul(damping, pair(e, f))
    const sum3 = f64x2.mul(damping, pair(g, h))
    const next0 = storeRanks<T>(rank, sink, inverse, jump0, sum0)
    const next1 = storeRanks<T>(rank + 2 * size, sink + 2 * size, inverse + 2 * size, jump1, sum1)
    const next2 = storeRanks<T>(rank + 4 * size, sink + 4 * size, inverse + 4 * size, jump2, sum2)
    const next3 = storeRanks<T>(rank + 6 * size, sink + 6 * size, inverse + 6 * size, jump3, sum3)
    residual = f64x2.add(residual, f64x2.abs(f64x2.sub(next0, old0)))
    residual = f64x2.add(residual, f64x2.abs(f64x2.sub(next1, old1)))
    residual = f64x2.add(residual, f64x2.abs(f64x2.sub(next2, old2)))
    residual = f64x2.add(residual, f64x2.abs(f64x2.sub(next3, old3)))
    dangling = f64x2.add(dangling, danglingPair<T>(next0, inverse))
    dangling = f64x2.add(dangling, danglingPair<T>(next1, inverse + 2 * size))
    dangling = f64x2.add(dangling, danglingPair<T>(next2, inverse + 4 * size))
    dangling = f64x2.add(dangling, danglingPair<T>(next3, inverse + 6 * size))
    row += SLICE_ROWS
    rank += 8 * size
    inverse += 8 * size
    sink += 8 * size
  }
  storePartials(
    p,
    partial,
    f64x2.extract_lane(residual, 0) + f64x2.extract_lane(residual, 1),
    f64x2.extract_lane(dangling, 0) + f64x2.extract_lane(dangling, 1),
  )
}

// Exported, so that they stay functions of their own: V8 replaces a slow first compilation only
// when a function is called again, and these are called once a block.
export function pullHeavy64(p: usize, first: u32, end: u32, s: i32, jump: f64, part: usize): void {
  pullHeavy<f64>(p, first, end, s, jump, part)
}
export function pullHeavy32(p: usize, first: u32, end: u32, s: i32, jump: f64, part: usize): void {
  pullHeavy<f32>(p, first, end, s, jump, part)
}
export function pullSlices64(p: usize, first: u32, end: u32, s: i32, jump: f64, part: usize): void {
  pullSlices<f64>(p, first, end, s, jump, part)
}
export function pullSlices32(p: usize, first: u32, end: u32, s: i32, jump: f64, part: usize): void {
  pullSlices<f32>(p, first, end, s, jump, part)
}
