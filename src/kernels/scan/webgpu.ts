/** Drives shaders/scan.wgsl: levels of chunk sums up to one chunk, and back down. */

import { scanSizes, scanWgsl } from '../../devices/webgpu/shaders.generated.js'
import { BUFFER_USAGE, STORAGE } from '../../devices/webgpu/usage.js'
import { GpuPasses, wordsBuffer } from '../arrays/gpu-passes.js'
import { refuseF64 } from '../arrays/numbers.js'
import type { GpuJob } from '../arrays/types.js'
import type { ScanPlan } from './types.js'

const { WORKGROUP, CHUNK } = scanSizes

/** Numbers of the bindings and bytes of a sum, by the entry points' suffix. */
const KINDS = {
  integers: { level: 5, above: 6, before: 7, byteLength: 4 },
  floats: { level: 8, above: 9, before: 10, byteLength: 16 },
} as const

export async function scanWebgpu(job: GpuJob, { inclusive }: ScanPlan): Promise<void> {
  const [{ type, length, storage }] = job.inputs
  const [sums] = job.outputs
  refuseF64('a scan', type)
  if (length === 0) return
  const kind = type === 'f32' ? 'floats' : 'integers'
  const at = KINDS[kind]
  const settings = new Uint32Array([length, inclusive ? 1 : 0])
  const params = await wordsBuffer(job, 'parameters', settings, BUFFER_USAGE.UNIFORM)
  const values = storage === sums.storage ? await copyOf(job, storage, 4 * length) : storage
  const passes = new GpuPasses(job, 'scan', scanWgsl)
  const marks = type === 'f32' ? await addPeaks(job, passes, params, values, length) : undefined
  const known: [number, GPUBuffer][] = marks === undefined ? [] : [[4, marks]]
  const input: [number, GPUBuffer][] = [[0, params], [1, values], ...known]

  const levels: { buffer: GPUBuffer; count: number }[] = []
  for (let count = length; levels.length === 0 || count > 1; ) {
    count = Math.ceil(count / CHUNK)
    const below = levels.at(-1)
    const buffer = await job.scratch('sums of chunks', count * at.byteLength)
    levels.push({ buffer, count })
    const groups = Math.ceil(count / WORKGROUP)
    if (below === undefined)
      await passes.add(`totals_${kind}`, groups, [...input, [at.above, buffer]])
    else {
      const both: [number, GPUBuffer][] = [
        [at.level, below.buffer],
        [at.above, buffer],
      ]
      await passes.add(`raise_${kind}`, groups, both)
    }
  }
  // What comes before the one chunk of the top: nothing. A new buffer is zero.
  let before = await job.scratch('nothing', at.byteLength)
  for (const { buffer, count } of levels.toReversed()) {
    const groups = Math.ceil(count / CHUNK / WORKGROUP)
    await passes.add(`lower_${kind}`, groups, [
      [at.level, buffer],
      [at.before, before],
    ])
    before = buffer
  }
  const groups = Math.ceil(length / CHUNK / WORKGROUP)
  await passes.add(`apply_${kind}`, groups, [...input, [2, sums.storage], [at.before, before]])
  await passes.submit()
}

async function addPeaks(
  job: GpuJob,
  passes: GpuPasses,
  params: GPUBuffer,
  values: GPUBuffer,
  length: number,
): Promise<GPUBuffer> {
  const none = 0xffff_ffff
  const marks = await wordsBuffer(job, 'marks', new Uint32Array([1, none, none, none]), STORAGE)
  await passes.add('peaks', Math.ceil(length / CHUNK / WORKGROUP), [
    [0, params],
    [1, values],
    [3, marks],
  ])
  return marks
}

/** A shader can't read and write one buffer under two names. */
async function copyOf({ gpu, scratch }: GpuJob, from: GPUBuffer, size: number): Promise<GPUBuffer> {
  const copy = await scratch('a copy of the values', size)
  await gpu.submit('a copy', (encoder) => encoder.copyBufferToBuffer(from, 0, copy, 0, size))
  return copy
}
