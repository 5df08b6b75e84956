/**
 * The suite of sorting: `sort` on every device, with data resident, with `into` and fresh, beside
 * V8's own sort and the databases that people would reach for; then every hard distribution on
 * WASM against the uniform one.
 */

import { type Device, type ResidentArray, sort } from 'ticktickclock'
import {
  type ArrayContestant,
  type ArrayEffort,
  type ArrayReport,
  holdArrayContest,
} from './array-contest.js'
import type { OpenDevices } from './contestants.js'
import {
  type BenchArrays,
  type BenchType,
  DISTRIBUTIONS,
  type Distribution,
  differenceOf,
  randomArray,
} from './random-arrays.js'
import { openSortPeers } from './sort-peers.js'

/** What to run. */
export interface SortSettings {
  valueCount: number
  /** For a GPU that is emulated on the CPU. */
  softwareGpuCount: number
  effort: ArrayEffort
  peers: boolean
  seed: number
  filter: RegExp | undefined
}

const TYPES: readonly BenchType[] = ['u32', 'u64', 'f64']

/** Name of V8's sort, which ratios are taken over. */
export const V8_SORT = 'V8 TypedArray.prototype.sort'
const SIZES = { u32: 4, u64: 8, f64: 8 } as const

/** Sorts every type. */
export async function runSortSuite(
  settings: SortSettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport[]> {
  const reports: ArrayReport[] = []
  for (const type of TYPES) {
    reports.push(await sortType(type, settings, devices, (line) => say(`sort ${type}: ${line}`)))
  }
  for (const type of TYPES) {
    reports.push(await sortHard(type, settings, devices, (line) => say(`sort ${type}: ${line}`)))
  }
  return reports
}

async function sortType(
  type: BenchType,
  settings: SortSettings,
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
  const chosen = contestants.filter(({ name }) => settings.filter?.test(name) ?? true)
  const head = { name: `sort ${type}, uniform`, valueCount, seed, over, missing }
  return holdArrayContest(head, chosen, settings.effort, say)
}

/** The values are put back before each sort: a copy, which is in the time. */
function v8Contestant(
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
  const name = nameOf(device)
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

function nameOf({ info }: Device): string {
  return info.kind === 'webgpu' ? `WebGPU${info.software ? ' (software)' : ''}` : info.name
}

/** Every distribution, resident, on WASM with all threads. */
async function sortHard(
  type: BenchType,
  settings: SortSettings,
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
  { valueCount, seed }: SortSettings,
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
