/**
 * The three outputs of `ticktickclock pagerank`: a table for people, JSON and CSV for programs. The
 * shapes of JSON and CSV are promises (docs/cli.md).
 */

import type { Graph, VertexId } from '../graph/csr.js'
import type { PagerankResult, Precision } from '../kernels/pagerank/types.js'
import { topVertices } from '../kernels/top-vertices.js'
import { alignColumns, formatMs, formatSmall, plural } from './format.js'
import { jsonId, printable, roundMs } from './json.js'
import type { Sink } from './output.js'
import { writeVertexCsv } from './vertex-csv.js'

/** A finished run and what it was asked for. */
export interface Ranking {
  file: string
  graph: Graph
  top: number
  loadMs: number
  /** The whole call, opening the device included. */
  rankMs: number
  precision: Precision
  /** Undefined when a number of iterations ended the run. */
  tolerance: number | undefined
  result: PagerankResult
}

/** `id,rank` and a line for each vertex, ascending by id. */
export async function writeCsv(sink: Sink, ranking: Ranking): Promise<void> {
  const { graph, result } = ranking
  const toText = digits(ranking.precision)
  await writeVertexCsv(sink, graph, 'rank', (v) => String(toText(result.ranks[v])))
}

/** The fewest digits that read back as the same number. */
function digits(precision: Precision): (value: number) => number {
  return precision === 'f32' ? (value) => Number(value.toPrecision(9)) : (value) => value
}

/** One object: `result` depends on input, options and device only, `run` tells of this run. */
export async function writeJson(sink: Sink, ranking: Ranking): Promise<void> {
  const { graph, result, precision, loadMs, rankMs } = ranking
  const { device, timings } = result
  const toText = digits(precision)
  const top = topVertices(graph, result.ranks, ranking.top)
  const report = {
    result: {
      vertices: graph.vertexCount,
      edges: graph.edgeCount,
      directed: graph.directed,
      weighted: graph.weights !== undefined,
      converged: result.converged,
      iterations: result.iterations,
      residual: result.residual,
      errorBound: result.errorBound,
      top: top.map(({ id, value }) => ({ id: jsonId(id), rank: toText(value) })),
    },
    run: {
      device: { kind: device.kind, name: device.name, software: device.software },
      threads: device.threads,
      precision,
      reason: result.reason,
      timings: {
        loadMs: roundMs(loadMs),
        uploadMs: roundMs(timings.uploadMs),
        prepareMs: roundMs(timings.prepareMs),
        computeMs: roundMs(timings.computeMs),
        readMs: roundMs(timings.readMs),
        rankMs: roundMs(rankMs),
      },
    },
  }
  await sink.write(`${JSON.stringify(report, undefined, 2)}\n`)
}

/** The top k and a few lines on how they came about. */
export async function writeTable(sink: Sink, ranking: Ranking): Promise<void> {
  const { graph, result } = ranking
  const top = topVertices(graph, result.ranks, ranking.top)
  if (top.length > 0) {
    const rows = top.map(({ id, value }, index) => [
      String(index + 1),
      printable(String(id)),
      formatRank(value),
    ])
    const lines = alignColumns([['#', 'id', 'rank'], ...rows], idAlignment(top[0].id))
    await sink.write(`${lines.join('\n')}\n\n`)
  }
  await sink.write(`${summaryLines(ranking).join('\n')}\n`)
}

function idAlignment(id: VertexId): string {
  return typeof id === 'string' ? 'rlr' : 'rrr'
}

/** Six digits: enough to tell vertices apart; the full ones are in CSV and JSON. */
function formatRank(rank: number): string {
  return rank === 0 || rank >= 1e-3 ? rank.toFixed(6) : rank.toExponential(5)
}

function summaryLines({ graph, result, ...ranking }: Ranking): string[] {
  const { iterations, residual, errorBound, device, reason, timings } = result
  const kind = [graph.directed ? 'directed' : 'undirected']
  if (graph.weights !== undefined) kind.push('weighted')
  const ended =
    ranking.tolerance === undefined
      ? `ran ${plural(iterations, 'iteration')} as asked`
      : result.converged
        ? `converged after ${plural(iterations, 'iteration')}`
        : `NOT converged after ${plural(iterations, 'iteration')}`
  const rows = [
    [
      'graph',
      `${plural(graph.vertexCount, 'vertex', 'vertices')}, ${plural(graph.edgeCount, 'edge')}, ` +
        kind.join(', '),
    ],
    [
      'result',
      `${ended}: residual ${formatSmall(residual)}, ` +
        `at most ${formatSmall(errorBound)} from the exact ranks (L1)`,
    ],
    ['device', `${device.name}, ${ranking.precision} (${reason})`],
    [
      'time',
      `file ${formatMs(ranking.loadMs)}, ranking ${formatMs(ranking.rankMs)} ` +
        `(upload ${formatMs(timings.uploadMs)}, prepare ${formatMs(timings.prepareMs)}, ` +
        `compute ${formatMs(timings.computeMs)}, read back ${formatMs(timings.readMs)})`,
    ],
  ]
  return alignColumns(rows, 'll')
}
