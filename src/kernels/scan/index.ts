/** `scan`: checks, and the column of prefix sums. The sums are in the implementations. */

import { checkOptions, show } from '../../check.js'
import { checkColumn, runArrays } from '../arrays/index.js'
import { NUMBER_TYPES, type NumberType } from '../arrays/numbers.js'
import type { ArrayKernel } from '../arrays/types.js'
import { ARRAY_OPTIONS, type Column } from '../columns.js'
import { scanReference } from './reference.js'
import type { ScanOptions, ScanPlan } from './types.js'
import { scanWasm } from './wasm.js'

const SCAN: ArrayKernel<ScanPlan, void> = {
  name: 'scan',
  profiled: 'scan',
  reference: scanReference,
  wasm: scanWasm,
  webgpu: async () => (await import('./webgpu.js')).scanWebgpu,
}

/**
 * Prefix sums: element i of the result is the sum of the first i + 1 values, or of the first i with
 * `inclusive: false`, which begins with 0. The exclusive sums are the inclusive ones moved by one,
 * bit for bit.
 *
 * - u32 and i32 wrap modulo 2^32, and are the same on every device.
 * - f64 adds in a fixed shape: groups of 8 values, blocks of 64 groups, strips of 64 blocks. The
 *   same bits on reference and WASM for every number of threads. With k = 140 + ⌈n / 32768⌉, sum i
 *   differs from the exact one by at most k · 2^-53 / (1 - k · 2^-53) · Σ|x| of its values.
 * - f32 adds in f64 in the same shape, and rounds each sum once: 2^-24 · |sum| (or 2^-150 below
 *   2^-126) on top of the above. On a GPU it adds in 96-bit integers, with the same bits on every
 *   GPU: sum i differs by at most 3 (i + 1) · 2^-63 · max|x| of its values, and that one rounding.
 * - NaN and infinities go through as IEEE 754 says; sums of finite f32 beyond the largest are
 *   infinite where they are, and finite again after terms that bring them back.
 *
 * @param values Uint32Array, Int32Array, Float32Array or Float64Array, or a resident of one
 * @param options inclusive, into, device, threads, signal, onProgress, onRun
 * @returns `into`; or a fresh host array, or a new Resident if `values` is one
 * @throws TypeError for other values or options; RangeError when `into` has another length;
 *   NotSupportedError for f64 on WebGPU; what opening a device throws
 * @see Blelloch, "Prefix Sums and Their Applications", CMU-CS-90-190
 * @example
 * ```ts
 * const ends = await scan(new Uint32Array([3, 1, 4])) // 3, 4, 8
 * const starts = await scan(new Uint32Array([3, 1, 4]), { inclusive: false }) // 0, 3, 4
 * ```
 */
export function scan<I extends Column<NumberType>>(
  values: Column<NumberType>,
  options: ScanOptions & { into: I },
): Promise<I>
export function scan<C extends Column<NumberType>>(values: C, options?: ScanOptions): Promise<C>
export async function scan(values: Column<NumberType>, options: ScanOptions = {}): Promise<Column> {
  const type = checkColumn('values', values, NUMBER_TYPES)
  checkOptions('options', options, ['inclusive', 'into', ...ARRAY_OPTIONS])
  const { inclusive = true, into } = options
  if (typeof inclusive !== 'boolean') {
    throw new TypeError(`"inclusive" expected boolean, got ${show(inclusive)}`)
  }
  const { outputs } = await runArrays({
    kernel: SCAN,
    plan: { inclusive },
    inputs: [values],
    outputs: [{ type, length: values.length, into }],
    options,
  })
  return outputs[0]
}
