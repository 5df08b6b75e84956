import { createHash } from 'node:crypto'
import { type Graph, generateRmat, generateUniform } from 'ticktickclock'
import { describe, expect, it } from 'vitest'

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
