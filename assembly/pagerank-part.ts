// One iteration of PageRank over the rows of one processor, which gets everybody's contributions
// from elsewhere: src/kernels/pagerank/wasm-part.ts. Blocks are fixed and summed each by itself, so
// that the bits don't depend on who owns which. Kernel ABI: control.ts.
import {
  BLOCK_START,
  CONTRIBUTIONS,
  HEAVY_COUNT,
  INVERSE,
  NEXT_CONTRIBUTIONS,
  PART_BLOCK_ROWS,
  PART_BLOCK_SLOTS,
  PART_BLOCKS,
  PART_INVERSE,
  PART_JUMP,
  PART_RANKS,
  PART_ROWS,
  PART_SINK,
  PART_SOURCE,
  PART_UNIT_START,
  RANKS,
  SLICE_ROWS,
  UNIT_START,
  VERTEX_COUNT,
} from '../src/kernels/pagerank/layout'
import { ABORTED, DONE, isAborted } from './control'
import { pullHeavy64, pullSlices64 } from './pagerank-pull'

// A step of the pull functions that reads CONTRIBUTIONS and writes NEXT_CONTRIBUTIONS.
const STEP: i32 = 1

/** Pulls every block of the part: ranks, contributions, and each block's two sums. */
export function pagerankPart(thread: i32, threads: i32, p: usize): i32 {
  store<u32>(p, load<u32>(p, PART_SOURCE), CONTRIBUTIONS)
  const blocks = load<u32>(p, PART_BLOCKS)
  for (let block: u32 = 0; block < blocks; block++) {
    if (isAborted()) return ABORTED
    pullBlock(p, block)
  }
  return DONE
}

function pullBlock(p: usize, block: u32): void {
  const blockRows = load<u32>(p, PART_BLOCK_ROWS)
  const first = block * blockRows
  const rows = min(blockRows, load<u32>(p, PART_ROWS) - first)
  const record = <usize>load<u32>(p, BLOCK_START) + ((<usize>block) << 3)
  const heavy = load<u32>(record, 4)
  const units = heavy + (rows - heavy + SLICE_ROWS - 1) / SLICE_ROWS
  const sink = load<u32>(p, PART_SINK) + ((block * load<u32>(p, PART_BLOCK_SLOTS)) << 3)
  store<u32>(p, heavy, HEAVY_COUNT)
  store<u32>(p, rows, VERTEX_COUNT)
  store<u32>(p, load<u32>(p, PART_UNIT_START) + (load<u32>(record) << 2), UNIT_START)
  store<u32>(p, load<u32>(p, PART_RANKS) + (first << 3), RANKS)
  store<u32>(p, load<u32>(p, PART_INVERSE) + (first << 3), INVERSE)
  store<u32>(p, sink, NEXT_CONTRIBUTIONS)
  const jump = load<f64>(p, PART_JUMP)
  // The sums lie behind the rows: residual, dangling mass.
  const sums = <usize>sink + ((<usize>blockRows) << 3)
  pullHeavy64(p, 0, heavy, STEP, jump, sums)
  const residual = load<f64>(sums)
  const dangling = load<f64>(sums, 8)
  pullSlices64(p, heavy, units, STEP, jump, sums)
  store<f64>(sums, residual + load<f64>(sums))
  store<f64>(sums, dangling + load<f64>(sums, 8), 8)
}
