/** The histogram in plain JavaScript: a binary search a value. */

import type { Steps } from '../../graph/slices.js'
import type { NumberArray } from '../arrays/numbers.js'
import type { HostValues, Job } from '../arrays/types.js'
import type { Bins } from './types.js'

/** Values between pauses. */
const SLICE_VALUES = 1 << 17

/** Counts by slots: below, the bins, above, NaN. */
export function* countReference(
  { inputs: [{ storage }] }: Pick<Job<HostValues>, 'inputs'>,
  { thresholds }: Bins,
): Steps<Uint32Array> {
  const values = storage as NumberArray
  const slots = new Uint32Array(thresholds.length + 2)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    slots[Number.isNaN(value) ? thresholds.length + 1 : slotOf(value, thresholds)]++
    if (i % SLICE_VALUES === SLICE_VALUES - 1) yield
  }
  return slots
}

/** How many thresholds are at most x. */
function slotOf(x: number, thresholds: Float64Array): number {
  let low = 0
  let high = thresholds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (thresholds[middle] <= x) low = middle + 1
    else high = middle
  }
  return low
}
