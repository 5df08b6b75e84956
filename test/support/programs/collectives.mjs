/** Every reduction of one value a rank, for the test that transports give the same bits. */

import { allReduce, defineComputation, reduceColumn, scan } from 'ticktickclock/bsp'

const sum = allReduce('sum', { op: 'sum' })
const product = allReduce('product', { op: 'product' })
const prefix = scan('prefix', { op: 'sum' })
const column = reduceColumn('column', { op: 'sum' })

export default defineComputation({
  name: 'collectives',
  initialize: (/** @type {number} */ length, ctx) => {
    const { start, end } = ctx.block(length)
    const part = Float64Array.from({ length: end - start }, (_, i) => Math.sin(start + i) * 1e9)
    return { part, start, found: /** @type {number[]} */ ([]) }
  },
  supersteps: [
    {
      name: 'send',
      compute() {},
      communicate({ part, start }, send) {
        for (const each of [sum, product, prefix]) each.send(send, part[0])
        column.send(send, part, start)
      },
    },
    {
      name: 'receive',
      compute(state, inbox) {
        state.found = [sum, product, prefix, column].map((each) => each.receive(inbox))
      },
    },
  ],
  output: ({ found }) => found,
})
