/** Binary search on plain JavaScript. */

import type { Steps } from '../../graph/slices.js'
import type { HostValues, Job } from '../arrays/types.js'
import { compare } from '../sort/reference.js'
import type { SearchPlan } from '../sort/types.js'

/** See `SearchPlan` for inputs and outputs. */
export function* searchReference(job: Job<HostValues>, { side }: SearchPlan): Steps<void> {
  const [sorted, queries] = job.inputs.map(({ storage }) => storage)
  const [places] = job.outputs.map(({ storage }) => storage)
  for (let i = 0; i < queries.length; i++) {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = compare(sorted[middle], queries[i])
      if (order < 0 || (order === 0 && side === 'right')) low = middle + 1
      else high = middle
    }
    places[i] = low
    if (i % (1 << 15) === (1 << 15) - 1) yield
  }
}
