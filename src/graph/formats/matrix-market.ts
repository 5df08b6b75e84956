/**
 * Matrix Market (Boisvert, Pozo and Remington, "The Matrix Market exchange formats", NIST IR 5935,
 * 1996): square sparse matrices as graphs, an entry (i, j) as an arc from i to j.
 */

import { MAX_EDGE_COUNT, MAX_VERTEX_COUNT } from '../../limits.js'
import { EdgeParser } from '../edge-parser.js'
import { LineReader } from '../line-reader.js'
import type { Dialect } from '../row-grammar.js'
import { RowReader } from '../row-reader.js'
import { RowSink } from '../row-sink.js'
import { wantsWeights } from './declared-weights.js'
import type { Format, FormatInput } from './format.js'
import { checkRowNames, nameRows, readRowNames } from './row-names.js'
import { TextWriter } from './text-writer.js'

const TITLE = 'a Matrix Market file'

/** Rows of text without a weight, or with one behind them. */
function dialectOf(weighted: boolean): Dialect {
  const weightColumn = weighted ? 3 : 0
  return {
    ...{ delimiter: '', ids: 'integer', strict: false, idColumns: 2, weightColumn },
    numbered: true,
  }
}

export const matrixMarket: Format = {
  name: 'matrix-market',
  title: TITLE,
  extensions: ['.mtx'],
  takes: ['ids', 'vertices'],
  begins: (head) => /^%%matrixmarket/i.test(new TextDecoder().decode(head)),
  async read(input) {
    const { signal } = input
    const lines = new LineReader(input.source, signal)
    const { isWeighted, isSymmetric } = await readBanner(lines, input)
    const weighted = wantsWeights(input, TITLE, isWeighted)
    const { vertexCount, edgeCount } = await readSizes(lines, input)
    const parser = await EdgeParser.open()
    try {
      const rowNames = await readRowNames(parser, input, vertexCount)
      const numbering = { vertexCount, edgeCount, isLower: isSymmetric }
      const sink = new RowSink(parser, { vertexFile: false, numbering })
      const format = { dialect: dialectOf(weighted), linesBefore: lines.lineCount }
      const onSlice = () => input.report(sink.rowCount)
      await new RowReader(sink, lines.rest(), { format, signal, onSlice }).readAll()
      if (sink.rowCount < edgeCount) {
        throw input.problem(
          `has ${sink.rowCount} entries, and its line of sizes announces ${edgeCount}; ` +
            'is it cut short?',
        )
      }
      const edges = sink.takeEdges()
      const names = await nameRows(edges, vertexCount, rowNames, signal)
      return { kind: 'numbered', edges, names, directed: !isSymmetric }
    } finally {
      parser.close()
    }
  },
  *write(graph, request) {
    yield* checkRowNames(graph, request, TITLE)
    const { vertexCount, edgeCount, directed, offsets, targets } = graph
    const weights = request.weights ? graph.weights : undefined
    const field = weights === undefined ? 'pattern' : 'real'
    const out = new TextWriter()
    out.ascii(`%%MatrixMarket matrix coordinate ${field} ${directed ? 'general' : 'symmetric'}\n`)
    out.ascii(`${vertexCount} ${vertexCount} ${edgeCount}\n`)
    for (let source = 0; source < vertexCount; source++) {
      for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
        const target = targets[arc]
        // Of an undirected edge, the entry below the diagonal.
        if (!directed && target > source) continue
        out.integer(source + 1)
        out.byte(32)
        out.integer(target + 1)
        if (weights !== undefined) {
          out.byte(32)
          out.decimal(weights[arc])
        }
        out.byte(10)
        if (out.isFull) yield out.take(arc)
      }
      if (out.isPauseDue()) yield out.take(offsets[source + 1])
    }
    yield out.take(graph.arcCount)
  },
}

const BANNER = '%%MatrixMarket matrix coordinate real general'

/** What can't be a graph, by the word of the banner that says so. */
const REFUSED: Readonly<Record<string, string>> = {
  vector: 'a vector is no graph; a matrix is one',
  array: 'a dense matrix (array) is not read; write its entries as coordinate',
  complex: 'complex weights have no order; write their absolute values as real',
  hermitian: 'complex weights have no order; write their absolute values, as symmetric',
  'skew-symmetric':
    'a skew-symmetric matrix has negative weights; write the positive half as general',
}

async function readBanner(
  lines: LineReader,
  input: FormatInput,
): Promise<{ isWeighted: boolean; isSymmetric: boolean }> {
  const text = await lines.next()
  const where = { line: 1, text }
  const words = (text ?? '').trim().toLowerCase().split(/\s+/)
  if (words[0] !== '%%matrixmarket') {
    throw input.problem(
      `a Matrix Market file begins with a line such as ${BANNER}; if this is an edge list, ` +
        "pass format: 'edge-list' (--format edge-list)",
      where,
    )
  }
  for (const word of words.slice(1)) {
    if (REFUSED[word] !== undefined) throw input.problem(REFUSED[word], where)
  }
  const [, object, format, field, symmetry] = words
  const isKnown =
    words.length === 5 &&
    object === 'matrix' &&
    format === 'coordinate' &&
    ['pattern', 'real', 'integer', 'double'].includes(field) &&
    ['general', 'symmetric'].includes(symmetry)
  if (!isKnown) {
    throw input.problem(
      'the first line of a Matrix Market file expected %%MatrixMarket matrix coordinate, then ' +
        'pattern, real or integer, then general or symmetric',
      where,
    )
  }
  return { isWeighted: field !== 'pattern', isSymmetric: symmetry === 'symmetric' }
}

async function readSizes(
  lines: LineReader,
  input: FormatInput,
): Promise<{ vertexCount: number; edgeCount: number }> {
  const text = await lines.nextContent()
  if (text === undefined) throw input.problem('ends before its line of sizes; is it cut short?')
  const where = { line: lines.lineCount, text }
  const match = /^\s*(\d{1,15})\s+(\d{1,15})\s+(\d{1,15})\s*$/.exec(text)
  if (match === null) {
    throw input.problem('the line of sizes expected three numbers: rows, columns, entries', where)
  }
  const [rows, columns, edgeCount] = match.slice(1).map(Number)
  if (rows !== columns) {
    throw input.problem(
      `${rows} rows and ${columns} columns: only a square matrix is a graph; a bipartite one has ` +
        'rows and columns as vertices, and as many rows as columns',
      where,
    )
  }
  if (rows === 0 || rows > MAX_VERTEX_COUNT || edgeCount > MAX_EDGE_COUNT) {
    throw input.problem(
      `a graph has 1 to ${MAX_VERTEX_COUNT} vertices and up to ${MAX_EDGE_COUNT} edges`,
      where,
    )
  }
  return { vertexCount: rows, edgeCount }
}
