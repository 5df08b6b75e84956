/**
 * The k best values on the GPU: the order of all, of which the first k are taken. The kernel loads
 * it when a GPU runs.
 */

import type { GpuJob } from '../arrays/types.js'
import type { TopKPlan } from '../sort/types.js'
import { sortInto } from '../sort/webgpu.js'
import { checkSortSize, gather, untouched } from '../sort/webgpu-steps.js'

/** [values] → [k values, u32 positions], best first. */
export async function topKWebgpu(job: GpuJob, plan: TopKPlan): Promise<void> {
  const [best, positions] = job.outputs
  if (plan.k === 0) return
  checkSortSize(job, job.inputs[0])
  const values = await untouched(job, job.inputs[0])
  const order = await job.scratch('topK order', 4 * values.length)
  await sortInto(job, values, plan.largest, { order })
  await gather(job, values, order, best)
  await job.gpu.submit('topK', (encoder) => {
    encoder.copyBufferToBuffer(order, 0, positions.storage, 0, 4 * plan.k)
  })
}
