/**
 * Sorting on plain JavaScript, the obvious way: a stable merge sort of positions (bottom up; Knuth,
 * TAOCP 3, 5.2.4) by a comparison that states the order. Shares nothing with the fast versions.
 */

import type { Steps } from '../../graph/slices.js'
import type { Job, ReportShare } from '../arrays/types.js'
import type { HostValues } from '../columns.js'
import type { SortPlan } from './types.js'

/** Comparisons between two turns of the event loop. */
const STRIDE = 1 << 17

/** See `SortPlan` for inputs and outputs. */
export function* sortReference(job: Job<HostValues>, plan: SortPlan): Steps<void> {
  const [keys, values] = job.inputs.map(({ storage }) => storage)
  const order = yield* sortedPositions(keys, plan.descending, job.report)
  const outputs = job.outputs.map(({ storage }) => storage)
  if (plan.result === 'order') {
    outputs[0].set(order as never)
    return
  }
  // Outputs may be the inputs: taken first, written then.
  const taken = [yield* take(keys, order)]
  if (plan.result === 'pairs') taken.push(yield* take(values, order))
  for (const [index, result] of taken.entries()) outputs[index].set(result as never)
}

/** Positions of the values in order, equal values by position. */
export function* sortedPositions(
  values: HostValues,
  descending: boolean,
  report?: ReportShare,
): Steps<Uint32Array> {
  const count = values.length
  const allSteps = count * Math.ceil(Math.log2(count))
  let from = new Uint32Array(count)
  let to = new Uint32Array(count)
  for (let i = 0; i < count; i++) from[i] = i
  const comesLater = descending
    ? (a: number, b: number) => compare(values[a], values[b]) < 0
    : (a: number, b: number) => compare(values[a], values[b]) > 0
  let steps = 0
  for (let width = 1; width < count; width *= 2) {
    for (let left = 0; left < count; left += 2 * width) {
      const middle = Math.min(left + width, count)
      const right = Math.min(left + 2 * width, count)
      let a = left
      let b = middle
      for (let k = left; k < right; k++) {
        const takesLeft = a < middle && (b >= right || !comesLater(from[a], from[b]))
        to[k] = takesLeft ? from[a++] : from[b++]
        if (++steps % STRIDE !== 0) continue
        report?.(steps / allSteps)
        yield
      }
    }
    ;[from, to] = [to, from]
  }
  return from
}

/** The order of `TypedArray.prototype.sort`: below, equal (0) or above. */
export function compare(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) {
    if (a !== 0) return 0
    // -0 comes before +0.
    return Number(Object.is(b, -0)) - Number(Object.is(a, -0))
  }
  // NaN comes last, all NaN alike.
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** The values at these positions, bit for bit: a NaN keeps its bits as words, not as a number. */
export function* take(values: HostValues, positions: Uint32Array): Steps<HostValues> {
  const result = values.slice(0, positions.length) as HostValues
  const from = words(values)
  const to = words(result)
  for (let i = 0; i < positions.length; i++) {
    to[i] = from[positions[i]] as never
    if (i % STRIDE === STRIDE - 1) yield
  }
  return result
}

/** An array's bits as unsigned numbers of the same width. */
function words(values: HostValues): HostValues {
  const { buffer, byteOffset, length } = values
  if (values instanceof Float32Array) return new Uint32Array(buffer, byteOffset, length)
  if (values instanceof Float64Array) return new BigUint64Array(buffer, byteOffset, length)
  return values
}
