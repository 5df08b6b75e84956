/** Drives assembly/scan.ts: a parameter block and room for the sums of strips. */

import { type NumberType, TYPE_CODE } from '../arrays/numbers.js'
import type { WasmJob } from '../arrays/types.js'
import * as at from './layout.js'
import type { ScanPlan } from './types.js'

export async function scanWasm(
  { inputs: [values], outputs: [sums], pool, scratch, signal }: WasmJob,
  { inclusive }: ScanPlan,
): Promise<void> {
  const strips = Math.ceil(values.length / at.STRIP_VALUES)
  const threads = Math.max(1, Math.min(pool.size, strips))
  const parameters = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  set(at.VALUES, values.storage)
  set(at.OUTPUT, sums.storage)
  set(at.COUNT, values.length)
  set(at.TYPE, TYPE_CODE[values.type as NumberType])
  set(at.INCLUSIVE, inclusive ? 1 : 0)
  set(at.STRIP_TOTALS, await scratch.alloc(2 * 8 * threads))
  await pool.run('scanColumn', await scratch.write(parameters), { threads, signal })
}
