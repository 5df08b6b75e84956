/**
 * The suite of growth: whole calls at sizes that quadruple, a power law fitted for every
 * contestant, and the size from which WASM is quicker than plain JavaScript. Who would take too
 * long at the next size drops out, in words.
 */

import { type ArrayEffort, holdArrayContest } from './array-contest.js'
import { NAMES, type OpenDevices } from './contestants.js'
import { crossover, fitPowerLaw, type PowerLaw } from './fit.js'
import { loadPeer, type Peer } from './peers.js'
import { loadPython } from './python.js'
import { ntpJob, pagerankJob, type ScalingJob, sortJob } from './scaling-jobs.js'
import type { Summary } from './statistics.js'

/** What to run. */
export interface ScalingSettings {
  /** R-MAT graphs of 2^scale vertices. */
  graphScales: number[]
  /** Arrays of 2^scale values. */
  arrayScales: number[]
  effort: ArrayEffort
  /** A call that is expected to take longer is not made. */
  mostCallMs: number
  peers: boolean
  seed: number
  filter: RegExp | undefined
}

/** One contestant as work grows. */
export interface ScalingSeries {
  name: string
  includes: string
  points: { size: number; call: Summary; callsMs: number[] }[]
  fit: PowerLaw | undefined
}

/** From which size one contestant is quicker than another: see `crossover`. */
export interface Crossover {
  of: string
  over: string
  /** Not a number that JSON can hold where there is none: null there. */
  size: number | null
}

/** One job. */
export interface ScalingReport {
  name: string
  unit: string
  seed: number
  sizes: number[]
  series: ScalingSeries[]
  crossovers: Crossover[]
  refusals: string[]
  missing: string[]
}

/** Grows every job; each is told of when it is done. */
export async function runScalingSuite(
  settings: ScalingSettings,
  devices: OpenDevices,
  say: (line: string) => void,
  onReport: (report: ScalingReport) => void,
): Promise<ScalingReport[]> {
  const { seed, graphScales, arrayScales } = settings
  const { peers, missing } = await findPeers(settings.peers)
  const jobs = [
    { job: pagerankJob(devices, peers, seed), scales: graphScales, missing },
    { job: sortJob('u32', devices, settings.peers, seed), scales: arrayScales, missing: [] },
    { job: sortJob('f64', devices, settings.peers, seed), scales: arrayScales, missing: [] },
    { job: ntpJob(devices, seed), scales: arrayScales, missing: [] },
  ]
  const reports: ScalingReport[] = []
  for (const { job, scales, missing: absent } of jobs) {
    const report = await growJob(job, scales, settings, absent, say)
    reports.push(report)
    onReport(report)
  }
  return reports
}

async function findPeers(wanted: boolean): Promise<{ peers: Peer[]; missing: string[] }> {
  if (!wanted) return { peers: [], missing: ['other packages: left out by --no-peers'] }
  const names = ['python-igraph', 'networkx', 'graphology-metrics', 'ngraph.pagerank'] as const
  const peers: Peer[] = []
  const missing: string[] = []
  for (const name of names) {
    const peer =
      name === 'networkx' || name === 'python-igraph'
        ? await loadPython(name === 'networkx' ? name : 'igraph')
        : loadPeer(name)
    if (typeof peer === 'string') missing.push(`${name}: ${peer}`)
    else peers.push(peer)
  }
  return { peers, missing }
}

/** One job at all sizes. */
export async function growJob(
  job: ScalingJob,
  scales: readonly number[],
  { effort, mostCallMs, filter, seed }: ScalingSettings,
  absent: readonly string[],
  say: (line: string) => void,
): Promise<ScalingReport> {
  const { name, unit } = job
  const report: ScalingReport = {
    ...{ name, unit, seed, sizes: [], series: [], crossovers: [], refusals: [] },
    missing: [...absent],
  }
  const gone = new Set<string>()
  const wants = (who: string) => !gone.has(who) && (filter?.test(who) ?? true)
  for (const scale of scales) {
    const sayAt = (line: string) => say(`${name} at 2^${scale}: ${line}`)
    sayAt('preparing')
    const { size, contestants, missing } = await job.open(scale, wants)
    const chosen = contestants.filter((each) => wants(each.name))
    for (const each of contestants) if (!chosen.includes(each)) await each.close?.()
    if (report.sizes.length === 0) await warmUp(chosen)
    const head = { name, unit, valueCount: size, seed, over: [], missing }
    const { rows, refusals } = await holdArrayContest(head, chosen, effort, sayAt)
    for (const line of missing) if (!report.missing.includes(line)) report.missing.push(line)
    for (const line of refusals) report.refusals.push(`${line} (${size} ${unit}s)`)
    for (const contestant of chosen) {
      const row = rows.find((each) => each.name === contestant.name)
      // Who is wrong at one size is not asked at others.
      if (row === undefined) gone.add(contestant.name)
      else addPoint(report, row, size)
    }
    report.sizes.push(size)
    dropSlow(report, scale, scales, mostCallMs, gone)
  }
  finish(report)
  return report
}

/** A compiler is given time to see what small calls do: at larger sizes they warm themselves. */
const WARM_UP_MS = 60

async function warmUp(contestants: readonly { run(): Promise<unknown> }[]): Promise<void> {
  for (const contestant of contestants) {
    const endMs = performance.now() + WARM_UP_MS
    while (performance.now() < endMs) await contestant.run()
  }
}

function addPoint(
  { series }: ScalingReport,
  row: { name: string; includes: string; call: Summary; callsMs: number[] },
  size: number,
): void {
  const { name, includes, call, callsMs } = row
  let own = series.find((each) => each.name === name)
  if (own === undefined) {
    own = { name, includes, points: [], fit: undefined }
    series.push(own)
  }
  own.points.push({ size, call, callsMs })
}

/** Work grows by as much as vertices or values do. */
function dropSlow(
  { series, unit, missing }: ScalingReport,
  scale: number,
  scales: readonly number[],
  mostCallMs: number,
  gone: Set<string>,
): void {
  const next = scales[scales.indexOf(scale) + 1]
  if (next === undefined) return
  for (const { name, points } of series) {
    const last = points[points.length - 1]
    if (gone.has(name) || last.call.medianMs * 2 ** (next - scale) <= mostCallMs) continue
    gone.add(name)
    const size = `${last.size.toLocaleString('en-US')} ${unit}s`
    missing.push(`${name} beyond ${size}: a call would take over ${mostCallMs / 1000} s`)
  }
}

function finish(report: ScalingReport): void {
  const pointsOf = (series: ScalingSeries) =>
    series.points.map(({ size, call }) => ({ size, ms: call.medianMs }))
  for (const series of report.series) series.fit = fitPowerLaw(pointsOf(series))
  const slow = report.series.find(({ name }) => name === NAMES.reference)
  if (slow === undefined) return
  for (const series of report.series) {
    if (!/^(WASM|WebGPU)/.test(series.name)) continue
    const size = crossover(pointsOf(series), pointsOf(slow))
    report.crossovers.push({
      of: series.name,
      over: slow.name,
      size: Number.isFinite(size) ? size : null,
    })
  }
}
