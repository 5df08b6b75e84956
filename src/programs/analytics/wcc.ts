/**
 * Weakly connected components as a vertex program. Default export, so that `run` can load it on
 * threads by URL.
 */

import { defineVertexProgram } from '../vertex/define.js'

/**
 * Weakly connected components: `component` of a vertex is the least number of a vertex that it is
 * connected with, whichever way edges point. LDBC Graphalytics' WCC.
 *
 * Each vertex takes the least label of its neighbours until none is less: as many supersteps as
 * there are edges on the way of a label, at most the vertices, and two more. Set `maxSupersteps`
 * accordingly.
 *
 * Input: `graph`.
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([['B', 'A'], ['B', 'C'], ['D', 'E']])
 * const { result } = await run(wccProgram, { input: { graph }, processors: 2 })
 * console.log(result.values.component) // Uint32Array(5) [ 0, 0, 0, 3, 3 ]
 * ```
 */
const wccProgram = defineVertexProgram({
  name: 'wcc',
  value: { component: 'u32' },
  direction: 'both',
  initialize: { component: (vertex) => vertex.index },
  message: (vertex) => vertex.component,
  combine: 'min',
  apply: { component: (vertex, least) => Math.min(least, vertex.component) },
})

/** Module of `wccProgram`, for `run` on threads. */
export const wccModule = new URL('./wcc.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default wccProgram
