/**
 * Prefix sums in plain JavaScript. Floating-point sums have the fixed shape of layout.ts, so their
 * bits are those of assembly/scan.ts, which shares no code with this.
 */

import type { Steps } from '../../graph/slices.js'
import type { NumberArray } from '../arrays/numbers.js'
import type { HostValues, Job } from '../arrays/types.js'
import { BLOCK, GROUP, STRIP_VALUES } from './layout.js'
import type { ScanPlan } from './types.js'

/** Strips between pauses: 2^18 values. */
const SLICE_STRIPS = 8

export function* scanReference(
  { inputs: [{ storage, type }], outputs: [output] }: Job<HostValues>,
  { inclusive }: ScanPlan,
): Steps<void> {
  const values = storage as NumberArray
  const sums = output.storage as NumberArray
  const isFloat = type === 'f32' || type === 'f64'
  let carry = 0
  for (let first = 0; first < values.length; first += STRIP_VALUES) {
    const end = Math.min(first + STRIP_VALUES, values.length)
    carry = isFloat
      ? scanStrip(values, sums, first, end, inclusive, carry)
      : scanIntegers(values, sums, first, end, inclusive, carry)
    if ((first / STRIP_VALUES) % SLICE_STRIPS === SLICE_STRIPS - 1) yield
  }
}

/** Modulo 2^32: the output array takes the low 32 bits. */
function scanIntegers(
  values: NumberArray,
  sums: NumberArray,
  first: number,
  end: number,
  inclusive: boolean,
  carry: number,
): number {
  let sum = carry
  for (let i = first; i < end; i++) {
    const before = sum
    sum = (sum + values[i]) | 0
    sums[i] = inclusive ? sum : before
  }
  return sum
}

/**
 * A sum is strips + (blocks + groups) + values: what came before the strip, before the block in its
 * strip, before the group in its block, and in the group. Returns what comes before the next strip.
 * A group's last inclusive sum is what the next group starts from, so that exclusive sums are the
 * inclusive ones moved by one, bit for bit.
 */
function scanStrip(
  values: NumberArray,
  sums: NumberArray,
  first: number,
  end: number,
  inclusive: boolean,
  strips: number,
): number {
  let blocks = 0
  let groups = 0
  let start = strips
  for (let group = first; group < end; group += GROUP) {
    let sum = 0
    const next = group + GROUP
    const stop = Math.min(next, end)
    for (let i = group; i < stop; i++) {
      const before = sum
      sum += values[i]
      sums[i] = start + (inclusive ? sum : before)
    }
    groups += sum
    if ((next - first) % BLOCK === 0) {
      blocks += groups
      groups = 0
    }
    start = strips + (blocks + groups)
    if (inclusive && stop === next) sums[stop - 1] = start
  }
  return start
}
