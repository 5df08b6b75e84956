/** Timestamp conversion on WASM: fills the parameter block, runs the kernel, tells its failure. */

import { ELEMENT_ARRAYS } from '../../devices/device.js'
import { bytesOf } from '../../devices/wasm/region.js'
import type { FlowShape, WasmJob } from '../arrays/types.js'
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
  const { pool, scratch, signal, outputs, flow } = job
  const [input, inputOffsets] = job.inputs
  const parameters = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  const blocks = Math.ceil(plan.valueCount / at.BLOCK_VALUES)
  const threads = Math.max(1, Math.min(pool.size, blocks))
  writePlan(parameters, plan)
  set(at.INPUT, inputOffsets?.storage ?? input.storage)
  set(at.TEXT_BYTES, input.storage)
  set(at.TEXT_LENGTH, input.length)
  const inPasses = plan.to.kind === at.TEXT && needsPasses(job, plan)
  const pairs = inPasses ? await scratch.alloc(PAIR_BYTES * plan.valueCount) : 0
  set(at.OUTPUT, inPasses ? pairs : outputs[0].storage)
  if (plan.to.kind === at.TEXT) writeTarget(parameters, job, plan, inPasses ? 0 : widthOf(plan))
  set(at.FLOW, flow?.address ?? 0)
  set(at.SLOT_MASK, flow?.mask ?? ALL_VALUES)
  set(at.COUNT, plan.valueCount)
  set(at.SCRATCH, await scratch.alloc(threads * at.SCRATCH_BYTES))
  set(at.LEAP_TABLE, await scratch.write(leapTable(plan)))
  const address = await scratch.write(parameters)
  await pool.run('timestampsConvert', address, { threads, signal })
  await pool.memory.read(address, bytesOf(parameters))
  const failedAt = parameters.getUint32(at.FAILED_AT, true)
  if (failedAt !== at.NO_FAILURE) throw await failure(job, plan, failedAt)
  if (inPasses) return writeMeasured(job, plan, parameters, address, threads)
  // No block of an empty column writes its one offset.
  if (blocks === 0 && outputs.length > 1) await clearOffset(job)
  return plan.to.kind === at.TEXT ? plan.valueCount * widthOf(plan) : 0
}

/** Elements a value; undefined where texts of different lengths have no place of their own. */
export function flowOf(plan: TimestampPlan): FlowShape | undefined {
  const { valueCount, from, to, text } = plan
  if (from.kind === at.TEXT && text.width === 0) return undefined
  const inputs = [from.kind === at.TEXT ? text.width : from.elements]
  if (to.kind === at.TEXT && text.digits === undefined) return undefined
  const outputs = to.kind === at.TEXT ? [widthOf(plan), 1] : [to.elements]
  return { valueCount, blockValues: at.BLOCK_VALUES, inputs, outputs }
}

/** Seconds and nanoseconds of a text to be written. */
const PAIR_BYTES = 16

/** Every value in a place of its own. */
const ALL_VALUES = 0xffff_ffff

/** Whether texts can be written only when all others have been read. */
function needsPasses({ inputs, outputs }: WasmJob, { text }: TimestampPlan): boolean {
  if (text.digits === undefined) return true
  return outputs.some((output) => inputs.some(({ storage }) => storage === output.storage))
}

function writeTarget(
  parameters: DataView,
  { outputs }: WasmJob,
  plan: TimestampPlan,
  each: number,
): void {
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  const { digits, offsetMinutes } = plan.text
  const [texts, offsets] = outputs
  set(at.DIGITS, digits ?? at.AUTO_DIGITS)
  set(at.OFFSET_MINUTES, offsetMinutes)
  set(at.TEXT_OUTPUT, texts.storage)
  set(at.OFFSETS_OUTPUT, offsets?.storage ?? 0)
  set(at.TEXT_EACH, each)
}

function clearOffset({ pool, outputs }: WasmJob): Promise<void> {
  return pool.memory.write(outputs[1].storage, new Uint8Array(4))
}

/** Texts from their pairs: places first. */
async function writeMeasured(
  job: WasmJob,
  plan: TimestampPlan,
  parameters: DataView,
  address: number,
  threads: number,
): Promise<number> {
  const { pool, scratch, signal } = job
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  const starts = new Uint32Array(Math.ceil(plan.valueCount / at.BLOCK_VALUES))
  if (starts.length === 0) {
    await clearOffset(job)
    return 0
  }
  const startsAt = await scratch.alloc(starts.byteLength)
  set(at.BLOCK_BYTES, startsAt)
  const run = async (kernel: string) => {
    set(at.TICKET, 0)
    await pool.memory.write(address, bytesOf(parameters))
    await pool.run(kernel, address, { threads, signal })
  }
  await run('timestampsMeasure')
  await pool.memory.read(startsAt, bytesOf(starts))
  let total = 0
  for (const [block, byteLength] of starts.entries()) {
    starts[block] = total
    total += byteLength
  }
  await pool.memory.write(startsAt, bytesOf(starts))
  await run('timestampsWrite')
  return total
}

async function failure({ pool, inputs, flow }: WasmJob, plan: TimestampPlan, index: number) {
  const [{ storage, length }, offsets] = inputs
  const place = (index & (flow?.mask ?? ALL_VALUES)) >>> 0
  const { memory } = pool
  return explain(index, await failedValue(), plan)

  async function failedValue(): Promise<Value> {
    const { type, elements, kind } = plan.from
    if (kind !== at.TEXT) {
      const value = new ELEMENT_ARRAYS[type](elements)
      await memory.read(storage + 8 * elements * place, bytesOf(value))
      return [...value]
    }
    const { width } = plan.text
    const ends = Uint32Array.of(place * width, place * width + width)
    if (offsets !== undefined) await memory.read(offsets.storage + 4 * place, bytesOf(ends))
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
