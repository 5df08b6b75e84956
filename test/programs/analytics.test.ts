/** BFS, SSSP, WCC, CDLP, LCC, triangles and PageRank by vertices, against serial oracles. */

import { type Graph, generateRmat, graphFromEdges, pagerank } from 'ticktickclock'
import { type AnyComputation, createRuntime, type InputOf, run } from 'ticktickclock/bsp'
import {
  bfsModule,
  bfsProgram,
  cdlpModule,
  cdlpProgram,
  lccModule,
  lccProgram,
  pagerankVertexModule,
  pagerankVertexProgram,
  shareGraph,
  ssspModule,
  ssspProgram,
  triangleModule,
  triangleProgram,
  UNREACHED,
  wccModule,
  wccProgram,
} from 'ticktickclock/programs'
import { afterAll, describe, expect, it } from 'vitest'
import { densePagerank, l1Distance } from '../support/dense-pagerank.js'
import {
  bruteLcc,
  bruteTriangles,
  dijkstra,
  distanceFault,
  naiveCdlp,
  queueBfs,
  unionFind,
} from '../support/graph-oracles.js'
import { namedGraphs, randomGraph } from '../support/graphs.js'
import { count, testSeed } from '../support/seed.js'

const PROCESSORS = [1, 2, 3, 8]
const seed = testSeed()
const runtime = createRuntime({ workers: 2 })
afterAll(() => runtime.dispose())

async function resultOf<C extends AnyComputation>(
  program: C,
  input: InputOf<C>,
  processors: number,
) {
  const { result, reason } = await run(program, { input, processors, maxSupersteps: 100_000 })
  expect(reason).not.toBe('limit')
  return result
}

/** The result of a program, which must have the same bits for every number of processors. */
async function checked<C extends AnyComputation>(program: C, input: InputOf<C>) {
  const results: Awaited<ReturnType<typeof resultOf<C>>>[] = []
  for (const processors of PROCESSORS) {
    results.push(await resultOf(program, input, processors))
    expect(results.at(-1), `p = ${processors}`).toStrictEqual(results[0])
  }
  return results[0]
}

const list = (values: ArrayLike<number>) => Array.from(values)

async function checkPaths(graph: Graph, source: number): Promise<void> {
  const { depth } = (await checked(bfsProgram, { graph, source })).values
  const levels = list(depth).map((level) => (level === UNREACHED ? -1 : level))
  expect(levels).toEqual(queueBfs(graph, source))
  const { distance } = (await checked(ssspProgram, { graph, source })).values
  expect(list(distance)).toEqual(dijkstra(graph, source))
  expect(distanceFault(graph, source, distance)).toBeUndefined()
}

async function checkNeighbourhoods(graph: Graph): Promise<void> {
  const { component } = (await checked(wccProgram, { graph })).values
  expect(list(component)).toEqual(unionFind(graph))
  for (const iterations of [1, 2, 10]) {
    const { labels } = await checked(cdlpProgram, { graph, iterations })
    expect(list(labels), `${iterations} iterations`).toEqual(naiveCdlp(graph, iterations))
  }
  const { coefficients } = await checked(lccProgram, { graph })
  expect(list(coefficients)).toEqual(bruteLcc(graph))
  const { triangles, total } = await checked(triangleProgram, { graph })
  expect(list(triangles)).toEqual(bruteTriangles(graph))
  expect(total).toBe(list(triangles).reduce((sum, each) => sum + each, 0) / 3)
}

async function checkRanks(graph: Graph): Promise<void> {
  const { values, aggregates } = await checked(pagerankVertexProgram, { graph })
  expect(aggregates.residual).toBeLessThanOrEqual(1e-10)
  // What is still to come of a residual of 1e-10, at a damping of 0.85, and rounding.
  expect(l1Distance(values.rank, densePagerank(graph))).toBeLessThan(1e-9)
}

describe('1,000 seeded graphs, p = 1, 2, 3, 8', () => {
  const graphs = Array.from({ length: count(1000) }, (_, i) => seed + i)

  it('BFS and SSSP', async () => {
    for (const each of graphs) {
      const graph = randomGraph(each)
      await checkPaths(graph, each % graph.vertexCount)
    }
  }, 300_000)

  it('WCC, CDLP, LCC and triangles', async () => {
    for (const each of graphs) await checkNeighbourhoods(randomGraph(each, 40))
  }, 300_000)

  it('PageRank', async () => {
    for (const each of graphs) await checkRanks(randomGraph(each, 30))
  }, 300_000)
})

describe('graphs of known structure', () => {
  it.each(Object.entries(namedGraphs()))('%s', async (name, graph) => {
    await checkPaths(graph, 0)
    await checkNeighbourhoods(graph)
    if (!name.startsWith('a star')) await checkRanks(graph)
  })

  it('a long path: a superstep for each vertex, whichever way numbers run', async () => {
    for (const step of [1, -1]) {
      const edges = Array.from({ length: 2000 }, (_, i): [number, number] => [i, i + 1])
      const graph = graphFromEdges(step === 1 ? edges : edges.map(([a, b]) => [b, a]))
      const source = step === 1 ? 0 : 2000
      const { depth } = (await checked(bfsProgram, { graph, source })).values
      expect(list(depth)).toEqual(Array.from(depth, (_, v) => Math.abs(v - source)))
      const { component } = (await checked(wccProgram, { graph })).values
      expect(new Set(component)).toEqual(new Set([0]))
    }
  })

  it('more processors than vertices, up to 1,024', async () => {
    const graph = randomGraph(seed, 50)
    const one = await resultOf(wccProgram, { graph }, 1)
    expect(await resultOf(wccProgram, { graph }, 1024)).toStrictEqual(one)
    expect(await resultOf(triangleProgram, { graph }, 200)).toStrictEqual(
      await resultOf(triangleProgram, { graph }, 1),
    )
    expect(await resultOf(pagerankVertexProgram, { graph }, 100)).toStrictEqual(
      await resultOf(pagerankVertexProgram, { graph }, 1),
    )
  })
})

describe('a larger graph, where both pushing and pulling happen', () => {
  const rmat = (directed: boolean) => shareGraph(generateRmat({ scale: 12, directed, seed }))

  /** Inline and on threads, with parts of even arcs and of even vertices. */
  async function everywhere<C extends AnyComputation>(program: C, module: URL, input: InputOf<C>) {
    const result = await checked(program, input)
    const options = { input: { ...input, partition: 'vertices' }, processors: 5 }
    const threads = await runtime.run<AnyComputation>(module, { ...options, maxSupersteps: 1000 })
    expect(threads.workers).toBe(2)
    expect(threads.result).toStrictEqual(result)
    return result
  }

  it.each([true, false])(
    'directed: %s',
    async (directed) => {
      const graph = rmat(directed)
      const source = list(graph.offsets).findIndex((first, v) => graph.offsets[v + 1] > first)
      const { values } = await everywhere(bfsProgram, bfsModule, { graph, source })
      const levels = list(values.depth).map((level) => (level === UNREACHED ? -1 : level))
      expect(levels).toEqual(queueBfs(graph, source))
      const paths = await everywhere(ssspProgram, ssspModule, { graph, source })
      expect(list(paths.values.distance).map((d) => (d === Infinity ? -1 : d))).toEqual(levels)
      const components = await everywhere(wccProgram, wccModule, { graph })
      expect(list(components.values.component)).toEqual(unionFind(graph))
      await everywhere(cdlpProgram, cdlpModule, { graph })
      await everywhere(lccProgram, lccModule, { graph })
      await everywhere(triangleProgram, triangleModule, { graph })
      const ranks = await everywhere(pagerankVertexProgram, pagerankVertexModule, { graph })
      const kernel = await pagerank(graph)
      expect(l1Distance(ranks.values.rank, kernel.ranks)).toBeLessThan(
        2 * kernel.errorBound + 1e-12,
      )
    },
    60_000,
  )
})

describe('inputs', () => {
  const graph = graphFromEdges([
    [0, 1],
    [1, 2],
  ])
  it.each<[string, AnyComputation, object, string]>([
    ['no graph', wccProgram, { graph: 5 }, '"graph" expected Graph or its block'],
    ['no source', bfsProgram, { graph }, '"source" expected number, got undefined'],
    ['a missing id', bfsProgram, { graph, source: -1 }, 'graph.indexOf() gives -1'],
    ['a vertex too many', ssspProgram, { graph, source: 3 }, 'number of a vertex in [0, 2], got 3'],
    ['a misspelt name', bfsProgram, { graph, sorce: 1 }, '"input" has no option "sorce"'],
    ['iterations', cdlpProgram, { graph, iterations: -1 }, '"iterations" expected whole number'],
    ['a partition', lccProgram, { graph, partition: 'x' }, '"partition" expected \'arcs\''],
  ])('refuses %s', async (_, program, input, text) => {
    await expect(run(program, { input, processors: 2 })).rejects.toThrow(text)
  })

  it('takes blocks, and stops at maxSupersteps, which it tells', async () => {
    const input = { graph: graph.block, source: 0 }
    const cut = await run(bfsProgram, { input, processors: 2, maxSupersteps: 2 })
    expect(cut.reason).toBe('limit')
    expect(list(cut.result.values.depth)).toEqual([0, 1, UNREACHED])
    expect(cut.result.iterations).toBe(1)
    const whole = await run(bfsProgram, { input, processors: 2 })
    expect(list(whole.result.values.depth)).toEqual([0, 1, 2])
    expect(whole.supersteps).toBe(4)
  })
})
