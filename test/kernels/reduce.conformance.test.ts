/**
 * Reductions on every device, in Node and in browsers: against exact arithmetic on BigInt, with the
 * stated error bounds, and the same bits for every device of a kind, however the column is cut.
 */

import {
  type Device,
  type KernelRun,
  NotSupportedError,
  openDevice,
  type ReduceOperation,
  reduce,
  reduceColumn,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { candidates } from '../support/devices.js'
import {
  DISTRIBUTIONS,
  exactOf,
  exactSum,
  LENGTHS,
  NUMBER_TYPES,
  type NumberArray,
  type NumberType,
  partsOf,
  randomColumn,
  sizeOf,
  sprinkle,
} from '../support/numbers.js'
import { count, testSeed } from '../support/seed.js'

const OPERATIONS: readonly ReduceOperation[] = ['sum', 'product', 'min', 'max', 'count', 'avg']
const ORDERED: readonly ReduceOperation[] = ['sum', 'product', 'avg']

/** |value - exact / divisor| ≤ errorBound, in exact arithmetic. */
function expectWithin(
  { value, errorBound }: { value: number; errorBound: number },
  exact: bigint,
  divisor = 1,
): void {
  expect(errorBound).toBeGreaterThanOrEqual(0)
  if (errorBound === Number.POSITIVE_INFINITY) return
  const error = sizeOf(exactOf(value) * BigInt(divisor) - exact)
  expect(error <= exactOf(errorBound) * BigInt(divisor)).toBe(true)
}

/** The exact product as significand · 2^exponent. */
function exactProduct(values: NumberArray): { significand: bigint; exponent: number } {
  let significand = 1n
  let exponent = 0
  for (const value of values) {
    const parts = partsOf(value)
    significand *= parts.significand
    exponent += parts.exponent
  }
  return { significand, exponent }
}

function expectProduct(values: NumberArray, result: { value: number; errorBound: number }): void {
  const exact = exactProduct(values)
  const bits = sizeOf(exact.significand).toString(16).length * 4 + exact.exponent
  if (!Number.isFinite(result.value)) {
    expect(result.errorBound).toBe(Number.POSITIVE_INFINITY)
    expect(bits).toBeGreaterThanOrEqual(1020)
    return
  }
  const shift = BigInt(Math.max(0, -1074 - exact.exponent))
  const scaled = exact.significand << (BigInt(exact.exponent + 1074) + shift)
  const error = sizeOf((exactOf(result.value) << shift) - scaled)
  expect(error <= exactOf(result.errorBound) << shift).toBe(true)
}

function bitProduct(values: NumberArray, type: NumberType): number {
  let product = 1n
  for (const value of values) product = BigInt.asUintN(32, product * BigInt(value))
  return Number(type === 'u32' ? product : BigInt.asIntN(32, product))
}

for (const { name, options, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`reduce on ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(options)
    })
    afterAll(() => device.dispose())
    const isGpu = options.kind === 'webgpu'
    const types = isGpu ? NUMBER_TYPES.filter((type) => type !== 'f64') : NUMBER_TYPES

    /** All operations against the definition. */
    async function check(values: NumberArray, type: NumberType): Promise<void> {
      const isFloat = type === 'f32' || type === 'f64'
      const sum = await reduce(values, 'sum', { device })
      const exact = exactSum(values)
      expectWithin(sum, exact)
      if (!isFloat) {
        const whole = exact >> 1074n
        expect(sum.value).toBe(Number(whole))
        expect(sum.errorBound).toBe(Number(sizeOf(whole - BigInt(sum.value))))
      } else if (Number.isFinite(sum.errorBound)) {
        // Tight enough to be of use: the first-order bound of summing 2^10 numbers.
        const weight = exactSum(values.map(Math.abs) as NumberArray)
        expect(exactOf(sum.errorBound) * 2n ** 43n <= weight + 2n ** 45n).toBe(true)
      }
      expect(await reduce(values, 'count', { device })).toEqual({
        value: values.length,
        errorBound: 0,
      })
      if (values.length <= 3000) {
        const product = await reduce(values, 'product', { device })
        if (isFloat) expectProduct(values, product)
        else expect(product).toEqual({ value: bitProduct(values, type), errorBound: 0 })
      }
      if (values.length === 0) return
      expectWithin(await reduce(values, 'avg', { device }), exact, values.length)
      const least = Array.from(values).reduce((a, b) => Math.min(a, b))
      const greatest = Array.from(values).reduce((a, b) => Math.max(a, b))
      expect(await reduce(values, 'min', { device })).toEqual({ value: least, errorBound: 0 })
      expect(await reduce(values, 'max', { device })).toEqual({ value: greatest, errorBound: 0 })
    }

    it('gives what exact arithmetic gives, within its own bound', async () => {
      const seed = testSeed()
      const random = createRandom(seed)
      const cases = LENGTHS.filter((length) => !isGpu || length <= 16_385)
      const total = cases.length + count(isGpu ? 100 : 400)
      for (let i = 0; i < total; i++) {
        const type = types[random.nextBelow(types.length)]
        const distribution = DISTRIBUTIONS[random.nextBelow(DISTRIBUTIONS.length)]
        const length = cases[i] ?? random.nextBelow(2500)
        const values = randomColumn(type, length, distribution, seed + i)
        await check(values, type).catch((error) => {
          const what = `${length} ${distribution} ${type} of seed ${seed + i}`
          throw new Error(`${what}: ${(error as Error).message}`, { cause: error })
        })
      }
    })

    it('takes extreme integers', async () => {
      for (const column of [
        new Uint32Array(5000).fill(0xffff_ffff),
        new Int32Array(5000).fill(-0x8000_0000),
        new Int32Array(5001).map((_, i) => (i % 2 === 0 ? 0x7fff_ffff : -0x8000_0000)),
        new Uint32Array([0xffff_ffff, 0, 1]),
      ]) {
        await check(column, column instanceof Uint32Array ? 'u32' : 'i32')
      }
    })

    it.each(types.filter((type) => type === 'f32' || type === 'f64'))(
      'lets NaN, infinities and zeros of %s through as IEEE 754 says',
      async (type) => {
        const plain = randomColumn(type, 2000, 'small', 5)
        const tables: [number[], Partial<Record<ReduceOperation, number>>][] = [
          [[Number.NaN], { sum: NaN, product: NaN, min: NaN, max: NaN, avg: NaN }],
          [[Infinity], { sum: Infinity, avg: Infinity, max: Infinity }],
          [[-Infinity], { sum: -Infinity, avg: -Infinity, min: -Infinity }],
          [[Infinity, -Infinity], { sum: NaN, avg: NaN, min: -Infinity, max: Infinity }],
          [[0, Infinity], { product: NaN, max: Infinity }],
        ]
        for (const [specials, expected] of tables) {
          const column = plain.slice()
          sprinkle(column, specials, 9)
          for (const [operation, value] of Object.entries(expected)) {
            const result = await reduce(column, operation as ReduceOperation, { device })
            expect(result.value).toBe(value)
            const isFound = operation === 'min' || operation === 'max'
            expect(result.errorBound).toBe(isFound ? 0 : Number.POSITIVE_INFINITY)
          }
          expect((await reduce(column, 'count', { device })).value).toBe(column.length)
        }
        const make = (list: number[]) =>
          type === 'f32' ? new Float32Array(list) : new Float64Array(list)
        const zeros = make([0, -0, 0])
        expect((await reduce(zeros, 'min', { device })).value).toBe(-0)
        expect((await reduce(zeros, 'max', { device })).value).toBe(0)
        expect((await reduce(make([-0, -0]), 'max', { device })).value).toBe(-0)
        expect((await reduce(make([-0, 3]), 'product', { device })).value).toBe(-0)
        expect((await reduce(make([-2, Infinity]), 'product', { device })).value).toBe(-Infinity)
      },
    )

    it('overflows at the end, not on the way', async () => {
      const big = isGpu ? 2 ** 120 : 2 ** 1000
      const make = (list: number[]) => (isGpu ? new Float32Array(list) : new Float64Array(list))
      const ups = Array<number>(3000).fill(big)
      const downs = Array<number>(3000).fill(1 / big)
      const back = await reduce(make([...ups, ...downs]), 'product', { device })
      expect(back.value).toBe(1)
      const up = await reduce(make([...ups, -1]), 'product', { device })
      expect(up).toEqual({ value: -Infinity, errorBound: Infinity })
      const down = await reduce(make([...downs, -1]), 'product', { device })
      expect(down.value).toBe(-0)
      expect(down.errorBound).toBe(Number.MIN_VALUE)
      if (isGpu) return
      const sum = await reduce(new Float64Array([1e308, 1e308, 1e308]), 'sum', { device })
      expect(sum).toEqual({ value: Infinity, errorBound: Infinity })
    })

    it('sums f32 beyond the largest f32', async () => {
      const result = await reduce(new Float32Array(1000).fill(3e38), 'sum', { device })
      expectWithin(result, 1000n * exactOf(Math.fround(3e38)))
      expect(result.value / 1000 / Math.fround(3e38)).toBeCloseTo(1, 12)
    })

    it('has the same bits however the column is cut', async () => {
      const seed = testSeed()
      const random = createRandom(seed)
      for (const type of types) {
        const values = randomColumn(type, isGpu ? 36_000 : 70_001, 'wide', seed)
        for (const operation of ORDERED) {
          const whole = await reduce(values, operation, { device })
          for (const partCount of [1, 2, 3, 4, 8, 16]) {
            const cuts = Array.from({ length: partCount - 1 }, () =>
              random.nextBelow(values.length + 1),
            ).sort((a, b) => a - b)
            const parts = [0, ...cuts].map((begin, i) =>
              values.subarray(begin, cuts[i] ?? values.length),
            )
            const what = `${type} ${operation} in ${partCount} parts, seed ${seed}`
            expect(await reduceColumn(parts, operation, { device }), what).toEqual(whole)
          }
        }
      }
    })

    it('cuts where blocks end, inside blocks, and into nothing', async () => {
      const values = randomColumn(isGpu ? 'f32' : 'f64', 40_000, 'cancelling', 3)
      for (const cuts of [
        [16_384],
        [16_384, 32_768],
        [1, 2, 3, 39_999],
        [0, 0, 40_000],
        [100, 200, 16_384, 16_384, 33_000],
        [16_383, 16_385],
      ]) {
        const bounds = [0, ...cuts, values.length]
        const parts = bounds.slice(1).map((end, i) => values.subarray(bounds[i], end))
        for (const operation of OPERATIONS) {
          const whole = await reduce(values, operation, { device })
          expect(await reduceColumn(parts, operation, { device })).toEqual(whole)
        }
      }
    })

    it('reduces residents where they lie', async () => {
      const values = randomColumn(isGpu ? 'f32' : 'f64', 5000, 'wide', 8)
      const resident = await device.upload(values)
      for (const operation of OPERATIONS) {
        const runs: KernelRun[] = []
        const result = await reduce(resident, operation, { onRun: (run) => runs.push(run) })
        expect(result).toEqual(await reduce(values, operation, { device }))
        expect(runs).toMatchObject([
          { reason: 'the device that holds the data', device: { kind: options.kind } },
        ])
      }
      await resident.dispose()
    })

    it('answers for no values where there is an answer', async () => {
      const none = new Float32Array(0)
      const answers = { sum: 0, product: 1, count: 0 }
      for (const [operation, value] of Object.entries(answers) as [ReduceOperation, number][]) {
        const expected = { value, errorBound: 0 }
        expect(await reduce(none, operation, { device })).toEqual(expected)
        expect(await reduceColumn([none, none], operation, { device })).toEqual(expected)
      }
      for (const operation of ['min', 'max', 'avg'] as const) {
        const message = `"values" expected at least one value for ${operation}, got none`
        await expect(reduce(none, operation, { device })).rejects.toThrow(new RangeError(message))
        await expect(reduceColumn([none], operation, { device })).rejects.toThrow(message)
      }
    })

    it.runIf(isGpu)('refuses f64 on the GPU, and says what to do', async () => {
      const call = reduce(new Float64Array(3), 'sum', { device })
      await expect(call).rejects.toThrow(NotSupportedError)
      await expect(reduce(new Float64Array(3), 'max', { device })).rejects.toThrow(
        "use device 'wasm', or f32 values",
      )
    })

    it.skipIf(isGpu)('has the bits of the reference, also for many values', async () => {
      const seed = testSeed()
      for (const type of NUMBER_TYPES) {
        const values = randomColumn(type, 2 ** 18 + 77, 'wide', seed)
        for (const operation of OPERATIONS) {
          const expected = await reduce(values, operation, { device: 'reference' })
          expect(await reduce(values, operation, { device })).toEqual(expected)
        }
        expectWithin(await reduce(values, 'sum', { device }), exactSum(values))
      }
    })

    it('stops on abort and works on', async () => {
      const values = new Float32Array(2 ** 16).fill(1)
      const early = AbortSignal.abort(new Error('before'))
      await expect(reduce(values, 'sum', { device, signal: early })).rejects.toThrow('before')
      const controller = new AbortController()
      const call = reduce(values, 'sum', { device, signal: controller.signal })
      controller.abort(new Error('during'))
      await expect(call).rejects.toThrow('during')
      expect((await reduce(values, 'sum', { device })).value).toBe(2 ** 16)
    })
  })
}
