/**
 * A file that lists all vertices, one id a line, for formats that have no place for it.
 */

import type { DialectOptions } from '../dialect.js'
import type { EdgeParser } from '../edge-parser.js'
import { openSource } from '../open-source.js'
import { RowReader } from '../row-reader.js'
import { RowSink } from '../row-sink.js'
import type { GraphSource } from '../source.js'

/** How such a file is written, and what stops its reading. */
export interface VerticesOptions extends Pick<DialectOptions, 'ids' | 'delimiter'> {
  signal: AbortSignal | undefined
}

/** A sink with the ids of the list, in its order; its first row decides what ids are. */
export async function readVertices(
  parser: EdgeParser,
  vertices: GraphSource,
  { ids, delimiter, signal }: VerticesOptions,
): Promise<RowSink> {
  const sink = new RowSink(parser, { vertexFile: true })
  const name = typeof vertices === 'string' ? undefined : '(vertices)'
  const opened = await openSource(vertices, name, signal)
  const format = { ids, delimiter, header: 'no', weights: undefined, idColumns: 1 } as const
  try {
    await new RowReader(sink, opened, { format, signal, onSlice: undefined }).readAll()
  } catch (error) {
    // Not awaited: a source that hangs must not hold the rejection.
    opened.close(error).catch(() => undefined)
    throw error
  }
  await opened.close()
  return sink
}
