/**
 * A list of dispatches of one shader, recorded one after the other and submitted at once: the end
 * of a dispatch is the device-wide barrier. For array kernels; loaded only when a GPU runs.
 */

import { dispatchSize } from '../../devices/webgpu/gpu.js'
import { BUFFER_USAGE } from '../../devices/webgpu/usage.js'
import type { GpuJob } from './types.js'

/** A buffer, and where the shader wants it. */
export type Binding = [binding: number, buffer: GPUBuffer]

/** What a call needs of its job. */
export type PassJob = Pick<GpuJob, 'gpu' | 'scratch'>

export class GpuPasses {
  readonly #job: PassJob
  readonly #name: string
  readonly #code: string
  readonly #passes: {
    pipeline: GPUComputePipeline
    group: GPUBindGroup
    size: [number, number]
  }[] = []

  constructor(job: PassJob, name: string, code: string) {
    this.#job = job
    this.#name = name
    this.#code = code
  }

  /** Adds a dispatch of `groupCount` workgroups; nothing for none. */
  async add(entryPoint: string, groupCount: number, bindings: readonly Binding[]): Promise<void> {
    if (groupCount === 0) return
    const { gpu } = this.#job
    const pipeline = await gpu.pipeline(this.#name, this.#code, entryPoint)
    const entries = bindings.map(([binding, buffer]) => ({ binding, resource: { buffer } }))
    const layout = pipeline.getBindGroupLayout(0)
    const group = await gpu.scoped(`${this.#name} bindings`, () =>
      gpu.device.createBindGroup({ layout, entries }),
    )
    this.#passes.push({ pipeline, group, size: dispatchSize(groupCount, 1) })
  }

  submit(): Promise<void> {
    return this.#job.gpu.submit(this.#name, (encoder) => {
      const pass = encoder.beginComputePass()
      for (const { pipeline, group, size } of this.#passes) {
        pass.setPipeline(pipeline)
        pass.setBindGroup(0, group)
        pass.dispatchWorkgroups(size[0], size[1])
      }
      pass.end()
    })
  }
}

/** A small buffer for this call, with these words in it. */
export async function wordsBuffer(
  { gpu, scratch }: PassJob,
  what: string,
  words: Uint32Array<ArrayBuffer>,
  usage: number,
): Promise<GPUBuffer> {
  const buffer = await scratch(what, words.byteLength, usage | BUFFER_USAGE.COPY_DST)
  await gpu.scoped(what, () => gpu.device.queue.writeBuffer(buffer, 0, words))
  return buffer
}
