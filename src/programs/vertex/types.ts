/**
 * Public types of vertex programs: functions over numbers, one vertex at a time, in the style of
 * Pregel (Malewicz et al., SIGMOD 2010) and of gather, apply, scatter (Gonzalez et al.,
 * "PowerGraph", OSDI 2012). Imports no implementation.
 */

import type { Columns } from '../../bsp/types.js'
import type { Graph } from '../../graph/csr.js'
import type { VertexPartition } from './cut.js'

/** Element types of a vertex's columns. */
export type ValueType = 'u8' | 'u16' | 'u32' | 'i32' | 'f32' | 'f64'

/** The state of a vertex: columns by name, for example `{ depth: 'u32' }`. */
export type ValueSpec = Readonly<Record<string, ValueType>>

/** Numbers that a run must be given: any, or the number of a vertex. */
export type RequiredParameter = 'number' | 'vertex'

/** Numbers that a run is given: their defaults, or what must be given. */
export type ParameterSpec = Readonly<Record<string, number | RequiredParameter>>

/** A vertex as functions see it: its columns, and what the graph says of it. */
export type Vertex<V extends ValueSpec> = { readonly [K in keyof V]: number } & {
  /** Its number in the graph, from 0; `graph.idOf` has the name. */
  readonly index: number
  /** Arcs that its messages go along. */
  readonly outDegree: number
  /** Sum of their weights; of an unweighted graph, and without `edge`, `outDegree`. */
  readonly outWeight: number
}

/** What is the same for all vertices. */
export interface Facts<P extends ParameterSpec> {
  readonly vertexCount: number
  readonly arcCount: number
  readonly parameters: { readonly [K in keyof P]: number }
}

/** Facts, and what is known after the iteration before. */
export interface Round<P extends ParameterSpec, A extends string> extends Facts<P> {
  /** Iterations finished: how often `apply` has run. */
  readonly iteration: number
  /** Aggregates of the iteration before; of the first values, before the first one. */
  readonly aggregates: { readonly [K in A]: number }
}

/** A number over all vertices, made anew in every iteration. */
export interface Aggregator<V extends ValueSpec, P extends ParameterSpec> {
  /** Sums go over a fixed tree: the same bits for every number of processors. */
  combine: 'sum' | 'min' | 'max'
  /** What a vertex gives: from its state after this iteration, and the one before. */
  value(after: Vertex<V>, before: Vertex<V>, facts: Facts<P>): number
}

/** A combination of two messages of your own, for instance a product. */
export interface Combination {
  /** What there is without a message: combined with any message, that message. */
  identity: number
  /** Applied in the order of the vertex's arcs. */
  combine(a: number, b: number): number
}

/**
 * A vertex program. All functions are pure: numbers in, a number out.
 *
 * @typeParam V columns of a vertex · P parameters · A names of aggregates
 */
export interface VertexProgramDefinition<
  V extends ValueSpec,
  P extends ParameterSpec,
  A extends string,
> {
  name: string
  /**
   * Numbers that a run is given in its input: their defaults; `'number'` for one that must be
   * given, `'vertex'` for the number of a vertex. Default: none.
   */
  parameters?: P
  /** Columns of a vertex's state. None is called `index`, `outDegree` or `outWeight`. */
  value: V
  /** The first value of each column. */
  initialize: { readonly [K in keyof V]: (vertex: Vertex<V>, facts: Facts<P>) => number }
  /** Vertices that send in the beginning. Default: all. */
  starts?: (vertex: Vertex<V>, facts: Facts<P>) => boolean
  /**
   * Along which way of an arc messages go: as it points, against it, or both (a self-loop then
   * brings two). The same for undirected graphs. Default `out`.
   */
  direction?: 'out' | 'in' | 'both'
  /** What a vertex sends along its arcs, from its state. */
  message: (vertex: Vertex<V>, facts: Facts<P>) => number
  /**
   * What becomes of a message along an arc of some weight, where it is received: the sum, the
   * product, or a function. In an unweighted graph every arc has weight 1. Default: it stays.
   */
  edge?: 'add' | 'multiply' | ((message: number, weight: number) => number)
  /**
   * How the messages to one vertex become one number. `min` and `max` may be sent along the arcs of
   * a few vertices only; others are gathered in the order of a vertex's arcs.
   */
  combine: 'sum' | 'min' | 'max' | Combination
  /**
   * Whose messages are gathered: of neighbours that changed in the iteration before, as in Pregel,
   * by vertices with such a neighbour; or of all, by all. Default `changed` for `min` and `max`,
   * `all` otherwise.
   */
  gather?: 'changed' | 'all'
  /** Numbers over all vertices. They cost a pass over all vertices in every iteration. */
  aggregate?: { readonly [K in A]: Aggregator<V, P> }
  /**
   * The next value of each column, from the vertex as it is and what it has gathered (without a
   * message: 0 for `sum`, Infinity for `min`, -Infinity for `max`).
   */
  apply: {
    readonly [K in keyof V]: (vertex: Vertex<V>, gathered: number, round: Round<P, A>) => number
  }
  /**
   * A vertex's vote to halt, asked when a column has changed: true tells nobody of the change.
   * Default: false. A vertex that hasn't changed always halts.
   */
  halts?: (after: Vertex<V>, before: Vertex<V>, facts: Facts<P>) => boolean
  /** Whether the whole run is to end. It ends anyway when all vertices halt. Default: never. */
  converged?: (round: Round<P, A>) => boolean
}

/** Input of a vertex program: the graph, and its parameters by name. */
export type VertexInput<P extends ParameterSpec> = {
  /**
   * The graph, or its block of bytes (`graph.block`). Threads read it where it lies if the block is
   * in a SharedArrayBuffer (`shareGraph`); each of them gets a copy otherwise.
   */
  graph: Graph | Uint8Array
  /** Which processor has which vertices. Default `arcs`. Results don't depend on it. */
  partition?: VertexPartition
} & { [K in keyof P as P[K] extends RequiredParameter ? K : never]: number } & {
  [K in keyof P as P[K] extends RequiredParameter ? never : K]?: number
}

/** Result of a vertex program. */
export interface VertexResult<V extends ValueSpec, A extends string = never> {
  /** A typed array a column, by vertex number. */
  values: Columns<V>
  /** As they were after the last iteration that all processors know of. */
  aggregates: { [K in A]: number }
  /** How often `apply` ran. */
  iterations: number
}
