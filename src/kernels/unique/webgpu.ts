/**
 * Distinct values on the GPU: sorted, marked where a new one begins, counted by the distance to the
 * next. The steps are in shaders/unique.wgsl. The kernel loads it when a GPU runs.
 */

import { uniqueSizes, uniqueWgsl } from '../../devices/webgpu/shaders.generated.js'
import type { GpuJob } from '../arrays/types.js'
import { sortInto } from '../sort/webgpu.js'
import {
  type Binding,
  checkSortSize,
  gather,
  keyRule,
  makeSteps,
  PrefixSums,
  parameters,
  runSteps,
  type StepRequest,
  widthOf,
} from '../sort/webgpu-steps.js'

const { CHUNK } = uniqueSizes

/** [values] → [distinct values ascending, u32 counts], both as long as values; how many of them. */
export async function uniqueWebgpu(job: GpuJob): Promise<number> {
  const [values] = job.inputs
  const { type, length: n } = values
  if (n === 0) return 0
  checkSortSize(job, values)
  const [distinct, repeats] = job.outputs
  const width = widthOf(type)
  const storage = await job.scratch('unique values', n * 2 ** width)
  const sorted = { type, length: n, storage }
  await sortInto(job, values, false, { keys: storage })

  const chunks = Math.ceil(n / CHUNK)
  const [params, counts, begins] = await Promise.all([
    parameters(job, 'unique parameters', [n, chunks, width, ...keyRule(type, false)]),
    job.scratch('unique counts', 4 * (chunks + 1)),
    job.scratch('unique starts', 4 * (n + 1)),
  ])
  const request = (entryPoint: string, data: Binding[], threadCount: number): StepRequest => ({
    shader: { name: 'unique', code: uniqueWgsl },
    entryPoint,
    data: [[0, params], ...data],
    threadCount,
  })
  const headData: Binding[] = [
    [1, storage],
    [2, counts],
  ]
  // One entry more than chunks: scanned, it is the number of distinct values.
  const sums = new PrefixSums(job, 'unique')
  const steps = await makeSteps(job.gpu, 'unique', [
    request('heads', headData, chunks),
    ...(await sums.requests(counts, chunks + 1)),
    request('starts', [...headData, [3, begins]], chunks),
    request(
      'lengths',
      [
        [2, counts],
        [3, begins],
        [4, repeats.storage],
      ],
      n,
    ),
  ])
  await runSteps(job, 'unique', steps)
  const total = await job.scratch('unique total', 4)
  await job.gpu.submit('unique', (encoder) => {
    encoder.copyBufferToBuffer(counts, 4 * chunks, total, 0, 4)
  })
  const words = new Uint32Array(1)
  await job.gpu.read(total, words, job.signal)
  await gather(job, sorted, begins, { ...distinct, length: words[0] })
  return words[0]
}
