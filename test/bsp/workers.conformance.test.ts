/**
 * Programs on workers, in Node and in pages, with shared memory where there is any and without: the
 * bits of one thread, the same controls, and an end to whatever goes wrong.
 */

import { BarrierTimeoutError, graphFromEdges, ProcessorError } from 'ticktickclock'
import { createRuntime, type Runtime, run, type TransportKind } from 'ticktickclock/bsp'
import {
  pagerankModule,
  pagerankProgram,
  sampleSortModule,
  sampleSortProgram,
  shareGraph,
} from 'ticktickclock/programs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../dist/random.js'
import { hasSharedMemory } from '../../dist/transport/open.js'
import { failureOf } from '../support/failure.js'
import collectivesProgram from '../support/programs/collectives.mjs'
import componentsProgram from '../support/programs/components.mjs'
import { testSeed } from '../support/seed.js'

const program = (name: string) => new URL(`../support/programs/${name}.mjs`, import.meta.url)
const COMPONENTS = program('components')
const COLLECTIVES = program('collectives')
const MISBEHAVE = program('misbehave')
const PROCESSORS = [1, 2, 3, 8]

const random = createRandom(testSeed())
const pairs = (vertexCount: number, edgeCount: number) =>
  Array.from({ length: edgeCount }, (): [number, number] => [
    random.nextBelow(vertexCount),
    random.nextBelow(vertexCount),
  ])

const KINDS: TransportKind[] = hasSharedMemory() ? ['threads', 'transfer'] : ['transfer']

describe.each(KINDS)('on workers by %s', (transport) => {
  let runtime: Runtime
  beforeAll(() => {
    runtime = createRuntime({ workers: 3 })
  })
  afterAll(() => runtime.dispose())

  it('labels components as one thread does', async () => {
    const input = { vertexCount: 60, edges: pairs(60, 50) }
    const options = { input, processors: 1, transport: 'inline' } as const
    const { result: expected } = await run(componentsProgram, options)
    for (const processors of PROCESSORS) {
      const on = { input, processors, transport }
      const done = await runtime.run<typeof componentsProgram>(COMPONENTS, on)
      expect({ processors, labels: done.result }).toEqual({ processors, labels: expected })
      expect(done).toMatchObject({ transport, reason: 'converged' })
      expect(done.workers).toBe(Math.min(3, processors))
    }
  })

  it('reduces as one thread does', async () => {
    for (const processors of PROCESSORS) {
      const input = 5000
      const inline = { input, processors, transport: 'inline' } as const
      const expected = await run(collectivesProgram, inline)
      const on = { input, processors, transport }
      const { result } = await runtime.run<typeof collectivesProgram>(COLLECTIVES, on)
      expect({ processors, result }).toEqual({ processors, result: expected.result })
    }
  })

  it.each(['wasm', 'reference'] as const)('ranks on %s as one thread does', async (device) => {
    const graph = shareGraph(graphFromEdges(pairs(300, 2000), { vertexCount: 300 }))
    const input = { graph, device }
    const expected = await run(pagerankProgram, { input, processors: 1, maxSupersteps: 300 })
    for (const processors of PROCESSORS) {
      const on = { input, processors, maxSupersteps: 300, transport }
      const { result } = await runtime.run<typeof pagerankProgram>(pagerankModule, on)
      expect({ processors, result }).toEqual({ processors, result: expected.result })
    }
  })

  it('sorts as one thread does', async () => {
    const values = Float64Array.from({ length: 20_000 }, () => random.nextFloat() - 0.5)
    const input = { values }
    for (const processors of PROCESSORS) {
      const expected = await run(sampleSortProgram, { input, processors, transport: 'inline' })
      const on = { input, processors, transport }
      const { result } = await runtime.run<typeof sampleSortProgram>(sampleSortModule, on)
      expect(result).toEqual(expected.result)
    }
  })

  it('reports each superstep, pauses, steps, goes on', async () => {
    const input = { fault: 'throw', rank: -1, step: 0, where: '', supersteps: 30 }
    const handle = runtime.run(MISBEHAVE, { input, processors: 4, transport })
    await handle.pause()
    expect(handle.status).toBe('paused')
    const before = handle.superstep
    const report = await handle.step()
    expect(report).toMatchObject({ superstep: before, name: 'work', messages: 16 })
    expect(handle.superstep).toBe(before + 1)
    handle.resume()
    const seen: number[] = []
    for await (const { superstep } of handle) seen.push(superstep)
    expect(seen).toEqual(Array.from({ length: 30 }, (_, superstep) => superstep))
    expect((await handle).supersteps).toBe(30)
  })

  it('says who threw, and works on', async () => {
    const input = { fault: 'throw', rank: 2, step: 1, where: 'compute', supersteps: 5 }
    const error = await failureOf(runtime.run(MISBEHAVE, { input, processors: 4, transport }))
    expect(error).toBeInstanceOf(ProcessorError)
    expect(error).toMatchObject({ rank: 2, step: 1, superstep: 'work' })
    expect(error.cause).toBeInstanceOf(RangeError)
    await expectWorks()
  })

  it.each(['hang', 'sleep'])('ends a processor that does not return: %s', async (fault) => {
    const input = { fault, rank: 1, step: 2, where: 'compute', supersteps: 5 }
    const options = { input, processors: 3, transport, barrierTimeoutMs: 300 }
    const error = await failureOf(runtime.run(MISBEHAVE, options))
    expect(error).toBeInstanceOf(BarrierTimeoutError)
    expect(error).toMatchObject({ superstep: 'work', step: 2 })
    expect(error.missing).toEqual([{ rank: 1, phase: 'computing' }])
    await expectWorks()
  })

  it('aborts', async () => {
    const input = { fault: 'hang', rank: 0, step: 1, where: 'communicate', supersteps: 5 }
    const reason = new Error('no longer wanted')
    const handle = runtime.run(MISBEHAVE, { input, processors: 2, transport })
    setTimeout(() => handle.abort(reason), 50)
    expect(await failureOf(handle)).toBe(reason)
    await expectWorks()
  })

  async function expectWorks(): Promise<void> {
    const input = { fault: 'throw', rank: -1, step: 0, where: '', supersteps: 3 }
    const { result } = await runtime.run(MISBEHAVE, { input, processors: 3, transport })
    expect(result).toEqual([6, 6, 6])
  }
})

it('takes threads where memory can be shared, and moves packets elsewhere', async () => {
  const input = { vertexCount: 4, edges: pairs(4, 3) }
  const { transport } = await run<typeof componentsProgram>(COMPONENTS, { input, processors: 2 })
  expect(transport).toBe(KINDS[0])
})
