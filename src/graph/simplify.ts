/**
 * A graph without its self-loops, or with parallel edges made one. For readers, `graphFromEdges`
 * and the generators; also changes what an undirected graph counts as. Rows of an undirected graph
 * are treated alike from both ends, because both hold parallel edges in the order of the input.
 */

import { checkOneOf } from '../check.js'
import { Graph, type GraphShape } from './csr.js'
import { allocateWords } from './memory.js'
import { namesOf } from './names.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

/** What becomes of edges that a simple graph doesn't have. */
export interface Simplification {
  /** `drop` leaves out edges from a vertex to itself. Default `keep`. */
  selfLoops?: 'keep' | 'drop'
  /**
   * Several edges between the same vertices (in the same direction, if directed) are all kept
   * (default), or become one: with the weight of the `first` in the input, or the `sum` of all
   * weights, added in the order of the input.
   */
  parallelEdges?: 'keep' | 'first' | 'sum'
}

/** @throws TypeError, RangeError */
export function checkSimplification(options: Simplification): Required<Simplification> {
  const { selfLoops = 'keep', parallelEdges = 'keep' } = options
  checkOneOf('selfLoops', selfLoops, ['keep', 'drop'])
  checkOneOf('parallelEdges', parallelEdges, ['keep', 'first', 'sum'])
  return { selfLoops, parallelEdges }
}

/**
 * The graph itself when nothing is to be done, else a new one: as large as its edges, made while
 * the old one still is there.
 *
 * @param fail makes the error for a sum of weights that there are not
 */
export function* simplified(
  graph: Graph,
  { selfLoops, parallelEdges }: Required<Simplification>,
  fail: (problem: string) => Error,
): Steps<Graph> {
  if (parallelEdges === 'sum' && graph.weights === undefined) {
    throw fail(
      'parallelEdges: \'sum\' needs weights, and there are none; name them by "weights", or pass ' +
        "parallelEdges: 'first'",
    )
  }
  const rule: Rule = { dropLoops: selfLoops === 'drop', merge: parallelEdges !== 'keep' }
  if (!rule.dropLoops && !rule.merge) return graph
  const kept = yield* countKept(graph, rule)
  if (kept.arcs === graph.arcCount) return graph
  const names = namesOf(graph)
  const made = Graph.allocate({
    ...shapeOf(graph),
    arcCount: kept.arcs,
    edgeCount: graph.directed ? kept.arcs : (kept.arcs + kept.loops) / 2,
  })
  yield* names.fill(made)
  yield* copyKept(graph, made, rule, parallelEdges === 'sum')
  return made
}

/** A copy without weights. */
export function* withoutWeights(graph: Graph): Steps<Graph> {
  const made = Graph.allocate({ ...shapeOf(graph), weighted: false })
  made.offsets.set(graph.offsets)
  yield
  made.targets.set(graph.targets)
  yield
  yield* namesOf(graph).fill(made)
  return made
}

/** The shape that a graph has. */
export function shapeOf(graph: Graph): GraphShape {
  const { vertexCount, arcCount, edgeCount, directed, idKind } = graph
  const weighted = graph.weights !== undefined
  const idBytes = graph.stringIds?.text.length
  return { vertexCount, arcCount, edgeCount, directed, weighted, idKind, idBytes }
}

interface Rule {
  dropLoops: boolean
  merge: boolean
}

/** The row behind a slice of about `items` arcs and vertices that begins at row `from`. */
export function sliceEnd(offsets: Uint32Array, from: number, items = SLICE_ITEMS): number {
  const n = offsets.length - 1
  let to = from + 1
  while (to < n && offsets[to] - offsets[from] + to - from < items) to++
  return to
}

function* countKept(graph: Graph, rule: Rule): Steps<{ arcs: number; loops: number }> {
  const { vertexCount, offsets, targets } = graph
  const seenBy = allocateWords('a mark for each vertex', rule.merge ? vertexCount : 0)
  const kept = { arcs: 0, loops: 0 }
  for (let from = 0; from < vertexCount; ) {
    const to = sliceEnd(offsets, from)
    countRows(offsets, targets, from, to, rule, seenBy, kept)
    from = to
    yield
  }
  return kept
}

/** seenBy[t] - 1 is the last source with an arc to t. */
function countRows(
  offsets: Uint32Array,
  targets: Uint32Array,
  from: number,
  to: number,
  { dropLoops, merge }: Rule,
  seenBy: Uint32Array,
  kept: { arcs: number; loops: number },
): void {
  for (let source = from; source < to; source++) {
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      const target = targets[arc]
      if (target === source && dropLoops) continue
      if (merge) {
        if (seenBy[target] === source + 1) continue
        seenBy[target] = source + 1
      }
      kept.arcs++
      if (target === source) kept.loops++
    }
  }
}

function* copyKept(graph: Graph, made: Graph, rule: Rule, sum: boolean): Steps<void> {
  const { vertexCount, offsets } = graph
  // Where each vertex has its arc in the row at hand: 1 more than the place in `made`.
  const placeOf = allocateWords('a place for each vertex', rule.merge ? vertexCount : 0)
  let next = 0
  for (let from = 0; from < vertexCount; ) {
    const to = sliceEnd(offsets, from)
    next = copyRows(graph, made, from, to, rule, placeOf, next, sum)
    from = to
    yield
  }
}

function copyRows(
  graph: Graph,
  made: Graph,
  from: number,
  to: number,
  { dropLoops, merge }: Rule,
  placeOf: Uint32Array,
  start: number,
  sum: boolean,
): number {
  const { offsets, targets, weights } = graph
  let next = start
  for (let source = from; source < to; source++) {
    const row = next
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      const target = targets[arc]
      if (target === source && dropLoops) continue
      if (merge) {
        const place = placeOf[target]
        if (place > row) {
          if (sum && made.weights && weights) made.weights[place - 1] += weights[arc]
          continue
        }
        placeOf[target] = next + 1
      }
      made.targets[next] = target
      if (made.weights && weights) made.weights[next] = weights[arc]
      next++
    }
    made.offsets[source + 1] = next
  }
  return next
}
