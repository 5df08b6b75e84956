/**
 * ISO 8601 text in timestamp columns, on every device: layouts in and out, digits and
 * offsets, leap seconds, and errors with their place. What a single text means is tested in
 * iso8601.test.ts.
 */

import { convertTimestamps, type Device, LEAP_SECONDS, openDevice } from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { candidates } from '../support/devices.js'
import { randomIso, randomLeapSecond } from '../support/iso8601.js'
import { count, testSeed } from '../support/seed.js'

const SECOND = 1_000_000_000n

/** Times with fractions of all lengths, in years 0000 to 9999. */
function randomTimes(length: number, seed: number): { seconds: number; nanos: number }[] {
  const random = createRandom(seed)
  return Array.from({ length }, () => {
    const digits = random.nextBelow(10)
    return {
      seconds: Math.floor(random.nextFloat() * 315_569_520_000) - 62_167_219_200,
      nanos: random.nextBelow(10 ** digits) * 10 ** (9 - digits),
    }
  })
}

/** By Date, which knows the same calendar. */
function textOf(time: { seconds: number; nanos: number }, digits: number, east = 0): string {
  const date = new Date((time.seconds + 60 * east) * 1000).toISOString()
  const fraction = String(time.nanos).padStart(9, '0').slice(0, digits)
  const sign = east < 0 ? '-' : '+'
  const minutes = Math.abs(east)
  const two = (value: number) => String(value).padStart(2, '0')
  const zone = east === 0 ? 'Z' : `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  return date.slice(0, 19) + (digits > 0 ? `.${fraction}` : '') + zone
}

function shortest({ nanos }: { nanos: number }): number {
  return nanos === 0 ? 0 : String(nanos).padStart(9, '0').replace(/0+$/, '').length
}

function columnOf(texts: readonly string[]) {
  const bytes = new TextEncoder().encode(texts.join(''))
  const offsets = new Uint32Array(texts.length + 1)
  for (const [i, text] of texts.entries()) offsets[i + 1] = offsets[i] + text.length
  return { bytes, offsets }
}

function ptpOf(times: readonly { seconds: number; nanos: number }[]): BigUint64Array {
  return BigUint64Array.from(
    times.flatMap(({ seconds, nanos }) => [seconds, nanos]),
    BigInt as never,
  )
}

for (const { name, options: opening, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`text on ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(opening)
    })
    afterAll(() => device.dispose())

    const seed = testSeed()
    const length = count(opening.kind === 'wasm' ? 100_000 : 20_000)
    const times = randomTimes(length, seed)
    const recent = times.filter(({ seconds }) => Math.abs(seconds) < 9e9)
    const ns = (list: typeof times) =>
      BigInt64Array.from(list, (t) => BigInt(t.seconds) * SECOND + BigInt(t.nanos))

    it('is read from strings, columns and padded rows', async () => {
      const texts = recent.map((time, i) => textOf(time, shortest(time), [0, 330, -570][i % 3]))
      const expected = ns(recent)
      const options = { from: 'iso8601', to: 'unix-ns', loss: 'error', device } as const
      const strings = await convertTimestamps(texts, options)
      expect(strings.findIndex((value, i) => value !== expected[i])).toBe(-1)
      expect(await convertTimestamps(columnOf(texts), options)).toEqual(expected)
      for (const pad of [' ', '\0']) {
        const { bytes } = columnOf(texts.map((text) => text.padEnd(36, pad)))
        expect(await convertTimestamps({ bytes, width: 36 }, options)).toEqual(expected)
      }
      for (const to of ['unix-ns', 'unix-us', 'unix-s', 'filetime'] as const) {
        const there = { from: 'unix-ns', to, device } as const
        const got = await convertTimestamps(texts, { from: 'iso8601', to, device })
        expect(got).toEqual(await convertTimestamps(expected, there))
      }
    })

    it('is read in every accepted form', async () => {
      const random = createRandom(seed + 1)
      const cases = Array.from({ length }, (_, i) =>
        i % 8 === 0 ? randomLeapSecond(random) : randomIso(random),
      )
      const expected = cases.map(({ seconds, nanos, isLeapSecond }) =>
        isLeapSecond ? seconds * 1000n : seconds * 1000n + BigInt(Math.floor(nanos / 1e6)),
      )
      const texts = cases.map(({ text }) => text)
      const got = await convertTimestamps(texts, { from: 'iso8601', to: 'unix-ms', device })
      const wrong = got.findIndex((value, i) => value !== expected[i])
      expect([texts[wrong], got[wrong]]).toEqual([texts[wrong], expected[wrong]])
    })

    it('is written with as many digits as lose nothing', async () => {
      const us = BigInt64Array.from(
        times,
        (t) => BigInt(t.seconds) * 1_000_000n + BigInt(Math.floor(t.nanos / 1000)),
      )
      const options = { from: 'unix-us', to: 'iso8601', loss: 'error', device } as const
      const texts = times.map(({ seconds, nanos }) => {
        const time = { seconds, nanos: nanos - (nanos % 1000) }
        return textOf(time, shortest(time))
      })
      const got = await convertTimestamps(us, options)
      expect(got.bytes.length).toBe(got.offsets[length])
      expect(got).toEqual(columnOf(texts))
      expect(await convertTimestamps(us, { ...options, layout: 'strings' })).toEqual(texts)
    })

    it.each([0, 1, 3, 6, 9])('is written with %i digits', async (digits) => {
      const values = ns(recent)
      const options = { from: 'unix-ns', to: 'iso8601', digits, device } as const
      const texts = recent.map((time) => textOf(time, digits))
      expect(await convertTimestamps(values, options)).toEqual(columnOf(texts))
      const offsetMinutes = -61
      const local = recent.map((time) => textOf(time, digits, offsetMinutes))
      const rows = await convertTimestamps(values, { ...options, offsetMinutes, layout: 'rows' })
      expect(rows.width).toBe(local[0].length)
      expect(rows.bytes).toEqual(columnOf(local).bytes)
    })

    it('goes from text to text', async () => {
      const values = ['2023-04-05T06:07:08.120+02:00', '20161231T235960,5Z', '2000-01-01']
      const options = { from: 'iso8601', to: 'iso8601', layout: 'strings', device } as const
      expect(await convertTimestamps(values, { ...options, loss: 'error' })).toEqual([
        '2023-04-05T04:07:08.12Z',
        '2016-12-31T23:59:60.5Z',
        '2000-01-01T00:00:00Z',
      ])
      const shifted = { ...options, digits: 0, offsetMinutes: 330, loss: 'round' } as const
      expect(await convertTimestamps(values.slice(0, 2), shifted)).toEqual([
        '2023-04-05T09:37:08+05:30',
        '2017-01-01T05:30:00+05:30',
      ])
    })

    it('has every leap second, there and back', async () => {
      for (const { startS, offsetS } of LEAP_SECONDS.entries.slice(1)) {
        const end = BigInt(startS + offsetS) * SECOND
        const tai = BigInt64Array.of(end - SECOND - 1n, end - SECOND, end - 1n, end)
        const day = new Date(startS * 1000 - 1).toISOString().slice(0, 10)
        const options = { from: 'tai-ns', to: 'iso8601', loss: 'error', device } as const
        const texts = await convertTimestamps(tai, { ...options, layout: 'strings' })
        expect(texts).toEqual([
          `${day}T23:59:59.999999999Z`,
          `${day}T23:59:60Z`,
          `${day}T23:59:60.999999999Z`,
          new Date(startS * 1000).toISOString().replace('.000', ''),
        ])
        const back = { from: 'iso8601', to: 'tai-ns', loss: 'error', device } as const
        expect(await convertTimestamps(texts, back)).toEqual(tai)
        const refused = convertTimestamps(texts, { ...back, to: 'unix-ns' })
        await expect(refused).rejects.toMatchObject({ index: 1, finding: 'loss' })
        const unix = await convertTimestamps(texts, { from: 'iso8601', to: 'unix-ns', device })
        const start = BigInt(startS) * SECOND
        expect([...unix]).toEqual([start - 1n, start, start, start])
      }
    })

    it('takes a leap second that the table has not as the start of the next', async () => {
      const texts = ['2029-12-31T23:59:60.25Z', '2030-01-01T00:00:00Z', '1965-06-30T23:59:60Z']
      const options = { from: 'iso8601', to: 'tai-ns', device } as const
      const tai = await convertTimestamps(texts, options)
      expect(tai[0]).toBe(tai[1])
      expect(tai[2]).toBe((BigInt(Date.UTC(1965, 6, 1)) / 1000n + 10n) * SECOND)
      const refused = convertTimestamps(texts, { ...options, loss: 'error' })
      await expect(refused).rejects.toMatchObject({ index: 0, finding: 'loss' })
      const corrected = { ...options, to: 'unix-ns', correct: { offsetNs: 5n } } as const
      const unix = await convertTimestamps(texts, corrected)
      expect(unix[0]).toBe(BigInt(Date.UTC(2030, 0, 1)) * 1_000_000n + 5n)
    })

    it('names value, position and what belongs there', async () => {
      const values = Array.from({ length: 20_000 }, () => '2023-04-05T06:07:08Z')
      const options = { from: 'iso8601', to: 'unix-s', device } as const
      for (const [index, text, position] of [
        [19_999, '2023-04-05T06:07:08', 19],
        [9000, '2023-13-05T06:07:08Z', 5],
        [5, '', 0],
        [4, 'né2023', 0],
        [3, '2023-04-05T06:07:08é', 19],
      ] as const) {
        values[index] = text
        const refused = convertTimestamps(values, options)
        const found = { index, position, value: text, finding: 'invalid' }
        await expect(refused).rejects.toMatchObject(found)
        await expect(refused).rejects.toThrow(`"values"[${index}] expected`)
        await expect(refused).rejects.toThrow(`at byte ${position}`)
      }
      const local = await convertTimestamps(['2023-04-05T06:07:08'], {
        ...options,
        assumeUtc: true,
      })
      expect(local[0]).toBe(BigInt(Date.UTC(2023, 3, 5, 6, 7, 8)) / 1000n)
    })

    it('names the row that is no time', async () => {
      const rows = ['2000-01-01', '2000-01-0x', '2000-01-02']
      const bytes = new TextEncoder().encode(rows.join(''))
      const options = { from: 'iso8601', to: 'unix-s', device } as const
      const refused = convertTimestamps({ bytes, width: 10 }, options)
      await expect(refused).rejects.toMatchObject({ index: 1, position: 9, value: rows[1] })
    })

    it('refuses offsets that lead outside', async () => {
      const { bytes } = columnOf(['2000-01-01', '2000-01-02'])
      const options = { from: 'iso8601', to: 'unix-s', device } as const
      for (const ends of [
        [0, 10, 21],
        [0, 10, 9],
        [0, 10, 2 ** 32 - 1],
      ]) {
        const refused = convertTimestamps({ bytes, offsets: Uint32Array.from(ends) }, options)
        await expect(refused).rejects.toMatchObject({ index: 1, finding: 'invalid' })
        await expect(refused).rejects.toThrow(`got offsets 10 and ${ends[2]}`)
      }
    })

    it('ends with the years 0000 and 9999', async () => {
      const [first, end] = [-62_167_219_200n, 253_402_300_800n]
      const options = { from: 'unix-s', to: 'iso8601', layout: 'strings', device } as const
      const inside = await convertTimestamps(BigInt64Array.of(first, end - 1n), options)
      expect(inside).toEqual(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])
      for (const value of [first - 1n, end, -(2n ** 63n), 2n ** 63n - 1n]) {
        const refused = convertTimestamps(BigInt64Array.of(first, value), options)
        await expect(refused).rejects.toMatchObject({ index: 1, value, finding: 'overflow' })
      }
      const clamped = { ...options, overflow: 'clamp', digits: 3, offsetMinutes: 60 } as const
      expect(await convertTimestamps(BigInt64Array.of(first - 4000n, end), clamped)).toEqual([
        '0000-01-01T00:00:00.000+01:00',
        '9999-12-31T23:59:59.999+01:00',
      ])
    })

    it('floors, rounds and refuses digits that are too many', async () => {
      const texts = ['2000-01-01T00:00:00.1234567899Z', '1969-12-31T23:59:59.9996Z']
      const options = { from: 'iso8601', to: 'unix-ms', device } as const
      expect([...(await convertTimestamps(texts, options))]).toEqual([946_684_800_123n, -1n])
      const rounded = await convertTimestamps(texts, { ...options, loss: 'round' })
      expect([...rounded]).toEqual([946_684_800_123n, 0n])
      const ns = { ...options, to: 'unix-ns', loss: 'error' } as const
      await expect(convertTimestamps(texts.slice(0, 1), ns)).rejects.toMatchObject({
        index: 0,
        finding: 'loss',
      })
      const text = { ...options, to: 'iso8601', digits: 3, layout: 'strings' } as const
      expect(await convertTimestamps(texts, { ...text, loss: 'round' })).toEqual([
        '2000-01-01T00:00:00.123Z',
        '1970-01-01T00:00:00.000Z',
      ])
    })

    it('stays on the device, and fills what it is given', async () => {
      const few = recent.slice(0, 1000).filter(({ seconds }) => seconds >= 0)
      const values = ptpOf(few)
      const expected = await convertTimestamps(values, { from: 'ptp', to: 'iso8601', device })
      const resident = await device.upload(values)
      const made = await convertTimestamps(resident, { from: 'ptp', to: 'iso8601' })
      expect(await made.bytes.read()).toEqual(expected.bytes)
      expect(await made.offsets.read()).toEqual(expected.offsets)
      const strings = { from: 'ptp', to: 'iso8601', layout: 'strings' } as const
      expect(columnOf(await convertTimestamps(resident, strings))).toEqual(expected)
      const back = await convertTimestamps(made, { from: 'iso8601', to: 'ptp' })
      expect(await back.read()).toEqual(values)
      const n = few.length
      const into = { bytes: new Uint8Array(20 * n), offsets: new Uint32Array(n + 1) }
      const exact = { from: 'ptp', to: 'iso8601', digits: 0, device } as const
      const filled = await convertTimestamps(values, { ...exact, into })
      expect(filled.bytes).toBe(into.bytes)
      expect(filled.offsets[n]).toBe(20 * n)
      await Promise.all([resident, made.bytes, made.offsets, back].map((all) => all.dispose()))
    })

    it('is written over itself', async () => {
      const texts = ['2000-01-01', '2023-04-05T06:07:08.123456789Z', '2016-12-31T23:59:60Z']
      const { bytes, offsets } = columnOf(texts)
      const expected = columnOf(texts.map((text) => `${`${text}T00:00:00`.slice(0, 19)}Z`))
      const options = { from: 'iso8601', to: 'iso8601', digits: 0, device } as const
      const held = { bytes: await device.upload(bytes), offsets: await device.upload(offsets) }
      await convertTimestamps(held, { ...options, into: held })
      expect(await held.bytes.read()).toEqual(expected.bytes)
      expect(await held.offsets.read()).toEqual(expected.offsets)
      await Promise.all([held.bytes.dispose(), held.offsets.dispose()])
      await convertTimestamps({ bytes, offsets }, { ...options, into: { bytes, offsets } })
      expect({ bytes, offsets }).toEqual(expected)
    })

    it('is an empty column of no values', async () => {
      const empty = await convertTimestamps(new BigInt64Array(0), {
        from: 'unix-s',
        to: 'iso8601',
        device,
      })
      expect(empty).toEqual({ bytes: new Uint8Array(0), offsets: new Uint32Array(1) })
      const back = { from: 'iso8601', to: 'unix-s', device } as const
      expect(await convertTimestamps(empty, back)).toEqual(new BigInt64Array(0))
      expect(await convertTimestamps([], back)).toEqual(new BigInt64Array(0))
      const into = {
        bytes: await device.alloc('u8', 0),
        offsets: await device.upload(new Uint32Array([7])),
      }
      await convertTimestamps([], { from: 'iso8601', to: 'iso8601', digits: 0, device, into })
      expect(await into.offsets.read()).toEqual(new Uint32Array(1))
      await Promise.all([into.bytes.dispose(), into.offsets.dispose()])
    })
  })
}
