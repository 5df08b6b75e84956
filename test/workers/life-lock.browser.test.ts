/** A web worker that ends without a word: whoever waits for it hears of it all the same. */

import { DeviceLostError, generateRmat, openDevice, pagerank } from 'ticktickclock'
import { connectWorker } from 'ticktickclock/worker'
import { expect, it } from 'vitest'
import { createRandom } from '../../dist/random.js'
import { failureOf } from '../support/failure.js'
import { testSeed } from '../support/seed.js'
import { allEnd, killAny } from '../support/workers.js'

const ENDLESS = { iterations: 1_000_000 }
const CAUSE = /stopped \(worker ended: it closed itself, or was terminated\)/

it("ends a kernel's call, and the device", async () => {
  const device = await openDevice({ kind: 'wasm', threads: 2 })
  const graph = await device.upload(generateRmat({ scale: 10, seed: 1 }))
  const call = failureOf(pagerank(graph, ENDLESS))
  setTimeout(() => killAny(createRandom(testSeed())), 50)
  const error = await call
  expect(error).toBeInstanceOf(DeviceLostError)
  expect(error.message).toMatch(CAUSE)
  await expect(pagerank(graph)).rejects.toThrow(/stopped|disposed/)
  await device.dispose()
  expect(await allEnd()).toBe(true)
})

it('ends a call of connectWorker', async () => {
  const worker = await connectWorker()
  // Until it has answered, only the time-out of its greeting tells.
  await worker.sort(Float64Array.of(2, 1))
  const call = failureOf(worker.pagerank(generateRmat({ scale: 10, seed: 1 }), ENDLESS))
  setTimeout(() => killAny(createRandom(testSeed())), 50)
  const error = await call
  expect(error).toBeInstanceOf(DeviceLostError)
  expect(error.message).toMatch(CAUSE)
  expect(await failureOf(worker.sort(Float64Array.of(2, 1)))).toBeInstanceOf(DeviceLostError)
  await worker.dispose()
})
