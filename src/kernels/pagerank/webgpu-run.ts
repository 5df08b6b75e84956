/**
 * One PageRank run's buffers, bind groups and dispatches on the GPU. webgpu.ts decides how many
 * iterations to submit and when to stop; the arithmetic is in shaders/pagerank.wgsl.
 */

import { dispatchSize, type Gpu } from '../../devices/webgpu/gpu.js'
import { pagerankSizes, pagerankWgsl } from '../../devices/webgpu/shaders.generated.js'
import { BUFFER_USAGE, STORAGE } from '../../devices/webgpu/usage.js'
import type { PagerankPlan } from './types.js'
import { reductionSizes } from './webgpu-bound.js'
import type { PagerankLayout } from './webgpu-layout.js'

const { WORKGROUP, SEGMENT } = pagerankSizes

/** Words of `State` in pagerank.wgsl. */
const STATE_WORDS = 6

/** `State` in pagerank.wgsl, as far as the host needs it. */
export interface RunState {
  done: boolean
  iterations: number
  residual: number
  /** Dangling mass that the last iteration spread. */
  danglingBefore: number
}

/** A pipeline with its data and size, ready to be recorded. */
interface Step {
  pipeline: GPUComputePipeline
  group: GPUBindGroup
  size: [number, number]
}

export class PagerankBuffers {
  readonly #gpu: Gpu
  readonly #layout: PagerankLayout
  readonly #vertexCount: number
  readonly #buffers: GPUBuffer[] = []
  #ranks!: GPUBuffer
  #state!: GPUBuffer
  #begin: Step[] = []
  #iteration: Step[] = []

  constructor(gpu: Gpu, layout: PagerankLayout) {
    this.#gpu = gpu
    this.#layout = layout
    this.#vertexCount = layout.depths.length
  }

  /** Makes the buffers and bindings. Call `dispose` also when it rejects. */
  async open(plan: PagerankPlan): Promise<void> {
    const n = this.#vertexCount
    const params = await this.#upload('parameters', parameters(plan, n), BUFFER_USAGE.UNIFORM)
    const jump = await this.#upload('jump', new Float32Array(plan.personalization ?? [0]))
    const start = plan.start ?? new Float32Array(n).fill(1 / n)
    const ranks = await this.#upload('ranks', new Float32Array(start))
    const state = await this.#alloc('state', 4 * STATE_WORDS)
    const contributions = await this.#alloc('contributions', 4 * n)
    const changes = await this.#alloc('changes', 8 * n)
    this.#ranks = ranks
    this.#state = state

    const sums = await this.#sumSteps(state, contributions)
    const totals = await this.#totalSteps(state, changes)
    const startData: Binding[] = [
      [0, params],
      [9, this.#layout.scale],
      [11, ranks],
      [12, contributions],
      [13, changes],
    ]
    const updateData: Binding[] = [...startData, [1, state], [8, sums.links], [10, jump]]
    const finishData: Binding[] = [
      [0, params],
      [2, state],
      [14, totals.parts],
    ]
    this.#begin = [
      await this.#step('start', startData, n),
      ...totals.steps,
      await this.#step('finish_start', finishData, 1),
    ]
    this.#iteration = [
      ...sums.steps,
      await this.#step('update', updateData, n),
      ...totals.steps,
      await this.#step('finish', finishData, 1),
    ]
  }

  /** From changes to the few sums that `finish` adds. */
  async #totalSteps(
    state: GPUBuffer,
    changes: GPUBuffer,
  ): Promise<{ parts: GPUBuffer; steps: Step[] }> {
    const steps: Step[] = []
    let parts = changes
    for (const size of reductionSizes(this.#vertexCount, SEGMENT).slice(1)) {
      const totals = await this.#alloc('totals', 8 * size)
      const data: Binding[] = [
        [1, state],
        [14, parts],
        [15, totals],
      ]
      steps.push(await this.#step('reduce', data, size))
      parts = totals
    }
    return { parts, steps }
  }

  /** From contributions to one sum a vertex. */
  async #sumSteps(
    state: GPUBuffer,
    contributions: GPUBuffer,
  ): Promise<{ links: GPUBuffer; steps: Step[] }> {
    const { levels, sources, values } = this.#layout
    const gather = values === undefined ? 'gather' : 'gather_weighted'
    const steps: Step[] = []
    let terms = contributions
    for (const [index, { bounds, rowCount }] of levels.entries()) {
      const sums = await this.#alloc('sums', 4 * rowCount)
      const data: Binding[] = [
        [1, state],
        [3, bounds],
        [6, terms],
        [7, sums],
      ]
      if (index === 0) data.push([4, sources])
      if (index === 0 && values !== undefined) data.push([5, values])
      const entryPoint = index === 0 ? gather : 'combine'
      steps.push(await this.#step(entryPoint, data, rowCount))
      terms = sums
    }
    const links = levels.length === 0 ? await this.#alloc('sums', 4 * this.#vertexCount) : terms
    return { links, steps }
  }

  async #step(entryPoint: string, data: Binding[], itemCount: number): Promise<Step> {
    const pipeline = await this.#gpu.pipeline('pagerank', pagerankWgsl, entryPoint)
    const entries = data.map(([binding, buffer]) => ({ binding, resource: { buffer } }))
    const group = await this.#gpu.scoped('PageRank bindings', () =>
      this.#gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
    )
    return { pipeline, group, size: dispatchSize(itemCount, WORKGROUP) }
  }

  async #alloc(what: string, byteLength: number): Promise<GPUBuffer> {
    const buffer = await this.#gpu.buffer(`PageRank ${what}`, byteLength)
    this.#buffers.push(buffer)
    return buffer
  }

  async #upload(
    what: string,
    array: Float32Array | Uint8Array,
    usage: number = STORAGE,
  ): Promise<GPUBuffer> {
    const buffer = await this.#gpu.upload(`PageRank ${what}`, array, usage)
    this.#buffers.push(buffer)
    return buffer
  }

  /** Sets the starting state from the ranks. */
  start(): Promise<void> {
    return this.#submit(this.#begin, 1)
  }

  /** Queues up to `count` iterations: those after convergence do nothing. */
  iterate(count: number): Promise<void> {
    return this.#submit(this.#iteration, count)
  }

  #submit(steps: readonly Step[], times: number): Promise<void> {
    return this.#gpu.submit('PageRank', (encoder) => {
      const pass = encoder.beginComputePass()
      for (let time = 0; time < times; time++) {
        for (const { pipeline, group, size } of steps) {
          pass.setPipeline(pipeline)
          pass.setBindGroup(0, group)
          pass.dispatchWorkgroups(size[0], size[1])
        }
      }
      pass.end()
    })
  }

  /** Waits for what was submitted, and reads the state. */
  async state(signal: AbortSignal | undefined): Promise<RunState> {
    const words = new Uint32Array(STATE_WORDS)
    await this.#gpu.read(this.#state, words, signal)
    const floats = new Float32Array(words.buffer)
    return {
      done: words[0] !== 0,
      iterations: words[1],
      residual: floats[2],
      danglingBefore: floats[5],
    }
  }

  readRanks(into: Float32Array, signal: AbortSignal | undefined): Promise<void> {
    return this.#gpu.read(this.#ranks, into, signal)
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy()
  }
}

type Binding = [binding: number, buffer: GPUBuffer]

/** `Params` in pagerank.wgsl. */
function parameters(plan: PagerankPlan, n: number): Uint8Array {
  const words = new Uint32Array(8)
  words.set([n, plan.personalization ? 1 : 0, plan.redistributeDangling ? 1 : 0])
  // 1 - d from the rounded d: so the mass stays 1, instead of growing by their two roundings.
  const jumpMass = 1 - Math.fround(plan.damping)
  const floats = [plan.damping, jumpMass, 1 / n, roundedDown(plan.tolerance)]
  new Float32Array(words.buffer).set(floats, 3)
  return new Uint8Array(words.buffer)
}

/** The f32 at or below, so that what the GPU calls converged is so for the host's tolerance too. */
function roundedDown(value: number): number {
  const near = Math.fround(value)
  if (near <= value) return near
  const bits = new Int32Array(1)
  const float = new Float32Array(bits.buffer)
  float[0] = near
  bits[0] += near > 0 ? -1 : 1
  return float[0]
}
