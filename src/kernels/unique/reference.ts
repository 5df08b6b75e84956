/** Distinct values on plain JavaScript: sorts positions and counts runs of equals. */

import type { Steps } from '../../graph/slices.js'
import type { Job } from '../arrays/types.js'
import type { HostValues } from '../columns.js'
import { compare, sortedPositions, take } from '../sort/reference.js'

/** @returns how many distinct values there are */
export function* uniqueReference(job: Job<HostValues>): Steps<number> {
  const [values] = job.inputs.map(({ storage }) => storage)
  const [distinct, counts] = job.outputs.map(({ storage }) => storage)
  const order = yield* sortedPositions(values, false, job.report)
  const firsts = new Uint32Array(values.length)
  let found = 0
  for (let i = 0; i < order.length; i++) {
    const isNew = found === 0 || compare(values[firsts[found - 1]], values[order[i]]) !== 0
    if (isNew) {
      firsts[found] = order[i]
      counts[found] = 0
      found++
    }
    ;(counts as Uint32Array)[found - 1]++
    if (i % (1 << 17) === (1 << 17) - 1) yield
  }
  distinct.set((yield* take(values, firsts.subarray(0, found))) as never)
  return found
}
