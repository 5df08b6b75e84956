/**
 * TB9: results don't depend on the order in which packets are delivered. An endpoint of the inline
 * transport hands them over shuffled; collectives and plain messages give what they give in order.
 */

import { expect, it } from 'vitest'
import * as collectives from '../../src/bsp/collectives/index.js'
import { defineComputation, message } from '../../src/bsp/computation.js'
import { type MemberArgument, runMember } from '../../src/bsp/member.js'
import type { Computation } from '../../src/bsp/types.js'
import { createRandom, type Random } from '../../src/random.js'
import { openInline } from '../../src/transport/inline.js'
import type { Endpoint } from '../../src/transport/transport.js'
import { count, testSeed } from '../support/seed.js'

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

function shuffledEndpoint(endpoint: Endpoint, random: Random): Endpoint {
  return {
    processors: endpoint.processors,
    ranks: endpoint.ranks,
    get aborted() {
      return endpoint.aborted
    },
    enter: (rank, phase) => endpoint.enter(rank, phase),
    alloc: (from, byteLength) => endpoint.alloc(from, byteLength),
    post: (...packet) => endpoint.post(...packet),
    figures: (rank) => endpoint.figures(rank),
    exchange: (agreed) => endpoint.exchange(agreed),
    received(rank, lane) {
      const packets = [...endpoint.received(rank, lane)]
      for (let i = packets.length - 1; i > 0; i--) {
        const j = random.nextBelow(i + 1)
        ;[packets[i], packets[j]] = [packets[j], packets[i]]
      }
      return packets
    },
  }
}

async function runOn(around: (endpoint: Endpoint) => Endpoint): Promise<unknown> {
  const random = createRandom(1)
  const input = Float64Array.from({ length: LENGTH }, () => random.nextFloat() * 1e9 - 5e8)
  const argument: MemberArgument = {
    computation: computation as unknown as Computation,
    input,
    maxSupersteps: 2,
    seed: 0,
  }
  const job = {
    module: '',
    local: (endpoint: Endpoint, given: MemberArgument) => runMember(around(endpoint), given),
  }
  const shape = { processors: PROCESSORS, messageMemoryBytes: 2 ** 24 }
  const [{ result }] = await openInline().run(job, argument, shape)
  return result
}

it('TB9: shuffled delivery changes nothing', async () => {
  const seed = testSeed()
  const expected = await runOn((endpoint) => endpoint)
  for (let i = 0; i < count(200); i++) {
    const random = createRandom((seed + i) >>> 0)
    const result = await runOn((endpoint) => shuffledEndpoint(endpoint, random))
    expect(result, `seed ${seed}, case ${i}`).toEqual(expected)
  }
})
