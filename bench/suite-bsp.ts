/**
 * The suite of BSP: what a barrier, messages and all-to-all cost beside what the machine can do
 * without this package, and the seed's cases.
 */

import { availableParallelism } from 'node:os'
import { generateUniform, openDevice } from 'ticktickclock'
import { createRuntime, type Runtime } from 'ticktickclock/bsp'
import { shareGraph } from 'ticktickclock/programs'
import { openBareThreads } from './bare-threads.js'
import { type BspThreads, barrierContest, withoutSleepers } from './bsp-barrier.js'
import { type Case, type CasesReport, runCases } from './bsp-cases.js'
import { type BspEffort, type BspReport, holdChosen } from './bsp-contest.js'
import {
  comparison,
  type PagerankThreads,
  PROCESSOR_COUNTS,
  programContest,
  rank,
  type ScalingGraph,
  type ScalingReport,
  scalePagerank,
} from './bsp-pagerank.js'
import { telemetryContest } from './bsp-telemetry.js'
import { exchangeContest, messageContest } from './bsp-traffic.js'
import type parallelSum from './programs/parallel-sum.js'
import type simple from './programs/simple.js'

/** What to run. */
export interface BspSettings {
  /** Empty supersteps and barriers of a run, and fan-outs. */
  barriers: number
  fanOuts: number
  /** Supersteps of the run that is listened to. */
  heard: number
  /** Rows of a superstep, doubles of a block of all-to-all, supersteps of both. */
  rows: number
  blockLength: number
  supersteps: number
  /** R-MAT graphs that program and kernel rank. */
  scales: number[]
  scaling: ScalingGraph[]
  effort: BspEffort
  seed: number
  filter: RegExp | undefined
}

/** What was found. */
export interface BspSuiteReport {
  contests: BspReport[]
  cases: CasesReport
  scaling: ScalingReport[]
}

/** Nodes and edges of `pagerank_small`. */
const SMALL = { vertexCount: 100, edgeCount: 500 }

/** Every contest of the suite. */
export function bspReports(report: BspSuiteReport | undefined): BspReport[] {
  if (report === undefined) return []
  const { contests, cases, scaling } = report
  return [...contests, cases.contest, ...scaling.map(({ contest }) => contest)]
}

/** The threads of all contests that compare two of them. */
const WORKERS = 2

/**
 * @param modules where bench/ lies compiled: threads load modules from there
 */
export async function runBspSuite(
  settings: BspSettings,
  modules: URL,
  say: (line: string) => void,
): Promise<BspSuiteReport> {
  const moduleUrl = (name: string) => new URL(name, modules)
  const runtime = createRuntime({ workers: WORKERS })
  const bare = openBareThreads(moduleUrl('bare-worker.js'), WORKERS, availableParallelism())
  const device = await openDevice({ kind: 'wasm', threads: WORKERS })
  const reference = await openDevice({ kind: 'reference' })
  const report: Omit<BspSuiteReport, 'cases'> = {
    contests: [],
    scaling: [],
  }
  try {
    await holdThreadContests({ runtime, bare, moduleUrl }, settings, report, say)
    const threads = { runtime, device, reference }
    await holdPagerank(threads, settings, report, say)
    const cases = seedCases(runtime, moduleUrl)
    cases.push(await smallPagerank(threads, settings.seed))
    return { ...report, cases: await runCases(cases, settings.effort, say) }
  } finally {
    await bare.close()
    for (const each of [runtime, device, reference]) await each.dispose()
  }
}

/** Those that need no program of the package. */
async function holdThreadContests(
  threads: BspThreads,
  settings: BspSettings,
  report: Omit<BspSuiteReport, 'cases'>,
  say: (line: string) => void,
): Promise<void> {
  const { barriers, fanOuts, rows, blockLength, supersteps } = settings
  const traffic = { rows, blockLength, supersteps }
  const sizes = { supersteps: barriers, fanOuts }
  const met = await holdChosen(barrierContest(threads, sizes), settings, say)
  report.contests.push(withoutSleepers(met))
  const others = [
    messageContest(threads, traffic),
    exchangeContest(threads, traffic),
    telemetryContest(threads, settings.heard),
  ]
  for (const contest of others) {
    report.contests.push(await holdChosen(contest, settings, say))
  }
}

async function holdPagerank(
  threads: PagerankThreads,
  settings: BspSettings,
  report: Omit<BspSuiteReport, 'cases'>,
  say: (line: string) => void,
): Promise<void> {
  const { scales, scaling, seed, effort } = settings
  for (const scale of scales) {
    report.contests.push(
      await holdChosen(await programContest(scale, seed, threads), settings, say),
    )
  }
  const runtime = createRuntime({ workers: scalingWorkers() })
  try {
    for (const graph of scaling) {
      const scaled = await scalePagerank(graph, seed, { ...threads, runtime }, effort, say)
      report.scaling.push(scaled)
    }
  } finally {
    await runtime.dispose()
  }
}

/** A core for each processor, where there are so many. */
function scalingWorkers(): number {
  return Math.min(Math.max(...PROCESSOR_COUNTS), availableParallelism())
}

function seedCases(runtime: Runtime, moduleUrl: (name: string) => URL): Case[] {
  const processors = WORKERS
  const numbers = Float64Array.from({ length: 10_000 }, (_, i) => i + 1)
  return [
    {
      name: 'simple_computation',
      includes: 'one superstep, no messages',
      run: async () => {
        const url = moduleUrl('programs/simple.js')
        const run = await runtime.run<typeof simple>(url, { processors, transport: 'threads' })
        return outcomeOf(run, run.result === 5, run.result)
      },
    },
    {
      name: 'parallel_sum of 1..10,000',
      includes: 'two supersteps, a message a processor',
      run: async () => {
        const url = moduleUrl('programs/parallel-sum.js')
        const options = { input: numbers, processors, transport: 'threads' } as const
        const run = await runtime.run<typeof parallelSum>(url, options)
        return outcomeOf(run, run.result === 50_005_000, run.result)
      },
    },
  ]
}

async function smallPagerank({ runtime, reference }: PagerankThreads, seed: number): Promise<Case> {
  const graph = shareGraph(generateUniform({ ...SMALL, seed }))
  const compare = await comparison(graph, reference)
  return {
    name: 'pagerank_small, 100 nodes',
    includes: '500 edges, to the default tolerance',
    run: async () => {
      const { result, supersteps, messages } = await rank(runtime, WORKERS, { graph })
      return { supersteps, messages, complaint: compare(result) }
    },
  }
}

function outcomeOf(
  { supersteps, messages }: { supersteps: number; messages: number },
  isRight: boolean,
  result: unknown,
) {
  return { supersteps, messages, complaint: isRight ? undefined : `the result is ${result}` }
}
