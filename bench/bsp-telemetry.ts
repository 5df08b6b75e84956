/**
 * What being heard costs a run: nobody listens, somebody counts every event, metrics are kept, a
 * trace is recorded. Each contestant proves first that it heard of every superstep, or of none.
 */

import {
  collectMetrics,
  EVENTS,
  EventBus,
  type EventName,
  recordTrace,
} from 'ticktickclock/telemetry'
import type { BspThreads } from './bsp-barrier.js'
import type { BspContest, BspContestant, Measured } from './bsp-contest.js'
import type busy from './programs/busy.js'

/** Steps of arithmetic a superstep and processor: some 100 µs. */
const WORK = 4000

const SILENT = 'nobody listens'
const AGAIN = 'nobody listens, once more'
const COUNTED = 'a handler of every event'
const METRICS = 'metrics in memory'
const TRACE = 'a trace'

/** Somebody who listens: how many supersteps were heard of, when the run is over. */
type Listen = (bus: EventBus) => () => number

const countAll: Listen = (bus) => {
  let supersteps = 0
  bus.attachMany('bench', Object.keys(EVENTS) as EventName[], (event) => {
    if (event === 'coordinator.superstep_completed') supersteps++
  })
  return () => supersteps
}

const keepMetrics: Listen = (bus) => {
  const collected = collectMetrics({ bus })
  return () => collected.metric('coordinator.superstep_completed.count').series[0]?.value ?? 0
}

const record: Listen = (bus) => {
  const recorder = recordTrace({ bus, maxEntries: 1_000_000 })
  return () => recorder.toJSON().traceEvents.filter(({ cat }) => cat === 'superstep').length
}

/** A run of so many supersteps, heard in four ways. */
export function telemetryContest(threads: BspThreads, supersteps: number): BspContest {
  const contestant = (name: string, includes: string, listen?: Listen): BspContestant => ({
    ...{ name, includes, count: supersteps },
    run: () => runHeard(threads, supersteps, listen),
  })
  const { count } = threads.bare
  return {
    name: `Telemetry: a run of ${supersteps} supersteps on ${count} workers, and who hears of it`,
    unit: 'µs each',
    contestants: [
      contestant(SILENT, 'as if there were no telemetry'),
      contestant(AGAIN, 'the same: what differs between two such rows is chance'),
      contestant(COUNTED, `${2 + 5 * count} events a superstep, each counted`, countAll),
      contestant(METRICS, 'collectMetrics', keepMetrics),
      contestant(TRACE, 'recordTrace', record),
    ],
    owed: [
      { of: AGAIN, over: SILENT, says: 'off over off' },
      { of: COUNTED, over: SILENT, says: 'heard over not heard', atMost: 1.02 },
      { of: METRICS, over: SILENT, says: 'metrics over none', atMost: 1.02 },
      { of: TRACE, over: SILENT, says: 'trace over none', atMost: 1.02 },
    ],
    notes: [`a superstep: ${WORK} steps of arithmetic a processor, vote, barrier`],
  }
}

async function runHeard(
  { runtime, bare, moduleUrl }: BspThreads,
  count: number,
  listen: Listen = () => () => count,
): Promise<Measured> {
  const bus = new EventBus()
  const heard = listen(bus)
  const run = await runtime.run<typeof busy>(moduleUrl('programs/busy.js'), {
    ...{ input: { work: WORK }, processors: bare.count, transport: 'threads' },
    ...{ maxSupersteps: count, telemetry: bus },
  })
  const isRight = run.result.every(({ seen }) => seen === count) && heard() === count
  const complaint = isRight ? undefined : `${heard()} of ${count} supersteps were heard`
  return { ms: run.elapsedMs, complaint }
}
