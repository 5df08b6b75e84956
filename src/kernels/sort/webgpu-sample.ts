/**
 * Sample sort of 64-bit keys on the GPU: the buffers and steps around shaders/sort-sample.wgsl,
 * which explains them. webgpu.ts calls it. A level is one submission; after each, the host reads
 * which buckets are still too large for one thread, and plans the next level over those. Up to
 * 2,048 elements one level does as a rule, up to 262,144 two, up to 33 million three.
 */

import { sortSampleSizes, sortSampleWgsl } from '../../devices/webgpu/shaders.generated.js'
import type { GpuJob, Operand } from '../arrays/types.js'
import type { SortTargets } from './webgpu-radix.js'
import {
  type Binding,
  keyRule,
  makeSteps,
  PrefixSums,
  parameters,
  runSteps,
  type StepRequest,
  snapshot,
} from './webgpu-steps.js'

const { OVERSAMPLING, SMALL } = sortSampleSizes

/**
 * Elements of a last level's bucket on average. With a sample twice as large as needed, one in
 * 500,000 of them is longer than SMALL, eight times this, and needs a level more.
 */
const BUCKET_LENGTH = 16

/** Most splitters of a segment, about: the work of `choose` grows with its square. */
const MAX_SPLITTERS = 128

/** Fewest elements of a chunk. */
const MIN_CHUNK = 64

/** Words of `Segment` in sort-sample.wgsl. */
const SEGMENT_WORDS = 7

/** Large buckets that are read together with their number. */
const FIRST_READ = 64

/** A part of the column that is to be sorted. */
interface Range {
  start: number
  length: number
}

/** One level: its segments, and how much of everything they have together. */
interface Level {
  words: Uint32Array<ArrayBuffer>
  segmentCount: number
  chunkCount: number
  countsLength: number
  splitterCount: number
}

/** Sorts `source` into one of the targets: keys, which may be its own buffer, or positions. */
export async function sampleSort(
  job: GpuJob,
  source: Operand<GPUBuffer>,
  descending: boolean,
  targets: SortTargets,
): Promise<void> {
  const isInPlace = source.storage === targets.keys
  const first = isInPlace ? await snapshot(job, 'sort keys', source) : source
  const run = new SampleSort(job, first, keyRule(source.type, descending), targets)
  let ranges: Range[] = [{ start: 0, length: source.length }]
  for (let salt = 0; ranges.length > 0; salt++) {
    ranges = await run.level(planLevel(ranges), salt)
  }
}

/** What a level works on; positions only where they are asked for. */
interface LevelBuffers {
  params: GPUBuffer
  segments: GPUBuffer
  counts: GPUBuffer
  samples: GPUBuffer
  splitters: GPUBuffer
  larges: GPUBuffer
  keys: GPUBuffer
  movedKeys: GPUBuffer
  order: GPUBuffer | undefined
  movedOrder: GPUBuffer | undefined
}

class SampleSort {
  readonly #job: GpuJob
  readonly #source: Operand<GPUBuffer>
  readonly #rule: readonly number[]
  readonly #targets: SortTargets
  readonly #sums: PrefixSums
  readonly #buffers = new Map<string, GPUBuffer>()

  constructor(
    job: GpuJob,
    source: Operand<GPUBuffer>,
    rule: readonly number[],
    targets: SortTargets,
  ) {
    this.#job = job
    this.#source = source
    this.#rule = rule
    this.#targets = targets
    this.#sums = new PrefixSums(job, 'sort')
  }

  /** Runs one level; what is left is in the other half of the buffers. */
  async level(level: Level, salt: number): Promise<Range[]> {
    const { gpu } = this.#job
    const buffers = await this.#levelBuffers(level, salt)
    const { segments, counts, larges } = buffers
    gpu.device.queue.writeBuffer(segments, 0, level.words)
    const scan = await this.#sums.requests(counts, level.countsLength)
    const steps = await makeSteps(gpu, 'sort', this.#requests(level, salt, buffers, scan))
    await runSteps(this.#job, 'sort', steps, (encoder) => {
      encoder.clearBuffer(counts, 0, 4 * level.countsLength)
      encoder.clearBuffer(larges, 0, 4)
    })
    return this.#readLarges(larges)
  }

  async #levelBuffers(level: Level, salt: number): Promise<LevelBuffers> {
    const { length: n, storage } = this.#source
    const sampleCount = OVERSAMPLING * level.splitterCount
    const words = [level.segmentCount, salt, n, ...this.#rule]
    const withOrder = this.#targets.keys === undefined
    const [params, keys, movedKeys, order, movedOrder] = await Promise.all([
      parameters(this.#job, 'sort parameters', words),
      salt === 0 ? storage : this.#side('keys', 8 * n, salt),
      this.#side('keys', 8 * n, salt + 1),
      withOrder ? this.#side('positions', 4 * n, salt) : undefined,
      withOrder ? this.#side('positions', 4 * n, salt + 1) : undefined,
    ])
    const [segments, counts, samples, splitters, larges] = await Promise.all([
      this.#atLeast('segments', level.words.byteLength),
      this.#atLeast('counts', 4 * level.countsLength),
      this.#atLeast('samples', 8 * sampleCount),
      this.#atLeast('splitters', 8 * level.splitterCount),
      this.#atLeast('large buckets', 4 + 8 * (Math.floor(n / SMALL) + 1)),
    ])
    const moving = { keys, movedKeys, order, movedOrder }
    return { params, segments, counts, samples, splitters, larges, ...moving }
  }

  #requests(
    level: Level,
    salt: number,
    at: LevelBuffers,
    scan: readonly StepRequest[],
  ): StepRequest[] {
    const { chunkCount, splitterCount } = level
    const segmentData: Binding[] = [
      [0, at.params],
      [1, at.segments],
    ]
    const sampleData: Binding[] = [...segmentData, [6, at.samples]]
    const countData: Binding[] = [...segmentData, [2, at.keys], [7, at.splitters], [8, at.counts]]
    const scatterData: Binding[] = [...countData, [3, at.movedKeys]]
    const settleData: Binding[] = [...segmentData, [3, at.movedKeys], [8, at.counts]]
    settleData.push([11, at.larges])
    const before: StepRequest[] = []
    const { keys: sortedKeys, order: sortedOrder } = this.#targets
    if (sortedKeys !== undefined) {
      scatterData.push([9, sortedKeys])
      settleData.push([9, sortedKeys])
    } else if (sortedOrder && at.order && at.movedOrder) {
      scatterData.push([4, at.order], [5, at.movedOrder], [10, sortedOrder])
      settleData.push([5, at.movedOrder], [10, sortedOrder])
      const identity: Binding[] = [
        [0, at.params],
        [4, at.order],
      ]
      if (salt === 0) before.push(request('identity', identity, this.#source.length))
    }
    const suffix = sortedKeys === undefined ? '_order' : ''
    return [
      ...before,
      request('sample', [...sampleData, [2, at.keys]], OVERSAMPLING * splitterCount),
      request('choose', [...sampleData, [7, at.splitters]], OVERSAMPLING * splitterCount),
      request('count', countData, chunkCount),
      ...scan,
      request(`scatter${suffix}`, scatterData, chunkCount),
      request(`settle${suffix}`, settleData, 2 * splitterCount),
    ]
  }

  /** Buffers that levels use in turn. */
  #side(what: string, byteLength: number, level: number): Promise<GPUBuffer> {
    return this.#atLeast(`${what}, side ${level % 2}`, byteLength)
  }

  /** A buffer by name: the first level's is as a rule large enough for all. */
  async #atLeast(what: string, byteLength: number): Promise<GPUBuffer> {
    const known = this.#buffers.get(what)
    if (known !== undefined && known.size >= byteLength) return known
    const made = await this.#job.scratch(`sort ${what}`, byteLength)
    this.#buffers.set(what, made)
    return made
  }

  async #readLarges(larges: GPUBuffer): Promise<Range[]> {
    const { gpu, signal } = this.#job
    const head = new Uint32Array(Math.min(larges.size / 4, 1 + 2 * FIRST_READ))
    await gpu.read(larges, head, signal)
    const wordCount = 1 + 2 * head[0]
    const words = wordCount <= head.length ? head : new Uint32Array(wordCount)
    if (words !== head) await gpu.read(larges, words, signal)
    const ranges: Range[] = []
    for (let i = 1; i < wordCount; i += 2) ranges.push({ start: words[i], length: words[i + 1] })
    // Threads list them in any order; the sample's positions shall not depend on it.
    return ranges.sort((a, b) => a.start - b.start)
  }
}

function request(entryPoint: string, data: readonly Binding[], threadCount: number): StepRequest {
  return { shader: { name: 'sort-sample', code: sortSampleWgsl }, entryPoint, data, threadCount }
}

/** `segments` in sort-sample.wgsl for these ranges. */
function planLevel(ranges: readonly Range[]): Level {
  const words = new Uint32Array(SEGMENT_WORDS * (ranges.length + 1))
  let [rank, chunkCount, countsLength, splitterCount] = [0, 0, 0, 0]
  const put = (index: number, start: number, length: number, chunkLength: number) => {
    const bases = [rank, chunkCount, chunkLength, countsLength, splitterCount]
    words.set([start, length, ...bases], SEGMENT_WORDS * index)
  }
  for (const [index, { start, length }] of ranges.entries()) {
    const splitters = splittersOf(length)
    // So many elements that a chunk's counts of buckets take no more room than they do.
    const chunkLength = Math.max(MIN_CHUNK, 2 * splitters)
    const chunks = Math.ceil(length / chunkLength)
    put(index, start, length, chunkLength)
    rank += length
    chunkCount += chunks
    countsLength += (2 * splitters - 1) * chunks
    splitterCount += splitters
  }
  put(ranges.length, 0, 0, 0)
  return { words, segmentCount: ranges.length, chunkCount, countsLength, splitterCount }
}

/** So many splitters that levels of the same number lead to short buckets. */
function splittersOf(length: number): number {
  if (length <= SMALL) return 1
  const bucketCount = length / BUCKET_LENGTH
  const levelCount = Math.ceil(Math.log2(bucketCount) / Math.log2(MAX_SPLITTERS))
  return Math.ceil(bucketCount ** (1 / levelCount))
}
