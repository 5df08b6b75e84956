/**
 * Edge lists: one edge a line, ends in the first two columns; blanks, tabs, CSV. In Node, `graph.e`
 * of LDBC Graphalytics brings its sibling `graph.v`.
 */

import { findVertexFile } from '#source'
import { abortable } from '../../turn.js'
import type { DialectOptions } from '../dialect.js'
import { EdgeParser } from '../edge-parser.js'
import { RowReader } from '../row-reader.js'
import { RowSink } from '../row-sink.js'
import { beginsWith } from './begins.js'
import { writeEdgeList } from './edge-list-writer.js'
import type { Format, FormatInput } from './format.js'
import { readVertices } from './vertices.js'

export const edgeList: Format = {
  name: 'edge-list',
  title: 'an edge list',
  extensions: [],
  takes: ['ids', 'header', 'delimiter', 'vertices'],
  async read(input) {
    const { weights, ...others } = input.options
    const format: DialectOptions = { ...others, weights: columnOf(weights), idColumns: 2 }
    const { signal } = input
    if (beginsWith(await abortable(input.source.peek(14), signal), '%%MatrixMarket')) {
      throw input.problem('is a Matrix Market file, not an edge list; leave its format out')
    }
    const parser = await EdgeParser.open()
    try {
      const given = await verticesOf(input)
      const vertices =
        given === undefined ? undefined : await readVertices(parser, given, { ...format, signal })
      format.ids = vertices?.idKind ?? format.ids
      const sink = new RowSink(parser, { vertexFile: false, vertices })
      const onSlice = () => input.report(sink.rowCount)
      await new RowReader(sink, input.source, { format, signal, onSlice }).readAll()
      return { kind: 'numbered', ...(await sink.finish(signal)), directed: true }
    } finally {
      parser.close()
    }
  },
  write: writeEdgeList,
}

/** `true` is the column behind the ends of an edge. */
function columnOf(weights: string | number | boolean | undefined): string | number | undefined {
  if (weights === true) return 3
  return weights === false ? undefined : weights
}

async function verticesOf({ given, options }: FormatInput) {
  if (options.vertices !== undefined) return options.vertices
  return typeof given === 'string' || given instanceof URL ? findVertexFile(given) : undefined
}
