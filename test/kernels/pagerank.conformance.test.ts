/**
 * PageRank on every device, in Node and in browsers: against dense linear algebra, against the
 * dialects' definitions, and the life of a call (abort, progress, reuse).
 */

import {
  type Device,
  DisposedError,
  type Graph,
  generateRmat,
  graphFromEdges,
  openDevice,
  type PagerankOptions,
  type Personalization,
  pagerank,
  pagerankBatch,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { densePagerank, l1Distance } from '../support/dense-pagerank.js'
import { candidates } from '../support/devices.js'
import { namedGraphs, randomGraph } from '../support/graphs.js'
import { count, testSeed } from '../support/seed.js'

/** Tight enough that 1e-9 is a matter of arithmetic, not of stopping. */
const TIGHT = { tolerance: 1e-13, maxIterations: 1000 } as const

function sumOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0)
}

for (const { name, options, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`pagerank on ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(options)
    })
    afterAll(() => device.dispose())

    /** Checks one call in f64 (polished on a GPU) or f32 against the dense solution. */
    async function check(graph: Graph, options: PagerankOptions, jump?: Float64Array) {
      const exact = densePagerank(graph, { damping: options.damping, personalization: jump })
      const result = await pagerank(graph, { ...options, personalization: jump, device })
      const error = l1Distance(result.ranks, exact)
      expect(error).toBeLessThanOrEqual(result.errorBound + 1e-14)
      expect(result.converged).toBe(true)
      expect(sumOf(result.ranks)).toBeCloseTo(1, options.precision === 'f32' ? 5 : 12)
      if (options.precision !== 'f32') expect(error).toBeLessThan(1e-9)
      return result
    }

    it.each(Object.entries(namedGraphs()))('solves %s', async (_, graph) => {
      const result = await check(graph, TIGHT)
      expect(result.ranks).toBeInstanceOf(Float64Array)
      const single = await check(graph, { precision: 'f32' })
      expect(single.ranks).toBeInstanceOf(Float32Array)
    })

    it('solves random graphs with and without weights and personalisation', async () => {
      const seed = testSeed()
      for (let i = 0; i < count(options.kind === 'webgpu' ? 30 : 200); i++) {
        const graph = randomGraph(seed + i)
        const jump = i % 2 === 0 ? undefined : personalizationFor(graph, i)
        const damping = [0, 0.5, 0.85, 0.95][i % 4]
        const precision = i % 3 === 0 ? 'f32' : 'f64'
        // Rounding to f32 keeps ranks going around a cycle of up to about 2^-24/(1 - d).
        const coarse = { maxIterations: 1000, tolerance: 1e-6 / (1 - damping) }
        const stop = precision === 'f32' ? coarse : TIGHT
        await check(graph, { damping, precision, ...stop }, jump).catch((error) => {
          throw new Error(`random graph ${seed + i}: ${(error as Error).message}`, { cause: error })
        })
      }
    })

    it('runs exactly so many iterations, step by step like the definition', async () => {
      const graph = namedGraphs()['dangling vertices']
      const precision = options.kind === 'webgpu' ? 'f32' : 'f64'
      const n = graph.vertexCount
      let expected: Float64Array = new Float64Array(n).fill(1 / n)
      for (let iterations = 1; iterations <= 5; iterations++) {
        expected = iterate(graph, expected, 0.85)
        const result = await pagerank(graph, { iterations, precision, device })
        expect(result.iterations).toBe(iterations)
        expect(l1Distance(result.ranks, expected)).toBeLessThan(precision === 'f64' ? 1e-15 : 1e-6)
      }
    })

    it('goes on from a start vector as if it had not stopped', async () => {
      const graph = generateRmat({ scale: 8, seed: 3 })
      const precision = options.kind === 'webgpu' ? 'f32' : 'f64'
      const half = await pagerank(graph, { iterations: 4, precision, device })
      const whole = await pagerank(graph, { iterations: 8, precision, device })
      const rest = await pagerank(graph, { iterations: 4, precision, start: half.ranks, device })
      expect(l1Distance(rest.ranks, whole.ranks)).toBeLessThan(precision === 'f64' ? 1e-14 : 1e-5)
    })

    it('does not converge within few iterations, and says so', async () => {
      const graph = generateRmat({ scale: 6, seed: 3 })
      const result = await pagerank(graph, { maxIterations: 2, tolerance: 1e-12, device })
      expect(result.converged).toBe(false)
      expect(result.residual).toBeGreaterThan(1e-12)
    })

    it('uses weights only when asked to', async () => {
      const graph = namedGraphs().weights
      const plain = await pagerank(graph, { ...TIGHT, weighted: false, device })
      const exact = densePagerank(graph, { weighted: false })
      expect(l1Distance(plain.ranks, exact)).toBeLessThan(1e-9)
      const weighted = await pagerank(graph, { ...TIGHT, device })
      expect(l1Distance(weighted.ranks, exact)).toBeGreaterThan(0.01)
    })

    it('keeps weights of any size apart', async () => {
      const huge: [number, number, number][] = [
        [0, 1, 1e300],
        [0, 2, 3e300],
        [1, 0, 1],
        [2, 0, 1],
      ]
      const tiny: [number, number, number][] = [
        [0, 1, 1e-310],
        [0, 2, 3e-310],
        [1, 0, 1],
        [2, 0, 1],
      ]
      for (const edges of [huge, tiny]) await check(graphFromEdges(edges), TIGHT)
    })

    it('counts what sums of many weights round', async () => {
      // 2^53 + 1 + 1 + … stays 2^53 when added one by one: an error of 1e-16 an arc.
      const arcs = 50_000
      const edges: [number, number, number][] = [[0, 1, 2 ** 53]]
      for (let v = 1; v <= arcs; v++) edges.push([v, v, 1])
      for (let v = 2; v <= arcs; v++) edges.push([0, v, 1])
      const result = await pagerank(graphFromEdges(edges), {
        ...TIGHT,
        damping: 0.5,
        personalization: { 0: 1 },
        device,
      })
      // Solved by hand: the hub keeps half, each target passes on to itself.
      const total = 2 ** 53 + arcs - 1
      let error = Math.abs(result.ranks[0] - 0.5)
      for (let v = 1; v <= arcs; v++) {
        error += Math.abs(result.ranks[v] - (v === 1 ? 2 ** 53 : 1) / total / 2)
      }
      expect(error).toBeLessThanOrEqual(result.errorBound)
      expect(error).toBeLessThan(2e-13)
    })

    it('pays for upload and preparation once', async () => {
      const graph = await device.upload(generateRmat({ scale: 10, seed: 5 }))
      const first = await pagerank(graph, { precision: 'f32' })
      const second = await pagerank(graph, { precision: 'f32' })
      expect(second.ranks).toStrictEqual(first.ranks)
      if (options.kind !== 'reference') {
        expect(first.timings.prepareMs).toBeGreaterThan(0)
        expect(second.timings).toMatchObject({ uploadMs: 0, prepareMs: 0 })
      }
      expect(second.reason).toBe('the device that holds the graph')
      await graph.dispose()
      await expect(pagerank(graph, { precision: 'f32' })).rejects.toThrow(DisposedError)
    })

    it('pays once in f64 too, and counts iterations through', async () => {
      const graph = await device.upload(generateRmat({ scale: 10, seed: 5 }))
      const first = await pagerank(graph, TIGHT)
      const seen: number[] = []
      const second = await pagerank(graph, {
        ...TIGHT,
        onProgress: ({ iteration, maxIterations }) => {
          expect(maxIterations).toBe(TIGHT.maxIterations)
          seen.push(iteration)
        },
      })
      expect(l1Distance(second.ranks, first.ranks)).toBeLessThan(1e-11)
      if (options.kind !== 'reference') {
        expect(second.timings).toMatchObject({ uploadMs: 0, prepareMs: 0 })
      }
      expect(seen).toStrictEqual(seen.toSorted((a, b) => a - b))
      await graph.dispose()
      await expect(pagerank(graph, TIGHT)).rejects.toThrow(DisposedError)
    })

    it('fills the array that it is given', async () => {
      const graph = namedGraphs()['karate club']
      const into = new Float64Array(graph.vertexCount)
      const result = await pagerank(graph, { into, device })
      expect(result.ranks).toBe(into)
      expect(sumOf(into)).toBeCloseTo(1, 10)
    })

    it('ranks several personalisations of one graph', async () => {
      const graph = namedGraphs()['karate club']
      const jumps: Personalization[] = [{ 1: 1 }, new Map([[34, 2]]), { 1: 1, 34: 3 }]
      const results = await pagerankBatch(graph, jumps, { precision: 'f32', device })
      for (const [i, personalization] of jumps.entries()) {
        const single = await pagerank(graph, { personalization, precision: 'f32', device })
        expect(results[i].ranks).toStrictEqual(single.ranks)
      }
    })

    it.runIf(options.kind === 'reference')('rejects a call whose graph goes', async () => {
      const graph = await device.upload(generateRmat({ scale: 12, seed: 2 }))
      const call = pagerank(graph, { iterations: 1_000_000, precision: 'f32' })
      const outcome = expect(call).rejects.toThrow(DisposedError)
      await new Promise((resolve) => setTimeout(resolve, 30))
      await graph.dispose()
      await outcome
    })

    it('stops on abort and works on', async () => {
      const graph = await device.upload(generateRmat({ scale: 12, seed: 2 }))
      const endless = { iterations: 1_000_000, precision: 'f32' } as const
      await pagerank(graph, { precision: 'f32' })
      for (const afterMs of [0, 5, 50]) {
        const controller = new AbortController()
        const reason = new Error('enough')
        let abortedMs = 0
        setTimeout(() => {
          abortedMs = performance.now()
          controller.abort(reason)
        }, afterMs)
        const call = pagerank(graph, { ...endless, signal: controller.signal })
        await expect(call).rejects.toBe(reason)
        // 100 ms are promised; a busy machine with two cores may be late by a scheduling slice.
        expect(performance.now() - abortedMs).toBeLessThan(300)
      }
      const call = pagerank(graph, { ...endless, signal: AbortSignal.abort(new Error('before')) })
      await expect(call).rejects.toThrow('before')
      expect((await pagerank(graph, { precision: 'f32' })).converged).toBe(true)
      await graph.dispose()
    })

    it('prepares for the calls that wait, also when the first of them gives up', async () => {
      const graph = await device.upload(generateRmat({ scale: 14, seed: 4 }))
      const controller = new AbortController()
      const { signal } = controller
      const first = pagerank(graph, { precision: 'f32', signal })
      const outcome = expect(first).rejects.toThrow('gave up')
      const second = pagerank(graph, { precision: 'f32' })
      await Promise.resolve()
      controller.abort(new Error('gave up'))
      await outcome
      expect((await second).converged).toBe(true)
      // Alone, the preparation ends with its call, and the next one begins anew.
      await graph.dispose()
      const again = await device.upload(generateRmat({ scale: 14, seed: 4 }))
      const alone = new AbortController()
      const given = pagerank(again, { precision: 'f32', signal: alone.signal })
      const end = expect(given).rejects.toThrow('alone')
      alone.abort(new Error('alone'))
      await end
      expect((await pagerank(again, { precision: 'f32' })).converged).toBe(true)
      await again.dispose()
    })

    it('reports progress, and stops when the report throws', async () => {
      const graph = generateRmat({ scale: 12, seed: 2 })
      const seen: number[] = []
      const controller = new AbortController()
      const call = pagerank(graph, {
        iterations: 1_000_000,
        precision: 'f32',
        device,
        signal: controller.signal,
        onProgress({ iteration, maxIterations, residual }) {
          expect(maxIterations).toBe(1_000_000)
          expect(residual).toBeGreaterThanOrEqual(0)
          seen.push(iteration)
          if (seen.length === 3) controller.abort()
        },
      })
      await expect(call).rejects.toThrow(/abort/i)
      expect(seen[0]).toBeGreaterThan(0)
      expect(seen[2]).toBeGreaterThan(seen[0])
      const failing = pagerank(graph, {
        iterations: 1_000_000,
        precision: 'f32',
        device,
        onProgress() {
          throw new Error('from the report')
        },
      })
      await expect(failing).rejects.toThrow('from the report')
    })

    it('rejects a call during which the device ends', async () => {
      const own = await openDevice(options)
      const graph = await own.upload(generateRmat({ scale: 12, seed: 2 }))
      const call = pagerank(graph, { iterations: 1_000_000, precision: 'f32' })
      const outcome = expect(call).rejects.toThrow(DisposedError)
      await new Promise((resolve) => setTimeout(resolve, 30))
      await own.dispose()
      await outcome
    })
  })
}

/** One step of the definition, by hand. */
function iterate(graph: Graph, ranks: Float64Array, damping: number): Float64Array {
  const n = graph.vertexCount
  const next = new Float64Array(n)
  let dangling = 0
  for (let v = 0; v < n; v++) {
    if (graph.outDegree(v) === 0) dangling += ranks[v]
    for (const target of graph.neighbors(v)) next[target] += ranks[v] / graph.outDegree(v)
  }
  return next.map((sum) => (1 - damping) / n + damping * (sum + dangling / n))
}

/** A jump distribution that sums to 1, with zeros in it. */
function personalizationFor(graph: Graph, seed: number): Float64Array {
  const jump = new Float64Array(graph.vertexCount)
  jump[seed % jump.length] = 0.75
  jump[(seed * 7) % jump.length] += 0.25
  return jump
}
