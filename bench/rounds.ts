/**
 * Timing by rounds: every contestant runs once a round, in turn, and in the opposite order in the
 * next round, so that whatever else the machine does hits all of them alike. tinybench takes the
 * times; warm-up is the caller's (the check of the answers is one).
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Bench } from 'tinybench'

/** Times that a task took itself, because it ran in another process. */
export interface OwnTimes {
  wallMs: number
  cpuMs: number
}

/** Something to time. */
export interface TimedTask {
  name: string
  run(): Promise<unknown>
  /** Of the last run, instead of what is seen from here. */
  ownTimes?(): OwnTimes | undefined
  /** Rounds to take part in, spread evenly over all; slow ones take part in few. */
  samples: number
}

/** How many samples a call of this length gets: as many as fit in the budget, within limits. */
export function samplesFor(callMs: number, budgetMs: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(budgetMs / Math.max(callMs, 0.001))))
}

/** Whether a task with `samples` of `rounds` takes part in this round. */
export function takesPart(round: number, samples: number, rounds: number): boolean {
  const before = Math.floor((round * samples) / rounds)
  return Math.floor(((round + 1) * samples) / rounds) > before
}

/** Milliseconds of a task's calls, in the order of the rounds. */
export interface TaskTimes {
  wallMs: number[]
  /** Processor time of the process, its threads included: other programs can't add to it. */
  cpuMs: number[]
}

/**
 * A call that takes less is made once before it is timed, as one of a series: threads that have
 * slept through the others' calls take half a millisecond to come back.
 */
const SHORT_MS = 50

/** Threads of V8 give memory back for so long after a collection, and take the memory's time. */
const SWEEP_MS = 20

function exposeCollection(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

const collect = exposeCollection()

/** No call is to pay for the garbage that another one left. */
async function collectGarbage(): Promise<void> {
  collect()
  await new Promise((resolve) => setTimeout(resolve, SWEEP_MS))
}

/**
 * Runs all tasks.
 *
 * @returns times by task name
 * @throws what a task throws
 */
export async function timeRounds(
  tasks: readonly TimedTask[],
  onRound: (done: number, rounds: number) => void = () => {},
): Promise<Map<string, TaskTimes>> {
  const times = new Map<string, TaskTimes>(
    tasks.map(({ name }) => [name, { wallMs: [], cpuMs: [] }]),
  )
  const rounds = Math.max(0, ...tasks.map(({ samples }) => samples))
  for (let round = 0; round < rounds; round++) {
    const taking = tasks.filter(({ samples }) => takesPart(round, samples, rounds))
    if (round % 2 === 1) taking.reverse()
    const bench = new Bench({
      iterations: 1,
      time: 0,
      warmup: false,
      retainSamples: true,
      throws: true,
    })
    for (const { name, run, ownTimes } of taking) {
      // An async function: tinybench calls others once more to learn whether they are async.
      const timed = async () => {
        const before = process.cpuUsage()
        await run()
        const { user, system } = process.cpuUsage(before)
        const own = ownTimes?.()
        times.get(name)?.cpuMs.push(own?.cpuMs ?? (user + system) / 1000)
        return own && { overriddenDuration: own.wallMs }
      }
      const isShort = (times.get(name)?.wallMs.at(-1) ?? SHORT_MS) < SHORT_MS
      const beforeEach = async () => {
        await collectGarbage()
        if (isShort) await run()
      }
      bench.add(name, timed, { beforeEach })
    }
    await bench.run()
    for (const { name, result } of bench.tasks) {
      if (result.state !== 'completed') throw new Error(`${name} was not measured: ${result.state}`)
      times.get(name)?.wallMs.push(...(result.latency.samples ?? []))
    }
    onRound(round + 1, rounds)
  }
  return times
}
