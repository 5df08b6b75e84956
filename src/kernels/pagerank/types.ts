/**
 * PageRank's public types and the plan that its implementations run. Imports no implementation.
 */

import type { DeviceInfo, ResidentGraph } from '../../devices/device.js'
import type { Graph, VertexId } from '../../graph/csr.js'
import type { PlaceOptions, Timings } from '../place.js'

/** Known dialects of PageRank in other software; the docs say what each one does differently. */
export type PagerankPreset = 'networkx' | 'igraph' | 'ldbc' | 'graphx' | 'gds' | 'gapbs'

/**
 * Arithmetic: double or single precision, or `exact`: fixed point with 62 bits behind the point,
 * whose ranks have the same bits on every device.
 */
export type Precision = 'f64' | 'f32' | 'exact'

/**
 * Where the random surfer jumps to: weights by vertex id (absent vertices get 0), or one weight per
 * vertex number (length n). Weights are ≥ 0 with a positive finite sum; they are scaled to sum 1.
 */
export type Personalization =
  | ReadonlyMap<VertexId, number>
  | Readonly<Record<string, number>>
  | Float64Array
  | Float32Array

/** State of a running computation. */
export interface PagerankProgress {
  /** Iterations finished. */
  iteration: number
  /** Upper limit of iterations. */
  maxIterations: number
  /** L1 distance of the last two rank vectors. */
  residual: number
}

/** Ranks in the precision asked for; those of `exact` as doubles. */
export type Ranks<P extends Precision> = P extends 'f32' ? Float32Array : Float64Array

/** Options of `pagerank`. */
export interface PagerankOptions<P extends Precision = Precision> extends PlaceOptions {
  /** d in [0, 1): probability of following an edge. Default 0.85. Nearer to 1 converges slower. */
  damping?: number
  /**
   * Stops when the L1 distance of two consecutive rank vectors (which sum to 1) is at most this.
   * Default 1e-10, for f32 1e-6. Lower costs about log(tolerance)/log(damping) iterations.
   */
  tolerance?: number
  /** Most iterations. Default 200. Reaching it is a result with `converged: false`. */
  maxIterations?: number
  /** Runs exactly this many iterations, whatever the residual. Excludes `maxIterations`. */
  iterations?: number
  /** Jump distribution, which also receives the mass of dangling vertices. Default uniform. */
  personalization?: Personalization
  /** Warm start: n ranks by vertex number, ≥ 0, scaled to sum 1. Default 1/n each. */
  start?: Float64Array | Float32Array
  /** False ignores the graph's weights. Default: use them when the graph has them. */
  weighted?: boolean
  /** Semantics and stop rule of another package, which explicit options override. */
  preset?: PagerankPreset
  /** Arithmetic of ranks. Default `f64`. */
  precision?: P
  /** Array to fill with the ranks: Float64Array, for f32 Float32Array, of length n. */
  into?: Ranks<P>
  /** Stops within 100 ms; the call rejects with `signal.reason`. */
  signal?: AbortSignal
  /** Called at most about 30 times a second. */
  onProgress?: (progress: PagerankProgress) => void
}

/** Result of `pagerank`. */
export interface PagerankResult<P extends Precision = Precision> {
  /** Rank by vertex number, length n; sums to 1 (to n or otherwise for some presets). */
  ranks: Ranks<P>
  iterations: number
  /** L1 distance of the last two rank vectors, before a preset's scaling. */
  residual: number
  /** True when the residual reached the tolerance. */
  converged: boolean
  /**
   * L1 distance from the exact ranks is at most this:
   * d/(1-d) · residual, plus what rounding can add. Scaled as the ranks are.
   */
  errorBound: number
  device: DeviceInfo
  /** Why this device ran, in words. */
  reason: string
  timings: Timings
}

/** A graph in hand, or one that a device already holds. */
export type PagerankInput = Graph | ResidentGraph

/** What an implementation runs: everything checked and resolved. Vectors are by vertex number. */
export interface PagerankPlan {
  damping: number
  /** Stop at residual ≤ tolerance; -1 never stops early. */
  tolerance: number
  maxIterations: number
  /** Sums to 1; undefined means uniform. */
  personalization: Float64Array | undefined
  /** Sums to 1; undefined means 1/n each. */
  start: Float64Array | undefined
  /** Use the graph's weights. */
  weighted: boolean
  /** Give the mass of dangling vertices to the personalisation; false loses it. */
  redistributeDangling: boolean
  precision: Precision
  into: Float64Array | Float32Array | undefined
  signal: AbortSignal | undefined
  onProgress: ((progress: PagerankProgress) => void) | undefined
}

/** What an implementation returns. `ranks` has the plan's precision. */
export interface PagerankRun {
  ranks: Float64Array | Float32Array
  iterations: number
  residual: number
  /** What rounding alone can put between `ranks` and the exact fixed point, in L1. */
  roundingBound: number
  uploadMs: number
  prepareMs: number
  computeMs: number
  readMs: number
}
