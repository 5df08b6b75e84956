/** Binary search on the GPU, a thread a query. The kernel loads it when a GPU runs. */

import { searchWgsl } from '../../devices/webgpu/shaders.generated.js'
import type { GpuJob } from '../arrays/types.js'
import type { SearchPlan } from '../sort/types.js'
import {
  keyRule,
  makeSteps,
  parameters,
  runSteps,
  untouched,
  widthOf,
} from '../sort/webgpu-steps.js'

/** [sorted, queries] → [u32 positions]. */
export async function searchWebgpu(job: GpuJob, { side }: SearchPlan): Promise<void> {
  const [{ type, length }, { length: queryCount }] = job.inputs
  if (queryCount === 0) return
  const [sorted, queries] = [
    await untouched(job, job.inputs[0]),
    await untouched(job, job.inputs[1]),
  ]
  const isRight = side === 'right' ? 1 : 0
  const words = [length, queryCount, widthOf(type), isRight, ...keyRule(type, false)]
  const params = await parameters(job, 'search parameters', words)
  const [step] = await makeSteps(job.gpu, 'search', [
    {
      shader: { name: 'search', code: searchWgsl },
      entryPoint: 'search',
      data: [
        [0, params],
        [1, sorted.storage],
        [2, queries.storage],
        [3, job.outputs[0].storage],
      ],
      threadCount: queryCount,
    },
  ])
  await runSteps(job, 'search', [step])
}
