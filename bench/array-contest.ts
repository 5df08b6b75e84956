/**
 * A contest over one job on arrays: every contestant proves its answer first, and who is right is
 * timed in rounds. The suites of sorting and of timestamps hold them.
 */

import { type OwnTimes, samplesFor, timeRounds } from './rounds.js'
import { median, type Summary, summarize } from './statistics.js'

/** Something that does the job. */
export interface ArrayContestant {
  name: string
  /** What the timed call includes. */
  includes: string
  /** Does the job once. */
  run(): Promise<unknown>
  /** What is wrong with the last run's answer, or undefined. Not timed. */
  complaint(): Promise<string | undefined>
  /** Times of the last run, where another process took them. */
  ownTimes?(): OwnTimes | undefined
  /** How far the last run's answer is from the exact one, in L1, where that is a question. */
  distanceL1?(): number
  /** Gives its data back. */
  close?(): Promise<unknown>
}

/** A contestant's line in the report. */
export interface ArrayRow {
  name: string
  includes: string
  call: Summary
  callsMs: number[]
  /** Processor time of a call, all threads together, the median. */
  cpuMs: number
  nsPerValue: number
  distanceL1?: number
}

/** Results of one contest. */
export interface ArrayReport {
  name: string
  /** What is counted; `value` unless said. */
  unit?: string
  valueCount: number
  seed: number
  rows: ArrayRow[]
  /** Names of the rows that ratios are taken over. */
  over: string[]
  refusals: string[]
  /** Who is missing, and why. */
  missing: string[]
  /** What contestants stand on, where their names don't say it all. */
  about?: string[]
}

/** How much to measure. */
export interface ArrayEffort {
  /** Milliseconds of calls a contestant. */
  budgetMs: number
  mostSamples: number
  /** Only contestants whose name matches. */
  filter?: RegExp | undefined
}

/** What a suite of arrays runs. */
export interface ArraySettings {
  valueCount: number
  /** For a GPU that is emulated on the CPU. */
  softwareGpuCount: number
  effort: ArrayEffort
  /** With other packages. */
  peers: boolean
  seed: number
  filter: RegExp | undefined
}

/** Calls of the fastest contestants also warm the machine up: never fewer than this. */
const LEAST_SAMPLES = 3

/** Proves and times who passes the filter; closes every contestant. */
export async function holdArrayContest(
  report: Omit<ArrayReport, 'rows' | 'refusals'>,
  contestants: readonly ArrayContestant[],
  { budgetMs, mostSamples, filter }: ArrayEffort,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const result: ArrayReport = { ...report, rows: [], refusals: [] }
  const { valueCount } = report
  try {
    const right: { contestant: ArrayContestant; samples: number }[] = []
    for (const contestant of contestants) {
      if (filter?.test(contestant.name) === false) continue
      say(`checking ${contestant.name}`)
      await contestant.run()
      const startMs = performance.now()
      await contestant.run()
      const callMs = performance.now() - startMs
      const complaint = await contestant.complaint()
      const least = Math.min(LEAST_SAMPLES, mostSamples)
      if (complaint !== undefined) result.refusals.push(`REFUSED ${contestant.name}: ${complaint}`)
      else right.push({ contestant, samples: samplesFor(callMs, budgetMs, least, mostSamples) })
    }
    const distances = new Map(right.map(({ contestant: c }) => [c.name, c.distanceL1?.()]))
    const tasks = right.map(({ contestant, samples }) => ({
      name: contestant.name,
      run: () => contestant.run(),
      samples,
      ownTimes: contestant.ownTimes,
    }))
    const times = await timeRounds(tasks, (done, rounds) => say(`round ${done} of ${rounds}`))
    for (const { name, includes } of right.map(({ contestant }) => contestant)) {
      const { wallMs: callsMs, cpuMs } = times.get(name) ?? { wallMs: [], cpuMs: [] }
      const call = summarize(callsMs)
      const nsPerValue = (call.medianMs * 1e6) / valueCount
      const distanceL1 = distances.get(name)
      result.rows.push({
        ...{ name, includes, call, callsMs, cpuMs: median(cpuMs), nsPerValue },
        ...(distanceL1 === undefined ? {} : { distanceL1 }),
      })
    }
  } finally {
    for (const { close } of contestants) await close?.()
  }
  return result
}
