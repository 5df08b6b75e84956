/**
 * Breadth-first search as a vertex program. Default export, so that `run` can load it on threads by
 * URL.
 */

import { defineVertexProgram } from '../vertex/define.js'

/** Depth of vertices that the source doesn't reach. */
export const UNREACHED = 0xffff_ffff

/**
 * Breadth-first search from a vertex: `depth` of a vertex is the least number of edges from the
 * source, `UNREACHED` (2^32 - 1) where there is no way. Follows edges as they point. LDBC
 * Graphalytics' BFS.
 *
 * One superstep for each level, and two more: set `maxSupersteps` accordingly. Where few vertices
 * are new, these push; where many are, the others pull (Beamer, Asanović and Patterson,
 * "Direction-optimizing breadth-first search", SC 2012).
 *
 * Input: `graph`; `source`, the number of a vertex (`graph.indexOf(id)`).
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([['A', 'B'], ['B', 'C'], ['C', 'A'], ['D', 'A']])
 * const input = { graph, source: graph.indexOf('A') }
 * const { result } = await run(bfsProgram, { input, processors: 2 })
 * console.log(result.values.depth.join(' ')) // 0 1 2 4294967295
 * ```
 */
const bfsProgram = defineVertexProgram({
  name: 'bfs',
  parameters: { source: 'vertex' },
  value: { depth: 'u32' },
  initialize: {
    depth: (vertex, { parameters }) => (vertex.index === parameters.source ? 0 : UNREACHED),
  },
  starts: (vertex) => vertex.depth === 0,
  message: (vertex) => vertex.depth + 1,
  combine: 'min',
  apply: { depth: (vertex, least) => Math.min(least, vertex.depth) },
})

/** Module of `bfsProgram`, for `run` on threads. */
export const bfsModule = new URL('./bfs.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default bfsProgram
