/**
 * `readGraph`: a graph from a file of any format, wherever it comes from. This file checks the
 * options and joins the parts: open-source (bytes), formats/ (edges), shape (options that are the
 * same for all formats).
 */

import {
  checkCallback,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkSignal,
  show,
} from '../check.js'
import { abortable } from '../turn.js'
import type { Graph } from './csr.js'
import { beginsWith } from './formats/begins.js'
import { chooseFormat } from './formats/choose.js'
import type { Format, FormatOptions, GraphFormat, SpecialOption } from './formats/format.js'
import { createInput, type OpenedInput, type ReadProgress } from './formats/input.js'
import { FORMATS } from './formats/list.js'
import { openSource } from './open-source.js'
import { type ShapeOptions, shapeGraph } from './shape.js'
import { checkSimplification, type Simplification } from './simplify.js'
import type { GraphSource } from './source.js'

/** Options of `readGraph`. */
export interface ReadGraphOptions extends Simplification {
  /**
   * Default `auto`: by the first bytes, then by the name (docs/graphs.md has the table); what is
   * neither is an edge list.
   */
  format?: 'auto' | GraphFormat
  /**
   * Default: what the format says; an edge list is directed. `false` stores every edge in both
   * directions (a self-loop once), `true` makes two arcs of an edge that the file has undirected.
   */
  directed?: boolean
  /**
   * Edge lists, tables and JSON: the column or attribute with the weights, by its name or, from 3
   * on, its number; `true` is column 3. Default: unweighted. Formats that declare weights (Matrix
   * Market, METIS, blocks) bring theirs; `false` leaves them out.
   */
  weights?: string | number | boolean
  /** Tables: column with the sources of edges, by name. Default: the first. */
  source?: string
  /** Tables: column with the targets of edges, by name. Default: the second. */
  target?: string
  /**
   * Edge lists. Default `auto`: unsigned 64-bit integers if the first row of data has numbers, else
   * strings. `string` takes any id as a name, also 007. graphology: integers if all keys are
   * canonical ones. Tables: as the columns are.
   */
  ids?: 'auto' | 'integer' | 'string'
  /** Edge lists: whether the first row names the columns. Default `auto`: the first rows tell. */
  header?: 'auto' | 'yes' | 'no'
  /** Edge lists: `auto` (default), `whitespace` for runs of blanks and tabs, or one ASCII sign. */
  delimiter?: string
  /**
   * A file of all vertices, one id a line. Edge lists: an edge that names another vertex is then an
   * error. Matrix Market and METIS: the names of the rows, in their order.
   */
  vertices?: GraphSource
  /** Name of the input in messages. Default: its path or URL, else `(input)`. */
  name?: string
  /** Called about once every 4 MiB of text, and at the end. */
  onProgress?: (progress: ReadProgress) => void
  /** Stops within 100 ms and closes the source; the call rejects with `signal.reason`. */
  signal?: AbortSignal
}

const OPTION_NAMES = [
  ...['format', 'directed', 'weights', 'selfLoops', 'parallelEdges'],
  ...['source', 'target', 'ids', 'header', 'delimiter', 'vertices'],
  ...['name', 'onProgress', 'signal'],
]

/**
 * Reads a graph: an edge list with one edge a line, a Matrix Market or METIS file, a block that
 * `writeGraph` or `graph.block` gave, a graphology document, a package-lock.json, a Parquet or
 * Arrow table. gzip is unpacked (several members one after the other in Node only).
 *
 * Vertices are numbered ascending by id: integers by value, strings by UTF-8 bytes; ids that are
 * exactly 0 … n-1 take no memory (`idKind: 'dense'`). Self-loops and parallel edges are kept unless
 * told otherwise. What each format holds and what is checked is in docs/graphs.md.
 *
 * Text is streamed: peak memory is about 12 bytes an edge (28 with weights, twice the arcs if
 * undirected; 25 for METIS) and 8 to 50 a vertex, for strings about 100 and two to four times their
 * text. A block takes its own size. Work is done in slices of a few milliseconds.
 *
 * @throws GraphFormatError with file, line, text and remedy for anything that is not as its format
 *   says; BlockFormatError for a block; GraphSourceError when the source can't be read; TypeError
 *   or RangeError for bad options; MemoryLimitError beyond 2^32 - 1 arcs or 4 GiB of ids;
 *   `signal.reason` on abort
 *
 * @example
 * ```ts
 * const graph = await readGraph('web-Google.txt.gz')
 * const flights = await readGraph('flights.csv', { weights: 'count' })
 * flights.idOf(0) // 'ABE'
 * const road = await readGraph('road.mtx', { selfLoops: 'drop', parallelEdges: 'first' })
 * ```
 */
export async function readGraph(
  source: GraphSource,
  options: ReadGraphOptions = {},
): Promise<Graph> {
  const { format, shape, formatOptions, signal } = checkReadOptions(options)
  signal?.throwIfAborted()
  const isWelcome = (head: Uint8Array) => format !== 'edge-list' && beginsWith(head, 'PAR1')
  const opened = await openSource(source, options.name, signal, isWelcome)
  const input = createInput(
    { source: opened, given: source },
    formatOptions,
    signal,
    options.onProgress,
  )
  try {
    return await readFrom(input, format, shape)
  } catch (error) {
    // Not awaited: a source that hangs must not hold the rejection.
    opened.close(error).catch(() => undefined)
    throw error
  }
}

async function readFrom(
  input: OpenedInput,
  asked: GraphFormat | 'auto',
  shape: ShapeOptions,
): Promise<Graph> {
  const format = await abortable(chooseFormat(asked, input), input.signal)
  checkTaken(format, input)
  // Batches of edges may still be read from the source while the graph takes shape.
  const graph = await shapeGraph(await format.read(input), shape, input)
  await input.source.close()
  return graph
}

/** What an option that was not given is. */
const UNSET: Pick<FormatOptions, SpecialOption> = {
  ...{ ids: 'auto', header: 'auto', delimiter: 'auto' },
  ...{ vertices: undefined, source: undefined, target: undefined },
}

/** @throws RangeError for an option that this format doesn't know */
function checkTaken({ title, takes }: Format, { options, name }: OpenedInput): void {
  for (const option of Object.keys(UNSET) as SpecialOption[]) {
    if (takes.includes(option) || options[option] === UNSET[option]) continue
    throw new RangeError(`"${option}" says nothing about ${title}, which ${name} is: leave it out`)
  }
}

interface CheckedOptions {
  format: GraphFormat | 'auto'
  shape: ShapeOptions
  formatOptions: FormatOptions
  signal: AbortSignal | undefined
}

function checkReadOptions(options: ReadGraphOptions): CheckedOptions {
  checkOptions('options', options, OPTION_NAMES)
  const { format = 'auto', directed, name, vertices, onProgress } = options
  const { ids = 'auto', header = 'auto', delimiter = 'auto', weights, source, target } = options
  checkOneOf('format', format, ['auto', ...FORMATS.map((each) => each.name)])
  if (directed !== undefined && typeof directed !== 'boolean') {
    throw new TypeError(`"directed" expected boolean, got ${show(directed)}`)
  }
  checkOneOf('ids', ids, ['auto', 'integer', 'string'])
  checkOneOf('header', header, ['auto', 'yes', 'no'])
  checkDelimiter(delimiter)
  checkWeights(weights, header)
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`"name" expected string, got ${show(name)}`)
  }
  for (const [key, column] of Object.entries({ source, target })) {
    if (column !== undefined && typeof column !== 'string') {
      throw new TypeError(`"${key}" expected column name, got ${show(column)}`)
    }
  }
  checkCallback('onProgress', onProgress)
  const signal = checkSignal(options.signal)
  const shape = { directed, ...checkSimplification(options) }
  const formatOptions = {
    ...{ weights, ids, header, delimiter, vertices },
    ...{ source, target, directed },
  }
  return { format, shape, signal, formatOptions }
}

function checkWeights(weights: unknown, header: string): void {
  if (weights === undefined || typeof weights === 'boolean') return
  if (typeof weights === 'number') checkInteger('weights', weights, 3, 1000)
  else if (typeof weights !== 'string') {
    throw new TypeError(`"weights" expected column name, number or boolean, got ${show(weights)}`)
  } else if (header === 'no') {
    throw new RangeError(
      '"weights" is a column name, which needs a header; give its number instead',
    )
  }
}

function checkDelimiter(delimiter: unknown): void {
  const expected = `"delimiter" expected 'auto', 'whitespace' or a sign, got ${show(delimiter)}`
  if (typeof delimiter !== 'string') throw new TypeError(expected)
  if (delimiter === 'auto' || delimiter === 'whitespace') return
  if (!/^[\t -~]$/.test(delimiter) || /[\w"#%+. -]/.test(delimiter)) throw new RangeError(expected)
}
