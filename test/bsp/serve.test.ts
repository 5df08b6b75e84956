/** Workers of the user's own, which bring their computation: what bundles need. */

import { Worker } from 'node:worker_threads'
import { createRuntime, run } from 'ticktickclock/bsp'
import { expect, it } from 'vitest'
import components from '../support/programs/components.mjs'
import { allEnd } from '../support/workers.js'

const SCRIPT = new URL('../support/programs/components-worker.mjs', import.meta.url)
const input = {
  vertexCount: 6,
  edges: [
    [0, 1],
    [2, 3],
    [3, 5],
  ] as [number, number][],
}
const expected = [0, 0, 2, 2, 4, 2]

it('run a computation that is given as an object', async () => {
  let made = 0
  const workerFactory = () => {
    made++
    return new Worker(SCRIPT)
  }
  const { result, transport } = await run(components, { input, processors: 3, workerFactory })
  expect({ result, transport }).toEqual({ result: expected, transport: 'threads' })
  expect(made).toBeGreaterThan(0)
  expect(await allEnd()).toBe(true)
})

it('belong to a runtime that is given them', async () => {
  const workerFactory = () => new Worker(SCRIPT)
  await using runtime = createRuntime({ workers: 2, workerFactory })
  for (let i = 0; i < 2; i++) {
    const outcome = await runtime.run(components, { input, processors: 4 })
    expect(outcome).toMatchObject({ result: expected, transport: 'threads', workers: 2 })
  }
  expect(runtime.inspect().workers).toBe(2)
  await runtime.dispose()
  expect(await allEnd()).toBe(true)
})

it('must be workers', async () => {
  const outcome = run(components, { input, workerFactory: (() => ({})) as never })
  await expect(outcome).rejects.toThrow(/"workerFactory" expected function that makes a Worker/)
})
