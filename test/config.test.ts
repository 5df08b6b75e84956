/** Settings: defaults, environment, configure(), and what each refuses. */

import { afterEach, describe, expect, it } from 'vitest'
import { checkNumber, checkOneOf, show } from '../src/check.js'
import { configure, readConfig } from '../src/config.js'
import { ConfigError } from '../src/errors.js'
import { createRandom } from '../src/random.js'

afterEach(() => {
  configure({ device: undefined, threads: undefined, barrierTimeoutMs: undefined })
  delete process.env.TICKTICKCLOCK_DEVICE
  delete process.env.TICKTICKCLOCK_THREADS
  delete process.env.TICKTICKCLOCK_BARRIER_TIMEOUT_MS
})

describe('the settings', () => {
  it('come from defaults, then the environment, then configure()', () => {
    expect(readConfig()).toMatchObject({ device: 'auto', threads: undefined })
    process.env.TICKTICKCLOCK_DEVICE = 'wasm'
    process.env.TICKTICKCLOCK_THREADS = '3'
    expect(readConfig()).toMatchObject({ device: 'wasm', threads: 3 })
    configure({ device: 'reference' })
    expect(readConfig()).toMatchObject({ device: 'reference', threads: 3 })
    configure({ device: undefined })
    expect(readConfig().device).toBe('wasm')
    process.env.TICKTICKCLOCK_THREADS = ''
    expect(readConfig().threads).toBeUndefined()
    expect(readConfig().barrierTimeoutMs).toBe(60_000)
    process.env.TICKTICKCLOCK_BARRIER_TIMEOUT_MS = '120000'
    expect(readConfig().barrierTimeoutMs).toBe(120_000)
    configure({ barrierTimeoutMs: 500 })
    expect(readConfig().barrierTimeoutMs).toBe(500)
  })

  it.each([
    ['DEVICE', 'gpu', /TICKTICKCLOCK_DEVICE: "value" expected 'auto' \| 'reference'/],
    ['THREADS', 'many', /TICKTICKCLOCK_THREADS: "value" expected whole number in \[1, 256\]/],
    ['THREADS', '0', /got 0/],
    ['THREADS', '2.5', /got 2.5/],
    ['BARRIER_TIMEOUT_MS', '-1', /TICKTICKCLOCK_BARRIER_TIMEOUT_MS: "value" expected whole/],
  ])('refuse TICKTICKCLOCK_%s=%s', (name, value, message) => {
    process.env[`TICKTICKCLOCK_${name}`] = value
    expect(() => readConfig()).toThrow(ConfigError)
    expect(() => readConfig()).toThrow(message)
  })

  it('refuse wrong settings by name', () => {
    expect(() => configure({ threads: 0 })).toThrow('"threads"')
    expect(() => configure({ device: 'cuda' as never })).toThrow('"device"')
    expect(() => configure({ treads: 1 } as never)).toThrow('no option "treads"')
  })
})

describe('the checks', () => {
  it('tell a wrong kind from a wrong value', () => {
    expect(checkNumber('x', 0.5, { low: 0, below: 1 })).toBe(0.5)
    expect(() => checkNumber('x', 1, { low: 0, below: 1 })).toThrow(RangeError)
    expect(() => checkNumber('x', '1', { low: 0 })).toThrow(TypeError)
    expect(() => checkNumber('x', -1, { low: 0 })).toThrow('"x" expected number in [0, infinity]')
    expect(checkOneOf('x', 'a', ['a', 'b'])).toBe('a')
    expect(() => checkOneOf('x', 'c', ['a', 'b'])).toThrow(`"x" expected 'a' | 'b', got "c"`)
  })

  it('show values in short', () => {
    expect(show('x'.repeat(100))).toHaveLength(42)
    expect([show(1n), show(null), show([1]), show(() => 1)]).toStrictEqual([
      '1n',
      'null',
      'Array',
      'a function',
    ])
  })
})

describe('the random numbers', () => {
  it('are the same everywhere, for a seed', () => {
    const random = createRandom(1)
    const first = [random.nextUint32(), random.nextUint32(), random.nextUint32()]
    const again = createRandom(1)
    expect([again.nextUint32(), again.nextUint32(), again.nextUint32()]).toStrictEqual(first)
    expect(createRandom(2).nextUint32()).not.toBe(first[0])
  })

  it('spread evenly over [0, bound) and [0, 1)', () => {
    const random = createRandom(7)
    const counts = new Uint32Array(6)
    let sum = 0
    for (let i = 0; i < 60_000; i++) {
      counts[random.nextBelow(6)]++
      sum += random.nextFloat()
    }
    // 60,000 throws: a standard deviation is about 91; 6 of them would be one run in 5·10^8.
    for (const seen of counts) expect(Math.abs(seen - 10_000)).toBeLessThan(550)
    expect(Math.abs(sum / 60_000 - 0.5)).toBeLessThan(0.008)
  })
})
