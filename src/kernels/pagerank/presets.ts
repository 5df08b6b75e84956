/**
 * The dialects of PageRank that other packages compute, as differences from the default here
 * (dangling mass to the personalisation, start 1/n, ranks sum to 1, stop at absolute L1). Each
 * dialect is a choice of four things; the kernels know nothing of them but `redistributeDangling`.
 */

import type { PagerankPreset } from './types.js'

/** What a dialect does differently. */
export interface Dialect {
  /** Stop rule where the caller names none. */
  tolerance?: (vertexCount: number) => number
  maxIterations?: number
  /** Fixed number of iterations where the caller names no stop rule. */
  iterations?: number
  /** False: the mass of dangling vertices is lost. */
  redistributeDangling: boolean
  /** Ranks are multiplied by n. */
  scaleByVertices: boolean
  /** An undirected self-loop counts twice. */
  doubleUndirectedLoops: boolean
}

const STANDARD: Dialect = {
  redistributeDangling: true,
  scaleByVertices: false,
  doubleUndirectedLoops: false,
}

/** By preset; sources: the packages' documentation. */
export const DIALECTS: Readonly<Record<PagerankPreset, Dialect>> = {
  /** L1 < n · 1e-6 within 100 iterations: loose for large n. */
  networkx: { ...STANDARD, tolerance: (n) => n * 1e-6, maxIterations: 100 },
  /** Solves the linear system; here iterated until the residual can't fall further. */
  igraph: { ...STANDARD, tolerance: () => 1e-14, maxIterations: 1000, doubleUndirectedLoops: true },
  /** LDBC Graphalytics: a fixed number of iterations, 10 unless the caller names one. */
  ldbc: { ...STANDARD, iterations: 10 },
  /** Spark GraphX: ranks sum to n. */
  graphx: { ...STANDARD, scaleByVertices: true },
  /** Neo4j Graph Data Science: (1 - d) without 1/n, dangling mass lost. */
  gds: { ...STANDARD, redistributeDangling: false, scaleByVertices: true },
  /** GAP Benchmark Suite: dangling mass lost, L1 < 1e-4 within 20 iterations. */
  gapbs: { ...STANDARD, tolerance: () => 1e-4, maxIterations: 20, redistributeDangling: false },
}

export const PAGERANK_PRESETS = Object.keys(DIALECTS) as PagerankPreset[]

/** The dialect of a preset, or the default one. */
export function dialectOf(preset: PagerankPreset | undefined): Dialect {
  return preset === undefined ? STANDARD : DIALECTS[preset]
}
