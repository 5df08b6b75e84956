/**
 * `ticktickclock graph info FILE`: reads a graph and says what it looks like.
 */

import { Command } from 'commander'
import type { Graph, IdKind } from '../graph/csr.js'
import type { GraphStatistics, Spread } from '../graph/statistics.js'
import { monotonicMs } from '../time/system.js'
import { EXIT } from './exit.js'
import { alignColumns, formatBytes, formatCount, formatMs, formatNumber } from './format.js'
import { addInput, type InputOptions, loadGraph } from './input.js'
import { printable, roundMs } from './json.js'
import { openOutput } from './output.js'
import { openProgress } from './progress.js'
import type { Session } from './session.js'

const EXAMPLES = `
Examples:
  ticktickclock graph info web.txt.gz
  ticktickclock graph info flights.csv --weights count --json
  zstd -dc big.txt.zst | ticktickclock graph info - --undirected

Exit codes: 0 done, 1 error, 2 wrong usage, 130 interrupted.`

interface Options extends InputOptions {
  json?: true
}

interface Report {
  file: string
  graph: Graph
  statistics: GraphStatistics
  loadMs: number
  statisticsMs: number
}

/** The subcommand. */
export function graphInfoCommand(session: Session, end: (code: number) => void): Command {
  const info = new Command('info')
    .summary('sizes and degrees of a graph')
    .description('Reads a graph and prints its sizes, degrees and oddities.')
  return addInput(info)
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: Options) => {
      await run(file, options, session)
      end(EXIT.ok)
    })
}

async function run(file: string, options: Options, session: Session): Promise<void> {
  const progress = openProgress()
  const { graph, loadMs } = await loadGraph(file, options, session, progress)
  const [{ graphStatistics }, { runSliced }] = await Promise.all([
    import('../graph/statistics.js'),
    import('../graph/slices.js'),
  ])
  const startMs = monotonicMs()
  const statistics = await runSliced(graphStatistics(graph), session.signal)
  const report = { file, graph, statistics, loadMs, statisticsMs: monotonicMs() - startMs }
  const output = await openOutput(undefined)
  await output.fill(session.signal, (sink) =>
    sink.write(options.json ? toJson(report) : toText(report)),
  )
}

function toJson({ graph, statistics, loadMs, statisticsMs }: Report): string {
  const report = {
    result: {
      vertices: graph.vertexCount,
      edges: graph.edgeCount,
      arcs: graph.arcCount,
      directed: graph.directed,
      ids: graph.idKind,
      weighted: graph.weights !== undefined,
      weight: statistics.weight ?? null,
      outDegree: statistics.outDegree,
      inDegree: statistics.inDegree,
      isolated: statistics.isolated,
      dangling: statistics.dangling,
      selfLoops: statistics.selfLoops,
      parallelEdges: statistics.parallelEdges,
      memoryBytes: graph.block.byteLength,
    },
    run: { timings: { loadMs: roundMs(loadMs), statisticsMs: roundMs(statisticsMs) } },
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}

function toText(report: Report): string {
  const { graph, statistics: found, loadMs } = report
  const { vertexCount, edgeCount, arcCount, directed } = graph
  const first = printable(String(graph.idOf(0)))
  const last = printable(String(graph.idOf(vertexCount - 1)))
  const bytes = graph.block.byteLength
  const perArc = arcCount === 0 ? undefined : `${formatNumber(bytes / arcCount)} B an arc`
  const rows: [string, string, string?][] = [
    ['vertices', formatCount(vertexCount), `ids: ${ID_KINDS[graph.idKind]}, ${first} to ${last}`],
    ['edges', formatCount(edgeCount), directed ? 'directed' : 'undirected'],
    ['arcs', formatCount(arcCount), directed ? 'one an edge' : 'two an edge, one a self-loop'],
    ...degreeRows(directed, found),
    ['weights', found.weight === undefined ? 'none' : spreadText(found.weight)],
    ['isolated', formatCount(found.isolated), 'vertices without any edge'],
    ['dangling', formatCount(found.dangling), 'vertices that no edge leaves'],
    ['self-loops', formatCount(found.selfLoops)],
    ['parallel edges', formatCount(found.parallelEdges), 'beyond the first of two vertices'],
    ['memory', formatBytes(bytes), perArc],
    ['read in', formatMs(loadMs)],
  ]
  const lines = rows.map(([name, value, note]) => [
    name,
    note === undefined ? value : `${value}  (${note})`,
  ])
  return `${alignColumns(lines, 'll').join('\n')}\n`
}

const ID_KINDS: Readonly<Record<IdKind, string>> = {
  dense: 'integers without gaps',
  integer: 'integers',
  string: 'strings',
}

function degreeRows(directed: boolean, found: GraphStatistics): [string, string][] {
  if (!directed) return [['degree', spreadText(found.outDegree)]]
  return [
    ['out-degree', spreadText(found.outDegree)],
    ['in-degree', spreadText(found.inDegree)],
  ]
}

function spreadText({ min, mean, max }: Spread): string {
  return `${formatNumber(min)} to ${formatNumber(max)}, mean ${formatNumber(mean)}`
}
