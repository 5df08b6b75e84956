/**
 * Small graphs with known structure, and random ones, for the kernels' suites.
 */

import { type Graph, graphFromEdges } from 'ticktickclock'
import { createRandom } from '../../src/random.js'

/** Zachary's karate club (1977), 34 members, 78 friendships. */
export const KARATE: readonly (readonly [number, number])[] = [
  [2, 1],
  [3, 1],
  [3, 2],
  [4, 1],
  [4, 2],
  [4, 3],
  [5, 1],
  [6, 1],
  [7, 1],
  [7, 5],
  [7, 6],
  [8, 1],
  [8, 2],
  [8, 3],
  [8, 4],
  [9, 1],
  [9, 3],
  [10, 3],
  [11, 1],
  [11, 5],
  [11, 6],
  [12, 1],
  [13, 1],
  [13, 4],
  [14, 1],
  [14, 2],
  [14, 3],
  [14, 4],
  [17, 6],
  [17, 7],
  [18, 1],
  [18, 2],
  [20, 1],
  [20, 2],
  [22, 1],
  [22, 2],
  [26, 24],
  [26, 25],
  [28, 3],
  [28, 24],
  [28, 25],
  [29, 3],
  [30, 24],
  [30, 27],
  [31, 2],
  [31, 9],
  [32, 1],
  [32, 25],
  [32, 26],
  [32, 29],
  [33, 3],
  [33, 9],
  [33, 15],
  [33, 16],
  [33, 19],
  [33, 21],
  [33, 23],
  [33, 24],
  [33, 30],
  [33, 31],
  [33, 32],
  [34, 9],
  [34, 10],
  [34, 14],
  [34, 15],
  [34, 16],
  [34, 19],
  [34, 20],
  [34, 21],
  [34, 23],
  [34, 24],
  [34, 27],
  [34, 28],
  [34, 29],
  [34, 30],
  [34, 31],
  [34, 32],
  [34, 33],
]

/** Graphs by name whose ranks are worth checking exactly. */
export function namedGraphs(): Record<string, Graph> {
  const edge = (a: number, b: number): [number, number] => [a, b]
  const star = Array.from({ length: 700 }, (_, i) => edge(i + 1, 0))
  return {
    'karate club': graphFromEdges(
      KARATE.map(([a, b]) => edge(a, b)),
      { directed: false },
    ),
    'a single vertex': graphFromEdges([], { vertexCount: 1 }),
    'no edges': graphFromEdges([], { vertexCount: 5 }),
    'a cycle': graphFromEdges([edge(0, 1), edge(1, 2), edge(2, 0)]),
    'dangling vertices': graphFromEdges([edge(0, 1), edge(0, 2), edge(3, 1)]),
    'self-loops': graphFromEdges([edge(0, 0), edge(0, 1), edge(1, 1), edge(1, 0), edge(2, 1)]),
    'undirected self-loop': graphFromEdges([edge(0, 0), edge(0, 1), edge(1, 2)], {
      directed: false,
    }),
    'parallel edges': graphFromEdges([edge(0, 1), edge(0, 1), edge(0, 2), edge(1, 0), edge(2, 0)]),
    weights: graphFromEdges([
      [0, 1, 3],
      [0, 2, 1],
      [1, 2, 0],
      [2, 0, 0.5],
      [2, 1, 2.5],
    ]),
    'disconnected parts': graphFromEdges([edge(0, 1), edge(1, 0), edge(2, 3), edge(3, 4)]),
    'a star': graphFromEdges(star),
    'a star outwards': graphFromEdges(star.map(([a, b]) => edge(b, a))),
  }
}

/** A random graph of up to `most` vertices: loops, parallel edges, dangling ones, weights or none. */
export function randomGraph(seed: number, most = 60): Graph {
  const random = createRandom(seed)
  const vertexCount = 1 + random.nextBelow(most)
  const edgeCount = random.nextBelow(4 * vertexCount + 1)
  const weighted = random.nextBelow(2) === 1
  const skew = random.nextBelow(2) === 1
  const pick = () =>
    skew ? random.nextBelow(random.nextBelow(vertexCount) + 1) : random.nextBelow(vertexCount)
  const edges = Array.from(
    { length: edgeCount },
    (): [number, number] | [number, number, number] => {
      const [source, target] = [pick(), pick()]
      if (!weighted) return [source, target]
      return [source, target, random.nextBelow(5) === 0 ? 0 : random.nextFloat() * 10]
    },
  )
  return graphFromEdges(edges, { directed: random.nextBelow(2) === 1, vertexCount })
}
