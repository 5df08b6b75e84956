/**
 * `graphFromEdges`: a graph from edges that are in memory already.
 */

import { checkInteger, checkOptions, show } from '../check.js'
import { MAX_VERTEX_COUNT } from '../limits.js'
import { assembleGraph } from './assemble.js'
import { EdgeCollector, type EdgeColumns, type EdgeTuple } from './collector.js'
import type { Graph, VertexId } from './csr.js'
import { checkSimplification, type Simplification, simplified } from './simplify.js'
import { runSteps, type Steps } from './slices.js'

/** Options of `graphFromEdges`. */
export interface GraphFromEdgesOptions extends Simplification {
  /** False stores every edge in both directions (a self-loop once). Default true. */
  directed?: boolean
  /** The vertices are 0 … vertexCount-1, isolated ones included; ids must be integers below it. */
  vertexCount?: number
  /** Ids of vertices that exist even if no edge names them. Excludes `vertexCount`. */
  vertices?: Iterable<VertexId>
}

const OPTION_NAMES = ['directed', 'vertexCount', 'vertices', 'selfLoops', 'parallelEdges']

/**
 * A graph from edges in memory.
 *
 * Ids are all unsigned 64-bit integers (numbers up to 2^53 - 1, bigints above) or all strings.
 * Vertices are numbered ascending by id: integers by value, strings by UTF-8 bytes. Self-loops and
 * parallel edges are kept unless told otherwise. A graph is weighted when its first edge has a
 * weight; then all must have one. The call blocks for about 0.1 µs an edge.
 *
 * @param edges an iterable of `[source, target]` or `[source, target, weight]`, or columns
 * @throws TypeError for the wrong kind and RangeError for the wrong value of an id or weight, with
 *   the index of the edge; RangeError when there is no vertex at all or the weights of one vertex
 *   sum to infinity; MemoryLimitError beyond 2^32 - 1 arcs
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([['ATL', 'ORD', 12], ['ORD', 'ATL', 9]])
 * graph.indexOf('ORD') // 1
 * const columns = { sources: Uint32Array.of(0, 1), targets: Uint32Array.of(1, 2) }
 * graphFromEdges(columns, { vertexCount: 5 })
 * ```
 */
export function graphFromEdges(
  edges: Iterable<EdgeTuple> | EdgeColumns,
  options: GraphFromEdgesOptions = {},
): Graph {
  checkOptions('options', options, OPTION_NAMES)
  const { directed = true, vertexCount, vertices } = options
  if (typeof directed !== 'boolean') {
    throw new TypeError(`"directed" expected boolean, got ${show(directed)}`)
  }
  if (vertexCount !== undefined) {
    checkInteger('vertexCount', vertexCount, 1, MAX_VERTEX_COUNT)
    if (vertices !== undefined) {
      throw new TypeError('"vertices" and "vertexCount" exclude each other; pass one of them')
    }
  }
  return runSteps(build(edges, directed, vertexCount, vertices, checkSimplification(options)))
}

function* build(
  given: Iterable<EdgeTuple> | EdgeColumns,
  directed: boolean,
  vertexCount: number | undefined,
  vertices: Iterable<VertexId> | undefined,
  simplification: Required<Simplification>,
): Steps<Graph> {
  const collector = new EdgeCollector(vertexCount)
  yield* collector.add(given)
  if (vertices !== undefined) yield* collector.addVertices(vertices)
  const { edges, names } = yield* collector.finish()
  const fail = (problem: string) => new RangeError(problem)
  const graph = yield* assembleGraph(edges, names, { directed, fail })
  return yield* simplified(graph, simplification, fail)
}
