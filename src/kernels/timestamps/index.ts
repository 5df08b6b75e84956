/**
 * Timestamp conversion: checks the options, makes a plan of them, and runs it on a device.
 */

import { checkSignal, show } from '../../check.js'
import {
  ELEMENT_ARRAYS,
  type ElementType,
  elementTypeOf,
  type ResidentArray,
} from '../../devices/device.js'
import { isResident, runArrays } from '../arrays/index.js'
import type { ArrayKernel } from '../arrays/types.js'
import type { Column } from '../columns.js'
import { TEXT } from './layout.js'
import { planConversion } from './plan.js'
import { convertReference } from './reference.js'
import { type TextSource, textAnswer, textSource, textTarget } from './text.js'
import type {
  ConvertTimestampsOptions,
  FormatTimestampsOptions,
  NumericTimestampFormat,
  ResidentTimestamps,
  TextLayout,
  Texts,
  TimestampArray,
  TimestampFormat,
  TimestampPlan,
  TimestampResident,
  TimestampValues,
} from './types.js'
import { convertWasm, flowOf } from './wasm.js'

const KERNEL: ArrayKernel<TimestampPlan, number> = {
  name: 'timestamps',
  profiled: 'timestamps',
  reference: convertReference,
  wasm: convertWasm,
  flow: flowOf,
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
 * Text, `iso8601`, is a column of bytes with offsets, rows of equal length, or an array of strings.
 *
 * @param values a typed array of the type of format `from`, a resident of one, or texts
 * @returns a fresh typed array of the type of format `to` (a new Resident where `values` is one),
 *   or `into`; texts in the layout asked for
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
  T extends NumericTimestampFormat,
  I extends TimestampArray<T> | TimestampResident<T>,
>(
  values: TimestampValues<F> | ResidentTimestamps<F>,
  options: ConvertTimestampsOptions<F, T> & { into: I },
): Promise<I>
export function convertTimestamps<F extends TimestampFormat, T extends NumericTimestampFormat>(
  values: TimestampValues<F>,
  options: ConvertTimestampsOptions<F, T>,
): Promise<TimestampArray<T>>
export function convertTimestamps<F extends TimestampFormat, T extends NumericTimestampFormat>(
  values: ResidentTimestamps<F>,
  options: ConvertTimestampsOptions<F, T>,
): Promise<TimestampResident<T>>
export function convertTimestamps<F extends TimestampFormat, L extends TextLayout = 'offsets'>(
  values: TimestampValues<F>,
  options: FormatTimestampsOptions<F, L>,
): Promise<Texts<L>>
export function convertTimestamps<F extends TimestampFormat, L extends TextLayout = 'offsets'>(
  values: ResidentTimestamps<F>,
  options: FormatTimestampsOptions<F, L>,
): Promise<Texts<L, ResidentArray<'u8'>, ResidentArray<'u32'>>>
export async function convertTimestamps(
  values: unknown,
  options: ConvertTimestampsOptions | FormatTimestampsOptions,
): Promise<unknown> {
  const plan = planConversion(options)
  const signal = checkSignal(options.signal)
  const source = plan.from.kind === TEXT ? await textSource(values, signal) : valuesOf(values, plan)
  plan.valueCount = source.valueCount
  plan.text.width = source.width
  const { inputs } = source
  if (options.to === 'iso8601') {
    const { outputs: requests, layout } = textTarget(plan, options)
    const lengths = (bytes: number) => [bytes, plan.valueCount + 1].slice(0, requests.length)
    const call = { kernel: KERNEL, plan, inputs, outputs: requests, options, lengths }
    const { outputs } = await runArrays(call)
    return textAnswer(plan, layout, outputs, signal)
  }
  const length = plan.valueCount * plan.to.elements
  const output = { type: plan.to.type, length, into: options.into }
  const call = { kernel: KERNEL, plan, inputs, outputs: [output], options }
  const { outputs } = await runArrays(call)
  return outputs[0]
}

/** @throws TypeError, RangeError for what is no column of the format */
function valuesOf(values: unknown, { from }: TimestampPlan): TextSource {
  const { name, type, elements } = from
  const got: ElementType | undefined = isResident(values) ? values.type : elementTypeOf(values)
  if (got !== type) {
    const array = ELEMENT_ARRAYS[type].name
    const remedy = /^[ui]64$/.test(type) ? `; ${array}.from(values, BigInt) makes one` : ''
    const what = isResident(values) ? `a resident of ${got}` : show(values)
    throw new TypeError(`"values" expected ${array} for '${name}', got ${what}${remedy}`)
  }
  const column = values as Column
  if (column.length % elements === 0) {
    return { inputs: [column], valueCount: column.length / elements, width: 0 }
  }
  throw new RangeError(
    `"values" expected ${elements} elements a value for '${name}', got ${column.length} elements`,
  )
}
