/**
 * Drives assembly/sort*.ts: values sort as keys; positions come from records of a key's 32 bits and
 * a position, twice for 64-bit keys; pairs are gathered by position.
 */

import { ELEMENT_ARRAYS, type ElementType } from '../../devices/device.js'
import { bytesOf } from '../../devices/wasm/region.js'
import type { Operand, WasmJob } from '../arrays/types.js'
import { keyMasks } from './keys.js'
import * as at from './layout.js'
import type { SortPlan } from './types.js'

/** Fewer values are sorted before a second thread is awake. */
const ONE_THREAD_COUNT = 1 << 16

/** Sorts as the plan says; see `SortPlan` for inputs and outputs. */
export async function sortWasm(job: WasmJob, plan: SortPlan): Promise<void> {
  const [keys, values] = job.inputs
  if (plan.result === 'keys') return sortKeys(job, keys, job.outputs[0], plan.descending)
  if (plan.result === 'order') {
    return orderOf(job, keys, job.outputs[0].storage, plan.descending)
  }
  const order = await job.scratch.alloc(4 * keys.length)
  await orderOf(job, keys, order, plan.descending)
  await gather(job, keys, order, job.outputs[0])
  await gather(job, values, order, job.outputs[1])
}

async function sortKeys(
  job: WasmJob,
  source: Operand<number>,
  target: Operand<number>,
  descending: boolean,
): Promise<void> {
  const { type, length, storage } = source
  const width = widthOf(type)
  const masks = keyMasks(type, descending)
  if (width <= 2) {
    const counts = await job.scratch.alloc(4 * threadsFor(job, length) * (width === 1 ? 256 : 65_536))
    const fields = { count: length, source: storage, result: target.storage, counts, width, masks }
    return run(job, 'sortNarrow', fields)
  }
  const spare = await job.scratch.alloc(length * width)
  const inPlace = storage === target.storage
  return sortBits(job, {
    count: length,
    source: storage,
    partition: inPlace ? spare : target.storage,
    spare: inPlace ? storage : spare,
    result: target.storage,
    width,
    masks,
  })
}

/** Fields of the parameter block that differ from call to call. */
interface Fields {
  count: number
  source: number
  result: number
  width: number
  masks?: ReturnType<typeof keyMasks>
  partition?: number
  spare?: number
  counts?: number
  permutation?: number
  upperHalf?: boolean
  more?: (set: (offset: number, value: number) => void) => void
}

async function sortBits(job: WasmJob, fields: Fields): Promise<void> {
  const { scratch } = job
  const threads = threadsFor(job, fields.count)
  const counts = await scratch.alloc(4 * threads * at.MAX_BUCKETS)
  const starts = await scratch.alloc(4 * (at.MAX_BUCKETS + 1))
  const sample = await scratch.alloc(2 * 8 * at.SAMPLE_COUNT)
  const ids = await scratch.alloc(fields.count > at.ONE_BUCKET_COUNT ? 2 * fields.count : 0)
  const tables = await scratch.alloc(4 * threads * at.TABLE_WORDS)
  const runs = await scratch.alloc(4 * threads)
  const more = (set: (offset: number, value: number) => void) => {
    set(at.STARTS, starts)
    set(at.SAMPLE, sample)
    set(at.BUCKET_IDS, ids)
    set(at.TABLES, tables)
    set(at.RUNS, runs)
  }
  const kernel = fields.width === 8 ? 'sortColumn64' : 'sortColumn32'
  await run(job, kernel, { ...fields, counts, more })
  for (const address of [counts, starts, sample, ids, tables, runs]) scratch.free(address)
}

/** Positions in stable order, written to `result`. */
async function orderOf(
  job: WasmJob,
  keys: Operand<number>,
  result: number,
  descending: boolean,
): Promise<void> {
  const { scratch } = job
  const { type, length: count, storage: source } = keys
  const width = widthOf(type)
  const masks = keyMasks(type, descending)
  const records = await scratch.alloc(8 * count)
  const sorted = await scratch.alloc(8 * count)
  const sortRecords = () =>
    sortBits(job, {
      ...{ count, source: records, partition: sorted, spare: records, result: sorted, width: 8 },
    })
  await run(job, 'sortPack', { count, source, result: records, width, masks })
  await sortRecords()
  if (width < 8) {
    await run(job, 'sortUnpack', { count, source: sorted, result, width })
  } else {
    // By the lower half first, then by the upper one, which keeps the order of equals.
    const permutation = await scratch.alloc(4 * count)
    await run(job, 'sortUnpack', { count, source: sorted, result: permutation, width })
    const upper = { count, source, result: records, width, masks, permutation, upperHalf: true }
    await run(job, 'sortPack', upper)
    await sortRecords()
    await run(job, 'sortUnpack', { count, source: sorted, result, width, permutation })
    scratch.free(permutation)
  }
  scratch.free(records)
  scratch.free(sorted)
}

/** Values in an order; the output may be the values themselves. */
async function gather(
  job: WasmJob,
  values: Operand<number>,
  permutation: number,
  output: Operand<number>,
): Promise<void> {
  const { length: count } = values
  const width = widthOf(values.type)
  let source = values.storage
  if (job.inputs.some(({ storage }) => storage === output.storage)) {
    source = await job.scratch.alloc(count * width)
    await run(job, 'sortGather', { count, source: values.storage, result: source, width })
  }
  await run(job, 'sortGather', { count, source, result: output.storage, width, permutation })
}

function widthOf(type: ElementType): number {
  return ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT
}

function threadsFor({ pool }: WasmJob, count: number): number {
  return count < ONE_THREAD_COUNT ? 1 : pool.size
}

/** Fills a parameter block and runs a kernel with it. */
async function run(job: WasmJob, kernel: string, fields: Fields): Promise<void> {
  const { pool, scratch, signal } = job
  const block = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  const set = (offset: number, value: number) => block.setUint32(offset, value, true)
  set(at.COUNT, fields.count)
  set(at.SOURCE, fields.source)
  set(at.RESULT, fields.result)
  set(at.PARTITION, fields.partition ?? 0)
  set(at.SPARE, fields.spare ?? 0)
  set(at.COUNTS, fields.counts ?? 0)
  set(at.ELEMENT_BYTES, fields.width)
  set(at.PERMUTATION, fields.permutation ?? 0)
  set(at.UPPER_HALF, fields.upperHalf === true ? 1 : 0)
  const { masks } = fields
  if (masks !== undefined) {
    block.setBigUint64(at.SIGN_MASK, masks.signMask, true)
    block.setBigUint64(at.XOR_MASK, masks.xorMask, true)
    block.setBigUint64(at.OFFSET, masks.offset, true)
    block.setBigUint64(at.FLIP_MASK, masks.flipMask, true)
    block.setBigUint64(at.NAN_FROM, masks.nanFrom, true)
  }
  fields.more?.(set)
  const address = await scratch.write(bytesOf(block))
  const threads = threadsFor(job, fields.count)
  await pool.run(kernel, address, signal === undefined ? { threads } : { threads, signal })
  scratch.free(address)
}
