/**
 * Programs on threads that go wrong: whatever happens, wherever, whenever, the run ends in a typed
 * error within its time-out, and no worker is left.
 */

import { BarrierTimeoutError, DeviceLostError, ProcessorError } from 'ticktickclock'
import { createRuntime } from 'ticktickclock/bsp'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../dist/random.js'
import { failureOf } from '../support/failure.js'
import { count, testSeed } from '../support/seed.js'
import { allEnd } from '../support/workers.js'

const MISBEHAVE = new URL('../support/programs/misbehave.mjs', import.meta.url)

const LATE = new URL('../support/programs/late.mjs', import.meta.url)

const UNSENDABLE = new URL('../support/programs/unsendable.mjs', import.meta.url)

const FAULTS = ['throw', 'reject', 'fail', 'exit', 'hang', 'sleep'] as const
const PLACES = ['initialize', 'compute', 'communicate', 'converged'] as const

/** Of those that wait for it only: a busy machine takes longer than this to find another fault. */
const TIMEOUT_MS = 1000

const timeoutFor = (fault: (typeof FAULTS)[number]) =>
  fault === 'hang' || fault === 'sleep' ? { barrierTimeoutMs: TIMEOUT_MS } : {}

/** The class that a fault ends in. */
const ENDS = {
  throw: ProcessorError,
  reject: ProcessorError,
  fail: ProcessorError,
  exit: DeviceLostError,
  hang: BarrierTimeoutError,
  sleep: BarrierTimeoutError,
}

function caseOf(seed: number) {
  const random = createRandom(seed)
  const processors = 1 + random.nextBelow(5)
  const where = PLACES[random.nextBelow(PLACES.length)]
  let fault = FAULTS[random.nextBelow(FAULTS.length)]
  // A vote is no promise: these two would be values of the wrong type.
  if (where === 'converged' && (fault === 'sleep' || fault === 'reject')) fault = 'throw'
  const rank = random.nextBelow(processors)
  const step = where === 'initialize' ? 0 : random.nextBelow(4)
  return { workers: 1 + random.nextBelow(3), processors, fault, rank, step, where }
}

describe('a program that goes wrong on threads', () => {
  it(`ends in a typed error in time, ${count(200)} seeded cases`, async () => {
    for (let i = 0; i < count(200); i++) {
      const seed = (testSeed() + i) >>> 0
      const each = caseOf(seed)
      const { workers, processors, fault, rank, step, where } = each
      const runtime = createRuntime({ workers })
      const input = { fault, rank, step, where, supersteps: 5 }
      const startMs = performance.now()
      const options = { input, processors, ...timeoutFor(fault) }
      const error = await failureOf(runtime.run(MISBEHAVE, options))
      const elapsedMs = performance.now() - startMs
      expect(error, JSON.stringify({ seed, ...each })).toBeInstanceOf(ENDS[fault])
      if (error instanceof ProcessorError) {
        expect({ seed, rank: error.rank, step: error.step }).toEqual({ seed, rank, step })
      }
      if (error instanceof BarrierTimeoutError) {
        expect(error.missing.map((missing) => missing.rank)).toContain(rank)
      }
      // Starting workers takes its time on a busy machine; hanging would take for ever.
      expect(elapsedMs).toBeLessThan(TIMEOUT_MS + 10_000)
      await runtime.dispose()
    }
    expect(await allEnd()).toBe(true)
  })

  it('leaves a runtime that works', async () => {
    await using runtime = createRuntime({ workers: 2 })
    const good = { fault: 'throw', rank: -1, step: 0, where: '', supersteps: 3 }
    for (const fault of FAULTS) {
      const input = { fault, rank: 1, step: 1, where: 'compute', supersteps: 5 }
      const options = { processors: 3 }
      const run = runtime.run(MISBEHAVE, { input, ...options, ...timeoutFor(fault) })
      await expect(run).rejects.toThrow(ENDS[fault])
      const { result, supersteps } = await runtime.run(MISBEHAVE, { input: good, ...options })
      // In superstep 0 nothing has arrived yet.
      expect({ fault, result, supersteps }).toEqual({ fault, result: [6, 6, 6], supersteps: 3 })
    }
  })

  it('sends nothing into the run after it', async () => {
    await using runtime = createRuntime({ workers: 1 })
    const bad = runtime.run(LATE, { input: { isBad: true }, processors: 2 })
    await expect(bad).rejects.toThrow('rank 1: compute failed: on purpose')
    const good = { input: { isBad: false }, processors: 2 }
    expect((await runtime.run(LATE, good)).result).toEqual([0, 0])
  })

  it('is not hidden by another processor that hangs', async () => {
    await using runtime = createRuntime({ workers: 2 })
    const input = { fault: 'throw', rank: 1, step: 1, where: 'compute', supersteps: 5, hangs: 0 }
    const run = runtime.run(MISBEHAVE, { input, processors: 2, barrierTimeoutMs: 5000 })
    await expect(run).rejects.toThrow('rank 1: compute failed: thrown on purpose')
    const good = { fault: 'throw', rank: -1, step: 0, where: '', supersteps: 3 }
    const { result } = await runtime.run(MISBEHAVE, { input: good, processors: 2 })
    expect(result).toEqual([2, 2])
  })

  it('says what can not be sent, and what to do', async () => {
    await using runtime = createRuntime({ workers: 2 })
    const input = { action: () => 1 } as never
    const refused = await failureOf(runtime.run(MISBEHAVE, { input, processors: 2 }))
    expect(refused).toBeInstanceOf(TypeError)
    expect(refused.message).toMatch(/can't send the input\.action: a function .*plain data/)
    const result = await failureOf(runtime.run(UNSENDABLE, { processors: 2 }))
    expect(result.message).toMatch(/computation "unsendable": the result can't be sent .*finalize/)
  })

  it('says where, and what was thrown', async () => {
    await using runtime = createRuntime({ workers: 2 })
    const input = { fault: 'throw', rank: 2, step: 1, where: 'compute', supersteps: 5 }
    const error = await failureOf(runtime.run(MISBEHAVE, { input, processors: 4 }))
    expect(error.message).toBe(
      'computation "misbehave", superstep "work" (number 1), rank 2: compute failed: ' +
        'thrown on purpose',
    )
    expect(error.cause).toBeInstanceOf(RangeError)
    const lost = { ...input, fault: 'exit' }
    const died = await failureOf(runtime.run(MISBEHAVE, { input: lost, processors: 4 }))
    expect(died.message).toMatch(/superstep "work" \(number 1\).*exit code 3.*ranks? .*2/)
  })
})
