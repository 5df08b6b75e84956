/**
 * Timestamps in Node only: a million values a pair against the oracle, what the call refuses, the
 * table of leap seconds, and the life of a call.
 */

import {
  convertTimestamps,
  type Device,
  DisposedError,
  LEAP_SECONDS,
  openDevice,
  TimestampError,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, testSeed } from '../support/seed.js'
import { FORMATS, oracleColumn, randomColumn } from '../support/timestamp-oracle.js'

let device: Device
beforeAll(async () => {
  device = await openDevice({ kind: 'wasm', threads: 2 })
})
afterAll(() => device.dispose())

describe('a million timestamps', () => {
  // A thousand in `npm test`. In parts: the oracle's BigInts take some 100 bytes each.
  const all = count(100) ** 3
  const part = Math.min(all, 50_000)

  it.each(FORMATS)('of %s convert to every format as the oracle does', async (from) => {
    const seed = testSeed()
    for (let done = 0; done < all; done += part) {
      const values = randomColumn(from, part, seed + done)
      for (const to of FORMATS) {
        const loss = done % (2 * part) === 0 ? 'floor' : 'round'
        const options = { from, to, loss, overflow: 'clamp' } as const
        const got = await convertTimestamps(values as never, { ...options, device } as never)
        const [a, b] = [got as ArrayBufferView, oracleColumn(values, options)].map(
          ({ buffer }) => new BigUint64Array(buffer),
        )
        const wrong = a.findIndex((word, index) => word !== b[index])
        expect(wrong, `seed ${seed + done}, ${from} to ${to}, element`).toBe(-1)
      }
    }
  })
})

describe('convertTimestamps refuses', () => {
  const values = BigInt64Array.of(1n)
  const good = { from: 'unix-s', to: 'unix-ns' } as const
  const text = { from: 'unix-s', to: 'iso8601' } as const
  const table = (leapSeconds: object) => ({ ...good, to: 'tai-ns', leapSeconds })
  const attempt = (options: unknown, column: unknown = values) =>
    expect(convertTimestamps(column as never, options as never)).rejects

  it('numbers where whole 64-bit numbers are meant, with the remedy', async () => {
    const remedy = /^"values" expected BigInt64Array for 'unix-ms', got .*BigInt64Array\.from/
    const options = { from: 'unix-ms', to: 'unix-ns' }
    await attempt(options, Float64Array.of(1)).toThrow(TypeError)
    await attempt(options, Float64Array.of(1)).toThrow(remedy)
    await attempt(options, [1]).toThrow(remedy)
    await attempt({ from: 'ntp', to: 'unix-ns' }).toThrow(/expected BigUint64Array for 'ntp'/)
  })

  it.each([
    ['a number', 5, TypeError, /expected \{ bytes, offsets \}, \{ bytes, width \} or/],
    ['bytes alone', { bytes: new Uint8Array(4) }, TypeError, /or an array of strings/],
    ['numbers', ['2000-01-01', 5], TypeError, /"values\[1\]" expected string, got 5/],
    ['wide bytes', { bytes: new Uint16Array(4), width: 2 }, TypeError, /"values.bytes" expected/],
    ['half a row', { bytes: new Uint8Array(5), width: 2 }, RangeError, /rows of 2 bytes, got 5/],
    ['no width', { bytes: new Uint8Array(5), width: 0 }, RangeError, /"values.width" expected/],
    [
      'no offsets',
      { bytes: new Uint8Array(5), offsets: new Uint32Array(0) },
      RangeError,
      /n \+ 1 elements/,
    ],
  ])('%s as texts', async (_, column, kind, message) => {
    const options = { from: 'iso8601', to: 'unix-s' }
    await attempt(options, column).toThrow(kind)
    await attempt(options, column).toThrow(message)
  })

  it('half a ptp value', async () => {
    const odd = new BigUint64Array(3)
    await attempt({ from: 'ptp', to: 'unix-ns' }, odd).toThrow(/2 elements a value.* got 3/)
    await attempt({ from: 'ptp', to: 'unix-ns' }, odd).toThrow(RangeError)
  })

  it.each([
    ['no options', undefined, TypeError, /"options" expected object/],
    ['a format that is not there', { ...good, to: 'unix' }, RangeError, /"to" expected 'unix-s'/],
    ['no format', { from: 'unix-s' }, TypeError, /"to" expected/],
    ['a misspelt option', { ...good, lost: 'floor' }, TypeError, /no option "lost"/],
    ['another policy', { ...good, loss: 'ceil' }, RangeError, /"loss" expected/],
    [
      'days that wrap',
      { from: 'unix-s', to: 'julian-date', overflow: 'wrap' },
      RangeError,
      /'error' \| 'clamp' for 'julian-date'/,
    ],
    ['era and pivot at once', { ...good, era: 0, pivotS: 0 }, TypeError, /exclude each other/],
    ['a broken era', { ...good, era: 0.5 }, RangeError, /"era" expected whole number/],
    ['a zone in words', { from: 'iso8601', to: 'unix-s', assumeUtc: 1 }, TypeError, /assumeUtc/],
    ['a table without entries', table({ validUntil: '' }), TypeError, /entries" expected array/],
    ['a table of no date', table({ entries: [] }), TypeError, /validUntil" expected string/],
    ['an empty table', table({ entries: [], validUntil: '' }), RangeError, /entries/],
    [
      'a leap second in words',
      table({ entries: [{ startS: '0', offsetS: 10 }], validUntil: '' }),
      TypeError,
      /entries\[0\].startS" expected whole number of seconds, got "0"/,
    ],
    [
      'half a leap second',
      table({ entries: [{ startS: 0, offsetS: 10.5 }], validUntil: '' }),
      RangeError,
      /entries\[0\].offsetS" expected whole number of seconds within/,
    ],
    ['a number as offset', { ...good, correct: { offsetNs: 1 } }, TypeError, /offsetNs/],
    ['an offset beyond i64', { ...good, correct: { offsetNs: 2n ** 63n } }, RangeError, /offsetNs/],
    ['a drift of 1', { ...good, correct: { driftPpb: 1e9 } }, RangeError, /driftPpb/],
    [
      'a drift that is no number',
      { ...good, correct: { driftPpb: Number.NaN } },
      RangeError,
      /NaN/,
    ],
    [
      'an empty table',
      { ...good, leapSeconds: { entries: [], validUntil: '' } },
      RangeError,
      /1 to/,
    ],
    [
      'a table that goes back',
      {
        ...good,
        leapSeconds: {
          entries: [
            { startS: 5, offsetS: 1 },
            { startS: 5, offsetS: 2 },
          ],
          validUntil: '2030-01-01',
        },
      },
      RangeError,
      /entry 1/,
    ],
    ['digits without text', { ...good, digits: 3 }, TypeError, /"digits" goes with to: 'iso8601'/],
    ['UTC without text', { ...good, assumeUtc: true }, TypeError, /"assumeUtc" goes with from/],
    [
      'ten digits',
      { ...text, digits: 10 },
      RangeError,
      /"digits" expected whole number in \[0, 9\]/,
    ],
    ['an offset of a day', { ...text, offsetMinutes: 1440 }, RangeError, /"offsetMinutes"/],
    ['another layout', { ...text, layout: 'columns' }, RangeError, /"layout" expected 'offsets'/],
    ['rows of any length', { ...text, layout: 'rows' }, TypeError, /layout: 'rows' needs "digits"/],
    ['text that wraps', { ...text, overflow: 'wrap' }, RangeError, /for 'iso8601', got 'wrap'/],
    [
      'room for texts of any length',
      { ...text, into: { bytes: new Uint8Array(20), offsets: new Uint32Array(2) } },
      TypeError,
      /"into" needs "digits"/,
    ],
    [
      'room for strings',
      { ...text, digits: 0, layout: 'strings', into: { bytes: new Uint8Array(20) } },
      TypeError,
      /can't take strings/,
    ],
    [
      'room without offsets',
      { ...text, digits: 0, into: { bytes: new Uint8Array(20) } },
      TypeError,
      /expected \{ bytes, offsets \}/,
    ],
    ['an output of another type', { ...good, into: new BigUint64Array(1) }, TypeError, /"into"/],
    [
      'an output of another length',
      { ...good, into: new BigInt64Array(2) },
      RangeError,
      /length 1/,
    ],
  ])('%s', async (_, options, kind, message) => {
    await attempt(options).toThrow(kind)
    await attempt(options).toThrow(message)
  })

  it('a value with an error that says where, what and why', async () => {
    const column = BigInt64Array.of(0n, 2n ** 60n)
    const error = await convertTimestamps(column, good).catch((reason) => reason)
    expect(error).toBeInstanceOf(TimestampError)
    expect(error).toMatchObject({
      code: 'ERR_TTC_TIMESTAMP',
      index: 1,
      value: 2n ** 60n,
      finding: 'overflow',
    })
    expect(error.message).toMatch(/^"values"\[1\] expected .*'unix-ns', got 1152921504606846976 in/)
  })
})

describe('LEAP_SECONDS', () => {
  it('has the 28 offsets of 1972 to 2017, each a second more, at the start of a half-year', () => {
    const { entries, validUntil } = LEAP_SECONDS
    expect(entries.length).toBe(28)
    for (const [index, { startS, offsetS }] of entries.entries()) {
      expect(offsetS).toBe(10 + index)
      expect(new Date(startS * 1000).toISOString()).toMatch(/-0[17]-01T00:00:00\.000Z$/)
    }
    expect(entries[27].startS).toBe(Date.UTC(2017, 0, 1) / 1000)
    expect(validUntil).toMatch(/^\d{4}-\d\d-\d\d$/)
  })
})

describe('a call', () => {
  const options = { from: 'ntp', to: 'julian-date' } as const

  it('ends with the signal, and leaves the device as it was', async () => {
    const values = await device.upload(new BigUint64Array(2 ** 21))
    const control = new AbortController()
    const running = convertTimestamps(values, { ...options, signal: control.signal })
    setTimeout(() => control.abort(new Error('enough')), 1)
    await expect(running).rejects.toThrow('enough')
    expect(await convertTimestamps(BigUint64Array.of(0n), { ...options, device })).toHaveLength(1)
    await values.dispose()
  })

  it('rejects when its Resident goes', async () => {
    const values = await device.upload(new BigUint64Array(2 ** 20))
    const running = convertTimestamps(values, options)
    await Promise.all([expect(running).rejects.toBeInstanceOf(DisposedError), values.dispose()])
  })

  it('says what ran', async () => {
    const values = BigUint64Array.of(1n)
    const runs: string[] = []
    const onRun = (run: { device: { kind: string } }) => runs.push(run.device.kind)
    await convertTimestamps(values, { ...options, onRun })
    await convertTimestamps(values, { ...options, onRun, device })
    expect(runs).toEqual(['reference', 'wasm'])
  })
})
