/**
 * `graphFromEdges`: a graph from edges that are in memory already. Checks every id and weight, and
 * numbers vertices as the readers do: ascending by id.
 */

import { checkInteger, checkOptions, show } from '../check.js'
import { MAX_VERTEX_COUNT } from '../limits.js'
import { assembleGraph } from './assemble.js'
import type { Graph, VertexId } from './csr.js'
import { EdgeChunks } from './edge-chunks.js'
import { IdMap, type KeyKind, keyOf } from './id-map.js'
import { denseNames, type Names } from './names.js'
import { rankIds } from './rank.js'
import { runSteps } from './slices.js'

/** An edge as an array: source, target and, for a weighted graph, the weight. */
export type EdgeTuple =
  | readonly [source: VertexId, target: VertexId]
  | readonly [source: VertexId, target: VertexId, weight: number]

/** Edges as columns of the same length: typed arrays of integers, or arrays of ids. */
export interface EdgeColumns {
  sources: ArrayLike<VertexId>
  targets: ArrayLike<VertexId>
  /** Finite and ≥ 0. */
  weights?: ArrayLike<number>
}

/** Options of `graphFromEdges`. */
export interface GraphFromEdgesOptions {
  /** False stores every edge in both directions (a self-loop once). Default true. */
  directed?: boolean
  /** The vertices are 0 … vertexCount-1, isolated ones included; ids must be integers below it. */
  vertexCount?: number
  /** Ids of vertices that exist even if no edge names them. Excludes `vertexCount`. */
  vertices?: Iterable<VertexId>
}

const OPTION_NAMES = ['directed', 'vertexCount', 'vertices']

/**
 * A graph from edges in memory.
 *
 * Ids are all unsigned 64-bit integers (numbers up to 2^53 - 1, bigints above) or all strings.
 * Vertices are numbered ascending by id: integers by value, strings by UTF-8 bytes. Parallel edges
 * are kept. A graph is weighted when its first edge has a weight; then all must have one. The call
 * blocks for about 0.1 µs an edge.
 *
 * @param edges an iterable of `[source, target]` or `[source, target, weight]`, or columns
 * @throws TypeError for the wrong kind and RangeError for the wrong value of an id or weight, with
 *   the index of the edge; RangeError when there is no vertex at all or the weights of one vertex
 *   sum to infinity; MemoryLimitError beyond 2^32 - 1 arcs
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([['ATL', 'ORD', 12], ['ORD', 'ATL', 9]])
 * graph.indexOf('ORD') // 1
 * const columns = { sources: Uint32Array.of(0, 1), targets: Uint32Array.of(1, 2) }
 * graphFromEdges(columns, { vertexCount: 5 })
 * ```
 */
export function graphFromEdges(
  edges: Iterable<EdgeTuple> | EdgeColumns,
  options: GraphFromEdgesOptions = {},
): Graph {
  checkOptions('options', options, OPTION_NAMES)
  const { directed = true, vertexCount, vertices } = options
  if (typeof directed !== 'boolean') {
    throw new TypeError(`"directed" expected boolean, got ${show(directed)}`)
  }
  if (vertexCount !== undefined) {
    checkInteger('vertexCount', vertexCount, 1, MAX_VERTEX_COUNT)
    if (vertices !== undefined) {
      throw new TypeError('"vertices" and "vertexCount" exclude each other; pass one of them')
    }
  }
  const collector = new Collector(vertexCount)
  if (isColumns(edges)) collector.addColumns(edges)
  else collector.addTuples(edges)
  if (vertices !== undefined) collector.addVertices(vertices)
  return collector.finish(directed)
}

function isColumns(edges: Iterable<EdgeTuple> | EdgeColumns): edges is EdgeColumns {
  if (typeof edges === 'object' && edges !== null) {
    if (Symbol.iterator in edges) return false
    if ('sources' in edges && 'targets' in edges) return true
  }
  throw new TypeError(
    `"edges" expected an iterable of [source, target] or { sources, targets }, got ${show(edges)}`,
  )
}

/** Takes edges in, one kind of ids for all. */
class Collector {
  readonly #vertexCount: number | undefined
  #edges: EdgeChunks | undefined
  #kind: KeyKind | undefined
  /** Names by first appearance; made when an id is no u32. Without it, edges hold the ids. */
  #map: IdMap | undefined

  constructor(vertexCount: number | undefined) {
    this.#vertexCount = vertexCount
  }

  addTuples(edges: Iterable<EdgeTuple>): void {
    let index = 0
    for (const edge of edges) {
      if (!Array.isArray(edge) || edge.length < 2 || edge.length > 3) {
        throw new TypeError(
          `edge ${index} expected [source, target] or [source, target, weight], got ${show(edge)}`,
        )
      }
      this.#add(index++, edge[0], edge[1], edge[2])
    }
  }

  addColumns(columns: EdgeColumns): void {
    checkOptions('edges', columns, ['sources', 'targets', 'weights'])
    const { sources, targets, weights } = columns
    for (const [name, column] of Object.entries(columns)) {
      if (name === 'weights' && column === undefined) continue
      const length = column === null || typeof column !== 'object' ? undefined : column.length
      if (typeof length !== 'number') {
        throw new TypeError(`"${name}" expected an array or typed array, got ${show(column)}`)
      }
      if (length !== sources.length) {
        throw new RangeError(`"${name}" expected length ${sources.length}, got ${length}`)
      }
    }
    for (let i = 0; i < sources.length; i++) this.#add(i, sources[i], targets[i], weights?.[i])
  }

  addVertices(vertices: Iterable<VertexId>): void {
    let index = 0
    for (const id of vertices) {
      const key = this.#key(id, () => `"vertices" item ${index}`)
      this.#named().intern(key)
      index++
    }
  }

  #add(index: number, source: VertexId, target: VertexId, weight: number | undefined): void {
    this.#edges ??= new EdgeChunks(weight !== undefined)
    if (weight !== undefined || this.#edges.weighted) checkWeight(index, weight, this.#edges)
    const from = this.#key(source, () => `source of edge ${index}`)
    const to = this.#key(target, () => `target of edge ${index}`)
    if (this.#map === undefined && isNarrow(from) && isNarrow(to)) {
      this.#edges.push(from, to, weight ?? 0)
    } else {
      const map = this.#named()
      this.#edges.push(map.intern(from), map.intern(to), weight ?? 0)
    }
  }

  /** The id as a key of its kind; the first id decides the kind. */
  #key(id: VertexId, where: () => string): number | bigint | string {
    const kind: KeyKind = typeof id === 'string' ? 'string' : 'integer'
    this.#kind ??= kind
    if (
      kind !== this.#kind &&
      (typeof id === 'number' || typeof id === 'bigint' || kind === 'string')
    ) {
      throw new TypeError(
        `${where()} expected ${this.#kind === 'string' ? 'a string' : 'an integer'} like the ids ` +
          `before it, got ${show(id)}; ids are all integers or all strings`,
      )
    }
    const key = keyOf(id, where)
    if (this.#vertexCount === undefined) return key
    if (typeof key === 'number' && key < this.#vertexCount) return key
    throw new RangeError(
      `${where()} expected integer in [0, ${this.#vertexCount - 1}], got ${show(id)}`,
    )
  }

  /** The map, with all ids of the edges so far moved into it. */
  #named(): IdMap {
    if (this.#map === undefined) {
      this.#map = new IdMap(this.#kind ?? 'integer')
      if (this.#edges !== undefined) this.#map.adopt(this.#edges)
    }
    return this.#map
  }

  finish(directed: boolean): Graph {
    const edges = this.#edges ?? new EdgeChunks(false)
    return runSteps(
      assembleGraph(edges, this.#names(edges), {
        directed,
        fail: (problem) => new RangeError(problem),
      }),
    )
  }

  #names(edges: EdgeChunks): Names {
    if (this.#vertexCount !== undefined) return denseNames(this.#vertexCount)
    if (this.#map === undefined) {
      if (edges.count === 0) {
        throw new RangeError(
          '"edges" is empty; give edges, or a "vertexCount" for isolated vertices',
        )
      }
      const names = runSteps(rankIds(edges))
      if (names !== undefined) return names
    }
    return runSteps(this.#named().finish(edges))
  }
}

function isNarrow(key: number | bigint | string): key is number {
  return typeof key === 'number' && key <= 0xffff_ffff
}

function checkWeight(index: number, weight: unknown, edges: EdgeChunks): void {
  if (!edges.weighted) {
    throw new TypeError(`edge ${index} has a weight, edge 0 has none; give all edges one or none`)
  }
  const expected = `weight of edge ${index} expected finite number ≥ 0, got ${show(weight)}`
  if (typeof weight !== 'number') throw new TypeError(expected)
  if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw new RangeError(expected)
}
