/**
 * Going on in another process: from any checkpoint, with the same bits; what is refused, and in
 * which words; what a resumed run takes over from the one before.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CheckpointError, graphFromEdges, ProcessorError } from 'ticktickclock'
import {
  createRuntime,
  defineComputation,
  memoryStore,
  message,
  resume,
  run,
  type SuperstepReport,
} from 'ticktickclock/bsp'
import { afterAll, describe, expect, it } from 'vitest'
import { blocksOf, storeOf } from '../../support/blocks.js'
import { runNode } from '../../support/cli.js'
import { failureOf } from '../../support/failure.js'
import { bitsOf, type FaultyProgram, NO_FAULT, PROGRAMS } from '../../support/faults.js'
import { ROOT } from '../../support/paths.js'
import { scratchFolder } from '../../support/scratch.js'
import { count, testSeed } from '../../support/seed.js'

const { folder, remove } = scratchFolder()
afterAll(remove)

interface Order {
  verb: 'run' | 'resume'
  module: string
  path: string
  options: object
  /** Kills the process when a checkpoint of so many supersteps has been kept. */
  killAt?: number
}

/** Inputs as JSON; typed arrays don't travel, so programs whose inputs have some are left out. */
async function inNewProcess(orders: readonly Order[]) {
  const child = join(ROOT, 'test/support/resume-child.mjs')
  const ended = await runNode([child], { input: JSON.stringify(orders), cwd: ROOT })
  return { ...ended, results: ended.stdout.trimEnd().split('\n') }
}

const [, , mixture] = PROGRAMS as [FaultyProgram, FaultyProgram, FaultyProgram]

describe('resume', () => {
  it('goes on from any checkpoint in a new process, on other threads', async () => {
    for (let i = 0; i < count(30); i++) {
      const seed = (testSeed() + i) >>> 0
      const options = { processors: 1 + (seed % 4), seed, maxSupersteps: 500 }
      const input = mixture.inputOf(NO_FAULT, seed)
      const { outcome, store } = await blocksOf(mixture.computation, { ...options, input })
      const orders = store.blocks.map((block, superstep): Order => {
        const path = join(folder, `any-${i}-${superstep}`)
        mkdirSync(path)
        writeFileSync(join(path, 'checkpoint-00000001.ttc'), block)
        return { verb: 'resume', module: mixture.module.href, path, options: {} }
      })
      const { code, results, stderr } = await inNewProcess(orders)
      expect({ seed, code, stderr }).toEqual({ seed, code: 0, stderr: '' })
      expect(results).toEqual(orders.map(() => bitsOf(outcome.result)))
    }
  })

  it('goes on from any checkpoint on any number of workers, given the input again', async () => {
    for (const program of PROGRAMS) {
      const input = program.inputOf(NO_FAULT, testSeed())
      const options = { processors: 5, input }
      const { outcome, store } = await blocksOf(program.computation, options)
      expect(store.blocks.length).toBe(outcome.supersteps - 1)
      for (const workers of [1, 2, 3]) {
        await using runtime = createRuntime({ workers })
        for (const [i, block] of store.blocks.entries()) {
          const again = await runtime.resume(program.module, { input, store: storeOf(block) })
          const what = `${program.name}, ${workers} workers, superstep ${i + 1}`
          expect(bitsOf(again.result), what).toBe(bitsOf(outcome.result))
          const { supersteps, rounds, messages, bytes, undelivered, reason } = again
          expect({ supersteps, rounds, messages, bytes, undelivered, reason }, what).toEqual({
            ...{ supersteps: outcome.supersteps, rounds: outcome.rounds },
            ...{ messages: outcome.messages, bytes: outcome.bytes },
            ...{ undelivered: outcome.undelivered, reason: outcome.reason },
          })
          expect(again).toMatchObject({ resumedFrom: i + 1, restarts: 0, processors: 5 })
        }
      }
    }
  })

  it('goes on after the process was killed', async () => {
    const input = mixture.inputOf(NO_FAULT, 0)
    const options = { processors: 3, seed: 5, maxSupersteps: 500 }
    const order = { module: mixture.module.href, path: join(folder, 'killed') }
    const start: Order = { ...order, verb: 'run', options: { ...options, input }, killAt: 6 }
    const killed = await inNewProcess([start])
    expect(killed.code).toBeNull()
    const { code, results } = await inNewProcess([{ ...order, verb: 'resume', options: {} }])
    const undisturbed = await run(mixture.computation, { ...options, input })
    expect({ code, results }).toEqual({ code: 0, results: [bitsOf(undisturbed.result)] })
  })

  it('tells of supersteps from there on, and takes settings over', async () => {
    const input = mixture.inputOf(NO_FAULT, 0)
    const limit = { processors: 2, seed: 3, maxSupersteps: 8 }
    const { outcome, store } = await blocksOf(mixture.computation, { ...limit, input }, 4)
    expect(outcome).toMatchObject({ reason: 'limit', supersteps: 8, restarts: 0 })
    expect(outcome.resumedFrom).toBeUndefined()
    expect(store.supersteps).toEqual([4, 8])
    const atLimit = await resume(mixture.computation, { store })
    expect(atLimit).toMatchObject({
      reason: 'limit',
      supersteps: 8,
      undelivered: outcome.undelivered,
    })
    expect(bitsOf(atLimit.result)).toBe(bitsOf(outcome.result))
    const handle = resume(mixture.computation, { store, maxSupersteps: 100 })
    const reports: SuperstepReport[] = []
    for await (const report of handle) reports.push(report)
    expect(
      reports.map(({ superstep, round, name, dropped }) => [superstep, round, name, dropped]),
    ).toEqual([
      [8, 4, 'write', 0],
      [9, 4, 'read', 0],
      [10, 5, 'write', 0],
      [11, 5, 'read', 0],
    ])
    const whole = await run(mixture.computation, { ...limit, maxSupersteps: 100, input })
    expect(bitsOf((await handle).result)).toBe(bitsOf(whole.result))
    expect(store.supersteps).toEqual([4, 8])
  })

  it('knows how the round has voted so far', async () => {
    const program = defineComputation({
      name: 'two votes',
      initialize: () => 0,
      supersteps: [
        {
          name: 'one',
          compute: (count: number) => count + 1,
          converged: (_before, _now, { rank, round }) => rank !== 1 || round === 2,
        },
        { name: 'two', compute() {}, converged: () => true },
      ],
    })
    const options = { processors: 3, transport: 'inline' } as const
    const { outcome, store } = await blocksOf(program, options)
    expect(outcome).toMatchObject({ reason: 'converged', supersteps: 6, result: [3, 3, 3] })
    for (const block of store.blocks) {
      const again = await resume(program, { store: storeOf(block), transport: 'inline' })
      expect(again).toMatchObject({ reason: 'converged', supersteps: 6, rounds: 3 })
    }
  })

  it('takes further checkpoints, of its own pace if told so', async () => {
    const input = mixture.inputOf(NO_FAULT, 0)
    const { store } = await blocksOf(mixture.computation, { processors: 2, input }, 5)
    expect(store.supersteps).toEqual([5, 10])
    store.blocks.length = 1
    await resume(mixture.computation, { store })
    expect(store.supersteps).toEqual([5, 10, 10])
    store.blocks.length = 1
    await resume(mixture.computation, { store, every: 2 })
    expect(store.supersteps).toEqual([5, 10, 10, 6, 8, 10])
    store.blocks.length = 1
    await resume(mixture.computation, { store, every: undefined, maxSupersteps: undefined })
    expect(store.supersteps.slice(6)).toEqual([10])
  })
})

describe('resume refuses', () => {
  const program = (parts: object = {}) =>
    defineComputation({
      name: 'plain',
      message: message<number>(),
      initialize: () => 0,
      supersteps: [
        { name: 'one', compute: (state: number) => state + 1 },
        { name: 'two', compute: (state: number) => state * 2 },
      ],
      ...parts,
    })
  const inline = { processors: 2, transport: 'inline' } as const

  it.each([
    ['an empty store', {}, {}, 'empty', /the store has no checkpoint: start with run\(\)/],
    ['another name', { name: 'x' }, {}, 'other', /of computation "plain", .* "x": another name/],
    [
      'other supersteps',
      { supersteps: [{ name: 'one', compute() {} }] },
      {},
      'other',
      /its supersteps were "one", "two", not "one"/,
    ],
    [
      'other messages',
      { message: { a: 'u8' } },
      {},
      'other',
      /were plain values, not \[\["a","u8"/,
    ],
    [
      'another way of saving',
      { save: () => 0, restore: () => 0 },
      {},
      'other',
      /it was saved without a part "save"/,
    ],
    [
      'other processors',
      {},
      { processors: 3 },
      'other',
      /the checkpoint is of 2 processors, not of 3: .* leave "processors" out/,
    ],
  ])('%s', async (what, parts, options, finding, text) => {
    const { store } = await blocksOf(program(), inline)
    const given = what === 'an empty store' ? memoryStore() : store
    const error = await failureOf(resume(program(parts), { ...options, store: given }))
    expect(error).toBeInstanceOf(CheckpointError)
    expect({ finding: error.finding, message: error.message }).toEqual({
      finding,
      message: expect.stringMatching(text),
    })
  })

  it('what is no store, or no option of it', () => {
    const store = memoryStore()
    expect(() => resume(program(), {} as never)).toThrow(/"store" expected directoryStore/)
    expect(() => resume(program(), undefined as never)).toThrow(/"options" expected object/)
    for (const name of ['seed', 'checkpoint']) {
      const options = { store, [name]: 1 } as never
      expect(() => resume(program(), options)).toThrow(new RegExp(`no option "${name}"`))
    }
    expect(() => resume(program(), { store, every: 0 })).toThrow(/"every" expected whole number/)
    const checkpoint = { store: { load: 1 } } as never
    expect(() => run(program(), { checkpoint })).toThrow(/"store" expected/)
    expect(() => run(program(), { checkpoint: { often: 1 } as never })).toThrow(/no option "often"/)
    expect(() => run(program(), { checkpoint: null as never })).toThrow(/"checkpoint" expected obj/)
    expect(() => run(program(), { checkpoint: { maxRestarts: -1 } })).toThrow(/"maxRestarts"/)
  })

  it('a store that gives something else', async () => {
    const store = (load: () => unknown) => ({ save: async () => {}, load }) as never
    const wrong = await failureOf(resume(program(), { store: store(async () => 'text') }))
    expect(wrong).toMatchObject({ name: 'CheckpointError', finding: 'store' })
    const failing = store(() => Promise.reject(new Error('no disk')))
    const failed = await failureOf(resume(program(), { store: failing }))
    expect(failed.message).toBe("the store can't give a checkpoint back: no disk")
    expect(failed.cause.message).toBe('no disk')
  })

  it('to do without an input that the program needs, or with another', async () => {
    const [pagerank, sort] = PROGRAMS as [FaultyProgram, FaultyProgram, FaultyProgram]
    for (const each of [pagerank, sort]) {
      const input = each.inputOf(NO_FAULT, 1)
      const { store } = await blocksOf(each.computation, { processors: 2, input })
      const options = { store, maxRestarts: 0 }
      const without = await failureOf(resume(each.computation, options))
      expect(without).toBeInstanceOf(ProcessorError)
      expect(without).toMatchObject({ part: 'restore' })
      expect(without.message).toMatch(/pass "input", .* \(no "input" was given\)$/)
    }
    const small = { own: { values: Float64Array.of(1, 2, 3) }, fault: NO_FAULT }
    const { store } = await blocksOf(sort.computation, { processors: 2, input: small })
    const input = sort.inputOf(NO_FAULT, 1)
    const other = await failureOf(resume(sort.computation, { store, input, maxRestarts: 0 }))
    expect(other.message).toMatch(/restore failed: "values" has another type or length/)
    const graphs = await blocksOf(pagerank.computation, {
      processors: 2,
      input: pagerank.inputOf(NO_FAULT, 1),
    })
    const tiny = { own: { graph: graphFromEdges([[0, 1]]).block }, fault: NO_FAULT }
    const wrong = await failureOf(
      resume(pagerank.computation, { store: graphs.store, input: tiny, maxRestarts: 0 }),
    )
    expect(wrong.message).toMatch(/"graph" has 2 vertices and 1 arcs, the one of the checkpoint/)
  })
})
