/**
 * What programs in JavaScript can get wrong, where TypeScript would have said so: shapes of
 * definitions and options, what a vote and "neighbors" return, rows and batches of columns. Each is
 * an error that names the place and the remedy.
 */

import {
  createRuntime,
  DefinitionError,
  defineComputation,
  message,
  ProcessorError,
  run,
} from 'ticktickclock/bsp'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../support/failure.js'

// biome-ignore lint/suspicious/noExplicitAny: what the types would refuse is the subject
type Anything = any

const REST = { name: 'rest', compute() {} }
const base = { name: 'small', initialize: () => 0, supersteps: [REST] }

/** The only superstep sends by `communicate` in columns of a u32 and an f64. */
function sending(communicate: Anything, more: object = {}): Anything {
  const spec = { key: 'u32', value: 'f64' } as const
  return defineComputation({
    ...base,
    message: spec,
    supersteps: [{ name: 'send', compute() {}, communicate }],
    ...more,
  } as Anything)
}

describe('a definition', () => {
  it.each<[string, unknown, string]>([
    ['nothing', null, 'a computation is an object, got null'],
    [
      'no superstep but null',
      { ...base, supersteps: [REST, null] },
      'computation "small", superstep 1: expected an object, got null',
    ],
    [
      'a superstep without a name',
      { ...base, supersteps: [{ compute() {} }] },
      'computation "small", superstep 0: needs a "name", a string, got undefined',
    ],
  ])('of %s is refused', (_name, definition, text) => {
    const define = () => defineComputation(definition as Anything)
    expect(define).toThrow(DefinitionError)
    expect(define).toThrow(text)
  })
})

describe('options', () => {
  it('must be an object', () => {
    const program = defineComputation(base)
    expect(() => run(program, null as Anything)).toThrow('"options" expected object, got null')
  })

  it('of a runtime’s run have no workers of their own', async () => {
    const runtime = createRuntime({ workers: 1 })
    const options = { workerFactory: () => undefined } as Anything
    const start = async () => runtime.run(defineComputation(base), options)
    await expect(start()).rejects.toThrow('"workerFactory" is an option of createRuntime()')
    await runtime.dispose()
  })
})

describe('what a program returns', () => {
  it.each<[string, () => unknown, string]>([
    ['number', () => 1, 'got 1'],
    ['promise', () => Promise.reject(new Error('nobody hears of this')), 'got Promise'],
  ])('for a vote is no %s', async (_name, converged, got) => {
    const supersteps = [{ name: 'vote', compute() {}, converged }]
    const program = defineComputation({ ...base, supersteps } as Anything)
    const error = await failureOf(run(program, { processors: 2 }))
    expect(error).toBeInstanceOf(ProcessorError)
    expect(error.part).toBe('converged')
    expect(error.message).toContain('"converged" must return true or false')
    expect(error.message).toContain(got)
  })

  it.each([[[2]], [[-1]], [[0.5]], ['all']])('for neighbors is not %j', async (neighbors) => {
    const program = defineComputation({ ...base, neighbors: () => neighbors } as Anything)
    const error = await failureOf(run(program, { processors: 2 }))
    expect(error.message).toContain('"neighbors" must return ranks in [0, 1]')
  })

  it('is needed for a target of neighbors', async () => {
    const program = sending((_state: unknown, send: Anything) => {
      send('neighbors', { key: 1, value: 2 })
    })
    const error = await failureOf(run(program, { processors: 2 }))
    expect(error.message).toContain('"neighbors" are not known: give the computation "neighbors"')
  })
})

describe('columns', () => {
  it.each<[string, unknown, string]>([
    ['a number', 7, 'expected a row { key, value }, got 7'],
    ['null', null, 'expected a row { key, value }, got null'],
    ['a column too many', { key: 1, value: 2, weight: 3 }, 'it has no column "weight"'],
    ['text', { key: 1, value: 'x' }, 'column "value" expected f64, got "x"'],
    ['a fraction', { key: 1.5, value: 2 }, 'column "key" expected u32, got 1.5'],
  ])('take no row of %s', async (_name, row, text) => {
    const program = sending((_state: unknown, send: Anything) => send(0, row))
    const error = await failureOf(run(program, { processors: 2 }))
    expect(error.message).toContain(text)
  })

  it.each<[string, unknown, string]>([
    [
      'another type',
      { key: new Int32Array(2), value: new Float64Array(2) },
      'column "key" expected Uint32Array',
    ],
    [
      'unequal lengths',
      { key: new Uint32Array(2), value: new Float64Array(3) },
      'column "value" expected length 2, as "key", got 3',
    ],
  ])('take no batch of %s', async (_name, batch, text) => {
    const program = sending((_state: unknown, send: Anything) => send.batch(0, batch))
    const error = await failureOf(run(program, { processors: 2 }))
    expect(error.message).toContain(text)
  })

  it('go to several ranks at once, and are no messages one by one', async () => {
    const got: [number, number][] = []
    const program = sending(undefined, {
      initialize: (_input: unknown, ctx: Anything) => ctx.rank,
      supersteps: [
        {
          name: 'send',
          compute() {},
          communicate(rank: number, send: Anything) {
            if (rank === 0) send([1, 2], { key: 5, value: 0.5 })
          },
        },
        {
          name: 'read',
          compute(rank: number, inbox: Anything) {
            expect(() => [...inbox]).toThrow('an inbox of columns has no messages')
            for (const { columns } of inbox.batches) got.push([rank, columns.value[0]])
          },
        },
      ],
    })
    const { messages } = await run(program, { processors: 3, transport: 'inline' })
    expect(got).toEqual([
      [1, 0.5],
      [2, 0.5],
    ])
    expect(messages).toBe(2)
  })
})

describe('an inbox of plain messages', () => {
  it('has those of one sender, in order', async () => {
    const program = defineComputation({
      name: 'from',
      message: message<string>(),
      initialize: (_input, ctx) => ({ rank: ctx.rank, heard: [] as string[][] }),
      supersteps: [
        {
          name: 'send',
          compute() {},
          communicate({ rank }, send) {
            for (let i = 0; i < rank; i++) send('all', `${rank}.${i}`)
          },
        },
        {
          name: 'read',
          compute(state, inbox, ctx) {
            state.heard = Array.from({ length: ctx.processors }, (_, from) => [...inbox.from(from)])
          },
        },
      ],
      output: ({ heard }) => heard,
    })
    const { result } = await run(program, { processors: 3 })
    for (const heard of result) expect(heard).toEqual([[], ['1.0'], ['2.0', '2.1']])
  })
})
