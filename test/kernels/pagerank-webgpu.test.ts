/** PageRank on the GPU against dense linear algebra, its error bound, and how a run is stopped. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Device, ResidentGraph } from '../../dist/devices/device.js'
import { openWebgpu } from '../../dist/devices/webgpu/index.js'
import { DisposedError, MemoryLimitError, NotSupportedError } from '../../dist/errors.js'
import { Graph } from '../../dist/graph/csr.js'
import type { PagerankPlan, PagerankRun } from '../../dist/kernels/pagerank/types.js'
import { createBatchSizer, pagerankWebgpu } from '../../dist/kernels/pagerank/webgpu.js'
import { depthOf } from '../../dist/kernels/pagerank/webgpu-bound.js'
import { createRandom, type Random } from '../../dist/random.js'
import { type DensePagerankOptions, densePagerank, l1Distance } from '../support/dense-pagerank.js'
import { count, testSeed } from '../support/seed.js'
import { gpuTitle, noGpu } from '../support/webgpu.js'

type Arc = [tail: number, head: number, weight?: number]

function graphOf(vertexCount: number, arcs: readonly Arc[]): Graph {
  const weighted = arcs.some(([, , weight]) => weight !== undefined)
  const graph = Graph.allocate({
    vertexCount,
    arcCount: arcs.length,
    edgeCount: arcs.length,
    directed: true,
    weighted,
    idKind: 'dense',
  })
  const sorted = arcs.toSorted((a, b) => a[0] - b[0])
  for (const [index, [tail, head, weight]] of sorted.entries()) {
    graph.offsets[tail + 1]++
    graph.targets[index] = head
    if (graph.weights !== undefined) graph.weights[index] = weight ?? 1
  }
  for (let v = 0; v < vertexCount; v++) graph.offsets[v + 1] += graph.offsets[v]
  return graph
}

function planOf(options: Partial<PagerankPlan> = {}): PagerankPlan {
  return {
    damping: 0.85,
    tolerance: 1e-6,
    maxIterations: 200,
    personalization: undefined,
    start: undefined,
    weighted: true,
    redistributeDangling: true,
    precision: 'f32',
    into: undefined,
    signal: undefined,
    onProgress: undefined,
    ...options,
  }
}

/** Weights in [0, 1) of which a third are 0, with sum 1. */
function randomShares(random: Random, n: number): Float64Array {
  const shares = new Float64Array(n)
  for (let v = 0; v < n; v++) shares[v] = random.nextBelow(3) === 0 ? 0 : random.nextFloat()
  shares[random.nextBelow(n)] += 0.01
  const sum = shares.reduce((a, b) => a + b)
  return shares.map((share) => share / sum)
}

/** Few to many arcs, a hub, dangling vertices, parallel arcs, loops, weights over 12 decades. */
function randomGraph(random: Random): Graph {
  const n = 1 + random.nextBelow(60)
  const weighted = random.nextBelow(2) === 1
  const hub = random.nextBelow(n)
  const tails = 1 + random.nextBelow(n)
  const arcs = Array.from({ length: random.nextBelow(6 * n) }, (): Arc => {
    const tail = random.nextBelow(tails)
    const head = random.nextBelow(4) === 0 ? hub : random.nextBelow(n)
    if (!weighted) return [tail, head]
    return [tail, head, random.nextBelow(8) === 0 ? 0 : 10 ** (12 * random.nextFloat() - 6)]
  })
  return graphOf(n, arcs)
}

/** What a caller makes of a run: distance from the exact ranks is at most this. */
function errorBound(run: PagerankRun, damping: number): number {
  return (damping / (1 - damping)) * run.residual + run.roundingBound
}

function randomPlan(random: Random, n: number): PagerankPlan & DensePagerankOptions {
  return planOf({
    damping: [0, 0.5, 0.85, 0.99][random.nextBelow(4)],
    tolerance: [1e-3, 1e-6, -1][random.nextBelow(3)],
    maxIterations: 1 + random.nextBelow(100),
    personalization: random.nextBelow(2) === 0 ? undefined : randomShares(random, n),
    start: random.nextBelow(2) === 0 ? undefined : randomShares(random, n),
    weighted: random.nextBelow(4) !== 0,
    redistributeDangling: random.nextBelow(4) !== 0,
  })
}

describe('parts of PageRank on the GPU', () => {
  it('counts additions', () => {
    expect([0, 1, 2, 3, 4, 5, 8, 9, 63, 64].map(depthOf)).toEqual([0, 0, 1, 2, 2, 3, 3, 4, 17, 17])
  })

  it('sizes batches by the time of an iteration, not of the read-back', () => {
    const settle = (fixedMs: number, iterationMs: number) => {
      const sizer = createBatchSizer()
      for (let batch = 0; batch < 12; batch++) {
        sizer.measured(sizer.next(), fixedMs + iterationMs * sizer.next())
      }
      return sizer.next()
    }
    expect(settle(0.2, 0.01)).toBe(32)
    expect(settle(90, 0.01)).toBeGreaterThanOrEqual(16)
    expect(settle(1, 10)).toBe(4)
    expect(settle(1, 500)).toBe(1)
  })
})

describe.skipIf(noGpu)(gpuTitle('PageRank on the GPU'), () => {
  let device: Device
  beforeAll(async () => {
    device = await openWebgpu()
  })
  afterAll(() => device?.dispose())

  async function rank(graph: Graph, options: Partial<PagerankPlan> = {}): Promise<PagerankRun> {
    await using resident = await device.upload(graph)
    return await pagerankWebgpu(resident, planOf(options))
  }

  it('stays within its error bound of dense linear algebra', async () => {
    const random = createRandom(testSeed())
    const ratios: number[] = []
    for (let round = 0; round < count(500); round++) {
      const graph = randomGraph(random)
      const plan = randomPlan(random, graph.vertexCount)
      const run = await rank(graph, plan)
      const distance = l1Distance(run.ranks, densePagerank(graph, plan))
      const bound = errorBound(run, plan.damping)
      expect(distance, `round ${round}`).toBeLessThanOrEqual(bound)
      if (run.residual < run.roundingBound / 10 && distance > 0) ratios.push(bound / distance)
      if (plan.tolerance > 0 && run.residual > plan.tolerance) {
        expect(run.iterations).toBe(plan.maxIterations)
      }
    }
    ratios.sort((a, b) => a - b)
    const median = ratios[ratios.length >> 1]
    console.log(`bound/error: median ${median?.toFixed(1)} of ${ratios.length} converged runs`)
    expect(median).toBeLessThan(200)
  }, 120_000)

  it('handles graphs without arcs, and the smallest ones', async () => {
    expect((await rank(graphOf(0, []))).ranks).toEqual(new Float32Array(0))
    expect(Array.from((await rank(graphOf(1, []))).ranks)).toEqual([1])
    expect(Array.from((await rank(graphOf(1, [[0, 0]]))).ranks)).toEqual([1])
    const empty = await rank(graphOf(4, []))
    expect(Array.from(empty.ranks)).toEqual([0.25, 0.25, 0.25, 0.25])
    expect(empty.residual).toBe(0)
    const absent = await rank(graphOf(2, [[0, 1, 0]]))
    expect(Array.from(absent.ranks)).toEqual([0.5, 0.5])
    const lost = await rank(graphOf(2, []), { redistributeDangling: false })
    expect(l1Distance(lost.ranks, [0.075, 0.075])).toBeLessThanOrEqual(errorBound(lost, 0.85))
  })

  it('counts parallel arcs, loops and weights', async () => {
    const plain = await rank(
      graphOf(3, [
        [0, 1],
        [0, 1],
        [0, 2],
        [1, 1],
      ]),
    )
    const weighted = await rank(
      graphOf(3, [
        [0, 1, 2],
        [0, 2, 1],
        [1, 1, 7],
      ]),
    )
    expect(l1Distance(plain.ranks, weighted.ranks)).toBeLessThan(1e-6)
    const ignored = await rank(
      graphOf(3, [
        [0, 1, 5],
        [0, 2, 1],
      ]),
      { weighted: false },
    )
    expect(ignored.ranks[1]).toBe(ignored.ranks[2])
  })

  it('is exact to rounding at hubs of 10^5 arcs', async () => {
    const n = 100_001
    const arcs = Array.from({ length: n - 1 }, (_, v): Arc => [v + 1, 0])
    const run = await rank(graphOf(n, arcs), { tolerance: 1e-7 })
    const leaf = 0.15 / (n - 0.85 - 0.85 ** 2 * (n - 1))
    const hub = leaf * (1 + 0.85 * (n - 1))
    expect(Math.abs(run.ranks[0] - hub) / hub).toBeLessThan(5e-6)
    const exact = new Float64Array(n).fill(leaf)
    exact[0] = hub
    expect(l1Distance(run.ranks, exact)).toBeLessThanOrEqual(errorBound(run, 0.85))
    expect(run.roundingBound).toBeLessThan(1e-4)
  })

  it('does the iterations it is told, from the start it is given', async () => {
    const graph = graphOf(3, [
      [0, 1],
      [1, 2],
      [2, 0],
      [2, 1],
    ])
    const exact = Float64Array.from(densePagerank(graph))
    for (const iterations of [1, 7, 33, 100]) {
      const run = await rank(graph, { tolerance: -1, maxIterations: iterations })
      expect(run.iterations).toBe(iterations)
    }
    const cold = await rank(graph)
    const warm = await rank(graph, { start: exact })
    expect(warm.iterations).toBeLessThan(cold.iterations)
    const into = new Float32Array(3)
    expect((await rank(graph, { into })).ranks).toBe(into)
  })

  it('gives the same bits each time, and pays for its layout once', async () => {
    const random = createRandom(7)
    const n = 3000
    const arcs = Array.from(
      { length: 20_000 },
      (): Arc => [random.nextBelow(n), random.nextBelow(1 + random.nextBelow(n))],
    )
    await using resident = await device.upload(graphOf(n, arcs))
    const runs = await Promise.all([1, 2, 3].map(() => pagerankWebgpu(resident, planOf())))
    expect(runs[1].ranks).toEqual(runs[0].ranks)
    expect(runs[2].ranks).toEqual(runs[0].ranks)
    const ranks = Array.from(runs[0].ranks).reduce((a, b) => a + b)
    expect(Math.abs(ranks - 1)).toBeLessThan(errorBound(runs[0], 0.85))
  })

  it('refuses what it cannot do', async () => {
    const heavy = rank(
      graphOf(2, [
        [0, 0, 1e308],
        [0, 1, 1e308],
      ]),
    )
    await expect(heavy).rejects.toThrow(/weights of vertex 0 sum to more/)
    await using resident = await device.upload(graphOf(1, []))
    await expect(pagerankWebgpu(resident, planOf({ precision: 'f64' }))).rejects.toThrow(
      NotSupportedError,
    )
    const huge = { device, disposed: false, graph: { vertexCount: 2, arcCount: 2 ** 40 } }
    const error = await pagerankWebgpu(huge as unknown as ResidentGraph, planOf()).catch((e) => e)
    expect(error).toBeInstanceOf(MemoryLimitError)
    expect(error.alternatives).toContain("device 'wasm'")
  })
})

describe.skipIf(noGpu)(gpuTitle('stopping PageRank on the GPU'), () => {
  const random = createRandom(11)
  const n = 1 << 12
  const graph = graphOf(
    n,
    Array.from({ length: 1 << 15 }, (): Arc => [random.nextBelow(n), random.nextBelow(n)]),
  )
  const endless = { tolerance: -1, maxIterations: 1_000_000 }

  it('aborts within 100 ms, and leaves the device usable', async () => {
    await using device = await openWebgpu()
    await using resident = await device.upload(graph)
    const before = await pagerankWebgpu(resident, planOf())
    for (const delayMs of [0, 1, 50, 200]) {
      const controller = new AbortController()
      let abortedMs = 0
      setTimeout(() => {
        abortedMs = performance.now()
        controller.abort(new Error('enough'))
      }, delayMs)
      const run = pagerankWebgpu(resident, planOf({ ...endless, signal: controller.signal }))
      await expect(run).rejects.toThrow('enough')
      const latencyMs = performance.now() - abortedMs
      expect(latencyMs).toBeLessThan(100)
    }
    const after = await pagerankWebgpu(resident, planOf())
    expect(after.ranks).toEqual(before.ranks)
  })

  it('aborts one of two calls that share a layout', async () => {
    await using device = await openWebgpu()
    await using resident = await device.upload(graph)
    const controller = new AbortController()
    const stopped = pagerankWebgpu(resident, planOf({ signal: controller.signal }))
    const failed = expect(stopped).rejects.toThrow('enough')
    const other = pagerankWebgpu(resident, planOf())
    controller.abort(new Error('enough'))
    await failed
    expect((await other).iterations).toBeGreaterThan(1)
    const alone = pagerankWebgpu(resident, planOf({ weighted: false, signal: controller.signal }))
    await expect(alone).rejects.toThrow('enough')
    expect((await pagerankWebgpu(resident, planOf())).iterations).toBeGreaterThan(1)
  })

  it('reports progress, not too often', async () => {
    await using device = await openWebgpu()
    await using resident = await device.upload(graph)
    const seen: number[] = []
    const startMs = performance.now()
    await pagerankWebgpu(
      resident,
      planOf({
        tolerance: -1,
        maxIterations: 100,
        onProgress: ({ iteration, maxIterations, residual }) => {
          expect(maxIterations).toBe(100)
          expect(residual).toBeGreaterThanOrEqual(0)
          seen.push(iteration)
        },
      }),
    )
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.length).toBeLessThanOrEqual(2 + (performance.now() - startMs) / 33)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  it('rejects when the device or the graph goes', async () => {
    const device = await openWebgpu()
    const resident = await device.upload(graph)
    const stopped = pagerankWebgpu(resident, planOf(endless))
    const failed = expect(stopped).rejects.toThrow(/this resident graph is disposed/)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await resident.dispose()
    await failed
    await expect(pagerankWebgpu(resident, planOf())).rejects.toThrow(DisposedError)
    const second = await device.upload(graph)
    const running = pagerankWebgpu(second, planOf(endless))
    const ended = expect(running).rejects.toThrow(/this webgpu device is disposed/)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await device.dispose()
    await ended
  })
})
