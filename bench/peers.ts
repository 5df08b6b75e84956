/**
 * The packages that PageRank is compared with: those of JavaScript loaded from bench/node_modules
 * when they are there, those of Python by python.ts. They stop by a tolerance only, so a number of
 * iterations is asked for by a tolerance that lies between the residuals of that iteration and the
 * one before, taken from the reference.
 */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Graph } from 'ticktickclock'
import { benchFolder } from './machine.js'
import type { OwnTimes } from './rounds.js'

/** PageRank of another package, the graph already in its own structure. */
export interface PeerRanker {
  /** What the timed call includes. */
  includes: string
  /** Whole call until the L1 distance of two iterations falls below `epsilon`; damping 0.85. */
  run(epsilon: number): Promise<PeerAnswer>
  /** Gives back what it holds. */
  close(): Promise<void>
}

/** Ranks, and the times that the package took itself where it runs in another process. */
export interface PeerAnswer {
  ranks: ArrayLike<number>
  own?: OwnTimes
}

/** A package to compare with. */
export interface Peer {
  name: string
  /** Versions of what it stands on, where the name doesn't say it all. */
  about?: string
  /** Puts the graph, undirected and simple, into the package's own structure: not timed. */
  load(graph: Graph): Promise<PeerRanker>
}

/** As much of graphology's graph as is called here. */
export interface GraphologyGraph {
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

/** A package of JavaScript that ranks. */
export type JavascriptPackage = 'graphology-metrics' | 'ngraph.pagerank'

/** Loads what bench/package.json names; `load` throws where it isn't installed. */
export function packageLoader() {
  const require = createRequire(join(benchFolder(), 'package.json'))
  const load = <T>(path: string) => require(path) as T
  const version = (of: string) => load<{ version: string }>(`${of}/package.json`).version
  return { load, version }
}

/** A peer, or the reason why there is none. */
export function loadPeer(name: JavascriptPackage): Peer | string {
  const { load, version } = packageLoader()
  try {
    if (name === 'graphology-metrics') {
      const { UndirectedGraph } = load<{ UndirectedGraph: new () => GraphologyGraph }>('graphology')
      const rank = load<GraphologyRank>('graphology-metrics/centrality/pagerank')
      return graphology(`${name} ${version(name)}`, UndirectedGraph, rank)
    }
    const createGraph = load<() => NgraphGraph>('ngraph.graph')
    return ngraph(`${name} ${version(name)}`, createGraph, load<NgraphRank>(name))
  } catch (error) {
    return whyMissing(error)
  }
}

/** What `load` threw, and what to do about it. */
export function whyMissing(error: unknown): string {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
  return `${reason}; npm run bench installs it`
}

/** The graph, undirected and simple, as graphology has it. */
export function graphologyOf(
  graph: Graph,
  UndirectedGraph: new () => GraphologyGraph,
): GraphologyGraph {
  const own = new UndirectedGraph()
  for (let v = 0; v < graph.vertexCount; v++) own.addNode(v)
  forEachEdge(graph, (source, target) => own.addUndirectedEdge(source, target))
  return own
}

function graphology(
  name: string,
  UndirectedGraph: new () => GraphologyGraph,
  rank: GraphologyRank,
): Peer {
  const load = async (graph: Graph): Promise<PeerRanker> => {
    const own = graphologyOf(graph, UndirectedGraph)
    const options = { getEdgeWeight: null, alpha: DAMPING, maxIterations: 1000 }
    return {
      includes: 'its index of neighbours, iterations, result as an object',
      run: async (epsilon) => {
        const tolerance = epsilon / graph.vertexCount
        return { ranks: asArray(rank(own, { ...options, tolerance }), graph.vertexCount) }
      },
      close: async () => {},
    }
  }
  return { name, load }
}

function ngraph(name: string, createGraph: () => NgraphGraph, rank: NgraphRank): Peer {
  const load = async (graph: Graph): Promise<PeerRanker> => {
    const own = createGraph()
    for (let v = 0; v < graph.vertexCount; v++) own.addNode(v)
    forEachArc(graph, (source, target) => own.addLink(source, target))
    return {
      includes: 'its copy to typed arrays, iterations, result as an object',
      run: async (epsilon) => ({
        ranks: asArray(rank(own, DAMPING, epsilon), graph.vertexCount),
      }),
      close: async () => {},
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

/** Edges of an undirected simple graph, each once. */
export function forEachEdge(graph: Graph, visit: (source: number, target: number) => void): void {
  forEachArc(graph, (source, target) => {
    if (source < target) visit(source, target)
  })
}

/** The package's result with a length, so that it can be compared; nothing is copied. */
function asArray(ranks: ByVertex, length: number): ArrayLike<number> {
  return Object.defineProperty(ranks, 'length', { value: length }) as ArrayLike<number>
}
