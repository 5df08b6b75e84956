/**
 * What passes between the parts of a reduction: a column's blocks become pairs (blocks.ts, or a
 * device), pairs become one answer (combine.ts). Pure bookkeeping, for the kernel `reduce` and the
 * collective `reduceColumn`, which may not import each other.
 */

import { BLOCK, LANES } from './layout.js'

/** Element types of arithmetic columns. */
export type NumberType = 'u32' | 'i32' | 'f32' | 'f64'

/** A host array of arithmetic values. */
export type NumberArray = Uint32Array | Int32Array | Float32Array | Float64Array

/** What `reduce` and `reduceColumn` compute. */
export type ReduceOperation = 'sum' | 'product' | 'min' | 'max' | 'count' | 'avg'

/** What `reduce` and `reduceColumn` give. */
export interface ReduceResult {
  /** The answer. Exact answers beyond 2^53 are rounded to the nearest double. */
  value: number
  /**
   * The exact answer lies within `value ± errorBound`: 0 when `value` is exact, Infinity when a
   * sum, product or average is not finite.
   */
  errorBound: number
}

/**
 * What is done with the blocks. `extent` is for histogram: the finite values' least and greatest.
 */
export type BlockOperation = 'sum' | 'product' | 'min' | 'max' | 'extent' | 'count'

/** Answers of an empty column; the others have none. */
export const EMPTY: Partial<Record<ReduceOperation, number>> = { sum: 0, product: 1, count: 0 }

/**
 * What an implementation gives for one input: a pair a block (layout.ts says what is in it), in the
 * order of the blocks. They become one answer over a binary tree of block numbers (combine.ts).
 */
export interface Partials {
  pairs: Float64Array
  /** Pairs of `UNIT` values, where the column may be cut. */
  pairsPerUnit: number
  /**
   * How far a block's sum (product) can be from exact, in units of 2^-53 of the block's second
   * number (of the product itself).
   */
  blockRounding: number
}

/**
 * Columns that lie in parts are cut here: a multiple of every device's block. A last, shorter unit
 * has fewer pairs only where it ends the column.
 */
export const UNIT = 16_384

/** Empty partials of a column on a CPU device, with what layout.ts's shape can round. */
export function blockPartials(operation: BlockOperation, length: number): Partials {
  const pairs = new Float64Array(2 * Math.ceil(length / BLOCK))
  return { pairs, pairsPerUnit: UNIT / BLOCK, blockRounding: blockRounding(operation, length) }
}

/** Roundings on a value's way into its block's sum, or of all multiplications of a block. */
function blockRounding(operation: BlockOperation, length: number): number {
  const count = Math.min(length, BLOCK)
  if (operation !== 'sum') return Math.max(0, count - 1)
  const lane = Math.ceil(count / LANES)
  return Math.max(0, lane - 1 + Math.ceil(Math.log2(Math.max(1, Math.min(count, LANES)))))
}
