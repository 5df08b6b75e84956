/**
 * The sort family on the GPU: thousands of small seeded cases, and the sizes at which its radix and
 * sample sorts change their shape. What all devices share is in sort.conformance.
 */

import {
  argsort,
  type Device,
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
  expectedPositions,
  expectSameBits,
  makeValues,
  SORT_TYPES,
  type SortCase,
  type SortValues,
  sortCases,
  taken,
} from '../support/sort-cases.js'

/** GPU inputs stay below this: software GPUs are slow. */
const LONGEST = 1 << 18

/** Around a thread's chunk (128), what one thread scans (2,048 keys), two levels of sums. */
const LENGTHS = [127, 128, 129, 2047, 2048, 2049, 4096, 4097, 8193]

/** Above 131,072 keys there are two levels of sums; above 2,048 two levels of splitters. */
const LONG_LENGTHS = [(1 << 17) - 1, (1 << 17) + 1, LONGEST]

/** Calls under way at the same time. */
const AT_ONCE = 16

type Check = (device: Device, sortCase: SortCase) => Promise<void>

const [gpu] = (await candidates()).filter(({ options }) => options.kind === 'webgpu')

describe.skipIf(gpu.missing !== undefined)('sorting on webgpu', () => {
  let device: Device
  beforeAll(async () => {
    device = await openDevice(gpu.options)
  })
  afterAll(() => device.dispose())

  function caseOf(values: SortValues, name: string, seed: number): SortCase {
    const random = createRandom(seed)
    const type = SORT_TYPES[random.nextBelow(SORT_TYPES.length)]
    const payload = makeValues(type, values.length, 'random bits', random)
    return { name: `${name}, seed ${seed}`, values, payload, descending: seed % 2 === 1 }
  }

  /** The exact bits of all three results: what is equal stays in order, NaN as they are. */
  async function checkBits({ name, values, payload, descending }: SortCase) {
    const positions = expectedPositions(values, descending)
    const keys = (await sort(values, { descending, device })) as SortValues
    expectSameBits(`${name}: keys`, keys, taken(values, positions))
    const order = (await argsort(values, { descending, device })) as Uint32Array
    expectSameBits(`${name}: order`, order, positions)
    const pairs = await sortPairs(values, payload, { descending, device })
    expectSameBits(`${name}: values`, pairs.values as SortValues, taken(payload, positions))
  }

  /** Several at once: what takes long for a short column is the way to the GPU and back. */
  async function checkAll(cases: Iterable<SortCase>, checks: readonly Check[]) {
    let running: Promise<void>[] = []
    let index = 0
    for (const sortCase of cases) {
      running.push(checks[index++ % checks.length](device, sortCase))
      if (running.length < AT_ONCE) continue
      await Promise.all(running)
      running = []
    }
    await Promise.all(running)
  }

  it('sorts seeded cases', async () => {
    await checkAll(sortCases(testSeed(), count(10_000), 5_000), [checkSort])
  })

  it('keeps positions and payloads of seeded cases in step', async () => {
    const cases = sortCases(testSeed() + 1, count(2_000), 5_000)
    await checkAll(cases, [checkArgsort, checkSortPairs])
  })

  it('finds the best, the distinct and positions in seeded cases', async () => {
    const cases = sortCases(testSeed() + 2, count(3_000), 5_000)
    await checkAll(cases, [checkTopK, checkUnique, checkSearchSorted])
  })

  it.each(LENGTHS)('sorts %i of every type, bit by bit', async (length) => {
    const seed = testSeed() + length
    const cases = SORT_TYPES.flatMap((type, index) =>
      (['uniform', 'special values'] as const).map((distribution) => {
        const values = makeValues(type, length, distribution, createRandom(seed + index))
        return caseOf(values, `${length} ${type}, ${distribution}`, seed + index)
      }),
    )
    await checkAll(cases, [(_, sortCase) => checkBits(sortCase)])
  })

  it.each(DISTRIBUTIONS)('sorts 32 and 64 bits, %s', async (distribution) => {
    const seed = testSeed() + 7
    for (const type of ['u32', 'f32', 'i64', 'f64'] as const) {
      const values = makeValues(type, 10_000, distribution, createRandom(seed))
      await checkBits(caseOf(values, `10000 ${type}, ${distribution}`, seed))
    }
  })

  it.each(LONG_LENGTHS)('sorts %i', async (length) => {
    for (const [index, type] of (['f32', 'f64', 'u8'] as const).entries()) {
      const seed = testSeed() + index
      const values = makeValues(type, length, 'uniform', createRandom(seed))
      await checkSort(device, caseOf(values, `${length} ${type}`, seed))
    }
  })

  it('finds the best, the distinct and positions among many', async () => {
    for (const [index, type] of (['i32', 'f64', 'u16'] as const).entries()) {
      const seed = testSeed() + index
      const values = makeValues(type, 40_000 + index, 'clustered', createRandom(seed))
      const many = caseOf(values, `${values.length} ${type}`, seed)
      for (const check of [checkTopK, checkUnique, checkSearchSorted]) await check(device, many)
    }
  })

  it('gives the same bits each time', async () => {
    const values = makeValues('f64', 5_000, 'special values', createRandom(testSeed()))
    const first = (await argsort(values, { device })) as Uint32Array
    for (let i = 0; i < 3; i++) {
      expectSameBits('again', (await argsort(values, { device })) as Uint32Array, first)
    }
  })

  it.each(SORT_TYPES)('sorts residents of %s, into new ones and in place', async (type) => {
    const values = makeValues(type, 1_001, 'special values', createRandom(testSeed()))
    const positions = expectedPositions(values, true)
    const expected = taken(values as SortValues, positions)
    const resident = await device.upload(values as Float64Array)
    const sorted = await sort(resident, { descending: true })
    expectSameBits('input', await resident.read(), values)
    expectSameBits('new resident', await sorted.read(), expected)
    const order = await argsort(resident, { descending: true })
    expectSameBits('order', await order.read(), positions)
    const payload = await device.upload(Uint16Array.from(values.keys()))
    const into = { keys: resident, values: payload }
    await sortPairs(resident, payload, { descending: true, into })
    expectSameBits('keys in place', await resident.read(), expected)
    expectSameBits('values in place', await payload.read(), Uint16Array.from(positions))
    await sort(resident, { into: resident })
    expectSameBits(
      'in place',
      await resident.read(),
      taken(expected, expectedPositions(expected, false)),
    )
    for (const used of [resident, sorted, order, payload]) await used.dispose()
  })

  it('takes an array as its own keys and payload', async () => {
    const values = makeValues('u32', 3_000, 'few unique', createRandom(testSeed()))
    const resident = await device.upload(values)
    const sorted = values.slice().sort()
    const pairs = await sortPairs(resident, resident)
    expectSameBits('keys', (await pairs.keys.read()) as SortValues, sorted)
    expectSameBits('values', (await pairs.values.read()) as SortValues, sorted)
    const positions = expectedPositions(values, false)
    await argsort(resident, { into: resident })
    expectSameBits('order in place', await resident.read(), positions)
    for (const used of [resident, pairs.keys, pairs.values]) await used.dispose()
  })

  it('answers about residents with residents', async () => {
    const resident = await device.upload(Float64Array.of(3, Number.NaN, 1, 3, -0, 0))
    const best = await topK(resident, 2)
    expect(Array.from(await best.indices.read())).toEqual([1, 0])
    const distinct = await unique(resident)
    expect(Array.from(await distinct.values.read())).toEqual([-0, 0, 1, 3, Number.NaN])
    expect(Array.from(await distinct.counts.read())).toEqual([1, 1, 1, 2, 1])
    const found = await searchSorted(distinct.values, resident, { side: 'right' })
    expect(Array.from(await found.read())).toEqual([4, 5, 3, 4, 1, 2])
    const all = [resident, best.values, best.indices, distinct.values, distinct.counts, found]
    for (const used of all) await used.dispose()
  })

  it('stops on abort and works on', async () => {
    for (const type of ['u32', 'f64'] as const) {
      const values = makeValues(type, 5_000, 'uniform', createRandom(testSeed()))
      const resident = await device.upload(values as Float64Array)
      const reason = new Error('enough')
      const before = sort(resident, { signal: AbortSignal.abort(reason) })
      await expect(before).rejects.toBe(reason)
      const controller = new AbortController()
      const call = sort(resident, { signal: controller.signal })
      const outcome = expect(call).rejects.toBe(reason)
      // The call is on its way; however fast the GPU is, nothing was submitted yet.
      controller.abort(reason)
      await outcome
      await resident.dispose()
      await checkSort(device, caseOf(values.slice(0, 100) as SortValues, 'after', testSeed()))
    }
  })
})
