/**
 * Timestamp conversion: checks the options, makes a plan of them, and runs it on a device.
 */

import { show } from '../../check.js'
import { ELEMENT_ARRAYS, type ElementType, elementTypeOf } from '../../devices/device.js'
import { checkColumn, isResident, runArrays } from '../arrays/index.js'
import type { ArrayKernel } from '../arrays/types.js'
import type { Column } from '../columns.js'
import { planConversion } from './plan.js'
import { convertReference } from './reference.js'
import type {
  ConvertTimestampsOptions,
  FormatRule,
  TimestampArray,
  TimestampFormat,
  TimestampPlan,
  TimestampResident,
} from './types.js'
import { convertWasm } from './wasm.js'

const KERNEL: ArrayKernel<TimestampPlan, void> = {
  reference: convertReference,
  wasm: convertWasm,
  async webgpu() {
    return (await import('./webgpu.js')).convertWebgpu
  },
}

/**
 * Converts a column of timestamps from one format to another, all bits of the answer exact and the
 * same on every device. `TimestampTypes` lists the formats, their arrays and their units.
 *
 * Between UTC without leap seconds (`unix-*`, `ntp`, `filetime`, `hlc`, `julian-date`) and TAI
 * (`ptp`, `tai-ns`) the table `LEAP_SECONDS` leads. A leap second, 23:59:60, has no name in UTC
 * formats: all of it becomes the start of the next day, and counts as a loss. Order is kept.
 *
 * @param values a typed array of the type of format `from`, or a resident of one
 * @returns a fresh typed array of the type of format `to` (a new Resident where `values` is one),
 *   or `into`
 * @throws TimestampError for the first value that is no timestamp, or, by the policies `overflow`
 *   and `loss`, that the target can't hold; TypeError, RangeError for arguments; what opening the
 *   device throws; `signal.reason` on abort
 *
 * @example
 * ```ts
 * import { convertTimestamps } from 'ticktickclock'
 *
 * const ntp = BigUint64Array.of(0xe97b_0b36_8000_0000n)
 * const ns = await convertTimestamps(ntp, { from: 'ntp', to: 'unix-ns' })
 * console.log(ns[0]) // 1708166326500000000n
 * ```
 */
export function convertTimestamps<
  F extends TimestampFormat,
  T extends TimestampFormat,
  I extends TimestampArray<T> | TimestampResident<T>,
>(
  values: TimestampArray<F> | TimestampResident<F>,
  options: ConvertTimestampsOptions<F, T> & { into: I },
): Promise<I>
export function convertTimestamps<F extends TimestampFormat, T extends TimestampFormat>(
  values: TimestampArray<F>,
  options: ConvertTimestampsOptions<F, T>,
): Promise<TimestampArray<T>>
export function convertTimestamps<F extends TimestampFormat, T extends TimestampFormat>(
  values: TimestampResident<F>,
  options: ConvertTimestampsOptions<F, T>,
): Promise<TimestampResident<T>>
export async function convertTimestamps(
  values: unknown,
  options: ConvertTimestampsOptions,
): Promise<unknown> {
  const plan = planConversion(options)
  const column = checkValues(values, plan.from)
  plan.valueCount = column.length / plan.from.elements
  const { outputs } = await runArrays({
    kernel: KERNEL,
    plan,
    inputs: [column],
    outputs: [
      {
        type: plan.to.type,
        length: plan.valueCount * plan.to.elements,
        into: options.into as Column | undefined,
      },
    ],
    options,
  })
  return outputs[0]
}

/** @throws TypeError, RangeError for what is no column of the format */
function checkValues(values: unknown, rule: FormatRule): Column {
  const { name, type, elements } = rule
  const got: ElementType | undefined = isResident(values) ? values.type : elementTypeOf(values)
  if (got !== type) {
    const array = ELEMENT_ARRAYS[type].name
    const remedy = /^[ui]64$/.test(type) ? `; ${array}.from(values, BigInt) makes one` : ''
    const what = isResident(values) ? `a resident of ${got}` : show(values)
    throw new TypeError(`"values" expected ${array} for '${name}', got ${what}${remedy}`)
  }
  checkColumn('values', values, [type])
  const column = values as Column
  if (column.length % elements === 0) return column
  throw new RangeError(
    `"values" expected ${elements} elements a value for '${name}', got ${column.length} elements`,
  )
}
