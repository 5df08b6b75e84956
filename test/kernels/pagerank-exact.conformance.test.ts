/**
 * PageRank in fixed point: the same bits on every device, in Node and in pages, within its bound of
 * dense linear algebra.
 */

import {
  type Device,
  type Graph,
  generateRmat,
  graphFromEdges,
  openDevice,
  type PagerankOptions,
  pagerank,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../dist/random.js'
import { densePagerank, l1Distance } from '../support/dense-pagerank.js'
import { candidates } from '../support/devices.js'
import { namedGraphs, randomGraph } from '../support/graphs.js'
import { count, testSeed } from '../support/seed.js'

const PRESETS = [undefined, undefined, 'networkx', 'igraph', 'ldbc', 'gds'] as const

/** Options that a seed draws, for a graph. */
function drawOptions(graph: Graph, seed: number): PagerankOptions<'exact'> {
  const random = createRandom(seed)
  const n = graph.vertexCount
  const vector = () => Float64Array.from({ length: n }, () => random.nextFloat() + 2 ** -60)
  const isPicked = () => random.nextBelow(3) === 0
  return {
    precision: 'exact',
    damping: [0, 0.3, 0.85, 0.85, 0.99, 1 / 3][random.nextBelow(6)],
    preset: PRESETS[random.nextBelow(PRESETS.length)],
    ...(isPicked() && { personalization: vector() }),
    ...(isPicked() && { start: vector() }),
    ...(isPicked() ? { iterations: 1 + random.nextBelow(40) } : { maxIterations: 300 }),
    ...(isPicked() && { weighted: false }),
  }
}

/** Everything that has to be the same. */
async function answerOf(graph: Graph, options: PagerankOptions<'exact'>) {
  const { ranks, iterations, residual, converged, errorBound } = await pagerank(graph, options)
  return { ranks, iterations, residual, converged, errorBound }
}

for (const { name, options, missing } of await candidates()) {
  if (options.kind === 'reference') continue
  describe.skipIf(missing !== undefined)(`exact PageRank on ${name}`, () => {
    let device: Device
    let reference: Device
    beforeAll(async () => {
      device = await openDevice(options)
      reference = await openDevice({ kind: 'reference' })
    })
    afterAll(() => Promise.all([device.dispose(), reference.dispose()]))

    async function expectSameBits(graph: Graph, own: PagerankOptions<'exact'>, what: string) {
      const expected = await answerOf(graph, { ...own, device: reference })
      expect(await answerOf(graph, { ...own, device }), what).toStrictEqual(expected)
      return expected
    }

    it.each(Object.entries(namedGraphs()))(
      'has the bits of plain JavaScript: %s',
      async (what, graph) => {
        const { ranks, errorBound } = await expectSameBits(graph, { precision: 'exact' }, what)
        expect(l1Distance(ranks, densePagerank(graph))).toBeLessThanOrEqual(errorBound + 1e-14)
      },
    )

    it(`has the bits of plain JavaScript, ${count(200)} seeded graphs`, async () => {
      for (let i = 0; i < count(200); i++) {
        const seed = (testSeed() + i) >>> 0
        const graph = randomGraph(seed)
        await expectSameBits(graph, drawOptions(graph, seed), `seed ${seed}`)
      }
    })

    it('has them where rows are long, and many', async () => {
      const seed = testSeed()
      const edges = Array.from({ length: 9000 }, (_, i): [number, number, number] => [
        ...([i, i % 3, 1 + (i % 7) / 8] as const),
      ])
      const own = { precision: 'exact', iterations: 3 } as const
      await expectSameBits(graphFromEdges(edges, { directed: true }), own, 'hubs')
      await expectSameBits(graphFromEdges(edges), { ...own, weighted: false }, 'hubs, both ways')
      await expectSameBits(generateRmat({ scale: 11, seed }), own, `R-MAT of seed ${seed}`)
    })

    it('takes any tolerance, and fills what it is given', async () => {
      const graph = namedGraphs()['dangling vertices']
      for (const tolerance of [0, 1e-18, 1e-3, 0.5, 2, 1e300]) {
        const own = { precision: 'exact', tolerance, maxIterations: 400 } as const
        const { residual, converged } = await expectSameBits(graph, own, `${tolerance}`)
        expect(residual <= tolerance).toBe(converged)
      }
      const into = new Float64Array(graph.vertexCount)
      const result = await pagerank(graph, { precision: 'exact', into, device })
      expect(result.ranks).toBe(into)
      const single = new Float32Array(graph.vertexCount)
      const wrong = pagerank(graph, { precision: 'exact', into: single as never, device })
      await expect(wrong).rejects.toThrow('"into" expected Float64Array for exact')
    })

    it('goes on as if it had not stopped, where doubles hold the ranks', async () => {
      // Ranks of few bits: a cycle keeps them.
      const graph = graphFromEdges(
        [
          [0, 1],
          [1, 2],
          [2, 3],
          [3, 0],
        ],
        { directed: true },
      )
      const start = Float64Array.of(0.5, 0.25, 0.125, 0.125)
      const own = { precision: 'exact', damping: 0.5, device } as const
      const half = await pagerank(graph, { ...own, start, iterations: 4 })
      const rest = await pagerank(graph, { ...own, start: half.ranks, iterations: 4 })
      const whole = await pagerank(graph, { ...own, start, iterations: 8 })
      expect(rest.ranks).toStrictEqual(whole.ranks)
    })
  })
}

describe('exact PageRank in plain JavaScript', () => {
  it('is what its definition says, by hand', async () => {
    const graph = graphFromEdges(
      [
        [0, 1],
        [0, 2],
        [1, 2],
      ],
      { directed: true },
    )
    const own = { precision: 'exact', damping: 0.5, iterations: 1, device: 'reference' } as const
    const { ranks } = await pagerank(graph, own)
    const one = 2n ** 62n
    const times = (rank: bigint, fraction: bigint) => (rank * fraction + one) / (2n * one)
    const third = (one + 1n) / 3n
    const jump = one - one / 2n + times(third, one)
    const base = times(jump, (2n * one + 1n) / 3n)
    const links = [0n, times(third, one), times(third, one) + times(third, 2n * one)]
    const expected = links.map((link) => Number(base + times(link, one)) / 2 ** 62)
    expect(Array.from(ranks)).toEqual(expected)
  })

  it('stays within its bound of dense linear algebra, and near it', async () => {
    for (let i = 0; i < count(200); i++) {
      const seed = (testSeed() + 7000 + i) >>> 0
      const graph = randomGraph(seed)
      const damping = [0.3, 0.85, 0.95][i % 3]
      const tight = { tolerance: 1e-17, maxIterations: 2000 } as const
      const own = { precision: 'exact', damping, ...tight, device: 'reference' } as const
      const { ranks, errorBound } = await pagerank(graph, own)
      const distance = l1Distance(ranks, densePagerank(graph, { damping }))
      // The oracle's own rounding.
      expect(distance, `seed ${seed}`).toBeLessThanOrEqual(errorBound + 1e-14)
      expect(errorBound, `seed ${seed}`).toBeLessThan(1e-13)
    }
  })
})
