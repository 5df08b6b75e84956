/**
 * Histograms on every device, in Node and in browsers: against a linear search by the definition,
 * identical counts everywhere.
 */

import {
  type Device,
  type HistogramOptions,
  type HistogramResult,
  histogram,
  type KernelRun,
  NotSupportedError,
  openDevice,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { candidates } from '../support/devices.js'
import {
  DISTRIBUTIONS,
  firstDifference,
  NUMBER_TYPES,
  type NumberArray,
  type NumberType,
  randomColumn,
  sprinkle,
} from '../support/numbers.js'
import { count, testSeed } from '../support/seed.js'

const LENGTHS = [0, 1, 2, 15, 63, 64, 65, 1023, 1024, 1025, 5000]
const ODD = [Number.NaN, Infinity, -Infinity, 0, -0, 5e-324, -1e-45, 1.5]

/** Counts by the definition, from the edges that the call gave. */
function countPlainly(values: NumberArray, edges: Float64Array): Omit<HistogramResult, 'edges'> {
  const last = edges.length - 1
  const counts = new Uint32Array(last)
  const result = { counts, below: 0, above: 0, nan: 0 }
  for (const x of values) {
    if (Number.isNaN(x)) result.nan++
    else if (x < edges[0]) result.below++
    else if (x > edges[last]) result.above++
    else {
      let bin = 0
      while (bin < last - 1 && !(x < edges[bin + 1])) bin++
      counts[bin]++
    }
  }
  return result
}

/** Equal-width edges as documented, by the definition. */
function expectEdges({ edges }: HistogramResult, low: number, high: number, bins: number): void {
  expect(edges.length).toBe(bins + 1)
  expect(edges[0]).toBe(low)
  expect(edges[bins]).toBe(high)
  for (let i = 1; i <= bins; i++) expect(edges[i]).toBeGreaterThanOrEqual(edges[i - 1])
  if (!Number.isFinite(high - low)) return
  for (let i = 1; i < bins; i++) expect(edges[i]).toBe(low + (high - low) * (i / bins))
}

for (const { name, options, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`histogram on ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(options)
    })
    afterAll(() => device.dispose())
    const isGpu = options.kind === 'webgpu'
    const types = isGpu ? NUMBER_TYPES.filter((type) => type !== 'f64') : NUMBER_TYPES

    async function check(values: NumberArray, how: HistogramOptions): Promise<HistogramResult> {
      const result = await histogram(values, { ...how, device })
      const { edges, ...counted } = result
      expect(counted).toEqual(countPlainly(values, edges))
      const again = await histogram(values, { ...how, device: 'reference' })
      expect(again).toEqual(result)
      return result
    }

    it('counts by the definition in equal bins', async () => {
      const seed = testSeed()
      const random = createRandom(seed)
      const total = LENGTHS.length + count(isGpu ? 100 : 300)
      for (let i = 0; i < total; i++) {
        const type = types[random.nextBelow(types.length)]
        const distribution = DISTRIBUTIONS[random.nextBelow(DISTRIBUTIONS.length)]
        const length = LENGTHS[i] ?? random.nextBelow(2500)
        const values = randomColumn(type, length, distribution, seed + i)
        if (type[0] === 'f' && length > 0) sprinkle(values, ODD, seed + i)
        const bins = 1 + random.nextBelow(50)
        const finite = Array.from(values).filter(Number.isFinite)
        const low = finite.length > 0 ? Math.min(...finite) : 0
        const high = finite.length > 0 ? Math.max(...finite) : 1
        await check(values, { bins })
          .then((result) => expectEdges(result, low, high, bins))
          .catch((error) => {
            const what = `${length} ${distribution} ${type} of seed ${seed + i} in ${bins} bins`
            throw new Error(`${what}: ${(error as Error).message}`, { cause: error })
          })
      }
    })

    it('counts by the definition between any edges', async () => {
      const seed = testSeed()
      const random = createRandom(seed)
      for (let i = 0; i < count(isGpu ? 100 : 300); i++) {
        const type = types[random.nextBelow(types.length)]
        const values = randomColumn(type, 500, DISTRIBUTIONS[i % DISTRIBUTIONS.length], seed + i)
        if (type[0] === 'f') sprinkle(values, ODD, seed + i)
        // Edges on values, beside them, and between the numbers of the type.
        const edges = Array.from({ length: 2 + random.nextBelow(12) }, () => {
          const value = values[random.nextBelow(values.length)]
          const edge = Number.isNaN(value) ? 0 : value
          return [edge, edge + 0.25, edge * (1 + 2 ** -40), edge - 5e-324, -edge][
            random.nextBelow(5)
          ]
        }).sort((a, b) => a - b)
        await check(values, { bins: edges }).catch((error) => {
          throw new Error(
            `${type} of seed ${seed + i}, edges ${edges}: ${(error as Error).message}`,
          )
        })
      }
    })

    it('knows where the types end', async () => {
      const edges = [
        -Infinity,
        -1e300,
        -(2 ** 31) - 0.5,
        0,
        2 ** 31,
        2 ** 32 - 0.5,
        1e300,
        Infinity,
      ]
      const columns: Partial<Record<NumberType, NumberArray>> = {
        u32: new Uint32Array([0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]),
        i32: new Int32Array([-0x8000_0000, -1, 0, 1, 0x7fff_ffff]),
        f32: new Float32Array([-Infinity, -3.4e38, -1e-45, -0, 0, 1e-45, 3.4e38, Infinity, NaN]),
        f64: new Float64Array([-Infinity, -1e308, -5e-324, -0, 0, 5e-324, 1e308, Infinity, NaN]),
      }
      for (const type of types) {
        const values = columns[type] as NumberArray
        await check(values, { bins: edges })
        await check(values, { bins: edges.slice(1, -1) })
        await check(values, { bins: [0, 0, 1, 1] })
        await check(values, { bins: [-5e-324, 5e-324] })
        await check(values, { bins: [1e300, 1e301] })
        await check(values, { bins: 3, range: [-1.7e308, 1.7e308] })
        await check(values, { bins: 7 })
      }
    })

    it('puts equal values into the last of bins without width', async () => {
      const values = new Float32Array(100).fill(2.5)
      const result = await check(values, { bins: 4 })
      expect([...result.counts]).toEqual([0, 0, 0, 100])
      expect([...result.edges]).toEqual([2.5, 2.5, 2.5, 2.5, 2.5])
    })

    it('takes no values, and none that are finite', async () => {
      expect(await check(new Int32Array(0), { bins: 2 })).toMatchObject({ below: 0, nan: 0 })
      const odd = await check(new Float32Array([NaN, Infinity, -Infinity]), { bins: 2 })
      expect(odd).toMatchObject({ below: 1, above: 1, nan: 1 })
      expect([...odd.edges]).toEqual([0, 0.5, 1])
    })

    it('counts many values in few and in many bins', async () => {
      const seed = testSeed()
      const length = isGpu ? 2 ** 16 : 2 ** 18 + 3
      for (const type of isGpu ? (['f32', 'u32'] as const) : NUMBER_TYPES) {
        const values = randomColumn(type, length, 'uniform', seed)
        for (const bins of [1, 10, 100_000]) {
          const result = await histogram(values, { bins, device })
          const again = await histogram(values, { bins, device: 'reference' })
          expect(firstDifference(result.counts, again.counts)).toBe(-1)
          expect(firstDifference(result.edges, again.edges)).toBe(-1)
          expect(result.counts.reduce((a, b) => a + b)).toBe(length)
        }
      }
    })

    it('fills the array that it is given, and counts residents', async () => {
      const values = randomColumn(isGpu ? 'f32' : 'f64', 3000, 'uniform', 6)
      const expected = await histogram(values, { bins: 20, device })
      const into = new Uint32Array(20).fill(99)
      const filled = await histogram(values, { bins: 20, into, device })
      expect(filled.counts).toBe(into)
      expect(filled).toEqual(expected)
      const resident = await device.upload(values)
      const runs: KernelRun[] = []
      const onRun = (run: KernelRun) => runs.push(run)
      expect(await histogram(resident, { bins: 20, onRun })).toEqual(expected)
      expect(runs).toMatchObject([{ reason: 'the device that holds the data' }])
      await resident.dispose()
    })

    it.runIf(isGpu)('refuses f64 on the GPU, and says what to do', async () => {
      const call = histogram(new Float64Array(3), { bins: 2, device })
      await expect(call).rejects.toThrow(NotSupportedError)
      await expect(call).rejects.toThrow("use device 'wasm', or f32 values")
    })

    it('stops on abort and works on', async () => {
      const values = new Uint32Array(2 ** 16).map((_, i) => i)
      const controller = new AbortController()
      const call = histogram(values, { bins: 4, device, signal: controller.signal })
      controller.abort(new Error('during'))
      await expect(call).rejects.toThrow('during')
      const { counts } = await histogram(values, { bins: 4, device })
      expect([...counts]).toEqual([16_384, 16_384, 16_384, 16_384])
    })
  })
}
