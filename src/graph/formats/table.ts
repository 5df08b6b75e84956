/**
 * `graphFromTable`: a graph from a table in memory, a Table of apache-arrow or plain columns, on
 * every platform.
 */

import { checkInteger, checkOneOf, checkOptions, show } from '../../check.js'
import { assembleGraph } from '../assemble.js'
import { EdgeCollector, type EdgeColumns } from '../collector.js'
import type { Graph } from '../csr.js'
import { shapeSteps } from '../shape.js'
import { checkSimplification, type Simplification } from '../simplify.js'
import { runSteps, type Steps } from '../slices.js'
import { type ArrowTable, checkArrowTypes, edgesOfBatch } from './arrow-columns.js'
import { type ColumnChoice, edgesOfRows, type IdRule, pickEdgeColumns } from './table-columns.js'

/** Columns by name, all of the same length, as readers of tables such as hyparquet give them. */
export type TableColumns = Readonly<Record<string, ArrayLike<unknown>>>

/** Options of `graphFromTable`. */
export interface GraphFromTableOptions extends Simplification {
  /** Column with the sources of edges. Default: the first. */
  source?: string
  /** Column with the targets of edges. Default: the second. */
  target?: string
  /**
   * Column with the weights, by name or by its number counted from 1; `true` is the third.
   * Default: unweighted.
   */
  weights?: string | number | boolean
  /** `string` takes integers as names, `integer` makes text an error. Default `auto`: both. */
  ids?: 'auto' | 'integer' | 'string'
  /** False stores every edge in both directions (a self-loop once). Default true. */
  directed?: boolean
}

const OPTION_NAMES = [
  ...['source', 'target', 'weights', 'ids', 'directed'],
  ...['selfLoops', 'parallelEdges'],
]

/**
 * A graph from a table with an edge a row.
 *
 * Ids are integers of 8 to 64 bits ≥ 0, or text (dictionaries too), of one kind in both columns.
 * Weights are numbers, finite and ≥ 0; integers above 2^53 are rounded. Self-loops and parallel
 * edges are kept unless told otherwise. The call blocks for about 0.3 µs an edge.
 *
 * @param table a Table of apache-arrow, or columns by name
 * @throws TypeError for what is no table; RangeError for a column that is not there or of a type
 *   that is not taken, for a value that is missing (null) or can't be an id or weight, with column
 *   and row, and for a table without rows; MemoryLimitError beyond 2^32 - 1 arcs
 *
 * @example
 * ```ts
 * const columns = { origin: ['ATL', 'ORD'], destination: ['ORD', 'DFW'], miles: [606, 802] }
 * const graph = graphFromTable(columns, { weights: 'miles' })
 * graph.edgeCount // 2
 * ```
 */
export function graphFromTable(
  table: ArrowTable | TableColumns,
  options: GraphFromTableOptions = {},
): Graph {
  const { choice, ids, directed } = checkTableOptions(options)
  const simplification = checkSimplification(options)
  const fail = (problem: string) => new RangeError(`"table": ${problem}`)
  const batches = batchesOf(table, choice, ids, fail)
  return runSteps(build(batches, { directed, ...simplification }, fail))
}

function* build(
  batches: Iterable<EdgeColumns>,
  options: Required<Simplification> & { directed: boolean },
  fail: (problem: string) => Error,
): Steps<Graph> {
  const collector = new EdgeCollector()
  for (const batch of batches) yield* collector.add(batch)
  if (collector.count === 0) throw fail('has no rows')
  const { edges, names } = yield* collector.finish()
  const graph = yield* assembleGraph(edges, names, { directed: options.directed, fail })
  return yield* shapeSteps(graph, options, fail)
}

function* batchesOf(
  table: ArrowTable | TableColumns,
  choice: ColumnChoice,
  ids: IdRule,
  fail: (problem: string) => Error,
): Generator<EdgeColumns> {
  if (isArrowTable(table)) {
    const { fields } = table.schema
    const columns = pickEdgeColumns(
      fields.map(({ name }) => name),
      choice,
      fail,
    )
    checkArrowTypes(fields, columns, fail)
    let firstRow = 1
    for (const batch of table.batches) {
      yield edgesOfBatch(batch, columns, { ids, firstRow, fail })
      firstRow += batch.numRows
    }
    return
  }
  checkColumns(table)
  const names = pickEdgeColumns(Object.keys(table), choice, fail)
  const source = table[names.source]
  const target = table[names.target]
  const weights = names.weights === undefined ? undefined : table[names.weights]
  for (const [name, column] of Object.entries({ target, weights })) {
    if (column === undefined || column.length === source.length) continue
    throw fail(
      `the column with "${name}" has ${column.length} values, "source" has ${source.length}`,
    )
  }
  yield edgesOfRows({ source, target, weights }, names, { ids, firstRow: 1, fail })
}

function isArrowTable(table: ArrowTable | TableColumns): table is ArrowTable {
  if (typeof table !== 'object' || table === null) return false
  const { schema, batches } = table as Partial<ArrowTable>
  return Array.isArray(schema?.fields) && Array.isArray(batches)
}

function checkColumns(table: TableColumns): void {
  const expected = '"table" expected a Table of apache-arrow, or arrays by the names of columns'
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new TypeError(`${expected}, got ${show(table)}`)
  }
  for (const [name, column] of Object.entries(table)) {
    const isArray = typeof column === 'object' && column !== null && 'length' in column
    if (!isArray) throw new TypeError(`${expected}, got ${show(column)} in ${JSON.stringify(name)}`)
  }
}

function checkTableOptions(options: GraphFromTableOptions) {
  checkOptions('options', options, OPTION_NAMES)
  const { source, target, weights, ids = 'auto', directed = true } = options
  for (const [name, column] of Object.entries({ source, target })) {
    if (column !== undefined && typeof column !== 'string') {
      throw new TypeError(`"${name}" expected column name, got ${show(column)}`)
    }
  }
  if (typeof weights === 'number') checkInteger('weights', weights, 1, 0xffff_ffff)
  else if (weights !== undefined && !['string', 'boolean'].includes(typeof weights)) {
    throw new TypeError(`"weights" expected column name, number or boolean, got ${show(weights)}`)
  }
  checkOneOf('ids', ids, ['auto', 'integer', 'string'])
  if (typeof directed !== 'boolean') {
    throw new TypeError(`"directed" expected boolean, got ${show(directed)}`)
  }
  return { choice: { source, target, weights }, ids, directed }
}
