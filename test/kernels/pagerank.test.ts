/**
 * PageRank beyond single answers: the same bits for every number of threads, the dialects against
 * their own definitions, and every check of options.
 */

import {
  type Device,
  Graph,
  generateRmat,
  generateUniform,
  graphFromEdges,
  NotSupportedError,
  openDevice,
  pagerank,
  pagerankBatch,
  topVertices,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withDoubledLoops } from '../../dist/graph/loops.js'
import { runSliced } from '../../dist/graph/slices.js'
import { makePlan } from '../../dist/kernels/pagerank/plan.js'
import { densePagerank, l1Distance } from '../support/dense-pagerank.js'
import { KARATE, randomGraph } from '../support/graphs.js'
import { count, testSeed } from '../support/seed.js'

/** Neumaier's compensated sum: a plain one errs by more than the ranks do. */
function exactSum(values: Float64Array): number {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}

/** Turns that the event loop gets while work goes on: a clock would measure the machine's load. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let [turns, running] = [0, true]
  const tick = () => {
    if (!running) return
    turns++
    setImmediate(tick)
  }
  setImmediate(tick)
  await work()
  running = false
  return turns
}

const THREADS = [1, 2, 3, 4, 5, 6, 7, 8]

describe('the bits of the ranks', () => {
  const devices: Device[] = []
  beforeAll(async () => {
    for (const threads of THREADS) devices.push(await openDevice({ kind: 'wasm', threads }))
  })
  afterAll(() => Promise.all(devices.map((device) => device.dispose())))

  async function expectSameBits(graph: Graph, what: string, weights = true) {
    const options = { iterations: 3, weighted: weights && graph.weights !== undefined }
    const [first, ...others] = await Promise.all(
      devices.map((device) => pagerank(graph, { ...options, device })),
    )
    expect(Math.abs(exactSum(first.ranks) - 1), what).toBeLessThan(1e-12)
    for (const [i, other] of others.entries()) {
      expect(other.ranks, `${what}, ${THREADS[i + 1]} threads`).toStrictEqual(first.ranks)
      expect(other.residual).toBe(first.residual)
    }
  }

  it('are the same for 1 to 8 threads on small graphs', async () => {
    const seed = testSeed()
    for (let i = 0; i < count(1000); i++) {
      await expectSameBits(randomGraph(seed + i, 200), `random graph ${seed + i}`)
    }
  })

  it('are the same for 1 to 8 threads on graphs of many blocks', async () => {
    const seed = testSeed()
    const hub = Array.from({ length: 30_000 }, (_, i): [number, number] => [i + 1, i % 3])
    const graphs = {
      rmat: generateRmat({ scale: 14, seed }),
      undirected: generateRmat({ scale: 13, seed, directed: false }),
      uniform: generateUniform({ vertexCount: 20_000, edgeCount: 200_000, seed }),
      sparse: generateUniform({ vertexCount: 100_000, edgeCount: 20_000, seed }),
      hubs: graphFromEdges(hub),
    }
    for (const [name, graph] of Object.entries(graphs)) await expectSameBits(graph, name)
  })

  it('differ from plain JavaScript by rounding alone', async () => {
    const graph = generateRmat({ scale: 14, seed: testSeed() })
    const exact = await pagerank(graph, { device: 'reference', tolerance: 1e-12 })
    const fast = await pagerank(graph, { device: devices[1], tolerance: 1e-12 })
    expect(fast.iterations).toBe(exact.iterations)
    expect(l1Distance(fast.ranks, exact.ranks)).toBeLessThan(exact.errorBound + fast.errorBound)
    expect(l1Distance(fast.ranks, exact.ranks)).toBeLessThan(1e-12)
  })
})

describe('the presets, each against its definition', () => {
  const directed = graphFromEdges([
    [0, 1],
    [0, 2],
    [1, 2],
    [2, 0],
    [3, 2],
    [3, 4],
  ])
  const n = directed.vertexCount

  it('networkx: stops at L1 < n · 1e-6 within 100 iterations', async () => {
    const result = await pagerank(directed, { preset: 'networkx' })
    expect(result.residual).toBeLessThan(n * 1e-6)
    const before = await pagerank(directed, { iterations: result.iterations - 1 })
    expect(before.residual).toBeGreaterThan(n * 1e-6)
    const cycle = graphFromEdges([
      [0, 1],
      [1, 2],
      [2, 0],
    ])
    const slow = { damping: 0.9999, tolerance: 0, start: Float64Array.of(1, 0, 0) }
    expect((await pagerank(cycle, { preset: 'networkx', ...slow })).iterations).toBe(100)
  })

  it('igraph: the exact solution, an undirected loop counted twice', async () => {
    const loops = graphFromEdges(
      [
        [0, 0],
        [0, 1],
        [1, 2],
      ],
      { directed: false },
    )
    const twice = graphFromEdges([
      [0, 0],
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 1],
    ])
    const { ranks } = await pagerank(loops, { preset: 'igraph' })
    expect(l1Distance(ranks, densePagerank(twice))).toBeLessThan(1e-12)
    expect(l1Distance(ranks, densePagerank(loops))).toBeGreaterThan(0.01)
    const plain = await pagerank(directed, { preset: 'igraph' })
    expect(l1Distance(plain.ranks, densePagerank(directed))).toBeLessThan(1e-12)
  })

  it('igraph: refuses loops whose doubled weights sum to infinity', async () => {
    const edges: [string, string, number][] = [
      ['a', 'a', 1.2e308],
      ['a', 'b', 1],
    ]
    const loops = graphFromEdges(edges, { directed: false })
    const message = 'weights of the arcs of vertex a sum to infinity; scale them down'
    await expect(pagerank(loops, { preset: 'igraph' })).rejects.toThrow(new RangeError(message))
    expect((await pagerank(loops, { preset: 'igraph', weighted: false })).converged).toBe(true)
    expect((await pagerank(loops)).converged).toBe(true)
  })

  it('igraph: leaves the thread free while it looks for loops, and hears an abort', async () => {
    const vertexCount = 3_000_000
    const shape = { vertexCount, arcCount: vertexCount, edgeCount: vertexCount }
    const cycle = { directed: false, weighted: false, idKind: 'dense' } as const
    const graph = Graph.allocate({ ...shape, ...cycle })
    for (let v = 0; v < vertexCount; v++) {
      graph.offsets[v + 1] = v + 1
      graph.targets[v] = v
    }
    const work = () => runSliced(withDoubledLoops(graph, true), undefined)
    const doubled = await work()
    expect(doubled.arcCount).toBe(2 * vertexCount)
    expect([...doubled.offsets.subarray(0, 3)]).toStrictEqual([0, 2, 4])
    expect(doubled.offsets[vertexCount]).toBe(2 * vertexCount)
    expect(await turnsDuring(work)).toBeGreaterThan(3)
    const controller = new AbortController()
    setImmediate(() => controller.abort(new Error('enough')))
    const call = pagerank(graph, { preset: 'igraph', signal: controller.signal })
    await expect(call).rejects.toThrow('enough')
  })

  it('ldbc: a fixed number of iterations, dangling mass redistributed', async () => {
    const ten = await pagerank(directed, { preset: 'ldbc' })
    expect(ten.iterations).toBe(10)
    expect(ten.ranks).toStrictEqual((await pagerank(directed, { iterations: 10 })).ranks)
    expect((await pagerank(directed, { preset: 'ldbc', iterations: 3 })).iterations).toBe(3)
  })

  it('graphx: ranks sum to n', async () => {
    const { ranks, errorBound } = await pagerank(directed, { preset: 'graphx' })
    const exact = densePagerank(directed).map((rank) => n * rank)
    expect(l1Distance(ranks, exact)).toBeLessThanOrEqual(errorBound)
    expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(n, 8)
  })

  it('gds: rank = (1 - d) + d · sum of contributions, dangling mass lost', async () => {
    const { ranks } = await pagerank(directed, { preset: 'gds', tolerance: 1e-13 })
    for (let v = 0; v < n; v++) {
      let links = 0
      for (let u = 0; u < n; u++) {
        for (const target of directed.neighbors(u)) {
          if (target === v) links += ranks[u] / directed.outDegree(u)
        }
      }
      expect(ranks[v]).toBeCloseTo(0.15 + 0.85 * links, 11)
    }
  })

  it('gapbs: dangling mass lost, L1 < 1e-4 within 20 iterations', async () => {
    const exact = densePagerank(directed, { redistributeDangling: false })
    const tight = await pagerank(directed, {
      preset: 'gapbs',
      tolerance: 1e-13,
      maxIterations: 500,
    })
    expect(l1Distance(tight.ranks, exact)).toBeLessThan(1e-11)
    const loose = await pagerank(directed, { preset: 'gapbs' })
    expect(loose.iterations).toBeLessThanOrEqual(20)
    expect(loose.residual).toBeLessThan(1e-4)
    expect(loose.ranks.reduce((sum, rank) => sum + rank, 0)).toBeLessThan(0.99)
  })
})

describe('the checks of options', () => {
  const graph = graphFromEdges(
    KARATE.map(([a, b]): [number, number] => [a, b]),
    { directed: false },
  )
  it.each([
    [{ damping: 1.5 }, RangeError, '"damping" expected number in [0, 1), got 1.5'],
    [{ damping: '0.5' }, TypeError, '"damping" expected number'],
    [{ damping: Number.NaN }, RangeError, 'got NaN'],
    [{ tolerance: -1 }, RangeError, '"tolerance"'],
    [{ tolerance: Number.POSITIVE_INFINITY }, RangeError, '"tolerance"'],
    [{ maxIterations: 0 }, RangeError, '"maxIterations"'],
    [{ iterations: 1.5 }, RangeError, '"iterations"'],
    [{ iterations: 3, maxIterations: 5 }, TypeError, 'leave out "maxIterations"'],
    [{ preset: 'networx' }, RangeError, "'networkx' | 'igraph'"],
    [{ precision: 'f16' }, RangeError, '"precision"'],
    [{ device: 'gpu' }, RangeError, '"device" expected \'auto\''],
    [{ threads: 0 }, RangeError, '"threads"'],
    [{ threads: 2, device: 'reference' }, NotSupportedError, "option of device 'wasm'"],
    [{ weighted: true }, RangeError, 'the graph has no weights'],
    [{ weighted: 1 }, TypeError, '"weighted" expected boolean'],
    [{ personalization: { 99: 1 } }, RangeError, 'names "99", which is no vertex'],
    [{ personalization: { 1: -1 } }, RangeError, 'personalization["1"]'],
    [{ personalization: { 1: 0 } }, RangeError, 'at least one weight above 0'],
    [{ personalization: new Float64Array(3) }, RangeError, 'expected 34 values'],
    [{ personalization: 7 }, TypeError, '"personalization" expected Map'],
    [{ personalization: new Uint32Array(34) }, TypeError, 'Float32Array, got Uint32Array'],
    [{ personalization: [0, 1] }, TypeError, 'Float64Array or Float32Array, got Array'],
    [{ personalization: new Set([1]) }, TypeError, 'got Set'],
    [{ personalization: { 1: '1' } }, TypeError, 'personalization["1"]'],
    [{ personalization: new Float64Array(34).fill(Number.NaN) }, RangeError, 'personalization[0]'],
    [
      {
        personalization: new Map<unknown, number>([
          [1, 1.7e308],
          ['1', 1.7e308],
        ]),
      },
      RangeError,
      'names vertex 1 more than once, with weights that sum to infinity',
    ],
    [{ device: null }, TypeError, '"device" expected \'auto\''],
    [{ device: {} }, TypeError, 'or a Device, got Object'],
    [{ device: 7 }, TypeError, 'or a Device, got 7'],
    [{ start: [1, 2] }, TypeError, '"start" expected Float64Array'],
    [{ start: new Float64Array(34) }, RangeError, 'only zeros'],
    [{ into: new Float64Array(33) }, RangeError, '"into" expected length 34'],
    [{ into: new Float32Array(34) }, TypeError, '"into" expected Float64Array'],
    [{ signal: {} }, TypeError, '"signal"'],
    [{ onProgress: 1 }, TypeError, '"onProgress"'],
    [{ dampening: 0.5 }, TypeError, 'no option "dampening"'],
  ])('%o', async (options, type, message) => {
    const call = pagerank(graph, options as never)
    await expect(call).rejects.toThrow(type)
    await expect(pagerank(graph, options as never)).rejects.toThrow(message)
  })

  it('names what is no graph', async () => {
    await expect(pagerank({} as never)).rejects.toThrow('"graph" expected Graph or ResidentGraph')
    await expect(pagerankBatch(graph, {} as never)).rejects.toThrow('expected array')
    await expect(pagerankBatch(graph, [], null as never)).rejects.toThrow('"options" expected')
    await expect(pagerankBatch(graph, [{ 1: 1 }], null as never)).rejects.toThrow('"options"')
    await expect(pagerankBatch(graph, [], { dampen: 1 } as never)).rejects.toThrow('no option')
    const batch = pagerankBatch(graph, [{ 1: 1 }], { into: new Float64Array(34) } as never)
    await expect(batch).rejects.toThrow('"into" is no option of pagerankBatch')
  })

  it('keeps device and threads of an open device', async () => {
    const device = await openDevice({ kind: 'reference' })
    await expect(pagerank(graph, { device, threads: 2 })).rejects.toThrow('"threads" can\'t change')
    const resident = await device.upload(graph)
    const other = pagerank(resident, { device: 'wasm' })
    await expect(other).rejects.toThrow('"device" can\'t differ')
    await device.dispose()
  })

  it('reads single precision as weights by vertex number', async () => {
    const weights = Float32Array.from({ length: graph.vertexCount }, (_, v) => v % 3)
    const single = await pagerank(graph, { personalization: weights })
    const double = await pagerank(graph, { personalization: Float64Array.from(weights) })
    expect(single.ranks).toStrictEqual(double.ranks)
  })

  it('scales weights of any size', async () => {
    const huge = await pagerank(graph, { personalization: { 1: 1e308, 2: 1e308 } })
    const small = await pagerank(graph, { personalization: { 1: 1, 2: 1 } })
    expect(huge.ranks).toStrictEqual(small.ranks)
  })
})

describe('making the plan', () => {
  it('leaves the thread free, also for many values', async () => {
    const vertexCount = 3_000_000
    const graph = generateUniform({ vertexCount, edgeCount: 1, seed: 1 })
    const start = new Float64Array(vertexCount).fill(0.5)
    // Slices last 10 ms, all of it several times as long.
    const turns = turnsDuring(() => makePlan(graph, { start, personalization: start }))
    expect(await turns).toBeGreaterThan(1)
    const controller = new AbortController()
    const call = makePlan(graph, { start, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  it('scales to sum 1, however many small values there are', async () => {
    const vertexCount = 100_000
    const graph = generateUniform({ vertexCount, edgeCount: 1, seed: 1 })
    const personalization = new Float64Array(vertexCount).fill(2 ** -54)
    personalization[0] = 1
    const { plan } = await makePlan(graph, { personalization })
    expect(plan.personalization?.[0]).toBe(1 / (1 + (vertexCount - 1) * 2 ** -54))
  })
})

describe('plain JavaScript', () => {
  it('leaves the thread free on a hub of many arcs, and hears aborts meanwhile', async () => {
    const vertexCount = 4_000_000
    const graph = starOf(vertexCount)
    const run = () => pagerank(graph, { device: 'reference', iterations: 2 })
    expect(await turnsDuring(run)).toBeGreaterThan(3)
    let turns = 0
    const controller = new AbortController()
    setImmediate(() => {
      turns++
      controller.abort(new Error('while preparing'))
    })
    let reports = 0
    const call = pagerank(graph, {
      device: 'reference',
      signal: controller.signal,
      onProgress: () => reports++,
    })
    await expect(call).rejects.toThrow('while preparing')
    expect([turns, reports]).toStrictEqual([1, 0])
  })
})

/** One vertex with arcs to all others. */
function starOf(vertexCount: number): Graph {
  const arcCount = vertexCount - 1
  const graph = Graph.allocate({
    ...{ vertexCount, arcCount, edgeCount: arcCount },
    ...{ directed: true, weighted: false, idKind: 'dense' },
  })
  graph.offsets.fill(arcCount, 1)
  for (let arc = 0; arc < arcCount; arc++) graph.targets[arc] = arc + 1
  return graph
}

describe('the bound of rounding', () => {
  it('counts the blocks that WASM really makes of many vertices', async () => {
    const vertexCount = 400_000
    const graph = generateUniform({ vertexCount, edgeCount: 1, seed: 1 })
    const { errorBound, residual } = await pagerank(graph, { device: 'wasm', damping: 0.5 })
    // Blocks hold up to twice BLOCK_WORK here: 16,000 rows without arcs in a block's chain.
    expect(errorBound - residual).toBeGreaterThan((15_900 * 2 ** -53) / 0.5)
  })
})

describe('the choice of a device', () => {
  it('is a matter of size, and said in words', async () => {
    const small = await pagerank(generateRmat({ scale: 4, seed: 1 }))
    expect(small.device.kind).toBe('reference')
    expect(small.reason).toMatch(/^auto: 272 vertices and arcs together, plain/)
    const threaded = await pagerank(generateRmat({ scale: 4, seed: 1 }), { threads: 1 })
    expect(threaded.device).toMatchObject({ kind: 'wasm', threads: 1 })
    const large = await pagerank(generateRmat({ scale: 12, seed: 1 }))
    expect(large.device.kind).toBe('wasm')
    expect(large.reason).toMatch(/^auto: 69632 vertices and arcs together, WASM [\d.]+ ms, plain/)
  })
})

describe('topVertices', () => {
  const graph = graphFromEdges([
    ['b', 'a'],
    ['c', 'a'],
    ['d', 'e'],
  ])
  it('agrees with a full sort', () => {
    const seed = testSeed()
    for (let i = 0; i < count(100); i++) {
      const random = generateUniform({ vertexCount: 50, edgeCount: 10, seed: seed + i })
      const values = Float64Array.from({ length: 50 }, (_, v) => (v * 7919 * (i + 1)) % 13)
      const order = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b)
      const k = i % 60
      expect(topVertices(random, values, k).map(({ vertex }) => vertex)).toStrictEqual(
        order.slice(0, k),
      )
    }
  })
  it('names vertices', () => {
    expect(topVertices(graph, [1, 5, 5, 0, 2], 3)).toStrictEqual([
      { id: 'b', vertex: 1, value: 5 },
      { id: 'c', vertex: 2, value: 5 },
      { id: 'e', vertex: 4, value: 2 },
    ])
    expect(() => topVertices(graph, [1])).toThrow('"values" expected length 5')
    expect(() => topVertices(graph, [1, 2, 3, 4, 5], -1)).toThrow('"k"')
  })
})
