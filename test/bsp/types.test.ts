/**
 * Types of state, messages and result flow from `initialize` and `message` through a definition:
 * checked by the compiler, which reads this file with the others.
 */

import {
  type ColumnInbox,
  defineComputation,
  message,
  type PlainInbox,
  run,
} from 'ticktickclock/bsp'
import { describe, expect, expectTypeOf, it } from 'vitest'

type Event = { kind: 'rank'; value: number } | { kind: 'done' }

const union = defineComputation({
  name: 'union',
  message: message<Event>(),
  initialize: async (input: { seeds: number[] }, ctx) => ({
    own: input.seeds[ctx.rank] ?? 0,
    done: false,
  }),
  supersteps: [
    {
      name: 'one',
      async compute(state, inbox) {
        expectTypeOf(state).toEqualTypeOf<{ own: number; done: boolean }>()
        expectTypeOf(inbox).toEqualTypeOf<PlainInbox<Event>>()
        for (const event of inbox) if (event.kind === 'rank') state.own += event.value
        return { ...state, done: true }
      },
      communicate(state, send) {
        send('all', { kind: 'rank', value: state.own })
        // @ts-expect-error a kind that the union doesn't have
        send('all', { kind: 'other' })
      },
      converged: (before, now) => before.own === now.own,
    },
  ],
  output: (state) => state.own,
  finalize(outputs) {
    expectTypeOf(outputs).toEqualTypeOf<number[]>()
    return { total: outputs.length }
  },
})

const columns = defineComputation({
  name: 'columns',
  message: { vertex: 'u32', weight: 'u64' },
  initialize: (_input: undefined, ctx) => ({ seen: ctx.rank }),
  supersteps: [
    {
      name: 'one',
      compute(state, inbox) {
        expectTypeOf(inbox).toEqualTypeOf<
          ColumnInbox<{ readonly vertex: 'u32'; readonly weight: 'u64' }>
        >()
        expectTypeOf(inbox.columns.weight).toEqualTypeOf<BigUint64Array>()
        state.seen += inbox.length
      },
      communicate(_state, send) {
        send(0, { vertex: 1, weight: 2n })
        send.batch('all', { vertex: Uint32Array.of(1), weight: BigUint64Array.of(2n) })
        // @ts-expect-error a column is missing
        send(0, { vertex: 1 })
        // @ts-expect-error u64 is bigint
        send(0, { vertex: 1, weight: 2 })
      },
    },
  ],
})

describe('types of a computation', () => {
  it('flow into the result, and ask for the input', () => {
    const check = async () => {
      const { result } = await run(union, { input: { seeds: [1] } })
      expectTypeOf(result).toEqualTypeOf<{ total: number }>()
      const states = await run(columns)
      expectTypeOf(states.result).toEqualTypeOf<{ seen: number }[]>()
      const byUrl = await run<typeof union>(new URL('file:///x.js'), { input: { seeds: [] } })
      expectTypeOf(byUrl.result).toEqualTypeOf<{ total: number }>()
      // @ts-expect-error the input is missing
      run(union, {})
      // @ts-expect-error the input is of another type
      run(union, { input: 5 })
    }
    expect(check).toBeTypeOf('function')
    expect(columns.describe().message).toEqual({ vertex: 'u32', weight: 'u64' })
  })
})
