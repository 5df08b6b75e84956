/**
 * Runs one piece of work on V8 and on every device of this machine, checks that the answers are the
 * same to the last bit, and takes the time.
 */

import type { KernelRun, Timings } from 'ticktickclock'
import type { NamedDevice } from './measure.js'

/** Values in, values or text out. */
export interface Work {
  title: string
  /** What V8 does without this package, and what that is called. */
  ownName: string
  own(values: BigInt64Array): ArrayBufferView | string[]
  onDevice(
    values: BigInt64Array,
    options: { device: NamedDevice['device']; onRun: (run: KernelRun) => void },
  ): Promise<ArrayBufferView>
}

/** A line of the table. */
export interface Result {
  label: string
  count: number
  /** Undefined for V8, whose memory is its own. */
  timings: Timings | undefined
  totalMs: number
  /** Over V8's own with as many values. */
  speedUp: number
}

/** Values that a GPU gets which is emulated on the processor. */
export const SAMPLE = 2 ** 16
/** No one has more than this, once there is an answer. */
const PATIENCE_MS = 200
/** A first call that takes longer counts, except on a GPU, which compiles its programs then. */
const LONG_MS = 400
const MOST_RUNS = 5

/**
 * V8 first, then the devices.
 *
 * @throws Error when an answer differs from V8's
 */
export async function race(
  work: Work,
  values: BigInt64Array,
  devices: readonly NamedDevice[],
): Promise<Result[]> {
  const all = measureOwn(work, values)
  const results: Result[] = [
    { label: work.ownName, count: values.length, timings: undefined, ...all, speedUp: 1 },
  ]
  const sample = sampleOf(values)
  const few = devices.some(({ device }) => device.info.software) && measureOwn(work, sample)
  for (const { label, device } of devices) {
    const isSample = few !== false && device.info.software
    const [given, own] = isSample ? [sample, few] : [values, all]
    const timings = await measureDevice(work, given, { label, device }, own.answer)
    const totalMs = sumOf(timings)
    const speedUp = own.totalMs / totalMs
    results.push({ label, count: given.length, timings, totalMs, speedUp })
  }
  return results
}

/** Every so many-th value: the file is in the order of time. */
function sampleOf(values: BigInt64Array): BigInt64Array {
  const step = Math.max(1, Math.floor(values.length / SAMPLE))
  const count = Math.min(SAMPLE, values.length)
  return BigInt64Array.from({ length: count }, (_, i) => values[i * step])
}

function measureOwn(work: Work, values: BigInt64Array) {
  const times: number[] = []
  const startMs = performance.now()
  let answer: ReturnType<Work['own']>
  do {
    const beginMs = performance.now()
    answer = work.own(values)
    times.push(performance.now() - beginMs)
  } while (times.length < MOST_RUNS && performance.now() - startMs < PATIENCE_MS)
  return { answer: bytesOf(answer), totalMs: medianOf(times, (ms) => ms) }
}

/** A call to warm up, then some that count. */
async function measureDevice(
  work: Work,
  values: BigInt64Array,
  { label, device }: NamedDevice,
  wanted: Buffer,
): Promise<Timings> {
  const runs: Timings[] = []
  const onRun = ({ timings }: KernelRun) => {
    runs.push(timings)
  }
  const beginMs = performance.now()
  const answer = await work.onDevice(values, { device, onRun })
  if (!bytesOf(answer).equals(wanted)) {
    throw new Error(`${label} and V8 differ in "${work.title}": please report this`)
  }
  const startMs = performance.now()
  if (startMs - beginMs < LONG_MS || device.kind === 'webgpu') runs.length = 0
  const hasTime = () => performance.now() - startMs < PATIENCE_MS
  while (runs.length < MOST_RUNS && (runs.length === 0 || hasTime())) {
    await work.onDevice(values, { device, onRun })
  }
  return medianOf(runs, sumOf)
}

function bytesOf(answer: ArrayBufferView | string[]): Buffer {
  if (Array.isArray(answer)) return Buffer.from(answer.join(''))
  return Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)
}

function sumOf(timings: Timings): number {
  return Object.values(timings).reduce((total, ms) => total + ms, 0)
}

function medianOf<T>(items: readonly T[], size: (item: T) => number): T & {} {
  const sorted = items.toSorted((a, b) => size(a) - size(b))
  return sorted[Math.floor((sorted.length - 1) / 2)] as T & {}
}
