/**
 * METIS (Karypis, manual of version 5.1, section 4.1.1): undirected graphs, for each vertex a row
 * of its neighbours. Sizes and weights of vertices are passed over.
 */

import { NotSupportedError } from '../../errors.js'
import { MAX_EDGE_COUNT, MAX_VERTEX_COUNT } from '../../limits.js'
import { abortable, nextTurn } from '../../turn.js'
import { AdjacencyParser, AdjacencyProblem } from '../adjacency-parser.js'
import { assembleGraph } from '../assemble.js'
import { findOneSided } from '../both-ends.js'
import { declareDirection, type Graph } from '../csr.js'
import { arcsOf } from '../direction.js'
import type { EdgeChunks } from '../edge-chunks.js'
import { EdgeParser } from '../edge-parser.js'
import { LineReader } from '../line-reader.js'
import { allocateWords } from '../memory.js'
import { type Names, numberNames } from '../names.js'
import { sliceEnd } from '../simplify.js'
import { runSliced } from '../slices.js'
import { wantsWeights } from './declared-weights.js'
import type { Format, FormatInput, WrittenPiece } from './format.js'
import { checkRowNames, nameRows, readRowNames } from './row-names.js'
import { PAUSE, TextWriter } from './text-writer.js'

const TITLE = 'a METIS file'
/** Bytes that are parsed between two turns of the event loop: some milliseconds. */
const TURN_BYTES = 512 * 1024

export const metis: Format = {
  name: 'metis',
  title: TITLE,
  extensions: ['.metis', '.graph'],
  takes: ['ids', 'vertices'],
  async read(input) {
    const lines = new LineReader(input.source, input.signal)
    const { vertexCount, edgeCount, ...rows } = await readHeader(lines, input)
    const keepsWeights = wantsWeights(input, TITLE, rows.hasWeights)
    const linesBefore = lines.lineCount
    const parser = new AdjacencyParser({ vertexCount, keepsWeights, linesBefore, ...rows })
    try {
      await parseRows(parser, lines, input)
    } catch (error) {
      if (!(error instanceof AdjacencyProblem)) throw error
      throw input.problem(error.message, { line: error.line })
    }
    if (parser.arcs.count !== 2 * edgeCount) {
      throw input.problem(
        `lists ${parser.arcs.count} neighbours, and the ${edgeCount} edges that its header ` +
          `announces make ${2 * edgeCount}: an edge stands in the rows of both its ends`,
      )
    }
    return { kind: 'graph', graph: await finish(parser, vertexCount, edgeCount, input) }
  },
  *write(graph, request) {
    const weights = request.weights ? graph.weights : undefined
    yield* checkSimple(graph, weights)
    yield* checkRowNames(graph, request, TITLE)
    const { vertexCount, edgeCount, offsets, targets } = graph
    const out = new TextWriter()
    out.ascii(`${vertexCount} ${edgeCount}${weights === undefined ? '' : ' 1'}\n`)
    for (let v = 0; v < vertexCount; v++) {
      for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) {
        if (arc > offsets[v]) out.byte(32)
        out.integer(targets[arc] + 1)
        if (weights !== undefined) {
          out.byte(32)
          out.integer(weights[arc])
        }
        if (out.isFull) yield out.take(arc)
      }
      out.byte(10)
      if (out.isFull) yield out.take(offsets[v + 1])
    }
    yield out.take(graph.arcCount)
  },
}

/** Weights of more digits are not read. */
const WEIGHTS_END = 1e15

/** @throws NotSupportedError for what METIS has no place for */
function* checkSimple(
  graph: Graph,
  weights: Float64Array | undefined,
): Generator<WrittenPiece, void> {
  if (graph.directed) {
    throw new NotSupportedError(
      `${TITLE} has no direction, and this graph is directed; read it with directed: false ` +
        "(--undirected) and parallelEdges: 'first'",
    )
  }
  const { vertexCount, offsets, targets } = graph
  const seenBy = allocateWords('a mark for each vertex', vertexCount)
  for (let from = 0; from < vertexCount; ) {
    const to = sliceEnd(offsets, from)
    for (let v = from; v < to; v++) {
      for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) {
        const target = targets[arc]
        if (target === v) throw notSimple(graph, v, "self-loops, which selfLoops: 'drop'")
        if (seenBy[target] === v + 1) {
          throw notSimple(graph, v, "parallel edges, which parallelEdges: 'first' or 'sum'")
        }
        seenBy[target] = v + 1
        const weight = weights?.[arc] ?? 1
        if (Number.isInteger(weight) && weight > 0 && weight < WEIGHTS_END) continue
        throw new NotSupportedError(
          `weights of ${TITLE} are whole numbers from 1 on, and ${weight} is one of this graph; ` +
            'leave them out (weights: false, --no-weights)',
        )
      }
    }
    from = to
    yield PAUSE
  }
}

function notSimple(graph: Graph, v: number, what: string): NotSupportedError {
  return new NotSupportedError(
    `${TITLE} has no ${what} leaves out when a graph is read; here ` +
      `${JSON.stringify(String(graph.idOf(v)))} has one`,
  )
}

async function parseRows(
  parser: AdjacencyParser,
  lines: LineReader,
  { signal, report }: FormatInput,
): Promise<void> {
  const rest = lines.rest()
  for (;;) {
    const bytes = await abortable(rest.read(), signal)
    if (bytes === undefined) break
    for (let at = 0; at < bytes.length; at += TURN_BYTES) {
      parser.push(bytes.subarray(at, at + TURN_BYTES))
      report(parser.arcs.count / 2)
      await nextTurn()
      signal?.throwIfAborted()
    }
  }
  parser.end()
}

/** Rows are kept as they are: the graph has each arc where the file has it. */
async function finish(
  parser: AdjacencyParser,
  vertexCount: number,
  edgeCount: number,
  input: FormatInput,
): Promise<Graph> {
  const { signal } = input
  const options = { directed: true, fail: (problem: string) => input.problem(problem) }
  const numbered = assembleGraph(parser.arcs, numberNames(vertexCount), options)
  let graph = await runSliced(numbered, signal)
  const found = await runSliced(findOneSided(graph), signal)
  if (found !== undefined) throw input.problem(found.problem, { line: parser.lineOf(found.row) })
  if (input.options.vertices !== undefined) {
    // Only now: what is wrong is said by the numbers of the file.
    const arcs = await runSliced(arcsOf(graph), signal)
    const names = await readNames(arcs, vertexCount, input)
    graph = await runSliced(assembleGraph(arcs, names, options), signal)
  }
  return declareDirection(graph, false, edgeCount)
}

async function readNames(
  arcs: EdgeChunks,
  vertexCount: number,
  input: FormatInput,
): Promise<Names> {
  const parser = await EdgeParser.open()
  try {
    const rowNames = await readRowNames(parser, input, vertexCount)
    return await nameRows(arcs, vertexCount, rowNames, input.signal)
  } finally {
    parser.close()
  }
}

interface Header {
  vertexCount: number
  edgeCount: number
  skip: number
  hasWeights: boolean
}

async function readHeader(lines: LineReader, input: FormatInput): Promise<Header> {
  const text = await lines.nextContent()
  if (text === undefined) throw input.problem('no header: the file is empty')
  const fail = (problem: string) => input.problem(problem, { line: lines.lineCount, text })
  const match = /^\s*(\d{1,15})\s+(\d{1,15})(?:\s+([01]{1,3})(?:\s+(\d{1,4}))?)?\s*$/.exec(text)
  if (match === null) {
    throw fail(
      'the header of a METIS file expected two to four numbers: vertices, edges, format (digits ' +
        '0 and 1), weights a vertex',
    )
  }
  const [vertexCount, edgeCount] = [Number(match[1]), Number(match[2])]
  if (vertexCount === 0 || vertexCount > MAX_VERTEX_COUNT || 2 * edgeCount > MAX_EDGE_COUNT) {
    const most = Math.floor(MAX_EDGE_COUNT / 2)
    throw fail(`a graph has 1 to ${MAX_VERTEX_COUNT} vertices and up to ${most} undirected edges`)
  }
  const [hasSizes, hasVertexWeights, hasWeights] = [...(match[3] ?? '').padStart(3, '0')].map(
    (digit) => digit === '1',
  )
  if (match[4] !== undefined && !hasVertexWeights) {
    throw fail('the header gives a number of weights a vertex, but its format says there are none')
  }
  const skip = (hasSizes ? 1 : 0) + (hasVertexWeights ? Number(match[4] ?? 1) : 0)
  return { vertexCount, edgeCount, skip, hasWeights }
}
