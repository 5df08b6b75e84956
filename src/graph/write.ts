/**
 * `writeGraph`: a graph as a file of any format that can hold it. This file checks the options and
 * joins the parts: formats/ (bytes in pieces), target (where they go).
 */

import { openTarget } from '#target'
import { checkCallback, checkOneOf, checkOptions, checkSignal, show } from '../check.js'
import { GraphTargetError, TickTickClockError } from '../errors.js'
import { abortable, nextTurn } from '../turn.js'
import { Graph } from './csr.js'
import { plainName } from './formats/choose.js'
import { writeVertices } from './formats/edge-list-writer.js'
import type { WritableFormat, WriteRequest, WrittenPiece } from './formats/format.js'
import { formatOf } from './formats/list.js'
import type { ByteTarget, GraphTarget } from './target.js'

/** State of a running write. */
export interface WriteProgress {
  /** Bytes so far, before compression. */
  bytes: number
  /** Arcs of the graph that are done. */
  arcs: number
  totalArcs: number
}

/** Options of `writeGraph`. */
export interface WriteGraphOptions {
  /**
   * Default `auto`, by the end of the name: .csv, .mtx, .metis and .graph, .ttcg (a block), .json
   * (graphology), all others an edge list with tabs. A stream has no name: give one.
   */
  format?: 'auto' | WritableFormat
  /**
   * Where the ids of all vertices go, one a line, for a format that has no place for them: beside
   * `graph.e`, `graph.v` is found again by itself. `false` does without them. Default: what would
   * be lost is an error.
   */
  vertices?: GraphTarget | false
  /** False leaves the weights out. Default true. */
  weights?: boolean
  /** Called after every piece of about 64 KiB. */
  onProgress?: (progress: WriteProgress) => void
  /** Stops within 100 ms; the call rejects with `signal.reason`, and no file has changed. */
  signal?: AbortSignal
}

const OPTION_NAMES = ['format', 'vertices', 'weights', 'onProgress', 'signal']

/**
 * Writes a graph to a file or a stream.
 *
 * A path (in Node) is written under a temporary name beside it and renamed at the end, so that a
 * failed write changes nothing; `.gz` at its end compresses. A `WritableStream` is closed at the
 * end, and aborted on failure. Work is done in slices of some milliseconds, and waits for whoever
 * takes the bytes.
 *
 * Numbers read back with the same bits. What the format can't hold is an error before the first
 * byte, which names the remedy: vertices without an edge in an edge list, names in Matrix Market
 * and METIS (0 … n-1 become 1 … n), loops, parallel edges and fractions in METIS. An edge list
 * doesn't say whether it is directed, nor whether ids such as 007 are strings: readers are told.
 *
 * @throws NotSupportedError for what the format can't hold, and for a path in a browser;
 *   GraphTargetError when the target can't be written to; TypeError or RangeError for bad options;
 *   `signal.reason` on abort
 *
 * @example
 * ```ts
 * const graph = await readGraph('flights.csv', { weights: 'count' })
 * await writeGraph(graph, 'flights.ttcg')
 * await writeGraph(graph, 'flights.mtx.gz', { vertices: 'flights-names.txt' })
 * ```
 */
export async function writeGraph(
  graph: Graph,
  target: GraphTarget,
  options: WriteGraphOptions = {},
): Promise<void> {
  if (!(graph instanceof Graph)) throw new TypeError(`"graph" expected Graph, got ${show(graph)}`)
  const { request, signal } = checkWriteOptions(target, options)
  signal?.throwIfAborted()
  const opened: ByteTarget[] = []
  const open = async (location: GraphTarget) => {
    const each = location instanceof WritableStream ? fromWritable(location) : openTarget(location)
    opened.push(await each)
  }
  try {
    await open(target)
    if (request.vertices === 'beside') await open(options.vertices as GraphTarget)
    const format = formatOf(request.format === 'csv' ? 'edge-list' : request.format)
    const pieces = format.write?.(graph, request) as Iterable<WrittenPiece>
    await pump(pieces, opened[0], graph, options)
    if (opened.length > 1) await pump(writeVertices(graph), opened[1], graph, { signal })
    for (const each of opened) await abortable(each.finish(), signal)
    signal?.throwIfAborted()
    for (const each of opened) await each.publish()
  } catch (error) {
    await Promise.all(opened.map((each) => each.abandon(error)))
    throw error
  }
}

/** Hands the pieces on, one after the other was taken. */
async function pump(
  pieces: Iterable<WrittenPiece>,
  target: ByteTarget,
  { arcCount: totalArcs }: Graph,
  { signal, onProgress }: Pick<WriteGraphOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  let written = 0
  for (const { bytes, arcs } of pieces) {
    if (bytes.length > 0) {
      // Counted first: what takes the bytes may take their memory, too.
      written += bytes.length
      await abortable(target.write(bytes), signal)
      onProgress?.({ bytes: written, arcs, totalArcs })
    }
    await nextTurn()
    signal?.throwIfAborted()
  }
}

/** A stream of the caller's. */
async function fromWritable(stream: WritableStream<Uint8Array>): Promise<ByteTarget> {
  if (stream.locked) throw new TypeError('"target" is a stream that someone else writes (locked)')
  const writer = stream.getWriter()
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (cause) {
      if (cause instanceof TickTickClockError || !(cause instanceof Error)) throw cause
      throw new GraphTargetError(`(stream): broke off while it was written: ${cause.message}`, {
        cause,
      })
    }
  }
  return {
    write: (bytes) =>
      attempt(async () => {
        await writer.ready
        await writer.write(bytes)
      }),
    finish: () => attempt(() => writer.close()),
    async publish() {
      writer.releaseLock()
    },
    async abandon(reason) {
      // Not awaited: a stream that hangs must not hold the rejection.
      writer.abort(reason).catch(() => undefined)
      writer.releaseLock()
    },
  }
}

const WRITABLE: readonly WritableFormat[] = [
  ...(['edge-list', 'csv', 'matrix-market', 'metis'] as const),
  ...(['block', 'graphology'] as const),
]

/** Ends of names; what has none of them is an edge list. */
const ENDS: readonly [RegExp, WritableFormat][] = [
  [/\.csv$/, 'csv'],
  [/\.mtx$/, 'matrix-market'],
  [/\.(metis|graph)$/, 'metis'],
  [/\.ttcg$/, 'block'],
  [/\.json$/, 'graphology'],
]

function checkWriteOptions(
  target: GraphTarget,
  options: WriteGraphOptions,
): { request: WriteRequest; signal: AbortSignal | undefined } {
  checkOptions('options', options, OPTION_NAMES)
  const { format = 'auto', vertices, weights = true, onProgress } = options
  checkTarget('target', target)
  if (vertices !== undefined && vertices !== false) checkTarget('vertices', vertices)
  if (vertices === target) throw new RangeError('"vertices" and "target" are the same')
  checkOneOf('format', format, ['auto', ...WRITABLE])
  if (typeof weights !== 'boolean') {
    throw new TypeError(`"weights" expected boolean, got ${show(weights)}`)
  }
  checkCallback('onProgress', onProgress)
  const request: WriteRequest = {
    format: format === 'auto' ? formatByName(target) : format,
    vertices: vertices === undefined ? undefined : vertices === false ? 'dropped' : 'beside',
    weights,
  }
  return { request, signal: checkSignal(options.signal) }
}

function checkTarget(name: string, target: unknown): void {
  if (typeof target === 'string' || target instanceof URL) return
  if (target instanceof WritableStream) return
  throw new TypeError(
    `"${name}" expected path, file URL or WritableStream of Uint8Array, got ${show(target)}`,
  )
}

function formatByName(target: GraphTarget): WritableFormat {
  if (target instanceof WritableStream) {
    throw new RangeError(`"format" is needed for a stream: one of ${WRITABLE.join(', ')}`)
  }
  const name = plainName(String(target))
  const other = /\.(parquet|arrow|feather)$/.exec(name)
  if (other !== null) {
    throw new RangeError(
      `"target" ends in ${other[0]}, which is read, but not written: the formats are ` +
        WRITABLE.join(', '),
    )
  }
  return ENDS.find(([end]) => end.test(name))?.[1] ?? 'edge-list'
}
