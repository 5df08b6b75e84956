/**
 * How sorting and its relatives drive the GPU: steps (a pipeline with its data and size) made in
 * one go, exclusive prefix sums as steps, and the constants that their shaders share. They record
 * many steps in one pass: each dispatch sees what the one before wrote.
 */

import { ELEMENT_ARRAYS, type ElementType } from '../../devices/device.js'
import { dispatchSize, type Gpu } from '../../devices/webgpu/gpu.js'
import {
  gatherSizes,
  gatherWgsl,
  sortScanSizes,
  sortScanWgsl,
} from '../../devices/webgpu/shaders.generated.js'
import { BUFFER_USAGE } from '../../devices/webgpu/usage.js'
import type { GpuJob, Operand } from '../arrays/types.js'

/** Threads of a workgroup, the same in all shaders that run here. */
const { WORKGROUP } = gatherSizes

const { BLOCK, LAST } = sortScanSizes

/** A shader by name. */
export interface Shader {
  name: string
  code: string
}

/** A whole buffer, or its first bytes: shaders may ask a binding for its length. */
export type Binding = readonly [binding: number, buffer: GPUBuffer, byteLength?: number]

/** What to run over how many threads. */
export interface StepRequest {
  shader: Shader
  entryPoint: string
  data: readonly Binding[]
  threadCount: number
}

/** A pipeline with its data and size, ready to be recorded. */
export interface Step {
  pipeline: GPUComputePipeline
  group: GPUBindGroup
  size: [number, number]
}

/** Compiles what is new and makes the bindings. */
export async function makeSteps(
  gpu: Gpu,
  what: string,
  requests: readonly StepRequest[],
): Promise<Step[]> {
  const pipelines = await Promise.all(
    requests.map(({ shader, entryPoint }) => gpu.pipeline(shader.name, shader.code, entryPoint)),
  )
  return gpu.scoped(what, () =>
    requests.map(({ data, threadCount }, index) => {
      const pipeline = pipelines[index]
      const entries = data.map(([binding, buffer, size]) => ({
        binding,
        resource: size === undefined ? { buffer } : { buffer, size },
      }))
      const layout = pipeline.getBindGroupLayout(0)
      const group = gpu.device.createBindGroup({ layout, entries })
      return { pipeline, group, size: dispatchSize(threadCount, WORKGROUP) }
    }),
  )
}

/**
 * Submits steps, in order, in one pass.
 *
 * @param before what to record first
 * @throws `signal.reason` when the job was given up: what is submitted can't be taken back
 */
export async function runSteps(
  job: GpuJob,
  what: string,
  steps: readonly Step[],
  before?: (encoder: GPUCommandEncoder) => void,
): Promise<void> {
  job.signal?.throwIfAborted()
  return job.gpu.submit(what, (encoder) => {
    before?.(encoder)
    const pass = encoder.beginComputePass()
    for (const { pipeline, group, size } of steps) {
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(size[0], size[1])
    }
    pass.end()
  })
}

/** A uniform buffer of words, for the call. */
export async function parameters(
  job: GpuJob,
  what: string,
  words: readonly number[],
): Promise<GPUBuffer> {
  const usage = BUFFER_USAGE.UNIFORM | BUFFER_USAGE.COPY_DST
  const buffer = await job.scratch(what, 4 * words.length, usage)
  job.gpu.device.queue.writeBuffer(buffer, 0, new Uint32Array(words))
  return buffer
}

/** Prefix sums in place over the first `count` entries of a buffer. */
export class PrefixSums {
  readonly #job: GpuJob
  readonly #what: string
  /** Sums of blocks, of blocks of them, … as long as the longest table yet. */
  #levels: GPUBuffer[] = []
  #capacity = 0
  #gate: GPUBuffer | undefined

  constructor(job: GpuJob, what: string) {
    this.#job = job
    this.#what = what
  }

  /** @param gate a buffer whose first word is 0 when the steps shall do nothing; default: never */
  async requests(entries: GPUBuffer, count: number, gate?: GPUBuffer): Promise<StepRequest[]> {
    const sizes = levelSizes(count)
    await this.#reserve(count)
    const open = gate ?? (await this.#openGate())
    const levels: [GPUBuffer, number][] = [[entries, 4 * count]]
    for (const [index, size] of sizes.entries()) levels.push([this.#levels[index], 4 * size])
    const request = (entryPoint: string, level: number): StepRequest => {
      const data: Binding[] = [
        [0, ...levels[level]],
        [2, open],
      ]
      if (entryPoint !== 'scan_last') data.push([1, ...levels[level + 1]])
      const shader = { name: 'sort-scan', code: sortScanWgsl }
      return { shader, entryPoint, data, threadCount: sizes[level] ?? 1 }
    }
    return [
      ...sizes.map((_, level) => request('sum_blocks', level)),
      request('scan_last', sizes.length),
      ...sizes.map((_, level) => request('scan_blocks', level)).reverse(),
    ]
  }

  async #openGate(): Promise<GPUBuffer> {
    if (this.#gate === undefined) {
      this.#gate = await this.#job.scratch(`${this.#what} gate`, 4)
      this.#job.gpu.device.queue.writeBuffer(this.#gate, 0, Uint32Array.of(1))
    }
    return this.#gate
  }

  async #reserve(count: number): Promise<void> {
    if (count <= this.#capacity) return
    this.#capacity = count
    this.#levels = await Promise.all(
      levelSizes(count).map((size) => this.#job.scratch(`${this.#what} sums`, 4 * size)),
    )
  }
}

/** Lengths of the tables of sums above a table, the last one short enough for one thread. */
function levelSizes(count: number): number[] {
  const sizes: number[] = []
  for (let size = count; size > LAST; sizes.push(size)) size = Math.ceil(size / BLOCK)
  return sizes
}

/** Bytes of an element, as the power of two that shaders want. */
export function widthOf(type: ElementType): number {
  return Math.log2(ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT)
}

/**
 * Short elements are sorted as words, long ones with a word each for their position.
 *
 * @throws MemoryLimitError when such a buffer can't be bound, before anything is made
 */
export function checkSortSize(job: GpuJob, { type, length }: Operand<GPUBuffer>): void {
  const elementBytes = Math.max(4, 2 ** widthOf(type))
  job.gpu.checkSize(`sorting ${length} ${type} on this GPU`, elementBytes * length)
}

/** `KeyRule` in shaders/shared/elements.wgsl. */
export function keyRule(type: ElementType, descending: boolean): [number, number, number] {
  const isFloat = type === 'f32' || type === 'f64'
  const isSigned = isFloat || type.startsWith('i')
  const wordBits = Math.min(32, 8 * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT)
  const sign = isSigned ? 2 ** (wordBits - 1) : 0
  return [isFloat ? 1 : 0, sign, descending ? 0xffffffff : 0]
}

/** A buffer with the operand's contents, because its own is written before they are read. */
export async function snapshot(
  job: GpuJob,
  what: string,
  operand: Operand<GPUBuffer>,
): Promise<Operand<GPUBuffer>> {
  const { type, length, storage } = operand
  const bytes = Math.max(4, Math.ceil((length * 2 ** widthOf(type)) / 4) * 4)
  const copy = await job.scratch(what, bytes)
  await job.gpu.submit(what, (encoder) => encoder.copyBufferToBuffer(storage, 0, copy, 0, bytes))
  return { type, length, storage: copy }
}

/** The operand itself, or a copy where an output of the job lies in its buffer. */
export function untouched(job: GpuJob, operand: Operand<GPUBuffer>): Promise<Operand<GPUBuffer>> {
  const isOutput = job.outputs.some(({ storage }) => storage === operand.storage)
  return isOutput ? snapshot(job, 'sort input', operand) : Promise.resolve(operand)
}

/** Fills `into` with the elements that the first of `positions` name; other buffers all three. */
export async function gather(
  job: GpuJob,
  source: Operand<GPUBuffer>,
  positions: GPUBuffer,
  into: Operand<GPUBuffer>,
): Promise<void> {
  if (into.length === 0) return
  const width = widthOf(source.type)
  const params = await parameters(job, 'gather parameters', [into.length, width])
  const [step] = await makeSteps(job.gpu, 'gather', [
    {
      shader: { name: 'gather', code: gatherWgsl },
      entryPoint: 'gather',
      data: [
        [0, params],
        [1, source.storage],
        [2, positions],
        [3, into.storage],
      ],
      threadCount: Math.ceil((into.length * 2 ** width) / 4),
    },
  ])
  await runSteps(job, 'gather', [step])
}
