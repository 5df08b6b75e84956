/**
 * Local clustering coefficients. Default export, so that `run` can load it on threads by URL.
 */

import type { Computation, MessageSpec } from '../../bsp/types.js'
import { defineTriangleCount, type TriangleInput } from './triangle-count.js'

/** Result of `lccProgram`. */
export interface LccResult {
  /** Coefficient by vertex number, in [0, 1]; 0 for vertices with less than two neighbours. */
  coefficients: Float64Array
}

const program = defineTriangleCount(
  'lcc',
  'arcs',
  (arcs, degrees): LccResult => ({
    coefficients: arcs.map((count, v) => {
      const neighbours = degrees[v]
      return neighbours < 2 ? 0 : count / (neighbours * (neighbours - 1))
    }),
  }),
)

/**
 * Local clustering coefficients (Watts and Strogatz, Nature 393, 1998), as LDBC Graphalytics' LCC
 * defines them: the arcs between a vertex's neighbours, of those that there could be. Neighbours
 * are vertices linked with it either way, each once; an undirected edge is an arc either way.
 * Loops and parallel edges don't count. Three supersteps.
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([[0, 1], [1, 2], [2, 0], [2, 3]], { directed: false })
 * const { result } = await run(lccProgram, { input: { graph }, processors: 2 })
 * console.log(result.coefficients.join(' ')) // 1 1 0.3333333333333333 0
 * ```
 */
const lccProgram: Computation<TriangleInput, unknown, MessageSpec, unknown, LccResult> = program

/** Module of `lccProgram`, for `run` on threads. */
export const lccModule = new URL('./lcc.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default lccProgram
