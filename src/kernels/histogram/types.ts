/** The histogram's public options and results, and the plan that the implementations run. */

import type { ArrayOptions } from '../arrays/types.js'

/** Options of `histogram`. */
export interface HistogramOptions extends ArrayOptions {
  /**
   * How many bins of equal width; or their edges, ascending, one more than bins. Equal neighbours
   * make an empty bin; the outer edges may be infinite.
   */
  bins: number | ArrayLike<number>
  /**
   * With a number of bins: the first and the last edge. Default: the least and the greatest finite
   * value (one more pass over the values), or [0, 1] when there are none.
   */
  range?: readonly [low: number, high: number]
  /** Uint32Array to fill with the counts, one a bin. Default: a fresh one. */
  into?: Uint32Array
}

/** What `histogram` gives. */
export interface HistogramResult {
  /** Values a bin: `edges[i] ≤ x < edges[i + 1]`; the last bin is closed. */
  counts: Uint32Array
  /** One more than bins. */
  edges: Float64Array
  /** Values less than the first edge, -Infinity included. */
  below: number
  /** Values greater than the last edge, Infinity included. */
  above: number
  /** Values that are NaN. */
  nan: number
}

/** Where the bins are, as asked for. */
export type HistogramPlan =
  | { edges: Float64Array }
  | { binCount: number; range: readonly [number, number] | undefined }

/** What an implementation counts by. */
export interface Bins {
  edges: Float64Array
  /**
   * f64[bins + 1]: x belongs to slot #{t : x ≥ t}: 0 is below, bins + 1 above. The last one is the
   * least double above the last edge; NaN if there is none.
   */
  thresholds: Float64Array
  /** First edge and bins over width, for a first guess; `scale` 0 where there is none. */
  low: number
  scale: number
}

/** What an implementation gives. */
export interface HistogramRun {
  edges: Float64Array
  /** u32[bins + 3]: below, the bins, above, NaN. */
  slots: Uint32Array
}
