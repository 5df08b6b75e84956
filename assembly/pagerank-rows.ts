// Where PageRank keeps rows, contributions and block sums; for pagerank.ts and pagerank-pull.ts.
import {
  BLOCK_COUNT,
  CONTRIBUTIONS,
  HEAVY_COUNT,
  NEXT_CONTRIBUTIONS,
  SLICE_ROWS,
} from '../src/kernels/pagerank/layout'

/** A block's residual and dangling mass, at the address of the former. */
export function storePartials(p: usize, partial: usize, residual: f64, dangling: f64): void {
  store<f64>(partial, residual)
  store<f64>(partial + ((<usize>load<u32>(p, BLOCK_COUNT)) << 3), dangling)
}

/** Row of a unit; for the unit behind the last one, the number of rows with padding. */
export function rowOf(p: usize, unit: u32): u32 {
  const heavy = load<u32>(p, HEAVY_COUNT)
  return unit < heavy ? unit : heavy + (unit - heavy) * SLICE_ROWS
}

/** Contributions that step `step` writes; it reads those of the step before. */
export function contributions(p: usize, step: i32): usize {
  return <usize>((step & 1) == 0 ? load<u32>(p, CONTRIBUTIONS) : load<u32>(p, NEXT_CONTRIBUTIONS))
}
