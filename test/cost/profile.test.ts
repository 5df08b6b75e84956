/** Profiles: what is read and refused, and the parameters between and beyond what was measured. */

import fc from 'fast-check'
import { ConfigError, type CostProfile, costParams, parseProfile } from 'ticktickclock/cost'
import { describe, expect, it } from 'vitest'
import { count, testSeed } from '../support/seed.js'

const row = (processors: number, g: number, l: number, workers = processors) => ({
  ...{ processors, workers, g, l, r2: 0.99, residual: 0.001, count: 8 },
})
const profile: CostProfile = {
  format: 'ticktickclock-profile',
  version: 1,
  origin: { runtime: 'Node 20', platform: 'linux x64', hardwareThreads: 4, date: '2026-01-01' },
  transports: { threads: [row(2, 1, 10), row(4, 3, 30), row(8, 2, 50, 4)] },
  devices: [
    {
      ...{ kind: 'wasm', name: '4 threads', software: false },
      kernels: { sort: { callMs: 0.1, itemMs: 1e-5 } },
    },
  ],
}

/** The profile as JSON would bring it, with a part replaced. */
function changed(path: string, value: unknown): object {
  const copy = JSON.parse(JSON.stringify(profile))
  const keys = path.split('.')
  const last = keys.pop() as string
  const holder = keys.reduce((object, key) => object[key], copy)
  holder[last] = value
  return copy
}

describe('parseProfile', () => {
  it('reads what it wrote', () => {
    expect(parseProfile(JSON.stringify(profile))).toEqual(profile)
    expect(parseProfile(profile)).toEqual(profile)
    expect(parseProfile(profile)).not.toBe(profile)
  })

  it('puts processors in order', () => {
    const mixed = changed('transports.threads', [row(4, 3, 30), row(2, 1, 10)])
    const table = parseProfile(mixed).transports.threads
    expect(table?.map(({ processors }) => processors)).toEqual([2, 4])
  })

  it('refuses newer versions by name', () => {
    expect(() => parseProfile(changed('version', 2))).toThrow(
      'the profile has version 2, this package reads 1: update ticktickclock',
    )
  })

  it.each([
    ['format', 'other', '"format" expected "ticktickclock-profile", got "other"'],
    ['version', '1', '"version" expected whole number'],
    ['origin', undefined, '"origin" expected object, got undefined'],
    ['origin.runtime', 1, '"origin.runtime" expected string, got 1'],
    ['transports.threads', {}, '"transports.threads" expected array, got Object'],
    ['transports.threads.0.g', -1, '"transports.threads[0].g" expected number in [0, infinity]'],
    ['transports.threads.1.l', null, '"transports.threads[1].l" expected number'],
    ['transports.threads.1.processors', 2, '"transports.threads" has 2 processors twice'],
    ['devices.0.kind', 'tpu', '"devices[0].kind" expected reference, wasm or webgpu, got "tpu"'],
    ['devices.0.software', 0, '"devices[0].software" expected boolean, got 0'],
    ['devices.0.kernels.sort', {}, '"devices[0].kernels.sort.callMs" expected number'],
  ])('refuses a wrong %s', (path, value, message) => {
    expect(() => parseProfile(changed(path, value))).toThrow(message)
    try {
      parseProfile(changed(path, value))
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_TTC_CONFIG' })
    }
  })

  it.each(['', 'no JSON', '[]', 'null', '3'])('refuses %j', (text) => {
    expect(() => parseProfile(text)).toThrow('no profile of ticktickclock')
  })
})

describe('costParams', () => {
  const at = (processors: number) => costParams({ transport: 'threads', processors, profile })

  it('gives what was measured', () => {
    expect(at(4)).toMatchObject({ processors: 4, g: 3, l: 30, workers: 4, basis: 'measured' })
    expect(at(8)).toMatchObject({ g: 2, l: 50, workers: 4 })
  })

  it('takes the line between two', () => {
    expect(at(3)).toMatchObject({ g: 2, l: 20, workers: 3, basis: 'interpolated' })
    expect(at(6)).toMatchObject({ g: 2.5, l: 40 })
    expect(at(6).says).toBe('on the line between 4 and 8 processors')
  })

  it('goes on beyond the last, and falls in nothing', () => {
    const far = at(64)
    // l by (50 − 30) / 4 a processor; g fell, and stays.
    expect(far).toMatchObject({ g: 2, l: 50 + 5 * 56, workers: 4, basis: 'extrapolated' })
    expect(far.says).toContain('beyond the 8 processors measured')
  })

  it('takes the first below the first', () => {
    expect(at(1)).toMatchObject({ g: 1, l: 10, workers: 1, basis: 'extrapolated' })
  })

  it('takes one measurement for all', () => {
    const single = changed('transports.threads', [row(2, 1, 10)]) as CostProfile
    const far = costParams({ processors: 16, profile: single })
    expect(far).toMatchObject({ g: 1, l: 10, basis: 'extrapolated' })
  })

  it('has a table of its own for every transport', () => {
    for (const transport of ['inline', 'threads', 'transfer'] as const) {
      for (const processors of [1, 2, 4]) {
        const params = costParams({ transport, processors })
        expect(params.basis).toBe('measured')
        expect(params.g).toBeGreaterThan(0)
        expect(params.l).toBeGreaterThan(0)
      }
    }
  })

  it('refuses what it has no figures of', () => {
    expect(() => costParams({ transport: 'transfer', processors: 2, profile })).toThrow(
      '"transport": the profile has no figures of transfer; it has threads',
    )
    expect(() => costParams({ processors: 0 })).toThrow('"processors" expected whole number')
    expect(() => costParams({ processors: 1, profile: 'file' as never })).toThrow(
      '"profile" expected what parseProfile() returned, got "file"',
    )
  })
})

describe('text that is no profile', () => {
  it('is refused with a ConfigError, whatever it is', () => {
    const anything = fc.oneof(fc.json(), fc.string(), fc.json().map(deeper))
    fc.assert(
      fc.property(anything, (text) => {
        try {
          parseProfile(text)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
          return
        }
        expect.unreachable(text)
      }),
      { seed: testSeed(), numRuns: count(1000) },
    )
  })

  it('is refused, or read as it is, when one value of a profile is another', () => {
    const paths = leavesOf(profile, [])
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        try {
          const read = parseProfile(JSON.stringify(changed(path.join('.'), value)))
          expect(parseProfile(JSON.stringify(read))).toEqual(read)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
      { seed: testSeed(), numRuns: count(1000) },
    )
  })
})

/** In the place of the transports of a profile. */
function deeper(json: string): string {
  return `{ "format": "ticktickclock-profile", "version": 1, "transports": ${json} }`
}

/** Paths of all values of an object. */
function leavesOf(value: unknown, path: string[]): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}
