/** The generators: the same bits everywhere, sizes, skew, simple graphs. */

import { createHash } from 'node:crypto'
import { type Graph, generateRmat, generateUniform, generateWattsStrogatz } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { count, testSeed } from '../support/seed.js'

const hash = (graph: Graph) => createHash('sha256').update(graph.block).digest('hex').slice(0, 16)

function pairs(graph: Graph): [number, number][] {
  return Array.from({ length: graph.vertexCount }, (_, v) =>
    Array.from(graph.neighbors(v), (target): [number, number] => [v, target]),
  ).flat()
}

describe('generateRmat', () => {
  it('gives the same bits everywhere', () => {
    expect(hash(generateRmat({ scale: 10, seed: 42 }))).toBe('e52023dd9650d6dc')
    expect(hash(generateRmat({ scale: 10, seed: 43 }))).not.toBe('e52023dd9650d6dc')
  })

  it('has the sizes and the skew of its parameters', () => {
    const graph = generateRmat({ scale: 12, seed: 1 })
    expect([graph.vertexCount, graph.edgeCount]).toEqual([4096, 65_536])
    const degrees = Array.from({ length: 4096 }, (_, v) => graph.outDegree(v)).sort((a, b) => b - a)
    // The expected degree of the largest hub is m · 0.76^12 = 2434.
    expect(degrees[0]).toBeGreaterThan(1800)
    expect(degrees[0]).toBeLessThan(3000)
    expect(degrees.filter((degree) => degree === 0).length).toBeGreaterThan(800)
  })

  it('puts a to d of the edges into the quadrants', () => {
    const graph = generateRmat({ scale: 1, edgeFactor: 50_000, a: 0.4, b: 0.3, c: 0.2, seed: 5 })
    const shares = [0, 0, 0, 0]
    for (const [source, target] of pairs(graph)) shares[2 * source + target] += 1 / 100_000
    // Labels are shuffled: either order of rows and columns at once.
    const quadrants = shares[0] > shares[3] ? shares : shares.reverse()
    for (const [i, p] of [0.4, 0.3, 0.2, 0.1].entries()) expect(quadrants[i]).toBeCloseTo(p, 2)
  })

  it('drops loops and repeats when simple', () => {
    const options = { scale: 8, seed: 3 } as const
    const all = pairs(generateRmat(options)).filter(([a, b]) => a !== b)
    const arcs = pairs(generateRmat({ ...options, simple: true }))
    expect(new Set(arcs.map(String))).toEqual(new Set(all.map(String)))
    expect(arcs.length).toBe(new Set(all.map(String)).size)
    const graph = generateRmat({ ...options, simple: true, directed: false })
    const unordered = new Set(all.map(([a, b]) => String([Math.min(a, b), Math.max(a, b)])))
    expect(graph.edgeCount).toBe(unordered.size)
    expect(graph.arcCount).toBe(2 * unordered.size)
  })

  it('refuses bad options', () => {
    expect(() => generateRmat({ scale: 32 })).toThrow(RangeError)
    expect(() => generateRmat({ scale: 4, a: 0.9, b: 0.2 })).toThrow(/"b" expected/)
    expect(() => generateRmat({ scale: 4, seed: 1.5 })).toThrow(RangeError)
    expect(() => generateRmat(undefined as never)).toThrow(TypeError)
  })
})

describe('generateUniform', () => {
  it('gives the same bits everywhere, spread evenly', () => {
    const graph = generateUniform({ vertexCount: 1000, edgeCount: 100_000, seed: 7 })
    expect(hash(graph)).toBe('616d15b163352b81')
    const degrees = Array.from({ length: 1000 }, (_, v) => graph.outDegree(v))
    // Mean 100, standard deviation 10.
    expect(Math.max(...degrees)).toBeLessThan(160)
    expect(Math.min(...degrees)).toBeGreaterThan(40)
  })

  it('allows no edges, and undirected ones', () => {
    expect(generateUniform({ vertexCount: 3, edgeCount: 0 }).arcCount).toBe(0)
    const graph = generateUniform({ vertexCount: 50, edgeCount: 500, directed: false })
    const arcs = pairs(graph)
    const mirrored = arcs.map(([a, b]) => String([b, a])).sort()
    expect(arcs.map(String).sort()).toEqual(mirrored)
  })
})

/** The model as the paper tells it, with a set of edges. */
function naiveSmallWorld(n: number, neighbors: number, rewiring: number, seed: number) {
  const random = createRandom(seed)
  const key = (a: number, b: number) => `${Math.min(a, b)} ${Math.max(a, b)}`
  const present = new Set<string>()
  for (let lap = 1; lap <= neighbors / 2; lap++) {
    for (let v = 0; v < n; v++) present.add(key(v, (v + lap) % n))
  }
  const edges: [number, number][] = []
  for (let lap = 1; lap <= neighbors / 2; lap++) {
    for (let v = 0; v < n; v++) {
      let far = (v + lap) % n
      const degree = [...present].filter((edge) => edge.split(' ').includes(String(v))).length
      if (random.nextFloat() < rewiring && degree < n - 1) {
        let drawn = random.nextBelow(n)
        while (drawn === v || present.has(key(v, drawn))) drawn = random.nextBelow(n)
        present.delete(key(v, far))
        present.add(key(v, drawn))
        far = drawn
      }
      edges.push([v, far])
    }
  }
  return edges
}

describe('generateWattsStrogatz', () => {
  it('is the model that the paper describes, edge by edge', () => {
    const seed = testSeed()
    for (let i = 0; i < count(200); i++) {
      const random = createRandom(seed + i)
      const vertexCount = 1 + random.nextBelow(14)
      const neighbors = 2 * random.nextBelow(Math.floor((vertexCount - 1) / 2) + 1)
      const rewiring = [0, 1, random.nextFloat()][random.nextBelow(3)]
      const options = { vertexCount, neighbors, rewiring, seed: seed + i }
      const expected = naiveSmallWorld(vertexCount, neighbors, rewiring, seed + i)
      const arcs = pairs(generateWattsStrogatz({ ...options, directed: true }))
      // Rows keep the order of the laps.
      const sorted = expected.map(([a, b], at) => ({ a, b, at })).sort((x, y) => x.a - y.a)
      expect(arcs, JSON.stringify(options)).toEqual(sorted.map(({ a, b }) => [a, b]))
    }
  })

  it('has its degrees and edges, simple for every rewiring', () => {
    const [vertexCount, neighbors, seed] = [2000, 8, testSeed()]
    for (const rewiring of [0, 0.1, 1]) {
      const graph = generateWattsStrogatz({ vertexCount, neighbors, rewiring, seed })
      expect([graph.directed, graph.edgeCount]).toEqual([false, 8000])
      const arcs = pairs(graph)
      expect(new Set(arcs.map(String)).size).toBe(16_000)
      expect(arcs.every(([a, b]) => a !== b)).toBe(true)
      // Half of the edges of each vertex have their near end there, which is never moved.
      const degrees = Array.from({ length: vertexCount }, (_, v) => graph.outDegree(v))
      expect(Math.min(...degrees)).toBeGreaterThanOrEqual(neighbors / 2)
      const away = arcs.filter(([a, b]) => {
        const ahead = (b - a + vertexCount) % vertexCount
        return Math.min(ahead, vertexCount - ahead) > neighbors / 2
      })
      const share = away.length / arcs.length
      // Five standard deviations of 8000 draws; a moved end falls near the ring once in 250.
      expect(Math.abs(share - rewiring)).toBeLessThan(0.03)
      if (rewiring === 0) expect(share).toBe(0)
    }
  })

  it('gives the same bits everywhere', () => {
    const options = { vertexCount: 1000, neighbors: 10, rewiring: 0.2, seed: 7 }
    expect(hash(generateWattsStrogatz(options))).toBe('d55dff263691e0aa')
  })

  it('refuses bad options', () => {
    const good = { vertexCount: 10, neighbors: 4, rewiring: 0.5 }
    const call = (options: object) => () => generateWattsStrogatz({ ...good, ...options })
    expect(call({ neighbors: 3 })).toThrow(/"neighbors" expected even number, got 3/)
    expect(call({ neighbors: 10 })).toThrow(RangeError)
    expect(call({ rewiring: 1.5 })).toThrow(/"rewiring" expected/)
    expect(call({ simple: true })).toThrow(/no option "simple"/)
    expect(call({ directed: 1 })).toThrow(TypeError)
    expect(generateWattsStrogatz({ ...good, neighbors: 0 }).edgeCount).toBe(0)
  })
})
