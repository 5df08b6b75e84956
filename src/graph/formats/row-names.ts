/**
 * Names of vertices for formats that number them: 1 … n, or a second file with a name a line, as
 * SuiteSparse's `nodename` files are.
 */

import type { EdgeChunks } from '../edge-chunks.js'
import type { EdgeParser } from '../edge-parser.js'
import { type Names, numberNames } from '../names.js'
import type { RowSink } from '../row-sink.js'
import type { FormatInput } from './format.js'
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
