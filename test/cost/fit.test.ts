/**
 * estimateParameters: g and l that are known come back, exactly without noise and within what its
 * statistics allow with it; samples that can't tell are named.
 */

import fc from 'fast-check'
import { type CostSample, estimateParameters } from 'ticktickclock/cost'
import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../src/random.js'
import { count, testSeed } from '../support/seed.js'

const line = (g: number, l: number, sizes: readonly number[]): CostSample[] =>
  sizes.map((hRelation) => ({ time: 7 + l + g * hRelation, work: 7, hRelation }))

/** Standard normal (Box and Muller, 1958). */
function normal(random: Random): number {
  return (
    Math.sqrt(-2 * Math.log(1 - random.nextFloat())) * Math.cos(2 * Math.PI * random.nextFloat())
  )
}

function fitted(...args: Parameters<typeof estimateParameters>) {
  const found = estimateParameters(...args)
  if (found.kind === 'fit') return found
  throw new Error(found.message)
}

describe('estimateParameters', () => {
  it('TB12: finds the line, a sample with h = 0 included', () => {
    expect(fitted(line(0.5, 3, [0, 1000, 2000]))).toEqual({
      ...{ kind: 'fit', g: 0.5, l: 3, r2: 1, residual: 0, count: 3 },
    })
  })

  it('takes work as 0 where none is given', () => {
    const samples = [1, 2, 3].map((hRelation) => ({ time: 2 + hRelation, hRelation }))
    expect(fitted(samples)).toMatchObject({ g: 1, l: 2 })
  })

  it('finds a level line', () => {
    expect(fitted(line(0, 3, [0, 5, 10]))).toMatchObject({ g: 0, l: 3, r2: 1 })
  })

  it('says the spread of what is left', () => {
    // Residuals of ±1 around y = 10 + x at x = 0, 0, 1, 1: variance 4 / (4 − 2).
    const samples = [9, 11, 10, 12].map((time, i) => ({ time, hRelation: i >> 1 }))
    const { g, l, r2, residual } = fitted(samples)
    expect([g, l]).toEqual([1, 10])
    expect(residual).toBeCloseTo(Math.SQRT2)
    expect(r2).toBeCloseTo(1 - 4 / 5)
  })

  it('keeps l at 0 where the best line is below', () => {
    const samples = [1, 2, 3].map((hRelation) => ({ time: 2 * hRelation - 1, hRelation }))
    const { g, l } = fitted(samples)
    expect(l).toBe(0)
    // Through the origin: sum of xy over sum of xx.
    expect(g).toBeCloseTo((1 + 6 + 15) / 14)
  })

  it.each([
    ['empty', []],
    ['one-size', line(1, 1, [5])],
    ['one-size', line(1, 1, [5, 5, 5])],
    ['one-size', line(1, 1, [0, 0])],
    ['not-finite', [...line(1, 1, [1, 2]), { time: Number.NaN, hRelation: 3 }]],
    ['not-finite', [...line(1, 1, [1, 2]), { time: 1, hRelation: Number.POSITIVE_INFINITY }]],
    ['not-finite', [...line(1, 1, [1, 2]), { time: 1, work: Number.NaN, hRelation: 3 }]],
    ['negative-slope', line(-1, 20, [1, 2, 3])],
  ] as const)('TB12: names samples that are %s', (reason, samples) => {
    const found = estimateParameters(samples)
    expect(found).toMatchObject({ kind: 'degenerate', reason, count: samples.length })
  })

  it('refuses what are no samples', () => {
    expect(() => estimateParameters({} as [])).toThrow('"samples" expected array, got Object')
    expect(() => estimateParameters([], { residuals: 'none' as 'absolute' })).toThrow(
      '"residuals" expected \'absolute\' | \'relative\', got "none"',
    )
  })
})

describe('recovery', () => {
  const sizes = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 20 }), {
    minLength: 2,
    maxLength: 40,
  })
  const logUniform = (low: number, high: number) =>
    fc.double({ min: Math.log(low), max: Math.log(high), noNaN: true }).map(Math.exp)

  it('is exact without noise, whatever the residuals', () => {
    fc.assert(
      fc.property(
        ...[sizes, logUniform(1e-9, 1e-3), logUniform(1e-4, 10)],
        fc.constantFrom('absolute', 'relative'),
        (hs, g, l, residuals) => {
          const found = fitted(line(g, l, hs), { residuals: residuals as 'absolute' })
          const largest = l + g * Math.max(...hs)
          // What rounding of 7 + T leaves, over the span of the sizes.
          const slack = 1e-12 * (7 + largest)
          const span = Math.max(...hs) - Math.min(...hs)
          expect(Math.abs(found.g - g)).toBeLessThan((slack * 100) / span)
          expect(Math.abs(found.l - l)).toBeLessThan(slack * 100 * (1 + Math.max(...hs) / span))
        },
      ),
      { seed: testSeed(), numRuns: count(1000) },
    )
  })

  // Standard errors of a linear fit: Draper and Smith, Applied Regression Analysis, 1.4. l is fifty
  // times the noise and the span of g·h at least as much, so that no sign can turn round.
  it('TB12: is within six standard errors under noise of known size', () => {
    fc.assert(
      fc.property(...[logUniform(1e-3, 10), logUniform(1, 100), fc.integer()], (l, span, seed) => {
        const random = createRandom(seed)
        const sigma = l / 50
        const g = (span * l) / 2 ** 20
        const hs = Array.from({ length: 60 }, (_, i) => (i % 12) * 2 ** 16)
        const noisy = line(g, l, hs).map((sample) => ({
          ...sample,
          time: sample.time + sigma * normal(random),
        }))
        const found = fitted(noisy)
        const mean = hs.reduce((a, b) => a + b) / hs.length
        const xx = hs.reduce((sum, h) => sum + (h - mean) ** 2, 0)
        expect(Math.abs(found.g - g)).toBeLessThan((6 * sigma) / Math.sqrt(xx))
        const errorOfL = sigma * Math.sqrt(1 / hs.length + mean ** 2 / xx)
        expect(Math.abs(found.l - l)).toBeLessThan(6 * errorOfL)
        expect(found.residual / sigma).toBeGreaterThan(1 / 2)
        expect(found.residual / sigma).toBeLessThan(2)
      }),
      { seed: testSeed(), numRuns: count(500) },
    )
  })

  it('finds a small l beside large messages when residuals are relative', () => {
    const random = createRandom(testSeed())
    const [g, l] = [2e-7, 0.004]
    const hs = Array.from({ length: 200 }, (_, i) => [0, 256, 4096, 2 ** 16, 2 ** 20][i % 5])
    const samples = line(g, l, hs).map(({ hRelation }) => ({
      time: (l + g * hRelation) * (1 + 0.1 * normal(random)),
      hRelation,
    }))
    const found = fitted(samples, { residuals: 'relative' })
    expect(Math.abs(found.l / l - 1)).toBeLessThan(0.08)
    expect(Math.abs(found.g / g - 1)).toBeLessThan(0.12)
  })
})
