/**
 * The defects of the two programs that this package grew from, each as a test that fails where it
 * comes back. TB20 and TB21 are of the messages between supersteps: test/bsp.
 */

import { generateRmat, graphFromEdges, pagerank } from 'ticktickclock'
import { run } from 'ticktickclock/bsp'
import {
  pagerankProgram,
  type SampleSortResult,
  type SortableArray,
  sampleSortProgram,
} from 'ticktickclock/programs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { densePowerIteration, l1Distance } from '../support/dense-pagerank.js'
import { namedGraphs, randomGraph } from '../support/graphs.js'
import { testSeed } from '../support/seed.js'
import { expectLikeHostSort, expectPermutation, makeValues } from '../support/sort-cases.js'

const seed = testSeed()

async function sorted(values: SortableArray, processors: number, options: object = {}) {
  const { result } = await run(sampleSortProgram, { input: { values }, processors, ...options })
  expectPermutation(`p = ${processors}`, values, result.values)
  expectLikeHostSort(`p = ${processors}`, values, result.values, false)
  return result
}

const sizesOf = ({ slices }: SampleSortResult) => slices.map(({ length }) => length)

describe('sample sort', () => {
  it('TB1: every value comes out once', async () => {
    const values = Float64Array.from({ length: 400 }, (_, i) => (i * 7919) % 400)
    expect((await sorted(values, 4)).values).toEqual(Float64Array.from(values.keys()))
  })

  it('TB17: fewer samples than processors still give pivots, and parts are even', async () => {
    // Sizes of 3, 0, 0, 0 in the original.
    expect(Math.max(...sizesOf(await sorted(Float64Array.of(3, 1, 2), 4)))).toBe(1)
    for (const processors of [2, 3, 4, 8, 16]) {
      const values = makeValues('f64', 40_000, 'uniform', createRandom(seed))
      const sizes = sizesOf(await sorted(values, processors))
      const share = values.length / processors
      // The first part half empty and the last one double, in the original.
      expect(Math.min(...sizes)).toBeGreaterThan(0.6 * share)
      expect(Math.max(...sizes)).toBeLessThan(1.4 * share)
      await sorted(values.subarray(0, processors - 1), processors)
    }
  })

  it('TB18: chance comes from the seed: parts repeat with it', async () => {
    const values = makeValues('f64', 5000, 'uniform', createRandom(seed))
    const first = await sorted(values, 4, { seed: 5 })
    expect(sizesOf(await sorted(values, 4, { seed: 5 }))).toEqual(sizesOf(first))
    expect(sizesOf(await sorted(values, 4, { seed: 6 }))).not.toEqual(sizesOf(first))
  })

  it('TB19: no bucket is lost: sorted, reversed, constant, one value a processor', async () => {
    const p = 4
    const length = 4000
    const ascending = Int32Array.from({ length }, (_, i) => i)
    const ranged = ascending.map((i) => Math.floor((p * i) / length))
    for (const values of [ascending, ascending.slice().reverse(), ranged, ascending.map(() => 7)]) {
      const { slices } = await sorted(values, p)
      expect(slices).toHaveLength(p)
    }
  })

  it('TB22: the state has all that supersteps use, by type', async () => {
    const { result } = await run(sampleSortProgram, { input: { values: new Uint8Array(3) } })
    expectTypeOf(result).toEqualTypeOf<SampleSortResult>()
    // @ts-expect-error values are typed arrays
    const wrong = () => run(sampleSortProgram, { input: { values: [1, 2, 3] } })
    expect(wrong).toBeTypeOf('function')
  })

  it('TB23: each processor sorts its share, not all of the input', async () => {
    for (const processors of [1, 2, 3, 8]) {
      const values = makeValues('u32', 1001, 'uniform', createRandom(seed))
      const handle = run(sampleSortProgram, { input: { values }, processors })
      const bytes: number[] = []
      for await (const step of handle) if (step.name === 'partition') bytes.push(step.bytes)
      // What is sent are the values, once, and some bytes with each array.
      expect(bytes).toHaveLength(1)
      expect(bytes[0]).toBeGreaterThanOrEqual(4 * values.length)
      expect(bytes[0]).toBeLessThan(4 * values.length + 256 * processors ** 2)
    }
  })

  it('TB24: one typed array for each destination: at most p² messages a superstep', async () => {
    for (const processors of [1, 4, 16]) {
      const values = makeValues('f64', 20_000, 'uniform', createRandom(seed))
      const messages: Record<string, number> = {}
      const handle = run(sampleSortProgram, { input: { values }, processors })
      for await (const step of handle) messages[step.name] = step.messages
      expect(messages).toEqual({
        sample: processors,
        pivots: processors,
        partition: processors ** 2,
        sort: 0,
      })
    }
  })

  it('TB26: values below the first pivot go to processor 0, not to p', async () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => 999 - i)
    const { slices } = await sorted(values, 5)
    expect(slices[0][0]).toBe(0)
    expect(slices[4].at(-1)).toBe(999)
    for (const slice of slices) expect(slice.length).toBeGreaterThan(100)
  })

  it('TB27: equal values are dealt to all ranges that they end', async () => {
    for (const processors of [2, 4, 16]) {
      const constant = new Float64Array(16_000).fill(1)
      const share = constant.length / processors
      for (const size of sizesOf(await sorted(constant, processors))) {
        expect(Math.abs(size - share)).toBeLessThanOrEqual(2 * processors)
      }
      const halves = constant.map((_, i) => i % 2)
      for (const size of sizesOf(await sorted(halves, processors))) {
        expect(size).toBeLessThan(2 * share)
      }
    }
  })
})

describe('PageRank', () => {
  it('TB2: every vertex is owned once, whatever p and the host are', async () => {
    const graph = randomGraph(seed, 400)
    const { ranks } = await pagerank(graph, { device: 'reference' })
    for (let processors = 1; processors <= 16; processors++) {
      const { result } = await run(pagerankProgram, {
        input: { graph },
        processors,
        maxSupersteps: 300,
      })
      expect(result.ranks).toHaveLength(graph.vertexCount)
      expect(l1Distance(result.ranks, ranks)).toBeLessThan(1e-12)
    }
  })

  it('TB3: the mass of dangling vertices is kept, in every superstep', async () => {
    const edges = Array.from({ length: 200 }, (_, i): [number, number] => [i, (i * 7) % 300])
    const graph = graphFromEdges(edges, { vertexCount: 300 })
    for (let maxIterations = 1; maxIterations <= 12; maxIterations++) {
      const input = { graph, maxIterations, tolerance: 0 }
      const { result } = await run(pagerankProgram, { input, processors: 3 })
      const sum = result.ranks.reduce((total, rank) => total + rank, 0)
      expect(Math.abs(sum - 1)).toBeLessThan(1e-12)
    }
  })

  it('TB4: the first update has contributions: step by step as power iteration', async () => {
    for (const graph of [...Object.values(namedGraphs()).slice(0, 11), randomGraph(seed)]) {
      for (let maxIterations = 1; maxIterations <= 6; maxIterations++) {
        const input = { graph, maxIterations, tolerance: 0 }
        const { result } = await run(pagerankProgram, { input, processors: 3 })
        const expected = densePowerIteration(graph, result.iterations)
        expect(l1Distance(result.ranks, expected)).toBeLessThan(1e-13)
      }
    }
  })

  it('TB16: converges in L1, which large graphs do not pass at once', async () => {
    const graph = generateRmat({ scale: 17, edgeFactor: 8, seed: 3 })
    expect(graph.vertexCount).toBeGreaterThan(100_000)
    const exact = await pagerank(graph, { tolerance: 1e-12, device: 'wasm' })
    const input = { graph, tolerance: 1e-4 }
    const { result } = await run(pagerankProgram, { input, processors: 4 })
    expect(result.iterations).toBeGreaterThan(3)
    const distance = l1Distance(result.ranks, exact.ranks)
    expect(distance).toBeLessThan(result.errorBound)
    expect(result.errorBound).toBeLessThan(6e-4)
  })

  it('TB25: what is sent grows with the vertices, not with the arcs', async () => {
    const messages: number[] = []
    for (const edgeFactor of [1, 16]) {
      const graph = generateRmat({ scale: 12, edgeFactor, seed })
      const input = { graph, maxIterations: 4, tolerance: 0 }
      const handle = run(pagerankProgram, { input, processors: 4 })
      messages.push((await handle).messages)
    }
    expect(messages[1]).toBe(messages[0])
    // Each vertex once to each other processor, in each of five supersteps.
    expect(messages[0]).toBeLessThan(1.2 * 5 * 3 * 4096)
  })
})
