/** Drives shaders/histogram.wgsl: thresholds become keys of the element type. */

import { histogramSizes, histogramWgsl } from '../../devices/webgpu/shaders.generated.js'
import { BUFFER_USAGE } from '../../devices/webgpu/usage.js'
import { GpuPasses, wordsBuffer } from '../arrays/gpu-passes.js'
import { type NumberType, refuseF64, TYPE_CODE } from '../arrays/numbers.js'
import type { GpuJob } from '../arrays/types.js'
import { reduceWebgpu } from '../reduce/webgpu.js'
import { makeBins, needsExtent } from './bins.js'
import type { Bins, HistogramPlan, HistogramRun } from './types.js'

const { WORKGROUP, ITEMS } = histogramSizes

/** Words for all copies of the slots: enough that copies spread few bins, small against a cache. */
const COPY_WORDS = 1 << 16
/** More copies than workgroups that run at once bring nothing. */
const MAX_COPIES = 256

export async function histogramWebgpu(job: GpuJob, plan: HistogramPlan): Promise<HistogramRun> {
  refuseF64('a histogram', job.inputs[0].type)
  const extents = needsExtent(plan) ? await reduceWebgpu(job, { operation: 'extent' }) : undefined
  const bins = makeBins(plan, extents)
  return { edges: bins.edges, slots: await count(job, bins) }
}

async function count(job: GpuJob, { thresholds }: Bins): Promise<Uint32Array> {
  const [{ type, length, storage }] = job.inputs
  const slots = new Uint32Array(thresholds.length + 2)
  const groupCount = Math.ceil(length / (WORKGROUP * ITEMS))
  if (groupCount === 0) return slots
  const keys = keysOf(thresholds, type as NumberType)
  const room = Math.floor(COPY_WORDS / slots.length)
  const copies = Math.max(1, Math.min(groupCount, room, MAX_COPIES))
  const code = TYPE_CODE[type as NumberType]
  const settings = new Uint32Array([length, code, keys.length, slots.length, copies])
  const params = await wordsBuffer(job, 'parameters', settings, BUFFER_USAGE.UNIFORM)
  const marks = await wordsBuffer(job, 'thresholds', keys, BUFFER_USAGE.STORAGE)
  const counts = await job.scratch('counts', copies * slots.byteLength)
  const sums = await job.scratch('sums of counts', slots.byteLength)
  const passes = new GpuPasses(job, 'histogram', histogramWgsl)
  await passes.add('count', groupCount, [
    [0, params],
    [1, storage],
    [2, marks],
    [3, counts],
  ])
  await passes.add('merge', Math.ceil(slots.length / WORKGROUP), [
    [0, params],
    [4, counts],
    [5, sums],
  ])
  await passes.submit()
  await job.gpu.read(sums, slots, job.signal)
  // Thresholds that no value of the type reaches are the last ones: their slots stay empty.
  return slots
}

/**
 * For each threshold the key of the least element at or above it; those without one are left
 * out.
 */
function keysOf(thresholds: Float64Array, type: NumberType): Uint32Array<ArrayBuffer> {
  const keys = new Uint32Array(thresholds.length)
  const keyOf = type === 'f32' ? floatKey : type === 'i32' ? signedKey : unsignedKey
  let count = 0
  for (const threshold of thresholds) {
    const key = keyOf(threshold)
    if (key !== undefined) keys[count++] = key
  }
  return keys.slice(0, count)
}

function unsignedKey(threshold: number): number | undefined {
  const least = Math.max(0, Math.ceil(threshold))
  return least <= 0xffff_ffff ? least : undefined
}

function signedKey(threshold: number): number | undefined {
  // Rounded up first: the sum would swallow a small fraction.
  return unsignedKey(Math.ceil(threshold) + 2 ** 31)
}

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

function floatKey(threshold: number): number | undefined {
  if (Number.isNaN(threshold)) return undefined
  float[0] = threshold
  const isBelow = float[0] < threshold
  // +0 stands for both zeros.
  if (float[0] === 0) float[0] = 0
  if (isBelow) bits[0] += float[0] < 0 ? -1 : 1
  const isNegative = bits[0] >>> 31 === 1
  if (bits[0] === 0x8000_0000) bits[0] = 0
  return (bits[0] ^ (isNegative && bits[0] !== 0 ? 0xffff_ffff : 0x8000_0000)) >>> 0
}
