import fc from 'fast-check'
import { Graph, graphFromEdges, type VertexId } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { type NaiveEdge, naiveRows, rowsOf, sortedIds } from '../support/naive-graph.js'
import { count, testSeed } from '../support/seed.js'

describe('graphFromEdges', () => {
  it('equals the naive graph for any ids, weights and direction', () => {
    const integer = fc.oneof(fc.nat(20), fc.nat(2 ** 31), fc.bigInt(0n, 2n ** 64n - 1n))
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    const edgesOf = (id: fc.Arbitrary<VertexId>) =>
      fc.array(fc.tuple(id, id, fc.double({ min: 0, max: 1e9, noNaN: true })), { minLength: 1 })
    const property = fc.property(
      fc.oneof(edgesOf(integer), edgesOf(fc.nat(5)), edgesOf(text)),
      fc.boolean(),
      fc.boolean(),
      (edges, directed, weighted) => {
        const tuples = edges.map(
          ([a, b, w]) => (weighted ? [a, b, w] : [a, b]) as [VertexId, VertexId],
        )
        const graph = graphFromEdges(tuples, { directed })
        const named = edges.map(([a, b, w]) => [String(a), String(b), w + 0] as NaiveEdge)
        const integers = typeof edges[0][0] !== 'string'
        const ids = sortedIds(
          named.flatMap((edge) => edge.slice(0, 2) as string[]),
          integers,
        )
        expect(rowsOf(graph)).toEqual(naiveRows(named, ids, directed, weighted))
        expect(graph.edgeCount).toBe(edges.length)
        const dense = integers && ids.every((id, i) => id === String(i))
        expect(graph.idKind).toBe(integers ? (dense ? 'dense' : 'integer') : 'string')
        for (let v = 0; v < graph.vertexCount; v++) expect(graph.indexOf(graph.idOf(v))).toBe(v)
        expect(rowsOf(Graph.fromBlock(graph.block))).toEqual(rowsOf(graph))
      },
    )
    fc.assert(property, { seed: testSeed(), numRuns: count(2000) })
  })

  it('takes typed columns, and isolated vertices by count or by name', () => {
    const sources = Uint32Array.of(0, 2, 2)
    const graph = graphFromEdges({ sources, targets: [1, 1, 0] }, { vertexCount: 5 })
    expect([...graph.offsets]).toEqual([0, 1, 1, 3, 3, 3])
    expect(graph.idKind).toBe('dense')
    const wide = graphFromEdges({
      sources: BigUint64Array.of(2n ** 63n),
      targets: BigUint64Array.of(1n),
      weights: Float32Array.of(0.5),
    })
    expect(rowsOf(wide)).toEqual([
      { id: '1', arcs: [] },
      { id: '9223372036854775808', arcs: ['1 0.5'] },
    ])
    const named = graphFromEdges([['b', 'a']], { vertices: ['z', 'a'] })
    expect(rowsOf(named).map(({ id }) => id)).toEqual(['a', 'b', 'z'])
    expect(graphFromEdges([], { vertexCount: 3 }).vertexCount).toBe(3)
    expect(graphFromEdges([], { vertices: [7] }).idOf(0)).toBe(7)
  })

  const bad: [string, unknown, object | undefined, new () => Error, RegExp][] = [
    ['nothing', [], undefined, RangeError, /"edges" is empty/],
    ['a string', 'ab', undefined, TypeError, /"edges" expected/],
    ['a short edge', [[1]], undefined, TypeError, /edge 0 expected/],
    [
      'mixed kinds',
      [
        [1, 2],
        [1, 'a'],
      ],
      undefined,
      TypeError,
      /target of edge 1/,
    ],
    ['an object id', [[1, {}]], undefined, TypeError, /target of edge 0/],
    [
      'a negative id',
      [
        [1, 2],
        [-1, 2],
      ],
      undefined,
      RangeError,
      /source of edge 1.*-1/,
    ],
    ['a fraction', [[1.5, 2]], undefined, RangeError, /source of edge 0.*1.5/],
    ['NaN', [[Number.NaN, 2]], undefined, RangeError, /source of edge 0/],
    ['an unsafe number', [[2 ** 60, 2]], undefined, RangeError, /as bigint/],
    ['a 65-bit id', [[2n ** 64n, 2]], undefined, RangeError, /source of edge 0/],
    ['a lone surrogate', [['\ud800', 'b']], undefined, RangeError, /not well-formed/],
    ['an empty id', [['', 'b']], undefined, RangeError, /empty string/],
    ['a negative weight', [[1, 2, -1]], undefined, RangeError, /weight of edge 0/],
    ['an infinite weight', [[1, 2, Infinity]], undefined, RangeError, /weight of edge 0/],
    ['a NaN weight', [[1, 2, Number.NaN]], undefined, RangeError, /weight of edge 0/],
    [
      'a missing weight',
      [
        [1, 2, 1],
        [1, 2],
      ],
      undefined,
      TypeError,
      /weight of edge 1/,
    ],
    [
      'a late weight',
      [
        [1, 2],
        [1, 2, 1],
      ],
      undefined,
      TypeError,
      /edge 1 has a weight/,
    ],
    [
      'an infinite sum',
      [
        [1, 2, 1e308],
        [1, 3, 1e308],
      ],
      undefined,
      RangeError,
      /vertex 1 sum/,
    ],
    ['an id beyond the count', [[1, 5]], { vertexCount: 5 }, RangeError, /target of edge 0/],
    ['both options', [[1, 2]], { vertexCount: 5, vertices: [1] }, TypeError, /exclude/],
    ['an unknown option', [[1, 2]], { direct: true }, TypeError, /no option "direct"/],
    ['uneven columns', { sources: [1], targets: [] }, undefined, RangeError, /"targets"/],
  ]
  for (const [what, edges, options, type, message] of bad) {
    it(`refuses ${what}`, () => {
      const call = () => graphFromEdges(edges as [number, number][], options)
      expect(call).toThrow(type)
      expect(call).toThrow(message)
    })
  }

  it('allows weights of one vertex up to the largest double', () => {
    const graph = graphFromEdges([
      [0, 1, 1e308],
      [1, 0, 1e308],
      [1, 1, 0],
    ])
    expect(graph.weights?.[0]).toBe(1e308)
  })
})
