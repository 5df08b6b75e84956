/** PageRank as a BSP program: exact, like the kernel, and the same bits on any number of ranks. */

import fc from 'fast-check'
import { Graph, generateRmat, graphFromEdges, pagerank } from 'ticktickclock'
import { createRuntime, run } from 'ticktickclock/bsp'
import {
  type PagerankProgramInput,
  type PagerankProgramResult,
  pagerankModule,
  pagerankProgram,
  shareGraph,
} from 'ticktickclock/programs'
import { afterAll, describe, expect, it } from 'vitest'
import { densePagerank, l1Distance } from '../support/dense-pagerank.js'
import { namedGraphs, randomGraph } from '../support/graphs.js'
import { count, testSeed } from '../support/seed.js'

const PROCESSORS = [1, 2, 3, 4, 8, 16]
const DEVICES = ['wasm', 'reference'] as const
const seed = testSeed()
const runtime = createRuntime({ workers: 2 })
afterAll(() => runtime.dispose())

async function inline(input: PagerankProgramInput, processors: number) {
  return run(pagerankProgram, { input, processors, maxSupersteps: 1000 })
}

async function threads(input: PagerankProgramInput, processors: number) {
  const options = { input, processors, maxSupersteps: 1000 }
  return runtime.run<typeof pagerankProgram>(pagerankModule, options)
}

const bytesOf = ({ ranks }: PagerankProgramResult) => Buffer.from(ranks.buffer).toString('base64')

/** The result for each number of processors, on both transports. */
async function resultsOf(input: PagerankProgramInput): Promise<PagerankProgramResult[]> {
  const results: PagerankProgramResult[] = []
  for (const processors of PROCESSORS) {
    results.push((await inline(input, processors)).result)
    results.push((await threads(input, processors)).result)
  }
  return results
}

async function expectSameBits(what: string, input: PagerankProgramInput): Promise<void> {
  const [first, ...others] = await resultsOf(input)
  for (const other of others) {
    expect({ ...other, ranks: bytesOf(other) }, what).toEqual({ ...first, ranks: bytesOf(first) })
  }
}

describe.each(DEVICES)('on %s', (device) => {
  it.each(Object.entries(namedGraphs()))('%s: exact within the bound', async (_, graph) => {
    for (const processors of [1, 3, 8]) {
      const { result } = await inline({ graph, device }, processors)
      expect(result.converged).toBe(true)
      expect(l1Distance(result.ranks, densePagerank(graph))).toBeLessThan(result.errorBound + 1e-13)
      expect(result.errorBound).toBeLessThan(1e-9)
    }
  })

  it('random graphs: exact within the bound, with weights and other dampings', async () => {
    for (let i = 0; i < count(60); i++) {
      const graph = randomGraph(seed + i)
      const damping = (i % 10) / 10
      const weighted = graph.weights !== undefined && i % 2 === 0
      const { result } = await inline({ graph, damping, weighted, device }, 1 + (i % 5))
      const exact = densePagerank(graph, { damping, weighted })
      const what = `seed ${seed + i}`
      expect(l1Distance(result.ranks, exact), what).toBeLessThan(result.errorBound + 1e-13)
    }
  })

  it('iterates as the kernel does, and stops where it stops', async () => {
    for (const graph of [generateRmat({ scale: 10, seed }), randomGraph(seed, 500)]) {
      for (const tolerance of [1e-3, 1e-6, 1e-10]) {
        const kernel = await pagerank(graph, { device, tolerance })
        const { result, supersteps } = await inline({ graph, tolerance, device }, 3)
        expect(result.iterations).toBe(kernel.iterations)
        expect(supersteps).toBe(kernel.iterations + 2)
        expect(result.residual).toBeCloseTo(kernel.residual, 12)
        // Rounding: sums of up to 500 dangling vertices, over 1 - d.
        expect(l1Distance(result.ranks, kernel.ranks)).toBeLessThan(1e-12)
      }
    }
  })

  it('same bits for p = 1, 2, 3, 4, 8, 16, inline and on threads', async () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 })
    const property = fc.asyncProperty(seeds, (graphSeed) =>
      expectSameBits(`graph ${graphSeed}`, { graph: randomGraph(graphSeed, 300), device }),
    )
    await fc.assert(property, { seed, numRuns: count(40) })
  })

  it('same bits with heavy rows, many blocks, and few iterations', async () => {
    const graph = shareGraph(generateRmat({ scale: 13, directed: false, seed }))
    await expectSameBits('R-MAT 13', { graph, maxIterations: 5, device })
    await expectSameBits('a star', { graph: namedGraphs()['a star'], device })
  })
})

describe('edges of the domain', () => {
  it('more processors than vertices', async () => {
    const graph = graphFromEdges([
      [0, 1],
      [1, 2],
      [2, 0],
    ])
    for (const { result } of [await inline({ graph }, 16), await threads({ graph }, 16)]) {
      expect(l1Distance(result.ranks, [1 / 3, 1 / 3, 1 / 3])).toBeLessThan(1e-15)
    }
  })

  it('no vertices', async () => {
    const shape = { vertexCount: 0, arcCount: 0, edgeCount: 0, directed: true, weighted: false }
    const graph = Graph.allocate({ ...shape, idKind: 'dense' })
    for (const { result } of [await inline({ graph }, 3), await threads({ graph }, 3)]) {
      expect(result).toMatchObject({ iterations: 0, residual: 0, converged: true })
      expect(result.ranks).toHaveLength(0)
    }
  })

  it('dangling vertices only: all ranks equal', async () => {
    const graph = graphFromEdges([], { vertexCount: 40 })
    const { result } = await threads({ graph }, 4)
    expect(l1Distance(result.ranks, new Float64Array(40).fill(1 / 40))).toBeLessThan(1e-15)
    expect(result.iterations).toBe(1)
  })

  it('stops at maxIterations and at maxSupersteps, unconverged', async () => {
    // An asymmetric cycle with a chord never reaches a residual of 0 in so few iterations; a random
    // graph may (a graph without arcs is done after one).
    const graph = graphFromEdges([
      [0, 1],
      [1, 2],
      [2, 0],
      [0, 2],
    ])
    const limited = await inline({ graph, tolerance: 0, maxIterations: 3 }, 2)
    expect(limited.result).toMatchObject({ iterations: 3, converged: false })
    expect(limited.reason).toBe('converged')
    const options = { input: { graph, tolerance: 0 }, processors: 2, maxSupersteps: 4 }
    const cut = await run(pagerankProgram, options)
    expect(cut.reason).toBe('limit')
    expect(cut.result.converged).toBe(false)
    expect(bytesOf(cut.result)).toBe(bytesOf(limited.result))
  })

  it('takes a graph, a shared one and a block, on both transports', async () => {
    const graph = randomGraph(seed, 100)
    const shared = shareGraph(graph)
    expect(shared.block.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(shareGraph(shared)).toBe(shared)
    const expected = bytesOf((await inline({ graph }, 1)).result)
    for (const given of [graph, graph.block, shared, shared.block]) {
      expect(bytesOf((await inline({ graph: given }, 2)).result)).toBe(expected)
      expect(bytesOf((await threads({ graph: given }, 2)).result)).toBe(expected)
    }
  })

  it.each<[string, object, string]>([
    ['no graph', { graph: 5 }, '"graph" expected Graph or its block, a Uint8Array, got 5'],
    ['a damaged block', { graph: new Uint8Array(80) }, 'not a graph block'],
    ['damping of 1', { damping: 1 }, '"damping" expected number in [0, 1), got 1'],
    ['no weights', { weighted: true }, '"weighted" is true, but the graph has no weights'],
    ['a GPU', { device: 'webgpu' }, "\"device\" expected 'wasm' | 'reference'"],
    ['a misspelt name', { dampng: 0.5 }, 'dampng'],
  ])('refuses %s', async (_, wrong, text) => {
    const graph: Graph = graphFromEdges([[0, 1]])
    const input = { graph, ...wrong } as PagerankProgramInput
    await expect(inline(input, 2)).rejects.toThrow(text)
    await expect(threads(input, 2)).rejects.toThrow(text)
  })
})
