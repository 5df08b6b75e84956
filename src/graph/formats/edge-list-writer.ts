/**
 * Graphs as edge lists, with tabs or as CSV, and lists of vertices.
 */

import { NotSupportedError } from '../../errors.js'
import type { Graph } from '../csr.js'
import { detectDialect } from '../dialect.js'
import { allocated } from '../memory.js'
import { SLICE_ITEMS } from '../slices.js'
import type { WriteRequest, WrittenPiece } from './format.js'
import { type IdText, idTextOf } from './id-text.js'
import { PAUSE, TextWriter } from './text-writer.js'

const TAB = 9
const LINE_FEED = 10
const COMMA = 44

interface Lines {
  graph: Graph
  idText: IdText
  separator: number
  weights: Float64Array | undefined
}

/** One edge a line; of an undirected edge, the end with the smaller id first. */
export function* writeEdgeList(graph: Graph, request: WriteRequest): Generator<WrittenPiece, void> {
  if (request.vertices === undefined) yield* checkIsolated(graph)
  const lines: Lines = {
    graph,
    idText: yield* idTextOf(graph),
    separator: request.format === 'csv' ? COMMA : TAB,
    weights: request.weights ? graph.weights : undefined,
  }
  const out = new TextWriter()
  if (request.format === 'csv' || looksLikeHeader(lines)) {
    const names = ['source', 'target', ...(lines.weights === undefined ? [] : ['weight'])]
    out.ascii(`${names.join(String.fromCharCode(lines.separator))}\n`)
  }
  const { vertexCount, arcCount, directed, offsets, targets } = graph
  for (let source = 0; source < vertexCount; source++) {
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      if (!directed && targets[arc] < source) continue
      writeLine(out, lines, source, arc)
      if (out.isFull) yield out.take(arc)
    }
    if (out.isPauseDue()) yield out.take(offsets[source + 1])
  }
  yield out.take(arcCount)
}

function writeLine(out: TextWriter, lines: Lines, source: number, arc: number): void {
  const { graph, idText, separator, weights } = lines
  idText(out, source)
  out.byte(separator)
  idText(out, graph.targets[arc])
  if (weights !== undefined) {
    out.byte(separator)
    out.decimal(weights[arc])
  }
  out.byte(LINE_FEED)
}

/** Whether the reader would take the first row for names of columns. */
function looksLikeHeader(lines: Lines): boolean {
  const { graph } = lines
  if (graph.idKind !== 'string') return false
  const rows: Uint8Array[] = []
  for (let source = 0; source < graph.vertexCount && rows.length < 2; source++) {
    for (let arc = graph.offsets[source]; arc < graph.offsets[source + 1]; arc++) {
      if (!graph.directed && graph.targets[arc] < source) continue
      const out = new TextWriter()
      writeLine(out, lines, source, arc)
      rows.push(out.text)
    }
  }
  if (rows.length === 0) return false
  const options = { ids: 'auto', header: 'auto', delimiter: 'auto', weights: undefined } as const
  return detectDialect(rows[0], rows[1], { ...options, idColumns: 2 }).header
}

/** @throws NotSupportedError when vertices without an edge would be lost */
function* checkIsolated(graph: Graph): Generator<WrittenPiece, void> {
  const { vertexCount, arcCount, offsets, targets } = graph
  const hasEdge = allocated('a mark for each vertex', vertexCount, () => {
    return new Uint8Array(vertexCount)
  })
  for (let from = 0; from < arcCount; from += SLICE_ITEMS) {
    const to = Math.min(arcCount, from + SLICE_ITEMS)
    for (let arc = from; arc < to; arc++) hasEdge[targets[arc]] = 1
    yield PAUSE
  }
  let isolated = 0
  let example = 0
  for (let v = 0; v < vertexCount; v++) {
    if (hasEdge[v] === 0 && offsets[v] === offsets[v + 1]) {
      isolated++
      example = v
    }
    if (v % SLICE_ITEMS === SLICE_ITEMS - 1) yield PAUSE
  }
  if (isolated === 0) return
  const are = isolated === 1 ? 'vertex has' : 'vertices have'
  throw new NotSupportedError(
    `${isolated} ${are} no edge, such as ${JSON.stringify(String(graph.idOf(example)))}, and an ` +
      'edge list has no place for them; write all vertices to a file of their own ' +
      "(vertices: 'graph.v', --vertices-out graph.v), or leave them out (vertices: false, " +
      '--no-vertices-out)',
  )
}

/** One id a line. */
export function* writeVertices(graph: Graph): Generator<WrittenPiece, void> {
  const idText = yield* idTextOf(graph)
  const out = new TextWriter()
  for (let v = 0; v < graph.vertexCount; v++) {
    idText(out, v)
    out.byte(LINE_FEED)
    if (out.isFull) yield out.take(0)
  }
  yield out.take(0)
}
