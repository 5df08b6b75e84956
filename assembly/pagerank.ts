// PageRank by pull and Jacobi iteration over the layout of pagerank-prepare.ts. Each row gathers
// its sources' contributions rank/out-degree and writes its own for the next iteration: one barrier
// an iteration. Blocks of rows are taken by ticket; sums go by block, then over blocks in order, so
// the bits do not depend on the threads. Ranks are f64 or f32; sums are always f64.
import {
  BLOCK_COUNT,
  BLOCK_START,
  DAMPING,
  DANGLING,
  ELEMENT_BYTES,
  HEAVY_COUNT,
  INVERSE,
  ITERATION,
  MAX_ITERATIONS,
  ORDER,
  OUTPUT,
  PARTIALS,
  PERSONALIZATION,
  PERSONALIZATION_INPUT,
  PHASE,
  RANKS,
  REDISTRIBUTE,
  RESIDUAL,
  SLICE_ROWS,
  START_INPUT,
  TAIL_PERSONALIZATION,
  TOLERANCE,
  UNIT_COUNT,
  VERTEX_COUNT,
} from '../src/kernels/pagerank/layout'
import { ABORTED, AGAIN, barrier, beginSlice, DONE, isAborted, publish, sliceEnds } from './control'
import { zeroSlot } from './pagerank-prepare'
import { pullHeavy32, pullHeavy64, pullSlices32, pullSlices64 } from './pagerank-pull'
import { contributions, resetTicket, rowOf, storePartials, ticketOf } from './pagerank-rows'

/** Start vector, iterations until converged or at the limit, then ranks under the old labels. */
export function pagerankIterate(thread: i32, threads: i32, p: usize): i32 {
  // Step 0 sets up, step k is iteration k, one more step copies the ranks out.
  beginSlice()
  let step = load<i32>(p, PHASE)
  let residual = load<f64>(p, RESIDUAL)
  let dangling = load<f64>(p, DANGLING)
  while (true) {
    const isLast = step > 0 && isFinished(p, step - 1, residual)
    const status = runBlocks(thread, p, step, isLast, dangling)
    if (status != DONE) return status
    if (barrier(threads)) return ABORTED
    if (isLast) return DONE
    if (step > 0) residual = sumPartials(p, step, 0)
    dangling = sumPartials(p, step, 1)
    if (thread == 0) {
      store<f64>(p, residual, RESIDUAL)
      store<f64>(p, dangling, DANGLING)
      store<i32>(p, step, ITERATION)
      store<i32>(p, step + 1, PHASE)
      if (step > 0) publish(step, residual)
    }
    step++
  }
}

function isFinished(p: usize, iteration: i32, residual: f64): bool {
  if (iteration >= load<i32>(p, MAX_ITERATIONS)) return true
  return iteration > 0 && residual <= load<f64>(p, TOLERANCE)
}

function runBlocks(thread: i32, p: usize, step: i32, isLast: bool, dangling: f64): i32 {
  const ticket = ticketOf(p, step)
  if (thread == 0) resetTicket(p, step + 1)
  const blocks = load<u32>(p, BLOCK_COUNT)
  while (true) {
    const block = atomic.add<u32>(ticket, 1)
    if (block >= blocks) return DONE
    if (isAborted()) return ABORTED
    runBlock(p, step, isLast, block, dangling)
    if (sliceEnds()) return AGAIN
  }
}

function runBlock(p: usize, step: i32, isLast: bool, block: u32, dangling: f64): void {
  const bounds = <usize>load<u32>(p, BLOCK_START) + ((<usize>block) << 2)
  const first = load<u32>(bounds)
  const end = load<u32>(bounds, 4)
  const isWide = load<u32>(p, ELEMENT_BYTES) == 8
  if (isLast) {
    if (isWide) copyOut64(p, first, end)
    else copyOut32(p, first, end)
    return
  }
  const partial = partialOf(p, step, 0, block)
  if (step == 0) {
    if (isWide) startBlock64(p, first, end, partial)
    else startBlock32(p, first, end, partial)
    return
  }
  const damping = load<f64>(p, DAMPING)
  const jump = load<u32>(p, REDISTRIBUTE) != 0 ? 1 - damping + damping * dangling : 1 - damping
  const isHeavy = first < load<u32>(p, HEAVY_COUNT)
  if (isWide) {
    if (isHeavy) pullHeavy64(p, first, end, step, jump, partial)
    else pullSlices64(p, first, end, step, jump, partial)
  } else {
    if (isHeavy) pullHeavy32(p, first, end, step, jump, partial)
    else pullSlices32(p, first, end, step, jump, partial)
  }
}

/** Address of a block's residual (which = 0) or dangling mass (1); two sets of them, in turn. */
function partialOf(p: usize, step: i32, which: i32, block: u32): usize {
  const blocks = load<u32>(p, BLOCK_COUNT)
  return <usize>load<u32>(p, PARTIALS) + ((((step & 1) * 2 + which) * blocks + block) << 3)
}

function sumPartials(p: usize, step: i32, which: i32): f64 {
  const blocks = load<u32>(p, BLOCK_COUNT)
  let cell = partialOf(p, step, which, 0)
  let sum: f64 = 0
  for (let block: u32 = 0; block < blocks; block++) {
    sum += load<f64>(cell)
    cell += 8
  }
  return sum
}

function startBlock<T extends number>(p: usize, first: u32, end: u32, partial: usize): void {
  const count = load<u32>(p, VERTEX_COUNT)
  const order = <usize>load<u32>(p, ORDER)
  const input = <usize>load<u32>(p, START_INPUT)
  const jumps = <usize>load<u32>(p, PERSONALIZATION_INPUT)
  const ranks = <usize>load<u32>(p, RANKS)
  const inverse = <usize>load<u32>(p, INVERSE)
  const uniform = 1 / <f64>count
  const endRow = rowOf(p, end)
  let dangling: f64 = 0
  for (let row = rowOf(p, first); row < endRow && row < count; row++) {
    const vertex = load<u32>(order + ((<usize>row) << 2))
    const rank = <T>(input != 0 ? load<f64>(input + ((<usize>vertex) << 3)) : uniform)
    const at = <usize>row * sizeof<T>()
    const inv = load<T>(inverse + at)
    store<T>(ranks + at, rank)
    store<T>(contributions(p, 0) + at, <T>(<f64>rank * <f64>inv))
    if (inv == 0) dangling += <f64>rank
    if (jumps != 0) {
      const jump = load<f64>(jumps + ((<usize>vertex) << 3))
      store<f64>(<usize>load<u32>(p, PERSONALIZATION) + ((<usize>row) << 3), jump)
    }
  }
  storePartials(p, partial, 0, dangling)
  if (end == load<u32>(p, UNIT_COUNT)) startTail<T>(p, jumps)
}

/** Zeroes what no row owns: the last slice's padding and the zero slots. */
function startTail<T extends number>(p: usize, jumps: usize): void {
  const count = load<u32>(p, VERTEX_COUNT)
  const slots = zeroSlot(p)
  for (let row = count; row <= slots; row++) {
    const at = <usize>row * sizeof<T>()
    store<T>(<usize>load<u32>(p, RANKS) + at, 0)
    store<T>(<usize>load<u32>(p, INVERSE) + at, 0)
    store<T>(contributions(p, 0) + at, 0)
    store<T>(contributions(p, 1) + at, 0)
  }
  const tail = <usize>load<u32>(p, TAIL_PERSONALIZATION)
  const order = <usize>load<u32>(p, ORDER)
  const uniform = 1 / <f64>count
  for (let lane: u32 = 0; lane < <u32>SLICE_ROWS; lane++) {
    const row = slots - SLICE_ROWS + lane
    let jump: f64 = 0
    if (slots > load<u32>(p, HEAVY_COUNT) && row < count) {
      const vertex = load<u32>(order + ((<usize>row) << 2))
      jump = jumps != 0 ? load<f64>(jumps + ((<usize>vertex) << 3)) : uniform
    }
    store<f64>(tail + ((<usize>lane) << 3), jump)
    store<f64>(tail + ((<usize>lane) << 3), uniform, 64)
  }
}

function copyOut<T extends number>(p: usize, first: u32, end: u32): void {
  const order = <usize>load<u32>(p, ORDER)
  const ranks = <usize>load<u32>(p, RANKS)
  const output = <usize>load<u32>(p, OUTPUT)
  const endRow = min(rowOf(p, end), load<u32>(p, VERTEX_COUNT))
  for (let row = rowOf(p, first); row < endRow; row++) {
    const vertex = load<u32>(order + ((<usize>row) << 2))
    store<T>(output + <usize>vertex * sizeof<T>(), load<T>(ranks + <usize>row * sizeof<T>()))
  }
}

// The hot functions are exported so that they stay functions of their own: V8 replaces a slow first
// compilation only when a function is called again, and these are called once a block.
export function startBlock64(p: usize, first: u32, end: u32, partial: usize): void {
  startBlock<f64>(p, first, end, partial)
}
export function startBlock32(p: usize, first: u32, end: u32, partial: usize): void {
  startBlock<f32>(p, first, end, partial)
}
export function copyOut64(p: usize, first: u32, end: u32): void {
  copyOut<f64>(p, first, end)
}
export function copyOut32(p: usize, first: u32, end: u32): void {
  copyOut<f32>(p, first, end)
}
