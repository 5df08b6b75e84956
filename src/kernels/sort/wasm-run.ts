/**
 * Runs one kernel of assembly/sort*.ts: the parameter block and its fields. The WASM drivers of
 * sort, topK, unique and searchSorted call it.
 */

import { ELEMENT_ARRAYS, type ElementType } from '../../devices/device.js'
import { bytesOf } from '../../devices/wasm/region.js'
import type { WasmJob } from '../arrays/types.js'
import type { KeyMasks } from './keys.js'
import * as at from './layout.js'

/** Fewer values are done before a second thread is awake. */
const ONE_THREAD_COUNT = 1 << 16

/** Fields of the parameter block that differ from call to call. */
export interface Fields {
  count: number
  source: number
  result: number
  width: number
  masks?: KeyMasks
  counts?: number
  permutation?: number
  upperHalf?: boolean
  more?: (set: (offset: number, value: number) => void) => void
}

/** Bytes of an element. */
export function widthOf(type: ElementType): number {
  return ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT
}

/** Threads that a kernel over so many values gets. */
export function threadsFor({ pool }: WasmJob, count: number): number {
  return count < ONE_THREAD_COUNT ? 1 : pool.size
}

/**
 * Fills a parameter block and runs a kernel with it.
 *
 * @returns FOUND, for kernels that have it
 */
export async function runKernel(job: WasmJob, kernel: string, fields: Fields): Promise<number> {
  const { pool, scratch, signal } = job
  const block = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  const set = (offset: number, value: number) => block.setUint32(offset, value, true)
  set(at.COUNT, fields.count)
  set(at.SOURCE, fields.source)
  set(at.RESULT, fields.result)
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
  const results = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  await pool.memory.read(address, bytesOf(results))
  scratch.free(address)
  return results.getUint32(at.FOUND, true)
}
