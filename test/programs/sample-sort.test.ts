/** Sample sort as a BSP program: the host's order, and the same bits on any number of ranks. */

import fc from 'fast-check'
import { createRuntime, run } from 'ticktickclock/bsp'
import {
  type SampleSortInput,
  type SampleSortResult,
  sampleSortModule,
  sampleSortProgram,
} from 'ticktickclock/programs'
import { afterAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { count, testSeed } from '../support/seed.js'
import {
  DISTRIBUTIONS,
  emptyValues,
  expectLikeHostSort,
  expectPermutation,
  expectSameBits,
  makeValues,
  SORT_TYPES,
  type SortValues,
} from '../support/sort-cases.js'

const PROCESSORS = [1, 2, 3, 4, 8, 16]
const seed = testSeed()
const runtime = createRuntime({ workers: 2 })
afterAll(() => runtime.dispose())

async function inline(input: SampleSortInput, processors: number, runSeed = 0) {
  return (await run(sampleSortProgram, { input, processors, seed: runSeed })).result
}

async function threads(input: SampleSortInput, processors: number, runSeed = 0) {
  const options = { input, processors, seed: runSeed }
  return (await runtime.run<typeof sampleSortProgram>(sampleSortModule, options)).result
}

/** Checks a result, and returns its values. */
function checked(what: string, input: SortValues, result: SampleSortResult): SortValues {
  expectPermutation(what, input, result.values)
  expectLikeHostSort(what, input, result.values, false)
  const slices = emptyValues('f64', result.slices.length).map((_, i) => result.slices[i].length)
  expect(slices.reduce((sum, length) => sum + length, 0)).toBe(input.length)
  return result.values
}

describe.each(['wasm', 'reference'] as const)('on %s', (device) => {
  it('any type, distribution and length: the same bits for every p and transport', async () => {
    const cases = fc.record({
      type: fc.constantFrom(...SORT_TYPES),
      distribution: fc.constantFrom(...DISTRIBUTIONS),
      length: fc.oneof(fc.nat(20), fc.nat(3000)),
      dataSeed: fc.nat(),
      runSeed: fc.nat(),
    })
    const property = fc.asyncProperty(
      cases,
      async ({ type, distribution, length, dataSeed, runSeed }) => {
        const values = makeValues(type, length, distribution, createRandom(dataSeed))
        const before = values.slice()
        const what = `${length} ${type}, ${distribution}`
        const first = checked(what, values, await inline({ values, device }, 1))
        for (const p of PROCESSORS) {
          for (const sortOn of [inline, threads]) {
            const result = await sortOn({ values, device }, p, runSeed)
            expect(result.slices).toHaveLength(p)
            expectSameBits(`${what}, p = ${p}`, checked(what, values, result), first)
          }
        }
        expectSameBits('the input', values, before)
      },
    )
    await fc.assert(property, { seed, numRuns: count(60) })
  })

  it('keeps the bits of NaN, signalling ones of f32 too', async () => {
    const bits = Uint32Array.of(0x7fb0_5c13, 0x3f80_0000, 0xffb0_5c13, 0x7fc0_0001, 0x8000_0000, 1)
    const values = new Float32Array(bits.buffer)
    for (const p of [1, 2, 3]) {
      for (const sortOn of [inline, threads]) {
        expectPermutation(`p = ${p}`, values, (await sortOn({ values, device }, p)).values)
      }
    }
  })

  it('200,000 values', async () => {
    for (const type of ['u32', 'f64'] as const) {
      const values = makeValues(type, 200_000, 'uniform', createRandom(seed))
      const result = await threads({ values, device }, 4)
      checked(type, values, result)
      for (const slice of result.slices) expect(slice.length).toBeLessThan(80_000)
    }
  })
})

describe('edges of the domain', () => {
  it('no values, and more processors than values', async () => {
    for (const length of [0, 1, 2, 3]) {
      const values = Float32Array.from({ length }, (_, i) => -i)
      for (const result of [await inline({ values }, 16), await threads({ values }, 16)]) {
        checked(`${length} values`, values, result)
      }
    }
  })

  it('shared values, and values in the middle of a buffer', async () => {
    const shared = new Float64Array(new SharedArrayBuffer(8000)).map((_, i) => (i * 7919) % 1000)
    const middle = shared.subarray(100, 900)
    for (const values of [shared, middle]) {
      checked('shared', values.slice(), await threads({ values }, 3))
    }
  })

  it.each<[string, unknown, string]>([
    ['a plain array', { values: [3, 1] }, '"values" expected typed array of numbers'],
    ['no samples', { values: new Uint8Array(3), samples: 0 }, '"samples" expected'],
    ['a misspelt name', { values: new Uint8Array(3), sample: 5 }, 'sample'],
  ])('refuses %s', async (_, input, text) => {
    await expect(inline(input as SampleSortInput, 2)).rejects.toThrow(text)
    await expect(threads(input as SampleSortInput, 2)).rejects.toThrow(text)
  })
})
