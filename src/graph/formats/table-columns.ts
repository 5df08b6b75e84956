/**
 * Columns of a table on their way to edges: which ones, and their values checked, so that an error
 * names column and row. Called by what reads tables: parquet.ts, arrow.ts, table.ts.
 */

import { show } from '../../check.js'
import type { EdgeColumns } from '../collector.js'
import type { VertexId } from '../csr.js'

/** Which columns hold the edges, as options name them. */
export interface ColumnChoice {
  source: string | undefined
  target: string | undefined
  /** Name, number counted from 1, `true` for the third column. */
  weights: string | number | boolean | undefined
}

/** Names of the columns that hold the edges. */
export interface EdgeColumnNames {
  readonly source: string
  readonly target: string
  readonly weights: string | undefined
}

/** Values of those columns: as many of each. */
export interface EdgeValues {
  source: ArrayLike<unknown>
  target: ArrayLike<unknown>
  weights: ArrayLike<unknown> | undefined
}

type Fail = (problem: string) => Error

/**
 * Picks the columns: the first two unless they are named.
 *
 * @param fail makes the error for a column that is not there
 */
export function pickEdgeColumns(
  names: readonly string[],
  choice: ColumnChoice,
  fail: Fail,
): EdgeColumnNames {
  const listed = names
    .slice(0, 10)
    .map((name) => JSON.stringify(name))
    .join(', ')
  const there = `there are ${listed}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`
  const pick = (option: string, wanted: string | number) => {
    const name = typeof wanted === 'string' ? wanted : names[wanted - 1]
    if (name !== undefined && names.includes(name)) return name
    const what = typeof wanted === 'string' ? JSON.stringify(wanted) : `number ${wanted}`
    throw fail(`no column is ${what}, which "${option}" names; ${there}`)
  }
  if (names.length < 2) throw fail(`an edge needs two columns; ${there}`)
  const source = pick('source', choice.source ?? 1)
  const target = pick('target', choice.target ?? 2)
  if (source === target) {
    const other = choice.source === undefined ? 'source' : 'target'
    throw fail(
      `both ends of edges are in column ${JSON.stringify(source)}; name the "${other}" too`,
    )
  }
  const wanted = choice.weights === true ? 3 : choice.weights || undefined
  const weights = wanted === undefined ? undefined : pick('weights', wanted)
  if (weights === source || weights === target) {
    throw fail(`column ${JSON.stringify(weights)} holds ids, and "weights" names it`)
  }
  return { source, target, weights }
}

/** How ids are taken. */
export type IdRule = 'auto' | 'integer' | 'string'

/**
 * Edges of some rows, checked.
 *
 * @param firstRow number of the first row, counted from 1
 * @param fail makes the errors
 */
export function edgesOfRows(
  values: EdgeValues,
  names: EdgeColumnNames,
  rule: { ids: IdRule; firstRow: number; fail: Fail },
): EdgeColumns {
  const sources = checkIds(values.source, names.source, rule)
  const targets = checkIds(values.target, names.target, rule)
  if (values.weights === undefined || names.weights === undefined) return { sources, targets }
  return { sources, targets, weights: checkWeights(values.weights, names.weights, rule) }
}

const MAX_ID = (1n << 64n) - 1n

interface CheckRule {
  ids: IdRule
  firstRow: number
  fail: Fail
}

function checkIds(
  values: ArrayLike<unknown>,
  column: string,
  { ids, firstRow, fail }: CheckRule,
): ArrayLike<VertexId> {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value === 'string') {
      if (value !== '' && ids !== 'integer') continue
    } else if (typeof value === 'number') {
      if (Number.isSafeInteger(value) && value >= 0) continue
    } else if (typeof value === 'bigint' && value >= 0n && value <= MAX_ID) continue
    throw fail(`column ${JSON.stringify(column)}, row ${firstRow + i}: ${idProblem(value, ids)}`)
  }
  const isText = typeof values[0] === 'string'
  if (ids === 'string' && !isText) return Array.from(values, String)
  return values as ArrayLike<VertexId>
}

function idProblem(value: unknown, ids: IdRule): string {
  if (value === null || value === undefined) return 'no value (null) where an id is needed'
  if (value === '') return 'an empty id'
  if (typeof value === 'string' && ids === 'integer') {
    return `text, and ids: 'integer' asks for integers (${show(value)})`
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    return `expected integer or text as an id, got ${show(value)}`
  }
  if (value < 0) return `negative id, ids are unsigned integers or text (${value})`
  const isWide = typeof value === 'number' && value > Number.MAX_SAFE_INTEGER
  if (isWide) return `id above 2^53 - 1 as a number, where it is not exact (${value})`
  return `not an integer in [0, 2^64) (${value})`
}

function checkWeights(
  values: ArrayLike<unknown>,
  column: string,
  { firstRow, fail }: CheckRule,
): Float64Array {
  const weights = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const weight = typeof value === 'bigint' ? Number(value) : value
    if (typeof weight === 'number' && weight >= 0 && weight < Number.POSITIVE_INFINITY) {
      weights[i] = weight
      continue
    }
    const isNull = value === null || value === undefined
    const problem = isNull
      ? 'no value (null) where a weight is needed'
      : `weight expected finite number ≥ 0, got ${show(value)}`
    throw fail(`column ${JSON.stringify(column)}, row ${firstRow + i}: ${problem}`)
  }
  return weights
}
