/** Drives assembly/histogram.ts: thresholds in, one row of slots a thread, their sum out. */

import { bytesOf } from '../../devices/wasm/region.js'
import { type NumberType, TYPE_CODE } from '../arrays/numbers.js'
import type { WasmJob } from '../arrays/types.js'
import * as at from './layout.js'
import type { Bins } from './types.js'

/** Counts by slots: below, the bins, above, NaN. */
export async function countWasm(
  { inputs: [values], pool, scratch, signal }: WasmJob,
  { thresholds, low, scale }: Bins,
): Promise<Uint32Array> {
  const slots = new Uint32Array(thresholds.length + 2)
  // Slots cost memory and an addition each: a thread must have at least as many values.
  const share = Math.max(at.STRIP_VALUES, slots.length)
  const threads = Math.max(1, Math.min(pool.size, Math.ceil(values.length / share)))
  const parameters = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  const slotsAddress = await scratch.alloc(threads * slots.byteLength)
  set(at.VALUES, values.storage)
  set(at.COUNT, values.length)
  set(at.TYPE, TYPE_CODE[values.type as NumberType])
  set(at.BINS, thresholds.length - 1)
  set(at.THRESHOLDS, await scratch.write(thresholds, signal))
  set(at.SLOTS, slotsAddress)
  parameters.setFloat64(at.LOW, low, true)
  parameters.setFloat64(at.SCALE, scale, true)
  const address = await scratch.write(parameters)
  await pool.run('histogramCount', address, { threads, signal })
  await pool.memory.read(slotsAddress, bytesOf(slots), signal)
  return slots
}
