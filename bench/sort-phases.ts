/**
 * Where the time of a sort goes: upload, compute and read apart, each on its own, on every device.
 * A read to a fresh array stands beside one to a given array: new pages cost more than copies.
 */

import { type Device, sort } from 'ticktickclock'
import {
  type ArrayContestant,
  type ArrayRow,
  type ArraySettings,
  holdArrayContest,
} from './array-contest.js'
import { type OpenDevices, shortNameOf } from './contestants.js'
import { differenceOf, randomArray } from './random-arrays.js'

/** Medians of one device's phases. */
export interface DevicePhases {
  name: string
  uploadMs: number
  computeMs: number
  /** To a host array that is given. */
  readMs: number
  /** To a new one. */
  readFreshMs: number
}

/** Phases of all devices at one size. */
export interface SortPhases {
  name: string
  valueCount: number
  seed: number
  rows: DevicePhases[]
  refusals: string[]
  missing: string[]
}

/** Every device at the suite's size; a software GPU, with the others beside, at one it can do. */
export async function holdSortPhases(
  settings: ArraySettings,
  { reference, wasm, webgpu, adapter }: OpenDevices,
  say: (line: string) => void,
): Promise<SortPhases[]> {
  const { valueCount, softwareGpuCount } = settings
  const onCpu = [reference, ...wasm]
  if (webgpu === undefined) {
    return [await phasesAt(valueCount, onCpu, [`WebGPU: ${adapter}`], settings, say)]
  }
  const all = [...onCpu, webgpu]
  if (!webgpu.info.software || valueCount <= softwareGpuCount) {
    return [await phasesAt(valueCount, all, [], settings, say)]
  }
  const missing = [`WebGPU: ${adapter} is too slow for so many values`]
  return [
    await phasesAt(valueCount, onCpu, missing, settings, say),
    await phasesAt(softwareGpuCount, all, [], settings, say),
  ]
}

async function phasesAt(
  valueCount: number,
  devices: readonly Device[],
  missing: string[],
  { seed, effort, filter }: ArraySettings,
  say: (line: string) => void,
): Promise<SortPhases> {
  const values = randomArray('f64', 'uniform', valueCount, seed)
  const sorted = values.slice().sort()
  const chosen = devices.filter((device) => filter?.test(shortNameOf(device)) ?? true)
  const contestants: ArrayContestant[] = []
  for (const device of chosen) contestants.push(...(await phaseContestants(device, values, sorted)))
  const name = 'sort f64, upload, compute and read apart'
  const head = { name, valueCount, seed, over: [], missing }
  const { rows, refusals } = await holdArrayContest(head, contestants, effort, say)
  return {
    ...{ name, valueCount, seed, refusals, missing },
    rows: chosen.map((device) => phasesOf(shortNameOf(device), rows)),
  }
}

const PHASES = ['upload', 'compute', 'read', 'read fresh'] as const

function phasesOf(name: string, rows: readonly ArrayRow[]): DevicePhases {
  const [uploadMs, computeMs, readMs, readFreshMs] = PHASES.map(
    (phase) => rows.find((row) => row.name === `${name}: ${phase}`)?.call.medianMs ?? Number.NaN,
  )
  return { name, uploadMs, computeMs, readMs, readFreshMs }
}

async function phaseContestants(
  device: Device,
  values: Float64Array,
  sorted: Float64Array,
): Promise<ArrayContestant[]> {
  const name = shortNameOf(device)
  const input = await device.upload(values)
  const output = await device.alloc('f64', values.length)
  let uploaded = await device.upload(values)
  const into = values.slice()
  let fresh: Float64Array = into
  await sort(input, { into: output })
  const close = async () => {
    for (const each of [input, output, uploaded]) await each.dispose()
  }
  return [
    {
      name: `${name}: ${PHASES[0]}`,
      includes: 'host array to a new Resident; the one before is given back in the call',
      run: async () => {
        await uploaded.dispose()
        uploaded = await device.upload(values)
      },
      complaint: async () => differenceOf(await uploaded.read(), values),
    },
    {
      name: `${name}: ${PHASES[1]}`,
      includes: 'Resident to Resident',
      run: () => sort(input, { into: output }),
      complaint: async () => differenceOf(await output.read(), sorted),
    },
    {
      name: `${name}: ${PHASES[2]}`,
      includes: 'Resident to a given host array',
      run: () => output.read(into),
      complaint: () => differenceOf(into, sorted),
    },
    {
      name: `${name}: ${PHASES[3]}`,
      includes: 'Resident to a new host array',
      run: async () => {
        fresh = await output.read()
      },
      complaint: () => differenceOf(fresh, sorted),
      close,
    },
  ]
}
