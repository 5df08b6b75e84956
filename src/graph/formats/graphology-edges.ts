/**
 * Nodes and edges as graphology has them on their way into a graph, from an instance or from its
 * JSON: keys are text, an edge may be undirected while others aren't, weights are attributes.
 * Called by graphology.ts and graphology-instance.ts.
 */

import { show } from '../../check.js'
import { EdgeChunks } from '../edge-chunks.js'
import { IdMap, isCanonicalInteger, keyOf } from '../id-map.js'
import type { Names } from '../names.js'
import type { Steps } from '../slices.js'

/** How nodes and edges are taken. */
export interface GraphologyRules {
  /** Attribute that holds the weights of edges; undefined: unweighted. */
  weights: string | undefined
  ids: 'auto' | 'integer' | 'string'
  /** What becomes of edges of both kinds; undefined: they are an error. */
  directed: boolean | undefined
}

/** The error for something wrong; `lineOf` is for what comes from a file. */
export type GraphologyFail = (problem: string, lineOf?: () => number) => Error

export type GraphologyType = 'directed' | 'undirected' | 'mixed'

/** Edges with numbers for keys, and what the vertices are called. */
export interface NumberedEdges {
  edges: EdgeChunks
  names: Names
  directed: boolean
}

/** What an edge says about its direction. */
const UNSAID = 0
const DIRECTED = 1
const UNDIRECTED = 2

export class GraphologyEdges {
  readonly #rules: GraphologyRules
  readonly #fail: GraphologyFail
  readonly #ids = new IdMap('string')
  readonly #edges: EdgeChunks
  /** One of the three above for each edge. */
  #senses = new Uint8Array(1024)
  readonly #counts = [0, 0, 0]
  /** Whether the node of each number was listed: an edge may come before its nodes. */
  #isListed = new Uint8Array(1024)
  #idCount = 0
  #listedCount = 0
  #integersOnly = true
  /** True when no more nodes can come. */
  allListed = false

  constructor(rules: GraphologyRules, fail: GraphologyFail) {
    this.#rules = rules
    this.#fail = fail
    this.#edges = new EdgeChunks(rules.weights !== undefined)
  }

  /** Edges so far. */
  get count(): number {
    return this.#edges.count
  }

  addNode(key: unknown, lineOf?: () => number): void {
    const number = this.#numberOf(key, () => `node ${this.#listedCount}`, lineOf)
    if (this.#isListed[number] === 1) {
      throw this.#fail(`node ${show(key)} is listed twice`, lineOf)
    }
    this.#isListed[number] = 1
    this.#listedCount++
  }

  /**
   * @param name key of the edge, where it has one
   * @param undirected undefined: as the graph is
   */
  addEdge(
    edge: { name: unknown; source: unknown; target: unknown; undirected: boolean | undefined },
    attributes: Readonly<Record<string, unknown>> | undefined,
    lineOf?: () => number,
  ): void {
    const { name, source, target, undirected } = edge
    const index = this.#edges.count
    const where = () => (name === undefined ? `edge ${index}` : `edge ${show(name)}`)
    const from = this.#endOf(source, () => `source of ${where()}`, lineOf)
    const to = this.#endOf(target, () => `target of ${where()}`, lineOf)
    const weight = this.#weightOf(attributes, where, lineOf)
    const sense = undirected === undefined ? UNSAID : undirected ? UNDIRECTED : DIRECTED
    if (index === this.#senses.length) this.#senses = doubled(this.#senses)
    this.#senses[index] = sense
    this.#counts[sense]++
    this.#edges.push(from, to, weight)
  }

  #endOf(key: unknown, where: () => string, lineOf?: () => number): number {
    const number = this.#numberOf(key, where, lineOf)
    if (this.#isListed[number] === 1 || !this.allListed) return number
    throw this.#fail(`${where()} is ${show(key)}, which is no node of the graph`, lineOf)
  }

  #numberOf(key: unknown, where: () => string, lineOf?: () => number): number {
    // graphology makes text of any key; its JSON may hold numbers.
    const text = typeof key === 'number' ? String(key) : key
    let number: number
    try {
      if (typeof text !== 'string')
        throw new TypeError(`${where()} expected text, got ${show(key)}`)
      number = this.#ids.intern(keyOf(text, where))
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) {
        throw this.#fail(error.message, lineOf)
      }
      throw error
    }
    if (number === this.#idCount) {
      this.#idCount++
      if (number === this.#isListed.length) this.#isListed = doubled(this.#isListed)
      if (this.#integersOnly && !isCanonicalInteger(text)) this.#addName(text, lineOf)
    }
    return number
  }

  #addName(key: string, lineOf?: () => number): void {
    this.#integersOnly = false
    if (this.#rules.ids !== 'integer') return
    throw this.#fail(
      `node ${show(key)} is no unsigned integer, and ids: 'integer' asks for them; ` +
        "pass ids: 'string' or leave it out",
      lineOf,
    )
  }

  #weightOf(
    attributes: Readonly<Record<string, unknown>> | undefined,
    where: () => string,
    lineOf?: () => number,
  ): number {
    const { weights } = this.#rules
    if (weights === undefined) return 1
    const weight =
      attributes !== undefined && Object.hasOwn(attributes, weights)
        ? attributes[weights]
        : undefined
    if (weight === undefined) return 1
    if (typeof weight === 'number' && weight >= 0 && weight < Number.POSITIVE_INFINITY)
      return weight
    throw this.#fail(
      `attribute "${weights}" of ${where()} expected finite number ≥ 0, got ${show(weight)}`,
      lineOf,
    )
  }

  /** All edges, one sense for all. */
  *finish(type: GraphologyType): Steps<NumberedEdges> {
    this.#checkListed()
    const kind = this.#rules.ids !== 'string' && this.#integersOnly ? 'integer' : 'string'
    const { directed, edges } = this.#united(type)
    if (this.#idCount === 0) throw this.#fail('the graph has no nodes')
    return { edges, names: yield* this.#ids.finish(edges, kind), directed }
  }

  #checkListed(): void {
    if (this.#listedCount === this.#idCount) return
    const number = this.#isListed.indexOf(0)
    let at = 0
    for (const key of this.#ids.keys()) {
      if (at++ === number) throw this.#fail(`an edge names ${show(key)}, which is no node`)
    }
  }

  #united(type: GraphologyType): { edges: EdgeChunks; directed: boolean } {
    const counts = [...this.#counts]
    counts[type === 'undirected' ? UNDIRECTED : DIRECTED] += counts[UNSAID]
    for (const [sense, other] of [
      [DIRECTED, 'undirected'],
      [UNDIRECTED, 'directed'],
    ] as const) {
      if (type === other && counts[sense] > 0) {
        const has = sense === DIRECTED ? 'a directed' : 'an undirected'
        throw this.#fail(`the graph is of type ${type}, yet has ${has} edge`)
      }
    }
    const edges = this.#edges
    if (counts[UNDIRECTED] === 0) {
      // Without any edge, the type alone tells.
      return { edges, directed: counts[DIRECTED] > 0 || type !== 'undirected' }
    }
    if (counts[DIRECTED] === 0) return { edges, directed: false }
    const { directed } = this.#rules
    if (directed === undefined) {
      throw this.#fail(
        `the graph is mixed: ${counts[DIRECTED]} edges are directed, ${counts[UNDIRECTED]} are ` +
          'not; pass directed: true to have each undirected one go both ways, or directed: ' +
          'false to have all go both ways',
      )
    }
    return { edges: directed ? this.#bothWays() : edges, directed }
  }

  /** Each undirected edge as two directed ones, a self-loop as one. */
  #bothWays(): EdgeChunks {
    const result = new EdgeChunks(this.#edges.weighted)
    let index = 0
    for (const { pairs, weights, count } of this.#edges.chunks) {
      for (let i = 0; i < count; i++) {
        const source = pairs[2 * i]
        const target = pairs[2 * i + 1]
        const weight = weights?.[i] ?? 0
        result.push(source, target, weight)
        if (this.#senses[index++] === UNDIRECTED && source !== target) {
          result.push(target, source, weight)
        }
      }
    }
    return result
  }
}

/** The name of the attribute that `weights` means. */
export function weightAttribute(weights: string | boolean | undefined): string | undefined {
  return weights === true ? 'weight' : weights || undefined
}

function doubled(array: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * array.length)
  larger.set(array)
  return larger
}
