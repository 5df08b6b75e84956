/**
 * Names of vertices for formats that number them: 1 … n, or a second file with a name a line, as
 * SuiteSparse's `nodename` files are.
 */

import { NotSupportedError } from '../../errors.js'
import type { Graph } from '../csr.js'
import type { EdgeChunks } from '../edge-chunks.js'
import type { EdgeParser } from '../edge-parser.js'
import { type Names, numberNames } from '../names.js'
import type { RowSink } from '../row-sink.js'
import { SLICE_ITEMS } from '../slices.js'
import type { FormatInput, WriteRequest, WrittenPiece } from './format.js'
import { PAUSE } from './text-writer.js'
import { readVertices } from './vertices.js'

/** A sign that no text has: the whole line is the name. */
const NO_DELIMITER = '\u0001'

/**
 * The names that were given, or undefined.
 *
 * @throws GraphFormatError unless there is one for each vertex and all differ
 */
export async function readRowNames(
  parser: EdgeParser,
  input: FormatInput,
  vertexCount: number,
): Promise<RowSink | undefined> {
  const { vertices, ids } = input.options
  if (vertices === undefined) {
    if (ids === 'string') {
      throw new RangeError(
        `"ids" is 'string', and ${input.name} has numbers: give names as "vertices"`,
      )
    }
    return undefined
  }
  const { signal } = input
  const sink = await readVertices(parser, vertices, { ids, delimiter: NO_DELIMITER, signal })
  if (sink.rowCount !== vertexCount) {
    throw input.problem(
      `has ${vertexCount} vertices, and the list of their names ${sink.rowCount} lines; ` +
        'give one name a line, in the order of the rows',
    )
  }
  if (sink.idCount === vertexCount) return sink
  throw input.problem('some vertices have the same name; give each a name of its own')
}

/** The names, edges renumbered by them. */
export async function nameRows(
  edges: EdgeChunks,
  vertexCount: number,
  rowNames: RowSink | undefined,
  signal: AbortSignal | undefined,
): Promise<Names> {
  return rowNames === undefined ? numberNames(vertexCount) : rowNames.nameVertices(edges, signal)
}

/**
 * Refuses to lose the names of a graph that is written by numbers: they are the numbers, or are
 * written elsewhere, or the caller does without them.
 *
 * @throws NotSupportedError
 */
export function* checkRowNames(
  graph: Graph,
  request: WriteRequest,
  title: string,
): Generator<WrittenPiece, void> {
  const { integerIds, vertexCount } = graph
  if (request.vertices !== undefined || graph.idKind === 'dense') return
  let isNumbered = integerIds !== undefined
  if (integerIds !== undefined) {
    const halves = new Uint32Array(integerIds.buffer, integerIds.byteOffset, 2 * vertexCount)
    for (let v = 0; v < vertexCount && isNumbered; v++) {
      isNumbered = halves[2 * v] === v + 1 && halves[2 * v + 1] === 0
      if (v % SLICE_ITEMS === SLICE_ITEMS - 1) yield PAUSE
    }
  }
  if (isNumbered) return
  throw new NotSupportedError(
    `${title} numbers its vertices, and those of this graph have other names, such as ` +
      `${JSON.stringify(String(graph.idOf(vertexCount - 1)))}; write the names to a file of ` +
      "their own (vertices: 'graph.v', --vertices-out graph.v), or do without them " +
      '(vertices: false, --no-vertices-out)',
  )
}
