/**
 * Random graphs with every kind of ids, for round trips through formats. Shares no code with the
 * formats.
 */

import { type EdgeTuple, type Graph, graphFromEdges, type VertexId } from 'ticktickclock'
import { createRandom, type Random } from '../../src/random.js'
import { rowsOf } from './naive-graph.js'

const IDS = ['dense', 'integer', 'string'] as const

const LETTERS = ['a', 'B', 'ß', '語', '😀', '"', '\\', '\n', ',', ' ', '\u0001', '0', '7']

/** Never all canonical integers: those come back as integers. */
function textOf(random: Random): string {
  const length = 1 + random.nextBelow(12)
  return `v${Array.from({ length }, () => LETTERS[random.nextBelow(LETTERS.length)]).join('')}`
}

function idsOf(random: Random, count: number): VertexId[] {
  const kind = IDS[random.nextBelow(IDS.length)]
  if (kind === 'dense') return Array.from({ length: count }, (_, v) => v)
  const ids = new Map<string, VertexId>()
  while (ids.size < count) {
    const word = () => BigInt(random.nextBelow(2 ** 32))
    const shift = BigInt(random.nextBelow(33))
    const id = kind === 'string' ? textOf(random) : (word() << shift) + (word() >> 8n)
    ids.set(String(id), id)
  }
  return [...ids.values()]
}

/** What a random graph may have. */
export interface GraphCaseOptions {
  /** Default: both. */
  weighted?: boolean
  /** Default: both. */
  directed?: boolean
  /** False: all vertices have an edge. Default true: some may have none. */
  isolated?: boolean
}

/** A graph of up to 40 vertices with self-loops and parallel edges; at least one edge. */
export function graphCase(seed: number, options: GraphCaseOptions = {}): Graph {
  const random = createRandom(seed)
  const ids = idsOf(random, 1 + random.nextBelow(40))
  const weighted = options.weighted ?? random.nextBelow(2) === 1
  const directed = options.directed ?? random.nextBelow(2) === 1
  const pick = () => ids[random.nextBelow(random.nextBelow(ids.length) + 1)]
  const weightOf = () => [0, 1, 5e-324, 1 / 3, 1e9 * random.nextFloat()][random.nextBelow(5)]
  const edges = Array.from({ length: 1 + random.nextBelow(120) }, (): EdgeTuple => {
    const [source, target] = [pick(), pick()]
    return weighted ? [source, target, weightOf()] : [source, target]
  })
  return graphFromEdges(
    edges,
    options.isolated === false ? { directed } : { directed, vertices: ids },
  )
}

/** What a graph is, to compare: arcs of a row in any order where the graph is undirected. */
export function shapeOf(graph: Graph) {
  const { directed, edgeCount, idKind } = graph
  const rows = rowsOf(graph)
  if (!directed) for (const { arcs } of rows) arcs.sort()
  return { directed, edgeCount, idKind, weighted: graph.weights !== undefined, rows }
}
