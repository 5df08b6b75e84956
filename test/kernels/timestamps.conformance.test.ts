/**
 * Timestamps on every device, in Node and in browsers: every ordered pair of formats against an
 * oracle in BigInts, the edges of formats and scales, policies, corrections, and where columns lie.
 */

import {
  convertTimestamps,
  type Device,
  LEAP_SECONDS,
  openDevice,
  TimestampError,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candidates } from '../support/devices.js'
import { count, testSeed } from '../support/seed.js'
import {
  columnOf,
  FORMATS,
  type OracleOptions,
  oracle,
  oracleColumn,
  randomColumn,
  recentColumn,
} from '../support/timestamp-oracle.js'

/** Bits, so that a difference shows whichever type it is in. */
function bits(array: ArrayBufferView): BigUint64Array {
  return new BigUint64Array(array.buffer, array.byteOffset, array.byteLength / 8)
}

function expectBits(got: ArrayBufferView, expected: ArrayBufferView, what: string): void {
  const [a, b] = [bits(got), bits(expected)]
  expect(a.length, what).toBe(b.length)
  const wrong = a.findIndex((word, i) => word !== b[i])
  if (wrong >= 0) expect.fail(`${what}: element ${wrong} is ${a[wrong]}, expected ${b[wrong]}`)
}

const CORRECTIONS = [
  undefined,
  { offsetNs: 1_234_567_890_123n },
  { offsetNs: -(2n ** 63n) },
  { offsetNs: 10_000_000_000n * 1_000_000n },
  { offsetNs: 5n, driftPpb: 12.345678, referenceNs: 1_700_000_000_000_000_001n },
  { driftPpb: -999_999_999.5, referenceNs: -7n },
  { offsetNs: 2n ** 63n - 1n, driftPpb: 0.000001, referenceNs: 2n ** 63n - 1n },
]

for (const { name, options: opening, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`timestamps on ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(opening)
    })
    afterAll(() => device.dispose())

    const seed = testSeed()
    const columnLength = count(opening.kind === 'wasm' ? 4000 : 500)

    it.each(FORMATS)('converts %s to every format as the oracle does', async (from) => {
      const values = randomColumn(from, columnLength, seed)
      const few = values.subarray(0, 2 * Math.ceil(values.length / 16))
      for (const to of FORMATS) {
        for (const [index, correct] of CORRECTIONS.entries()) {
          const loss = index % 2 === 0 ? 'floor' : 'round'
          const overflow = index % 3 === 1 && to !== 'julian-date' ? 'wrap' : 'clamp'
          const window = [{}, {}, { era: 0 }, { pivotS: -5e9 }, {}, { era: -3 }, {}][index]
          const options: OracleOptions = { from, to, loss, overflow, correct, ...window }
          await check(index === 0 ? values : few, options, `seed ${seed}, correction ${index}`)
        }
      }
    })

    it('converts columns of recent times, which take short cuts', async () => {
      const length = opening.kind === 'webgpu' ? 1000 : count(40_000) + 5
      const formats = ['unix-s', 'unix-ms', 'unix-us', 'unix-ns', 'ntp', 'filetime'] as const
      for (const from of formats) {
        const values = recentColumn(from, length, seed)
        for (const to of formats) {
          for (const loss of ['floor', 'round'] as const) {
            const correct = loss === 'floor' ? undefined : { offsetNs: -3_000_000_000n }
            await check(values, { from, to, loss, correct }, `seed ${seed}, ${loss}`)
          }
        }
      }
    })

    it('names the first value that fails, wherever blocks and threads are', async () => {
      const length = opening.kind === 'webgpu' ? 2 ** 14 : 50_000
      const values = new BigInt64Array(length).fill(1_700_000_000_000_000_000n)
      for (const index of [length - 1, 33_000, 9_000, 8_192, 8_191, 1_024, 3, 0]) {
        if (index >= length) continue
        values[index] = -1n - BigInt(index)
        const failed = convertTimestamps(values, { from: 'unix-ns', to: 'hlc', device })
        const value = values[index]
        await expect(failed).rejects.toMatchObject({ index, value, finding: 'overflow' })
        await expect(failed).rejects.toBeInstanceOf(TimestampError)
      }
    })

    it('finds in each value what the oracle finds', async () => {
      for (const from of FORMATS) {
        const values = randomColumn(from, opening.kind === 'webgpu' ? 4 : 20, seed + 1)
        const parts = from === 'ptp' ? 2 : 1
        for (const to of FORMATS) {
          for (let index = 0; index < values.length; index += parts) {
            const value = values.slice(index, index + parts)
            const options = { from, to, loss: index % 3 === 0 ? 'floor' : 'error' } as const
            const answer = oracle([...value], options)
            const got = convertTimestamps(value as never, { ...options, device } as never)
            const what = `seed ${seed}: ${value} from ${from} to ${to}`
            if ('finding' in answer) {
              const { finding } = answer
              await expect(got, what).rejects.toMatchObject({ index: 0, finding })
            } else expectBits((await got) as BigInt64Array, columnOf(to, answer.words), what)
          }
        }
      }
    })

    it('reads no counter of hlc, and writes 0', async () => {
      const ms = 1_700_000_000_123n
      const stamps = BigUint64Array.of(ms << 16n, (ms << 16n) | 0xffffn)
      const options = { from: 'hlc', device } as const
      const times = await convertTimestamps(stamps, { ...options, to: 'unix-ms' })
      expect(times).toEqual(BigInt64Array.of(ms, ms))
      const back = await convertTimestamps(times, { from: 'unix-ms', to: 'hlc', device })
      expect(back).toEqual(BigUint64Array.of(ms << 16n, ms << 16n))
      const correct = { offsetNs: -1_000_000n }
      const moved = await convertTimestamps(stamps, { ...options, to: 'hlc', correct })
      expect(moved).toEqual(BigUint64Array.of((ms - 1n) << 16n, (ms - 1n) << 16n))
      const refused = convertTimestamps(stamps, { ...options, to: 'unix-ms', loss: 'error' })
      await expect(refused).rejects.toMatchObject({ index: 1, finding: 'loss' })
    })

    it('refuses what is no timestamp, whatever the policies', async () => {
      const lenient = { overflow: 'clamp', loss: 'floor', device } as const
      for (const days of [Number.NaN, Number.POSITIVE_INFINITY, -(2 ** 46) * (1 + 2 ** -52)]) {
        const options = { ...lenient, from: 'julian-date', to: 'unix-s' } as const
        const refused = convertTimestamps(Float64Array.of(0, days), options)
        await expect(refused).rejects.toMatchObject({ index: 1, value: days, finding: 'invalid' })
      }
      const options = { ...lenient, from: 'ptp', to: 'unix-s' } as const
      for (const pair of [
        [2n ** 48n, 0n],
        [0n, 1_000_000_000n],
        [0n, 2n ** 32n],
      ] as const) {
        const refused = convertTimestamps(BigUint64Array.of(1n, 2n, ...pair), options)
        await expect(refused).rejects.toMatchObject({ index: 1, value: pair, finding: 'invalid' })
      }
    })

    it('reads NTP across the era wrap of 2036-02-07T06:28:16Z', async () => {
      const values = BigUint64Array.of(2n ** 64n - 1n, 0n, 1n, 2n ** 63n, 2n ** 63n - 1n)
      const ns = await convertTimestamps(values, { from: 'ntp', to: 'unix-ns', device })
      const wrap = BigInt(Date.UTC(2036, 1, 7, 6, 28, 16)) * 1_000_000n
      expect([...ns]).toEqual([
        wrap - 1n,
        wrap,
        wrap,
        BigInt(Date.UTC(1968, 0, 20, 3, 14, 8)) * 1_000_000n,
        BigInt(Date.UTC(2104, 1, 26, 9, 42, 24)) * 1_000_000n - 1n,
      ])
      const seconds = await convertTimestamps(values, { from: 'ntp', to: 'unix-s', era: 0, device })
      expect(seconds[1]).toBe(BigInt(Date.UTC(1900, 0, 1)) / 1000n)
    })

    it('brings nanoseconds to NTP and back unchanged, up to 2104', async () => {
      const ns = recentColumn('unix-ns', count(20_000), seed) as BigInt64Array
      for (const loss of ['floor', 'round', 'error'] as const) {
        const ntp = await convertTimestamps(ns, { from: 'unix-ns', to: 'ntp', loss, device })
        const back = { from: 'ntp', to: 'unix-ns', device } as const
        const policy = loss === 'round' ? loss : 'floor'
        expectBits(await convertTimestamps(ntp, { ...back, loss: policy }), ns, loss)
      }
    })

    it('goes through every leap second', async () => {
      const seconds = LEAP_SECONDS.entries.slice(1).map(({ startS }) => BigInt(startS))
      const around = seconds.flatMap((s) => [s - 1n, s, s + 1n]).map((s) => s * 1_000_000_000n)
      const utc = BigInt64Array.from(around.flatMap((ns) => [ns - 1n, ns, ns + 1n]))
      const tai = await convertTimestamps(utc, { from: 'unix-ns', to: 'tai-ns', device })
      const loss = 'error'
      const back = await convertTimestamps(tai, { from: 'tai-ns', to: 'unix-ns', loss, device })
      expectBits(back, utc, 'there and back')
      for (const [index, { startS, offsetS }] of LEAP_SECONDS.entries.entries()) {
        if (index === 0) continue
        const next = BigInt(startS) * 1_000_000_000n
        const end = next + BigInt(offsetS) * 1_000_000_000n
        const inside = [end - 1_000_000_000n, end - 500_000_000n, end - 1n]
        const options = { from: 'tai-ns', to: 'unix-ns', device } as const
        const edges = BigInt64Array.of(end - 1_000_000_001n, ...inside, end, end + 1n)
        const got = await convertTimestamps(edges, options)
        expect([...got]).toEqual([next - 1n, next, next, next, next, next + 1n])
        const refused = convertTimestamps(edges, { ...options, loss })
        await expect(refused).rejects.toMatchObject({ index: 1, finding: 'loss' })
        const ptp = await convertTimestamps(edges, { from: 'tai-ns', to: 'ptp', loss, device })
        expect(ptp[2]).toBe(BigInt(startS + offsetS - 1))
      }
    })

    it('takes a table with a leap second left out', async () => {
      const entries = [
        { startS: 0, offsetS: 10 },
        { startS: 1000, offsetS: 9 },
      ]
      const leapSeconds = { entries, validUntil: '2000-01-01' }
      const utc = BigInt64Array.of(-5n, 998n, 1000n)
      const there = { from: 'unix-s', to: 'tai-ns', leapSeconds, device } as const
      const tai = await convertTimestamps(utc, there)
      expect([...tai]).toEqual([5n, 1008n, 1009n].map((s) => s * 1_000_000_000n))
      const back = { from: 'tai-ns', to: 'unix-s', leapSeconds, loss: 'error', device } as const
      expectBits(await convertTimestamps(tai, back), utc, 'back')
    })

    it('holds the years 0 and 9999 where the format does', async () => {
      const first = Date.UTC(2000, 0, 1) / 1000 - 730_485 * 86_400
      const last = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000
      const utc = BigInt64Array.of(BigInt(first), BigInt(last))
      for (const to of ['unix-ms', 'unix-us', 'julian-date'] as const) {
        const there = await convertTimestamps(utc, { from: 'unix-s', to, device })
        const back = await convertTimestamps(there as never, { from: to, to: 'unix-s', device })
        expectBits(back, utc, to)
      }
      const days = await convertTimestamps(utc, { from: 'unix-s', to: 'julian-date', device })
      expect(days[0]).toBe(1_721_059.5)
      for (const [to, index] of [
        ['unix-ns', 0],
        ['filetime', 0],
        ['ptp', 0],
      ] as const) {
        const refused = convertTimestamps(utc, { from: 'unix-s', to, device })
        await expect(refused).rejects.toMatchObject({ index, finding: 'overflow' })
      }
    })

    it('floors and rounds times before 1970', async () => {
      const ns = BigInt64Array.of(-1n, -500_000n, -500_001n, -1_000_000n, -1_000_001n)
      const to = 'unix-ms'
      const floor = await convertTimestamps(ns, { from: 'unix-ns', to, device })
      expect([...floor]).toEqual([-1n, -1n, -1n, -1n, -2n])
      const round = await convertTimestamps(ns, { from: 'unix-ns', to, loss: 'round', device })
      expect([...round]).toEqual([0n, 0n, -1n, -1n, -1n])
    })

    it('clamps and wraps both ways', async () => {
      const s = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 9_223_372_037n, -9_223_372_037n)
      const options = { from: 'unix-s', to: 'unix-ns', device } as const
      const clamped = await convertTimestamps(s, { ...options, overflow: 'clamp' })
      const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n]
      expect([...clamped]).toEqual([low, high, high, low])
      const wrapped = await convertTimestamps(s, { ...options, overflow: 'wrap' })
      expect([...wrapped]).toEqual([...s].map((x) => BigInt.asIntN(64, x * 1_000_000_000n)))
    })

    it('clamps days to those that the format holds, both ways', async () => {
      const s = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)
      const options = { from: 'unix-s', to: 'julian-date', device } as const
      await expect(convertTimestamps(s, options)).rejects.toMatchObject({ finding: 'overflow' })
      const clamped = await convertTimestamps(s, { ...options, overflow: 'clamp' })
      expect([...clamped]).toEqual([-(2 ** 46), 2 ** 46])
    })

    it('keeps Residents on the device, and fills what it is given', async () => {
      const values = recentColumn('unix-ns', 3000, seed) as BigInt64Array
      const options = { from: 'unix-ns', to: 'unix-us' } as const
      const expected = oracleColumn(values, options)
      const resident = await device.upload(values)
      const made = await convertTimestamps(resident, options)
      expect(made.type).toBe('i64')
      expectBits(await made.read(), expected, 'new Resident')
      const host = new BigInt64Array(3000)
      expect(await convertTimestamps(resident, { ...options, into: host })).toBe(host)
      expectBits(host, expected, 'Resident into host')
      expect(await convertTimestamps(resident, { ...options, into: resident })).toBe(resident)
      expectBits(await resident.read(), expected, 'Resident in place')
      const target = await device.alloc('u64', 6000)
      const toPtp = { from: 'unix-ns', to: 'ptp', overflow: 'clamp', into: target, device } as const
      await convertTimestamps(values, toPtp)
      expectBits(await target.read(), oracleColumn(values, toPtp), 'host into Resident')
      const copy = values.slice()
      expect(await convertTimestamps(copy, { ...options, into: copy, device })).toBe(copy)
      expectBits(copy, expected, 'host in place')
      await Promise.all([resident.dispose(), made.dispose(), target.dispose()])
    })

    it('names the value that failed in place', async () => {
      const resident = await device.upload(BigInt64Array.of(1n, 2n, 2n ** 62n, 3n))
      const options = { from: 'unix-s', to: 'unix-ms', into: resident } as const
      const refused = convertTimestamps(resident, options)
      await expect(refused).rejects.toMatchObject({ index: 2, value: 2n ** 62n })
      await resident.dispose()
    })

    it('converts an empty column, and one', async () => {
      const options = { from: 'ptp', to: 'julian-date', device } as const
      expect(await convertTimestamps(new BigUint64Array(0), options)).toEqual(new Float64Array(0))
      const one = await convertTimestamps(BigUint64Array.of(10n, 0n), options)
      expect(one).toEqual(Float64Array.of(2_440_587.5))
    })

    async function check(values: ArrayLike<bigint | number>, options: OracleOptions, what: string) {
      const got = await convertTimestamps(values as never, { ...options, device } as never)
      const expected = oracleColumn(values, options)
      expectBits(got as BigInt64Array, expected, `${options.from} to ${options.to}, ${what}`)
    }
  })
}
