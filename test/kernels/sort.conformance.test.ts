/**
 * The sort family on reference and WASM, wherever they run: seeded cases checked by properties and
 * against the host's own sorts. sort-webgpu.conformance.test.ts does the same for the GPU.
 */

import {
  argsort,
  type Device,
  type ElementType,
  openDevice,
  searchSorted,
  sort,
  sortPairs,
  topK,
  unique,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { candidates } from '../support/devices.js'
import { count, testSeed } from '../support/seed.js'
import {
  checkArgsort,
  checkSearchSorted,
  checkSort,
  checkSortPairs,
  checkTopK,
  checkUnique,
  DISTRIBUTIONS,
  expectInOrder,
  expectLikeHostSort,
  expectPermutation,
  makeValues,
  SORT_TYPES,
  type SortValues,
  sortCases,
} from '../support/sort-cases.js'

const seed = testSeed()

/** Of all values in their order: arrays that differ would be printed whole. */
const hash = (values: Uint32Array) =>
  values.reduce((sum, value) => (Math.imul(sum, 31) + value) >>> 0, 7)

/** Around the lengths from which values are partitioned, and done by more than one thread. */
const BLOCK_LENGTHS = [16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 100_003]

for (const { name, options, missing } of await candidates()) {
  if (options.kind === 'webgpu') continue
  describe.skipIf(missing !== undefined)(`sort: ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(options)
    })
    afterAll(() => device.dispose())

    it('sorts, as the host does', async () => {
      for (const sortCase of sortCases(seed, count(4000), 5000)) await checkSort(device, sortCase)
    })

    it('finds positions and moves pairs, stable both ways', async () => {
      for (const sortCase of sortCases(seed + 1, count(3000), 3000)) {
        await checkArgsort(device, sortCase)
        await checkSortPairs(device, sortCase)
      }
    })

    it('picks the best, counts the distinct, finds places', async () => {
      for (const sortCase of sortCases(seed + 2, count(3000), 2000)) {
        await checkTopK(device, sortCase)
        await checkUnique(device, sortCase)
        await checkSearchSorted(device, sortCase)
      }
    })

    it('sorts long arrays of every distribution', async () => {
      const random = createRandom(seed)
      for (const distribution of DISTRIBUTIONS) {
        const type = SORT_TYPES[random.nextBelow(SORT_TYPES.length)]
        const length = BLOCK_LENGTHS[random.nextBelow(BLOCK_LENGTHS.length)]
        const what = `${length} ${type}, ${distribution}, seed ${seed}`
        for (const each of [type, 'u32', 'f64'] as ElementType[]) {
          const values = makeValues(each, length, distribution, random) as SortValues
          const descending = random.nextBelow(2) === 1
          const output = (await sort(values, { device, descending })) as SortValues
          expectPermutation(`${each}: ${what}`, values, output)
          expectInOrder(`${each}: ${what}`, output, descending)
          expectLikeHostSort(`${each}: ${what}`, values, output, descending)
        }
        await checkArgsort(device, {
          name: what,
          values: makeValues(type, length, distribution, random),
          descending: random.nextBelow(2) === 1,
          payload: new Uint8Array(0),
        })
      }
    })

    it('leaves residents where they are, fills and sorts in place', async () => {
      const values = makeValues('f64', 20_000, 'special values', createRandom(seed)) as Float64Array
      const expected = values.slice().sort()
      const resident = await device.upload(values)
      const sorted = await sort(resident)
      expect(sorted.device).toBe(device)
      expect(await sorted.read()).toEqual(expected)
      expect(await resident.read()).toEqual(values)
      const order = await argsort(resident)
      expect(order.type).toBe('u32')
      expect(await sort(resident, { into: resident })).toBe(resident)
      expect(await resident.read()).toEqual(expected)
      const own = values.slice()
      expect(await sort(own, { device, into: own })).toBe(own)
      expect(own).toEqual(expected)
      const keys = values.slice()
      const payload = Uint32Array.from(keys.keys())
      const pairs = await sortPairs(keys, payload, { device, into: { keys, values: payload } })
      expect(pairs.keys).toBe(keys)
      expect(keys).toEqual(expected)
      expect(await order.read()).toEqual(payload)
      for (const each of [resident, sorted, order]) await each.dispose()
    })

    it('moves pairs of residents in place, into each other, and one array as both', async () => {
      const keys = makeValues('u32', 20_000, 'few unique', createRandom(seed)) as Uint32Array
      const payload = Uint32Array.from(keys, (_, i) => 20_000 - i)
      const order = await argsort(keys, { device })
      const [sortedKeys, moved] = [keys, payload].map((array) => order.map((i) => array[i]))
      const cases = [
        { into: [0, 1], values: 1 },
        { into: [1, 0], values: 1 },
        { into: [0, 1], values: 0 },
        { into: [1, 0], values: 0 },
      ]
      for (const { into, values } of cases) {
        const own = [await device.upload(keys), await device.upload(payload)]
        const outputs = { keys: own[into[0]], values: own[into[1]] }
        await sortPairs(own[0], own[values], { into: outputs })
        expect(hash(await outputs.keys.read())).toBe(hash(sortedKeys))
        expect(hash(await outputs.values.read())).toBe(hash(values === 0 ? sortedKeys : moved))
        for (const resident of own) await resident.dispose()
      }
    })

    it('takes residents of one device only', async () => {
      const other = await openDevice({ kind: 'reference' })
      const [here, there] = [device, other].map((each) => each.upload(Uint32Array.of(2, 1)))
      const mixed = sortPairs(await here, await there)
      await expect(mixed).rejects.toThrow('all residents of a call must lie on the same device')
      await (await here).dispose()
      await other.dispose()
    })

    it('takes clamped bytes and gives such', async () => {
      const clamped = Uint8ClampedArray.of(3, 1, 2, 1)
      const sorted = Uint8ClampedArray.of(1, 1, 2, 3)
      expect(await sort(clamped, { device })).toStrictEqual(sorted)
      expect(await argsort(clamped, { device })).toStrictEqual(Uint32Array.of(1, 3, 2, 0))
      const payload = Uint8Array.of(30, 10, 20, 11)
      expect(await sortPairs(clamped, payload, { device })).toStrictEqual({
        keys: sorted,
        values: Uint8Array.of(10, 11, 20, 30),
      })
      expect((await sortPairs(payload, clamped, { device })).values).toStrictEqual(sorted)
      const best = { values: Uint8ClampedArray.of(3, 2), indices: Uint32Array.of(0, 2) }
      expect(await topK(clamped, 2, { device })).toStrictEqual(best)
      expect(await unique(clamped, { device })).toStrictEqual({
        values: Uint8ClampedArray.of(1, 2, 3),
        counts: Uint32Array.of(2, 1, 1),
      })
      const places = await searchSorted(sorted, clamped, { device, side: 'right' })
      expect(places).toStrictEqual(Uint32Array.of(4, 2, 3, 2))
      expect(await sort(clamped, { device, into: clamped })).toBe(clamped)
      expect(clamped).toStrictEqual(sorted)
    })

    it('takes nothing and one value', async () => {
      for (const length of [0, 1]) {
        const values = new Float32Array(length)
        expect(await sort(values, { device })).toEqual(values)
        expect(await argsort(values, { device })).toEqual(new Uint32Array(length))
        expect((await unique(values, { device })).values).toEqual(values)
        expect((await topK(values, 5, { device })).indices).toHaveLength(length)
        expect(await searchSorted(values, values, { device })).toHaveLength(length)
      }
    })

    it('stops on abort and works on', async () => {
      const values = makeValues('u32', 1 << 20, 'uniform', createRandom(seed)) as Uint32Array
      const controller = new AbortController()
      const call = sort(values, { device, signal: controller.signal })
      setTimeout(() => controller.abort(new Error('enough')), 1)
      await call.then(
        () => {},
        (error) => expect(error.message).toBe('enough'),
      )
      const few = values.slice(0, 100)
      expect(await sort(few, { device })).toEqual(few.slice().sort())
    })
  })
}

describe('the checks of options', () => {
  const values = new Uint32Array(3)
  it.each([
    [() => sort([3, 1] as never), TypeError, '"values" expected Uint8Array'],
    [() => sort(values, { into: new Uint32Array(4) }), RangeError, '"into" expected length 3'],
    [() => sort(values, { into: new Int32Array(3) as never }), TypeError, '"into" expected Uint32'],
    [() => sort(values, { descending: 1 as never }), TypeError, '"descending" expected boolean'],
    [() => sort(values, { order: 'up' } as never), TypeError, 'no option "order"'],
    [() => sortPairs(values, new Uint8Array(2)), RangeError, '"values" expected length 3, got 2'],
    [() => sortPairs(values, values, { into: {} as never }), TypeError, 'got keys undefined'],
    [() => topK(values, -1), RangeError, '"k" expected whole number'],
    [() => searchSorted(values, new Int32Array(1) as never), TypeError, 'type of "sorted" (u32)'],
    [() => searchSorted(values, values, { side: 'up' as never }), RangeError, '"side"'],
  ])('%s', async (call, type, message) => {
    await expect(call()).rejects.toThrow(type)
    await expect(call()).rejects.toThrow(message)
  })
})
