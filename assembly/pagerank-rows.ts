// Where PageRank keeps rows, contributions, tickets and block sums; for its other files.
import {
  BLOCK_COUNT,
  CONTRIBUTIONS,
  COUNTS,
  CSR_OFFSETS,
  ELEMENT_BYTES,
  FIXED,
  HEAVY_COUNT,
  NEXT_CONTRIBUTIONS,
  SLICE_ROWS,
  TICKET_STRIDE,
  TICKETS,
  UNIT_START,
  VERTEX_COUNT,
} from '../src/kernels/pagerank/layout'

/** A block's residual and dangling mass, at the address of the former. */
export function storePartials(p: usize, partial: usize, residual: f64, dangling: f64): void {
  store<f64>(partial, residual)
  store<f64>(partial + ((<usize>load<u32>(p, BLOCK_COUNT)) << 3), dangling)
}

/**
 * Address of a step's ticket, the number of its next block. Three in turn: one is in use, the one
 * before may still be read, the next is reset.
 */
export function ticketOf(p: usize, step: i32): usize {
  return p + TICKETS + (step % 3) * TICKET_STRIDE
}

export function resetTicket(p: usize, step: i32): void {
  atomic.store<i32>(ticketOf(p, step), 0)
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

/** Arcs of a vertex in the CSR. */
export function degreeOf(p: usize, vertex: u32): u32 {
  const offsets = <usize>load<u32>(p, CSR_OFFSETS) + ((<usize>vertex) << 2)
  return load<u32>(offsets, 4) - load<u32>(offsets)
}

/** First entry of a unit. */
export function firstEntry(p: usize, unit: u32): u32 {
  return load<u32>(<usize>load<u32>(p, UNIT_START) + ((<usize>unit) << 2))
}

/** This thread's counts, later cursors. */
export function countsOf(p: usize, thread: i32): usize {
  return <usize>load<u32>(p, COUNTS) + ((<usize>thread * load<u32>(p, VERTEX_COUNT)) << 2)
}

/** Stores an element of the ranks' kind; in fixed point, of at most 1. */
export function storeElement(p: usize, base: usize, index: u32, value: f64): void {
  if (load<u32>(p, FIXED) != 0) {
    store<u64>(base + ((<usize>index) << 3), <u64>(value * 9.223372036854775808e18)) // 2^63
  } else if (load<u32>(p, ELEMENT_BYTES) == 8) store<f64>(base + ((<usize>index) << 3), value)
  else store<f32>(base + ((<usize>index) << 2), <f32>value)
}
