/** The seed's three cases as whole runs: time, operations, and what they leave on the heap. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  type BspContestant,
  type BspEffort,
  type BspReport,
  holdBspContest,
  measure,
} from './bsp-contest.js'
import { median } from './statistics.js'

/** What a run says about itself. */
export interface CaseOutcome {
  supersteps: number
  messages: number
  complaint: string | undefined
}

/** A case: one whole run. */
export interface Case {
  name: string
  includes: string
  run(): Promise<CaseOutcome>
}

/** What a case costs besides time. */
export interface CaseCost {
  name: string
  supersteps: number
  messages: number
  /** Growth of the calling thread's heap in a run, collected before: the median. */
  heapBytes: number
}

/** Times and costs. */
export interface CasesReport {
  contest: BspReport
  costs: CaseCost[]
}

const HEAP_RUNS = 5

/** Runs every case. */
export async function runCases(
  cases: readonly Case[],
  effort: BspEffort,
  say: (line: string) => void,
): Promise<CasesReport> {
  const contestants = cases.map(({ name, includes, run }): BspContestant => {
    return {
      ...{ name, includes, count: 1 },
      run: () => measure(run, ({ complaint }) => complaint),
    }
  })
  const name = "The seed's cases: whole runs on warm workers"
  const notes = [
    'heap: growth on the calling thread in a run; workers have heaps of their own',
    'operations stand in for reductions of the BEAM, which JavaScript does not count',
  ]
  const contest = await holdBspContest(
    { name, unit: 'ms each', contestants, owed: [], notes },
    effort,
    say,
  )
  const right = cases.filter((each) => contest.rows.some((row) => row.name === each.name))
  const costs: CaseCost[] = []
  for (const each of right) costs.push(await costOf(each))
  return { contest, costs }
}

async function costOf({ name, run }: Case): Promise<CaseCost> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const grown: number[] = []
  let outcome = await run()
  for (let i = 0; i < HEAP_RUNS; i++) {
    collect()
    const before = process.memoryUsage().heapUsed
    outcome = await run()
    grown.push(process.memoryUsage().heapUsed - before)
  }
  const { supersteps, messages } = outcome
  return { name, supersteps, messages, heapBytes: median(grown) }
}
