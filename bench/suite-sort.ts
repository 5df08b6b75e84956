/**
 * The suite of sorting: `sort` on every device, with data resident, with `into` and fresh, beside
 * V8's own sort and the databases that people would reach for; then every hard distribution on
 * WASM against the uniform one.
 */

import { type Device, type ResidentArray, sort } from 'ticktickclock'
import { holdArgsort } from './argsort.js'
import {
  type ArrayContestant,
  type ArrayReport,
  type ArraySettings,
  holdArrayContest,
} from './array-contest.js'
import { type OpenDevices, shortNameOf } from './contestants.js'
import {
  type BenchArrays,
  type BenchType,
  DISTRIBUTIONS,
  type Distribution,
  differenceOf,
  randomArray,
} from './random-arrays.js'
import { openSortPeers } from './sort-peers.js'
import { holdSortPhases, type SortPhases } from './sort-phases.js'

/** What the suite found. */
export interface SortSuiteReport {
  /** Values in order, by type. */
  sort: ArrayReport[]
  /** Their order, by type. */
  argsort: ArrayReport[]
  /** Upload, compute and read apart. */
  phases: SortPhases[]
}

const TYPES: readonly BenchType[] = ['u32', 'u64', 'f32', 'f64']
/** Those whose hard distributions are measured, and those whose order is. */
const HARD_TYPES: readonly BenchType[] = ['u32', 'u64', 'f64']
const ORDER_TYPES: readonly BenchType[] = ['u32', 'f64']

/** Name of V8's sort, which ratios are taken over. */
export const V8_SORT = 'V8 TypedArray sort'
const SIZES = { u32: 4, u64: 8, f32: 4, f64: 8 } as const

/** Sorts every type. */
export async function runSortSuite(
  settings: ArraySettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<SortSuiteReport> {
  const report: SortSuiteReport = { sort: [], argsort: [], phases: [] }
  const sayOf = (type: string) => (line: string) => say(`sort ${type}: ${line}`)
  for (const type of TYPES) {
    report.sort.push(await sortType(type, settings, devices, sayOf(type)))
  }
  for (const type of HARD_TYPES) {
    report.sort.push(await sortHard(type, settings, devices, sayOf(type)))
  }
  for (const type of ORDER_TYPES) {
    report.argsort.push(await holdArgsort(type, settings, devices, sayOf(`order of ${type}`)))
  }
  report.phases = await holdSortPhases(settings, devices, sayOf('phases'))
  return report
}

async function sortType(
  type: BenchType,
  settings: ArraySettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const { valueCount, seed, softwareGpuCount } = settings
  const values = randomArray(type, 'uniform', valueCount, seed)
  const sorted = values.slice().sort() as BenchArrays[BenchType]
  const missing: string[] = []
  const contestants = [v8Contestant(values, sorted)]
  const { wasm, webgpu, adapter } = devices
  if (webgpu === undefined) missing.push(`WebGPU: ${adapter}`)
  else if (webgpu.info.software && valueCount > softwareGpuCount) {
    missing.push(`WebGPU: ${webgpu.info.name} is too slow for so many values`)
  } else contestants.push(...(await ownContestants(webgpu, values, sorted)))
  for (const device of wasm) contestants.push(...(await ownContestants(device, values, sorted)))
  const over = [V8_SORT]
  if (settings.peers) {
    const peers = await openSortPeers(type, values, sorted)
    contestants.push(...peers.contestants)
    missing.push(...peers.missing)
    over.push(...peers.contestants.map(({ name }) => name))
  } else missing.push('other packages: left out by --no-peers')
  const head = { name: `sort ${type}, uniform`, valueCount, seed, over, missing }
  const effort = { ...settings.effort, filter: settings.filter }
  return holdArrayContest(head, contestants, effort, say)
}

/** The values are put back before each sort: a copy, which is in the time. */
export function v8Contestant(
  values: BenchArrays[BenchType],
  sorted: BenchArrays[BenchType],
): ArrayContestant {
  const work = values.slice() as Uint32Array
  return {
    name: V8_SORT,
    includes: 'a copy to the array, sort in place',
    run: async () => {
      work.set(values as Uint32Array)
      work.sort()
    },
    complaint: async () => differenceOf(work, sorted),
  }
}

/** One device, three ways. */
async function ownContestants(
  device: Device,
  values: BenchArrays[BenchType],
  sorted: BenchArrays[BenchType],
): Promise<ArrayContestant[]> {
  const host = values as Float64Array
  const input = await device.upload(host)
  const output = await device.alloc(input.type, input.length)
  const into = host.slice()
  let fresh: Float64Array = into
  const name = shortNameOf(device)
  const dispose = async () => {
    await input.dispose()
    await output.dispose()
  }
  return [
    {
      name: `${name}, resident`,
      includes: 'data on the device, result stays there',
      run: () => sort(input, { into: output }),
      complaint: async () => differenceOf(await output.read(), sorted),
      close: dispose,
    },
    {
      name: `${name}, into`,
      includes: 'host array to a given host array: upload, sort, read',
      run: () => sort(host, { device, into }),
      complaint: async () => differenceOf(into, sorted),
    },
    {
      name: `${name}, fresh`,
      includes: 'host array to a fresh one',
      run: async () => {
        fresh = await sort(host, { device })
      },
      complaint: async () => differenceOf(fresh, sorted),
    },
  ]
}

/** Every distribution, resident, on WASM with all threads. */
async function sortHard(
  type: BenchType,
  settings: ArraySettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const { valueCount, seed } = settings
  const device = devices.wasm[devices.wasm.length - 1]
  const contestants: ArrayContestant[] = []
  for (const distribution of DISTRIBUTIONS) {
    contestants.push(hardContestant(type, distribution, device, settings))
  }
  const name = `sort ${type} by distribution, ${device.info.name}, resident`
  const over = [DISTRIBUTIONS[0]]
  const head = { name, valueCount, seed, over, missing: [] }
  return holdArrayContest(head, contestants, settings.effort, say)
}

function hardContestant(
  type: BenchType,
  distribution: Distribution,
  device: Device,
  { valueCount, seed }: ArraySettings,
): ArrayContestant {
  let data: Promise<{ input: ResidentArray; output: ResidentArray }> | undefined
  const open = async () => {
    const values = randomArray(type, distribution, valueCount, seed) as Float64Array
    const input = await device.upload(values)
    return { input, output: await device.alloc(input.type, valueCount) }
  }
  return {
    name: distribution,
    includes: `${valueCount * SIZES[type]} bytes on the device`,
    run: async () => {
      data ??= open()
      const { input, output } = await data
      await sort(input as ResidentArray<'f64'>, { into: output as ResidentArray<'f64'> })
    },
    complaint: async () => {
      const values = randomArray(type, distribution, valueCount, seed).sort()
      return differenceOf((await data)?.output.read(), values as BenchArrays[BenchType])
    },
    close: async () => {
      await (await data)?.input.dispose()
      await (await data)?.output.dispose()
    },
  }
}
