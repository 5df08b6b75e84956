/** The package's programs go on from any of their checkpoints with the same bits. */

import { generateRmat, graphFromEdges } from 'ticktickclock'
import { type AnyComputation, type CheckpointStore, resume, run } from 'ticktickclock/bsp'
import {
  bfsProgram,
  cdlpProgram,
  createFluid,
  lccProgram,
  molecularDynamicsProgram,
  pagerankProgram,
  pagerankVertexProgram,
  sampleSortProgram,
  ssspProgram,
  triangleProgram,
  wccProgram,
} from 'ticktickclock/programs'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../support/failure.js'
import { testSeed } from '../support/seed.js'

const graph = generateRmat({ scale: 7, edgeFactor: 4, seed: testSeed() })
const values = Float64Array.from({ length: 3000 }, (_, i) => Math.sin(i * testSeed()))

const PROGRAMS: [string, AnyComputation, object][] = [
  ['pagerankProgram', pagerankProgram, { graph, maxIterations: 12 }],
  ['sampleSortProgram', sampleSortProgram, { values }],
  ['bfsProgram', bfsProgram, { graph, source: 3 }],
  ['ssspProgram', ssspProgram, { graph, source: 3 }],
  ['wccProgram', wccProgram, { graph }],
  ['pagerankVertexProgram', pagerankVertexProgram, { graph, iterations: 8 }],
  ['cdlpProgram', cdlpProgram, { graph, iterations: 6 }],
  ['lccProgram', lccProgram, { graph }],
  ['triangleProgram', triangleProgram, { graph }],
  [
    'molecularDynamicsProgram',
    molecularDynamicsProgram,
    { ...createFluid({ particles: 150 }), steps: 5 },
  ],
]

describe.each(PROGRAMS)('%s', (_name, program, input) => {
  const settings = { input, processors: 3, transport: 'inline', maxSupersteps: 300 } as const

  it('goes on from each of its checkpoints', async () => {
    const blocks: Uint8Array[] = []
    const all: CheckpointStore = {
      save: async (block) => void blocks.push(block.slice()),
      load: async () => undefined,
    }
    const whole = await run(program, { ...settings, checkpoint: { every: 1, store: all } })
    expect(blocks.length).toBeGreaterThan(0)
    for (const [i, block] of blocks.entries()) {
      const store: CheckpointStore = { save: async () => {}, load: async () => block.slice() }
      const { input, transport, maxSupersteps } = settings
      const again = await resume(program, { store, input, transport, maxSupersteps })
      expect(again.resumedFrom).toBe(i + 1)
      expect(again.result).toEqual(whole.result)
      expect(again.supersteps).toBe(whole.supersteps)
    }
  })
})

it('refuses another graph, or none', async () => {
  let last: Uint8Array = new Uint8Array(0)
  const store: CheckpointStore = {
    save: async (block) => {
      last = block.slice()
    },
    load: async () => last,
  }
  const input = { graph, source: 3 }
  await run(bfsProgram, { input, processors: 2, transport: 'inline', checkpoint: { store } })
  const none = await failureOf(resume(bfsProgram, { store, transport: 'inline' } as never))
  expect(none.message).toMatch(/pass "input", with the graph of the checkpoint/)
  const other = { graph: graphFromEdges([[0, 1]]), source: 0 }
  const wrong = await failureOf(resume(bfsProgram, { store, transport: 'inline', input: other }))
  expect(wrong.message).toMatch(/"graph" has 2 vertices and 1 arcs, the one of the checkpoint had/)
})
