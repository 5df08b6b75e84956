/**
 * Sum types: constructors, exhaustive matching, and that values survive what states and messages
 * meet. That the compiler refuses what it should is checked where it reads this file.
 */

import fc from 'fast-check'
import { VariantError } from 'ticktickclock'
import {
  defineComputation,
  match,
  memoryStore,
  message,
  ProcessorError,
  resume,
  run,
  type VariantOf,
  variants,
} from 'ticktickclock/bsp'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { failureOf } from './support/failure.js'
import { count, testSeed } from './support/seed.js'

const State = variants({
  computing: (work: number, note?: string) => ({ work, ...(note !== undefined && { note }) }),
  communicating: (outbox: readonly number[]) => ({ outbox }),
  waiting: () => ({}),
})
type State = VariantOf<typeof State>

const all: State[] = [State.computing(3), State.communicating([1, 2]), State.waiting()]

describe('variants', () => {
  it('make plain objects of their kind', () => {
    expect(all).toStrictEqual([
      { kind: 'computing', work: 3 },
      { kind: 'communicating', outbox: [1, 2] },
      { kind: 'waiting' },
    ])
    expect(Object.isFrozen(State)).toBe(true)
    expect(structuredClone(all)).toStrictEqual(all)
  })

  it('may have any name, those of Object.prototype too', () => {
    const odd = variants({ ['__proto__']: (x: number) => ({ x }), constructor: () => ({}) })
    expect(Object.keys(odd)).toEqual(['__proto__', 'constructor'])
    expect(odd.constructor().kind).toBe('constructor')
  })

  it('refuse forms that are none', () => {
    const wrong = (forms: unknown) => () => variants(forms as Record<string, () => object>)
    expect(wrong(null)).toThrow(new TypeError('"forms" expected object of functions, got null'))
    expect(wrong({ a: 1 })).toThrow(
      new TypeError('"forms" expected for "a" a function from arguments to fields, got 1'),
    )
    expect(wrong({ _: () => ({}) })).toThrow(RangeError)
    const own = variants({ a: (() => ({ kind: 'b' })) as () => object, b: (() => 5) as never })
    expect(() => own.a()).toThrow('variant "a" expected fields without "kind", got one of its own')
    expect(() => (own.b as () => unknown)()).toThrow('fields without "kind", got 5')
  })

  it('have types', () => {
    expectTypeOf<State>().toEqualTypeOf<
      | { readonly kind: 'computing'; note?: string | undefined; work: number }
      | { readonly kind: 'communicating'; outbox: readonly number[] }
      | { readonly kind: 'waiting' }
    >()
    const check = () => [
      // @ts-expect-error a number
      State.computing('3'),
      // @ts-expect-error no such form
      State.paused(),
      // @ts-expect-error the kind is not a field
      variants({ a: () => ({ kind: 'b' }) }),
      // @ts-expect-error not a kind
      variants({ _: () => ({}) }),
    ]
    expect(check).toBeTypeOf('function')
  })
})

describe('match', () => {
  const load = (state: State) =>
    match(state, {
      computing: ({ work }) => work,
      communicating: ({ outbox }) => outbox.join(' '),
      waiting: () => undefined,
    })

  it('calls the function of the kind', () => {
    expect(all.map(load)).toEqual([3, '1 2', undefined])
    expectTypeOf(load).returns.toEqualTypeOf<number | string | undefined>()
  })

  it('falls back to _', () => {
    const seen = all.map((state) => match(state, { waiting: () => 'w', _: ({ kind }) => kind }))
    expect(seen).toEqual(['computing', 'communicating', 'w'])
    const partly = { computing: undefined, _: () => 'rest' }
    expect(match<State, typeof partly>(all[0], partly)).toBe('rest')
  })

  it('names what it has no function for', () => {
    const read = { kind: 'paused' } as unknown as State
    const error = (() => {
      try {
        return load(read)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(VariantError)
    expect(error).toMatchObject({
      ...{ code: 'ERR_TTC_VARIANT', name: 'VariantError', kind: 'paused' },
      cases: ['computing', 'communicating', 'waiting'],
      message:
        'no case for kind "paused"; there are "computing", "communicating", "waiting": add one, ' +
        'or "_" for all others',
    })
    // What every object inherits is no function for a kind.
    for (const kind of ['constructor', 'toString', '__proto__', '_']) {
      expect(() => load({ kind } as unknown as State), kind).toThrow(VariantError)
    }
    for (const value of [null, undefined, 5, {}, { kind: 5 }]) {
      expect(() => load(value as unknown as State)).toThrow(TypeError)
    }
  })

  it('is refused by the compiler without a case, and with one too many', () => {
    const check = (state: State) => [
      // @ts-expect-error communicating is missing
      match(state, { computing: ({ work }) => work, waiting: () => 1 }),
      // @ts-expect-error no such kind
      match(state, { computing: () => 1, waitin: () => 1, _: () => 2 }),
      // @ts-expect-error a field of another form
      match(state, { computing: ({ outbox }) => outbox, _: () => 2 }),
    ]
    expect(check).toBeTypeOf('function')
  })

  it('agrees with a switch, on any values', () => {
    const states = fc.oneof(
      fc.integer().map((work) => State.computing(work)),
      fc.array(fc.integer()).map(State.communicating),
      fc.constant(State.waiting()),
    )
    const bySwitch = (state: State) => {
      switch (state.kind) {
        case 'computing':
          return state.work
        case 'communicating':
          return state.outbox.join(' ')
        default:
          return
      }
    }
    fc.assert(
      fc.property(states, (state) => {
        expect(load(state)).toBe(bySwitch(state))
      }),
      { seed: testSeed(), numRuns: count(500) },
    )
  })
})

/** Processors that work off a load, tell the next one, and rest: states and messages are unions. */
const Phase = variants({
  working: (left: number, heard: number) => ({ left, heard }),
  resting: (heard: number) => ({ heard }),
})
type Phase = VariantOf<typeof Phase>
const News = variants({ progress: (left: number) => ({ left }), done: () => ({}) })

const shift = defineComputation({
  name: 'shift',
  message: message<VariantOf<typeof News>>(),
  initialize: (input: number[], ctx): Phase => Phase.working(input[ctx.rank], 0),
  supersteps: [
    {
      name: 'work',
      compute(state, inbox) {
        let { heard } = state
        for (const news of inbox) heard += match(news, { progress: ({ left }) => left, _: () => 1 })
        return match(state, {
          working: ({ left }) => (left > 1 ? Phase.working(left - 1, heard) : Phase.resting(heard)),
          resting: () => Phase.resting(heard),
        })
      },
      communicate(state, send, ctx) {
        const news = match(state, {
          working: ({ left }) => News.progress(left),
          resting: () => News.done(),
        })
        send((ctx.rank + 1) % ctx.processors, news)
      },
      converged: (_before, now) => now.kind === 'resting',
    },
  ],
})

describe('variants as states and messages', () => {
  it('go through messages and votes', async () => {
    const { result } = await run(shift, { input: [3, 1], processors: 2 })
    // Rank 1 hears of 2 and 1 left; rank 0 of two rests.
    expect(result).toStrictEqual([Phase.resting(2), Phase.resting(3)])
  })

  it('come back from a checkpoint as they were', async () => {
    const store = memoryStore()
    const options = { processors: 2, checkpoint: { every: 2, store } }
    const { result } = await run(shift, { ...options, input: [6, 1] })
    const again = await resume(shift, { store })
    expect(again.resumedFrom).toBe(4)
    expect(again.result).toStrictEqual(result)
  })

  it('tell of an unknown kind as the cause of the failure', async () => {
    const broken = defineComputation({
      name: 'broken',
      initialize: (): Phase => ({ kind: 'lost' }) as unknown as Phase,
      supersteps: [
        {
          name: 'work',
          compute: (state) => match(state, { working: () => state, resting: () => state }),
        },
      ],
    })
    const error = await failureOf(run(broken, { processors: 1 }))
    expect(error).toBeInstanceOf(ProcessorError)
    expect((error as ProcessorError).cause).toBeInstanceOf(VariantError)
  })
})
