/**
 * The k best values on the GPU: picked by shaders/topk.wgsl, which explains its steps, then sorted.
 * The kernel loads it when a GPU runs.
 */

import { topkSizes, topkWgsl } from '../../devices/webgpu/shaders.generated.js'
import type { GpuJob, Operand } from '../arrays/types.js'
import type { TopKPlan } from '../sort/types.js'
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
  untouched,
  widthOf,
} from '../sort/webgpu-steps.js'

const { CHUNK, DIGIT_BITS, RADIX } = topkSizes

/** `State` in topk.wgsl: the word of `shift`, behind which `rest` is, and the words before `seen`. */
const STATE = { shift: 4, words: 6 }

/** [values] → [k values, u32 positions], best first. */
export async function topKWebgpu(job: GpuJob, plan: TopKPlan): Promise<void> {
  const { k, largest } = plan
  const [best, positions] = job.outputs
  if (k === 0) return
  checkSortSize(job, job.inputs[0])
  const values = await untouched(job, job.inputs[0])
  const { type } = values
  const picked = await pick(job, values, plan)
  const candidates = await job.scratch('topK values', k * 2 ** widthOf(type))
  const column = { type, length: k, storage: candidates }
  await gather(job, values, picked, column)
  const order = await job.scratch('topK order', 4 * k)
  await sortInto(job, column, largest, { order })
  await gather(job, column, order, best)
  await gather(job, { type: 'u32', length: k, storage: picked }, order, positions)
}

/** Positions of the k best values: those before the k-th, then its equals, each ascending. */
async function pick(
  job: GpuJob,
  { type, length: n, storage }: Operand<GPUBuffer>,
  { k, largest }: TopKPlan,
): Promise<GPUBuffer> {
  const chunks = Math.ceil(n / CHUNK)
  const width = widthOf(type)
  const digitCount = (8 * 2 ** width) / DIGIT_BITS
  const [params, state, counts, picked] = await Promise.all([
    parameters(job, 'topK parameters', [n, chunks, k, width, ...keyRule(type, largest)]),
    job.scratch('topK state', 4 * (STATE.words + RADIX)),
    job.scratch('topK counts', 4 * 2 * chunks),
    job.scratch('topK positions', 4 * k),
  ])
  const start = Uint32Array.of(DIGIT_BITS * (digitCount - 1), k)
  job.gpu.device.queue.writeBuffer(state, 4 * STATE.shift, start)
  const request = (entryPoint: string, data: Binding[], threadCount: number): StepRequest => ({
    shader: { name: 'topk', code: topkWgsl },
    entryPoint,
    data,
    threadCount,
  })
  const data: Binding[] = [
    [0, params],
    [1, state],
    [2, storage],
  ]
  const sums = new PrefixSums(job, 'topK')
  const [count, choose, mark, pickThem, ...scan] = await makeSteps(job.gpu, 'topK', [
    request('count', data, chunks),
    request('choose', [[1, state]], 1),
    request('mark', [...data, [3, counts]], chunks),
    request('pick', [...data, [3, counts], [4, picked]], chunks),
    ...(await sums.requests(counts, 2 * chunks)),
  ])
  const digits = Array.from({ length: digitCount }, () => [count, choose]).flat()
  await runSteps(job, 'topK', [...digits, mark, ...scan, pickThem])
  return picked
}
