/**
 * The packages that PageRank is compared with, loaded from bench/node_modules when they are there.
 * Both stop by a tolerance only, so a number of iterations is asked for by a tolerance that lies
 * between the residuals of that iteration and the one before, taken from the reference.
 */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Graph } from 'ticktickclock'
import { benchFolder } from './machine.js'

/** PageRank of another package, the graph already in its own structure. */
export interface PeerRanker {
  /** What the timed call includes. */
  includes: string
  /** Whole call until the L1 distance of two iterations falls below `epsilon`; damping 0.85. */
  run(epsilon: number): ArrayLike<number>
}

/** A package to compare with. */
export interface Peer {
  name: string
  /** Puts the graph into the package's own structure: not timed. */
  load(graph: Graph): PeerRanker
}

interface GraphologyGraph {
  addNode(id: number): unknown
  addUndirectedEdge(source: number, target: number): unknown
}
interface GraphologyOptions {
  getEdgeWeight: null
  alpha: number
  maxIterations: number
  tolerance: number
}
type GraphologyRank = (graph: GraphologyGraph, options: GraphologyOptions) => ByVertex
interface NgraphGraph {
  addNode(id: number): unknown
  addLink(source: number, target: number): unknown
}
type NgraphRank = (graph: NgraphGraph, damping: number, epsilon: number) => ByVertex
type ByVertex = Record<number, number>

const DAMPING = 0.85

/** A peer, or the reason why there is none. */
export function loadPeer(name: 'graphology-metrics' | 'ngraph.pagerank'): Peer | string {
  const require = createRequire(join(benchFolder(), 'package.json'))
  const load = <T>(path: string) => require(path) as T
  const version = (of: string) => load<{ version: string }>(`${of}/package.json`).version
  try {
    if (name === 'graphology-metrics') {
      const { UndirectedGraph } = load<{ UndirectedGraph: new () => GraphologyGraph }>('graphology')
      const rank = load<GraphologyRank>('graphology-metrics/centrality/pagerank')
      return graphology(`${name} ${version(name)}`, UndirectedGraph, rank)
    }
    const createGraph = load<() => NgraphGraph>('ngraph.graph')
    return ngraph(`${name} ${version(name)}`, createGraph, load<NgraphRank>(name))
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return `${reason}; npm run bench installs it`
  }
}

function graphology(
  name: string,
  UndirectedGraph: new () => GraphologyGraph,
  rank: GraphologyRank,
): Peer {
  const load = (graph: Graph): PeerRanker => {
    const own = new UndirectedGraph()
    for (let v = 0; v < graph.vertexCount; v++) own.addNode(v)
    forEachArc(graph, (source, target) => {
      if (source < target) own.addUndirectedEdge(source, target)
    })
    return {
      includes: 'its index of neighbours, iterations, result as an object',
      run: (epsilon) =>
        asArray(
          rank(own, {
            getEdgeWeight: null,
            alpha: DAMPING,
            maxIterations: 1000,
            tolerance: epsilon / graph.vertexCount,
          }),
          graph.vertexCount,
        ),
    }
  }
  return { name, load }
}

function ngraph(name: string, createGraph: () => NgraphGraph, rank: NgraphRank): Peer {
  const load = (graph: Graph): PeerRanker => {
    const own = createGraph()
    for (let v = 0; v < graph.vertexCount; v++) own.addNode(v)
    forEachArc(graph, (source, target) => own.addLink(source, target))
    return {
      includes: 'its copy to typed arrays, iterations, result as an object',
      run: (epsilon) => asArray(rank(own, DAMPING, epsilon), graph.vertexCount),
    }
  }
  return { name, load }
}

function forEachArc(graph: Graph, visit: (source: number, target: number) => void): void {
  for (let v = 0; v < graph.vertexCount; v++) {
    for (let arc = graph.offsets[v]; arc < graph.offsets[v + 1]; arc++) {
      visit(v, graph.targets[arc])
    }
  }
}

/** The package's result with a length, so that it can be compared; nothing is copied. */
function asArray(ranks: ByVertex, length: number): ArrayLike<number> {
  return Object.defineProperty(ranks, 'length', { value: length }) as ArrayLike<number>
}
