// PageRank in whole numbers, over the layout of pagerank-prepare.ts: ranks are u64 in units of
// 2^-62, fractions (shares of a rank, damping) u64 in units of 2^-63. Whole numbers have the same
// sum in any order: the bits are those of every device, for any number of threads, and blocks add
// to one sum. src/kernels/pagerank/fixed.ts defines the arithmetic. Kernel ABI: control.ts.
import {
  BLOCK_COUNT,
  BLOCK_START,
  DAMPING,
  DANGLING,
  ENTRIES,
  HEAVY_COUNT,
  INVERSE,
  ITERATION,
  MAX_ITERATIONS,
  ORDER,
  OUTPUT,
  PERSONALIZATION,
  PERSONALIZATION_INPUT,
  PHASE,
  RANKS,
  REDISTRIBUTE,
  RESIDUAL,
  SLICE_ROWS,
  START_INPUT,
  TOLERANCE,
  UNIFORM_JUMP,
  UNIFORM_RANK,
  UNIT_COUNT,
  UNIT_START,
  VALUES,
  VERTEX_COUNT,
} from '../src/kernels/pagerank/layout'
import { ABORTED, AGAIN, barrier, beginSlice, DONE, isAborted, publish, sliceEnds } from './control'
import { zeroSlot } from './pagerank-prepare'
import { contributions, resetTicket, rowOf, ticketOf } from './pagerank-rows'

const ONE: u64 = 1 << 62

// Behind a step's ticket, in its cache line: what its blocks have added up.
const RESIDUAL_SUM: usize = 8
const DANGLING_SUM: usize = 16

const LOW: u64 = 0xffff_ffff

/** Start vector, iterations until converged or at the limit, then ranks as f64 by old label. */
export function pagerankIterateFixed(thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  let step = load<i32>(p, PHASE)
  let residual = load<u64>(p, RESIDUAL)
  let dangling = load<u64>(p, DANGLING)
  while (true) {
    const isLast = step > 0 && isFinished(p, step - 1, residual)
    const status = runBlocks(thread, p, step, isLast, dangling)
    if (status != DONE) return status
    if (barrier(threads)) return ABORTED
    if (isLast) return DONE
    const sums = ticketOf(p, step)
    if (step > 0) residual = load<u64>(sums + RESIDUAL_SUM)
    dangling = load<u64>(sums + DANGLING_SUM)
    if (thread == 0) {
      store<u64>(p, residual, RESIDUAL)
      store<u64>(p, dangling, DANGLING)
      store<i32>(p, step, ITERATION)
      store<i32>(p, step + 1, PHASE)
      if (step > 0) publish(step, unitsOf(residual))
    }
    step++
  }
}

function isFinished(p: usize, iteration: i32, residual: u64): bool {
  if (iteration >= load<i32>(p, MAX_ITERATIONS)) return true
  return iteration > 0 && residual < load<u64>(p, TOLERANCE)
}

function runBlocks(thread: i32, p: usize, step: i32, isLast: bool, dangling: u64): i32 {
  const ticket = ticketOf(p, step)
  if (thread == 0) {
    resetTicket(p, step + 1)
    store<u64>(ticketOf(p, step + 1) + RESIDUAL_SUM, 0)
    store<u64>(ticketOf(p, step + 1) + DANGLING_SUM, 0)
  }
  const damping = load<u64>(p, DAMPING)
  const kept: u64 = load<u32>(p, REDISTRIBUTE) != 0 ? dangling : 0
  const jump = ONE - times(ONE, damping) + times(kept, damping)
  const blocks = load<u32>(p, BLOCK_COUNT)
  while (true) {
    const block = atomic.add<u32>(ticket, 1)
    if (block >= blocks) return DONE
    if (isAborted()) return ABORTED
    const bounds = <usize>load<u32>(p, BLOCK_START) + ((<usize>block) << 2)
    const first = load<u32>(bounds)
    const end = load<u32>(bounds, 4)
    if (isLast) copyOutFixed(p, first, end)
    else {
      changed = 0
      dangles = 0
      if (step == 0) startFixed(p, first, end)
      else if (first < load<u32>(p, HEAVY_COUNT)) pullHeavyFixed(p, first, end, step, jump)
      else pullSlicesFixed(p, first, end, step, jump)
      atomic.add<u64>(ticket + RESIDUAL_SUM, changed)
      atomic.add<u64>(ticket + DANGLING_SUM, dangles)
    }
    if (sliceEnds()) return AGAIN
  }
}

/** A rank times a fraction, to the nearest unit, halves up: (rank·fraction + 2^62) >> 63. */
function times(rank: u64, fraction: u64): u64 {
  const twice = rank << 1
  const low = twice & LOW
  const high = twice >> 32
  const otherLow = fraction & LOW
  const otherHigh = fraction >> 32
  const lowHigh = low * otherHigh
  const highLow = high * otherLow
  const middle = ((low * otherLow) >> 32) + (lowHigh & LOW) + (highLow & LOW)
  const upper = high * otherHigh + (lowHigh >> 32) + (highLow >> 32) + (middle >> 32)
  return upper + ((middle >> 31) & 1)
}

function unitsOf(rank: u64): f64 {
  return <f64>rank * 2.168404344971009e-19 // 2^-62
}

// Sums of the block that this thread is at: settle has no other way to return two.
let changed: u64 = 0
let dangles: u64 = 0

/** A row's next rank and contribution, from what its in-arcs bring. */
function settle(p: usize, row: u32, step: i32, jump: u64, link: u64): void {
  const at = (<usize>row) << 3
  const own = <usize>load<u32>(p, PERSONALIZATION)
  const share = own != 0 ? load<u64>(own + at) : load<u64>(p, UNIFORM_JUMP)
  const cell = <usize>load<u32>(p, RANKS) + at
  const before = load<u64>(cell)
  const rank = times(jump, share) + times(link, load<u64>(p, DAMPING))
  changed += rank > before ? rank - before : before - rank
  store<u64>(cell, rank)
  passOn(p, row, step, rank)
}

/** Stores what a row's out-arcs take of its rank; all of it is dangling where it has none. */
function passOn(p: usize, row: u32, step: i32, rank: u64): void {
  const at = (<usize>row) << 3
  const inverse = load<u64>(<usize>load<u32>(p, INVERSE) + at)
  if (inverse == 0) dangles += rank
  store<u64>(contributions(p, step) + at, times(rank, inverse))
}

/** What an entry brings: the source's contribution, or with weights its share of it. */
function broughtBy(source: usize, entry: usize, value: usize): u64 {
  const contribution = load<u64>(source + load<u32>(entry))
  return value != 0 ? times(contribution, load<u64>(value)) : contribution
}

// The hot functions are exported so that they stay functions of their own: V8 replaces a slow first
// compilation only when a function is called again, and these are called once a block.
export function pullHeavyFixed(p: usize, firstRow: u32, endRow: u32, step: i32, jump: u64): void {
  const entries = <usize>load<u32>(p, ENTRIES)
  const values = <usize>load<u32>(p, VALUES)
  const source = contributions(p, step - 1)
  for (let row = firstRow; row < endRow; row++) {
    const bounds = <usize>load<u32>(p, UNIT_START) + ((<usize>row) << 2)
    const first = entries + ((<usize>load<u32>(bounds)) << 2)
    const end = entries + ((<usize>load<u32>(bounds, 4)) << 2)
    let link: u64 = 0
    if (values == 0) {
      for (let entry = first; entry < end; entry += 4) link += load<u64>(source + load<u32>(entry))
    } else {
      for (let entry = first; entry < end; entry += 4) {
        link += broughtBy(source, entry, values + ((entry - entries) << 1))
      }
    }
    settle(p, row, step, jump, link)
  }
}

export function pullSlicesFixed(p: usize, firstUnit: u32, end: u32, step: i32, jump: u64): void {
  const count = load<u32>(p, VERTEX_COUNT)
  const values = <usize>load<u32>(p, VALUES)
  const source = contributions(p, step - 1)
  let row = rowOf(p, firstUnit)
  for (let unit = firstUnit; unit < end; unit++) {
    const lanes = min(<u32>SLICE_ROWS, count - row)
    if (values == 0 && lanes == <u32>SLICE_ROWS) pullSlice(p, unit, row, step, jump, source)
    else
      for (let lane: u32 = 0; lane < lanes; lane++) {
        settle(p, row + lane, step, jump, laneOf(p, unit, lane, source))
      }
    row += SLICE_ROWS
  }
}

/** What the in-arcs of one row of a slice bring. */
function laneOf(p: usize, unit: u32, lane: u32, source: usize): u64 {
  const entries = <usize>load<u32>(p, ENTRIES)
  const values = <usize>load<u32>(p, VALUES)
  const bounds = <usize>load<u32>(p, UNIT_START) + ((<usize>unit) << 2)
  const end = entries + ((<usize>load<u32>(bounds, 4)) << 2)
  let link: u64 = 0
  let entry = entries + ((<usize>(load<u32>(bounds) + lane)) << 2)
  for (; entry < end; entry += (<usize>SLICE_ROWS) << 2) {
    link += broughtBy(source, entry, values == 0 ? 0 : values + ((entry - entries) << 1))
  }
  return link
}

/** A whole slice at once: eight sums hide the time that loads take. */
function pullSlice(p: usize, unit: u32, row: u32, step: i32, jump: u64, source: usize): void {
  const entries = <usize>load<u32>(p, ENTRIES)
  const bounds = <usize>load<u32>(p, UNIT_START) + ((<usize>unit) << 2)
  const end = entries + ((<usize>load<u32>(bounds, 4)) << 2)
  let a: u64 = 0,
    b: u64 = 0,
    c: u64 = 0,
    d: u64 = 0
  let e: u64 = 0,
    f: u64 = 0,
    g: u64 = 0,
    h: u64 = 0
  for (let entry = entries + ((<usize>load<u32>(bounds)) << 2); entry < end; entry += 32) {
    a += load<u64>(source + load<u32>(entry))
    b += load<u64>(source + load<u32>(entry, 4))
    c += load<u64>(source + load<u32>(entry, 8))
    d += load<u64>(source + load<u32>(entry, 12))
    e += load<u64>(source + load<u32>(entry, 16))
    f += load<u64>(source + load<u32>(entry, 20))
    g += load<u64>(source + load<u32>(entry, 24))
    h += load<u64>(source + load<u32>(entry, 28))
  }
  settle(p, row, step, jump, a)
  settle(p, row + 1, step, jump, b)
  settle(p, row + 2, step, jump, c)
  settle(p, row + 3, step, jump, d)
  settle(p, row + 4, step, jump, e)
  settle(p, row + 5, step, jump, f)
  settle(p, row + 6, step, jump, g)
  settle(p, row + 7, step, jump, h)
}

export function startFixed(p: usize, first: u32, end: u32): void {
  const count = load<u32>(p, VERTEX_COUNT)
  const order = <usize>load<u32>(p, ORDER)
  const input = <usize>load<u32>(p, START_INPUT)
  const jumps = <usize>load<u32>(p, PERSONALIZATION_INPUT)
  const ranks = <usize>load<u32>(p, RANKS)
  const endRow = min(rowOf(p, end), count)
  for (let row = rowOf(p, first); row < endRow; row++) {
    const at = (<usize>row) << 3
    const old = (<usize>load<u32>(order + ((<usize>row) << 2))) << 3
    const rank = input != 0 ? load<u64>(input + old) : load<u64>(p, UNIFORM_RANK)
    store<u64>(ranks + at, rank)
    passOn(p, row, 0, rank)
    if (jumps != 0) {
      store<u64>(<usize>load<u32>(p, PERSONALIZATION) + at, load<u64>(jumps + old))
    }
  }
  if (end != load<u32>(p, UNIT_COUNT)) return
  // Padding points there.
  const zero = (<usize>zeroSlot(p)) << 3
  store<u64>(contributions(p, 0) + zero, 0)
  store<u64>(contributions(p, 1) + zero, 0)
}

export function copyOutFixed(p: usize, first: u32, end: u32): void {
  const order = <usize>load<u32>(p, ORDER)
  const ranks = <usize>load<u32>(p, RANKS)
  const output = <usize>load<u32>(p, OUTPUT)
  const endRow = min(rowOf(p, end), load<u32>(p, VERTEX_COUNT))
  for (let row = rowOf(p, first); row < endRow; row++) {
    const vertex = load<u32>(order + ((<usize>row) << 2))
    store<f64>(output + ((<usize>vertex) << 3), unitsOf(load<u64>(ranks + ((<usize>row) << 3))))
  }
}
