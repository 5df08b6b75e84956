/**
 * Prefix sums on every device, in Node and in browsers: against exact sums in BigInt within the
 * documented bound, and bit for bit between devices and thread counts.
 */

import { type Device, type KernelRun, NotSupportedError, openDevice, scan } from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { candidates } from '../support/devices.js'
import {
  DISTRIBUTIONS,
  exactOf,
  firstDifference,
  LENGTHS,
  NUMBER_TYPES,
  type NumberArray,
  type NumberType,
  randomColumn,
  sizeOf,
  sprinkle,
} from '../support/numbers.js'
import { count, testSeed } from '../support/seed.js'

const LEAST = 2 ** -1074

/** Integers: the definition, modulo 2^32. */
function wrappedSums(values: NumberArray, inclusive: boolean): NumberArray {
  let sum = 0n
  return values.map((value) => {
    const before = sum
    sum += BigInt(value)
    // The array takes what it is given modulo 2^32.
    return Number(BigInt.asUintN(32, inclusive ? sum : before))
  }) as NumberArray
}

/** Each sum of finite floats lies within the bound that `scan` documents. */
function expectSums(
  values: NumberArray,
  sums: NumberArray,
  { type, inclusive, isGpu }: { type: NumberType; inclusive: boolean; isGpu: boolean },
): void {
  // k · u / (1 - k · u), a little up; on a GPU one term's share is 2^-63 of the greatest.
  const k = (140 + Math.ceil(values.length / 32_768)) * (1 + 2 ** -30)
  let greatest = 0
  let exact = 0n
  let weight = 0n
  const add = (value: number) => {
    exact += exactOf(value)
    weight += exactOf(Math.abs(value))
    greatest = Math.max(greatest, Math.abs(value))
  }
  for (let i = 0; i < sums.length; i++) {
    if (inclusive) add(values[i])
    const sum = sums[i]
    const inner = isGpu ? 3 * (i + 1) * 2 ** -63 * greatest : (k * Number(weight) * LEAST) / 2 ** 53
    const rounded = type === 'f32' ? Math.abs(sum) * 2 ** -24 * (1 + 2 ** -20) + 2 ** -150 : 0
    if (!(sizeOf(exactOf(sum) - exact) <= exactOf(inner + rounded))) {
      throw new Error(`sum ${i} of ${sums.length} is ${sum}, expected ${Number(exact) * LEAST}`)
    }
    if (!inclusive) add(values[i])
  }
}

for (const { name, options, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`scan on ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(options)
    })
    afterAll(() => device.dispose())
    const isGpu = options.kind === 'webgpu'
    const types = isGpu ? NUMBER_TYPES.filter((type) => type !== 'f64') : NUMBER_TYPES

    async function check(values: NumberArray, type: NumberType): Promise<void> {
      const before = values.slice()
      const sums = await scan(values, { device })
      const exclusive = await scan(values, { device, inclusive: false })
      expect(firstDifference(values, before)).toBe(-1)
      expect(sums).toBeInstanceOf(values.constructor)
      if (type === 'u32' || type === 'i32') {
        expect(firstDifference(sums, wrappedSums(values, true))).toBe(-1)
        expect(firstDifference(exclusive, wrappedSums(values, false))).toBe(-1)
        return
      }
      expectSums(values, sums, { type, inclusive: true, isGpu })
      expectSums(values, exclusive, { type, inclusive: false, isGpu })
      // The same sums, moved by one.
      expect(firstDifference(exclusive.subarray(1), sums.subarray(0, -1))).toBe(-1)
      if (values.length > 0) expect(exclusive[0]).toBe(0)
      if (isGpu) return
      const reference = await scan(values, { device: 'reference' })
      expect(firstDifference(sums, reference)).toBe(-1)
    }

    it('gives the definition, within the documented bound', async () => {
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

    it('sums many values', async () => {
      const seed = testSeed()
      for (const type of isGpu ? (['f32'] as const) : (['u32', 'f64'] as const)) {
        await check(randomColumn(type, isGpu ? 2 ** 17 + 5 : 2 ** 18 + 77, 'wide', seed), type)
      }
    })

    it.each(types.filter((type) => type === 'f32' || type === 'f64'))(
      'lets NaN, infinities and zeros of %s through as IEEE 754 says',
      async (type) => {
        const plain = randomColumn(type, 3000, 'small', 5)
        for (const [i, specials] of [
          [Number.NaN],
          [Infinity],
          [-Infinity],
          [Infinity, -Infinity],
          [Infinity, Number.NaN],
          [-Infinity, -Infinity],
        ].entries()) {
          const values = plain.slice()
          sprinkle(values, specials, testSeed() + i)
          let sum = 0
          const expected = values.map((value) => {
            sum += value
            return sum
          })
          expect(firstDifference(await scan(values, { device }), expected)).toBe(-1)
          const moved = await scan(values, { device, inclusive: false })
          expect(firstDifference(moved.subarray(1), expected.subarray(0, -1))).toBe(-1)
        }
        const zeros = values32(type, [-0, -0, 0, -0])
        expect(await scan(zeros, { device })).toEqual(values32(type, [0, 0, 0, 0]))
      },
    )

    it('comes back from beyond the largest f32', async () => {
      const values = new Float32Array([3e38, 3e38, -3e38, -6e37, -3e38, -3e38])
      const sums = await scan(values, { device })
      const shown = Array.from(sums, (sum) => (Number.isFinite(sum) ? 'finite' : sum))
      const finite = 'finite'
      expect(shown).toEqual([finite, Infinity, finite, finite, finite, -Infinity])
      // -6e37 within a rounding of the largest term.
      expect(Math.abs(sums[4] + 6e37)).toBeLessThan(3e38 * 2 ** -23)
    })

    it('works in place, into arrays and into residents', async () => {
      for (const type of types) {
        for (const inclusive of [true, false]) {
          const values = randomColumn(type, 5000, 'uniform', 4)
          const expected = await scan(values, { device, inclusive })
          const into = values.slice()
          expect(await scan(values, { device, inclusive, into })).toBe(into)
          expect(firstDifference(into, expected)).toBe(-1)
          const own = values.slice()
          expect(await scan(own, { device, inclusive, into: own })).toBe(own)
          expect(firstDifference(own, expected)).toBe(-1)

          const resident = await device.upload(values)
          const made = await scan(resident, { inclusive })
          expect(firstDifference(await made.read(), expected)).toBe(-1)
          expect(firstDifference(await resident.read(), values)).toBe(-1)
          expect(await scan(resident, { inclusive, into: resident })).toBe(resident)
          expect(firstDifference(await resident.read(), expected)).toBe(-1)
          expect(await scan(values, { inclusive, into: made })).toBe(made)
          expect(firstDifference(await made.read(), expected)).toBe(-1)
          await Promise.all([resident.dispose(), made.dispose()])
        }
      }
    })

    it('writes over a part of its own input as over any array', async () => {
      const whole = new Uint32Array(300).fill(1)
      await scan(whole.subarray(0, 200), { device, into: whole.subarray(100) })
      expect([...whole]).toEqual(Array.from({ length: 300 }, (_, i) => Math.max(1, i - 99)))
    })

    it('says what ran', async () => {
      const runs: KernelRun[] = []
      await scan(new Uint32Array(10), { device, onRun: (run) => runs.push(run) })
      expect(runs).toMatchObject([{ reason: 'the device given', device: { kind: options.kind } }])
    })

    it.runIf(isGpu)('refuses f64 on the GPU, and says what to do', async () => {
      const call = scan(new Float64Array(3), { device })
      await expect(call).rejects.toThrow(NotSupportedError)
      await expect(scan(new Float64Array(0), { device })).rejects.toThrow("use device 'wasm'")
    })

    it('stops on abort and works on', async () => {
      const values = new Uint32Array(2 ** 16).fill(1)
      const controller = new AbortController()
      const call = scan(values, { device, signal: controller.signal })
      controller.abort(new Error('during'))
      await expect(call).rejects.toThrow('during')
      expect((await scan(values, { device }))[2 ** 16 - 1]).toBe(2 ** 16)
    })
  })
}

function values32(type: NumberType, list: number[]): NumberArray {
  return type === 'f32' ? new Float32Array(list) : new Float64Array(list)
}
