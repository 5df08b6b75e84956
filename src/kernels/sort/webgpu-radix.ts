/**
 * Radix sort of keys of up to 32 bits on the GPU: the buffers and steps around
 * shaders/sort-radix.wgsl, which explains them. webgpu.ts calls it. Everything is one submission;
 * the host reads nothing in between.
 */

import { sortRadixSizes, sortRadixWgsl } from '../../devices/webgpu/shaders.generated.js'
import type { GpuJob, Operand } from '../arrays/types.js'
import {
  type Binding,
  keyRule,
  makeSteps,
  PrefixSums,
  parameters,
  runSteps,
  type StepRequest,
  widthOf,
} from './webgpu-steps.js'

const { CHUNK, DIGIT_BITS, RADIX } = sortRadixSizes

/** Words of `State` in sort-radix.wgsl. */
const STATE_WORDS = 8

/** What a sort fills: at least one. They may be the buffer that it reads. */
export interface SortTargets {
  keys?: GPUBuffer
  /** u32 an element: where it came from. */
  order?: GPUBuffer
}

/** Buffers by their binding in sort-radix.wgsl. */
interface RadixBuffers {
  params: GPUBuffer
  state: GPUBuffer
  keys: [GPUBuffer, GPUBuffer]
  order: [GPUBuffer, GPUBuffer] | undefined
  counts: GPUBuffer
}

/** Fills the targets with the sorted elements, with where they came from, or with both. */
export async function radixSort(
  job: GpuJob,
  source: Operand<GPUBuffer>,
  descending: boolean,
  targets: SortTargets,
): Promise<void> {
  const n = source.length
  const chunks = Math.ceil(n / CHUNK)
  const buffers = await radixBuffers(job, source, descending, targets.order !== undefined)
  const { params, state, keys, order, counts } = buffers
  const sums = new PrefixSums(job, 'sort')
  const scan = await sums.requests(counts, RADIX * chunks, state)
  const request = (entryPoint: string, data: Binding[], threadCount: number): StepRequest => ({
    shader: { name: 'sort-radix', code: sortRadixWgsl },
    entryPoint,
    data,
    threadCount,
  })
  const stateData: Binding[] = [[1, state]]
  const sideData: Binding[] = [...stateData, [2, keys[0]], [3, keys[1]]]
  const surveyData: Binding[] = [[0, params], ...stateData, [2, keys[0]], [7, source.storage]]
  const scatterData: Binding[] = [[0, params], ...sideData, [6, counts]]
  if (order !== undefined) {
    surveyData.push([4, order[0]])
    scatterData.push([4, order[0]], [5, order[1]])
  }
  const ends: StepRequest[] = []
  if (targets.keys !== undefined) {
    const words = Math.ceil((n * 2 ** widthOf(source.type)) / 4)
    ends.push(request('finish_keys', [[0, params], ...sideData, [8, targets.keys]], words))
  }
  if (targets.order !== undefined && order !== undefined) {
    const data: Binding[] = [[0, params], ...stateData, [4, order[0]], [5, order[1]]]
    ends.push(request('finish_order', [...data, [8, targets.order]], n))
  }
  const suffix = order === undefined ? '' : '_order'
  const [survey, next, count, scatter, ...others] = await makeSteps(job.gpu, 'sort', [
    request(`survey${suffix}`, surveyData, chunks),
    request('next', stateData, 1),
    request('count', [[0, params], ...sideData, [6, counts]], chunks),
    request(`scatter${suffix}`, scatterData, chunks),
    ...scan,
    ...ends,
  ])
  const round = [next, count, ...others.slice(0, scan.length), scatter]
  const roundCount = (8 * 2 ** widthOf(source.type)) / DIGIT_BITS
  const rounds = Array.from({ length: roundCount }, () => round).flat()
  const steps = [survey, ...rounds, next, ...others.slice(scan.length)]
  await runSteps(job, 'sort', steps)
}

async function radixBuffers(
  job: GpuJob,
  { type, length }: Operand<GPUBuffer>,
  descending: boolean,
  withOrder: boolean,
): Promise<RadixBuffers> {
  const chunks = Math.ceil(length / CHUNK)
  const words = [length, chunks, widthOf(type), ...keyRule(type, descending)]
  const pair = (what: string) =>
    Promise.all([job.scratch(what, 4 * length), job.scratch(what, 4 * length)])
  const [params, state, counts, keys, order] = await Promise.all([
    parameters(job, 'sort parameters', words),
    job.scratch('sort state', 4 * STATE_WORDS),
    job.scratch('sort counts', 4 * RADIX * chunks),
    pair('sort keys'),
    withOrder ? pair('sort positions') : undefined,
  ])
  return { params, state, keys, order, counts }
}
