/**
 * Arcs that messages go along, as one processor needs them: rows of its own vertices to gather
 * from, and rows of senders to push along. Made when they are first used; the graph's own arrays
 * wherever these will do.
 *
 * Vertices have local numbers: own ones from 0, then mirrors, which are those of others that send
 * to own ones, ascending.
 */

import type { Graph } from '../../graph/csr.js'

/** Which way messages go along an arc. */
export type MessageDirection = 'out' | 'in' | 'both'

/** Own vertices, from first to the one behind the last, and mirrors. */
export interface Locals {
  readonly first: number
  readonly end: number
  readonly mirrors: Uint32Array
}

/** Rows of arcs: those of row i are `starts[i] - base` … in the other arrays. */
export interface Rows {
  readonly starts: Uint32Array
  readonly base: number
  /** At the other end: local numbers in rows to gather, numbers of the graph in rows to push. */
  readonly ends: Uint32Array
  readonly weights: Float64Array | undefined
}

/** One way along the graph's arcs. */
export interface Way {
  /** Sources of the messages to each own vertex. */
  gatherRows(): Rows
  /** Where a sender's messages go, to others' vertices too. */
  pushRows(): Rows
  /** Whether rows to push are numbered as the graph's vertices, or locally. */
  readonly pushesGlobally: boolean
  /** What making rows to gather from costs, in passes over them: 0 if they are there. */
  readonly gatherRowsCost: number
  /** Whether rows to push along are there. */
  readonly hasPushRows: boolean
}

/** Costs of making rows, in passes over them: a random read for each arc; a random write. */
const RENUMBER_COST = 1
const TURN_COST = 4

/** The ways that messages go, in the order in which they are gathered. */
export function waysOf(
  graph: Graph,
  direction: MessageDirection,
  locals: Locals,
  weighted: boolean,
): Way[] {
  if (!graph.directed) return [new Symmetric(graph, locals, weighted)]
  const ways: Way[] = []
  if (direction !== 'in') ways.push(new Forward(graph, locals, weighted))
  if (direction !== 'out') ways.push(new Backward(graph, locals, weighted))
  return ways
}

/** Rows of the graph as they are. */
function graphRows({ offsets, targets, weights }: Graph, weighted: boolean): Rows {
  return { starts: offsets, base: 0, ends: targets, weights: weighted ? weights : undefined }
}

/** Undirected: a vertex's own row is both where its messages go and where they come from. */
class Symmetric implements Way {
  readonly pushesGlobally = true
  readonly hasPushRows = true
  readonly #graph: Graph
  readonly #locals: Locals
  readonly #weighted: boolean
  #rows: Rows | undefined

  constructor(graph: Graph, locals: Locals, weighted: boolean) {
    this.#graph = graph
    this.#locals = locals
    this.#weighted = weighted
  }

  get gatherRowsCost(): number {
    return this.#rows !== undefined || this.#locals.mirrors.length === 0 ? 0 : RENUMBER_COST
  }

  gatherRows(): Rows {
    this.#rows ??= ownRows(this.#graph, this.#locals, this.#weighted)
    return this.#rows
  }

  pushRows(): Rows {
    return graphRows(this.#graph, this.#weighted)
  }
}

/** Along directed arcs, as they point. */
class Forward implements Way {
  readonly pushesGlobally = true
  readonly hasPushRows = true
  readonly #graph: Graph
  readonly #locals: Locals
  readonly #weighted: boolean
  #rows: Rows | undefined

  constructor(graph: Graph, locals: Locals, weighted: boolean) {
    this.#graph = graph
    this.#locals = locals
    this.#weighted = weighted
  }

  get gatherRowsCost(): number {
    return this.#rows === undefined ? TURN_COST : 0
  }

  gatherRows(): Rows {
    this.#rows ??= localRows(inRows(this.#graph, this.#locals, this.#weighted), this.#locals)
    return this.#rows
  }

  pushRows(): Rows {
    return graphRows(this.#graph, this.#weighted)
  }
}

/** Against directed arcs: own rows name the senders. */
class Backward implements Way {
  readonly pushesGlobally = false
  readonly #graph: Graph
  readonly #locals: Locals
  readonly #weighted: boolean
  #rows: Rows | undefined
  #pushRows: Rows | undefined

  constructor(graph: Graph, locals: Locals, weighted: boolean) {
    this.#graph = graph
    this.#locals = locals
    this.#weighted = weighted
  }

  get gatherRowsCost(): number {
    return this.#rows !== undefined || this.#locals.mirrors.length === 0 ? 0 : RENUMBER_COST
  }

  get hasPushRows(): boolean {
    return this.#pushRows !== undefined
  }

  gatherRows(): Rows {
    this.#rows ??= ownRows(this.#graph, this.#locals, this.#weighted)
    return this.#rows
  }

  pushRows(): Rows {
    this.#pushRows ??= senderRows(this.gatherRows(), this.#locals)
    return this.#pushRows
  }
}

/** The graph's rows of own vertices, their targets by local number. */
function ownRows(graph: Graph, locals: Locals, weighted: boolean): Rows {
  const { first, end } = locals
  const starts = graph.offsets.subarray(first, end + 1)
  const base = starts[0]
  const last = starts[end - first]
  const weights = weighted ? graph.weights?.subarray(base, last) : undefined
  return localRows({ starts, base, ends: graph.targets.subarray(base, last), weights }, locals)
}

/** In-arcs of own vertices: sources by number of the graph, ascending. */
export function inRows(
  { vertexCount: n, offsets, targets, weights: all }: Graph,
  { first, end }: Pick<Locals, 'first' | 'end'>,
  weighted: boolean,
): Rows {
  const own = end - first
  const starts = new Uint32Array(own + 1)
  for (let arc = 0; arc < targets.length; arc++) {
    const target = (targets[arc] - first) >>> 0
    if (target < own) starts[target + 1]++
  }
  for (let v = 0; v < own; v++) starts[v + 1] += starts[v]
  const cursors = starts.slice(0, own)
  const ends = new Uint32Array(starts[own])
  const weights = weighted && all !== undefined ? new Float64Array(ends.length) : undefined
  for (let u = 0; u < n; u++) {
    for (let arc = offsets[u]; arc < offsets[u + 1]; arc++) {
      const target = (targets[arc] - first) >>> 0
      if (target >= own) continue
      const at = cursors[target]++
      ends[at] = u
      if (weights !== undefined) weights[at] = (all as Float64Array)[arc]
    }
  }
  return { starts, base: 0, ends, weights }
}

/** The same rows with local numbers at the other ends. */
function localRows(rows: Rows, locals: Locals): Rows {
  const { first, mirrors, end } = locals
  if (mirrors.length === 0 && first === 0) return rows
  const last = mirrors.length === 0 ? end : Math.max(end, mirrors[mirrors.length - 1] + 1)
  const localOf = new Uint32Array(last)
  for (let v = first; v < end; v++) localOf[v] = v - first
  for (let i = 0; i < mirrors.length; i++) localOf[mirrors[i]] = end - first + i
  const ends = new Uint32Array(rows.ends.length)
  for (let i = 0; i < ends.length; i++) ends[i] = localOf[rows.ends[i]]
  return { ...rows, ends }
}

/** From sources of each own vertex to own vertices of each source, by number of the graph. */
function senderRows({ starts: from, base, ends, weights: all }: Rows, locals: Locals): Rows {
  const { first, end, mirrors } = locals
  const count = end - first + mirrors.length
  const starts = new Uint32Array(count + 1)
  for (let arc = 0; arc < ends.length; arc++) starts[ends[arc] + 1]++
  for (let s = 0; s < count; s++) starts[s + 1] += starts[s]
  const cursors = starts.slice(0, count)
  const targets = new Uint32Array(ends.length)
  const weights = all && new Float64Array(ends.length)
  for (let v = first; v < end; v++) {
    for (let arc = from[v - first] - base; arc < from[v - first + 1] - base; arc++) {
      const at = cursors[ends[arc]]++
      targets[at] = v
      if (weights !== undefined) weights[at] = (all as Float64Array)[arc]
    }
  }
  return { starts, base: 0, ends: targets, weights }
}
