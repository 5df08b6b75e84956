/** The best values on plain JavaScript: sorts all positions and takes the first. */

import type { Steps } from '../../graph/slices.js'
import type { Job } from '../arrays/types.js'
import type { HostValues } from '../columns.js'
import { sortedPositions, take } from '../sort/reference.js'
import type { TopKPlan } from '../sort/types.js'

/** See `TopKPlan` for inputs and outputs. */
export function* topKReference(job: Job<HostValues>, plan: TopKPlan): Steps<void> {
  const [values] = job.inputs.map(({ storage }) => storage)
  const [best, indices] = job.outputs.map(({ storage }) => storage)
  const order = yield* sortedPositions(values, plan.largest, job.report)
  const first = order.subarray(0, plan.k)
  best.set((yield* take(values, first)) as never)
  indices.set(first as never)
}
