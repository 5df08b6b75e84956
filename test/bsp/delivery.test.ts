/**
 * TB9: results don't depend on the order in which packets are delivered. An endpoint of the inline
 * transport hands them over shuffled; collectives and plain messages give what they give in order.
 */

import { expect, it } from 'vitest'
import * as collectives from '../../dist/bsp/collectives/index.js'
import { defineComputation, message } from '../../dist/bsp/computation.js'
import { createRandom } from '../../dist/random.js'
import { count, testSeed } from '../support/seed.js'
import { runShuffled } from '../support/shuffled.js'

const PROCESSORS = 8
const LENGTH = 5000

const total = collectives.allReduce<number>('total', { op: 'sum' })
const prefix = collectives.scan<number>('prefix', { op: 'product' })
const all = collectives.allGather<number>('all')
const turn = collectives.allToAll<number>('turn')
const column = collectives.reduceColumn<'f64'>('column', { op: 'sum' })

const computation = defineComputation({
  name: 'order',
  message: message<number>(),
  initialize: (values: Float64Array, { rank, block }) => {
    const { start, end } = block(values.length)
    return { rank, start, part: values.slice(start, end), found: [] as unknown[] }
  },
  supersteps: [
    {
      name: 'send',
      compute() {},
      communicate({ part, start, rank }, send, { processors }) {
        for (let to = 0; to < processors; to++) send(to, part[to])
        total.send(send, part[0])
        prefix.send(send, part[1])
        all.send(send, part[2])
        turn.send(send, [...part.subarray(0, processors)])
        column.send(send, part, start)
        expect(rank).toBeLessThan(processors)
      },
    },
    {
      name: 'receive',
      compute(state, inbox) {
        state.found = [
          [...inbox],
          inbox.messages.reduce((sum, value) => sum + value, 0),
          ...[total, prefix, all, turn, column].map((each) => each.receive(inbox)),
        ]
      },
    },
  ],
  output: ({ found }) => found,
})

function makeInput(): Float64Array {
  const random = createRandom(1)
  return Float64Array.from({ length: LENGTH }, () => random.nextFloat() * 1e9 - 5e8)
}

it('TB9: shuffled delivery changes nothing', async () => {
  const seed = testSeed()
  const input = makeInput()
  const expected = await runShuffled(computation, input, PROCESSORS)
  for (let i = 0; i < count(200); i++) {
    const result = await runShuffled(computation, input, PROCESSORS, (seed + i) >>> 0)
    expect(result, `seed ${seed}, case ${i}`).toEqual(expected)
  }
})
