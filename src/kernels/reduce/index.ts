/**
 * `reduce` and `reduceColumn`: checks, and the way from a column to one number. What happens to the
 * values is in the implementations, one a device.
 */

import { checkOneOf, checkOptions, checkSignal, show } from '../../check.js'
import { combine } from '../../graph/reduction/combine.js'
import {
  EMPTY,
  type Partials,
  type ReduceOperation,
  type ReduceResult,
} from '../../graph/reduction/types.js'
import { runSliced } from '../../graph/slices.js'
import { checkColumn, isResident, runArrays } from '../arrays/index.js'
import { NUMBER_TYPES, type NumberArray, type NumberType } from '../arrays/numbers.js'
import { ARRAY_OPTIONS, type Column } from '../columns.js'
import { REDUCE } from './kernel.js'
import { assemble, cutColumn } from './parts.js'
import type { ReduceOptions, ReducePlan } from './types.js'

const OPERATIONS: readonly ReduceOperation[] = ['sum', 'product', 'min', 'max', 'count', 'avg']

/**
 * One number from a column: sum, product, minimum, maximum, count or average, with a bound on the
 * error of floating-point answers.
 *
 * - Integers: sum and average come from the exact sum; a product is modulo 2^32 in the column's
 *   type, as by `Math.imul`. Floating-point products can't overflow on the way, only at the end.
 * - f32 is computed in f64 or wider; f64 sums overflow as IEEE 754 says.
 * - NaN anywhere makes sum, product, min, max and avg NaN; -0 is less than +0; `count` counts all
 *   elements, NaN included.
 * - Blocks of fixed size are added in eight running sums, their results over a binary tree: the
 *   same bits for every number of threads, on reference and WASM, and from `reduceColumn`. A GPU
 *   adds f32 in integers, with the same bits on every GPU.
 *
 * @param values Uint32Array, Int32Array, Float32Array or Float64Array, or a resident of one
 * @param options device, threads, signal, onProgress, onRun
 * @returns the answer and how far it can be from exact: for sums about (130 + log2 of the blocks) ·
 *   2^-53 · Σ|x| on a CPU, less on a GPU
 * @throws TypeError for other values or options; RangeError for an unknown operation, or `min`,
 *   `max` and `avg` of no values; NotSupportedError for f64 on WebGPU; what opening a device throws
 * @see Higham, "Accuracy and Stability of Numerical Algorithms", chapter 4
 * @example
 * ```ts
 * const { value, errorBound } = await reduce(new Float64Array([0.1, 0.2, 0.3]), 'sum')
 * ```
 */
export async function reduce(
  values: Column<NumberType>,
  operation: ReduceOperation,
  options: ReduceOptions = {},
): Promise<ReduceResult> {
  const type = checkColumn('values', values, NUMBER_TYPES)
  const signal = checkCall(operation, values.length, options)
  // Counting needs no values, so none are copied to a device.
  const inputs = operation === 'count' && !isResident(values) ? [] : [values]
  const [partials] = await run(inputs, operation, options)
  return answer(partials, operation, type, values.length, signal)
}

/**
 * Reduces one column that lies in parts, with the bits of `reduce` over the whole on the same kind
 * of device, wherever the cuts are. What a cut divides is put together again (less than 2^14 values
 * a cut); the rest is reduced where it lies.
 *
 * @param parts host arrays of one type, in the column's order; some may be empty
 * @param operation as of `reduce`
 * @param options as of `reduce`
 * @throws as `reduce`; TypeError for parts of different types and for residents: read them first
 * @example
 * ```ts
 * const parts = [new Float64Array([0.1, 0.2]), new Float64Array([0.3])]
 * const { value } = await reduceColumn(parts, 'sum')
 * ```
 */
export async function reduceColumn(
  parts: readonly NumberArray[],
  operation: ReduceOperation,
  options: ReduceOptions = {},
): Promise<ReduceResult> {
  const type = checkParts(parts)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const signal = checkCall(operation, length, options)
  const cut = operation === 'count' ? undefined : await runSliced(cutColumn(parts), signal)
  const results = await run(cut?.inputs ?? [], operation, options)
  const partials = cut === undefined ? undefined : assemble(cut, results)
  return answer(partials, operation, type, length, signal)
}

function checkCall(
  operation: unknown,
  length: number,
  options: ReduceOptions,
): AbortSignal | undefined {
  const known = checkOneOf('operation', operation, OPERATIONS)
  checkOptions('options', options, ARRAY_OPTIONS)
  if (length === 0 && EMPTY[known] === undefined) {
    throw new RangeError(`"values" expected at least one value for ${known}, got none`)
  }
  return checkSignal(options.signal)
}

function checkParts(parts: unknown): NumberType {
  const expected = '"parts" expected array of host arrays of one type'
  if (!Array.isArray(parts)) throw new TypeError(`${expected}, got ${show(parts)}`)
  if (parts.length === 0) throw new TypeError(`${expected}, got no part`)
  const types = parts.map((part, index) => {
    if (isResident(part)) {
      throw new TypeError(`${expected}, got a resident at ${index}: read() it first`)
    }
    return checkColumn(`parts[${index}]`, part, NUMBER_TYPES)
  })
  const other = types.find((type) => type !== types[0])
  if (other !== undefined) throw new TypeError(`${expected}, got ${types[0]} and ${other}`)
  return types[0]
}

async function run(
  inputs: readonly Column[],
  operation: ReduceOperation,
  options: ReduceOptions,
): Promise<Partials[]> {
  const plan: ReducePlan = { operation: operation === 'avg' ? 'sum' : operation }
  const call = { kernel: REDUCE, plan, inputs, outputs: [], options }
  return (await runArrays(call)).value
}

async function answer(
  partials: Partials | undefined,
  operation: ReduceOperation,
  type: NumberType,
  length: number,
  signal: AbortSignal | undefined,
): Promise<ReduceResult> {
  if (length === 0) return { value: EMPTY[operation] as number, errorBound: 0 }
  const known = partials ?? { pairs: new Float64Array(0), pairsPerUnit: 0, blockRounding: 0 }
  return runSliced(combine(known, operation, type, length), signal)
}
