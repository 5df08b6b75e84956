/**
 * What a graph looks like at a glance: degrees, loops, parallel edges, vertices without arcs. Used
 * by `ticktickclock graph info`. Reads every arc twice; no kernel needs any of it.
 */

import type { Graph } from './csr.js'
import { sliceEnd } from './simplify.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

/** Least, mean and greatest of a column. */
export interface Spread {
  min: number
  mean: number
  max: number
}

/** Figures of a graph. */
export interface GraphStatistics {
  /** Arcs that leave a vertex; for undirected graphs its degree, a self-loop counted once. */
  outDegree: Spread
  /** Arcs that enter a vertex; equals `outDegree` for undirected graphs. */
  inDegree: Spread
  /** Undefined for an unweighted graph or one without arcs. */
  weight: Spread | undefined
  /** Vertices without any arc. */
  isolated: number
  /** Vertices that no arc of positive weight leaves: PageRank gives their mass away. */
  dangling: number
  selfLoops: number
  /** Edges beyond the first between the same two vertices (in the same direction, if directed). */
  parallelEdges: number
}

interface Counts {
  inDegrees: Uint32Array
  /** seenBy[t] - 1 is the last source with an arc to t. */
  seenBy: Uint32Array
  dangling: number
  loops: number
  parallelLoops: number
  parallelArcs: number
}

/** Counts, in slices. */
export function* graphStatistics(graph: Graph): Steps<GraphStatistics> {
  const { vertexCount: n, arcCount, offsets, weights, directed } = graph
  const counts: Counts = {
    ...{ inDegrees: new Uint32Array(n), seenBy: new Uint32Array(n) },
    ...{ dangling: 0, loops: 0, parallelLoops: 0, parallelArcs: 0 },
  }
  for (let from = 0; from < n; ) {
    const to = sliceEnd(offsets, from)
    countRows(graph, from, to, counts)
    from = to
    yield
  }
  let isolated = 0
  for (let v = 0; v < n; v++) {
    if (offsets[v] === offsets[v + 1] && counts.inDegrees[v] === 0) isolated++
  }
  yield
  const { dangling, loops, parallelLoops, parallelArcs } = counts
  return {
    outDegree: spread(n, arcCount, (v) => offsets[v + 1] - offsets[v]),
    inDegree: spread(n, arcCount, (v) => counts.inDegrees[v]),
    weight: weights === undefined || arcCount === 0 ? undefined : yield* weightSpread(weights),
    isolated,
    dangling,
    selfLoops: loops,
    parallelEdges: parallelLoops + (directed ? parallelArcs : parallelArcs / 2),
  }
}

function countRows(graph: Graph, from: number, to: number, counts: Counts): void {
  const { offsets, targets, weights } = graph
  const { inDegrees, seenBy } = counts
  for (let source = from; source < to; source++) {
    let isDangling = true
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      const target = targets[arc]
      const isLoop = target === source
      const isParallel = seenBy[target] === source + 1
      inDegrees[target]++
      seenBy[target] = source + 1
      if (isLoop) counts.loops++
      if (isParallel && isLoop) counts.parallelLoops++
      if (isParallel && !isLoop) counts.parallelArcs++
      if (weights === undefined || weights[arc] > 0) isDangling = false
    }
    if (isDangling) counts.dangling++
  }
}

function spread(count: number, sum: number, degreeOf: (index: number) => number): Spread {
  let min = Number.POSITIVE_INFINITY
  let max = 0
  for (let i = 0; i < count; i++) {
    const value = degreeOf(i)
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, mean: sum / count, max }
}

function* weightSpread(weights: Float64Array): Steps<Spread> {
  let min = Number.POSITIVE_INFINITY
  let max = 0
  let sum = 0
  for (let from = 0; from < weights.length; from += SLICE_ITEMS) {
    const to = Math.min(weights.length, from + SLICE_ITEMS)
    for (let arc = from; arc < to; arc++) {
      const weight = weights[arc]
      if (weight < min) min = weight
      if (weight > max) max = weight
      sum += weight
    }
    yield
  }
  return { min, mean: sum / weights.length, max }
}
