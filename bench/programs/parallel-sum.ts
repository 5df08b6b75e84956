/** The seed's `parallel_sum`: own numbers, then the sums of all. */

import { defineComputation, message } from 'ticktickclock/bsp'

export default defineComputation({
  name: 'parallel sum',
  message: message<number>(),
  initialize: (input: Float64Array, ctx) => {
    const { start, end } = ctx.block(input.length)
    return { part: input.subarray(start, end), sum: 0 }
  },
  supersteps: [
    {
      name: 'add own',
      compute(state) {
        for (const value of state.part) state.sum += value
      },
      communicate: (state, send) => send(0, state.sum),
    },
    {
      name: 'add all',
      compute(state, inbox) {
        state.sum = 0
        for (const part of inbox) state.sum += part
      },
    },
  ],
  output: ({ sum }) => sum,
  finalize: ([first]) => first,
})
