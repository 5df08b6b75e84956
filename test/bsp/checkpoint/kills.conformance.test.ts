/**
 * Processors that die, throw or hang, anywhere and at any time, in Node and in pages, over every
 * transport: with checkpoints a run ends with the bits of one that nothing happened to, without
 * them in a typed error; no worker is left.
 */

import { BarrierTimeoutError, DeviceLostError, ProcessorError } from 'ticktickclock'
import {
  type CheckpointStore,
  createRuntime,
  directoryStore,
  indexedDbStore,
  memoryStore,
  type RunHandle,
  type RunOptions,
  resume,
  run,
  type TransportKind,
} from 'ticktickclock/bsp'
import { afterAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../dist/random.js'
import { hasSharedMemory } from '../../../dist/transport/open.js'
import { failureOf } from '../../support/failure.js'
import {
  answerFault,
  bitsOf,
  drawFault,
  type FaultKind,
  NO_FAULT,
  PROGRAMS,
} from '../../support/faults.js'
import { count, testSeed } from '../../support/seed.js'
import { allEnd, killAny } from '../../support/workers.js'

const inBrowser = typeof window === 'object'
const scratch = inBrowser ? undefined : (await import('../../support/scratch.js')).scratchFolder()
afterAll(() => scratch?.remove())

/** Outlives the process, or the page. */
function durableStore(name: string): CheckpointStore {
  return scratch === undefined ? indexedDbStore(name) : directoryStore(`${scratch.folder}/${name}`)
}

/** The class that a fault ends in where nothing is done about it. */
const ENDS = {
  throw: ProcessorError,
  uncaught: DeviceLostError,
  exit: DeviceLostError,
  kill: DeviceLostError,
  hang: BarrierTimeoutError,
  sleep: BarrierTimeoutError,
} satisfies Record<FaultKind, unknown>

/** Those that take a time-out are rarer: each costs seconds. */
const ON_WORKERS: readonly FaultKind[] = [
  ...(['throw', 'throw', 'uncaught', 'uncaught', 'exit', 'exit'] as const),
  ...(['exit', 'kill', 'kill', 'kill', 'hang', 'sleep'] as const),
]
const ON_ONE_THREAD: readonly FaultKind[] = ['throw', 'throw', 'throw', 'sleep']

/** Over workers, as far as the host has them. */
const TRANSPORTS: TransportKind[] = hasSharedMemory() ? ['threads', 'transfer'] : ['transfer']
const PROCESSORS = [1, 2, 3, 5]

/** In Node, and as many in both kinds of pages together; half of it where nothing is recovered. */
const CASES = count(inBrowser ? 100 : 200)
const CASES_WITHOUT = count(inBrowser ? 50 : 100)

/** Two workers or three start anew in most cases, and many wait for a time-out. */
const LIMIT_MS = 60_000 + 6000 * CASES

/** Workers start anew within it, on a busy machine too; in a page they load what they run. */
const TIMEOUT_MS = inBrowser ? 3000 : 1500
const ONE_THREAD_TIMEOUT_MS = 200

/** Twelve in a row have all programs with all numbers of processors. */
function caseOf(i: number, seed: number, transports: readonly TransportKind[]) {
  const random = createRandom(seed)
  const program = PROGRAMS[i % PROGRAMS.length]
  const processors = PROCESSORS[i % PROCESSORS.length]
  const transport = transports[random.nextBelow(transports.length)]
  const isInline = transport === 'inline'
  const kinds = isInline ? ON_ONE_THREAD : ON_WORKERS
  const fault = drawFault(random, program, processors, kinds)
  const isSlow = fault.kind === 'hang' || fault.kind === 'sleep'
  const barrierTimeoutMs = isInline ? ONE_THREAD_TIMEOUT_MS : TIMEOUT_MS
  const options: RunOptions = {
    ...{ processors, transport, seed: random.nextUint32(), maxSupersteps: 1000 },
    // A death is heard of: without a time-out of its own it would take a minute.
    ...(isSlow && { barrierTimeoutMs }),
  }
  const store = random.nextBelow(2) === 0 ? memoryStore() : durableStore(`kills-${seed}`)
  const every = 1 + random.nextBelow(4)
  // All of them take part.
  const workers = Math.min(processors, 1 + random.nextBelow(3))
  return { seed, program, fault, every, store, workers, options, kill: () => killAny(random) }
}

type Case = ReturnType<typeof caseOf>
type StartRun = (each: Case, options: RunOptions & { input: unknown }) => RunHandle<unknown>

/** The bits of a run without a fault. */
async function undisturbed(each: Case, start: StartRun): Promise<string> {
  const { barrierTimeoutMs, ...options } = each.options
  const input = each.program.inputOf(NO_FAULT, each.seed)
  return bitsOf((await start(each, { ...options, input })).result)
}

async function expectSameBits(each: Case, start: StartRun): Promise<void> {
  const { seed, program, fault, every, store, options } = each
  const input = program.inputOf(fault, seed)
  const what = JSON.stringify({ seed, name: program.name, fault, every, options })
  using _ = answerFault(fault, each.kill)
  const handle = start(each, { ...options, input, checkpoint: { every, store, maxRestarts: 20 } })
  const supersteps: number[] = []
  for await (const { superstep } of handle) supersteps.push(superstep)
  const { result, restarts } = await handle
  const expected = await undisturbed(each, start)
  expect(bitsOf(result), what).toBe(expected)
  expect(supersteps, what).toEqual(supersteps.map((_each, i) => i))
  expectRestarts(each, restarts, what)
  if (options.transport !== 'inline' || (await store.load()) === undefined) return
  const again = await resume(program.computation, { store, input, transport: 'inline' })
  expect(bitsOf(again.result), what).toBe(expected)
}

function expectRestarts({ fault, options }: Case, restarts: number, what: string): void {
  const { kind, times } = fault
  if (kind === 'kill' && inBrowser) {
    // A web worker that computes goes on for a while, and may take checkpoints behind the place.
    expect(restarts, what).toBeGreaterThanOrEqual(1)
    expect(restarts, what).toBeLessThanOrEqual(times)
  } else if (options.barrierTimeoutMs !== undefined) {
    // On a machine that is busy with other things, a short time-out passes without a fault, too.
    expect(restarts, what).toBeGreaterThanOrEqual(times)
  } else expect(restarts, what).toBe(times)
}

describe('with checkpoints', { timeout: LIMIT_MS }, () => {
  it(`has the same bits after faults on workers, ${CASES} seeded cases`, async () => {
    for (let i = 0; i < CASES; i++) {
      const each = caseOf(i, (testSeed() + i) >>> 0, TRANSPORTS)
      await using runtime = createRuntime({ workers: each.workers })
      await expectSameBits(each, ({ program }, options) => runtime.run(program.module, options))
    }
    expect(await allEnd()).toBe(true)
  })

  it(`has the same bits after faults on one thread, ${CASES} seeded cases`, async () => {
    for (let i = 0; i < CASES; i++) {
      const each = caseOf(i, (testSeed() + 1000 + i) >>> 0, ['inline'])
      await expectSameBits(each, ({ program }, options) => run(program.computation, options))
    }
  })

  it.each(TRANSPORTS)(
    `has the same bits when any worker is ended at any time, ${count(40)} cases: %s`,
    async (transport) => {
      const [, , program] = PROGRAMS
      const input = { fault: NO_FAULT, rounds: 150 }
      const options: RunOptions = { processors: 4, maxSupersteps: 1000, transport }
      const expected = bitsOf(
        (await run(program.computation, { ...options, input, transport: 'inline' })).result,
      )
      const random = createRandom(testSeed())
      for (let i = 0; i < count(40); i++) {
        await using runtime = createRuntime({ workers: 2 })
        const checkpoint = { every: 3, store: memoryStore() }
        const handle = runtime.run(program.module, { ...options, input, checkpoint })
        const first = random.nextBelow(280)
        for await (const { superstep } of handle) {
          if (superstep < first) continue
          killAny(random)
          break
        }
        const { result, restarts } = await handle
        expect({ i, first, same: bitsOf(result) === expected }).toEqual({ i, first, same: true })
        expect(restarts).toBeLessThanOrEqual(1)
      }
      expect(await allEnd()).toBe(true)
    },
  )
})

describe('without checkpoints', { timeout: LIMIT_MS }, () => {
  it(`is a typed error, after which all goes on, ${CASES_WITHOUT} seeded cases`, async () => {
    for (let i = 0; i < CASES_WITHOUT; i++) {
      const each = caseOf(i, (testSeed() + 2000 + i) >>> 0, TRANSPORTS)
      const { seed, program, fault, workers, options } = each
      const what = JSON.stringify({ seed, fault, options })
      await using runtime = createRuntime({ workers })
      const start: StartRun = (_each, own) => runtime.run(program.module, own)
      const expected = await undisturbed(each, start)
      using _ = answerFault({ ...fault, times: 1 }, each.kill)
      const input = program.inputOf(fault, seed)
      const error = await failureOf(runtime.run(program.module, { ...options, input }))
      expect(error, `${what}: ${error}`).toBeInstanceOf(ENDS[fault.kind])
      expect(error.message, what).toContain(`"${program.computation.name}"`)
      expect(await undisturbed(each, start), what).toBe(expected)
    }
    expect(await allEnd()).toBe(true)
  })
})
