/**
 * Sorting on the GPU, seen from inside: what does not fit is refused before anything is made, and an
 * input made against the sample costs levels, not the answer.
 */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Device } from '../../dist/devices/device.js'
import { type Gpu, gpuOf } from '../../dist/devices/webgpu/gpu.js'
import { openWebgpu } from '../../dist/devices/webgpu/index.js'
import { MemoryLimitError } from '../../dist/errors.js'
import { runArrays } from '../../dist/kernels/arrays/index.js'
import type { ArrayKernel } from '../../dist/kernels/arrays/types.js'
import type { SortPlan } from '../../dist/kernels/sort/types.js'
import { sortWebgpu } from '../../dist/kernels/sort/webgpu.js'
import { gpuTitle, noGpu } from '../support/webgpu.js'

describe.skipIf(noGpu !== undefined)(gpuTitle('sorting on the GPU'), () => {
  let device: Device
  beforeAll(async () => {
    device = await openWebgpu()
  })
  afterAll(() => device.dispose())

  it('refuses bytes that do not fit as words', async () => {
    const gpu: Gpu = gpuOf(device)
    const length = Math.floor(gpu.maxBindingBytes / 4) + 1
    const storage = await gpu.buffer('a column', 4)
    const column = { type: 'u8', length, storage } as const
    const job = {
      gpu,
      inputs: [column],
      outputs: [column],
      signal: undefined,
      scratch(): Promise<GPUBuffer> {
        throw new Error('made a buffer')
      },
    }
    for (const result of ['keys', 'order'] as const) {
      const call = sortWebgpu(job, { result, descending: false })
      await expect(call).rejects.toThrow(MemoryLimitError)
      await expect(call).rejects.toThrow(`sorting ${length} u8 on this GPU`)
    }
    const pairs = { ...job, inputs: [column, column], outputs: [column, column] }
    const call = sortWebgpu(pairs, { result: 'pairs', descending: false })
    await expect(call).rejects.toThrow(MemoryLimitError)
    storage.destroy()
  })
  it('goes on with buckets that a sample misjudged', async () => {
    // The smallest keys lie where the first two levels look: their splitters leave the rest whole.
    const keys = new BigUint64Array(1_000)
    let left = Array.from(keys, (_, i) => i)
    let smallest = 0n
    for (const salt of [0, 1]) {
      const places = new Set(samplePlaces(left.length, salt))
      for (const place of places) keys[left[place]] = smallest++
      left = left.filter((_, place) => !places.has(place))
    }
    for (const [index, at] of left.entries()) {
      keys[at] = (1n << 40n) + BigInt((index * 7919) % left.length)
    }
    const read = vi.spyOn(gpuOf(device), 'read')
    const kernel = { webgpu: async () => sortWebgpu } as unknown as ArrayKernel<SortPlan, void>
    const run = async (result: 'keys' | 'order', type: 'u64' | 'u32') => {
      const plan = { result, descending: false }
      const outputs = [{ type, length: keys.length }]
      const options = { device }
      const answer = await runArrays({ kernel, plan, inputs: [keys], outputs, options })
      return answer.outputs[0]
    }
    expect(await run('keys', 'u64')).toStrictEqual(keys.slice().sort())
    const order = Array.from(keys, (_, i) => i).sort((a, b) => Number(keys[a] - keys[b]))
    expect(await run('order', 'u32')).toStrictEqual(Uint32Array.from(order))
    const levels = read.mock.calls.filter(([{ label }]) => label === 'sort large buckets')
    expect(levels).toHaveLength(3 + 3)
    read.mockRestore()
  })
})

/** Where `sample` in shaders/sort-sample.wgsl looks in a level's only segment. */
function samplePlaces(length: number, salt: number): number[] {
  const size = 2 * Math.ceil(length / 16)
  const stretch = Math.floor(length / size)
  const rest = length - stretch * size
  return Array.from({ length: size }, (_, j) => {
    const begin = j * stretch + Math.min(j, rest)
    return begin + (scrambled(j + salt) % (stretch + (j < rest ? 1 : 0)))
  })
}

function scrambled(value: number): number {
  let x = Math.imul(value, 0x9e3779b1) >>> 0
  x = Math.imul(x ^ (x >>> 15), 0x85ebca77) >>> 0
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae3d) >>> 0
  return (x ^ (x >>> 16)) >>> 0
}
