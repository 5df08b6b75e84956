/**
 * The sum of some numbers: each processor adds up its share, then all add up what each has found.
 * Works for any number of processors, more than numbers included.
 */

import { allReduce, defineComputation } from 'ticktickclock/bsp'

const total = allReduce('total', { op: 'sum' })

export default defineComputation({
  name: 'parallel sum',
  initialize: (numbers: readonly number[], ctx) => {
    const { start, end } = ctx.block(numbers.length)
    return { share: numbers.slice(start, end), sum: 0 }
  },
  supersteps: [
    {
      name: 'add up my share',
      compute(state) {
        for (const number of state.share) state.sum += number
      },
      communicate: (state, send) => total.send(send, state.sum),
    },
    {
      name: 'add up all sums',
      compute(state, inbox) {
        state.sum = total.receive(inbox)
      },
    },
  ],
  output: ({ sum }) => sum,
  // Every processor knows the sum; one is enough.
  finalize: ([sum]) => sum,
})
