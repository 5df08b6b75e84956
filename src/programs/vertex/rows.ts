/** Loops over vertices that ask a program's functions, one call a vertex, and keep the answers. */

import type { Position, ValueArray } from './cursor.js'

/** A function of a program, ready to be called in a loop. */
export interface Asked<F> {
  readonly ask: F
}

/**
 * The function as the method of a class of its own: V8 inlines up to four of them at one call, each
 * behind a check of its class; of bare functions it inlines one, and boxes the numbers that others
 * return.
 */
export function asked<F>(of: F): Asked<F> {
  class Program {}
  Object.defineProperty(Program.prototype, 'ask', { value: of })
  return new Program() as Asked<F>
}

/** What is asked: a function, and where its numbers go. */
interface Question {
  /** Own vertices, by local number. */
  readonly rows: Uint32Array
  readonly count: number
  readonly position: Position
  readonly into: ValueArray
  /** Says which number it was that the column can't hold. */
  readonly place: (row: number) => string
}

/** What the program says of each vertex. */
export function evaluate<V, F>(
  { rows, count, position, into, place }: Question,
  program: Asked<(vertex: V, facts: F) => number>,
  vertex: V,
  facts: F,
): void {
  const isFloat = isFloating(into)
  for (let k = 0; k < count; k++) {
    const row = rows[k]
    position.at = row
    const value = program.ask(vertex, facts)
    into[row] = value
    if (!isFloat && into[row] !== value) refuse(place(row), value)
  }
}

/** What the program says of each vertex and what it has gathered. */
export function evaluateNext<V, R>(
  { rows, count, position, into, place }: Question,
  program: Asked<(vertex: V, gathered: number, round: R) => number>,
  vertex: V,
  gathered: Float64Array,
  round: R,
): void {
  const isFloat = isFloating(into)
  for (let k = 0; k < count; k++) {
    const row = rows[k]
    position.at = row
    // No -0: which of two zeros is the least depends on the order in which they were met.
    const value = program.ask(vertex, gathered[row] + 0, round)
    into[row] = value
    if (!isFloat && into[row] !== value) refuse(place(row), value)
  }
}

/** Lists the rows in which a column differs; NaN equals itself. Returns how many. */
export function listChanged(
  next: readonly ValueArray[],
  before: readonly ValueArray[],
  rows: Uint32Array,
  count: number,
  into: Uint32Array,
): number {
  if (next.length === 1) return listDiffering(next[0], before[0], rows, count, into)
  let changed = 0
  for (let k = 0; k < count; k++) {
    const row = rows[k]
    if (next.some((column, i) => differ(column[row], before[i][row]))) into[changed++] = row
  }
  return changed
}

function listDiffering(
  next: ValueArray,
  before: ValueArray,
  rows: Uint32Array,
  count: number,
  into: Uint32Array,
): number {
  let changed = 0
  for (let k = 0; k < count; k++) {
    const row = rows[k]
    if (differ(next[row], before[row])) into[changed++] = row
  }
  return changed
}

/** Copies rows of a column. */
export function copyRows(from: ValueArray, to: ValueArray, rows: Uint32Array, count: number): void {
  if (count === to.length) to.set(from)
  else for (let k = 0; k < count; k++) to[rows[k]] = from[rows[k]]
}

function differ(a: number, b: number): boolean {
  return a !== b && !(Number.isNaN(a) && Number.isNaN(b))
}

function isFloating(column: ValueArray): boolean {
  return column instanceof Float64Array || column instanceof Float32Array
}

function refuse(place: string, value: unknown): never {
  throw new RangeError(`${place} can't hold ${value}: choose another type, or another value`)
}
