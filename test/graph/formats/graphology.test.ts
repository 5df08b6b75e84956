/**
 * graphology's graphs: round trips through its own classes and its JSON, the ranks that
 * graphology-metrics gives, and refusals that name the place.
 */

import { DirectedGraph, MultiGraph, UndirectedGraph } from 'graphology'
import {
  type Graph,
  GraphFormatError,
  graphFromEdges,
  graphFromGraphology,
  graphToGraphology,
  pagerank,
  readGraph,
  writeGraph,
} from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/random.js'
import { failureOf } from '../../support/failure.js'
import { graphCase, shapeOf } from '../../support/graph-cases.js'
import { Graphology, theirPagerank } from '../../support/graphology.js'
import { inPieces } from '../../support/pieces.js'
import { count, testSeed } from '../../support/seed.js'

const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json, null, 1))
const cases = (fullCount: number) =>
  Array.from({ length: count(fullCount) }, (_, i) => testSeed() + i)

describe('round trips', () => {
  it('through an instance keep ids, isolated vertices, weights, parallel edges and loops', () => {
    for (const seed of cases(500)) {
      const graph = graphCase(seed)
      const weights = graph.weights !== undefined
      const instance = graphToGraphology(graph, Graphology)
      expect(instance.order).toBe(graph.vertexCount)
      expect(instance.size).toBe(graph.edgeCount)
      expect(instance.type).toBe(graph.directed ? 'directed' : 'undirected')
      const back = graphFromGraphology(instance, { weights })
      expect(shapeOf(back), `seed ${seed}`).toEqual(shapeOf(graph))
    }
  })

  it('through the JSON that graphology writes', async () => {
    for (const seed of cases(500)) {
      const graph = graphCase(seed)
      const weights = graph.weights !== undefined
      const bytes = bytesOf(graphToGraphology(graph, Graphology))
      const source = seed % 2 === 0 ? bytes : inPieces(bytes, seed)
      const back = await readGraph(source, { weights })
      expect(shapeOf(back), `seed ${seed}`).toEqual(shapeOf(graph))
    }
  })

  it('through the JSON that writeGraph writes, which graphology takes', async () => {
    for (const seed of cases(500)) {
      const graph = graphCase(seed)
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const text = new Response(readable).text()
      await writeGraph(graph, writable, { format: 'graphology' })
      const document = JSON.parse(await text)
      const instance = Graphology.from(document)
      const weights = graph.weights !== undefined
      expect(shapeOf(graphFromGraphology(instance, { weights }))).toEqual(shapeOf(graph))
      const back = await readGraph(bytesOf(document), { weights })
      expect(shapeOf(back), `seed ${seed}`).toEqual(shapeOf(graph))
    }
  })

  it('keep text that looks like integers as text when told to', () => {
    const graph = graphFromEdges([['1', '2']])
    const instance = graphToGraphology(graph, Graphology)
    expect(graphFromGraphology(instance).idKind).toBe('integer')
    expect(shapeOf(graphFromGraphology(instance, { ids: 'string' }))).toEqual(shapeOf(graph))
    const other = graphToGraphology(graphFromEdges([['1', '02']]), Graphology)
    expect(() => graphFromGraphology(other, { ids: 'integer' })).toThrow(
      /node "02" is no unsigned integer/,
    )
  })

  it('take members of the document in any order, and pass others over', async () => {
    const document = {
      more: { nodes: [{ key: 'x' }], text: 'a"}]\\' },
      edges: [{ source: 'b', target: 'a' }],
      nodes: [{ key: 'a', attributes: { nodes: [1] } }, { key: 'b' }],
      attributes: { name: 'test' },
      options: { type: 'undirected' },
    }
    const graph = await readGraph(bytesOf(document))
    expect(graph.directed).toBe(false)
    expect(graph.edgeCount).toBe(1)
  })
})

describe('edges of both kinds', () => {
  const mixed = new MultiGraph()
  for (const key of ['a', 'b', 'c']) mixed.addNode(key)
  mixed.addDirectedEdge('a', 'b', { weight: 2 })
  mixed.addUndirectedEdge('b', 'c')
  mixed.addUndirectedEdge('c', 'c')

  it('are an error unless "directed" says what to do', async () => {
    expect(() => graphFromGraphology(mixed)).toThrow(/mixed: 1 edges are directed, 2 are not/)
    const error = await failureOf(readGraph(bytesOf(mixed)))
    expect(error).toBeInstanceOf(GraphFormatError)
    expect(error.message).toMatch(/mixed.*directed: true.*directed: false/)
  })

  it.each([true, false])('directed: %s', async (directed) => {
    const expected = directed ? ['01', '12', '21', '22'] : ['01', '10', '12', '21', '22']
    const arcsOf = (graph: Graph) =>
      Array.from({ length: 3 }, (_, v) => Array.from(graph.neighbors(v), (t) => `${v}${t}`)).flat()
    expect(arcsOf(graphFromGraphology(mixed, { directed }))).toEqual(expected)
    expect(arcsOf(await readGraph(bytesOf(mixed), { directed }))).toEqual(expected)
  })

  it('are not there in a mixed graph that has one kind only, as by default', () => {
    const plain = new Graphology()
    plain.mergeEdge('a', 'b')
    expect(graphFromGraphology(plain).directed).toBe(true)
    const undirected = new Graphology()
    undirected.mergeUndirectedEdge('a', 'b')
    expect(graphFromGraphology(undirected).directed).toBe(false)
    expect(graphFromGraphology(undirected, { directed: true }).arcCount).toBe(2)
    expect(graphFromGraphology(new DirectedGraph().import(plain.export())).edgeCount).toBe(1)
  })
})

describe('ranks', () => {
  /** An instance with positive weights, or some without; mixed ones too. */
  function instanceOf(seed: number) {
    const random = createRandom(seed)
    const type = (['directed', 'undirected', 'mixed'] as const)[seed % 3]
    const instance = new MultiGraph({ type })
    const order = 1 + random.nextBelow(60)
    for (let v = 0; v < order; v++) instance.addNode(v)
    for (let i = random.nextBelow(4 * order + 1); i > 0; i--) {
      const ends = [random.nextBelow(order), random.nextBelow(random.nextBelow(order) + 1)]
      const attributes = random.nextBelow(4) > 0 ? { weight: 0.01 + random.nextFloat() } : {}
      const undirected = type === 'undirected' || (type === 'mixed' && random.nextBelow(2) === 0)
      if (undirected) instance.addUndirectedEdge(ends[0], ends[1], attributes)
      else instance.addDirectedEdge(ends[0], ends[1], attributes)
    }
    // Theirs takes room for two arcs of an undirected self-loop and fills one; what is left over
    // counts as arcs of weight 0 of the last node, and divides by 0 when it has no other.
    if (type === 'undirected') instance.addUndirectedEdge(order - 1, 0)
    if (type === 'mixed') instance.addDirectedEdge(order - 1, 0)
    // Where it makes room for 256 arcs, it keeps that number in a byte, and loses the last node's.
    const room = instance.directedSize + 2 * instance.undirectedSize
    if (room === 256) instance.addEdge(order - 1, 0)
    return instance
  }

  // Both spread the mass of dangling vertices over all; an edge without a weight weighs 1.
  it.each([false, true])('are those of graphology-metrics, weighted: %s', async (weighted) => {
    for (const seed of cases(100)) {
      const instance = instanceOf(seed)
      const tolerance = 1e-13
      const theirs = theirPagerank(instance, {
        getEdgeWeight: weighted ? 'weight' : null,
        tolerance,
        maxIterations: 1000,
      })
      const directed = instance.type === 'mixed' ? true : undefined
      const graph = graphFromGraphology(instance, { weights: weighted, directed })
      const result = await pagerank(graph, { tolerance, maxIterations: 1000, device: 'reference' })
      let distance = 0
      for (let v = 0; v < graph.vertexCount; v++) {
        distance += Math.abs(result.ranks[v] - theirs[String(graph.idOf(v))])
      }
      // Theirs stops at N times the tolerance; d / (1 - d) of that is how far it can be.
      const bound = result.errorBound + (0.85 / 0.15) * graph.vertexCount * tolerance
      expect(distance, `seed ${seed}`).toBeLessThanOrEqual(bound)
    }
  })

  it('are there when all edges of a node weigh 0, where graphology-metrics gives up', async () => {
    const instance = new DirectedGraph()
    instance.mergeEdge('a', 'b', { weight: 0 })
    expect(() => theirPagerank(instance, { getEdgeWeight: 'weight' })).toThrow(/failed to converge/)
    const { ranks } = await pagerank(graphFromGraphology(instance, { weights: true }))
    expect([...ranks]).toEqual([0.5, 0.5])
  })
})

describe('refusals', () => {
  const node = (key: unknown) => ({ key })
  const edge = (more: object = {}) => ({ key: 'e', source: 'a', target: 'b', ...more })
  const weight = (value: unknown) => edge({ attributes: { weight: value } })
  const bad: [string, unknown, RegExp][] = [
    ['no lists', {}, /no graph: it has neither "nodes" and "edges"/],
    ['no edges', { nodes: [node('a')] }, /no list "edges"/],
    ['no nodes', { nodes: [], edges: [] }, /has no nodes/],
    ['nodes as an object', { nodes: {}, edges: [] }, /:2: "nodes" expected a list/],
    [
      'a node without a key',
      { nodes: [{}], edges: [] },
      /:3: node 0 expected an object with "key"/,
    ],
    ['a node as text', { nodes: ['a'], edges: [] }, /:3: node 0 expected an object/],
    ['an empty key', { nodes: [node('')], edges: [] }, /:3: node 0 is an empty string/],
    ['a node twice', { nodes: [node('a'), node('a')], edges: [] }, /:6: node "a" is listed twice/],
    ['a strange key', { nodes: [node([1])], edges: [] }, /:3: node 0 expected text, got Array/],
    ['a half of a character', { nodes: [node('\ud800')], edges: [] }, /node 0 is not well-formed/],
    [
      'an end that is no node',
      { nodes: [node('a')], edges: [edge()] },
      /:8: target of edge "e" is "b", which is no node/,
    ],
    [
      'an end that is no node, edges first',
      { edges: [edge()], nodes: [node('b')] },
      /an edge names "a", which is no node/,
    ],
    [
      'an edge without a target',
      { nodes: [node('a')], edges: [{ source: 'a' }] },
      /target of edge 0 expected text, got undefined/,
    ],
    [
      'a type that is none',
      { options: { type: 'tree' }, nodes: [node('a')], edges: [] },
      /:2: "options" expected .* got "tree"/,
    ],
    [
      'a directed edge in an undirected graph',
      {
        options: { type: 'undirected' },
        nodes: [node('a'), node('b')],
        edges: [edge({ undirected: false })],
      },
      /type undirected, yet has a directed edge/,
    ],
    [
      'an undirected edge in a directed graph',
      {
        options: { type: 'directed' },
        nodes: [node('a'), node('b')],
        edges: [edge({ undirected: true })],
      },
      /type directed, yet has an undirected edge/,
    ],
    [
      'an "undirected" that is no boolean',
      { nodes: [node('a'), node('b')], edges: [edge({ undirected: 1 })] },
      /"undirected" of edge 0 expected true or false, got 1/,
    ],
    ...['heavy', null, -1, [1]].map((value): [string, unknown, RegExp] => [
      `a weight of ${JSON.stringify(value)}`,
      { nodes: [node('a'), node('b')], edges: [weight(value)] },
      /:11: attribute "weight" of edge "e" expected finite number ≥ 0/,
    ]),
  ]

  it.each(bad)('%s', async (_what, document, message) => {
    const reading = readGraph(bytesOf(document), { format: 'graphology', weights: true })
    const error = await failureOf(reading)
    expect(error).toBeInstanceOf(GraphFormatError)
    expect(error.message).toMatch(message)
  })

  it('bytes of which one was changed, or that end early', async () => {
    const instance = graphToGraphology(graphCase(7, { weighted: true }), Graphology)
    const bytes = new TextEncoder().encode(JSON.stringify(instance))
    const random = createRandom(testSeed())
    for (let i = 0; i < count(2000); i++) {
      const at = random.nextBelow(bytes.length)
      const changed = i % 2 === 0 ? bytes.slice(0, at) : bytes.slice()
      if (i % 2 === 1) changed[at] = random.nextBelow(256)
      const error = await readGraph(changed, { format: 'graphology', weights: true }).then(
        () => undefined,
        (thrown) => thrown,
      )
      // A changed byte in a key or a number may leave a graph, of which only graphology could say
      // that it is another one; an end that is missing never does.
      if (i % 2 === 0 || error !== undefined) expect(error).toBeInstanceOf(GraphFormatError)
      if (error === undefined) JSON.parse(new TextDecoder().decode(changed))
    }
  })

  it('what is no instance, and options that say nothing', () => {
    expect(() => graphFromGraphology({} as never)).toThrow(TypeError)
    expect(() => graphFromGraphology(null as never)).toThrow(/graph of graphology, got null/)
    const instance = new UndirectedGraph()
    expect(() => graphFromGraphology(instance)).toThrow(/no nodes/)
    expect(() => graphFromGraphology(instance, { weights: 3 as never })).toThrow(TypeError)
    expect(() => graphToGraphology(graphCase(1), {} as never)).toThrow(/class of graphology/)
    const heavy = new DirectedGraph()
    heavy.mergeEdgeWithKey('k', 'a', 'b', { cost: Number.NaN })
    expect(() => graphFromGraphology(heavy, { weights: 'cost' })).toThrow(
      /attribute "cost" of edge "k" expected finite number/,
    )
  })

  it('an abort', async () => {
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    expect(await failureOf(readGraph(bytesOf({}), { signal }))).toBe(reason)
  })
})
