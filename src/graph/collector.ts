/**
 * Takes in edges that are in memory, with ids of any kind: checks every id and weight, and numbers
 * vertices as the readers of text do, ascending by id. For `graphFromEdges`, and for formats whose
 * files are tables or JSON.
 */

import { checkOptions, show } from '../check.js'
import type { VertexId } from './csr.js'
import { EdgeChunks } from './edge-chunks.js'
import { IdMap, type KeyKind, keyOf } from './id-map.js'
import { denseNames, type Names } from './names.js'
import { rankIds } from './rank.js'
import type { Steps } from './slices.js'

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

/** Edges between two pauses: some milliseconds. */
const PAUSE_EDGES = 1 << 15

/** Takes edges in, one kind of ids for all. */
export class EdgeCollector {
  readonly #vertexCount: number | undefined
  #edges: EdgeChunks | undefined
  #kind: KeyKind | undefined
  /** Names by first appearance; made when an id is no u32. Without it, edges hold the ids. */
  #map: IdMap | undefined

  /** @param vertexCount the vertices are 0 … vertexCount-1; undefined: those that are named */
  constructor(vertexCount?: number) {
    this.#vertexCount = vertexCount
  }

  /** Edges so far. */
  get count(): number {
    return this.#edges?.count ?? 0
  }

  /** Takes rows or columns. May be called again with more. */
  add(edges: Iterable<EdgeTuple> | EdgeColumns): Steps<void> {
    return isColumns(edges) ? this.#addColumns(edges) : this.#addTuples(edges)
  }

  *#addTuples(edges: Iterable<EdgeTuple>): Steps<void> {
    for (const edge of edges) {
      const index = this.count
      if (!Array.isArray(edge) || edge.length < 2 || edge.length > 3) {
        throw new TypeError(
          `edge ${index} expected [source, target] or [source, target, weight], got ${show(edge)}`,
        )
      }
      this.#add(index, edge[0], edge[1], edge[2])
      if (index % PAUSE_EDGES === PAUSE_EDGES - 1) yield
    }
  }

  *#addColumns(columns: EdgeColumns): Steps<void> {
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
    const before = this.count
    for (let i = 0; i < sources.length; i++) {
      this.#add(before + i, sources[i], targets[i], weights?.[i])
      if (i % PAUSE_EDGES === PAUSE_EDGES - 1) yield
    }
  }

  *addVertices(vertices: Iterable<VertexId>): Steps<void> {
    let index = 0
    for (const id of vertices) {
      const key = this.#key(id, () => `"vertices" item ${index}`)
      this.#named().intern(key)
      if (++index % PAUSE_EDGES === 0) yield
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

  /** All edges with final vertex numbers, and the vertices' names. */
  *finish(): Steps<{ edges: EdgeChunks; names: Names }> {
    const edges = this.#edges ?? new EdgeChunks(false)
    return { edges, names: yield* this.#names(edges) }
  }

  *#names(edges: EdgeChunks): Steps<Names> {
    if (this.#vertexCount !== undefined) return denseNames(this.#vertexCount)
    if (this.#map === undefined) {
      if (edges.count === 0) {
        throw new RangeError(
          '"edges" is empty; give edges, or a "vertexCount" for isolated vertices',
        )
      }
      const names = yield* rankIds(edges)
      if (names !== undefined) return names
    }
    return yield* this.#named().finish(edges)
  }
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
