/**
 * Rows of typed columns between neighbours, one by one or whole arrays; received rows are summed.
 */

import { defineComputation } from 'ticktickclock/bsp'
import {
  createTraffic,
  isLast,
  nextRank,
  stampTraffic,
  type TrafficInput,
  type TrafficOutput,
} from './traffic.js'

export default defineComputation({
  name: 'rows',
  message: { key: 'u32', value: 'f64' },
  initialize: (input: TrafficInput, ctx) => createTraffic(input, ctx),
  supersteps: [
    {
      name: 'sum and send',
      compute(state, inbox, ctx) {
        for (const { columns, length } of inbox.batches) {
          state.total += sumOf(columns.key, columns.value, length)
        }
        stampTraffic(state, ctx)
      },
      communicate(state, send, ctx) {
        if (isLast(state, ctx.superstep)) return
        const { keys, values } = state
        const to = nextRank(ctx)
        if (state.batch) send.batch(to, { key: keys, value: values })
        else for (let i = 0; i < keys.length; i++) send(to, { key: keys[i], value: values[i] })
      },
      converged: (_before, state, ctx) => isLast(state, ctx.superstep),
    },
  ],
  snapshot: (state) => state,
  output: ({ ms, total }): TrafficOutput => ({ ms, total }),
})

function sumOf(keys: Uint32Array, values: Float64Array, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += keys[i] + values[i]
  return sum
}
