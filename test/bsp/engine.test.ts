/** The engine on one thread: delivery, rounds, votes, arguments, definitions. */

import { DefinitionError, MessageLimitError, ProcessorError } from 'ticktickclock'
import { defineComputation, message, run } from 'ticktickclock/bsp'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../support/failure.js'
import { endless, exchange } from '../support/programs/small.js'

const inline = { transport: 'inline' } as const

describe('messages', () => {
  it('arrive once, in the next superstep, in order of sender and of sending', async () => {
    const { result, messages, undelivered } = await run(exchange, { processors: 3, ...inline })
    for (const { seen } of result) {
      expect(seen[0]).toEqual([])
      for (const [step, received] of seen.slice(1).entries()) {
        const expected = [0, 1, 2].flatMap((from) => [
          [from, step],
          [from, -step],
        ])
        expect(received).toEqual(expected)
      }
    }
    expect(messages).toBe(4 * 3 * 3 * 2)
    expect(undelivered).toBe(3 * 3 * 2)
  })

  it('that are refused leave no trace', async () => {
    const refused = defineComputation({
      name: 'refused',
      message: message<unknown>(),
      initialize: () => [] as unknown[],
      supersteps: [
        {
          name: 'send',
          compute() {},
          communicate(_state, send) {
            for (const value of [
              { bad: () => 1 },
              'first',
              { text: 'x', bad: () => 1 },
              'second',
            ]) {
              try {
                send(0, value)
              } catch (error) {
                send(0, (error as Error).name)
              }
            }
          },
        },
        { name: 'look', compute: (_state, inbox) => [inbox.length, ...inbox] },
      ],
    })
    const { result, messages } = await run(refused, { processors: 1, ...inline })
    expect(result).toEqual([[4, 'TypeError', 'first', 'TypeError', 'second']])
    expect(messages).toBe(4)
  })

  it.each([
    ['plain values', message<Uint8Array>(), (bytes: Uint8Array) => bytes],
    ['columns', { byte: 'u8' } as const, (byte: Uint8Array) => ({ byte })],
  ])('take no memory for what went before: %s', async (_kind, spec, messageOf) => {
    const [small, large] = [new Uint8Array(1), new Uint8Array(40 * 2 ** 20)]
    const moving = defineComputation({
      name: 'moving',
      message: spec as never,
      initialize: () => 0,
      supersteps: [0, 1, 2].map((target) => ({
        name: `mostly to ${target}`,
        compute() {},
        communicate(_state: number, send: unknown, { rank }: { rank: number }) {
          if (rank > 0) return
          const out = send as { (to: number, value: unknown): void; batch?: typeof send }
          const put = (out.batch ?? out) as typeof out
          for (let to = 0; to <= target; to++) put(to, messageOf(to < target ? small : large))
        },
      })),
    })
    const limits = { processors: 3, messageMemoryBytes: 152 * 2 ** 20 }
    expect((await run(moving, { ...limits, ...inline })).supersteps).toBe(3)
  })

  it('are what they were when they were sent', async () => {
    const shared = defineComputation({
      name: 'shared',
      message: message<{ list: number[] }>(),
      initialize: () => ({ list: [1], got: [] as number[] }),
      supersteps: [
        {
          name: 'send',
          compute() {},
          communicate(state, send) {
            send('all', state)
            state.list.push(2)
          },
        },
        {
          name: 'look',
          compute(state, inbox) {
            for (const { list } of inbox) state.got.push(...list)
          },
        },
      ],
    })
    const { result } = await run(shared, { processors: 2, ...inline })
    expect(result.map(({ got }) => got)).toEqual([
      [1, 1],
      [1, 1],
    ])
  })

  it('have memory up to a limit; beyond, superstep and rank are named', async () => {
    const flood = defineComputation({
      name: 'flood',
      message: { value: 'f64' },
      initialize: () => 0,
      supersteps: [
        {
          name: 'pour',
          compute() {},
          communicate(_state, send, ctx) {
            if (ctx.rank === 1) send.batch(0, { value: new Float64Array(1 << 20) })
          },
        },
      ],
    })
    const options = { processors: 2, messageMemoryBytes: 1 << 20, ...inline }
    const error = await failureOf(run(flood, options))
    expect(error).toBeInstanceOf(MessageLimitError)
    expect(error).toMatchObject({ superstep: 'pour', rank: 1, step: 0, limitBytes: 1 << 19 })
    expect(error.message).toContain('messageMemoryBytes')
  })

  it('with a neighbour go to the neighbours', async () => {
    const ring = defineComputation({
      name: 'ring',
      message: message<number>(),
      neighbors: ({ rank, processors }) => [(rank + 1) % processors],
      initialize: () => [] as number[],
      supersteps: [
        { name: 'send', compute() {}, communicate: (_s, send, ctx) => send('neighbors', ctx.rank) },
        { name: 'get', compute: (_state, inbox) => [...inbox] },
      ],
    })
    expect((await run(ring, { processors: 3, ...inline })).result).toEqual([[2], [0], [1]])
  })

  it('TB5: fanned out and addressed messages are not mixed, and counted once each', async () => {
    const mixed = defineComputation({
      name: 'mixed',
      message: message<number>(),
      initialize: () => 0,
      supersteps: [
        {
          name: 'both',
          compute() {},
          communicate(_state, send) {
            send('all', 1)
            send(0, 2)
          },
        },
      ],
    })
    await expect(run(mixed, { processors: 2, ...inline })).rejects.toThrow(/can't be mixed/)
    const { messages } = await run(exchange, { processors: 4, maxSupersteps: 1, ...inline })
    expect(messages).toBe(2 * 4 * 4)
  })

  it.each([7, -1, 1.5, '1', null, [0, 9]])('to %j are refused', async (to) => {
    const wrong = defineComputation({
      name: 'wrong',
      message: message<number>(),
      initialize: () => 0,
      supersteps: [
        { name: 'send', compute() {}, communicate: (_s, send) => send(to as number, 1) },
      ],
    })
    const error = await failureOf(run(wrong, { processors: 2, ...inline }))
    expect(error).toBeInstanceOf(ProcessorError)
    expect(error.message).toMatch(/computation "wrong", superstep "send".*rank 0.*"to" expected/)
  })
})

describe('typed columns', () => {
  const rows = defineComputation({
    name: 'rows',
    message: { id: 'u32', value: 'f64', big: 'i64', small: 'u8' },
    initialize: (input: number) => ({ input, got: [] as unknown[] }),
    supersteps: [
      {
        name: 'send',
        compute() {},
        communicate({ input }, send, ctx) {
          for (let i = 0; i < input; i++) {
            send(i % ctx.processors, { id: i, value: i / 4, big: BigInt(-i), small: ctx.rank })
          }
          send.batch(0, {
            id: Uint32Array.of(7, 8),
            value: Float64Array.of(Number.NaN, -0),
            big: BigInt64Array.of(1n, 2n),
            small: Uint8Array.of(9, 9),
          })
        },
      },
      {
        name: 'get',
        compute(state, inbox) {
          const { id, value, big, small } = inbox.columns
          for (const each of [id, value, big, small]) expect(each.length).toBe(inbox.length)
          state.got = [[...id], [...value], [...big], [...small]]
          const senders = inbox.batches.map(({ from }) => from)
          expect(senders).toEqual([...senders].sort((a, b) => a - b))
        },
      },
    ],
  })

  it.each([0, 1, 63, 64, 65, 1000])('carry %d rows each, in order', async (input) => {
    const { result, messages } = await run(rows, { input, processors: 2, ...inline })
    expect(messages).toBe(2 * (input + 2))
    const own = Array.from({ length: input }, (_, i) => i).filter((i) => i % 2 === 0)
    const expected = [...own, 7, 8, ...own, 7, 8]
    const [ids, values, bigs, smalls] = result[0].got as [number[], number[], bigint[], number[]]
    expect(ids).toEqual(expected)
    expect(Object.is(values.at(-1), -0)).toBe(true)
    expect(bigs.slice(0, own.length)).toEqual(own.map((i) => BigInt(-i)))
    expect(smalls.slice(0, own.length).every((from) => from === 0)).toBe(true)
  })

  it.each([
    [{ id: 1.5 }, /column "id" expected u32, got 1.5/],
    [{ id: -1 }, /column "id" expected u32, got -1/],
    [{}, /column "id" expected u32, got undefined/],
    [{ id: 1, value: '2' }, /column "value" expected f64, got "2"/],
  ])('refuse %j', async (row, problem) => {
    const wrong = defineComputation({
      name: 'wrong',
      message: { id: 'u32', value: 'f64' },
      initialize: () => 0,
      supersteps: [
        { name: 'send', compute() {}, communicate: (_s, send) => send(0, row as never) },
      ],
    })
    await expect(run(wrong, { processors: 1, ...inline })).rejects.toThrow(problem)
  })
})

describe('a run', () => {
  it('of a program that only computes ends after one round', async () => {
    const once = defineComputation({
      name: 'once',
      initialize: (_input: unknown, ctx) => ctx.rank,
      supersteps: [{ name: 'double', compute: (state) => state * 2 }],
    })
    const outcome = await run(once, { processors: 3, ...inline })
    expect(outcome).toMatchObject({
      result: [0, 2, 4],
      reason: 'finished',
      supersteps: 1,
      rounds: 1,
      processors: 3,
      transport: 'inline',
    })
  })

  it('stops at the limit, and says so', async () => {
    const outcome = await run(endless, { processors: 2, maxSupersteps: 7, ...inline })
    expect(outcome).toMatchObject({ reason: 'limit', converged: false, supersteps: 7 })
    expect(outcome.result).toEqual([{ count: 7 }, { count: 7 }])
    expect((await run(endless, { maxSupersteps: 0, ...inline })).supersteps).toBe(0)
  })

  it('stops when all voted in one round, not one by one', async () => {
    const alternating = defineComputation({
      name: 'alternating',
      initialize: () => 0,
      supersteps: [
        {
          name: 'turn',
          compute: (count) => count + 1,
          // Rank 0 agrees in odd supersteps, rank 1 in every third: both first in superstep 3.
          converged: (_before, now, { rank }) => (rank === 0 ? now % 2 === 0 : now % 3 === 1),
        },
      ],
    })
    const { reason, supersteps } = await run(alternating, { processors: 2, ...inline })
    expect({ reason, supersteps }).toEqual({ reason: 'converged', supersteps: 4 })
  })

  it('gives the vote a snapshot of the state before, not the state itself', async () => {
    const inPlace = defineComputation({
      name: 'in place',
      initialize: () => ({ deep: { values: [0] } }),
      supersteps: [
        {
          name: 'grow',
          compute(state) {
            if (state.deep.values[0] < 3) state.deep.values[0]++
          },
          converged: (before, now) => before.deep.values[0] === now.deep.values[0],
        },
      ],
    })
    expect((await run(inPlace, { processors: 2, ...inline })).supersteps).toBe(4)
  })

  it('TB8: a processor that owns nothing votes converged', async () => {
    const few = defineComputation({
      name: 'few',
      initialize: (input: number[], ctx) => {
        const { start, end } = ctx.block(input.length)
        return input.slice(start, end)
      },
      isEmpty: (own) => own.length === 0,
      supersteps: [
        {
          name: 'look',
          compute() {},
          converged(_before, own) {
            if (own.length === 0) throw new Error('asked a processor that owns nothing')
            return true
          },
        },
      ],
    })
    const outcome = await run(few, { input: [1, 2], processors: 5, ...inline })
    expect(outcome.reason).toBe('converged')
    expect(outcome.result.flat()).toEqual([1, 2])
  })

  it('TB2: the number of processors is the run’s, on any machine', async () => {
    const counts = defineComputation({
      name: 'counts',
      initialize: (_input: unknown, ctx) => [ctx.processors, ctx.block(100).start],
      supersteps: [{ name: 'none', compute() {} }],
    })
    for (const processors of [1, 2, 3, 7, 16]) {
      const { result } = await run(counts, { processors, ...inline })
      const expected = result.map((_, r) => [processors, Math.floor((r * 100) / processors)])
      expect(result).toEqual(expected)
    }
  })

  it('has random numbers of its seed for each processor', async () => {
    const dice = defineComputation({
      name: 'dice',
      initialize: (_input: unknown, ctx) => ctx.random.nextUint32(),
      supersteps: [{ name: 'none', compute() {} }],
    })
    const options = { processors: 4, seed: 5, ...inline }
    const { result } = await run(dice, options)
    expect(new Set(result).size).toBe(4)
    expect((await run(dice, options)).result).toEqual(result)
    expect((await run(dice, { ...options, seed: 6 })).result).not.toEqual(result)
  })

  it('disposes of states, also after a fault', async () => {
    const disposed: number[] = []
    const faulty = defineComputation({
      name: 'faulty',
      initialize: (_input: unknown, ctx) => ctx.rank,
      supersteps: [
        {
          name: 'fault',
          compute(state, _inbox, ctx) {
            if (state === 1) ctx.fail('no more')
          },
        },
      ],
      dispose: (state) => void disposed.push(state),
    })
    const error = await failureOf(run(faulty, { processors: 3, ...inline }))
    expect(error).toBeInstanceOf(ProcessorError)
    expect(error).toMatchObject({ rank: 1, superstep: 'fault', part: 'compute', step: 0 })
    expect(error.message).toContain('compute failed: no more')
    expect(disposed).toEqual([0, 1, 2])
  })
})

describe('arguments', () => {
  it.each([
    [{ processors: 0 }, /"processors" expected whole number in \[1, 1024\], got 0/],
    [{ processors: '4' }, /"processors" expected whole number/],
    [{ transport: 'mpi' }, /"transport" expected 'inline' \| 'threads' \| 'transfer', got "mpi"/],
    [{ maxSuperstep: 4 }, /no option "maxSuperstep"/],
    [{ seed: -1 }, /"seed"/],
  ])('%j are refused', (options, problem) => {
    expect(() => run(endless, options as never)).toThrow(problem)
  })

  it('functions are not sent to threads', () => {
    expect(() => run(endless, { transport: 'threads' })).toThrow(/default export of a module/)
    expect(() => run({} as never, {})).toThrow(/defineComputation/)
  })
})

describe('a definition', () => {
  const good = { name: 'x', initialize: () => 0, supersteps: [{ name: 'a', compute() {} }] }
  it.each<[string, object, RegExp]>([
    ['a name', { ...good, name: '' }, /needs a "name"/],
    ['initialize', { ...good, initialize: undefined }, /computation "x" needs "initialize"/],
    ['supersteps', { ...good, supersteps: [] }, /computation "x" needs "supersteps"/],
    ['compute', { ...good, supersteps: [{ name: 'a' }] }, /superstep "a": needs "compute"/],
    [
      'functions',
      { ...good, supersteps: [{ name: 'a', compute() {}, communicate: 5 }] },
      /superstep "a": "communicate" must be a function, got 5/,
    ],
    [
      'unique names',
      { ...good, supersteps: [good.supersteps[0], good.supersteps[0]] },
      /superstep "a": a second one of that name/,
    ],
    ['known parts', { ...good, finalise() {} }, /has no part "finalise"/],
    ['known types', { ...good, message: { a: 'u3' } }, /column "a" of "message" has type "u3"/],
    ['columns', { ...good, message: {} }, /write message<M>\(\)/],
  ])('needs %s', (_what, definition, problem) => {
    expect(() => defineComputation(definition as never)).toThrow(problem)
    expect(() => defineComputation(definition as never)).toThrow(DefinitionError)
  })

  it('can’t be changed', () => {
    const frozen = defineComputation(good)
    expect(() => Object.assign(frozen, { name: 'y' })).toThrow(TypeError)
    expect(() => Object.assign(frozen.supersteps[0], { name: 'y' })).toThrow(TypeError)
  })
})
