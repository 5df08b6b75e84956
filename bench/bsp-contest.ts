/**
 * A contest of things that time themselves, in threads: every run brings milliseconds and what is
 * wrong with its answer. The first run of each is a proof only; who is right runs in rounds, and
 * every later answer is looked at too.
 */

import { samplesFor, timeRounds } from './rounds.js'
import { type Summary, summarize } from './statistics.js'

/** One run. */
export interface Measured {
  /** Of the part that counts: starting threads and runs is left out. */
  ms: number
  complaint: string | undefined
}

/** Something that is measured. */
export interface BspContestant {
  name: string
  /** What the figure includes. */
  includes: string
  /** Operations that `ms` is for: supersteps, messages or bytes. */
  count: number
  /** The proof is a run of its own where looking at all of an answer takes long. */
  prove?(): Promise<string | undefined>
  run(): Promise<Measured>
}

/** A ratio to show, and what is owed of it, if anything. */
export interface Owed {
  /** Row over row, by medians; over the contest's unit, a figure by itself. */
  of: string
  over: string
  /** A row whose figure is taken off that of `of` first. */
  less?: string
  /** What the ratio says, for the table. */
  says: string
  atLeast?: number
  atMost?: number
}

/** An owed figure that was measured. */
export interface Verdict extends Owed {
  ratio: number
  /** Of the best runs, the least disturbed ones. */
  bestRatio: number
  /** Undefined where the machine was too busy to tell. */
  met: boolean | undefined
}

/** How operations and milliseconds become the figure of a row. */
export type BspUnit = 'ms each' | 'µs each' | 'M/s' | 'GB/s'

/** A row of the report. */
export interface BspRow {
  name: string
  includes: string
  count: number
  call: Summary
  callsMs: number[]
  /** In the contest's unit, from the median and from the best run. */
  figure: number
  bestFigure: number
}

/** What a contest found. */
export interface BspReport {
  name: string
  unit: BspUnit
  rows: BspRow[]
  verdicts: Verdict[]
  refusals: string[]
  notes: string[]
}

/** What a contest is about. */
export interface BspContest {
  name: string
  unit: BspUnit
  contestants: BspContestant[]
  owed: Owed[]
  notes: string[]
}

/** How much to measure. */
export interface BspEffort {
  /** Milliseconds of runs a contestant. */
  budgetMs: number
  mostSamples: number
}

const LEAST_SAMPLES = 3

/** Times a whole call; its answer is looked at afterwards. */
export async function measure<T>(
  run: () => PromiseLike<T>,
  compare: (answer: T) => string | undefined,
): Promise<Measured> {
  const startMs = performance.now()
  const answer = await run()
  const ms = performance.now() - startMs
  return { ms, complaint: compare(answer) }
}

/** Proves and times those whose names are asked for. */
export function holdChosen(
  contest: BspContest,
  { effort, filter }: { effort: BspEffort; filter: RegExp | undefined },
  say: (line: string) => void,
): Promise<BspReport> {
  const contestants = contest.contestants.filter(({ name }) => filter?.test(name) ?? true)
  return holdBspContest({ ...contest, contestants }, effort, (line) =>
    say(`${contest.name.split(/[:,]/)[0]}: ${line}`),
  )
}

/** Proves and times. */
export async function holdBspContest(
  { name, unit, contestants, owed, notes }: BspContest,
  { budgetMs, mostSamples }: BspEffort,
  say: (line: string) => void,
): Promise<BspReport> {
  const refused = new Map<string, string>()
  const samplesMs = new Map<string, number[]>()
  const runOnce = async (contestant: BspContestant) => {
    const { ms, complaint } = await contestant.run()
    if (complaint !== undefined) refused.set(contestant.name, complaint)
    return ms
  }
  const tasks: { name: string; run(): Promise<void>; samples: number }[] = []
  for (const contestant of contestants) {
    say(`checking ${contestant.name}`)
    const complaint = await contestant.prove?.()
    if (complaint !== undefined) refused.set(contestant.name, complaint)
    const startMs = performance.now()
    await runOnce(contestant)
    const runMs = performance.now() - startMs
    if (refused.has(contestant.name)) continue
    const timesMs: number[] = []
    samplesMs.set(contestant.name, timesMs)
    const least = Math.min(LEAST_SAMPLES, mostSamples)
    const samples = samplesFor(runMs, budgetMs, least, mostSamples)
    const run = async () => void timesMs.push(await runOnce(contestant))
    tasks.push({ name: contestant.name, run, samples })
  }
  await timeRounds(tasks, (done, rounds) => say(`round ${done} of ${rounds}`))
  const rows = contestants
    .filter((contestant) => !refused.has(contestant.name))
    .map((contestant) => rowOf(contestant, samplesMs.get(contestant.name) ?? [], unit))
  return {
    ...{ name, unit, rows, notes, verdicts: judge(rows, owed, unit) },
    refusals: [...refused].map(([who, why]) => `REFUSED ${who}: ${why}`),
  }
}

function rowOf({ name, includes, count }: BspContestant, callsMs: number[], unit: BspUnit): BspRow {
  const call = summarize(callsMs)
  const [figure, bestFigure] = [call.medianMs, call.bestMs].map((ms) => figureOf(count, ms, unit))
  return { name, includes, count, call, callsMs, figure, bestFigure }
}

function figureOf(count: number, ms: number, unit: BspUnit): number {
  if (unit === 'ms each') return ms / count
  if (unit === 'µs each') return (ms * 1e3) / count
  return unit === 'M/s' ? count / ms / 1e3 : count / ms / 1e6
}

/** Ratios of the figures of rows that are there; over the unit itself, the figure is owed. */
function judge(rows: readonly BspRow[], owed: readonly Owed[], unit: BspUnit): Verdict[] {
  const find = (who: string | undefined, constant: number) => {
    if (who === undefined || who === unit) return { figure: constant, bestFigure: constant }
    return rows.find(({ name }) => name === who)
  }
  return owed.flatMap((each) => {
    const [of, less, over] = [find(each.of, 1), find(each.less, 0), find(each.over, 1)]
    if (of === undefined || less === undefined || over === undefined) return []
    const ratio = (of.figure - less.figure) / over.figure
    const bestRatio = (of.bestFigure - less.bestFigure) / over.bestFigure
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = each
    return [{ ...each, ratio, bestRatio, met: ratio >= atLeast && ratio <= atMost }]
  })
}
