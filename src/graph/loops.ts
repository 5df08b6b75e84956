/**
 * The reading of undirected self-loops in which a loop has two ends at its vertex.
 */

import { Graph } from './csr.js'
import { namesOf } from './names.js'
import { shapeOf } from './simplify.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

/**
 * A copy in which every self-loop of an undirected graph is stored twice, as igraph counts it; the
 * graph itself when it is directed or has no loops.
 *
 * @param weighted false leaves the weights out of the copy
 * @throws RangeError when a vertex's weights sum to infinity with its loops doubled
 */
export function* withDoubledLoops(graph: Graph, weighted: boolean): Steps<Graph> {
  const loopCount = graph.directed ? 0 : yield* countLoops(graph)
  if (loopCount === 0) return graph
  const doubled = Graph.allocate({
    ...shapeOf(graph),
    arcCount: graph.arcCount + loopCount,
    weighted: weighted && graph.weights !== undefined,
  })
  yield* namesOf(graph).fill(doubled)
  yield
  yield* copyArcs(graph, doubled)
  return doubled
}

function* countLoops({ arcCount, offsets, targets }: Graph): Steps<number> {
  const at = { vertex: 0, count: 0 }
  for (let arc = 0; arc < arcCount; arc += SLICE_ITEMS) {
    if (arc > 0) yield
    countSlice(offsets, targets, arc, Math.min(arcCount, arc + SLICE_ITEMS), at)
  }
  return at.count
}

/** Counts loops among the arcs begin … end - 1; `at.vertex` is at most the first one's tail. */
function countSlice(
  offsets: Uint32Array,
  targets: Uint32Array,
  begin: number,
  end: number,
  at: { vertex: number; count: number },
): void {
  let { vertex, count } = at
  for (let arc = begin; arc < end; arc++) {
    while (offsets[vertex + 1] <= arc) vertex++
    if (targets[arc] === vertex) count++
  }
  at.vertex = vertex
  at.count = count
}

function* copyArcs(from: Graph, to: Graph): Steps<void> {
  const at = { vertex: 0, next: 0, total: 0 }
  for (let arc = 0; arc < from.arcCount; arc += SLICE_ITEMS) {
    if (arc > 0) yield
    copySlice(from, to, arc, Math.min(from.arcCount, arc + SLICE_ITEMS), at)
  }
  to.offsets.fill(at.next, at.vertex + 1)
}

/** Copies the arcs begin … end - 1; `at.total` is the sum of the weights that its vertex has. */
function copySlice(
  from: Graph,
  to: Graph,
  begin: number,
  end: number,
  at: { vertex: number; next: number; total: number },
): void {
  const { offsets, targets, weights } = from
  let { vertex, next, total } = at
  for (let arc = begin; arc < end; arc++) {
    while (offsets[vertex + 1] <= arc) {
      vertex++
      to.offsets[vertex] = next
      total = 0
    }
    const target = targets[arc]
    for (let copies = target === vertex ? 2 : 1; copies > 0; copies--) {
      to.targets[next] = target
      if (to.weights !== undefined && weights !== undefined) {
        to.weights[next] = weights[arc]
        total += weights[arc]
      }
      next++
    }
    if (total === Number.POSITIVE_INFINITY) {
      throw new RangeError(
        `weights of the arcs of vertex ${from.idOf(vertex)} sum to infinity; scale them down`,
      )
    }
  }
  at.vertex = vertex
  at.next = next
  at.total = total
}
