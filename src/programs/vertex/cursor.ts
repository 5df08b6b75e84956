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

/** The position that both cursors of a program share. */
export interface Position {
  /** Local number of an own vertex. */
  at: number
}

/** What cursors show: columns of one processor, and what the graph says of its vertices. */
export interface Shown {
  readonly columns: readonly ValueArray[]
  readonly first: number
  readonly outDegrees: Uint32Array
  readonly outWeights: Float64Array
}

/** A cursor that can be turned to the vertices of any processor. */
export interface Cursor<V extends ValueSpec> {
  readonly vertex: Vertex<V>
  show(shown: Shown): void
}

export const RESERVED = ['index', 'outDegree', 'outWeight'] as const

export function allocate(spec: ValueSpec, length: number): ValueArray[] {
  return Object.values(spec).map((type) => new COLUMN_TYPES[type](length))
}

/**
 * Makes a cursor. One for a program, not one for a run or a processor: functions of the program
 * then see one class of vertex only.
 */
export function cursorOf<V extends ValueSpec>(spec: V, position: Position): Cursor<V> {
  // A class of its own: on one map V8 keeps one getter for a name, and turns objects that have
  // another into dictionaries, whose getters cost ten times as much.
  class Program {}
  const define = (name: string, get: () => number) =>
    Object.defineProperty(Program.prototype, name, { get, enumerable: true })
  const slots = Object.entries(spec).map(([name, type]) => {
    const slot: Slot = { array: new COLUMN_TYPES[type](0) }
    define(name, GETTERS[type](slot, position))
    return slot
  })
  const degrees: Slot = { array: new Uint32Array(0) }
  const weights: Slot = { array: new Float64Array(0) }
  const start = { first: 0 }
  define('index', () => start.first + position.at)
  define('outDegree', GETTERS.u32(degrees, position))
  define('outWeight', GETTERS.f64(weights, position))
  return {
    vertex: Object.freeze(new Program()) as Vertex<V>,
    show({ columns, first, outDegrees, outWeights }) {
      for (const [i, slot] of slots.entries()) slot.array = columns[i]
      start.first = first
      degrees.array = outDegrees
      weights.array = outWeights
    },
  }
}

/** A place for a column. */
interface Slot {
  array: ValueArray
}

type Getter = (slot: Slot, position: Position) => () => number

const GETTERS: Readonly<Record<ValueType, Getter>> = {
  u8: (slot, position) => () => (slot.array as Uint8Array)[position.at],
  u16: (slot, position) => () => (slot.array as Uint16Array)[position.at],
  u32: (slot, position) => () => (slot.array as Uint32Array)[position.at],
  i32: (slot, position) => () => (slot.array as Int32Array)[position.at],
  f32: (slot, position) => () => (slot.array as Float32Array)[position.at],
  f64: (slot, position) => () => (slot.array as Float64Array)[position.at],
}
