/**
 * A contest: contestants rank one graph, their answers are compared with the reference first, and
 * who agrees is timed, two lengths of call each, in rounds. Who disagrees is named and not timed.
 */

import { type OwnTimes, samplesFor, type TaskTimes, timeRounds } from './rounds.js'
import { distanceL1, iterationMs, median, type Summary, summarize } from './statistics.js'

/** Where a call's time went, in milliseconds. */
export interface Phases {
  uploadMs: number
  prepareMs: number
  computeMs: number
  readMs: number
}

/** What a contestant says. */
export interface Answer {
  ranks: ArrayLike<number>
  /** Only contestants that measure themselves. */
  phases?: Phases
  /** What rounding can put between these ranks and the exact iterate, in L1, where it is known. */
  roundingBound?: number
  /** Times of this call that were taken in another process. */
  own?: OwnTimes
}

/** Something that computes PageRank, damping 0.85, from 1/n, a fixed number of iterations. */
export interface Contestant {
  name: string
  /** What the timed call includes. */
  includes: string
  /**
   * Largest L1 distance to the reference that passes, where the answer brings no bound of its own.
   */
  limitL1: number
  /** True for another package. */
  isPeer?: boolean
  run(iterations: number): Promise<Answer>
  /** Gives back what it holds. */
  close?(): Promise<void>
}

/** The reference's answer for a number of iterations. */
export interface Expected {
  ranks: ArrayLike<number>
  roundingBound: number
}

/** Lengths of the two kinds of call. */
export interface Lengths {
  long: number
  short: number
}

/** How long and how often to measure. */
export interface Effort {
  /** Milliseconds of calls a contestant. */
  budgetMs: number
  leastSamples: number
  mostSamples: number
}

/** A contestant's line in the report. */
export interface Row {
  name: string
  includes: string
  isPeer: boolean
  /** L1 distance to the reference, and how much is allowed. */
  distanceL1: number
  limitL1: number
  /** Whole calls of the long kind. */
  call: Summary
  callsMs: number[]
  shortCallsMs: number[]
  /** Processor time of a whole call, the median; of all threads together. */
  cpuMs: number
  /** Processor time of one iteration. */
  iterationCpuMs: number
  /** From the difference of long and short calls. */
  iterationMs: number
  nsPerArcIteration: number
  /** Medians, where the contestant measures them. */
  phases: Phases | undefined
}

/** A contestant whose answer is wrong: not timed. */
export interface Refusal {
  name: string
  distanceL1: number
  limitL1: number
}

/** What a contest found. */
export interface ContestResult {
  rows: Row[]
  refusals: Refusal[]
}

interface Checked {
  contestant: Contestant
  distanceL1: number
  limitL1: number
  callMs: number
}

/** Checks both lengths of call, which also warms everything up; times who passed. */
export async function holdContest(
  contestants: readonly Contestant[],
  expect: (iterations: number) => Promise<Expected>,
  arcCount: number,
  lengths: Lengths,
  effort: Effort,
  say: (line: string) => void = () => {},
): Promise<ContestResult> {
  const checked: Checked[] = []
  const refusals: Refusal[] = []
  for (const contestant of contestants) {
    say(`checking ${contestant.name}`)
    const result = await check(contestant, expect, lengths)
    if (result.distanceL1 <= result.limitL1) checked.push(result)
    else refusals.push({ name: contestant.name, ...pick(result) })
  }
  return { rows: await time(checked, arcCount, lengths, effort, say), refusals }
}

function pick({ distanceL1, limitL1 }: Checked): { distanceL1: number; limitL1: number } {
  return { distanceL1, limitL1 }
}

async function check(
  contestant: Contestant,
  expect: (iterations: number) => Promise<Expected>,
  lengths: Lengths,
): Promise<Checked> {
  let worst: Checked = { contestant, distanceL1: 0, limitL1: 0, callMs: 0 }
  for (const iterations of [lengths.short, lengths.long]) {
    const startMs = performance.now()
    const { ranks, roundingBound } = await contestant.run(iterations)
    const callMs = performance.now() - startMs
    const expected = await expect(iterations)
    const distance = distanceL1(ranks, expected.ranks)
    const limitL1 =
      roundingBound === undefined ? contestant.limitL1 : roundingBound + expected.roundingBound
    worst = { contestant, distanceL1: distance, limitL1, callMs }
    if (!(distance <= limitL1)) return worst
  }
  return worst
}

async function time(
  checked: readonly Checked[],
  arcCount: number,
  lengths: Lengths,
  effort: Effort,
  say: (line: string) => void,
): Promise<Row[]> {
  const phases = new Map<string, Phases[]>()
  const tasks = checked.flatMap(({ contestant, callMs }) => {
    const { name } = contestant
    const { budgetMs, leastSamples, mostSamples } = effort
    const samples = samplesFor(callMs, budgetMs, leastSamples, mostSamples)
    const seen: Phases[] = []
    phases.set(name, seen)
    let own: OwnTimes | undefined
    const ownTimes = () => own
    const runOf = (iterations: number) => async () => {
      const answer = await contestant.run(iterations)
      own = answer.own
      if (answer.phases !== undefined && iterations === lengths.long) seen.push(answer.phases)
    }
    return [
      { name: longName(name), run: runOf(lengths.long), ownTimes, samples },
      { name: shortName(name), run: runOf(lengths.short), ownTimes, samples },
    ]
  })
  const times = await timeRounds(tasks, (done, rounds) => say(`round ${done} of ${rounds}`))
  return checked.map((entry) => {
    const { name, includes, isPeer = false } = entry.contestant
    const { wallMs: callsMs, cpuMs: longCpuMs } = timesOf(times, longName(name))
    const { wallMs: shortCallsMs, cpuMs: shortCpuMs } = timesOf(times, shortName(name))
    const eachMs = iterationMs(callsMs, shortCallsMs, lengths.long, lengths.short)
    return {
      name,
      includes,
      isPeer,
      ...pick(entry),
      call: summarize(callsMs),
      callsMs,
      shortCallsMs,
      cpuMs: median(longCpuMs),
      iterationCpuMs: iterationMs(longCpuMs, shortCpuMs, lengths.long, lengths.short),
      iterationMs: eachMs,
      nsPerArcIteration: (eachMs * 1e6) / arcCount,
      phases: medianPhases(phases.get(name) ?? []),
    }
  })
}

function timesOf(times: ReadonlyMap<string, TaskTimes>, name: string): TaskTimes {
  return times.get(name) ?? { wallMs: [], cpuMs: [] }
}

function longName(name: string): string {
  return `${name}, long`
}

function shortName(name: string): string {
  return `${name}, short`
}

function medianPhases(phases: readonly Phases[]): Phases | undefined {
  if (phases.length === 0) return undefined
  const of = (key: keyof Phases) => median(phases.map((each) => each[key]))
  return {
    uploadMs: of('uploadMs'),
    prepareMs: of('prepareMs'),
    computeMs: of('computeMs'),
    readMs: of('readMs'),
  }
}
