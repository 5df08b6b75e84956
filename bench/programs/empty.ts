/** Supersteps that do nothing: what the engine and its barrier cost. Times itself on each rank. */

import { defineComputation } from 'ticktickclock/bsp'

/** Supersteps before the timed ones, and timed ones. */
export interface EmptyInput {
  warmUp: number
  count: number
}

/** Milliseconds of the timed supersteps, and supersteps in all. */
export interface EmptyOutput {
  ms: number
  seen: number
}

export default defineComputation({
  name: 'empty',
  initialize: ({ warmUp, count }: EmptyInput) => {
    return { warmUp, last: warmUp + count, startMs: 0, ms: 0, seen: 0 }
  },
  supersteps: [
    {
      name: 'nothing',
      compute(state, _inbox, ctx) {
        state.seen++
        if (ctx.superstep === state.warmUp) state.startMs = performance.now()
        if (ctx.superstep === state.last) state.ms = performance.now() - state.startMs
      },
      converged: (_before, state) => state.seen > state.last,
    },
  ],
  snapshot: (state) => state,
  output: ({ ms, seen }): EmptyOutput => ({ ms, seen }),
})
