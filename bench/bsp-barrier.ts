/**
 * What an empty superstep costs: against a bare Atomics barrier of as many threads, and against the
 * same fan-out by comlink calls, one a worker, all awaited.
 */

import type { Runtime } from 'ticktickclock/bsp'
import type { BareThreads } from './bare-threads.js'
import type { BspContest, BspContestant, BspReport, Measured } from './bsp-contest.js'
import type empty from './programs/empty.js'

/** How many of each. */
export interface BarrierSizes {
  supersteps: number
  fanOuts: number
}

/** What the contests run on. */
export interface BspThreads {
  /** Two workers. */
  runtime: Runtime
  /** As many threads as `runtime` has workers. */
  bare: BareThreads
  /** URL of a compiled module of this folder. */
  moduleUrl(name: string): URL
}

const SUPERSTEP = 'empty superstep'
const INLINE = 'the same inline, 1 processor'
const BARE = 'bare Atomics barrier'
const FAN_OUT = 'comlink fan-out'

/** Against a bare barrier, and against calls from the main thread. */
export function barrierContest(
  threads: BspThreads,
  { supersteps, fanOuts }: BarrierSizes,
): BspContest {
  const { bare } = threads
  return {
    name: `Barrier: an empty superstep on ${bare.count} workers, and what does as much`,
    unit: 'µs each',
    contestants: [
      superstepContestant(SUPERSTEP, threads, 'threads', supersteps),
      superstepContestant(INLINE, threads, 'inline', supersteps),
      {
        name: BARE,
        includes: `${bare.count} threads meet; nothing else`,
        count: supersteps,
        prove: async () => {
          const faults = await bare.all((thread) => thread.prove(Math.min(supersteps, 20_000)))
          return faults.some((count) => count > 0) ? 'threads passed before others came' : undefined
        },
        run: async () => {
          const warmUp = Math.ceil(supersteps / 4)
          const times = await bare.all((thread) => thread.meet(warmUp, supersteps))
          return { ms: Math.max(...times), complaint: undefined }
        },
      },
      {
        name: FAN_OUT,
        includes: `one empty comlink call a worker, all ${bare.count} awaited`,
        count: fanOuts,
        run: () => fanOut(bare, fanOuts),
      },
    ],
    owed: [
      {
        ...{ of: SUPERSTEP, less: INLINE, over: BARE, atMost: 2 },
        says: 'superstep less inline, over bare barrier',
      },
      { of: SUPERSTEP, over: BARE, says: 'whole superstep over bare barrier' },
      { of: FAN_OUT, over: SUPERSTEP, says: 'comlink fan-out over superstep', atLeast: 10 },
    ],
    notes: ['a superstep: compute of nothing, vote, times of both; inline it has no barrier'],
  }
}

/** Threads that run at once meet in less; those that take turns on a core sleep in between. */
const MEETING_US = 3

/** Takes the verdicts back if they are of threads that had to sleep, and says so. */
export function withoutSleepers(report: BspReport): BspReport {
  const met = report.rows.find(({ name }) => name === BARE)
  if (met === undefined || met.figure < MEETING_US) return report
  const why = `threads seldom ran at once, a bare barrier took ${met.figure.toFixed(1)} µs`
  const verdicts = report.verdicts.map((verdict) => ({ ...verdict, met: undefined }))
  return { ...report, verdicts, notes: [...report.notes, `nothing is judged: ${why}`] }
}

/** On threads a processor a worker, inline one. */
function superstepContestant(
  name: string,
  { runtime, bare, moduleUrl }: BspThreads,
  transport: 'threads' | 'inline',
  count: number,
): BspContestant {
  const processors = transport === 'threads' ? bare.count : 1
  const warmUp = Math.ceil(count / 4)
  const all = warmUp + count + 1
  return {
    name,
    includes: `${processors} processors: compute of nothing, vote, barrier`,
    count,
    run: async (): Promise<Measured> => {
      const { result, supersteps } = await runtime.run<typeof empty>(
        moduleUrl('programs/empty.js'),
        { input: { warmUp, count }, processors, transport, maxSupersteps: all + 1 },
      )
      const isRight = supersteps === all && result.every(({ seen }) => seen === all)
      const complaint = isRight ? undefined : `${supersteps} supersteps instead of ${all}`
      return { ms: Math.max(...result.map(({ ms }) => ms)), complaint }
    },
  }
}

async function fanOut(bare: BareThreads, count: number): Promise<Measured> {
  const before = await bare.all((thread) => thread.step())
  const startMs = performance.now()
  for (let i = 0; i < count; i++) await bare.all((thread) => thread.step())
  const ms = performance.now() - startMs
  const after = await bare.all((thread) => thread.step())
  const isRight = after.every((calls, i) => calls === before[i] + count + 1)
  return { ms, complaint: isRight ? undefined : 'calls were lost' }
}
