/**
 * Measures what kernels take on the devices of this machine: calls of a small and of larger sizes
 * on open devices, from host arrays to host arrays, and a line through their medians. For the
 * profile that `device: 'auto'` asks.
 */

import { estimateParameters } from '../cost/fit.js'
import type { Device } from '../devices/device.js'
import { openDevice } from '../devices/open.js'
import type { Graph } from '../graph/csr.js'
import { generateRmat } from '../graph/generate.js'
import type { DeviceFigures, KernelFigures, ProfiledKernel } from '../profile.js'
import { createRandom } from '../random.js'
import { histogram } from './histogram/index.js'
import { pagerank } from './pagerank/index.js'
import { reduce } from './reduce/index.js'
import { scan } from './scan/index.js'
import { sort } from './sort/index.js'
import { convertTimestamps } from './timestamps/index.js'

/** Options of `calibrateDevices`. */
export interface CalibrateDevicesOptions {
  kinds: readonly DeviceFigures['kind'][]
  /** Reads the time, in milliseconds. */
  nowMs: () => number
  signal?: AbortSignal | undefined
  /** Told of each kernel on each device before it is measured. */
  onStart?: ((device: DeviceFigures['kind'], kernel: ProfiledKernel) => void) | undefined
}

/** Values of arrays, and R-MAT graphs of 2^scale vertices with 16 edges each. */
const LENGTHS = [2 ** 10, 2 ** 14, 2 ** 18, 2 ** 20]
const SCALES = [6, 10, 13]
/** On a GPU in software larger ones would take minutes. */
const MOST_IN_SOFTWARE = 2 ** 14
const CALLS = 7
/** A kernel on a device gets so long, then what was measured has to do. */
const BUDGET_MS = 700

/** A call of a representative job of each kernel. */
interface Jobs {
  /** Items as `device: 'auto'` counts them. */
  count: number
  run(device: Device): Promise<unknown>
}

/**
 * @throws DeviceUnavailableError for a kind that this host lacks; `signal.reason` on abort
 */
export async function calibrateDevices({
  kinds,
  nowMs,
  signal,
  onStart,
}: CalibrateDevicesOptions): Promise<DeviceFigures[]> {
  const devices: DeviceFigures[] = []
  for (const kind of kinds) {
    const device = await openDevice({ kind })
    try {
      const { name, software } = device.info
      const figures: DeviceFigures = { kind, name, software, kernels: {} }
      for (const [kernel, jobs] of Object.entries(jobsOf(device))) {
        signal?.throwIfAborted()
        onStart?.(kind, kernel as ProfiledKernel)
        const measured = await measure(device, jobs, nowMs, signal)
        if (measured !== undefined) figures.kernels[kernel as ProfiledKernel] = measured
      }
      devices.push(figures)
    } finally {
      await device.dispose()
    }
  }
  return devices
}

/** Undefined when times fit no line. */
async function measure(
  device: Device,
  jobs: readonly Jobs[],
  nowMs: () => number,
  signal: AbortSignal | undefined,
): Promise<KernelFigures | undefined> {
  const samples: { hRelation: number; time: number }[] = []
  const endMs = nowMs() + BUDGET_MS
  for (const { count, run } of jobs) {
    const times: number[] = []
    // The first call prepares and compiles.
    for (let call = 0; call <= CALLS; call++) {
      signal?.throwIfAborted()
      const startMs = nowMs()
      await run(device)
      const ms = nowMs() - startMs
      if (call > 0) times.push(ms)
      // Two sizes make a line: the first two are measured whatever they take.
      if (nowMs() > endMs && call > 0) break
    }
    times.sort((a, b) => a - b)
    samples.push({ hRelation: count, time: times[times.length >> 1] })
    if (nowMs() > endMs && samples.length > 1) break
  }
  const found = estimateParameters(samples, { residuals: 'relative' })
  return found.kind === 'fit' ? { callMs: found.l, itemMs: found.g } : undefined
}

function jobsOf({ kind, info }: Device): Record<ProfiledKernel, Jobs[]> {
  const most = info.software ? MOST_IN_SOFTWARE : Number.POSITIVE_INFINITY
  const random = createRandom(1)
  const lengths = LENGTHS.filter((length) => length <= most)
  const columns = lengths.map((length) => Float64Array.from({ length }, () => random.nextFloat()))
  // What reckons with doubles can't on a GPU.
  const numbers: readonly (Float32Array | Float64Array)[] =
    kind === 'webgpu' ? columns.map((values) => Float32Array.from(values)) : columns
  const job = <A extends ArrayLike<number>>(
    arrays: readonly A[],
    run: (values: A, device: Device) => Promise<unknown>,
  ) => arrays.map((values) => ({ count: values.length, run: (on: Device) => run(values, on) }))
  const graphs = SCALES.map((scale): Graph => generateRmat({ scale, seed: 1 }))
  return {
    pagerank: graphs
      .filter(({ arcCount }) => arcCount <= most)
      .map((graph) => ({
        count: graph.vertexCount + graph.arcCount,
        run: (device) => pagerank(graph, { device }),
      })),
    sort: job(columns, (values, device) => sort(values, { device })),
    timestamps: job(columns, (values, device) => {
      const stamps = new BigInt64Array(values.buffer as ArrayBuffer)
      return convertTimestamps(stamps, { from: 'unix-ns', to: 'unix-us', device, loss: 'floor' })
    }),
    scan: job(numbers, (values, device) => scan(values, { device })),
    reduce: job(numbers, (values, device) => reduce(values, 'sum', { device })),
    histogram: job(numbers, (values, device) => histogram(values, { bins: 64, device })),
  }
}
