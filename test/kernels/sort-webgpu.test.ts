/** Sorting on the GPU, seen from inside: what does not fit is refused before anything is made. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Device } from '../../dist/devices/device.js'
import { type Gpu, gpuOf } from '../../dist/devices/webgpu/gpu.js'
import { openWebgpu } from '../../dist/devices/webgpu/index.js'
import { MemoryLimitError } from '../../dist/errors.js'
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
})
