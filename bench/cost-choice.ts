/**
 * What `device: 'auto'` costs: calls of kernels where it chooses, beside the same calls on every
 * device that it could have chosen.
 */

import {
  argsort,
  convertTimestamps,
  type Device,
  generateRmat,
  histogram,
  pagerank,
  reduce,
  scan,
  sort,
} from 'ticktickclock'
import { type ArrayContestant, type ArrayEffort, holdArrayContest } from './array-contest.js'
import { type OpenDevices, roundingBound, shortNameOf } from './contestants.js'
import { differenceOf, randomArray } from './random-arrays.js'
import { distanceL1 } from './statistics.js'
import { ntpValues } from './suite-timestamps.js'

/** Sizes, all of them others than calibration's. */
export interface ChoiceSettings {
  graphScales: number[]
  arrayScales: number[]
  effort: Omit<ArrayEffort, 'filter'>
  seed: number
  filter: RegExp | undefined
}

/** A kernel at one size. */
export interface ChoiceRow {
  kernel: string
  size: string
  /** Medians of calls on open devices. */
  devices: { name: string; ms: number }[]
  autoMs: number
  bestMs: number
  bestDevice: string
}

/** What was found. */
export interface ChoiceReport {
  rows: ChoiceRow[]
  /** Over rows whose best device takes `COUNTS_FROM_MS` or more: undefined without any. */
  sumRatio?: number
  worstRatio?: number
  refusals: string[]
}

/** Who calls for less has other things to pay for. */
export const COUNTS_FROM_MS = 1

const AUTO = 'auto'

type Call = (device: Device | 'auto') => PromiseLike<unknown>

interface Job {
  kernel: string
  size: string
  count: number
  call: Call
  /** Compares answers: what is wrong with the first. */
  compare(answer: unknown, expected: unknown): Promise<string | undefined>
}

/** Every kernel at every size, answers compared with those of plain JavaScript. */
export async function measureChoices(
  devices: OpenDevices,
  settings: ChoiceSettings,
  say: (line: string) => void,
): Promise<ChoiceReport> {
  const report: ChoiceReport = { rows: [], refusals: [] }
  for (const open of jobsOf(settings)) {
    const job = open()
    const name = `${job.kernel}, ${job.size}`
    if (settings.filter?.test(name) === false) continue
    await measureJob(job, devices, settings, report, (line) => say(`${name}: ${line}`))
  }
  const counted = report.rows.filter(({ bestMs }) => bestMs >= COUNTS_FROM_MS)
  if (counted.length === 0) return report
  const sum = (of: (row: ChoiceRow) => number) => counted.reduce((all, row) => all + of(row), 0)
  return {
    ...report,
    sumRatio: sum(({ autoMs }) => autoMs) / sum(({ bestMs }) => bestMs),
    worstRatio: Math.max(...counted.map(({ autoMs, bestMs }) => autoMs / bestMs)),
  }
}

async function measureJob(
  job: Job,
  devices: OpenDevices,
  { effort, seed }: ChoiceSettings,
  report: ChoiceReport,
  say: (line: string) => void,
): Promise<void> {
  const { kernel, size, count, call, compare } = job
  const expected = await call(devices.reference)
  const contestantOf = (name: string, where: Device | 'auto'): ArrayContestant => {
    let answer: unknown
    const run = async () => {
      answer = await call(where)
    }
    return { name, includes: 'host to host', run, complaint: () => compare(answer, expected) }
  }
  const contestants = [
    ...candidates(devices).map((device) => contestantOf(shortNameOf(device), device)),
    contestantOf(AUTO, AUTO),
  ]
  const head = { name: `${kernel}, ${size}`, valueCount: count, seed, over: [], missing: [] }
  const { rows, refusals } = await holdArrayContest(head, contestants, effort, say)
  report.refusals.push(...refusals.map((line) => `${line} (${kernel}, ${size})`))
  const times = rows.map(({ name, call: { medianMs } }) => ({ name, ms: medianMs }))
  const autoMs = times.find(({ name }) => name === AUTO)?.ms
  const own = times.filter(({ name }) => name !== AUTO)
  if (autoMs === undefined || own.length === 0) return
  const best = own.reduce((least, each) => (each.ms < least.ms ? each : least))
  const { ms: bestMs, name: bestDevice } = best
  report.rows.push({ kernel, size, devices: own, autoMs, bestMs, bestDevice })
}

/** Those that `auto` may take: WASM with all threads, a GPU that is one. */
function candidates({ reference, wasm, webgpu }: OpenDevices): Device[] {
  const gpu = webgpu === undefined || webgpu.info.software ? [] : [webgpu]
  return [reference, ...wasm.slice(-1), ...gpu]
}

/** Made one after the other: arrays are large. */
function jobsOf({ graphScales, arrayScales, seed }: ChoiceSettings): (() => Job)[] {
  const array = (scale: number, kernel: string, call: (values: Float64Array) => Call) => () => {
    const values = randomArray('f64', 'uniform', 2 ** scale, seed)
    const size = `2^${scale} f64`
    return { kernel, size, count: 2 ** scale, call: call(values), compare: compareArrays }
  }
  const kernels = (scale: number): (() => Job)[] => [
    array(scale, 'sort', (values) => (device) => sort(values, { device })),
    array(scale, 'argsort', (values) => (device) => argsort(values, { device })),
    array(scale, 'scan', (values) => (device) => scan(values, { device })),
    array(scale, 'reduce', (values) => async (device) => {
      return [(await reduce(values, 'sum', { device })).value]
    }),
    array(scale, 'histogram', (values) => async (device) => {
      return (await histogram(values, { bins: 64, device })).counts
    }),
    () => timestampJob(scale, seed),
  ]
  return [
    ...graphScales.map((scale) => () => pagerankJob(scale, seed)),
    ...arrayScales.flatMap(kernels),
  ]
}

function compareArrays(answer: unknown, expected: unknown): Promise<string | undefined> {
  return differenceOf(answer, expected as Float64Array)
}

function timestampJob(scale: number, seed: number): Job {
  const values = ntpValues(2 ** scale, seed)
  return {
    ...{ kernel: 'timestamps', size: `2^${scale} u64`, count: 2 ** scale },
    call: (device) => convertTimestamps(values, { from: 'ntp', to: 'unix-ns', device }),
    compare: compareArrays,
  }
}

function pagerankJob(scale: number, seed: number): Job {
  const graph = generateRmat({ scale, directed: false, seed })
  return {
    ...{ kernel: 'pagerank', size: `R-MAT ${scale}`, count: graph.arcCount },
    call: (device) => pagerank(graph, { device, precision: 'f64' }),
    compare: async (answer, expected) => {
      const [one, other] = [answer, expected] as Awaited<ReturnType<typeof pagerank>>[]
      const distance = distanceL1(one.ranks, other.ranks)
      const limit = roundingBound(one) + roundingBound(other)
      return distance <= limit ? undefined : `L1 ${distance} from plain JavaScript`
    },
  }
}
