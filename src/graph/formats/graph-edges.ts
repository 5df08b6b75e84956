/**
 * The edges of a graph one by one, each once also where the graph is undirected. Called by what
 * writes graphology's graphs.
 */

import type { Graph } from '../csr.js'
import { allocateWords } from '../memory.js'
import { SLICE_ITEMS, type Steps } from '../slices.js'

/** An edge between vertices, by their numbers. */
export interface NumberedEdge {
  source: number
  target: number
  weight: number | undefined
}

/** All edges by ascending source; of an undirected edge the end with the smaller number. */
export function* edgesOf(graph: Graph): Generator<NumberedEdge> {
  const { vertexCount, offsets, targets, weights, directed } = graph
  for (let source = 0; source < vertexCount; source++) {
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      const target = targets[arc]
      if (directed || target >= source) yield { source, target, weight: weights?.[arc] }
    }
  }
}

/** Whether two edges have the same ends, in the same direction if the graph is directed. */
export function* hasParallelEdges(graph: Graph): Steps<boolean> {
  const { vertexCount, offsets, targets } = graph
  // One more than the last source with an arc to each vertex.
  const seenBy = allocateWords('a mark for each vertex', vertexCount)
  let work = 0
  for (let source = 0; source < vertexCount; source++) {
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      if (seenBy[targets[arc]] === source + 1) return true
      seenBy[targets[arc]] = source + 1
    }
    work += 1 + offsets[source + 1] - offsets[source]
    if (work < SLICE_ITEMS) continue
    work = 0
    yield
  }
  return false
}
