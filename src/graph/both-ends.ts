/**
 * Checks that rows of neighbours make an undirected graph without parallel edges: that each vertex
 * is listed exactly once by those that it lists, with the same weight. Compares every row with the
 * same row of the transposed graph, which a counting sort makes: exact, in time of the arcs, and
 * with a second copy of them for as long as it takes.
 */

import type { Graph } from './csr.js'
import { allocated, allocateWords } from './memory.js'
import { sliceEnd } from './simplify.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

/** Each arc goes to a place of its own far away: 50 ns for large graphs [measured]. */
const SCATTER_ARCS = SLICE_ITEMS / 4

/** A row that is wrong, counted from 0, and why. */
export interface OneSided {
  row: number
  problem: string
}

interface Transposed {
  /** Sources of the arcs that end in each vertex, ascending; rows as in the graph itself. */
  sources: Uint32Array
  weights: Float64Array | undefined
}

/** The first row that is found to be wrong, or undefined. */
export function* findOneSided(graph: Graph): Steps<OneSided | undefined> {
  const { vertexCount, arcCount, offsets } = graph
  const transposed: Transposed = {
    sources: allocateWords('the graph from its other end', arcCount),
    weights:
      graph.weights &&
      allocated('weights from the other end', 8 * arcCount, () => new Float64Array(arcCount)),
  }
  const next = allocateWords('a place for each vertex', vertexCount)
  next.set(offsets.subarray(0, vertexCount))
  yield
  for (let from = 0; from < vertexCount; ) {
    const to = sliceEnd(offsets, from, SCATTER_ARCS)
    const target = scatterRows(graph, from, to, next, transposed)
    if (target !== undefined) return yield* findLister(graph, target)
    from = to
    yield
  }
  // Every row is full now, because both graphs have the same number of arcs.
  const listedBy = next.fill(0)
  const weightOf = graph.weights && new Float64Array(vertexCount)
  for (let from = 0; from < vertexCount; ) {
    const to = sliceEnd(offsets, from)
    for (let row = from; row < to; row++) {
      const problem = compareRow(graph, row, transposed, listedBy, weightOf)
      if (problem !== undefined) return { row, problem }
    }
    from = to
    yield
  }
  return undefined
}

/** Gives a vertex that more vertices list than it lists itself. */
function scatterRows(
  { offsets, targets, weights }: Graph,
  from: number,
  to: number,
  next: Uint32Array,
  transposed: Transposed,
): number | undefined {
  for (let source = from; source < to; source++) {
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      const target = targets[arc]
      const place = next[target]++
      if (place >= offsets[target + 1]) return target
      transposed.sources[place] = source
      if (transposed.weights && weights) transposed.weights[place] = weights[arc]
    }
  }
  return undefined
}

function compareRow(
  { offsets, targets, weights }: Graph,
  row: number,
  transposed: Transposed,
  listedBy: Uint32Array,
  weightOf: Float64Array | undefined,
): string | undefined {
  const [begin, end] = [offsets[row], offsets[row + 1]]
  for (let place = begin; place < end; place++) {
    const source = transposed.sources[place]
    listedBy[source] = row + 1
    if (weightOf && transposed.weights) weightOf[source] = transposed.weights[place]
  }
  for (let arc = begin; arc < end; arc++) {
    const target = targets[arc]
    if (listedBy[target] !== row + 1) return lonely(targets.subarray(begin, end), row, target)
    listedBy[target] = 0
    if (weightOf && weights && weightOf[target] !== weights[arc]) {
      const [here, there] = [weights[arc], weightOf[target]]
      return `the edge to ${target + 1} weighs ${here}, and ${there} in the row of ${target + 1}`
    }
  }
  return undefined
}

function lonely(targets: Uint32Array, row: number, target: number): string {
  if (targets.indexOf(target) !== targets.lastIndexOf(target)) {
    return `vertex ${row + 1} lists ${target + 1} twice, and METIS graphs have no parallel edges`
  }
  return (
    `vertex ${row + 1} lists ${target + 1}, which doesn't list ${row + 1}: ` +
    'an edge stands in the rows of both its ends'
  )
}

/** Of those that list a vertex, one that the vertex doesn't list, or that lists it twice. */
function* findLister(graph: Graph, target: number): Steps<OneSided> {
  const { vertexCount, offsets } = graph
  const listed = new Set(graph.neighbors(target))
  for (let from = 0; from < vertexCount; ) {
    const to = sliceEnd(offsets, from)
    for (let row = from; row < to; row++) {
      const targets = graph.neighbors(row)
      const first = targets.indexOf(target)
      if (first < 0) continue
      if (!listed.has(row) || targets.indexOf(target, first + 1) > 0) {
        return { row, problem: lonely(targets, row, target) }
      }
    }
    from = to
    yield
  }
  return { row: target, problem: `vertex ${target + 1} lists a vertex twice` }
}
