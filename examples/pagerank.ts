/**
 * The airports of the United States ranked by a BSP program on threads: every processor has a part
 * of the airports, and all tell each other their contributions in each superstep. The program is
 * the package's own; `pagerank` computes the same without supersteps.
 *
 * The program that this package grew from stopped at a change of 1e-4. Ranks sum to 1, so such a
 * change leaves up to d/(1 - d) · 1e-4 = 5.7e-4 between them and the exact ones: fine for the top
 * of a list of 305 airports, more than a typical rank where there are thousands of vertices. So the
 * package's default is 1e-10, for which it iterates two or three times as long.
 */

import { readGraph, topVertices } from 'ticktickclock'
import { run } from 'ticktickclock/bsp'
import { pagerankModule, type pagerankProgram, shareGraph } from 'ticktickclock/programs'

const routes = new URL('../data/flights-airport.csv', import.meta.resolve('vega-datasets'))
const graph = shareGraph(await readGraph(routes, { directed: true, weights: 'count' }))
console.log(`${graph.vertexCount} airports, a mean rank of ${(1 / graph.vertexCount).toFixed(5)}`)

for (const tolerance of [1e-4, 1e-10]) {
  const { result, supersteps } = await run<typeof pagerankProgram>(pagerankModule, {
    input: { graph, damping: 0.85, tolerance },
    processors: 4,
    maxSupersteps: 202,
  })
  const { ranks, iterations, errorBound } = result
  const share = (100 * errorBound * graph.vertexCount).toPrecision(2)
  console.log(
    `tolerance ${tolerance}: ${iterations} iterations in ${supersteps} supersteps, ` +
      `from exact at most ${errorBound.toExponential(1)}, ${share} % of a mean rank`,
  )
  for (const { id, value } of topVertices(graph, ranks, 3))
    console.log(`  ${id} ${value.toFixed(6)}`)
}
