/** Timestamp conversion on WASM: fills the parameter block, runs the kernel, tells its failure. */

import { ELEMENT_ARRAYS } from '../../devices/device.js'
import { bytesOf } from '../../devices/wasm/region.js'
import type { WasmJob } from '../arrays/types.js'
import { fastOf } from './fast.js'
import * as at from './layout.js'
import { driftOf, fatalFindings, leapTable, limitsOf, splitNs, unitTicks } from './plan.js'
import { explain, rowOf, type Value } from './reference.js'
import { widthOf } from './text.js'
import type { TimestampPlan } from './types.js'

/**
 * Converts [values] into [results]; the answer is how many bytes of text.
 *
 * @throws the TimestampError of the first value that can't be converted
 */
export async function convertWasm(job: WasmJob, plan: TimestampPlan): Promise<number> {
  const { pool, scratch, signal } = job
  const [input, inputOffsets] = job.inputs
  const parameters = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  const blocks = Math.ceil(plan.valueCount / at.BLOCK_VALUES)
  const threads = Math.max(1, Math.min(pool.size, blocks))
  writePlan(parameters, plan)
  set(at.INPUT, inputOffsets?.storage ?? input.storage)
  set(at.TEXT_BYTES, input.storage)
  set(at.TEXT_LENGTH, input.length)
  const toText = plan.to.kind === at.TEXT
  const pairs = toText ? await scratch.alloc(PAIR_BYTES * plan.valueCount) : 0
  set(at.OUTPUT, toText ? pairs : job.outputs[0].storage)
  set(at.COUNT, plan.valueCount)
  set(at.SCRATCH, await scratch.alloc(threads * at.SCRATCH_BYTES))
  set(at.LEAP_TABLE, await scratch.write(leapTable(plan)))
  const address = await scratch.write(parameters)
  await pool.run('timestampsConvert', address, { threads, signal })
  await pool.memory.read(address, bytesOf(parameters))
  const failedAt = parameters.getUint32(at.FAILED_AT, true)
  if (failedAt !== at.NO_FAILURE) throw await failure(job, plan, failedAt)
  return toText ? writeTexts(job, plan, parameters, address, threads) : 0
}

/** Seconds and nanoseconds of a text to be written. */
const PAIR_BYTES = 16

/** Texts from their pairs: places first, where lengths differ. */
async function writeTexts(
  { pool, scratch, outputs, signal }: WasmJob,
  plan: TimestampPlan,
  parameters: DataView,
  address: number,
  threads: number,
): Promise<number> {
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  const { digits, offsetMinutes } = plan.text
  const [texts, offsets] = outputs
  const starts = new Uint32Array(Math.ceil(plan.valueCount / at.BLOCK_VALUES))
  const startsAt = await scratch.alloc(starts.byteLength)
  set(at.DIGITS, digits ?? at.AUTO_DIGITS)
  set(at.OFFSET_MINUTES, offsetMinutes)
  set(at.TEXT_OUTPUT, texts.storage)
  set(at.OFFSETS_OUTPUT, offsets?.storage ?? 0)
  set(at.BLOCK_BYTES, startsAt)
  const run = async (kernel: string) => {
    set(at.TICKET, 0)
    await pool.memory.write(address, bytesOf(parameters))
    await pool.run(kernel, address, { threads, signal })
  }
  if (digits === undefined) {
    await run('timestampsMeasure')
    await pool.memory.read(startsAt, bytesOf(starts))
  } else starts.fill(at.BLOCK_VALUES * widthOf(plan))
  let total = 0
  for (const [block, byteLength] of starts.entries()) {
    starts[block] = total
    total += byteLength
  }
  await pool.memory.write(startsAt, bytesOf(starts))
  await run('timestampsWrite')
  // No block of an empty column writes its one offset.
  if (starts.length === 0 && offsets) await pool.memory.write(offsets.storage, new Uint8Array(4))
  return digits === undefined ? total : plan.valueCount * widthOf(plan)
}

async function failure({ pool, inputs }: WasmJob, plan: TimestampPlan, index: number) {
  const [{ storage, length }, offsets] = inputs
  const { memory } = pool
  return explain(index, await failedValue(), plan)

  async function failedValue(): Promise<Value> {
    const { type, elements, kind } = plan.from
    if (kind !== at.TEXT) {
      const value = new ELEMENT_ARRAYS[type](elements)
      await memory.read(storage + 8 * elements * index, bytesOf(value))
      return [...value]
    }
    const { width } = plan.text
    const ends = Uint32Array.of(index * width, index * width + width)
    if (offsets !== undefined) await memory.read(offsets.storage + 4 * index, bytesOf(ends))
    const [start, end] = ends
    if (start > end || end > length) return [start, end]
    const bytes = new Uint8Array(end - start)
    await memory.read(storage + start, bytes)
    return offsets === undefined ? rowOf(bytes, width) : bytes
  }
}

function writePlan(parameters: DataView, plan: TimestampPlan): void {
  const { from, to, overflow, loss } = plan
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  const isNtp = to.kind === at.NTP
  set(at.FROM, from.kind)
  set(at.TO, to.kind)
  set(at.ROUNDING, loss === 'round' ? at.ROUND : isNtp ? at.CEIL : at.FLOOR)
  set(at.OVERFLOW_GIVES, overflow === 'wrap' ? at.WRAP : at.CLAMP)
  set(at.FATAL, fatalFindings(plan))
  set(at.LEAP, from.isTai === to.isTai ? 0 : to.isTai ? at.TO_TAI : at.TO_UTC)
  set(at.LEAP_COUNT, plan.leapSeconds.entries.length)
  set(at.FAILED_AT, at.NO_FAILURE)
  writeWords(parameters, [
    [at.FROM_EPOCH, from.kind === at.NTP ? plan.windowS : from.epochS],
    [at.FROM_PER_SECOND, from.perSecond],
    [at.FROM_UNIT, unitTicks(from)],
    [at.TO_EPOCH, to.epochS],
    [at.TO_PER_SECOND, to.perSecond],
    [at.TO_UNIT, unitTicks(to)],
    [at.LOSS_MASK, isNtp ? 0xffff_ffffn : -1n],
  ])
  const { low, high } = limitsOf(plan)
  writeWords(parameters, [
    [at.LOW_SECONDS, low.seconds],
    [at.LOW_COUNT, low.count],
    [at.HIGH_SECONDS, high.seconds],
    [at.HIGH_COUNT, high.count],
    ...low.words.map((word, index): [number, bigint] => [at.LOW_WORDS + 8 * index, word]),
    ...high.words.map((word, index): [number, bigint] => [at.HIGH_WORDS + 8 * index, word]),
  ])
  set(at.TEXT_WIDTH, plan.text.width)
  set(at.ASSUME_UTC, plan.text.assumeUtc ? 1 : 0)
  writeCorrection(parameters, plan)
  const fast = fastOf(plan)
  if (fast === undefined) return
  set(at.FAST, fast.kind)
  writeWords(parameters, [
    [at.FAST_LOW, fast.low],
    [at.FAST_HIGH, fast.high],
    [at.FAST_BIAS, fast.bias],
    [at.FAST_FACTOR, fast.factor],
    [at.FAST_SHIFT, fast.shift],
    [at.FAST_BASE, fast.base],
  ])
}

function writeCorrection(parameters: DataView, { correct }: TimestampPlan): void {
  if (correct === undefined) return
  const { parts, factor, isNegative } = driftOf(correct)
  const offset = splitNs(correct.offsetNs)
  const reference = splitNs(correct.referenceNs)
  parameters.setUint32(at.CORRECTION, parts === 0n ? at.WITH_OFFSET : at.WITH_DRIFT, true)
  writeWords(parameters, [
    [at.OFFSET_SECONDS, offset.seconds],
    [at.OFFSET_NANOS, offset.nanos],
    [at.REFERENCE_SECONDS, reference.seconds],
    [at.REFERENCE_NANOS, reference.nanos],
    [at.DRIFT_PARTS, parts],
    [at.DRIFT_FACTOR, factor],
    [at.DRIFT_NEGATIVE, isNegative ? 1n : 0n],
  ])
}

function writeWords(parameters: DataView, words: readonly (readonly [number, bigint])[]): void {
  for (const [offset, value] of words) {
    parameters.setBigUint64(offset, BigInt.asUintN(64, value), true)
  }
}
