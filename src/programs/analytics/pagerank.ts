/**
 * PageRank as a vertex program: to read, and to change. Default export, so that `run` can load it
 * on threads by URL.
 */

import { defineVertexProgram } from '../vertex/define.js'

/**
 * PageRank, each vertex handing its `rank` on along its arcs, in proportion to their weights where
 * the graph has any. What vertices without arcs have goes to all alike, so ranks sum to 1.
 *
 * `pagerankProgram` computes the same on the package's kernel and states an error bound; this one
 * is plain JavaScript, a vertex program like yours.
 *
 * Input: `graph`; `damping`, default 0.85; `tolerance`, at what sum of changes to stop, default
 * 1e-10; `iterations`, at most how many, default 200. Two supersteps more than iterations. The
 * result's `aggregates` have `residual`, the sum of the last changes.
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([[0, 1], [1, 2], [2, 0], [3, 0]])
 * const input = { graph, tolerance: 1e-6 }
 * const { result } = await run(pagerankVertexProgram, { input, processors: 2 })
 * console.log(result.values.rank, result.aggregates.residual)
 * ```
 */
const pagerankVertexProgram = defineVertexProgram({
  name: 'pagerank by vertices',
  parameters: { damping: 0.85, tolerance: 1e-10, iterations: 200 },
  value: { rank: 'f64' },
  initialize: { rank: (_vertex, { vertexCount }) => 1 / vertexCount },
  message: (vertex) => (vertex.outWeight > 0 ? vertex.rank / vertex.outWeight : 0),
  edge: 'multiply',
  combine: 'sum',
  aggregate: {
    dangling: {
      combine: 'sum',
      value: (vertex) => (vertex.outWeight > 0 ? 0 : vertex.rank),
    },
    residual: { combine: 'sum', value: (after, before) => Math.abs(after.rank - before.rank) },
  },
  apply: {
    rank: (_vertex, gathered, { parameters: { damping }, vertexCount, aggregates }) =>
      (1 - damping + damping * aggregates.dangling) / vertexCount + damping * gathered,
  },
  converged: ({ iteration, parameters, aggregates }) =>
    iteration >= parameters.iterations ||
    (iteration > 0 && aggregates.residual <= parameters.tolerance),
})

/** Module of `pagerankVertexProgram`, for `run` on threads. */
export const pagerankVertexModule = new URL('./pagerank.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default pagerankVertexProgram
