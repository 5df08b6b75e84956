/** Drives shaders/scan.wgsl: levels of chunk sums up to one chunk, and back down. */

import { scanSizes, scanWgsl } from '../../devices/webgpu/shaders.generated.js'
import { BUFFER_USAGE, STORAGE } from '../../devices/webgpu/usage.js'
import { type Binding, GpuPasses, wordsBuffer } from '../arrays/gpu-passes.js'
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
  const settings = new Uint32Array([length, inclusive ? 1 : 0])
  const params = await wordsBuffer(job, 'parameters', settings, BUFFER_USAGE.UNIFORM)
  const values = storage === sums.storage ? await copyOf(job, storage, 4 * length) : storage
  const passes = new GpuPasses(job, 'scan', scanWgsl)
  const input: Binding[] = [
    [0, params],
    [1, values],
  ]
  const output: Binding[] = [[2, sums.storage]]
  if (kind === 'floats') output.push([4, await addMarks(job, passes, input, length)])
  const before = await addLevels(job, passes, input, length, kind)
  const bindings: Binding[] = [...input, ...output, [KINDS[kind].before, before]]
  await passes.add(`apply_${kind}`, groupsOf(length), bindings)
  await passes.submit()
}

/** Workgroups for so many values in chunks. */
function groupsOf(length: number): number {
  return Math.ceil(length / CHUNK / WORKGROUP)
}

/** Up to one sum and back down; returns what comes before each chunk of values. */
async function addLevels(
  job: GpuJob,
  passes: GpuPasses,
  input: readonly Binding[],
  length: number,
  kind: keyof typeof KINDS,
): Promise<GPUBuffer> {
  const at = KINDS[kind]
  const make = (count: number) => job.scratch('sums of chunks', count * at.byteLength)
  let count = Math.ceil(length / CHUNK)
  const levels = [{ buffer: await make(count), count }]
  await passes.add(`totals_${kind}`, groupsOf(length), [...input, [at.above, levels[0].buffer]])
  while (count > 1) {
    const below = levels[levels.length - 1]
    count = Math.ceil(count / CHUNK)
    const buffer = await make(count)
    levels.push({ buffer, count })
    await passes.add(`raise_${kind}`, groupsOf(below.count), [
      [at.level, below.buffer],
      [at.above, buffer],
    ])
  }
  // Nothing comes before the one chunk of the top: a new buffer is zero.
  let before = await make(1)
  for (const { buffer, count } of levels.toReversed()) {
    await passes.add(`lower_${kind}`, groupsOf(count), [
      [at.level, buffer],
      [at.before, before],
    ])
    before = buffer
  }
  return before
}

/** Where NaN and infinities begin. */
async function addMarks(
  job: GpuJob,
  passes: GpuPasses,
  input: readonly Binding[],
  length: number,
): Promise<GPUBuffer> {
  const nowhere = new Uint32Array(3).fill(0xffff_ffff)
  const marks = await wordsBuffer(job, 'marks', nowhere, STORAGE)
  await passes.add('mark', groupsOf(length), [...input, [3, marks]])
  return marks
}

/** A shader can't read and write one buffer under two names. */
async function copyOf({ gpu, scratch }: GpuJob, from: GPUBuffer, size: number): Promise<GPUBuffer> {
  const copy = await scratch('a copy of the values', size)
  await gpu.submit('a copy', (encoder) => encoder.copyBufferToBuffer(from, 0, copy, 0, size))
  return copy
}
