/**
 * Collectives against serial oracles, for 1 to 8 processors. Tests that begin with TB… hold a
 * defect of the specification's sample code down.
 */

import fc from 'fast-check'
import {
  allGather,
  allReduce,
  allToAll,
  broadcast,
  CollectiveError,
  chunk,
  defineReduction,
  exscan,
  gather,
  type Reduction,
  type ReductionName,
  reduce,
  reduceScatter,
  scan,
  scatter,
} from 'ticktickclock/bsp'
import { describe, expect, it } from 'vitest'
import { type Ends, exchange } from '../support/collectives.js'
import { count, testSeed } from '../support/seed.js'

const PROCESSORS = [1, 2, 3, 8]
const NAMES: readonly ReductionName[] = ['sum', 'product', 'max', 'min', 'count', 'avg']

const runs = () => ({ seed: testSeed(), numRuns: count(200) })

/** A value for every rank, with what often goes wrong. */
const numbers = (p: number) =>
  fc.array(
    fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, 0, 1e308, Number.NEGATIVE_INFINITY)),
    { minLength: p, maxLength: p },
  )
/** The same with ranks that have nothing. */
const somewhere = (p: number) =>
  fc.array(fc.option(fc.double(), { nil: undefined, freq: 3 }), { minLength: p, maxLength: p })
const payloads = (p: number) =>
  fc.array(
    fc.oneof(
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.constant(undefined),
      fc.record({ a: fc.integer(), b: fc.array(fc.boolean()) }),
      fc.float64Array({ maxLength: 5 }),
    ),
    { minLength: p, maxLength: p },
  )

/** The serial oracle: one loop an operation, from the definition. */
function oracle(op: ReductionName, values: readonly (number | undefined)[]): number | undefined {
  const given: number[] = []
  for (const value of values) if (value !== undefined) given.push(value)
  if (op === 'count') return given.length
  if (given.length === 0) return { sum: 0, product: 1 }[op as string]
  let result = given[0]
  for (const value of given.slice(1)) {
    if (op === 'sum' || op === 'avg') result += value
    else if (op === 'product') result *= value
    else if (Number.isNaN(result) || Number.isNaN(value)) result = Number.NaN
    else {
      const isLess = value < result || (value === result && Object.is(value, -0))
      const isGreater = value > result || (value === result && Object.is(result, -0))
      if (op === 'min' ? isLess : isGreater) result = value
    }
  }
  return op === 'avg' ? result / given.length : result
}

/** Results by rank, or the message of the error. */
async function outcome<R>(p: number, ends: Ends<R>): Promise<R[] | string> {
  try {
    return (await exchange(p, ends)).results
  } catch (error) {
    const { cause } = error as { cause: unknown }
    expect(cause).toBeInstanceOf(CollectiveError)
    return (cause as Error).message
  }
}

describe.each(PROCESSORS)('for %i processors', (p) => {
  const roots = fc.integer({ min: 0, max: p - 1 })

  it('broadcast gives the root’s value to all, the root included (TB29)', async () => {
    const check = async (value: unknown, root: number) => {
      const all = broadcast<unknown>('all', { root })
      const { results, messages } = await exchange(p, {
        send: (send, ctx) => (ctx.rank === root ? all.send(send, value) : all.send(send)),
        receive: (inbox) => all.receive(inbox),
      })
      expect(results).toEqual(Array(p).fill(value))
      expect(messages).toBe(p)
    }
    const values = payloads(1).map(([value]) => value ?? null)
    await fc.assert(fc.asyncProperty(values, roots, check), runs())
  })

  it('scatter gives each rank its chunk', async () => {
    const check = async (values: unknown[], root: number) => {
      const parts = scatter<unknown>('parts', { root })
      const { results, messages } = await exchange(p, {
        send: (send, ctx) => parts.send(send, ctx.rank === root ? values : undefined),
        receive: (inbox) => parts.receive(inbox),
      })
      expect(results).toEqual(values)
      expect(messages).toBe(p)
    }
    await fc.assert(fc.asyncProperty(payloads(p), roots, check), runs())
  })

  it('gather gives the root all values by rank, and others nothing', async () => {
    const check = async (values: unknown[], root: number) => {
      const all = gather<unknown>('all', { root })
      const { results, messages } = await exchange(p, {
        send: (send, ctx) => all.send(send, values[ctx.rank]),
        receive: (inbox) => all.receive(inbox),
      })
      expect(results).toEqual(values.map((_, rank) => (rank === root ? values : undefined)))
      expect(messages).toBe(p)
    }
    await fc.assert(fc.asyncProperty(payloads(p), roots, check), runs())
  })

  it('allGather gives all values by rank to all', async () => {
    const check = async (values: unknown[]) => {
      const all = allGather<unknown>('all')
      const { results, messages } = await exchange(p, {
        send: (send, ctx) => all.send(send, values[ctx.rank]),
        receive: (inbox) => all.receive(inbox),
      })
      expect(results).toEqual(Array(p).fill(values))
      expect(messages).toBe(p * p)
    }
    await fc.assert(fc.asyncProperty(payloads(p), check), runs())
  })

  it('allToAll turns rows into columns', async () => {
    const table = fc.array(payloads(p), { minLength: p, maxLength: p })
    const check = async (rows: unknown[][]) => {
      const turn = allToAll<unknown>('turn')
      const { results, messages } = await exchange(p, {
        send: (send, ctx) => turn.send(send, rows[ctx.rank]),
        receive: (inbox) => turn.receive(inbox),
      })
      expect(results).toEqual(rows.map((_, to) => rows.map((row) => row[to])))
      expect(messages).toBe(p * p)
    }
    await fc.assert(fc.asyncProperty(table, check), runs())
  })

  it.each(NAMES)('TB7: reductions by %s are the oracle’s, NaN and −0 included', async (op) => {
    const check = async (values: (number | undefined)[], root: number) => {
      const one = reduce<number>('one', { op, root })
      const all = allReduce<number>('all', { op })
      const upTo = scan<number>('upTo', { op, empty: -7 })
      const before = exscan<number>('before', { op })
      const { results, messages } = await exchange(p, {
        send(send, ctx) {
          for (const each of [one, all, upTo, before]) each.send(send, values[ctx.rank])
        },
        receive: (inbox) => [upTo.receive(inbox), before.receive(inbox)],
      })
      const isThere = (value: unknown) => value !== undefined
      for (const [rank, [own, lower]] of results.entries()) {
        const given = values.slice(0, rank + 1)
        expect(own).toBe(given.some(isThere) ? oracle(op, given) : -7)
        const some = values.slice(0, rank).some(isThere)
        expect(lower).toBe(some ? oracle(op, values.slice(0, rank)) : undefined)
      }
      expect(messages).toBe(p + p * p + (p * (p + 1)) / 2 + (p * (p - 1)) / 2)

      const expected = oracle(op, values)
      const reduced = await outcome(p, {
        send: (send, ctx) => one.send(send, values[ctx.rank]),
        receive: (inbox) => one.receive(inbox),
      })
      const everywhere = await outcome(p, {
        send: (send, ctx) => all.send(send, values[ctx.rank]),
        receive: (inbox) => all.receive(inbox),
      })
      if (expected === undefined) {
        expect(reduced).toMatch(`${op} with root ${root} has no result for none; give "empty"`)
        expect(everywhere).toMatch(`${op} has no result for none; give "empty"`)
      } else {
        const atRoot = Array.from({ length: p }, (_, rank) =>
          rank === root ? expected : undefined,
        )
        expect(reduced).toStrictEqual(atRoot)
        expect(everywhere).toStrictEqual(Array(p).fill(expected))
      }
    }
    const values = fc.oneof(numbers(p), somewhere(p))
    await fc.assert(fc.asyncProperty(values, roots, check), runs())
  })

  it('reduceScatter folds the values of each rank', async () => {
    const table = fc.array(numbers(p), { minLength: p, maxLength: p })
    const check = async (rows: number[][], op: ReductionName) => {
      const own = reduceScatter<number>('own', { op })
      const { results, messages } = await exchange(p, {
        send: (send, ctx) => own.send(send, rows[ctx.rank]),
        receive: (inbox) => own.receive(inbox),
      })
      const expected = rows.map((_, to) =>
        oracle(
          op,
          rows.map((row) => row[to]),
        ),
      )
      expect(results).toStrictEqual(expected)
      expect(messages).toBe(p * p)
    }
    await fc.assert(fc.asyncProperty(table, fc.constantFrom(...NAMES), check), runs())
  })

  it('arrays are reduced element by element', async () => {
    const check = async (rows: number[][], op: ReductionName, isTyped: boolean) => {
      const length = Math.min(...rows.map((row) => row.length))
      const all = allReduce<number[] | Float64Array>('all', { op })
      const { results } = await exchange(p, {
        send(send, ctx) {
          const row = rows[ctx.rank].slice(0, length)
          all.send(send, isTyped ? Float64Array.from(row) : row)
        },
        receive: (inbox) => all.receive(inbox),
      })
      const expected = Array.from({ length }, (_, i) =>
        oracle(
          op,
          rows.map((row) => row[i]),
        ),
      ) as number[]
      const whole = isTyped ? Float64Array.from(expected) : expected
      expect(results).toStrictEqual(Array(p).fill(whole))
    }
    const rows = fc.array(fc.array(fc.double(), { maxLength: 20 }), { minLength: p, maxLength: p })
    const operations = fc.constantFrom(...NAMES)
    await fc.assert(fc.asyncProperty(rows, operations, fc.boolean(), check), runs())
  })

  it('bigints are reduced exactly', async () => {
    const check = async (values: bigint[]) => {
      const [sum, product, max, min, counted] = (
        ['sum', 'product', 'max', 'min', 'count'] as const
      ).map((op) => allReduce<bigint>(op, { op }))
      const { results } = await exchange(p, {
        send(send, ctx) {
          for (const each of [sum, product, max, min, counted]) each.send(send, values[ctx.rank])
        },
        receive: (inbox) => [sum, product, max, min, counted].map((each) => each.receive(inbox)),
      })
      const sorted = [...values].sort((a, b) => (a < b ? -1 : 1))
      let [total, power] = [0n, 1n]
      for (const value of values) {
        total += value
        power *= value
      }
      const expected = [total, power, sorted.at(-1), sorted[0], BigInt(p)]
      expect(results).toEqual(Array(p).fill(expected))
    }
    const values = fc.array(fc.bigInt(), { minLength: p, maxLength: p })
    await fc.assert(fc.asyncProperty(values, check), runs())
  })

  it('chunk cuts as ctx.block does, for any length (TB8: also fewer than ranks)', async () => {
    const parts = scatter<number[]>('parts')
    const check = async (data: number[]) => {
      const { results } = await exchange(p, {
        send: (send, ctx) => parts.send(send, chunk(data, ctx.processors)),
        receive(inbox, ctx) {
          const { start, end } = ctx.block(data.length)
          return [parts.receive(inbox), data.slice(start, end)]
        },
      })
      expect(results.flatMap(([own]) => own)).toEqual(data)
      for (const [own, block] of results) expect(own).toEqual(block)
    }
    await fc.assert(fc.asyncProperty(fc.array(fc.nat()), check), runs())
  })
})

describe('reductions', () => {
  const all = <T>(p: number, values: readonly T[], op: ReductionName | Reduction<T>, empty?: T) => {
    const reduction = allReduce<T>('all', { op: op as Reduction<T>, empty })
    return exchange(p, {
      send: (send, ctx) => reduction.send(send, values[ctx.rank]),
      receive: (inbox) => reduction.receive(inbox),
    }).then(({ results }) => results[0])
  }

  it('fold in order of rank, not by size', async () => {
    expect(await all(4, [1e16, 1, 1, -1e16], 'sum')).toBe(1e16 + 1 + 1 - 1e16)
    expect(await all(3, [1e200, 1e200, 1e-200], 'product')).toBe(Number.POSITIVE_INFINITY)
  })

  it('wrap integers as their type does', async () => {
    const word = (x: number) => Int32Array.of(x)
    expect(await all(2, [word(2 ** 31 - 1), word(1)], 'sum')).toEqual(word(-(2 ** 31)))
    const factor = 0x1234_5679
    const product = Number(BigInt.asIntN(32, BigInt(factor) * BigInt(factor) * BigInt(factor)))
    expect(
      await all(
        3,
        [1, 1, 1].map(() => word(factor)),
        'product',
      ),
    ).toEqual(word(product))
    const bytes = [Uint8Array.of(200), Uint8Array.of(100)]
    expect(await all(2, bytes, 'sum')).toEqual(Uint8Array.of(44))
    expect(await all(2, bytes, 'max')).toEqual(Uint8Array.of(200))
    const wide = [BigUint64Array.of(2n ** 64n - 1n), BigUint64Array.of(2n)]
    expect(await all(2, wide, 'sum')).toEqual(BigUint64Array.of(1n))
    expect(await all(2, [Uint32Array.of(2 ** 32 - 1), Uint32Array.of(3)], 'product')).toEqual(
      Uint32Array.of(2 ** 32 - 3),
    )
  })

  it('round f32 once', async () => {
    const tiny = 2 ** -24
    const values = [1, tiny, tiny].map((x) => Float32Array.of(x))
    expect(await all(3, values, 'sum')).toEqual(Float32Array.of(1 + 2 ** -23))
  })

  it('take operations of your own, whole values, lower ranks first', async () => {
    const join = defineReduction('join', (a: string, b: string) => a + b, { identity: 'none' })
    expect(await all(3, ['a', 'b', 'c'], join)).toBe('abc')
    expect(await all<string | undefined>(3, [undefined, 'b', 'c'], join as never)).toBe('bc')
    expect(await all<string>(2, [], join)).toBe('none')
    expect(await all<string>(2, [], join, 'given')).toBe('given')
  })

  it('take "empty" where nobody has a value', async () => {
    expect(await all<number>(2, [], 'max', Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY)
    expect(await all<bigint>(2, [], 'sum', 0n)).toBe(0n)
  })

  it('refuse a name that another function has, and functions without a name', () => {
    const same = () => defineReduction('same', (a: number, b: number) => a * 2 + b)
    expect(same().combine).toBeTypeOf('function')
    expect(same).not.toThrow()
    const other = () => defineReduction('same', (a: number, b: number) => a + b * 2)
    expect(other).toThrow(
      new CollectiveError('a reduction of name "same" is there already; choose another name'),
    )
    expect(() => defineReduction('sum', (a: number) => a)).toThrow(CollectiveError)
    expect(() => defineReduction('', (a: number) => a)).toThrow(TypeError)
    expect(() => defineReduction('x', 3 as never)).toThrow(TypeError)
    expect(() => allReduce('x', { op: ((a: number) => a) as never })).toThrow(TypeError)
    expect(() => allReduce('x', { op: 'median' as never })).toThrow(RangeError)
    expect(() => allReduce('x', {} as never)).toThrow(TypeError)
    expect(() => allReduce('x', undefined as never)).toThrow(TypeError)
  })
})
