/**
 * `readGraph`: a graph from an edge list, wherever it comes from. This file checks the options and
 * joins the parts: open-source (bytes), row-reader (rows), row-sink (ids), assemble (CSR).
 */

import { findVertexFile } from '#source'
import {
  checkCallback,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkSignal,
  show,
} from '../check.js'
import { GraphFormatError } from '../errors.js'
import { assembleGraph } from './assemble.js'
import type { Graph } from './csr.js'
import type { DialectOptions } from './dialect.js'
import { EdgeParser } from './edge-parser.js'
import { openSource, type PlainSource } from './open-source.js'
import { RowReader } from './row-reader.js'
import { RowSink } from './row-sink.js'
import { runSliced } from './slices.js'
import type { GraphSource } from './source.js'

/** State of a running read. */
export interface ReadProgress {
  /** Bytes taken from the source so far (compressed ones, if it is compressed). */
  bytes: number
  /** Bytes of the source, where known. */
  totalBytes: number | undefined
  /** Edges so far. */
  edges: number
}

/** Options of `readGraph`. */
export interface ReadGraphOptions {
  /** False stores every edge in both directions (a self-loop once). Default true. */
  directed?: boolean
  /**
   * Default `auto`: unsigned 64-bit integers if the first row of data has numbers, else strings.
   * `string` takes any id as a name, also 007.
   */
  ids?: 'auto' | 'integer' | 'string'
  /** Column of the weights: its name in the header, or its number from 3. Default: unweighted. */
  weights?: string | number
  /** Whether the first row names the columns. Default `auto`: found out from the first two rows. */
  header?: 'auto' | 'yes' | 'no'
  /** `auto` (default), `whitespace` for any run of blanks and tabs, or one ASCII character. */
  delimiter?: string
  /** A file of all vertices, one id a line; an edge that names another one is then an error. */
  vertices?: GraphSource
  /** Name of the input in messages. Default: its path or URL, else `(input)`. */
  name?: string
  /** Called about once every 4 MiB of text, and at the end. */
  onProgress?: (progress: ReadProgress) => void
  /** Stops within 100 ms and closes the source; the call rejects with `signal.reason`. */
  signal?: AbortSignal
}

const OPTION_NAMES = [
  'directed',
  'ids',
  'weights',
  'header',
  'delimiter',
  'vertices',
  'name',
  'onProgress',
  'signal',
]

/** Slices of parsing between two calls of `onProgress`. */
const PROGRESS_SLICES = 16

/**
 * Reads an edge list: one edge a line, source and target in the first two columns.
 *
 * Columns are separated by blanks, tabs, commas or semicolons; fields may be quoted as in CSV (RFC
 * 4180); lines that begin with # or % and empty lines are comments; gzip is unpacked (several
 * members one after the other in Node only). Columns that are not asked for are ignored. Vertices
 * are numbered ascending by id: integers by value, strings by UTF-8 bytes; ids that are exactly
 * 0 … n-1 take no memory (`idKind: 'dense'`). Parallel edges and self-loops are kept. In Node,
 * `graph.e` of LDBC Graphalytics brings its sibling `graph.v`.
 *
 * The file is streamed: peak memory is about 12 bytes an edge (28 with weights, twice the arcs if
 * undirected) and 8 to 50 a vertex, for strings about 100 and two to four times their text. Work is
 * done in slices of a few milliseconds.
 *
 * @throws GraphFormatError with file, line, text and remedy for anything that is not an edge list;
 *   GraphSourceError when the source can't be read; TypeError or RangeError for bad options;
 *   MemoryLimitError beyond 2^32 - 1 arcs or 4 GiB of ids; `signal.reason` on abort
 *
 * @example
 * ```ts
 * const graph = await readGraph('web-Google.txt.gz')
 * const flights = await readGraph('flights.csv', { weights: 'count' })
 * flights.idOf(0) // 'ABE'
 * ```
 */
export async function readGraph(
  source: GraphSource,
  options: ReadGraphOptions = {},
): Promise<Graph> {
  const { directed, format, signal } = checkReadOptions(options)
  signal?.throwIfAborted()
  const parser = await EdgeParser.open()
  try {
    const sink = new RowSink(parser, {
      vertexFile: false,
      vertices: await readVertices(parser, source, options, format),
    })
    const opened = await openSource(source, options.name, signal)
    await readRows(sink, opened, options, format)
    const { edges, names } = await sink.finish(signal)
    const fail = (problem: string) => new GraphFormatError({ file: opened.name }, problem)
    return await runSliced(assembleGraph(edges, names, { directed, fail }), signal)
  } finally {
    parser.close()
  }
}

/** The sink of the vertex file, if there is one. Decides the kind of ids for the edges. */
async function readVertices(
  parser: EdgeParser,
  source: GraphSource,
  options: ReadGraphOptions,
  format: DialectOptions,
): Promise<RowSink | undefined> {
  let { vertices } = options
  if (vertices === undefined && (typeof source === 'string' || source instanceof URL)) {
    vertices = await findVertexFile(source)
  }
  if (vertices === undefined) return undefined
  const sink = new RowSink(parser, { vertexFile: true })
  const name = typeof vertices === 'string' ? undefined : '(vertices)'
  const opened = await openSource(vertices, name, options.signal)
  const vertexFormat = { ...format, header: 'no', weights: undefined, idColumns: 1 } as const
  await readRows(sink, opened, { ...options, onProgress: undefined }, vertexFormat)
  format.ids = sink.idKind ?? format.ids
  return sink
}

async function readRows(
  sink: RowSink,
  source: PlainSource,
  options: ReadGraphOptions,
  format: DialectOptions,
): Promise<void> {
  const { signal, onProgress } = options
  const report = () =>
    onProgress?.({ bytes: source.bytesTaken, totalBytes: source.totalBytes, edges: sink.edgeCount })
  let slices = 0
  const onSlice = () => {
    if (++slices % PROGRESS_SLICES === 0) report()
  }
  try {
    await new RowReader(sink, source, { format, signal, onSlice }).readAll()
  } catch (error) {
    // Not awaited: a source that hangs must not hold the rejection.
    source.close(error).catch(() => undefined)
    throw error
  }
  await source.close()
  report()
}

interface CheckedOptions {
  directed: boolean
  format: DialectOptions
  signal: AbortSignal | undefined
}

function checkReadOptions(options: ReadGraphOptions): CheckedOptions {
  checkOptions('options', options, OPTION_NAMES)
  const { directed = true, ids = 'auto', header = 'auto', delimiter = 'auto' } = options
  const { weights, name, onProgress } = options
  if (typeof directed !== 'boolean') {
    throw new TypeError(`"directed" expected boolean, got ${show(directed)}`)
  }
  checkOneOf('ids', ids, ['auto', 'integer', 'string'])
  checkOneOf('header', header, ['auto', 'yes', 'no'])
  checkDelimiter(delimiter)
  if (typeof weights === 'number') checkInteger('weights', weights, 3, 1000)
  else if (weights !== undefined && typeof weights !== 'string') {
    throw new TypeError(`"weights" expected column name or number, got ${show(weights)}`)
  } else if (weights !== undefined && header === 'no') {
    throw new RangeError(
      '"weights" is a column name, which needs a header; give its number instead',
    )
  }
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`"name" expected string, got ${show(name)}`)
  }
  checkCallback('onProgress', onProgress)
  const signal = checkSignal(options.signal)
  return { directed, signal, format: { ids, header, delimiter, weights, idColumns: 2 } }
}

function checkDelimiter(delimiter: unknown): void {
  const expected = `"delimiter" expected 'auto', 'whitespace' or a sign, got ${show(delimiter)}`
  if (typeof delimiter !== 'string') throw new TypeError(expected)
  if (delimiter === 'auto' || delimiter === 'whitespace') return
  if (!/^[\t -~]$/.test(delimiter) || /[\w"#%+. -]/.test(delimiter)) throw new RangeError(expected)
}
