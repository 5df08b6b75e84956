// Messages of all kinds of plain values, random numbers, collectives and a vote, over two
// supersteps a round, with faults. Its state has many types and goes into checkpoints as it is: it
// has no `restore`.
import { allReduce, defineComputation, message, scan } from 'ticktickclock/bsp'
import { happen } from './fault.mjs'

/**
 * @typedef {{ fault: import('./fault.mjs').Place, rounds: number }} Input
 * @typedef {{ from: number, values: Float64Array, tags: Set<string>, wide: bigint }} Letter
 */

const total = allReduce('total', { op: 'sum' })
const before = scan('before', { op: 'sum' })

export default defineComputation({
  name: 'mixture',
  message: /** @type {typeof message<Letter>} */ (message)(),
  initialize: (/** @type {Input} */ { fault, rounds }, ctx) => ({
    ...{ fault, rounds },
    own: Float64Array.from({ length: 5 }, () => ctx.random.nextFloat()),
    totals: /** @type {number[]} */ ([]),
    letters: /** @type {Map<number, string[]>} */ (new Map()),
    wide: BigInt(ctx.rank),
    odd: { nothing: undefined, zero: -0, none: Number.NaN, at: new Date(12345) },
  }),
  supersteps: [
    {
      name: 'write',
      async compute(state, _inbox, ctx) {
        await happen(state.fault, 'compute', ctx)
        for (let i = 0; i < state.own.length; i++) state.own[i] += ctx.random.nextFloat() / 3
        state.wide = state.wide * 3n + BigInt(ctx.random.nextBelow(1000))
      },
      async communicate(state, send, ctx) {
        await happen(state.fault, 'communicate', ctx)
        total.send(send, state.own[0])
        before.send(send, state.own[1])
        const letters = ctx.random.nextBelow(4)
        for (let i = 0; i < letters; i++) {
          const tags = new Set([`${ctx.rank}/${i}`, 'ü'])
          const letter = { from: ctx.rank, values: state.own, tags, wide: state.wide }
          send(ctx.random.nextBelow(ctx.processors), letter)
        }
      },
    },
    {
      name: 'read',
      async compute(state, inbox, ctx) {
        await happen(state.fault, 'compute', ctx)
        state.totals.push(total.receive(inbox), before.receive(inbox))
        for (const { from, values, tags, wide } of inbox) {
          const known = state.letters.get(from) ?? []
          state.letters.set(from, [...known, `${[...tags]} ${values.join()} ${wide}`])
        }
      },
      communicate: (state, _send, ctx) => happen(state.fault, 'communicate', ctx),
      converged: (_before, state, ctx) => ctx.round + 1 >= state.rounds,
    },
  ],
  // The fault is no part of the result.
  output: ({ fault, ...state }) => state,
})
