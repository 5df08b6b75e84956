/**
 * Drives assembly/sort*.ts: values sort as keys; positions come from records of a key's 32 bits and
 * a position, twice for 64-bit keys; pairs are gathered by position.
 */

import type { Operand, WasmJob } from '../arrays/types.js'
import { keyMasks } from './keys.js'
import * as at from './layout.js'
import type { SortPlan } from './types.js'
import { type Fields, runKernel, threadsFor, widthOf } from './wasm-run.js'

/** Sorts as the plan says; see `SortPlan` for inputs and outputs. */
export async function sortWasm(job: WasmJob, plan: SortPlan): Promise<void> {
  const [keys, values] = job.inputs
  if (plan.result === 'keys') return sortKeys(job, keys, job.outputs[0], plan.descending)
  if (plan.result === 'order') {
    return orderOf(job, keys, job.outputs[0].storage, plan.descending)
  }
  const order = await job.scratch.alloc(4 * keys.length)
  await orderOf(job, keys, order, plan.descending)
  const [keysOut, valuesOut] = job.outputs
  // Keys may go where the values lie: those are taken away first.
  const isInTheWay = keysOut.storage === values.storage
  const moved = isInTheWay ? { ...values, storage: await copyOf(job, values) } : values
  await gather(job, keys, order, keysOut)
  await gather(job, moved, order, valuesOut)
}

/** Sorts values from one place to another, or in place. */
export async function sortKeys(
  job: WasmJob,
  source: Operand<number>,
  target: Operand<number>,
  descending: boolean,
): Promise<void> {
  const { type, length, storage } = source
  const width = widthOf(type)
  const masks = keyMasks(type, descending)
  if (width <= 2) {
    const counts = await job.scratch.alloc(
      4 * threadsFor(job, length) * (width === 1 ? 256 : 65_536),
    )
    const fields = { count: length, source: storage, result: target.storage, counts, width, masks }
    await runKernel(job, 'sortNarrow', fields)
    return
  }
  const fields = { count: length, source: storage, result: target.storage, width, masks }
  return sortBits(job, fields)
}

/** The result may be the source. */
async function sortBits(job: WasmJob, fields: Fields): Promise<void> {
  const { scratch } = job
  const threads = threadsFor(job, fields.count)
  const counts = await scratch.alloc(4 * threads * at.MAX_BUCKETS)
  const gap = fields.count < at.GAP_COUNT ? 0 : at.BUCKET_GAP_BYTES
  const partition = await scratch.alloc(fields.count * fields.width + at.MAX_BUCKETS * gap)
  const starts = await scratch.alloc(4 * (at.MAX_BUCKETS + 1))
  const sample = await scratch.alloc(2 * 8 * at.SAMPLE_COUNT)
  const ids = await scratch.alloc(fields.count > at.ONE_BUCKET_COUNT ? 2 * fields.count : 0)
  const tables = await scratch.alloc(4 * threads * at.TABLE_WORDS)
  const runs = await scratch.alloc(4 * threads)
  const more = (set: (offset: number, value: number) => void) => {
    set(at.PARTITION, partition)
    set(at.GAP_BYTES, gap)
    set(at.STARTS, starts)
    set(at.SAMPLE, sample)
    set(at.BUCKET_IDS, ids)
    set(at.TABLES, tables)
    set(at.RUNS, runs)
  }
  const kernel = fields.width === 8 ? 'sortColumn64' : 'sortColumn32'
  await runKernel(job, kernel, { ...fields, counts, more })
  const all = [counts, partition, starts, sample, ids, tables, runs]
  for (const address of all) scratch.free(address)
}

/** Positions in stable order, written to `result`. */
export async function orderOf(
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
  const sortRecords = () => sortBits(job, { count, source: records, result: records, width: 8 })
  await runKernel(job, 'sortPack', { count, source, result: records, width, masks })
  await sortRecords()
  if (width < 8) {
    await runKernel(job, 'sortUnpack', { count, source: records, result, width })
  } else {
    // By the lower half first, then by the upper one, which keeps the order of equals.
    const permutation = await scratch.alloc(4 * count)
    await runKernel(job, 'sortUnpack', { count, source: records, result: permutation, width })
    const upper = { count, source, result: records, width, masks, permutation, upperHalf: true }
    await runKernel(job, 'sortPack', upper)
    await sortRecords()
    await runKernel(job, 'sortUnpack', { count, source: records, result, width, permutation })
    scratch.free(permutation)
  }
  scratch.free(records)
}

/** As many of the values as its length says, in an order; the output may be the values. */
export async function gather(
  job: WasmJob,
  values: Operand<number>,
  permutation: number,
  output: Operand<number>,
): Promise<void> {
  const { length: count } = values
  const width = widthOf(values.type)
  const source = values.storage === output.storage ? await copyOf(job, values) : values.storage
  await runKernel(job, 'sortGather', { count, source, result: output.storage, width, permutation })
}

/** The values once more, in scratch memory. */
async function copyOf(job: WasmJob, { type, length: count, storage }: Operand<number>) {
  const width = widthOf(type)
  const result = await job.scratch.alloc(count * width)
  await runKernel(job, 'sortGather', { count, source: storage, result, width })
  return result
}
