/** The benchmark's statistics and tables, on numbers whose answers are known. */

import { describe, expect, it } from 'vitest'
import { samplesFor, takesPart, timeRounds } from '../../bench/rounds.js'
import {
  distanceL1,
  iterationMs,
  median,
  quantile,
  spread,
  summarize,
} from '../../bench/statistics.js'
import {
  formatMarkdown,
  formatNumber,
  formatRatio,
  formatSpread,
  formatTable,
} from '../../bench/table.js'

describe('statistics', () => {
  it('takes quantiles between neighbours', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20)
    expect(quantile([10, 20], 0.25)).toBe(12.5)
    expect(median([])).toBeNaN()
  })

  it('summarizes without being moved by one slow call', () => {
    const summary = summarize([10, 11, 12, 13, 1000])
    expect(summary).toEqual({ count: 5, medianMs: 12, bestMs: 10, lowMs: 11, highMs: 13 })
    expect(spread(summary)).toBeCloseTo(1 / 12)
  })

  it('finds the time of an iteration under a fixed cost and drift', () => {
    const fixedMs = [7, 9, 30]
    const long = fixedMs.map((fixed) => fixed + 50 * 2)
    const short = fixedMs.map((fixed) => fixed + 10 * 2)
    expect(iterationMs(long, short, 50, 10)).toBeCloseTo(2)
  })

  it('measures distances, infinite where vectors do not compare', () => {
    expect(distanceL1([1, 2], [1.5, 1])).toBe(1.5)
    expect(distanceL1([1], [1, 2])).toBe(Number.POSITIVE_INFINITY)
    expect(distanceL1([Number.NaN], [0])).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('rounds', () => {
  it('give slow tasks few samples and spread them', () => {
    expect(samplesFor(1, 100, 3, 15)).toBe(15)
    expect(samplesFor(20, 100, 3, 15)).toBe(5)
    expect(samplesFor(1000, 100, 3, 15)).toBe(3)
    const rounds = Array.from({ length: 12 }, (_, round) => takesPart(round, 3, 12))
    expect(rounds.filter(Boolean)).toHaveLength(3)
    expect(rounds.slice(0, 4).filter(Boolean)).toHaveLength(1)
  })

  it('alternate the order and run each task as often as asked', async () => {
    const order: string[] = []
    const task = (name: string, samples: number) => ({
      name,
      samples,
      run: async () => order.push(name),
    })
    const times = await timeRounds([task('a', 2), task('b', 2), task('slow', 1)])
    expect(order.filter((name) => name === 'slow')).toHaveLength(1)
    expect(order.indexOf('a')).toBeLessThan(order.indexOf('b'))
    expect(order.lastIndexOf('b')).toBeLessThan(order.lastIndexOf('a'))
    expect([...times.values()].map(({ wallMs }) => wallMs.length)).toEqual([2, 2, 1])
    expect([...times.values()].map(({ cpuMs }) => cpuMs.length)).toEqual([2, 2, 1])
  })

  it('pass on what a task throws', async () => {
    const task = { name: 'bad', samples: 1, run: () => Promise.reject(new Error('broken')) }
    await expect(timeRounds([task])).rejects.toThrow('broken')
  })
})

describe('tables', () => {
  it('line up, first column to the left', () => {
    const rows = [
      ['a', '1'],
      ['long name', '1,000'],
    ]
    expect(formatTable(['who', 'ms'], rows).split('\n')).toEqual([
      'who           ms',
      '─────────  ─────',
      'a              1',
      'long name  1,000',
    ])
    expect(formatMarkdown(['who', 'ms'], rows).split('\n')).toEqual([
      '| who | ms |',
      '| --- | ---: |',
      '| a | 1 |',
      '| long name | 1,000 |',
    ])
  })

  it('show three digits, and a dash for what was not measured', () => {
    expect([0.12345, 12.345, 123.4, 12_345].map(formatNumber)).toEqual([
      '0.123',
      '12.3',
      '123',
      '12,345',
    ])
    expect(formatNumber(undefined)).toBe('–')
    expect(formatRatio(31.42)).toBe('31.4×')
    expect(formatRatio(Number.NaN)).toBe('–')
    expect(formatSpread(0.123)).toBe('±12 %')
    expect(formatSpread(0.0123)).toBe('±1.2 %')
  })
})
