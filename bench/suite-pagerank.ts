/**
 * The PageRank suite: a graph at a time, one contest for this package and JavaScript by hand, then
 * one for each other package beside WASM, so that ratios come from calls made next to each other
 * and only one foreign graph lies in memory.
 */

import { type Graph, generateRmat, generateUniform, type ResidentGraph } from 'ticktickclock'
import type { ArrayReport } from './array-contest.js'
import {
  type Contestant,
  type Effort,
  holdContest,
  type Lengths,
  type Refusal,
  type Row,
} from './contest.js'
import {
  expectations,
  freshContestant,
  NAMES,
  type OpenDevices,
  peerContestant,
  residentContestant,
  typedArrayContestant,
} from './contestants.js'
import { holdConvergence } from './converge.js'
import { type JavascriptPackage, loadPeer, type Peer } from './peers.js'
import { loadPython } from './python.js'

/** A graph to rank. Undirected and simple: other packages drop parallel edges. */
export interface GraphChoice {
  kind: 'rmat' | 'uniform'
  /** 2^scale vertices, 16 edges a vertex before repeats are dropped. */
  scale: number
}

/** What to run. */
export interface PagerankSettings {
  graphs: GraphChoice[]
  effort: Effort
  /** Other packages take seconds a call. */
  peerEffort: Effort
  peers: boolean
  /** Largest scale for a GPU that is emulated on the CPU. */
  softwareGpuScale: number
  seed: number
  filter: RegExp | undefined
  /** More contestants: the test of the answer check puts a wrong one here. */
  extra?: (graph: Graph) => Contestant[]
}

/** How much faster the row is, by medians and by best calls of the same contest. */
export interface Ratio {
  of: string
  over: string
  /** Whole calls. */
  median: number
  best: number
  /** By processor time: fair on a busy machine between contestants of one thread each. */
  cpu: number
  /** Time of one iteration. */
  iteration: number
  /** Processor time of one iteration. */
  iterationCpu: number
}

/** Results for one graph. */
export interface PagerankReport {
  name: string
  vertexCount: number
  arcCount: number
  edgeCount: number
  seed: number
  lengths: Lengths
  rows: Row[]
  ratios: Ratio[]
  refusals: Refusal[]
  /** Who is missing, and why. */
  missing: string[]
  /** What other packages stand on, where their names don't say it all. */
  about?: string[]
  /** To convergence instead of a number of iterations. */
  convergence?: ArrayReport
}

/** Iterations of a whole call, and of the short one that is subtracted from it. */
const LENGTHS: Lengths = { long: 50, short: 10 }
const EDGE_FACTOR = 16
const PEER_NAMES = ['graphology-metrics', 'ngraph.pagerank', 'networkx'] as const

/** Ranks all graphs. */
export async function runPagerankSuite(
  settings: PagerankSettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<PagerankReport[]> {
  const reports: PagerankReport[] = []
  for (const choice of settings.graphs) {
    reports.push(
      await rankGraph(choice, settings, devices, (line) =>
        say(`${choice.kind} ${choice.scale}: ${line}`),
      ),
    )
  }
  return reports
}

function generate({ kind, scale }: GraphChoice, seed: number): Graph {
  const shape = { seed, directed: false, simple: true }
  if (kind === 'rmat') return generateRmat({ scale, edgeFactor: EDGE_FACTOR, ...shape })
  const vertexCount = 2 ** scale
  return generateUniform({ vertexCount, edgeCount: EDGE_FACTOR * vertexCount, ...shape })
}

async function rankGraph(
  choice: GraphChoice,
  settings: PagerankSettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<PagerankReport> {
  say('generating')
  const graph = generate(choice, settings.seed)
  const report: PagerankReport = {
    name: `${choice.kind === 'rmat' ? 'R-MAT' : 'uniform'} ${choice.scale}`,
    vertexCount: graph.vertexCount,
    arcCount: graph.arcCount,
    edgeCount: graph.edgeCount,
    seed: settings.seed,
    lengths: LENGTHS,
    rows: [],
    ratios: [],
    refusals: [],
    missing: [],
  }
  await ownContest(graph, choice, settings, devices, report, say)
  if (!settings.peers) report.missing.push('other packages: left out by --no-peers')
  else for (const name of PEER_NAMES) await peerContest(name, graph, settings, devices, report, say)
  report.convergence = await holdConvergence(graph, report.name, settings, devices, say)
  return report
}

/** This package on every device, and JavaScript by hand. */
async function ownContest(
  graph: Graph,
  choice: GraphChoice,
  settings: PagerankSettings,
  devices: OpenDevices,
  report: PagerankReport,
  say: (line: string) => void,
): Promise<void> {
  const contestants = [
    freshContestant(graph, devices.reference, 'f64'),
    typedArrayContestant(graph),
  ]
  const { webgpu, wasm } = devices
  const onGpu =
    webgpu !== undefined && !(webgpu.info.software && choice.scale > settings.softwareGpuScale)
  if (webgpu === undefined) report.missing.push(`WebGPU: ${devices.adapter}`)
  else if (!onGpu) report.missing.push(`WebGPU: ${webgpu.info.name} is too slow for this graph`)
  const fast = [
    ...wasm.map((device) => ({ device, precision: 'f64' as const })),
    ...(onGpu ? [{ device: webgpu, precision: 'f32' as const }] : []),
  ]
  const residents: ResidentGraph[] = []
  for (const { device, precision } of fast) {
    contestants.push(freshContestant(graph, device, precision))
    const { contestant, resident } = await residentContestant(graph, device, precision)
    contestants.push(contestant)
    residents.push(resident)
  }
  contestants.push(...(settings.extra?.(graph) ?? []))
  try {
    const chosen = contestants.filter(({ name }) => settings.filter?.test(name) ?? true)
    const expect = expectations(devices.reference, graph)
    const result = await holdContest(chosen, expect, graph.arcCount, LENGTHS, settings.effort, say)
    report.rows.push(...result.rows)
    report.refusals.push(...result.refusals)
    for (const over of [NAMES.reference, NAMES.typedArray]) addRatios(report, result.rows, over)
  } finally {
    for (const resident of residents) await resident.dispose()
  }
}

/** Another package beside WASM. */
async function peerContest(
  name: (typeof PEER_NAMES)[number],
  graph: Graph,
  settings: PagerankSettings,
  devices: OpenDevices,
  report: PagerankReport,
  say: (line: string) => void,
): Promise<void> {
  if (settings.filter !== undefined && !settings.filter.test(name)) return
  const peer = await findPeer(name)
  if (typeof peer === 'string') {
    report.missing.push(`${name}: ${peer}`)
    return
  }
  say(`building the graph of ${peer.name}`)
  const expect = expectations(devices.reference, graph)
  const contestant = await peerContestant(peer, graph, expect, [LENGTHS.short, LENGTHS.long])
  if (typeof contestant === 'string') {
    report.missing.push(`${peer.name}: ${contestant}`)
    return
  }
  const contestants = [
    ...devices.wasm.map((device) => freshContestant(graph, device, 'f64')),
    contestant,
  ]
  try {
    const { arcCount } = graph
    const effort = settings.peerEffort
    const { rows, refusals } = await holdContest(
      ...([contestants, expect, arcCount, LENGTHS, effort, say] as const),
    )
    report.rows.push(...rows.filter(({ isPeer }) => isPeer))
    if (peer.about !== undefined) report.about = [...(report.about ?? []), peer.about]
    report.refusals.push(...refusals)
    addRatios(report, rows, peer.name)
  } finally {
    await contestant.close?.()
  }
}

/** Those of JavaScript are loaded here, those of Python elsewhere. */
export async function findPeer(name: JavascriptPackage | 'networkx'): Promise<Peer | string> {
  return name === 'networkx' ? loadPython(name) : loadPeer(name)
}

/** Ratios of every other row of a contest over one. */
function addRatios(report: PagerankReport, rows: readonly Row[], over: string): void {
  const base = rows.find(({ name }) => name === over)
  if (base === undefined) return
  for (const row of rows) {
    if (row === base) continue
    report.ratios.push({
      of: row.name,
      over,
      median: base.call.medianMs / row.call.medianMs,
      best: base.call.bestMs / row.call.bestMs,
      cpu: base.cpuMs / row.cpuMs,
      iteration: base.iterationMs / row.iterationMs,
      iterationCpu: base.iterationCpuMs / row.iterationCpuMs,
    })
  }
}
