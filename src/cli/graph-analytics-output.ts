/**
 * The outputs of `ticktickclock graph-analytics`: a summary for people, and CSV in the order and
 * with the numbers of LDBC Graphalytics' own results (Iosup et al., "The LDBC Graphalytics
 * Benchmark", arXiv 2011.15028).
 */

import type { RunResult } from '../bsp/handle.js'
import type { Graph } from '../graph/csr.js'
import { topVertices } from '../kernels/top-vertices.js'
import { UNREACHED } from '../programs/analytics/bfs.js'
import { alignColumns, formatCount, formatMs, formatNumber, plural } from './format.js'
import { printable } from './json.js'
import type { Sink } from './output.js'
import { quote, writeVertexCsv } from './vertex-csv.js'

/** Values by vertex number. */
export type Answer =
  | { algorithm: 'bfs' | 'wcc' | 'cdlp'; values: Uint32Array }
  | { algorithm: 'sssp' | 'lcc' | 'pagerank'; values: Float64Array }

/** A finished run. */
export interface Analysis {
  graph: Graph
  /** Number of the vertex that bfs and sssp began at. */
  source: number
  loadMs: number
  answer: Answer
  outcome: RunResult<unknown>
}

/** Depth of what can't be reached: the greatest of Java's longs. */
const GRAPHALYTICS_UNREACHED = '9223372036854775807'

/** `id,value` and a line for each vertex, ascending by id. */
export async function writeAnalysisCsv(sink: Sink, analysis: Analysis): Promise<void> {
  await writeVertexCsv(sink, analysis.graph, 'value', textOf(analysis))
}

function textOf({ graph, answer: { algorithm, values } }: Analysis): (vertex: number) => string {
  const idOf = (v: number) => quote(String(graph.idOf(v)))
  switch (algorithm) {
    case 'bfs':
      return (v) => (values[v] === UNREACHED ? GRAPHALYTICS_UNREACHED : String(values[v]))
    case 'wcc':
    case 'cdlp':
      return (v) => idOf(values[v])
    case 'sssp':
      return (v) => (values[v] === Number.POSITIVE_INFINITY ? 'infinity' : String(values[v]))
    default:
      return (v) => String(values[v])
  }
}

/** Groups, levels and vertices that a summary lists. */
const LISTED = 10

/** What was found, and how it went. */
export async function writeSummary(sink: Sink, analysis: Analysis): Promise<void> {
  const { table, found } = summaryOf(analysis)
  const { graph, loadMs, outcome } = analysis
  const kind = graph.directed ? 'directed' : 'undirected'
  const { supersteps, processors, transport, workers, messages, elapsedMs } = outcome
  const where = transport === 'inline' ? 'one thread' : plural(workers, 'thread')
  const rows = [
    ['graph', `${verticesText(graph.vertexCount)}, ${plural(graph.edgeCount, 'edge')}, ${kind}`],
    ['result', found],
    [
      'run',
      `${plural(supersteps, 'superstep')} of ${plural(processors, 'processor')} on ${where}, ` +
        plural(messages, 'message'),
    ],
    ['time', `file ${formatMs(loadMs)}, program ${formatMs(elapsedMs)}`],
  ]
  const lines =
    table.length > 1 ? [...table, '', ...alignColumns(rows, 'll')] : alignColumns(rows, 'll')
  await sink.write(`${lines.join('\n')}\n`)
}

function verticesText(count: number): string {
  return plural(count, 'vertex', 'vertices')
}

interface Summary {
  /** Lines with a header; none if there is only that. */
  table: string[]
  /** In a few words. */
  found: string
}

function summaryOf({ graph, source, answer }: Analysis): Summary {
  const { algorithm, values } = answer
  switch (algorithm) {
    case 'bfs':
      return levels(graph, source, values)
    case 'sssp':
      return distances(graph, source, values)
    case 'wcc':
      return groups(graph, values, 'component', 'weakly connected component')
    case 'cdlp':
      return groups(graph, values, 'community', 'community', 'communities')
    case 'lcc':
      return coefficients(graph, values)
    case 'pagerank':
      return {
        table: topTable(graph, values, 'rank'),
        found: 'ranks after as many iterations as asked',
      }
  }
}

function idText(graph: Graph, vertex: number): string {
  return printable(String(graph.idOf(vertex)))
}

function levels(graph: Graph, source: number, depths: Uint32Array): Summary {
  const counts: number[] = []
  for (const depth of depths) if (depth !== UNREACHED) counts[depth] = (counts[depth] ?? 0) + 1
  const reached = counts.reduce((sum, count) => sum + count, 0)
  const listed = counts.slice(0, LISTED).map((count, depth) => [String(depth), formatCount(count)])
  if (counts.length > LISTED) {
    const rest = counts.slice(LISTED).reduce((sum, count) => sum + count, 0)
    listed.push([`${LISTED} to ${counts.length - 1}`, formatCount(rest)])
  }
  return {
    table: alignColumns([['depth', 'vertices'], ...listed], 'rr'),
    found:
      `${formatCount(reached)} of ${verticesText(graph.vertexCount)} reached from ` +
      `${idText(graph, source)}, at most ${plural(counts.length - 1, 'edge')} away`,
  }
}

function distances(graph: Graph, source: number, all: Float64Array): Summary {
  let [reached, farthest, sum] = [0, source, 0]
  for (let v = 0; v < all.length; v++) {
    if (all[v] === Number.POSITIVE_INFINITY) continue
    reached++
    sum += all[v]
    if (all[v] > all[farthest]) farthest = v
  }
  const finite = all.map((distance) => (distance === Number.POSITIVE_INFINITY ? -1 : distance))
  const table = topTable(graph, finite, 'distance', (distance) => distance >= 0)
  const length = graph.weights === undefined ? ', every edge 1 long (see --weights)' : ''
  return {
    table,
    found:
      `${formatCount(reached)} of ${verticesText(graph.vertexCount)} reached from ` +
      `${idText(graph, source)}, mean distance ${formatNumber(sum / reached)}, farthest ` +
      `${idText(graph, farthest)}: ${formatNumber(all[farthest])}${length}`,
  }
}

function groups(
  graph: Graph,
  labels: Uint32Array,
  name: string,
  one: string,
  many = `${one}s`,
): Summary {
  const sizes = new Map<number, number>()
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const ordered = [...sizes].sort(([a, m], [b, n]) => n - m || a - b)
  const rows = ordered
    .slice(0, LISTED)
    .map(([label, size]) => [idText(graph, label), formatCount(size)])
  const [largest] = ordered
  return {
    table: alignColumns([[name, 'vertices'], ...rows], 'lr'),
    found: `${plural(sizes.size, one, many)}, the largest of ${verticesText(largest[1])}`,
  }
}

function coefficients(graph: Graph, all: Float64Array): Summary {
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length
  const none = all.reduce((count, each) => count + (each === 0 ? 1 : 0), 0)
  return {
    table: topTable(graph, all, 'coefficient'),
    found: `mean ${formatNumber(mean)}; 0 at ${verticesText(none)}`,
  }
}

/** The greatest values. */
function topTable(
  graph: Graph,
  values: Float64Array,
  name: string,
  isListed: (value: number) => boolean = () => true,
): string[] {
  const top = topVertices(graph, values, LISTED).filter(({ value }) => isListed(value))
  const rows = top.map(({ id, value }, index) => [
    String(index + 1),
    printable(String(id)),
    formatNumber(value),
  ])
  const isText = typeof top[0]?.id === 'string'
  return alignColumns([['#', 'id', name], ...rows], isText ? 'rlr' : 'rrr')
}
