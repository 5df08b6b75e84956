/** tune: the best of all candidates by trying them, and the rule for memory. */

import fc from 'fast-check'
import { costParams, predictSuperstepTime, tune } from 'ticktickclock/cost'
import { describe, expect, it } from 'vitest'
import { count, testSeed } from '../support/seed.js'

const candidates = [1, 2, 4, 8].map((processors) => ({ processors, g: 0, l: processors }))

describe('tune', () => {
  it('takes the number whose run is over first', () => {
    // w + l: 100 + 1, 50 + 2, 25 + 4, 12.5 + 8.
    const found = tune({ work: 100, hRelation: 0, candidates })
    expect(found).toMatchObject({ processors: 8, time: 20.5 })
    expect(found.candidates.map(({ time }) => time)).toEqual([101, 52, 29, 20.5])
    expect(found.speedup).toBeCloseTo(100 / 20.5)
    expect(found.efficiency).toBeCloseTo(100 / 20.5 / 8)
    expect(tune({ work: 3, hRelation: 0, candidates }).processors).toBe(2)
    expect(tune({ work: 1, hRelation: 0, candidates }).processors).toBe(1)
  })

  it('takes fewer of equals', () => {
    const equal = [4, 2].map((processors) => ({ processors, g: 0, l: 8 - 4 / processors }))
    expect(tune({ work: 4, hRelation: 0, candidates: equal }).processors).toBe(2)
  })

  it('divides work by what computes at once only', () => {
    const crowded = candidates.map((params) => ({
      ...params,
      workers: Math.min(2, params.processors),
    }))
    expect(tune({ work: 100, hRelation: 0, candidates: crowded })).toMatchObject({
      ...{ processors: 2, time: 52 },
    })
  })

  it('asks for h of each number', () => {
    const asked: number[] = []
    const hRelation = (processors: number) => {
      asked.push(processors)
      return 10 * processors
    }
    const wide = candidates.map((params) => ({ ...params, g: 1 }))
    expect(tune({ work: 100, hRelation, candidates: wide, supersteps: 3 })).toMatchObject({
      ...{ processors: 4, time: 3 * (25 + 40 + 4) },
    })
    expect(asked.sort()).toEqual([1, 2, 4, 8])
  })

  it('TB21: takes at most half of what memory was too small for, at least one', () => {
    const most = (outOfMemoryAt: number) =>
      tune({ work: 1000, hRelation: 0, candidates, outOfMemoryAt }).processors
    expect([16, 9, 8, 7, 5, 3, 2, 1].map(most)).toEqual([8, 4, 4, 2, 2, 1, 1, 1])
  })

  it('refuses to choose from nothing', () => {
    expect(() => tune({ work: 1, hRelation: 0, candidates: [] })).toThrow('"candidates" has none')
    const large = candidates.slice(2)
    expect(() => tune({ work: 1, hRelation: 0, candidates: large, outOfMemoryAt: 4 })).toThrow(
      '"candidates" has none of at most 2 processors',
    )
    expect(() => tune({ work: 1, hRelation: -1, candidates })).toThrow('"hRelation" expected')
  })

  it('takes what costParams gives', () => {
    const measured = [1, 2, 4, 64].map((processors) => costParams({ processors }))
    const found = tune({ work: 50, hRelation: 1e6, candidates: measured, supersteps: 10 })
    // The table is of two threads: more processors share them.
    expect(found.processors).toBe(2)
    const params = costParams({ processors: 2 })
    const one = predictSuperstepTime({ work: 25, hRelation: 1e6, params })
    expect(found.time).toBeCloseTo(10 * one)
  })

  it('agrees with the prediction of every candidate', () => {
    const amount = fc.double({ min: 0, max: 1000, noNaN: true })
    const one = fc.record({
      processors: fc.integer({ min: 1, max: 64 }),
      ...{ g: amount, l: amount },
    })
    fc.assert(
      fc.property(
        ...[fc.array(one, { minLength: 1, maxLength: 8 }), amount, amount],
        (all, work, hRelation) => {
          const best = tune({ work, hRelation, candidates: all })
          const times = all.map((params) =>
            predictSuperstepTime({ work: work / params.processors, hRelation, params }),
          )
          expect(best.time).toBeCloseTo(Math.min(...times), 6)
        },
      ),
      { seed: testSeed(), numRuns: count(500) },
    )
  })
})
