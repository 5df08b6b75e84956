/** Programs on one thread, in Node and in pages: messages, columns, collectives, votes. */

import { allReduce, defineComputation, message, run } from 'ticktickclock/bsp'
import { expect, it } from 'vitest'

const total = allReduce<number>('total', { op: 'sum' })

const rounds = defineComputation({
  name: 'rounds',
  message: message<{ text: string; list: Float64Array }>(),
  initialize: (_input: unknown, ctx) => ({ sum: 0, texts: [] as string[], rank: ctx.rank }),
  supersteps: [
    {
      name: 'send',
      compute() {},
      communicate(state, send) {
        total.send(send, state.rank + 0.5)
        send(0, { text: `from ${state.rank}`, list: Float64Array.of(state.rank, -0) })
      },
    },
    {
      name: 'look',
      compute(state, inbox) {
        state.sum = total.receive(inbox)
        state.texts = inbox.messages.map(({ text, list }) => `${text}: ${list}`)
      },
      converged: (_before, now) => now.sum > 0,
    },
  ],
})

const columns = defineComputation({
  name: 'columns',
  message: { key: 'u32', value: 'f64', wide: 'i64' },
  initialize: () => [] as unknown[],
  supersteps: [
    {
      name: 'send',
      compute() {},
      communicate(_state, send, ctx) {
        for (let key = 0; key < 200; key++) {
          send(key % ctx.processors, { key, value: key / 2, wide: BigInt(-key) })
        }
      },
    },
    {
      name: 'get',
      compute: (_state, inbox) => {
        const { key, value, wide } = inbox.columns
        return [key.length, key.at(-1), value.at(-1), wide.at(-1)]
      },
    },
  ],
})

it.each([1, 2, 3, 8])(
  'carries values and collectives between %d processors',
  async (processors) => {
    const { result, reason } = await run(rounds, { processors, transport: 'inline' })
    expect(reason).toBe('converged')
    const sum = (processors * processors) / 2
    expect(result.map((state) => state.sum)).toEqual(Array(processors).fill(sum))
    expect(result[0].texts).toEqual(result.map(({ rank }) => `from ${rank}: ${rank},0`))
  },
)

it('carries columns', async () => {
  const { result, messages } = await run(columns, { processors: 2, transport: 'inline' })
  expect(messages).toBe(400)
  expect(result).toEqual([
    [200, 198, 99, -198n],
    [200, 199, 99.5, -199n],
  ])
})
