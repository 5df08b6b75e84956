/** Supersteps of so much arithmetic, no messages: what a program does besides being looked at. */

import { defineComputation } from 'ticktickclock/bsp'

export default defineComputation({
  name: 'busy',
  initialize: (input: { work: number }) => ({ ...input, sum: 1, seen: 0 }),
  supersteps: [
    {
      name: 'work',
      compute(state) {
        let { sum } = state
        for (let i = 0; i < state.work; i++) sum = (sum * 1.000_000_1 + i) % 1e9
        state.sum = sum
        state.seen++
      },
      converged: () => false,
    },
  ],
})
