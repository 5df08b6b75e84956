/**
 * Processors that die, throw or hang, anywhere and at any time: with checkpoints a run ends with
 * the bits of one that nothing happened to, without them in a typed error; no worker is left.
 */

import { join } from 'node:path'
import { BarrierTimeoutError, DeviceLostError, ProcessorError } from 'ticktickclock'
import {
  type CheckpointStore,
  createRuntime,
  directoryStore,
  memoryStore,
  type RunHandle,
  type RunOptions,
  run,
} from 'ticktickclock/bsp'
import { afterAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../dist/random.js'
import { failureOf } from '../../support/failure.js'
import {
  bitsOf,
  drawFault,
  type FaultKind,
  NO_FAULT,
  PROGRAMS,
  scratchFolder,
} from '../../support/faults.js'
import { count, testSeed } from '../../support/seed.js'
import { allEnd, anyWorker } from '../../support/workers.js'

const { folder, remove } = scratchFolder()
afterAll(remove)

/** The class that a fault ends in where nothing is done about it. */
const ENDS = {
  throw: ProcessorError,
  exit: DeviceLostError,
  hang: BarrierTimeoutError,
  sleep: BarrierTimeoutError,
  kill: Error,
} satisfies Record<FaultKind, unknown>

/** Workers start anew within it, on a busy machine too. */
const TIMEOUT_MS = 1500

function caseOf(seed: number, kinds: readonly FaultKind[]) {
  const random = createRandom(seed)
  const program = PROGRAMS[random.nextBelow(PROGRAMS.length)]
  const processors = 1 + random.nextBelow(5)
  const fault = drawFault(random, program, processors, kinds, join(folder, `${seed}-`))
  const every = 1 + random.nextBelow(4)
  const isSlow = fault.kind === 'hang' || fault.kind === 'sleep'
  const transport = random.nextBelow(2) === 0 ? 'threads' : 'transfer'
  const options: RunOptions = {
    ...{ processors, transport, seed: random.nextUint32(), maxSupersteps: 1000 },
  }
  if (isSlow) options.barrierTimeoutMs = TIMEOUT_MS
  const store = random.nextBelow(2) === 0 ? memoryStore() : directoryStore(join(folder, `${seed}`))
  return { program, fault, every, store, workers: 1 + random.nextBelow(3), options }
}

type Case = ReturnType<typeof caseOf>

async function check(
  seed: number,
  each: Case,
  start: (each: Case, options: RunOptions & { input: unknown }) => RunHandle<unknown>,
): Promise<void> {
  const { program, fault, every, store, options } = each
  const input = program.inputOf(fault, seed)
  const what = JSON.stringify({ seed, name: program.name, fault, every, options })
  const handle = start(each, { ...options, input, checkpoint: { every, store, maxRestarts: 20 } })
  const supersteps: number[] = []
  for await (const { superstep } of handle) supersteps.push(superstep)
  const { result, restarts } = await handle
  const undisturbed = await start(each, { ...options, input: program.inputOf(NO_FAULT, seed) })
  expect(bitsOf(result), what).toBe(bitsOf(undisturbed.result))
  // On a machine that is busy with other things, a short time-out passes without a fault, too.
  if (options.barrierTimeoutMs !== undefined) {
    expect(restarts, what).toBeGreaterThanOrEqual(fault.times)
  } else expect(restarts, what).toBe(fault.times)
  expect(supersteps, what).toEqual(supersteps.map((_, i) => i))
}

describe('with checkpoints', () => {
  it(`has the same bits after faults on workers, ${count(200)} seeded cases`, async () => {
    for (let i = 0; i < count(200); i++) {
      const seed = (testSeed() + i) >>> 0
      const each = caseOf(seed, ['throw', 'exit', 'exit', 'exit', 'hang', 'sleep'])
      await using runtime = createRuntime({ workers: each.workers })
      await check(seed, each, ({ program }, options) => runtime.run(program.module, options))
    }
    expect(await allEnd()).toBe(true)
  })

  it(`has the same bits after faults on one thread, ${count(60)} seeded cases`, async () => {
    for (let i = 0; i < count(60); i++) {
      const seed = (testSeed() + 1000 + i) >>> 0
      const each = caseOf(seed, ['throw', 'throw', 'throw', 'sleep'])
      if (each.fault.kind === 'sleep') each.options.barrierTimeoutMs = 100
      await check(seed, each, ({ program }, options) =>
        run(program.computation, { ...options, transport: 'inline' }),
      )
    }
  })

  it(`has the same bits when any worker is ended at any time, ${count(40)} cases`, async () => {
    const [, , program] = PROGRAMS
    const store: CheckpointStore = memoryStore()
    const shape = { processors: 4, maxSupersteps: 1000, transport: 'threads' } as const
    const input = { fault: NO_FAULT, rounds: 150 }
    const expected = await undisturbed()
    const random = createRandom(testSeed())
    for (let i = 0; i < count(40); i++) {
      await using runtime = createRuntime({ workers: 2 })
      const checkpoint = { every: 3, store }
      const handle = runtime.run(program.module, { ...shape, input, checkpoint })
      const first = random.nextBelow(280)
      for await (const { superstep } of handle) {
        if (superstep < first) continue
        void anyWorker(random)?.terminate()
        break
      }
      const { result, restarts } = await handle
      expect({ i, first, same: bitsOf(result) === expected }).toEqual({ i, first, same: true })
      expect(restarts).toBeLessThanOrEqual(1)
    }
    expect(await allEnd()).toBe(true)

    /** On workers that go before any other is made. */
    async function undisturbed(): Promise<string> {
      await using runtime = createRuntime({ workers: 2 })
      return bitsOf((await runtime.run(program.module, { ...shape, input })).result)
    }
  })
})

describe('without checkpoints', () => {
  it(`is a typed error, ${count(20)} seeded cases`, async () => {
    for (let i = 0; i < count(20); i++) {
      const seed = (testSeed() + 2000 + i) >>> 0
      const { program, fault, workers, options } = caseOf(seed, ['throw', 'exit', 'hang', 'sleep'])
      await using runtime = createRuntime({ workers })
      const input = program.inputOf({ ...fault, times: 1 }, seed)
      const error = await failureOf(runtime.run(program.module, { ...options, input }))
      expect(error, JSON.stringify({ seed, fault })).toBeInstanceOf(ENDS[fault.kind])
    }
    expect(await allEnd()).toBe(true)
  })
})
