/** `defineVertexProgram`: what each part of a definition does, its types, and its mistakes. */

import fc from 'fast-check'
import { type Graph, graphFromEdges } from 'ticktickclock'
import { DefinitionError, run } from 'ticktickclock/bsp'
import { defineVertexProgram, type VertexProgramDefinition } from 'ticktickclock/programs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { arcsOf } from '../support/graph-oracles.js'
import { randomGraph } from '../support/graphs.js'
import { count, testSeed } from '../support/seed.js'

const seed = testSeed()
const PROCESSORS = [1, 2, 3, 8]

/** One iteration that keeps what was gathered from vertices that send a number of their own. */
function gatherOnce(
  definition: Pick<
    VertexProgramDefinition<{ all: 'f64' }, Record<never, never>, never>,
    'direction' | 'edge' | 'combine' | 'gather' | 'starts'
  >,
) {
  return defineVertexProgram({
    name: 'gather once',
    value: { all: 'f64' },
    initialize: { all: (vertex) => numberOf(vertex.index) },
    message: (vertex) => vertex.all,
    apply: { all: (_vertex, gathered) => gathered },
    converged: ({ iteration }) => iteration === 1,
    ...definition,
  })
}

const numberOf = (index: number) => ((index * 7919) % 101) - 50 + index / 7

async function values(program: ReturnType<typeof gatherOnce>, graph: Graph): Promise<number[]> {
  const results: number[][] = []
  for (const processors of PROCESSORS) {
    const { result } = await run(program, { input: { graph }, processors })
    results.push(Array.from(result.values.all))
    expect(results.at(-1), `p = ${processors}`).toEqual(results[0])
  }
  return results[0]
}

/** What each vertex should gather: messages along each arc, in the order of sources. */
function expected(
  graph: Graph,
  direction: 'out' | 'in' | 'both',
  start: number,
  join: (all: number, message: number, weight: number) => number,
): number[] {
  const all: number[] = new Array(graph.vertexCount).fill(start)
  for (const { from, to, weight } of arcsOf(graph)) {
    if (direction !== 'in') all[to] = join(all[to], numberOf(from), weight)
    if (direction !== 'out' && graph.directed) all[from] = join(all[from], numberOf(to), weight)
    if (direction === 'in' && !graph.directed) all[from] = join(all[from], numberOf(to), weight)
  }
  return all
}

const DIRECTIONS = ['out', 'in', 'both'] as const

describe('gathering, on random graphs', () => {
  const graphs = fc.integer({ min: 0, max: 2 ** 31 }).map((each) => randomGraph(each, 40))
  const check = (property: (graph: Graph) => Promise<void>) =>
    fc.assert(fc.asyncProperty(graphs, property), { seed, numRuns: count(300) })

  it.each(DIRECTIONS)('minimum, maximum and sum, direction %s', async (direction) => {
    await check(async (graph) => {
      const least = gatherOnce({ combine: 'min', direction, gather: 'all' })
      expect(await values(least, graph)).toEqual(
        expected(graph, direction, Infinity, (all, message) => Math.min(all, message)),
      )
      const most = gatherOnce({ combine: 'max', direction, gather: 'all', edge: 'multiply' })
      expect(await values(most, graph)).toEqual(
        expected(graph, direction, -Infinity, (all, message, weight) =>
          Math.max(all, message * weight + 0),
        ),
      )
      const sum = await values(gatherOnce({ combine: 'sum', direction, edge: 'add' }), graph)
      const exact = expected(graph, direction, 0, (all, message, weight) => all + message + weight)
      for (const [v, each] of exact.entries()) expect(sum[v]).toBeCloseTo(each, 9)
    })
  })

  it('functions of your own for arcs and combinations', async () => {
    await check(async (graph) => {
      const edge = (message: number, weight: number) => message - 2 * weight
      const least = gatherOnce({ combine: 'min', edge, gather: 'all' })
      expect(await values(least, graph)).toEqual(
        expected(graph, 'out', Infinity, (all, message, weight) =>
          Math.min(all, message - 2 * weight),
        ),
      )
      const combine = { identity: 1, combine: (a: number, b: number) => (a * b) % 1009 }
      const product = await values(gatherOnce({ combine }), graph)
      const exact = expected(graph, 'out', 1, (all, message) => (all * message) % 1009)
      // Of directed graphs arcs come in the order of sources; of undirected ones as they stand.
      if (graph.directed) expect(product).toEqual(exact)
    })
  })

  it('of changed neighbours only: as of all where nobody else sends', async () => {
    await check(async (graph) => {
      const starts = ({ index }: { index: number }) => index % 3 === 0
      for (const combine of ['min', 'max', 'sum'] as const) {
        const changed = await values(gatherOnce({ combine, starts, gather: 'changed' }), graph)
        const all = await values(gatherOnce({ combine, starts, gather: 'all' }), graph)
        const reached = new Set(
          arcsOf(graph).flatMap(({ from, to }) => (starts({ index: from }) ? [to] : [])),
        )
        for (const [v, each] of all.entries()) {
          const isReached = reached.has(v) && (combine !== 'sum' || each !== 0)
          expect(changed[v], `${combine}, vertex ${v}`).toBe(isReached ? each : numberOf(v))
        }
      }
    })
  })
})

describe('the parts of a definition', () => {
  const square = graphFromEdges(
    [
      [0, 1, 2],
      [1, 2, 0.5],
      [2, 3, 1],
      [0, 3, 3],
    ],
    { vertexCount: 5 },
  )

  it('facts of a vertex, with columns of several types and parameters', async () => {
    const program = defineVertexProgram({
      name: 'facts',
      parameters: { factor: 2, offset: 'number' },
      value: { degree: 'u8', weight: 'f32', rest: 'i32' },
      edge: 'multiply',
      initialize: {
        degree: (vertex) => vertex.outDegree,
        weight: (vertex) => vertex.outWeight,
        rest: ({ index }, { vertexCount, arcCount, parameters: { factor, offset } }) =>
          index * factor + offset + 100 * vertexCount + 1000 * arcCount,
      },
      message: () => 0,
      combine: 'sum',
      apply: {
        degree: (vertex) => vertex.degree,
        weight: (vertex) => vertex.weight,
        rest: (vertex) => vertex.rest,
      },
    })
    for (const processors of PROCESSORS) {
      const input = { graph: square, offset: -7 }
      const { result, reason } = await run(program, { input, processors })
      expect(result.values).toEqual({
        degree: Uint8Array.of(2, 1, 1, 0, 0),
        weight: Float32Array.of(5, 0.5, 1, 0, 0),
        rest: Int32Array.of(4493, 4495, 4497, 4499, 4501),
      })
      expect({ iterations: result.iterations, reason }).toEqual({
        iterations: 1,
        reason: 'converged',
      })
    }
  })

  it('degrees follow the direction', async () => {
    const degrees = async (direction: 'in' | 'both') => {
      const program = defineVertexProgram({
        name: 'degrees',
        direction,
        value: { degree: 'u32', weight: 'f64' },
        edge: 'add',
        initialize: { degree: (v) => v.outDegree, weight: (v) => v.outWeight },
        message: () => 0,
        combine: 'max',
        apply: { degree: (v) => v.degree, weight: (v) => v.weight },
      })
      const { result } = await run(program, { input: { graph: square }, processors: 3 })
      return [Array.from(result.values.degree), Array.from(result.values.weight)]
    }
    expect(await degrees('in')).toEqual([
      [0, 1, 1, 2, 0],
      [0, 2, 0.5, 4, 0],
    ])
    expect(await degrees('both')).toEqual([
      [2, 2, 2, 2, 0],
      [5, 2.5, 1.5, 4, 0],
    ])
  })

  it('aggregates: sum, least and greatest, of after and before', async () => {
    const program = defineVertexProgram({
      name: 'aggregates',
      value: { x: 'f64' },
      initialize: { x: (vertex) => vertex.index },
      message: (vertex) => vertex.x,
      combine: 'sum',
      aggregate: {
        total: { combine: 'sum', value: (after) => after.x },
        change: { combine: 'max', value: (after, before) => after.x - before.x },
        least: { combine: 'min', value: (after) => after.x },
      },
      apply: { x: (vertex, _gathered, { aggregates }) => vertex.x + aggregates.total },
      converged: ({ iteration }) => iteration === 2,
    })
    for (const processors of PROCESSORS) {
      const { result } = await run(program, { input: { graph: square }, processors })
      // 0 … 4 sum to 10; plus 10 each to 60; plus 60 each.
      expect(Array.from(result.values.x)).toEqual([70, 71, 72, 73, 74])
      expect(result).toMatchObject({
        iterations: 2,
        aggregates: { total: 360, change: 60, least: 70 },
      })
    }
  })

  it('sums of aggregates have the same bits for every number of processors', async () => {
    const program = defineVertexProgram({
      name: 'bits',
      value: { x: 'f64' },
      initialize: { x: (vertex) => 1 / (vertex.index + 1) },
      message: (vertex) => vertex.x,
      combine: 'sum',
      aggregate: { total: { combine: 'sum', value: (after) => after.x } },
      apply: { x: (vertex, gathered) => vertex.x + gathered / 3 },
      converged: ({ iteration }) => iteration === 4,
    })
    const graph = randomGraph(seed, 3000)
    const totals = new Set<number>()
    for (const processors of [1, 2, 3, 4, 7, 8, 16]) {
      const { result } = await run(program, { input: { graph }, processors })
      totals.add(result.aggregates.total)
    }
    expect(totals.size).toBe(1)
  })

  it('votes to halt: changes that nobody is told of, and the end when all halt', async () => {
    const halving = (halts?: (after: { x: number }) => boolean) =>
      defineVertexProgram({
        name: 'halving',
        value: { x: 'f64' },
        initialize: { x: () => 64 },
        message: (vertex) => vertex.x,
        combine: 'max',
        apply: { x: (vertex) => vertex.x / 2 },
        ...(halts && { halts }),
      })
    const graph = graphFromEdges(
      [
        [0, 1],
        [1, 0],
      ],
      { vertexCount: 2 },
    )
    const { result } = await run(
      halving(({ x }) => x <= 8),
      { input: { graph }, processors: 2 },
    )
    expect(Array.from(result.values.x)).toEqual([8, 8])
    expect(result.iterations).toBe(3)
    const endless = await run(halving(), { input: { graph }, maxSupersteps: 11 })
    expect(endless).toMatchObject({ reason: 'limit', result: { iterations: 10 } })
  })

  it('a value that its column has no room for is an error that says where', async () => {
    const program = defineVertexProgram({
      name: 'small',
      value: { x: 'u8' },
      initialize: { x: () => 200 },
      message: (vertex) => vertex.x,
      combine: 'sum',
      apply: { x: (vertex, gathered) => (vertex.index === 3 ? vertex.x + gathered : 0) },
    })
    const failing = run(program, { input: { graph: square }, processors: 2 })
    await expect(failing).rejects.toThrow(`column "x" of vertex 3 can't hold 600`)
  })
})

describe('types', () => {
  it('flow from columns, parameters and aggregates into functions, input and result', () => {
    const program = defineVertexProgram({
      name: 'types',
      parameters: { source: 'vertex', scale: 1 },
      value: { a: 'u32', b: 'f64' },
      initialize: {
        a(vertex, facts) {
          expectTypeOf(vertex.b).toEqualTypeOf<number>()
          expectTypeOf(facts.parameters).toEqualTypeOf<{
            readonly source: number
            readonly scale: number
          }>()
          // @ts-expect-error no such column
          return vertex.c ?? 0
        },
        b: () => 0,
      },
      message: (vertex) => vertex.a,
      combine: 'sum',
      aggregate: { total: { combine: 'sum', value: (after, before) => after.b - before.b } },
      apply: {
        a: (vertex, gathered) => vertex.a + gathered,
        b(_vertex, _gathered, { aggregates }) {
          expectTypeOf(aggregates.total).toEqualTypeOf<number>()
          // @ts-expect-error no such aggregate
          return aggregates.other ?? 0
        },
      },
    })
    const graph = graphFromEdges([[0, 1]])
    const check = async () => {
      const { result } = await run(program, { input: { graph, source: 0 } })
      expectTypeOf(result.values.a).toEqualTypeOf<Uint32Array>()
      expectTypeOf(result.values.b).toEqualTypeOf<Float64Array>()
      expectTypeOf(result.aggregates).toEqualTypeOf<{ total: number }>()
      // @ts-expect-error the source is missing
      run(program, { input: { graph } })
      // @ts-expect-error no such parameter
      run(program, { input: { graph, source: 0, other: 1 } })
    }
    expect(check).toBeTypeOf('function')
    expect(program.describe().message).toEqual({ mirror: 'u32', value: 'f64' })
  })
})

describe('mistakes in a definition', () => {
  const proper = {
    name: 'proper',
    value: { x: 'f64' },
    initialize: { x: () => 0 },
    message: () => 0,
    combine: 'sum',
    apply: { x: () => 0 },
  }
  it.each<[string, object, string]>([
    ['a name', { name: '' }, 'needs a "name"'],
    ['columns', { value: {} }, 'needs "value"'],
    ['a type', { value: { x: 'u64' } }, 'column "x" has type "u64"'],
    ['a reserved name', { value: { index: 'u32' } }, 'can\'t be called "index"'],
    ['a column without a function', { apply: {} }, '"apply" needs a function for each column'],
    ['a function too many', { initialize: { x: () => 0, y: () => 0 } }, '"y", which is no column'],
    ['a message', { message: 5 }, '"message" must be a function'],
    ['a combination', { combine: 'avg' }, "\"combine\" is 'sum', 'min'"],
    ['a direction', { direction: 'up' }, '"direction" is one of out, in, both'],
    ['an edge', { edge: 'divide' }, '"edge" is \'add\''],
    ['an aggregate', { aggregate: { a: { combine: 'sum' } } }, 'aggregate "a" is'],
    ['a parameter', { parameters: { p: 'many' } }, 'parameter "p" is a number'],
    ['a parameter of the input', { parameters: { graph: 1 } }, 'can\'t be called "graph"'],
    ['an unknown part', { mesage: 1 }, 'has no part "mesage"'],
  ])('%s', (_, wrong, text) => {
    const define = () => defineVertexProgram({ ...proper, ...wrong } as never)
    expect(define).toThrow(DefinitionError)
    expect(define).toThrow(text)
  })

  it('none', () => {
    expect(() => defineVertexProgram(proper as never)).not.toThrow()
    expect(() => defineVertexProgram(undefined as never)).toThrow(DefinitionError)
  })
})
