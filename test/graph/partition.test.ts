/** Who owns a key: always the same processor, whatever form the key has, and all alike. */

import fc from 'fast-check'
import { hashPartition } from 'ticktickclock/bsp'
import { describe, expect, it } from 'vitest'
import { count, testSeed } from '../support/seed.js'

const settings = () => ({ seed: testSeed(), numRuns: count(5000) })
const RANKS = fc.integer({ min: 1, max: 1024 })

describe('hashPartition', () => {
  it('owns equal whole numbers together, as numbers and as bigints', () => {
    const integers = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(Math.trunc),
    )
    const property = fc.property(integers, RANKS, (key, processors) => {
      const { owner } = hashPartition(processors)
      expect(owner(key)).toBe(owner(BigInt(key)))
      expect(owner(key)).toBe(owner(key === 0 ? -0 : key))
    })
    fc.assert(property, settings())
  })

  it('gives every key to a rank', () => {
    const keys = fc.oneof(fc.double(), fc.bigInt(), fc.string())
    const property = fc.property(keys, RANKS, (key, processors) => {
      const rank = hashPartition(processors).owner(key)
      expect(Number.isInteger(rank) && rank >= 0 && rank < processors).toBe(true)
      expect(hashPartition(processors).owner(key)).toBe(rank)
    })
    fc.assert(property, settings())
  })

  it.each([
    ['numbers that follow each other', (i: number) => i],
    ['multiples of a power of two', (i: number) => i * 2 ** 20],
    ['fractions', (i: number) => i / 7],
    ['bigints', (i: number) => BigInt(i) << 40n],
    ['names', (i: number) => `vertex ${i}`],
  ])('spreads %s evenly', (_name, keyOf) => {
    const { owner } = hashPartition(8)
    const counts = new Array<number>(8).fill(0)
    for (let i = 0; i < 8000; i++) counts[owner(keyOf(i))]++
    // Six standard deviations of a fair draw.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(180)
  })

  it.each([[undefined], [null], [{}], [true]])('refuses %s as a key', (key) => {
    expect(() => hashPartition(2).owner(key as unknown as string)).toThrow(
      /^"key" expected number, bigint or string, got /,
    )
  })
})
