/**
 * All-to-all: each rank sends a block of its own to every rank, itself too, as one typed batch.
 * Blocks are read where they arrive: their ends in every superstep, all of them with `verify`.
 */

import { defineComputation } from 'ticktickclock/bsp'

/** What to exchange. */
export interface ExchangeInput {
  /** Doubles in a block. */
  length: number
  verify: boolean
  /** Supersteps before the timed ones, and timed ones. */
  warmUp: number
  count: number
}

/** Milliseconds of the timed supersteps, and values that were not what was sent. */
export interface ExchangeOutput {
  ms: number
  /** Blocks received. */
  blocks: number
  faults: number
}

export default defineComputation({
  name: 'exchange',
  message: { value: 'f64' },
  initialize: (input: ExchangeInput, ctx) => {
    const blocks = Array.from({ length: ctx.processors }, (_, to) =>
      Float64Array.from({ length: input.length }, (_, i) => valueAt(ctx.rank, to, i)),
    )
    return {
      ...input,
      blocks,
      last: input.warmUp + input.count,
      startMs: 0,
      ms: 0,
      received: 0,
      faults: 0,
    }
  },
  supersteps: [
    {
      name: 'exchange',
      compute(state, inbox, ctx) {
        for (const { from, columns, length } of inbox.batches) {
          state.received++
          const stride = state.verify ? 1 : Math.max(1, length - 1)
          for (let i = 0; i < state.length; i += stride) {
            if (columns.value[i] !== valueAt(from, ctx.rank, i)) state.faults++
          }
          if (length !== state.length) state.faults++
        }
        if (ctx.superstep === state.warmUp) state.startMs = performance.now()
        if (ctx.superstep === state.last) state.ms = performance.now() - state.startMs
      },
      communicate({ blocks, last }, send, ctx) {
        if (ctx.superstep === last) return
        for (const [to, value] of blocks.entries()) send.batch(to, { value })
      },
      converged: (_before, state, ctx) => ctx.superstep === state.last,
    },
  ],
  snapshot: (state) => state,
  output: ({ ms, received, faults }): ExchangeOutput => ({ ms, blocks: received, faults }),
})

function valueAt(from: number, to: number, i: number): number {
  return from * 1e9 + to * 1e8 + i
}
