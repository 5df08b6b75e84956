/**
 * Predictions beside measurements: supersteps of programs that calibration did not run, of sizes
 * that it did not measure. What a run says of itself (`RunResult.cost`) is all that is looked at.
 */

import { type Device, generateRmat } from 'ticktickclock'
import type { RunCost, Runtime } from 'ticktickclock/bsp'
import {
  pagerankModule,
  type pagerankProgram,
  sampleSortModule,
  type sampleSortProgram,
  shareGraph,
} from 'ticktickclock/programs'
import { comparison } from './bsp-pagerank.js'
import type exchange from './programs/exchange.js'
import type { ExchangeInput } from './programs/exchange.js'
import { differenceOf, randomArray } from './random-arrays.js'
import { median, quantile } from './statistics.js'

/** What runs on. */
export interface CostThreads {
  runtime: Runtime
  reference: Device
  /** URL of a compiled module of bench/. */
  moduleUrl(name: string): URL
}

/** Sizes, none of which calibration measures, and how long. */
export interface ErrorSettings {
  graphScales: number[]
  arrayScales: number[]
  /** h of the sweep, in bytes. */
  sweepBytes: number[]
  /** Supersteps of a run of the sweep. */
  sweepSupersteps: number
  effort: { budgetMs: number; mostSamples: number }
  seed: number
  filter: RegExp | undefined
}

/** A program of a size on a transport: medians over the supersteps of all its runs. */
export interface ErrorRow {
  program: ProgramName
  /** `R-MAT 12`. */
  size: string
  transport: CostTransport
  processors: number
  runs: number
  supersteps: number
  workMs: number
  hBytes: number
  actualMs: number
  predictedMs: number
  /** Distance from the prediction, in percent of it: median and quartiles. */
  errorPercent: number
  lowPercent: number
  highPercent: number
  /** Of the sums over all supersteps. */
  sumErrorPercent: number
}

/** Errors of all supersteps of a program. */
export interface ErrorTotal {
  program: ProgramName | 'all of them'
  supersteps: number
  errorPercent: number
}

/** What was found. */
export interface ErrorReport {
  rows: ErrorRow[]
  totals: ErrorTotal[]
  refusals: string[]
}

export type CostTransport = (typeof COST_TRANSPORTS)[number]
type ProgramName = 'PageRank' | 'sample sort' | 'h-relation'

/** All that one process has. */
export const COST_TRANSPORTS = ['inline', 'threads', 'transfer'] as const
const PROCESSORS = 2
/** Runs of a size, however long they take. */
const LEAST_RUNS = 3
/** Supersteps before those that count: calibration, too, waits until code is compiled. */
const WARM_UP = 1000

/** A run that has ended. */
interface Ended {
  cost: RunCost
  complaint: string | undefined
}

interface Job {
  program: ProgramName
  size: string
  run(transport: CostTransport): Promise<Ended>
}

/** Runs every program on every transport; every answer is looked at. */
export async function measureErrors(
  threads: CostThreads,
  settings: ErrorSettings,
  say: (line: string) => void,
): Promise<ErrorReport> {
  const report: ErrorReport = { rows: [], totals: [], refusals: [] }
  const errors = new Map<ErrorTotal['program'], number[]>()
  for (const job of await jobsOf(threads, settings)) {
    for (const transport of COST_TRANSPORTS) {
      const name = `${job.program}, ${job.size}, ${transport}`
      if (settings.filter?.test(name) === false) continue
      say(name)
      const ended = await runRepeatedly(() => job.run(transport), settings.effort)
      if (typeof ended === 'string') {
        report.refusals.push(`REFUSED ${name}: ${ended}`)
        continue
      }
      const percents = ended.flatMap(errorsOf)
      report.rows.push(rowOf(job, transport, ended, percents))
      errors.set(job.program, [...(errors.get(job.program) ?? []), ...percents])
    }
  }
  if (errors.size > 0) errors.set('all of them', [...errors.values()].flat())
  report.totals = [...errors].map(([program, percents]) => ({
    ...{ program, supersteps: percents.length, errorPercent: median(percents) },
  }))
  return report
}

/** Costs of the runs after those that warm up, or what is wrong with an answer. */
async function runRepeatedly(
  run: () => Promise<Ended>,
  { budgetMs, mostSamples }: ErrorSettings['effort'],
): Promise<RunCost[] | string> {
  const warmMs = performance.now() + budgetMs
  for (let done = 0; done < WARM_UP && (done === 0 || performance.now() < warmMs); ) {
    const { cost, complaint } = await run()
    if (complaint !== undefined) return complaint
    done += cost.actualMs.length
  }
  const costs: RunCost[] = []
  const endMs = performance.now() + budgetMs
  const least = Math.min(LEAST_RUNS, mostSamples)
  while (costs.length < least || (costs.length < mostSamples && performance.now() < endMs)) {
    const { cost, complaint } = await run()
    if (complaint !== undefined) return complaint
    costs.push(cost)
  }
  return costs
}

function errorsOf({ actualMs, predictedMs }: RunCost): number[] {
  return Array.from(actualMs, (actual, i) => percentOf(actual, predictedMs[i]))
}

function percentOf(actual: number, predicted: number): number {
  return (100 * Math.abs(actual - predicted)) / predicted
}

function rowOf(
  { program, size }: Job,
  transport: CostTransport,
  costs: readonly RunCost[],
  percents: readonly number[],
): ErrorRow {
  const middle = (of: (cost: RunCost) => Float64Array) =>
    median(costs.flatMap((cost) => [...of(cost)]))
  const sum = (of: (cost: RunCost) => number) => costs.reduce((all, cost) => all + of(cost), 0)
  return {
    ...{ program, size, transport, processors: PROCESSORS },
    runs: costs.length,
    supersteps: percents.length,
    workMs: middle(({ workMs }) => workMs),
    hBytes: middle(({ hBytes }) => hBytes),
    actualMs: middle(({ actualMs }) => actualMs),
    predictedMs: middle(({ predictedMs }) => predictedMs),
    errorPercent: median(percents),
    lowPercent: quantile(percents, 0.25),
    highPercent: quantile(percents, 0.75),
    sumErrorPercent: percentOf(
      sum(({ total }) => total.actualMs),
      sum(({ total }) => total.predictedMs),
    ),
  }
}

async function jobsOf(threads: CostThreads, settings: ErrorSettings): Promise<Job[]> {
  const { graphScales, arrayScales, sweepBytes, sweepSupersteps, seed } = settings
  return [
    ...(await Promise.all(graphScales.map((scale) => rankJob(threads, scale, seed)))),
    ...arrayScales.map((scale) => sortJob(threads, scale, seed)),
    ...sweepBytes.map((bytes) => sweepJob(threads, bytes, sweepSupersteps)),
  ]
}

async function rankJob({ runtime, reference }: CostThreads, scale: number, seed: number) {
  const graph = shareGraph(generateRmat({ scale, directed: false, seed }))
  const compare = await comparison(graph, reference)
  const options = { input: { graph }, processors: PROCESSORS, maxSupersteps: 202 }
  const run = async (transport: CostTransport): Promise<Ended> => {
    const ended = await runtime.run<typeof pagerankProgram>(pagerankModule, {
      ...options,
      transport,
    })
    return { cost: ended.cost, complaint: compare(ended.result) }
  }
  return { program: 'PageRank', size: `R-MAT ${scale}`, run } satisfies Job
}

function sortJob({ runtime }: CostThreads, scale: number, seed: number): Job {
  const length = 2 ** scale
  const shared = new Float64Array(new SharedArrayBuffer(8 * length))
  shared.set(randomArray('f64', 'uniform', length, seed))
  const sorted = Float64Array.from(shared).sort()
  const options = { input: { values: shared }, processors: PROCESSORS }
  const run = async (transport: CostTransport): Promise<Ended> => {
    const ended = await runtime.run<typeof sampleSortProgram>(sampleSortModule, {
      ...options,
      transport,
    })
    const values = ended.result.values as Float64Array
    return { cost: ended.cost, complaint: await differenceOf(values, sorted) }
  }
  return { program: 'sample sort', size: `2^${scale} f64`, run }
}

/** All-to-all of blocks of one size. */
function sweepJob({ runtime, moduleUrl }: CostThreads, hBytes: number, count: number): Job {
  const length = hBytes / PROCESSORS / Float64Array.BYTES_PER_ELEMENT
  const input: ExchangeInput = { length, verify: false, warmUp: 2, count }
  const options = { input, processors: PROCESSORS, maxSupersteps: count + 4 }
  const run = async (transport: CostTransport): Promise<Ended> => {
    const url = moduleUrl('programs/exchange.js')
    const ended = await runtime.run<typeof exchange>(url, { ...options, transport })
    const blocks = PROCESSORS * (input.warmUp + count)
    const wrong = ended.result.find((each) => each.faults > 0 || each.blocks !== blocks)
    const complaint = wrong && `${wrong.faults} wrong values, ${wrong.blocks} blocks of ${blocks}`
    return { cost: ended.cost, complaint }
  }
  return { program: 'h-relation', size: `${hBytes / 1024} KiB`, run }
}
