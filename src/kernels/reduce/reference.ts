/**
 * Reductions in plain JavaScript: blocks in order. What is done with a block is in
 * src/graph/reduction/blocks.ts.
 */

import { blockFunction } from '../../graph/reduction/blocks.js'
import { BLOCK } from '../../graph/reduction/layout.js'
import { blockPartials, type Partials } from '../../graph/reduction/types.js'
import type { Steps } from '../../graph/slices.js'
import type { NumberArray, NumberType } from '../arrays/numbers.js'
import type { Job } from '../arrays/types.js'
import type { HostValues } from '../columns.js'
import type { ReducePlan } from './types.js'

/** Blocks between pauses: 2^18 values. */
const SLICE_BLOCKS = 256

/** One list of pairs an input. */
export function* reduceReference(
  { inputs }: Pick<Job<HostValues>, 'inputs'>,
  { operation }: ReducePlan,
): Steps<Partials[]> {
  const all: Partials[] = []
  if (operation === 'count') return all
  for (const { storage, type, length } of inputs) {
    const values = storage as NumberArray
    const block = blockFunction(operation, type as NumberType)
    const partials = blockPartials(operation, length)
    for (let first = 0; first < length; first += BLOCK) {
      const at = (first / BLOCK) * 2
      block(values, first, Math.min(first + BLOCK, length), partials.pairs, at)
      if ((first / BLOCK) % SLICE_BLOCKS === SLICE_BLOCKS - 1) yield
    }
    all.push(partials)
  }
  return all
}
