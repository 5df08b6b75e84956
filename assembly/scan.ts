// Prefix sums. Threads take a strip each, add it up, wait for one another, and write the sums while
// the strip is still in their cache: one barrier a wave of strips. Shape and bits are those of
// src/kernels/scan/layout.ts for any number of threads. Integers wrap; f32 is summed in f64.
import {
  CARRY,
  COUNT,
  INCLUSIVE,
  OUTPUT,
  RUN,
  RUN_SLOTS,
  RUN_TOTALS,
  RUNS,
  RUNS_OF_STRIP,
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
  const runTotals = <usize>load<u32>(p, RUN_TOTALS) + <usize>(thread * RUN_SLOTS * 8)
  let carry = load<A>(p, CARRY)
  let first = load<u32>(p, STRIP)
  const strips = (count + <u32>(STRIP_VALUES - 1)) / <u32>STRIP_VALUES
  let wave: i32 = 0
  while (first < strips) {
    if (isAborted()) return ABORTED
    const totals = <usize>load<u32>(p, STRIP_TOTALS) + <usize>((wave & 1) * threads * 8)
    const begin = (first + <u32>thread) * <u32>STRIP_VALUES
    const length = begin < count ? min(count - begin, <u32>STRIP_VALUES) : 0
    store<A>(totals + ((<usize>thread) << 3), addStrip<T, A>(p, begin, length, runTotals))
    if (barrier(threads)) return ABORTED
    let before: A = 0
    let after: A = 0
    for (let other: i32 = 0; other < threads; other++) {
      if (other == thread) before = carry
      carry += load<A>(totals + ((<usize>other) << 3))
      if (other == thread) after = carry
    }
    writeStrip<T, A>(p, begin, length, runTotals, before, after)
    first += threads
    wave++
    if (threads == 1) {
      store<A>(p, carry, CARRY)
      store<u32>(p, first, STRIP)
    }
    if (sliceEnds()) return AGAIN
  }
  return DONE
}

/** Sums of the runs, by blocks of runs; returns the strip's sum. */
function addStrip<T extends number, A extends number>(
  p: usize,
  begin: u32,
  length: u32,
  runTotals: usize,
): A {
  let x = <usize>load<u32>(p, VALUES) + <usize>begin * sizeof<T>()
  let total = runTotals
  let left = <i32>length
  for (; left >= RUN * RUNS; left -= RUN * RUNS) {
    if (sizeof<T>() == 8) addRunsF64(x, total)
    else if (isFloat<T>()) addRunsF32(x, total)
    else addRunsU32(x, total)
    x += RUN * RUNS * sizeof<T>()
    total += RUNS * 8
  }
  for (; left > 0; left -= RUN) {
    store<A>(total, addRun<T, A>(x, min(left, RUN)))
    x += RUN * sizeof<T>()
    total += 8
  }
  return addBlocks<A>(runTotals, total)
}

/** Runs to blocks, blocks to the strip. */
function addBlocks<A extends number>(begin: usize, end: usize): A {
  let blocks: A = 0
  for (let total = begin; total < end; ) {
    let runs: A = 0
    for (let stop = min(total + RUNS * 8, end); total < stop; total += 8) runs += load<A>(total)
    blocks += runs
  }
  return blocks
}

function addRun<T extends number, A extends number>(begin: usize, length: i32): A {
  let x = begin
  let sum: A = 0
  for (let end = begin + <usize>length * sizeof<T>(); x < end; x += sizeof<T>()) {
    sum += <A>load<T>(x)
  }
  return sum
}

/** Eight runs side by side, because one sum waits for its own last addition. */
function addRuns<T extends number, A extends number>(begin: usize, totals: usize): void {
  let x = begin
  const end = begin + RUN * sizeof<T>()
  let a: A = 0
  let b: A = 0
  let c: A = 0
  let d: A = 0
  let e: A = 0
  let f: A = 0
  let g: A = 0
  let h: A = 0
  for (; x < end; x += sizeof<T>()) {
    a += <A>load<T>(x)
    b += <A>load<T>(x, RUN * sizeof<T>())
    c += <A>load<T>(x, 2 * RUN * sizeof<T>())
    d += <A>load<T>(x, 3 * RUN * sizeof<T>())
    e += <A>load<T>(x, 4 * RUN * sizeof<T>())
    f += <A>load<T>(x, 5 * RUN * sizeof<T>())
    g += <A>load<T>(x, 6 * RUN * sizeof<T>())
    h += <A>load<T>(x, 7 * RUN * sizeof<T>())
  }
  store<A>(totals, a)
  store<A>(totals, b, 8)
  store<A>(totals, c, 16)
  store<A>(totals, d, 24)
  store<A>(totals, e, 32)
  store<A>(totals, f, 40)
  store<A>(totals, g, 48)
  store<A>(totals, h, 56)
}

/** Writes a strip's sums from those of its runs; `before` and `after` are the strip's own. */
function writeStrip<T extends number, A extends number>(
  p: usize,
  begin: u32,
  length: u32,
  runTotals: usize,
  before: A,
  after: A,
): void {
  const isInclusive = load<u32>(p, INCLUSIVE) != 0
  let x = <usize>load<u32>(p, VALUES) + <usize>begin * sizeof<T>()
  let y = <usize>load<u32>(p, OUTPUT) + <usize>begin * sizeof<T>()
  let left = <i32>length
  let total = runTotals
  startRuns<A>(runTotals, runTotals + <usize>(((length + RUN - 1) / RUN) << 3), before, after)
  for (; left >= RUN * RUNS; left -= RUN * RUNS) {
    if (sizeof<T>() == 8) writeRunsF64(x, y, total, isInclusive)
    else if (isFloat<T>()) writeRunsF32(x, y, total, isInclusive)
    else writeRunsU32(x, y, total, isInclusive)
    x += RUN * RUNS * sizeof<T>()
    y += RUN * RUNS * sizeof<T>()
    total += RUNS * 8
  }
  for (; left > 0; left -= RUN) {
    writeRun<T, A>(x, y, min(left, RUN), load<A>(total), isInclusive)
    if (isInclusive && left >= RUN) store<T>(y + (RUN - 1) * sizeof<T>(), <T>load<A>(total, 8))
    x += RUN * sizeof<T>()
    y += RUN * sizeof<T>()
    total += 8
  }
}

/** Turns sums of runs into what each run starts from, and puts the next one behind the last. */
function startRuns<A extends number>(begin: usize, end: usize, before: A, after: A): void {
  let blocks: A = 0
  let runs: A = 0
  let number: i32 = 0
  for (let total = begin; total < end; total += 8) {
    const sum = load<A>(total)
    store<A>(total, before + (blocks + runs))
    runs += sum
    number++
    if (number % RUNS == 0) {
      blocks += runs
      runs = 0
    }
  }
  store<A>(end, number == RUNS_OF_STRIP ? after : before + (blocks + runs))
}

function writeRun<T extends number, A extends number>(
  begin: usize,
  output: usize,
  length: i32,
  start: A,
  isInclusive: bool,
): void {
  let sum: A = 0
  let x = begin
  let y = output
  for (let end = begin + <usize>length * sizeof<T>(); x < end; x += sizeof<T>()) {
    const next = sum + <A>load<T>(x)
    store<T>(y, <T>(start + (isInclusive ? next : sum)))
    sum = next
    y += sizeof<T>()
  }
}

/** Eight runs side by side; `starts` has a ninth start, that of the run behind them. */
function writeRuns<T extends number, A extends number>(
  begin: usize,
  output: usize,
  starts: usize,
  isInclusive: bool,
): void {
  writeHalf<T, A>(begin, output, starts, isInclusive)
  const half = 4 * RUN * sizeof<T>()
  writeHalf<T, A>(begin + half, output + half, starts + 32, isInclusive)
}

/** Four runs: as many as there are registers for sums and starts. */
function writeHalf<T extends number, A extends number>(
  begin: usize,
  output: usize,
  starts: usize,
  isInclusive: bool,
): void {
  let x = begin
  let y = output
  const end = begin + RUN * sizeof<T>()
  const startA = load<A>(starts)
  const startB = load<A>(starts, 8)
  const startC = load<A>(starts, 16)
  const startD = load<A>(starts, 24)
  let a: A = 0
  let b: A = 0
  let c: A = 0
  let d: A = 0
  if (isInclusive) {
    for (; x < end; x += sizeof<T>()) {
      a += <A>load<T>(x)
      b += <A>load<T>(x, RUN * sizeof<T>())
      c += <A>load<T>(x, 2 * RUN * sizeof<T>())
      d += <A>load<T>(x, 3 * RUN * sizeof<T>())
      store<T>(y, <T>(startA + a))
      store<T>(y, <T>(startB + b), RUN * sizeof<T>())
      store<T>(y, <T>(startC + c), 2 * RUN * sizeof<T>())
      store<T>(y, <T>(startD + d), 3 * RUN * sizeof<T>())
      y += sizeof<T>()
    }
    y -= sizeof<T>()
    store<T>(y, <T>startB)
    store<T>(y, <T>startC, RUN * sizeof<T>())
    store<T>(y, <T>startD, 2 * RUN * sizeof<T>())
    store<T>(y, <T>load<A>(starts, 32), 3 * RUN * sizeof<T>())
    return
  }
  for (; x < end; x += sizeof<T>()) {
    const nextA = a + <A>load<T>(x)
    const nextB = b + <A>load<T>(x, RUN * sizeof<T>())
    const nextC = c + <A>load<T>(x, 2 * RUN * sizeof<T>())
    const nextD = d + <A>load<T>(x, 3 * RUN * sizeof<T>())
    store<T>(y, <T>(startA + a))
    store<T>(y, <T>(startB + b), RUN * sizeof<T>())
    store<T>(y, <T>(startC + c), 2 * RUN * sizeof<T>())
    store<T>(y, <T>(startD + d), 3 * RUN * sizeof<T>())
    a = nextA
    b = nextB
    c = nextC
    d = nextD
    y += sizeof<T>()
  }
}

// Exported so that they stay functions of their own: V8 replaces a slow first compilation only when
// a function is called again, and these are called once a block.
export function addRunsU32(x: usize, totals: usize): void {
  addRuns<u32, u32>(x, totals)
}
export function addRunsF32(x: usize, totals: usize): void {
  addRuns<f32, f64>(x, totals)
}
export function addRunsF64(x: usize, totals: usize): void {
  addRuns<f64, f64>(x, totals)
}
export function writeRunsU32(x: usize, y: usize, starts: usize, isInclusive: bool): void {
  writeRuns<u32, u32>(x, y, starts, isInclusive)
}
export function writeRunsF32(x: usize, y: usize, starts: usize, isInclusive: bool): void {
  writeRuns<f32, f64>(x, y, starts, isInclusive)
}
export function writeRunsF64(x: usize, y: usize, starts: usize, isInclusive: bool): void {
  writeRuns<f64, f64>(x, y, starts, isInclusive)
}
