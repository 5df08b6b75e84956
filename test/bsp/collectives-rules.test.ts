/**
 * What collectives cost in messages, what they do beside other messages, and how misuse is told.
 * Tests that begin with TB… hold a defect of the specification's sample code down.
 */

import {
  allGather,
  allReduce,
  allToAll,
  broadcast,
  chunk,
  defineComputation,
  defineReduction,
  exscan,
  gather,
  type ReductionName,
  reduce,
  reduceScatter,
  run,
  scatter,
} from 'ticktickclock/bsp'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type Ends, exchange, failure } from '../support/collectives.js'

describe('counts of messages', () => {
  it('TB5: a collective sends what it says, whatever the target of messages', async () => {
    const total = allReduce<number>('total', { op: 'sum' })
    const pivots = broadcast<number>('pivots')
    const { messages, results } = await exchange(5, {
      send(send, ctx) {
        const plain = send as unknown as (to: 'all', message: number) => void
        plain('all', ctx.rank)
        total.send(send, 1)
        pivots.send(send, 9)
      },
      receive: (inbox) => [inbox.length, total.receive(inbox), pivots.receive(inbox)],
    })
    expect(messages).toBe(25 + 25 + 5)
    expect(results).toEqual(Array(5).fill([5, 5, 9]))
  })

  it('TB28: allReduce costs p² in one superstep; reduce and broadcast 2·p, same bits', async () => {
    const p = 8
    const values = Array.from({ length: p }, (_, i) => Math.sin(i) * 10 ** i)
    const direct = allReduce<number>('direct', { op: 'sum' })
    const up = reduce<number>('up', { op: 'sum', root: 3 })
    const down = broadcast<number>('down', { root: 3 })
    const one = await exchange(p, {
      send: (send, ctx) => direct.send(send, values[ctx.rank]),
      receive: (inbox) => direct.receive(inbox),
    })
    const first = await exchange(p, {
      send: (send, ctx) => up.send(send, values[ctx.rank]),
      receive: (inbox) => up.receive(inbox),
    })
    const second = await exchange(p, {
      send: (send, ctx) => down.send(send, first.results[ctx.rank]),
      receive: (inbox) => down.receive(inbox),
    })
    expect([one.messages, first.messages, second.messages]).toEqual([p * p, p, p])
    expect(second.results).toEqual(one.results)
    expect(new Set(one.results).size).toBe(1)
  })
})

describe('misuse', () => {
  const none = () => undefined

  it.each([
    [0, 'gave 0 chunks for 3 ranks'],
    [2, 'gave 2 chunks for 3 ranks'],
    [4, 'gave 4 chunks for 3 ranks'],
  ])('TB6: scatter of %i chunks to 3 ranks is an error', async (length, problem) => {
    const parts = scatter<number>('parts', { root: 1 })
    const { message } = await failure(3, {
      send: (send) => parts.send(send, Array(length).fill(0)),
      receive: none,
    })
    expect(message).toBe(
      `scatter "parts": rank 1 ${problem}; it must be one a rank; chunk(data, ctx.processors) ` +
        'makes them',
    )
  })

  it('TB6: allToAll and reduceScatter take p values, scatter an array', async () => {
    const turn = allToAll<number>('turn')
    const short = await failure(2, { send: (send) => turn.send(send, [1]), receive: none })
    expect(short.message).toBe(
      'allToAll "turn": rank 0 gave 1 values for 2 ranks; it must be one a rank',
    )
    const sums = reduceScatter<number>('sums', { op: 'sum' })
    const long = await failure(2, { send: (send) => sums.send(send, [1, 2, 3]), receive: none })
    expect(long.message).toMatch('rank 0 gave 3 values for 2 ranks')
    const parts = scatter<number>('parts')
    const bare = await failure(2, { send: (send) => parts.send(send), receive: none })
    expect(bare.message).toBe('scatter "parts": rank 0 needs an array of 2 chunks, got undefined')
  })

  it('TB7: operations that differ between senders are an error that names both', async () => {
    const sum = allReduce<number>('total', { op: 'sum' })
    const max = allReduce<number>('total', { op: 'max' })
    const mixed = await failure(3, {
      send: (send, { rank }) => (rank === 2 ? max : sum).send(send, 1),
      receive: (inbox) => sum.receive(inbox),
    })
    expect(mixed.message).toBe(
      'allReduce "total": rank 0 used sum, rank 2 used max; use one and the same collective ' +
        'everywhere',
    )
    const other = await failure(3, {
      send: (send) => max.send(send, 1),
      receive: (inbox) => sum.receive(inbox),
    })
    expect(other.message).toMatch('the senders used max, the receiver uses sum')
  })

  it('TB7: values that can’t be reduced together are an error that names both', async () => {
    const problem = async (one: unknown, two: unknown, op: ReductionName = 'sum') => {
      const all = allReduce<number>('all', { op })
      const { message } = await failure(3, {
        send: (send, { rank }) => all.send(send, (rank < 2 ? one : two) as number),
        receive: (inbox) => all.receive(inbox),
      })
      return message
    }
    expect(await problem(1, 2n)).toMatch('rank 0 sent number, rank 2 sent bigint; values that are')
    expect(await problem([1], [1, 2])).toMatch('rank 0 sent 1 elements, rank 2 sent 2 elements')
    expect(await problem([1], Float64Array.of(1))).toMatch('an array of numbers, rank 2 sent Float')
    expect(await problem('a', 'b')).toMatch('rank 0 sent "a"; the built-in operations take numbers')
    expect(await problem([1, 'b'], [1])).toMatch('rank 0 sent an array of mixed values')
    expect(await problem(1n, 2n, 'avg')).toMatch('the average of bigint is in general no whole')
    const words = Int32Array.of(1)
    expect(await problem(words, words, 'avg')).toMatch('the average of Int32Array is in general')
  })

  it('TB20: a broadcast that never came is an error', async () => {
    const pivots = broadcast<number[]>('pivots', { root: 1 })
    const { message, code } = await failure(3, {
      send: (send, { rank }) => (rank === 1 ? undefined : pivots.send(send)),
      receive: (inbox) => pivots.receive(inbox),
    })
    expect(code).toBe('ERR_TTC_COLLECTIVE')
    expect(message).toBe(
      'broadcast "pivots": nothing arrived from rank 1; each must call send() in "communicate" ' +
        'of the superstep before the one that receives',
    )
  })

  it('TB20: a root without a value is an error', async () => {
    const pivots = broadcast<number[]>('pivots')
    const { message } = await failure(2, { send: (send) => pivots.send(send), receive: none })
    expect(message).toBe(
      'broadcast "pivots": the root, rank 0, has no value to send; send null if that is meant',
    )
  })

  it('names the ranks of which nothing came', async () => {
    const all = gather<number>('all')
    const some = await failure(12, {
      send: (send, { rank }) => (rank % 5 === 0 ? all.send(send, 1) : undefined),
      receive: (inbox) => all.receive(inbox),
    })
    expect(some.message).toMatch('nothing arrived from ranks 1, 2, 3, 4, 6, 7, 8, 9 and 1 more;')
  })

  it('refuses a second send in one superstep, and two collectives of one name', async () => {
    const all = allGather<number>('all')
    const twice = await failure(2, {
      send(send) {
        all.send(send, 1)
        all.send(send, 2)
      },
      receive: none,
    })
    expect(twice.message).toBe(
      'allGather "all": has sent in this superstep already (rank 0); send once in a superstep, ' +
        'or make another collective with a name of its own',
    )
    const total = allReduce<number>('all', { op: 'sum' })
    const two = await failure(2, {
      send(send) {
        all.send(send, 1)
        total.send(send, 2)
      },
      receive: none,
    })
    expect(two.message).toMatch('allReduce "all": is the name of an allGather that sent in this')
    const across = await failure(2, {
      send: (send, { rank }) => (rank === 0 ? all : total).send(send, 1),
      receive: (inbox) => all.receive(inbox),
    })
    expect(across.message).toBe(
      'allGather "all": rank 1 sent to an allReduce of that name; give every collective a name ' +
        'of its own',
    )
  })

  it('refuses roots that the run doesn’t have, and roots that differ', async () => {
    const far = broadcast<number>('far', { root: 4 })
    const beyond = await failure(2, { send: (send) => far.send(send, 1), receive: none })
    expect(beyond.message).toBe('broadcast "far": root is rank 4, but the ranks are 0 to 1')
    const [one, two] = [0, 1].map((root) => broadcast<number>('value', { root }))
    const other = await failure(2, {
      send: (send) => one.send(send, 1),
      receive: (inbox) => two.receive(inbox),
    })
    expect(other.message).toMatch('the senders used root 0, the receiver uses root 1')
    expect(() => broadcast('x', { root: -1 })).toThrow(RangeError)
    expect(() => broadcast('x', { root: 0.5 })).toThrow(RangeError)
    expect(() => broadcast('')).toThrow(TypeError)
    expect(() => gather('x', { rot: 0 } as never)).toThrow('it knows root')
  })

  it('refuses what is no send and no inbox', () => {
    const all = allGather<number>('all')
    expect(() => all.send((() => {}) as never, 1)).toThrow('"send" expected what "communicate" is')
    expect(() => all.receive([] as never)).toThrow('"inbox" expected what "compute" is given')
    expect(() => chunk([1], 0)).toThrow(RangeError)
    expect(() => chunk(3 as never, 2)).toThrow(TypeError)
  })
})

describe('in every superstep', () => {
  it('the same collective is used anew, and what is not received is gone', async () => {
    const sum = allReduce<number>('sum', { op: 'sum' })
    const doubling = defineComputation({
      name: 'doubling',
      initialize: (): { value: number } => ({ value: 1 }),
      supersteps: [
        { name: 'first', compute() {}, communicate: ({ value }, send) => sum.send(send, value) },
        {
          name: 'second',
          compute(state, inbox) {
            state.value = sum.receive(inbox)
          },
          communicate: ({ value }, send) => sum.send(send, value),
        },
        {
          name: 'third',
          compute(state, inbox) {
            state.value = sum.receive(inbox)
          },
        },
        {
          name: 'fourth',
          compute(_state, inbox) {
            expect(() => sum.receive(inbox)).toThrow('nothing arrived from ranks 0, 1, 2;')
          },
        },
      ],
      output: ({ value }) => value,
    })
    const { result, messages, undelivered } = await run(doubling, {
      input: undefined,
      processors: 3,
      transport: 'inline',
    })
    expect(result).toEqual([9, 9, 9])
    expect([messages, undelivered]).toEqual([18, 0])
  })
})

describe('beside typed columns', () => {
  it('collectives work as beside plain values', async () => {
    const total = allReduce<number>('total', { op: 'sum' })
    const ends: Ends<number> = {
      send: (send) => total.send(send, 2),
      receive: (inbox) => total.receive(inbox),
    }
    const { results, messages } = await exchange(3, ends, { vertex: 'u32' })
    expect([results, messages]).toEqual([[6, 6, 6], 9])
  })
})

describe('types', () => {
  it('flow from the value type, or from the operation', () => {
    const spec = {} as Parameters<ReturnType<typeof allGather<string>>['receive']>[0]
    const types = () => {
      expectTypeOf(allReduce('a', { op: 'sum' }).receive(spec)).toEqualTypeOf<number>()
      expectTypeOf(allReduce<bigint>('a', { op: 'max' }).receive(spec)).toEqualTypeOf<bigint>()
      const join = defineReduction('types', (a: string, b: string) => a + b)
      expectTypeOf(allReduce('a', { op: join }).receive(spec)).toEqualTypeOf<string>()
      expectTypeOf(reduce<number>('a', { op: 'sum' }).receive(spec)).toEqualTypeOf<
        number | undefined
      >()
      expectTypeOf(exscan<number>('a', { op: 'sum' }).receive(spec)).toEqualTypeOf<
        number | undefined
      >()
      expectTypeOf(allGather<string>('a').receive(spec)).toEqualTypeOf<string[]>()
      expectTypeOf(gather<string>('a').receive(spec)).toEqualTypeOf<string[] | undefined>()
      expectTypeOf(broadcast<string>('a').receive(spec)).toEqualTypeOf<string>()
      expectTypeOf(scatter<Uint8Array>('a').receive(spec)).toEqualTypeOf<Uint8Array>()
      expectTypeOf(chunk([1], 2)).toEqualTypeOf<number[][]>()
      // @ts-expect-error strings have no sum
      allReduce<string>('a', { op: 'sum' })
      // @ts-expect-error no such operation
      allReduce<number>('a', { op: 'median' })
      // @ts-expect-error a value of another type
      broadcast<string>('a').send((() => {}) as never, 3)
    }
    expect(types).toBeTypeOf('function')
  })
})
