/**
 * Shortest paths from one vertex as a vertex program. Default export, so that `run` can load it on
 * threads by URL.
 */

import { defineVertexProgram } from '../vertex/define.js'

/**
 * Single-source shortest paths: `distance` of a vertex is the least sum of weights on a way from
 * the source along arcs, Infinity where there is none. Weights are the graph's, 0 included; without
 * any, every arc is 1 long. LDBC Graphalytics' SSSP.
 *
 * Bellman and Ford's method, of the vertices that came nearer only: a superstep each time that ways
 * get one arc longer, at most as many as there are vertices, and two more. Set `maxSupersteps`
 * accordingly. A distance is the sum from the source on, arc by arc, the same bits as by Dijkstra.
 *
 * Input: `graph`; `source`, the number of a vertex (`graph.indexOf(id)`).
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([['A', 'B', 1.5], ['B', 'C', 2], ['A', 'C', 5]])
 * const input = { graph, source: graph.indexOf('A') }
 * const { result } = await run(ssspProgram, { input, processors: 2 })
 * console.log(result.values.distance) // Float64Array(3) [ 0, 1.5, 3.5 ]
 * ```
 */
const ssspProgram = defineVertexProgram({
  name: 'sssp',
  parameters: { source: 'vertex' },
  value: { distance: 'f64' },
  initialize: {
    distance: (vertex, { parameters }) =>
      vertex.index === parameters.source ? 0 : Number.POSITIVE_INFINITY,
  },
  starts: (vertex) => vertex.distance === 0,
  message: (vertex) => vertex.distance,
  edge: 'add',
  combine: 'min',
  apply: { distance: (vertex, least) => Math.min(least, vertex.distance) },
})

/** Module of `ssspProgram`, for `run` on threads. */
export const ssspModule = new URL('./sssp.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default ssspProgram
