/** Triangles by vertex. Default export, so that `run` can load it on threads by URL. */

import type { Computation, MessageSpec } from '../../bsp/types.js'
import { defineTriangleCount, type TriangleInput } from './triangle-count.js'

/** Result of `triangleProgram`. */
export interface TriangleResult {
  /** Triangles that each vertex is in, by vertex number. */
  triangles: Float64Array
  /** Triangles of the graph. */
  total: number
}

const program = defineTriangleCount(
  'triangles',
  'triangles',
  (triangles): TriangleResult => ({
    triangles,
    total: triangles.reduce((sum, count) => sum + count, 0) / 3,
  }),
)

/**
 * Triangles: three vertices, each linked with both others, whichever way edges point; loops and
 * parallel edges don't count. Three supersteps.
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([[0, 1], [1, 2], [2, 0], [2, 3]])
 * const { result } = await run(triangleProgram, { input: { graph }, processors: 2 })
 * console.log(result.total, result.triangles) // 1 Float64Array(4) [ 1, 1, 1, 0 ]
 * ```
 */
const triangleProgram: Computation<TriangleInput, unknown, MessageSpec, unknown, TriangleResult> =
  program

/** Module of `triangleProgram`, for `run` on threads. */
export const triangleModule = new URL('./triangles.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default triangleProgram
