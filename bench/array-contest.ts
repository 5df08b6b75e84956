/**
 * A contest over one job on arrays: every contestant proves its answer first, and who is right is
 * timed in rounds. The suites of sorting and of timestamps hold them.
 */

import { samplesFor, timeRounds } from './rounds.js'
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
}

/** Results of one contest. */
export interface ArrayReport {
  name: string
  valueCount: number
  seed: number
  rows: ArrayRow[]
  /** Names of the rows that ratios are taken over. */
  over: string[]
  refusals: string[]
  /** Who is missing, and why. */
  missing: string[]
}

/** How much to measure. */
export interface ArrayEffort {
  /** Milliseconds of calls a contestant. */
  budgetMs: number
  mostSamples: number
}

/** Calls of the fastest contestants also warm the machine up: never fewer than this. */
const LEAST_SAMPLES = 3

/** Proves and times; closes every contestant. */
export async function holdArrayContest(
  report: Omit<ArrayReport, 'rows' | 'refusals'>,
  contestants: readonly ArrayContestant[],
  { budgetMs, mostSamples }: ArrayEffort,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const result: ArrayReport = { ...report, rows: [], refusals: [] }
  const { valueCount } = report
  try {
    const right: { contestant: ArrayContestant; samples: number }[] = []
    for (const contestant of contestants) {
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
    const tasks = right.map(({ contestant, samples }) => ({
      name: contestant.name,
      run: () => contestant.run(),
      samples,
    }))
    const times = await timeRounds(tasks, (done, rounds) => say(`round ${done} of ${rounds}`))
    for (const { name, includes } of right.map(({ contestant }) => contestant)) {
      const { wallMs: callsMs, cpuMs } = times.get(name) ?? { wallMs: [], cpuMs: [] }
      const call = summarize(callsMs)
      const nsPerValue = (call.medianMs * 1e6) / valueCount
      result.rows.push({ name, includes, call, callsMs, cpuMs: median(cpuMs), nsPerValue })
    }
  } finally {
    for (const { close } of contestants) await close?.()
  }
  return result
}
