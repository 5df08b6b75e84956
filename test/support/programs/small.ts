/** Small computations of the engine's tests. */

import { defineComputation, message } from 'ticktickclock/bsp'

/** Every processor sends its rank to every other for some rounds, and keeps what it received. */
export const exchange = defineComputation({
  name: 'exchange',
  message: message<[from: number, superstep: number]>(),
  initialize: () => ({ seen: [] as number[][][] }),
  supersteps: [
    {
      name: 'all',
      compute(state, inbox) {
        state.seen.push([...inbox.messages])
      },
      communicate(_state, send, ctx) {
        send('all', [ctx.rank, ctx.superstep])
        send('all', [ctx.rank, -ctx.superstep])
      },
      converged: (_before, now) => now.seen.length === 4,
    },
  ],
})

/** Counts, never agrees. */
export const endless = defineComputation({
  name: 'endless',
  initialize: () => ({ count: 0 }),
  supersteps: [
    {
      name: 'count',
      compute(state) {
        state.count++
      },
      converged: () => false,
    },
  ],
})

/** Counts to nine. */
export const counting = defineComputation({
  name: 'counting',
  initialize: () => ({ count: 0 }),
  supersteps: [
    {
      name: 'count',
      compute(state) {
        state.count++
      },
      converged: (_before, { count }) => count === 9,
    },
  ],
})

export const hanging = defineComputation({
  name: 'hanging',
  initialize: () => 0,
  supersteps: [
    {
      name: 'wait',
      compute: (state, _inbox, ctx) => (ctx.rank === 1 ? new Promise<number>(() => {}) : state),
    },
  ],
})
