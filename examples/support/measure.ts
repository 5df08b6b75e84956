/**
 * Ranks one graph on every device that this machine has, several times each, and compares the
 * answers with those of plain JavaScript.
 */

import {
  type Device,
  type Graph,
  openDevice,
  type PagerankResult,
  type Precision,
  pagerank,
  type Timings,
} from 'ticktickclock'

/** A device to try, and in which arithmetic. */
export interface Contender {
  label: string
  device: Device
  precision: Precision
}

/** Marks a label: f32 on a GPU, brought to f64 by WASM. */
export const POLISHED = 'f32→f64'

/** What a device took and how far its answer is from that of plain JavaScript. */
export interface Measurement {
  label: string
  /** Phases of the call of median length, in milliseconds. */
  timings: Timings
  /** Their sum: what a first call with this graph takes. */
  totalMs: number
  /** L1 distance to the ranks of plain JavaScript. */
  distance: number
  /** What the error bounds of both results allow. */
  allowed: number
  result: PagerankResult
}

/** A device of this machine. */
export interface NamedDevice {
  label: string
  device: Device
}

/** Devices that are there, the reference first, and why others are not. */
export interface OpenedDevices {
  devices: NamedDevice[]
  missing: string[]
  close(): Promise<void>
}

/** Opens every device that this machine has. */
export async function openDevices(): Promise<OpenedDevices> {
  const devices: NamedDevice[] = []
  const missing: string[] = []
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      missing.push(error instanceof Error ? error.message : String(error))
    }
  }
  devices.push({ label: 'plain JavaScript', device: await openDevice({ kind: 'reference' }) })
  await attempt(async () => {
    const one = await openDevice({ kind: 'wasm', threads: 1 })
    devices.push({ label: 'WASM, 1 thread', device: one })
    const all = await openDevice({ kind: 'wasm' })
    if (all.info.threads > 1) devices.push({ label: all.info.name, device: all })
    else await all.dispose()
  })
  await attempt(async () => {
    const device = await openDevice({ kind: 'webgpu' })
    devices.push({ label: device.info.software ? 'software GPU' : 'GPU', device })
  })
  const close = async () => {
    for (const { device } of devices) await device.dispose()
  }
  return { devices, missing, close }
}

/** Devices in the order of the table, the reference first, and those that are missing. */
export async function openContenders(): Promise<{
  contenders: Contender[]
  missing: string[]
  close(): Promise<void>
}> {
  const { devices, missing, close } = await openDevices()
  const contenders = devices.flatMap(({ label, device }): Contender[] =>
    device.kind === 'webgpu'
      ? [
          { label: `${label}, f32`, device, precision: 'f32' },
          { label: `${label}, ${POLISHED}`, device, precision: 'f64' },
        ]
      : [{ label, device, precision: 'f64' }],
  )
  return { contenders, missing, close }
}

/** No device is measured longer than this, once it has an answer. */
const PATIENCE_MS = 1000

/**
 * Ranks the graph on each device: a call to warm up, then up to `runs` calls that count, each with
 * its own upload. A device that is slow to warm up has had its turn.
 */
export async function measureAll(
  graph: Graph,
  contenders: Contender[],
  runs: number,
): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const contender of contenders) {
    const reference = measurements[0]?.result
    measurements.push(await measure(graph, contender, runs, reference))
  }
  return measurements
}

async function measure(
  graph: Graph,
  { label, device, precision }: Contender,
  runs: number,
  reference: PagerankResult | undefined,
): Promise<Measurement> {
  const startMs = performance.now()
  const hasTime = () => performance.now() - startMs < PATIENCE_MS
  const result = await callOnce(graph, device, precision)
  const calls: PagerankResult[] = hasTime() ? [] : [result]
  while (calls.length < runs && (calls.length === 0 || hasTime())) {
    calls.push(await callOnce(graph, device, precision))
  }
  const totalOf = ({ timings }: PagerankResult) => sum(Object.values(timings))
  calls.sort((a, b) => totalOf(a) - totalOf(b))
  const median = calls[Math.floor((calls.length - 1) / 2)]
  const other = reference ?? result
  return {
    label,
    timings: median.timings,
    totalMs: totalOf(median),
    distance: sum(Array.from(result.ranks, (rank, v) => Math.abs(rank - other.ranks[v]))),
    allowed: result.errorBound + other.errorBound,
    result,
  }
}

/** One call with a fresh upload, so that every phase is paid. */
async function callOnce(
  graph: Graph,
  device: Device,
  precision: Precision,
): Promise<PagerankResult> {
  const resident = await device.upload(graph)
  try {
    return await pagerank(resident, { precision })
  } finally {
    await resident.dispose()
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
