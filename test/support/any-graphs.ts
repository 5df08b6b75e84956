/**
 * Seeded graphs of every kind that a file may have to hold: any ids, loops, parallel edges,
 * vertices without edges, odd weights. For the tests of formats.
 */

import { type Graph, graphFromEdges, type VertexId } from 'ticktickclock'
import { createRandom, type Random } from '../../src/random.js'

/** Names that text formats have to be careful with. */
const ODD_NAMES = [
  ...['source', 'target', 'from', 'to', 'a b', ' lead', 'trail ', 'a,b', 'a;b', 'tab\there'],
  ...['"', '"quoted"', 'a"b', '#comment', '%percent', '%%MatrixMarket', '{brace', 'PAR1', 'TTCG'],
  ...['ARROW1', 'BZh9', 'line\nbreak', 'both\r\nbreaks', '\ufeffmark', '007', '1e5', '-3', 'NaN'],
  ...['São Paulo', '東京', '👩‍👩‍👧', "it's", 'a\\b', '1 2', '3,4', 'x'.repeat(300)],
]

/** What a graph is like. */
export interface AnyGraph {
  graph: Graph
  /** For messages. */
  what: string
}

/**
 * @param kind what the ids are; `numbered`: 1 … n, `wide`: any 64 bits
 * @param simple no loops, no parallel edges, undirected, weights of whole numbers: for METIS
 */
export function anyGraph(seed: number, simple = false): AnyGraph {
  const random = createRandom(seed)
  const kinds = ['dense', 'numbered', 'sparse', 'wide', 'string', 'odd'] as const
  const kind = kinds[random.nextBelow(kinds.length)]
  const n = 1 + random.nextBelow(random.nextBelow(4) === 0 ? 200 : 12)
  const ids = anyIds(kind, n, random)
  const directed = !simple && random.nextBelow(2) === 1
  const weighted = random.nextBelow(2) === 1
  const edgeCount = random.nextBelow(10) === 0 ? 0 : random.nextBelow(4 * n)
  const edges: ([VertexId, VertexId] | [VertexId, VertexId, number])[] = []
  for (let i = 0; i < edgeCount; i++) {
    const [a, b] = [ids[random.nextBelow(ids.length)], ids[random.nextBelow(ids.length)]]
    const weight = simple ? 1 + random.nextBelow(1e6) : anyWeight(random)
    edges.push(weighted ? [a, b, weight] : [a, b])
  }
  const graph = graphFromEdges(edges, {
    ...{ directed, vertices: ids },
    ...(simple && ({ selfLoops: 'drop', parallelEdges: 'first' } as const)),
  })
  const shape = `${graph.vertexCount} vertices, ${graph.edgeCount} edges`
  const what = `seed ${seed}: ${kind} ids, ${shape}, directed ${directed}, weighted ${weighted}`
  return { graph, what }
}

function anyIds(kind: string, n: number, random: Random): VertexId[] {
  const from = (make: (i: number) => VertexId) => [
    ...new Set(Array.from({ length: n }, (_, i) => make(i))),
  ]
  if (kind === 'dense') return from((i) => i)
  if (kind === 'numbered') return from((i) => i + 1)
  if (kind === 'sparse') return from(() => random.nextUint32())
  if (kind === 'wide') {
    return from(() =>
      BigInt.asUintN(64, (BigInt(random.nextUint32()) << 32n) | BigInt(random.nextUint32())),
    )
  }
  if (kind === 'string') return from((i) => `v${random.nextBelow(100)}-${i}`)
  return from((i) => {
    const odd = ODD_NAMES[random.nextBelow(ODD_NAMES.length)]
    return random.nextBelow(3) === 0 ? `${odd}${i}` : odd
  })
}

function anyWeight(random: Random): number {
  const weights = [
    ...[0, 1, random.nextBelow(1000), random.nextFloat(), random.nextFloat() * 1e-300],
    ...[random.nextFloat() * 1e300, 5e-324, 2 ** 53 + 2, 1e21, 0.1, 1 / 3],
  ]
  return weights[random.nextBelow(weights.length)]
}
