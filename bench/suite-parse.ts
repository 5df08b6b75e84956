/**
 * The parse suite: text in memory to a graph, `readGraph` against a parser by hand with the same
 * assembly behind it (`graphFromEdges`), and against that parser alone. Graphs are compared first.
 */

import { type Graph, graphFromEdges, readGraph } from 'ticktickclock'
import { edgeText } from './edge-text.js'
import { samplesFor, timeRounds } from './rounds.js'
import { dotOf, type Section } from './section.js'
import { median, type Summary, spread, summarize } from './statistics.js'
import { formatNumber, formatRatio, formatSpread } from './table.js'
import { parseBySplit } from './typed-array.js'

/** What to parse. */
export interface ParseSettings {
  /** About this much text of each format. */
  textBytes: number
  samples: number
  seed: number
}

/** One parser's line. */
export interface ParseRow {
  name: string
  call: Summary
  megabytesPerSecond: number
  /** By processor time, which other programs can't add to. */
  cpuMegabytesPerSecond: number
}

/** Results for one text. */
export interface ParseReport {
  name: string
  textBytes: number
  edgeCount: number
  vertexCount: number
  seed: number
  rows: ParseRow[]
  refusals: string[]
}

const FORMATS = {
  snap: { name: 'SNAP (tabs, # comments)', bytesPerEdge: 13, separator: '\t' },
  csv: { name: 'CSV (header, weights)', bytesPerEdge: 18.5, separator: ',' },
} as const

const EDGE_FACTOR = 16

/** Parses every format. */
export async function runParseSuite(
  settings: ParseSettings,
  say: (line: string) => void,
): Promise<ParseReport[]> {
  const reports: ParseReport[] = []
  for (const format of ['snap', 'csv'] as const) {
    reports.push(await parseFormat(format, settings, (line) => say(`parse ${format}: ${line}`)))
  }
  return reports
}

async function parseFormat(
  format: keyof typeof FORMATS,
  { textBytes, samples, seed }: ParseSettings,
  say: (line: string) => void,
): Promise<ParseReport> {
  const { name, bytesPerEdge, separator } = FORMATS[format]
  const scale = Math.max(1, Math.round(Math.log2(textBytes / bytesPerEdge / EDGE_FACTOR)))
  const text = edgeText({ scale, edgeFactor: EDGE_FACTOR, seed, format })
  const isWeighted = format === 'csv'
  const byLibrary = () => readGraph(text, isWeighted ? { weights: 'weight' } : {})
  const byHand = () => {
    const { sources, targets, weights } = parseBySplit(text, separator, isWeighted)
    return graphFromEdges({ sources, targets, weights })
  }
  say('checking')
  const graph = await byLibrary()
  const { vertexCount, edgeCount } = graph
  const report: ParseReport = {
    ...{ name, textBytes: text.length, edgeCount, vertexCount, seed },
    rows: [],
    refusals: [],
  }
  const startMs = performance.now()
  const difference = differenceOf(graph, byHand())
  const handMs = performance.now() - startMs
  if (difference !== undefined) {
    report.refusals.push(`REFUSED ${name}: ${difference}; not timed`)
    return report
  }
  const few = samplesFor(handMs, 15_000, Math.min(3, samples), samples)
  const tasks = [
    { name: 'readGraph: bytes to graph', run: byLibrary, samples },
    { name: 'split, parseInt, graphFromEdges', run: async () => byHand(), samples: few },
    {
      name: 'split, parseInt alone: no graph',
      run: async () => parseBySplit(text, separator, isWeighted),
      samples: few,
    },
  ]
  const times = await timeRounds(tasks, (done, rounds) => say(`round ${done} of ${rounds}`))
  report.rows = tasks.map((task) => {
    const call = summarize(times.get(task.name)?.wallMs ?? [])
    const cpuMs = median(times.get(task.name)?.cpuMs ?? [])
    return {
      name: task.name,
      call,
      megabytesPerSecond: text.length / 1000 / call.medianMs,
      cpuMegabytesPerSecond: text.length / 1000 / cpuMs,
    }
  })
  return report
}

/** How two graphs differ, or undefined. */
export function differenceOf(a: Graph, b: Graph): string | undefined {
  if (a.vertexCount !== b.vertexCount) return `${a.vertexCount} vertices against ${b.vertexCount}`
  if (a.arcCount !== b.arcCount) return `${a.arcCount} arcs against ${b.arcCount}`
  if (!isSame(a.offsets, b.offsets)) return 'degrees differ'
  if (!isSame(a.targets, b.targets)) return 'edges differ'
  if (!isSame(a.weights ?? [], b.weights ?? [])) return 'weights differ'
  for (let v = 0; v < a.vertexCount; v++) {
    if (a.idOf(v) !== b.idOf(v)) return `vertex ${v} has different ids`
  }
  return undefined
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The suite as a table. */
export function parseSection(reports: readonly ParseReport[]): Section {
  const rows = reports.flatMap((report) =>
    report.rows.map(({ name, call, megabytesPerSecond, cpuMegabytesPerSecond }) => [
      `${report.name.split(' ')[0]} ${name}`,
      String(call.count),
      formatNumber(call.medianMs),
      formatSpread(spread(call)),
      formatNumber(megabytesPerSecond),
      formatNumber(report.textBytes / 1000 / call.bestMs),
      formatNumber(cpuMegabytesPerSecond),
      formatRatio(call.medianMs / report.rows[0].call.medianMs),
    ]),
  )
  const sizes = reports.map(
    ({ name, textBytes, edgeCount, seed }) =>
      `${name}: ${(textBytes / 1e6).toFixed(1)} MB, ` +
      `${edgeCount.toLocaleString('en-US')} edges, seed ${seed}`,
  )
  return {
    title: 'Parsing text in memory, one thread',
    header: ['parser', 'n', 'median ms', 'spread', 'MB/s', 'best', 'MB/cpu s', 'slower by'],
    rows,
    notes: [...sizes, ...reports.flatMap(({ refusals }) => refusals)],
    plot: {
      kind: 'dots',
      title: 'Parsing text in memory: whole calls',
      label: 'ms a call',
      rows: reports.flatMap((report) =>
        report.rows.map(({ name, call }) => dotOf(`${report.name.split(' ')[0]} ${name}`, call)),
      ),
    },
  }
}
