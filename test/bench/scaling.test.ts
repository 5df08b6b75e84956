/** How cost grows: fits and crossovers of known answer, and a job whose contestants are known. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArrayContestant } from '../../bench/array-contest.js'
import { crossover, fitPowerLaw } from '../../bench/fit.js'
import { crossoverLine, scalingSection } from '../../bench/print-scaling.js'
import type { ScalingJob } from '../../bench/scaling-jobs.js'
import { growJob } from '../../bench/suite-scaling.js'
import { count, testSeed } from '../support/seed.js'

const powers = (count: number) => Array.from({ length: count }, (_, i) => 4 ** (i + 1))

describe('a power law', () => {
  it('is found again', () => {
    const slopes = fc.double({ min: -3, max: 3, noNaN: true })
    const factors = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(slopes, factors, fc.integer({ min: 3, max: 12 }), (slope, factor, sizes) => {
        const points = powers(sizes).map((size) => ({ size, ms: factor * size ** slope }))
        const fit = fitPowerLaw(points)
        expect(fit?.slope).toBeCloseTo(slope, 6)
        expect(Math.exp(fit?.intercept ?? 0) / factor).toBeCloseTo(1, 6)
      }),
      { seed: testSeed(), numRuns: count(1000) },
    )
  })

  it('is fitted over the larger half only, with its range', () => {
    const points = powers(8).map((size, i) => ({ size, ms: i < 4 ? 7 : size }))
    expect(fitPowerLaw(points.reverse())).toMatchObject({ from: 4 ** 5, to: 4 ** 8, count: 4 })
    expect(fitPowerLaw(points)?.slope).toBeCloseTo(1)
    expect(fitPowerLaw(points)?.r2).toBeCloseTo(1)
  })

  it('says how much it explains, by a regression done by hand', () => {
    // log e: x = 1, 2, 3; y = 1, 3, 2: slope 0.5, r² = 0.25.
    const points = [1, 3, 2].map((y, i) => ({ size: Math.exp(i + 1), ms: Math.exp(y) }))
    const fit = fitPowerLaw(points)
    expect(fit?.slope).toBeCloseTo(0.5)
    expect(fit?.r2).toBeCloseTo(0.25)
  })

  it('needs three points', () => {
    expect(fitPowerLaw(powers(2).map((size) => ({ size, ms: size })))).toBe(undefined)
    expect(fitPowerLaw([])).toBe(undefined)
  })
})

describe('a crossover', () => {
  const line = (factor: number, slope: number, fixed = 0) =>
    powers(10).map((size) => ({ size, ms: fixed + factor * size ** slope }))

  it('lies where two power laws meet', () => {
    // 100 = size: 100·size^0 against size^1.
    expect(crossover(line(100, 0), line(1, 1))).toBeCloseTo(100, 6)
  })

  it('is 0, infinite or nothing where there is none', () => {
    expect(crossover(line(1, 1), line(2, 1))).toBe(0)
    expect(crossover(line(2, 1), line(1, 1))).toBe(Number.POSITIVE_INFINITY)
    expect(crossover([], line(1, 1))).toBeNaN()
  })

  it('is the last of several', () => {
    const slow = [1, 2, 3, 4].map((size) => ({ size, ms: 10 }))
    const fast = [9, 11, 9, 9].map((ms, i) => ({ size: i + 1, ms }))
    const found = crossover(fast, slow)
    expect(found).toBeGreaterThan(2)
    expect(found).toBeLessThan(3)
  })

  it('is told in words', () => {
    const told = (size: number | null) =>
      crossoverLine({ of: 'WASM', over: 'JS', size }, 'arc', [64, 4096])
    expect(told(1234)).toBe('crossover: WASM is quicker than JS from about 1,200 arcs on')
    expect(told(0)).toBe('WASM is quicker than JS from the smallest, 64 arcs, on')
    expect(told(null)).toBe('WASM is not quicker than JS up to 2^12 arcs')
  })
})

describe('a growing job', () => {
  /** Its time is what it says: exact, however busy the machine. */
  const contestant = (
    name: string,
    msAt: (size: number) => number,
    size: number,
    lies = false,
  ) => ({
    name,
    includes: '',
    run: async () => {},
    ownTimes: () => ({ wallMs: msAt(size), cpuMs: 1 }),
    complaint: async () => (lies && size > 64 ? 'a wrong answer' : undefined),
  })
  const opened: string[] = []
  const job: ScalingJob = {
    name: 'test',
    unit: 'value',
    open: async (scale, wants) => {
      const size = 2 ** scale
      const all: ArrayContestant[] = [
        contestant('plain JavaScript', (n) => n / 100, size),
        contestant('WASM, 1 thread', () => 10, size),
        contestant('quadratic', (n) => (n * n) / 1e5, size),
        contestant('liar', (n) => n / 100, size, true),
      ]
      for (const { name } of all) if (wants(name)) opened.push(`${name} ${scale}`)
      return { size, contestants: all, missing: ['someone: is not installed'] }
    },
  }

  it('finds slopes and crossovers, names liars and drops the slow', async () => {
    const effort = { budgetMs: 1, mostSamples: 3 }
    const settings = { graphScales: [], arrayScales: [], peers: true, seed: 1 }
    const report = await growJob(
      job,
      [6, 8, 10, 12, 14],
      { ...settings, effort, mostCallMs: 200, filter: undefined },
      [],
      () => {},
    )
    const fits = Object.fromEntries(report.series.map(({ name, fit }) => [name, fit?.slope]))
    expect(fits['plain JavaScript']).toBeCloseTo(1)
    expect(fits['WASM, 1 thread']).toBeCloseTo(0)
    expect(report.crossovers).toHaveLength(1)
    expect(report.crossovers[0].size).toBeCloseTo(1000)

    expect(report.refusals).toEqual(['REFUSED liar: a wrong answer (256 values)'])
    expect(report.series.find(({ name }) => name === 'liar')?.points).toHaveLength(1)
    expect(opened).not.toContain('liar 10')

    // 1024² / 1e5 = 10.5 ms, four times as many values: 42; 168 ms at 2^12 become 671, too long.
    expect(opened).toContain('quadratic 12')
    expect(opened).not.toContain('quadratic 14')
    const slow = 'quadratic beyond 4,096 values: a call would take over 0.2 s'
    expect(report.missing).toEqual(['someone: is not installed', slow])

    const { rows, notes } = scalingSection(report)
    expect(rows[0]).toEqual([
      'plain JavaScript',
      '0.640',
      '10.2',
      '164',
      '1.00',
      '1.000',
      '2^10–2^14',
    ])
    expect(notes[0]).toBe(
      'crossover: WASM, 1 thread is quicker than plain JavaScript from about 1,000 values on',
    )
  })
})
