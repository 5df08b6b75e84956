/**
 * One PageRank run's buffers, bind groups and dispatches on the GPU. webgpu.ts decides how many
 * iterations to submit and when to stop; the arithmetic is in shaders/pagerank.wgsl and
 * pagerank-fixed.wgsl (webgpu-arithmetic.ts).
 */

import { dispatchSize, type Gpu } from '../../devices/webgpu/gpu.js'
import { BUFFER_USAGE, STORAGE } from '../../devices/webgpu/usage.js'
import type { PagerankPlan } from './types.js'
import type { Elements, RunState } from './webgpu-arithmetic.js'
import { reductionSizes } from './webgpu-bound.js'
import type { PagerankLayout } from './webgpu-layout.js'

/** Words of `State` in the shaders. */
const STATE_WORDS = 6

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
    const { arithmetic } = this.#layout
    const bytes = arithmetic.elementBytes
    const own = await arithmetic.planFor(plan, n)
    const params = await this.#upload('parameters', own.parameters, BUFFER_USAGE.UNIFORM)
    const jump = await this.#upload('jump', own.jump)
    const ranks = await this.#upload('ranks', own.start)
    const state = await this.#alloc('state', 4 * STATE_WORDS)
    const contributions = await this.#alloc('contributions', bytes * n)
    const changes = await this.#alloc('changes', 2 * bytes * n)
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
    const { elementBytes, segment } = this.#layout.arithmetic
    const steps: Step[] = []
    let parts = changes
    for (const size of reductionSizes(this.#vertexCount, segment).slice(1)) {
      const totals = await this.#alloc('totals', 2 * elementBytes * size)
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
    const { levels, sources, values, arithmetic } = this.#layout
    const { elementBytes } = arithmetic
    const gather = values === undefined ? 'gather' : 'gather_weighted'
    const steps: Step[] = []
    let terms = contributions
    for (const [index, { bounds, rowCount }] of levels.entries()) {
      const sums = await this.#alloc('sums', elementBytes * rowCount)
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
    if (levels.length > 0) return { links: terms, steps }
    return { links: await this.#alloc('sums', elementBytes * this.#vertexCount), steps }
  }

  async #step(entryPoint: string, data: Binding[], itemCount: number): Promise<Step> {
    const { name, code, workgroup } = this.#layout.arithmetic
    const pipeline = await this.#gpu.pipeline(name, code, entryPoint)
    const entries = data.map(([binding, buffer]) => ({ binding, resource: { buffer } }))
    const group = await this.#gpu.scoped('PageRank bindings', () =>
      this.#gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
    )
    return { pipeline, group, size: dispatchSize(itemCount, workgroup) }
  }

  async #alloc(what: string, byteLength: number): Promise<GPUBuffer> {
    const buffer = await this.#gpu.buffer(`PageRank ${what}`, byteLength)
    this.#buffers.push(buffer)
    return buffer
  }

  async #upload(
    what: string,
    array: Elements | Uint8Array,
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
    return this.#layout.arithmetic.readState(words)
  }

  readRanks(into: Elements, signal: AbortSignal | undefined): Promise<void> {
    return this.#gpu.read(this.#ranks, into, signal)
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy()
  }
}

type Binding = [binding: number, buffer: GPUBuffer]
