/** The numbers of `rows.ts` as plain values, two messages a row: for comparison. */

import { defineComputation, message } from 'ticktickclock/bsp'
import {
  createTraffic,
  isLast,
  nextRank,
  stampTraffic,
  type TrafficInput,
  type TrafficOutput,
} from './traffic.js'

export default defineComputation({
  name: 'numbers',
  message: message<number>(),
  initialize: (input: TrafficInput, ctx) => createTraffic(input, ctx),
  supersteps: [
    {
      name: 'sum and send',
      compute(state, inbox, ctx) {
        for (const value of inbox.messages) state.total += value
        stampTraffic(state, ctx)
      },
      communicate(state, send, ctx) {
        if (isLast(state, ctx.superstep)) return
        const { keys, values } = state
        const to = nextRank(ctx)
        for (let i = 0; i < keys.length; i++) {
          send(to, keys[i])
          send(to, values[i])
        }
      },
      converged: (_before, state, ctx) => isLast(state, ctx.superstep),
    },
  ],
  snapshot: (state) => state,
  output: ({ ms, total }): TrafficOutput => ({ ms, total }),
})
