/**
 * The same bits for any number of processors, on one thread and on many, whatever the order in
 * which packets are delivered.
 */

import fc from 'fast-check'
import { createRuntime, defineComputation, message, run } from 'ticktickclock/bsp'
import { afterAll, describe, expect, it } from 'vitest'
import componentsProgram from '../support/programs/components.mjs'
import { count, testSeed } from '../support/seed.js'
import { runShuffled } from '../support/shuffled.js'

const COMPONENTS = new URL('../support/programs/components.mjs', import.meta.url)
const PROCESSORS = [1, 2, 3, 4, 8, 16]

const runtime = createRuntime({ workers: 2 })
afterAll(() => runtime.dispose())

const graphs = fc.integer({ min: 1, max: 60 }).chain((vertexCount) =>
  fc.record({
    vertexCount: fc.constant(vertexCount),
    edges: fc.array(fc.tuple(fc.nat({ max: vertexCount - 1 }), fc.nat({ max: vertexCount - 1 })), {
      maxLength: 120,
    }),
  }),
)

/** Smallest vertex of each one's component, by union-find. */
function componentsOf({ vertexCount, edges }: { vertexCount: number; edges: [number, number][] }) {
  const parent = Array.from({ length: vertexCount }, (_, vertex) => vertex)
  const root = (vertex: number): number =>
    parent[vertex] === vertex ? vertex : root(parent[vertex])
  for (const [a, b] of edges) {
    const [low, high] = [root(a), root(b)].sort((x, y) => x - y)
    parent[high] = low
  }
  return parent.map((_, vertex) => root(vertex))
}

/** Adds floating-point numbers in the order in which they arrive: shows any other order. */
const sums = defineComputation({
  name: 'sums',
  message: message<number>(),
  initialize: (input: number[], ctx) => ({ own: input[ctx.rank] ?? 0, sum: 0 }),
  supersteps: [
    {
      name: 'send',
      compute() {},
      communicate({ own }, send) {
        for (const part of [own, own / 3, own * 1e10]) send('all', part)
      },
    },
    {
      name: 'add',
      compute(state, inbox) {
        for (const part of inbox) state.sum += part
      },
    },
  ],
  output: ({ sum }) => sum,
})

describe('the same bits', () => {
  it('of connected components, for every number of processors and transport', async () => {
    const property = fc.asyncProperty(graphs, fc.nat(), async (input, seed) => {
      const expected = componentsOf(input)
      for (const processors of PROCESSORS) {
        const options = { input, processors, maxSupersteps: 1000 }
        const inline = await run(componentsProgram, { ...options, transport: 'inline' })
        expect(inline.reason).toBe('converged')
        expect(inline.result).toEqual(expected)
        const shuffled = await runShuffled(componentsProgram, input, processors, seed)
        expect(shuffled).toEqual(expected)
        const threads = await runtime.run(COMPONENTS, options)
        expect(threads.transport).toBe('threads')
        expect(threads.result).toEqual(expected)
      }
    })
    await fc.assert(property, { seed: testSeed(), numRuns: count(100) })
  })

  it('TB9: of sums of floating-point messages, in any order of delivery', async () => {
    const doubles = fc.array(fc.double({ noNaN: true }), { minLength: 8, maxLength: 8 })
    const property = fc.asyncProperty(doubles, fc.nat(), async (input, seed) => {
      for (const processors of [2, 3, 8]) {
        const { result } = await run(sums, { input, processors, transport: 'inline' })
        expect(result.every((sum) => Object.is(sum, result[0]))).toBe(true)
        expect(await runShuffled(sums, input, processors, seed)).toEqual(result)
      }
    })
    await fc.assert(property, { seed: testSeed(), numRuns: count(300) })
  })
})
