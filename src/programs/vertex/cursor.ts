/**
 * A vertex as a program's functions see it, without an object for each: one object whose getters
 * read the columns at a position that loops move. Getters are made by column type, so that each
 * reads one class of array only, and V8 inlines it.
 */

import { COLUMN_TYPES } from '../../bsp/columns.js'
import type { ValueSpec, ValueType, Vertex } from './types.js'

/** Arrays of a vertex's columns. */
export type ValueArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array

/** The position that cursors share. */
export interface Position {
  /** Local number of an own vertex. */
  at: number
}

/** What the graph says of own vertices. */
export interface VertexFacts {
  readonly first: number
  readonly outDegrees: Uint32Array
  readonly outWeights: Float64Array
}

export const RESERVED = ['index', 'outDegree', 'outWeight'] as const

export function allocate(spec: ValueSpec, length: number): ValueArray[] {
  return Object.values(spec).map((type) => new COLUMN_TYPES[type](length))
}

/** A vertex at the position, in the given columns. */
export function cursorOn<V extends ValueSpec>(
  spec: V,
  columns: readonly ValueArray[],
  position: Position,
  facts: VertexFacts,
): Vertex<V> {
  // A class of its own: on one map V8 keeps one getter for a name, and turns objects that have
  // another into dictionaries, whose getters cost ten times as much.
  class Cursor {}
  const define = (name: string, get: () => number) =>
    Object.defineProperty(Cursor.prototype, name, { get, enumerable: true })
  for (const [i, [name, type]] of Object.entries(spec).entries()) {
    define(name, GETTERS[type](columns[i], position))
  }
  const { first, outDegrees, outWeights } = facts
  define('index', () => first + position.at)
  define('outDegree', () => outDegrees[position.at])
  define('outWeight', () => outWeights[position.at])
  return Object.freeze(new Cursor()) as Vertex<V>
}

type Getter = (column: ValueArray, position: Position) => () => number

const GETTERS: Readonly<Record<ValueType, Getter>> = {
  u8: (column, position) => () => (column as Uint8Array)[position.at],
  u16: (column, position) => () => (column as Uint16Array)[position.at],
  u32: (column, position) => () => (column as Uint32Array)[position.at],
  i32: (column, position) => () => (column as Int32Array)[position.at],
  f32: (column, position) => () => (column as Float32Array)[position.at],
  f64: (column, position) => () => (column as Float64Array)[position.at],
}
