/**
 * Timestamp conversion on the GPU: parameters, the dispatches, and the report of a failure. The
 * kernel loads it when a GPU runs.
 */

import { ELEMENT_ARRAYS } from '../../devices/device.js'
import { timestampsWgsl } from '../../devices/webgpu/shaders.generated.js'
import { BUFFER_USAGE, STORAGE } from '../../devices/webgpu/usage.js'
import { wordsBuffer } from '../arrays/gpu-passes.js'
import type { GpuJob } from '../arrays/types.js'
import {
  type Binding,
  makeSteps,
  PrefixSums,
  runSteps,
  type StepRequest,
} from '../sort/webgpu-steps.js'
import * as at from './layout.js'
import { driftOf, fatalFindings, leapTable, limitsOf, reciprocal, splitNs } from './plan.js'
import { explain, rowOf, type Value } from './reference.js'
import { widthOf } from './text.js'
import type { TimestampPlan } from './types.js'

/** Bytes of a text to write: seconds, nanoseconds, and whether it is a leap second. */
const PAIR_BYTES = 16

/**
 * Converts [values] into [results]; the answer is how many bytes of text.
 *
 * @throws the TimestampError of the first value that can't be converted
 */
export async function convertWebgpu(job: GpuJob, plan: TimestampPlan): Promise<number> {
  const { gpu, scratch, signal } = job
  const { valueCount } = plan
  const fromText = plan.from.kind === at.TEXT
  const toText = plan.to.kind === at.TEXT
  if (valueCount === 0) return nothing(job, toText)
  const [bytesOrValues, textOffsets] = job.inputs
  const results = toText
    ? await scratch('timestamps: pairs', PAIR_BYTES * valueCount)
    : job.outputs[0].storage
  const [params, leapSeconds, failedAt] = await Promise.all([
    wordsBuffer(
      job,
      'timestamps: parameters',
      parametersOf(plan, bytesOrValues.length),
      BUFFER_USAGE.UNIFORM,
    ),
    wordsBuffer(job, 'timestamps: leap seconds', new Uint32Array(leapTable(plan).buffer), STORAGE),
    wordsBuffer(job, 'timestamps: failure', Uint32Array.of(at.NO_FAILURE), STORAGE),
  ])
  const source: Binding[] = fromText
    ? [
        [5, bytesOrValues.storage],
        // Rows need no offsets, but the shader has a place for them.
        [6, (textOffsets ?? bytesOrValues).storage],
      ]
    : [[1, await readable(job, results)]]
  await runSteps(
    job,
    'timestamps',
    await makeSteps(gpu, 'timestamps', [
      request(fromText ? 'convert_texts' : 'convert', valueCount, [
        [0, params],
        ...source,
        [2, results],
        [3, leapSeconds],
        [4, failedAt],
      ]),
    ]),
  )
  const failed = new Uint32Array(1)
  await gpu.read(failedAt, failed, signal)
  if (failed[0] !== at.NO_FAILURE) throw await failure(job, source[0][1], plan, failed[0])
  return toText ? writeTexts(job, plan, params, results) : 0
}

function request(entryPoint: string, threadCount: number, data: readonly Binding[]): StepRequest {
  return { shader: { name: 'timestamps', code: timestampsWgsl }, entryPoint, data, threadCount }
}

/** Of no values come no texts, and one offset. */
async function nothing({ gpu, outputs }: GpuJob, toText: boolean): Promise<number> {
  const [, offsets] = outputs
  if (toText && offsets !== undefined) {
    await gpu.submit('an offset', (encoder) => encoder.clearBuffer(offsets.storage, 0, 4))
  }
  return 0
}

/** The values, apart from the results: WebGPU binds no buffer for reading and writing at once. */
async function readable(job: GpuJob, results: GPUBuffer): Promise<GPUBuffer> {
  const [{ storage, length }] = job.inputs
  if (storage !== results) return storage
  const copy = await job.scratch('a copy of timestamps', 8 * length)
  await job.gpu.submit('a copy of timestamps', (encoder) => {
    encoder.copyBufferToBuffer(storage, 0, copy, 0, 8 * length)
  })
  return copy
}

/** Texts from their pairs: lengths first, from which their places follow. */
async function writeTexts(
  job: GpuJob,
  plan: TimestampPlan,
  params: GPUBuffer,
  pairs: GPUBuffer,
): Promise<number> {
  const { valueCount } = plan
  const [texts, offsets] = job.outputs
  const placeCount = valueCount + 1
  const places = offsets?.storage ?? (await job.scratch('timestamps: places', 4 * placeCount))
  const data: Binding[] = [
    [0, params],
    [7, pairs],
    [8, places],
  ]
  const steps = await makeSteps(job.gpu, 'timestamps: texts', [
    request('measure', placeCount, data),
    ...(await new PrefixSums(job, 'timestamps').requests(places, placeCount)),
    request('write', valueCount, [...data, [9, texts.storage]]),
  ])
  await runSteps(job, 'timestamps: texts', steps, (encoder) => encoder.clearBuffer(texts.storage))
  if (plan.text.digits !== undefined) return valueCount * widthOf(plan)
  const [total] = new Uint32Array(await bytesAt(job, places, 4 * valueCount, 4))
  return total
}

async function failure(
  job: GpuJob,
  values: GPUBuffer,
  plan: TimestampPlan,
  index: number,
): Promise<Error> {
  const { type, elements, kind } = plan.from
  if (kind === at.TEXT) return explain(index, await failedText(job, plan, index), plan)
  const cell = await bytesAt(job, values, 8 * elements * index, 8 * elements)
  return explain(index, [...new ELEMENT_ARRAYS[type](cell)], plan)
}

/** As the reference has them: the bytes of a text, or the offsets that lead outside. */
async function failedText(job: GpuJob, { text }: TimestampPlan, index: number): Promise<Value> {
  const [bytes, offsets] = job.inputs
  if (offsets === undefined) {
    const row = await bytesAt(job, bytes.storage, index * text.width, text.width)
    return rowOf(new Uint8Array(row), text.width)
  }
  const ends = new Uint32Array(await bytesAt(job, offsets.storage, 4 * index, 8))
  const [start, end] = ends
  if (start > end || end > bytes.length) return [start, end]
  return new Uint8Array(await bytesAt(job, bytes.storage, start, end - start))
}

/** Some bytes of a buffer; copies on the GPU go by whole words. */
async function bytesAt(
  { gpu, scratch, signal }: GpuJob,
  buffer: GPUBuffer,
  start: number,
  byteLength: number,
): Promise<ArrayBuffer> {
  const first = start - (start % 4)
  const size = Math.ceil((start + byteLength - first) / 4) * 4
  const words = new Uint8Array(size)
  if (size > 0) {
    const copy = await scratch('a part', size)
    await gpu.submit('a part', (encoder) => {
      encoder.copyBufferToBuffer(buffer, first, copy, 0, size)
    })
    await gpu.read(copy, words, signal)
  }
  return words.buffer.slice(start - first, start - first + byteLength)
}

/** `Params` of shaders/timestamps.wgsl. */
function parametersOf(plan: TimestampPlan, textLength: number): Uint32Array<ArrayBuffer> {
  const { from, to, correct, loss, overflow, text } = plan
  const { low, high } = limitsOf(plan)
  const drift = correct && driftOf(correct)
  const words: number[] = []
  const push = (...values: readonly number[]) => words.push(...values)
  const push64 = (...values: readonly bigint[]) => {
    for (const value of values) push(...halves(value))
  }
  const pushReciprocal = (divisor: bigint) => {
    const { factor, shift } = reciprocal(divisor)
    push(...halves(factor), Number(shift), 0)
  }
  const rounding = loss === 'round' ? at.ROUND : to.kind === at.NTP ? at.CEIL : at.FLOOR
  push(plan.valueCount, from.kind, to.kind, rounding)
  push(overflow === 'wrap' ? at.WRAP : at.CLAMP, fatalFindings(plan))
  push(from.isTai === to.isTai ? 0 : to.isTai ? at.TO_TAI : at.TO_UTC)
  push(plan.leapSeconds.entries.length)
  push(correct === undefined ? 0 : drift?.parts === 0n ? at.WITH_OFFSET : at.WITH_DRIFT)
  for (const { perSecond, kind } of [from, to]) {
    const isCount = kind !== at.NTP && kind !== at.JULIAN
    push(isCount ? Number(1_000_000_000n / perSecond) : 1, isCount ? Number(perSecond) : 1)
  }
  push(Number(low.count), Number(high.count), drift?.isNegative ? 1 : 0)
  push64(from.kind === at.NTP ? plan.windowS : from.epochS, to.epochS, low.seconds, high.seconds)
  push64(low.words[0], low.words[1] ?? 0n, high.words[0], high.words[1] ?? 0n)
  const offset = splitNs(correct?.offsetNs ?? 0n)
  const reference = splitNs(correct?.referenceNs ?? 0n)
  push64(offset.seconds, offset.nanos, reference.seconds, reference.nanos)
  push64(drift?.parts ?? 0n, drift?.factor ?? 0n)
  for (const divisor of [from.perSecond, 1_000_000_000n, 86_400_000_000_000n, 86_400n]) {
    pushReciprocal(divisor)
  }
  push(textLength, text.width, text.assumeUtc ? 1 : 0)
  push(text.digits ?? at.AUTO_DIGITS, text.offsetMinutes >>> 0)
  // A uniform structure takes whole multiples of 16 bytes.
  while (words.length % 4 !== 0) push(0)
  return Uint32Array.from(words)
}

/** Lower and upper half of the 64-bit pattern. */
function halves(value: bigint): [number, number] {
  return [Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n))]
}
