/**
 * The collective `reduceColumn`: the bits of the kernel of that name for every number of
 * processors and wherever the column is cut, and the errors of parts that don't fit.
 */

import fc from 'fast-check'
import { reduce as reduceKernel } from 'ticktickclock'
import { type NumberArrays, reduceColumn } from 'ticktickclock/bsp'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { exchange, failure } from '../support/collectives.js'
import {
  DISTRIBUTIONS,
  exactOf,
  exactSum,
  LENGTHS,
  NUMBER_TYPES,
  type NumberArray,
  type NumberType,
  randomColumn,
  sizeOf,
  sprinkle,
} from '../support/numbers.js'
import { count, testSeed } from '../support/seed.js'

const PROCESSORS = [1, 2, 3, 4, 8, 16]
const OPERATIONS = ['sum', 'product', 'min', 'max', 'count', 'avg'] as const
type Operation = (typeof OPERATIONS)[number]

/** Reduces a column of which each rank has the values from its cut to the next. */
async function reduceCut(op: Operation, values: NumberArray, cuts: readonly number[]) {
  const column = reduceColumn<NumberType>('column', { op, length: values.length })
  const ends = [...cuts.slice(1), values.length]
  const { results } = await exchange(cuts.length, {
    send: (send, { rank }) =>
      column.send(send, values.subarray(cuts[rank], ends[rank]) as NumberArray, cuts[rank]),
    receive: (inbox) => column.receive(inbox),
  })
  expect(new Set(results).size).toBe(1)
  return results[0]
}

/** Cuts a column into the blocks of `ctx.block`. */
const evenly = (length: number, p: number) =>
  Array.from({ length: p }, (_, rank) => Math.floor((rank * length) / p))

const kernel = async (values: NumberArray, op: Operation) =>
  (await reduceKernel(values, op, { device: 'reference' })).value

describe('reduceColumn', () => {
  it.each(NUMBER_TYPES)('has the same bits for every p, those of the kernel: %s', async (type) => {
    const seed = testSeed()
    for (const length of [1, 1023, 1025, 5000, 40_001]) {
      const values = randomColumn(type, length, 'wide', seed)
      for (const op of OPERATIONS) {
        const expected = await kernel(values, op)
        for (const p of PROCESSORS) {
          const what = `${op} of ${length} ${type} on ${p}, seed ${seed}`
          expect(await reduceCut(op, values, evenly(length, p)), what).toBe(expected)
        }
      }
    }
  })

  it('has them wherever the column is cut, into empty parts too', async () => {
    const check = async (
      seed: number,
      type: NumberType,
      length: number,
      distribution: (typeof DISTRIBUTIONS)[number],
      places: number[],
      op: Operation,
    ) => {
      const values = randomColumn(type, length, distribution, seed)
      const cuts = [0, ...places.map((at) => Math.floor(at * (length + 1)))].sort((a, b) => a - b)
      expect(await reduceCut(op, values, cuts)).toBe(await kernel(values, op))
    }
    const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    const property = fc.asyncProperty(
      fc.nat(),
      fc.constantFrom(...NUMBER_TYPES),
      fc.constantFrom(...LENGTHS.filter((length) => length > 0)),
      fc.constantFrom(...DISTRIBUTIONS),
      fc.array(place, { maxLength: 15 }),
      fc.constantFrom(...OPERATIONS),
      check,
    )
    await fc.assert(property, { seed: testSeed(), numRuns: count(1000) })
  })

  it('sums close to the exact sum', async () => {
    const values = randomColumn('f64', 30_000, 'cancelling', testSeed())
    const sum = await reduceCut('sum', values, evenly(values.length, 3))
    const weight = exactSum(values.map(Math.abs))
    expect(sizeOf(exactOf(sum) - exactSum(values)) < weight >> 45n).toBe(true)
  })

  it('knows NaN, −0 and infinities', async () => {
    const specials = [Number.NaN, -0, Number.POSITIVE_INFINITY]
    for (const special of specials) {
      const values = randomColumn('f64', 3000, 'uniform', 5)
      sprinkle(values, [special], 6)
      for (const op of OPERATIONS) {
        const expected = await kernel(values, op)
        expect(await reduceCut(op, values, evenly(3000, 8))).toBe(expected)
      }
    }
    expect(await reduceCut('min', Float64Array.of(0, -0, 0), [0, 1, 2])).toBe(-0)
  })

  it('answers for no values where there is an answer', async () => {
    const none = new Float64Array(0)
    expect(await reduceCut('sum', none, [0, 0, 0])).toBe(0)
    expect(await reduceCut('product', none, [0, 0])).toBe(1)
    expect(await reduceCut('count', none, [0])).toBe(0)
    for (const op of ['min', 'max', 'avg'] as const) {
      const column = reduceColumn('column', { op })
      const { message } = await failure(2, {
        send: (send) => column.send(send, none, 0),
        receive: (inbox) => column.receive(inbox),
      })
      expect(message).toBe(
        `reduceColumn "column": there are no values, and ${op} has no result for none`,
      )
    }
  })

  it('sends pairs of blocks, not values', async () => {
    const [p, blocks] = [4, 64]
    const length = p * blocks * 1024
    const values = randomColumn('f64', length, 'uniform', 1) as Float64Array
    const column = reduceColumn('column', { op: 'sum' })
    const { messages, bytes } = await exchange(p, {
      send: (send, { block }) => {
        const { start, end } = block(length)
        column.send(send, values.subarray(start, end), start)
      },
      receive: (inbox) => column.receive(inbox),
    })
    expect(messages).toBe(p * p)
    expect(bytes / messages).toBeGreaterThan(blocks * 16)
    expect(bytes / messages).toBeLessThan(blocks * 16 + 200)
  })

  it('refuses parts that leave a gap, overlap, end elsewhere, or have other types', async () => {
    const problem = async (
      parts: readonly [NumberArray, number][],
      length?: number,
    ): Promise<string> => {
      const column = reduceColumn<NumberType>('column', { op: 'sum', length })
      const { message } = await failure(parts.length, {
        send: (send, { rank }) => column.send(send, ...parts[rank]),
        receive: (inbox) => column.receive(inbox),
      })
      return message
    }
    const three = new Float64Array(3)
    expect(
      await problem([
        [three, 0],
        [three, 4],
      ]),
    ).toBe('reduceColumn "column": the part of rank 0 ends at 3, the part of rank 1 begins at 4')
    expect(
      await problem([
        [three, 2],
        [three, 0],
      ]),
    ).toMatch('the part of rank 1 ends at 3, the part of rank 0 begins at 2')
    expect(await problem([[three, 1]])).toMatch('begins at 0, the part of rank 0 begins at 1')
    expect(await problem([[three, 0]], 4)).toMatch('the parts end at 3, but "length" is 4')
    expect(
      await problem([
        [three, 0],
        [new Float32Array(1), 3],
      ]),
    ).toMatch('rank 0 sent f64, rank 1 sent f32')
  })

  it('checks its arguments', async () => {
    expect(() => reduceColumn('x', { op: 'median' as never })).toThrow(RangeError)
    expect(() => reduceColumn('x', { op: 'sum', length: -1 })).toThrow(RangeError)
    expect(() => reduceColumn('x', undefined as never)).toThrow(TypeError)
    const column = reduceColumn('x', { op: 'sum' })
    const run = (part: unknown, start: unknown) =>
      exchange(1, {
        send: (send) => column.send(send, part as Float64Array, start as number),
        receive: () => undefined,
      })
    await expect(run([1, 2], 0)).rejects.toThrow('"part" expected Uint32Array, Int32Array')
    await expect(run(new Float64Array(1), -1)).rejects.toThrow('"start" expected whole number')
    await expect(run(new Float64Array(1), 0.5)).rejects.toThrow('"start" expected whole number')
  })

  it('takes the array of its element type', () => {
    const types = () => {
      const column = reduceColumn<'f32'>('x', { op: 'sum' })
      expectTypeOf(column.send).parameter(1).toEqualTypeOf<Float32Array>()
      expectTypeOf(reduceColumn('x', { op: 'sum' }).send)
        .parameter(1)
        .toEqualTypeOf<NumberArrays['f64']>()
    }
    expect(types).toBeTypeOf('function')
  })
})
