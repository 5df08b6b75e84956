/**
 * graphology's graphs in memory: `graphFromGraphology`, `graphToGraphology`. The package itself is
 * no dependency: an instance is known by its methods, and a class to make one of is passed.
 */

import { checkOneOf, checkOptions, show } from '../../check.js'
import { assembleGraph } from '../assemble.js'
import type { Graph } from '../csr.js'
import { shapeSteps } from '../shape.js'
import { checkSimplification, type Simplification } from '../simplify.js'
import { runSteps, type Steps } from '../slices.js'
import { edgesOf, hasParallelEdges } from './graph-edges.js'
import {
  GraphologyEdges,
  type GraphologyRules,
  type GraphologyType,
  weightAttribute,
} from './graphology-edges.js'

/** What `graphFromGraphology` needs of a graph of graphology: any of its classes has it. */
export interface GraphologyInstance {
  /** `directed`, `undirected` or `mixed`. */
  readonly type: string
  /** Calls back for each node. */
  forEachNode(callback: (key: string) => void): void
  /** Calls back for each edge, with what graphology passes. */
  forEachEdge(
    callback: (
      key: string,
      attributes: Readonly<Record<string, unknown>>,
      source: string,
      target: string,
      sourceAttributes: Readonly<Record<string, unknown>>,
      targetAttributes: Readonly<Record<string, unknown>>,
      undirected: boolean,
    ) => void,
  ): void
}

/** What `graphToGraphology` needs of the graph that it fills. */
export interface GraphologyTarget {
  /** Adds a node of that key. */
  addNode(key: string): unknown
  /** Adds an edge, of the kind that the graph's type says. */
  addEdge(source: string, target: string, attributes?: { weight: number }): unknown
}

/** A class of graphology: `Graph`, `DirectedGraph`, `MultiGraph` … */
export type GraphologyConstructor<T extends GraphologyTarget> = new (options?: {
  type?: 'directed' | 'undirected'
  multi?: boolean
}) => T

/** Options of `graphFromGraphology`. */
export interface FromGraphologyOptions extends Simplification {
  /** Attribute of edges that holds their weights; `true` is `'weight'`. Default: unweighted. */
  weights?: string | boolean
  /**
   * False lets every edge go both ways, true makes an undirected edge two arcs. Default: as the
   * edges are; where some are directed and some are not, it must be given.
   */
  directed?: boolean
  /**
   * graphology's keys are text. Default `auto`: integers if all keys are, written as 0 or 17, not
   * as 017; `string` takes all as names; `integer` makes others an error.
   */
  ids?: 'auto' | 'integer' | 'string'
}

const OPTION_NAMES = ['weights', 'directed', 'ids', 'selfLoops', 'parallelEdges']

/**
 * A graph from an instance of graphology.
 *
 * Nodes become vertices, numbered ascending by key: integers by value, other text by UTF-8 bytes.
 * Isolated nodes, self-loops and parallel edges are kept. An edge without the attribute that holds
 * the weights weighs 1, as in graphology-metrics; other than there, a weight that is no number is
 * an error. The call blocks for about 1 µs an edge.
 *
 * @param instance a graph of any class of graphology
 * @throws TypeError or RangeError for what is no such instance, bad options, keys that are empty,
 *   weights that are no finite numbers ≥ 0, with the key of the edge, and for a mixed graph without
 *   `directed`; MemoryLimitError beyond 2^32 - 1 arcs
 *
 * @example
 * ```ts
 * import { UndirectedGraph } from 'graphology'
 *
 * const roads = new UndirectedGraph()
 * for (const city of ['Basel', 'Bern', 'Brig']) roads.addNode(city)
 * roads.addEdge('Basel', 'Bern', { weight: 95 })
 * const graph = graphFromGraphology(roads, { weights: true })
 * graph.edgeCount // 1
 * ```
 */
export function graphFromGraphology(
  instance: GraphologyInstance,
  options: FromGraphologyOptions = {},
): Graph {
  const rules = checkRules(options)
  const simplification = checkSimplification(options)
  const fail = (problem: string) => new RangeError(`"instance": ${problem}`)
  if (!isInstance(instance)) {
    throw new TypeError(`"instance" expected a graph of graphology, got ${show(instance)}`)
  }
  const type = checkOneOf('instance.type', instance.type, ['directed', 'undirected', 'mixed'])
  const edges = new GraphologyEdges(rules, fail)
  instance.forEachNode((key) => edges.addNode(key))
  edges.allListed = true
  instance.forEachEdge((name, attributes, source, target, _from, _to, undirected) => {
    edges.addEdge({ name, source, target, undirected }, attributes)
  })
  return runSteps(build(edges, type, rules, simplification, fail))
}

function* build(
  collected: GraphologyEdges,
  type: GraphologyType,
  rules: GraphologyRules,
  simplification: Required<Simplification>,
  fail: (problem: string) => Error,
): Steps<Graph> {
  const { edges, names, directed } = yield* collected.finish(type)
  const isDirected = directed && rules.directed !== false
  const graph = yield* assembleGraph(edges, names, { directed: isDirected, fail })
  return yield* shapeSteps(graph, { directed: rules.directed, ...simplification }, fail)
}

function isInstance(value: unknown): value is GraphologyInstance {
  if (typeof value !== 'object' || value === null) return false
  return ['forEachNode', 'forEachEdge'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'function',
  )
}

function checkRules(options: FromGraphologyOptions): GraphologyRules {
  checkOptions('options', options, OPTION_NAMES)
  const { weights = false, directed, ids = 'auto' } = options
  if (typeof weights !== 'string' && typeof weights !== 'boolean') {
    throw new TypeError(`"weights" expected name of an attribute, or boolean, got ${show(weights)}`)
  }
  if (directed !== undefined && typeof directed !== 'boolean') {
    throw new TypeError(`"directed" expected boolean, got ${show(directed)}`)
  }
  checkOneOf('ids', ids, ['auto', 'integer', 'string'])
  return { weights: weightAttribute(weights), directed, ids }
}

/**
 * An instance of graphology with the vertices and edges of a graph.
 *
 * Keys of nodes are the ids as text, those of edges graphology's own. Of a weighted graph, each
 * edge has the attribute `weight`. Parallel edges make it a multi graph. The call blocks for about
 * 2 µs an edge.
 *
 * @param Constructor a class of graphology that can hold such a graph: `Graph` can hold any
 * @returns a new instance, its type `directed` or `undirected`
 * @throws what the class throws when it can't hold such a graph, as `UndirectedGraph` can't a
 *   directed one
 *
 * @example
 * ```ts
 * import { DirectedGraph } from 'graphology'
 *
 * const graph = graphFromEdges([['a', 'b', 2], ['b', 'c', 1]])
 * const instance = graphToGraphology(graph, DirectedGraph)
 * instance.getEdgeAttribute('a', 'b', 'weight') // 2
 * ```
 */
export function graphToGraphology<T extends GraphologyTarget>(
  graph: Graph,
  Constructor: GraphologyConstructor<T>,
): T {
  if (typeof Constructor !== 'function') {
    throw new TypeError(`"Constructor" expected a class of graphology, got ${show(Constructor)}`)
  }
  const hasParallel = runSteps(hasParallelEdges(graph))
  const instance = new Constructor({
    type: graph.directed ? 'directed' : 'undirected',
    // Left out where it isn't needed: MultiGraph refuses false.
    ...(hasParallel ? { multi: true } : undefined),
  })
  const keys = Array.from({ length: graph.vertexCount }, (_, v) => String(graph.idOf(v)))
  for (const key of keys) instance.addNode(key)
  for (const { source, target, weight } of edgesOf(graph)) {
    if (weight === undefined) instance.addEdge(keys[source], keys[target])
    else instance.addEdge(keys[source], keys[target], { weight })
  }
  return instance
}
