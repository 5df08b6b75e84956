/** Predictions, their analysis and what speed-ups say, on numbers worked out by hand. */

import fc from 'fast-check'
import {
  analyzePerformance,
  efficiency,
  predictRunTime,
  predictSuperstepTime,
  scalability,
} from 'ticktickclock/cost'
import { describe, expect, it } from 'vitest'
import { count, testSeed } from '../support/seed.js'

const params = { processors: 4, g: 10, l: 50 }

describe('predictions', () => {
  it('TB13: adds work, h times g, and l', () => {
    expect(predictSuperstepTime({ work: 1000, hRelation: 100, params })).toBe(2050)
    expect(predictSuperstepTime({ work: 0, hRelation: 0, params })).toBe(50)
    expect(predictSuperstepTime({ work: 7, hRelation: 3, params: { ...params, g: 0, l: 0 } })).toBe(
      7,
    )
  })

  it('TB13: turns operations into time by the rate', () => {
    const counted = { ...params, rate: 500 }
    expect(predictSuperstepTime({ work: 1000, hRelation: 100, params: counted })).toBe(1052)
  })

  it('sums over supersteps', () => {
    const supersteps = [
      { work: 1000, hRelation: 100 },
      { work: 10, hRelation: 1 },
    ]
    expect(predictRunTime({ supersteps, params })).toBe(2050 + 70)
    expect(predictRunTime({ supersteps: [], params })).toBe(0)
  })

  it('refuses what is no load and what are no parameters', () => {
    const load = { work: 1, hRelation: 1, params }
    const cases: [object, string][] = [
      [{ ...load, work: -1 }, '"work" expected number in [0, infinity], got -1'],
      [{ ...load, hRelation: Number.NaN }, '"hRelation" expected number in [0, infinity], got NaN'],
      [{ ...load, h: 1 }, '"options" has no option "h"; it knows work, hRelation, params'],
      [{ work: 1, hRelation: 1 }, '"params" expected object, got undefined'],
      [
        { ...load, params: { ...params, processors: 1.5 } },
        '"params.processors" expected whole number in [1, 1048576], got 1.5',
      ],
      [{ ...load, params: { ...params, rate: 0 } }, '"params.rate" expected number above 0, got 0'],
      [
        { ...load, params: { ...params, l: Number.POSITIVE_INFINITY } },
        '"params.l" expected number in [0, infinity], got Infinity',
      ],
    ]
    for (const [given, message] of cases) {
      expect(() => predictSuperstepTime(given as typeof load)).toThrow(message)
    }
    expect(() => predictRunTime({ supersteps: {} as [], params })).toThrow(
      '"supersteps" expected array, got Object',
    )
    expect(() => predictRunTime({ supersteps: [{ work: 1, hRelation: -1 }], params })).toThrow(
      '"supersteps[0].hRelation" expected number in [0, infinity], got -1',
    )
  })
})

describe('analyzePerformance', () => {
  it('takes the error relative to the prediction', () => {
    expect(analyzePerformance(110, 100)).toEqual({
      ...{ actual: 110, predicted: 100, error: 10, errorPercent: 10, accurate: true },
    })
    expect(analyzePerformance(70, 100)).toMatchObject({ errorPercent: 30, accurate: false })
  })

  it('counts 20 % as not accurate', () => {
    expect(analyzePerformance(120, 100).accurate).toBe(false)
    expect(analyzePerformance(119.99, 100).accurate).toBe(true)
  })

  it('TB14: never divides zero by zero', () => {
    expect(analyzePerformance(0, 0)).toMatchObject({ errorPercent: 0, accurate: true })
    expect(analyzePerformance(1, 0)).toMatchObject({
      errorPercent: Number.POSITIVE_INFINITY,
      accurate: false,
    })
    expect(() => analyzePerformance(1, -1)).toThrow('"predicted" expected number in [0, infinity]')
  })
})

describe('efficiency', () => {
  it('is the speed-up for each processor', () => {
    expect(efficiency({ sequential: 1000, parallel: 300, processors: 4 })).toBeCloseTo(0.8333, 4)
    expect(efficiency({ sequential: 8, parallel: 1, processors: 8 })).toBe(1)
  })

  it('TB14: refuses times of zero', () => {
    expect(() => efficiency({ sequential: 1, parallel: 0, processors: 1 })).toThrow(
      '"parallel" expected number above 0, got 0',
    )
    expect(() => efficiency({ sequential: 0, parallel: 1, processors: 1 })).toThrow(
      '"sequential" expected number above 0, got 0',
    )
  })
})

describe('scalability', () => {
  const points = [
    { processors: 4, speedup: 3 },
    { processors: 1, speedup: 1 },
    { processors: 2, speedup: 2 },
  ]

  it('is the mean of gains between neighbours, in order of processors', () => {
    expect(scalability(points)).toBe((1 + 3 / 4) / 2)
    expect(points[0].processors).toBe(4)
  })

  it('TB15: needs two points, and each number of processors once', () => {
    expect(scalability([])).toBeUndefined()
    expect(scalability([{ processors: 1, speedup: 1 }])).toBeUndefined()
    expect(() => scalability([...points, { processors: 2, speedup: 1.9 }])).toThrow(
      '"points" has two points of 2 processors: give one',
    )
    expect(() => scalability([{ processors: 1, speedup: 0 }])).toThrow(
      '"points[0].speedup" expected number above 0, got 0',
    )
  })

  it('is 1 for what is linear, whatever the order', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: 1, max: 1024 }), {
      minLength: 2,
      maxLength: 12,
    })
    fc.assert(
      fc.property(distinct, fc.double({ min: 0.01, max: 1, noNaN: true }), (counts, share) => {
        const linear = counts.map((processors) => ({ processors, speedup: share * processors }))
        expect(scalability(linear)).toBeCloseTo(1, 9)
      }),
      { seed: testSeed(), numRuns: count(500) },
    )
  })
})
