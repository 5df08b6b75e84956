/**
 * Columns longer than the rings that they pass through on WASM: the ends of rings and blocks,
 * errors and aborts in the middle, arrays that overlap. Other devices give the same answers.
 */

import {
  convertTimestamps,
  type Device,
  DisposedError,
  openDevice,
  TimestampError,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candidates } from '../support/devices.js'

/** Values of the rings of a conversion of 8 bytes to 8 (src/kernels/arrays/wasm-flow.ts). */
const RING_VALUES = 64 * 8192
const PART_VALUES = 8 * 8192
const TO_MICROSECONDS = { from: 'unix-ms', to: 'unix-us' } as const

function milliseconds(length: number): BigInt64Array<ArrayBuffer> {
  const values = new BigInt64Array(length)
  for (let i = 0; i < length; i++) values[i] = BigInt(i * 1_000_003)
  return values
}

/** The first value that is not 1000 times what went in, or -1. */
function firstWrong(got: BigInt64Array): number {
  return got.findIndex((value, i) => value !== BigInt(i * 1_000_003) * 1000n)
}

function usedBytes(device: Device): number {
  return (device as unknown as { pool: { memory: { usedBytes: number } } }).pool.memory.usedBytes
}

for (const { name, options, missing } of await candidates()) {
  if (options.kind !== 'wasm') continue
  describe.skipIf(missing !== undefined)(`long columns on ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(options)
    })
    afterAll(() => device.dispose())

    it.each([
      RING_VALUES - 1,
      RING_VALUES,
      RING_VALUES + 1,
      RING_VALUES + PART_VALUES - 1,
      RING_VALUES + PART_VALUES,
      2 * RING_VALUES + 8193,
    ])('come out whole: %i values', async (length) => {
      const values = milliseconds(length)
      const fresh = await convertTimestamps(values, { ...TO_MICROSECONDS, device })
      expect(fresh.length).toBe(length)
      expect(firstWrong(fresh)).toBe(-1)
      const into = new BigInt64Array(length + 2).subarray(1, -1)
      expect(await convertTimestamps(values, { ...TO_MICROSECONDS, device, into })).toBe(into)
      expect(firstWrong(into)).toBe(-1)
      expect(new BigInt64Array(into.buffer)[length + 1]).toBe(0n)
      expect(usedBytes(device)).toBe(0)
    })

    it('come out in place, and where the arrays overlap', async () => {
      const length = RING_VALUES + 10_000
      const same = milliseconds(length)
      await convertTimestamps(same, { ...TO_MICROSECONDS, device, into: same })
      expect(firstWrong(same)).toBe(-1)
      for (const shift of [-3, 3]) {
        const both = new BigInt64Array(length + 3)
        const values = both.subarray(shift < 0 ? 3 : 0).subarray(0, length)
        const into = both.subarray(shift < 0 ? 0 : 3).subarray(0, length)
        values.set(milliseconds(length))
        await convertTimestamps(values, { ...TO_MICROSECONDS, device, into })
        expect(firstWrong(into)).toBe(-1)
      }
    })

    it.each([0, PART_VALUES, RING_VALUES - 1, RING_VALUES, RING_VALUES + 70_001])(
      'name the first value that fails: %i',
      async (index) => {
        const values = milliseconds(RING_VALUES + 200_000)
        values[index] = 2n ** 62n + BigInt(index)
        values[values.length - 1] = -(2n ** 63n)
        const error = await convertTimestamps(values, { ...TO_MICROSECONDS, device }).catch(
          (e) => e,
        )
        expect(error).toBeInstanceOf(TimestampError)
        expect(error).toMatchObject({ index, value: values[index], finding: 'overflow' })
        expect(usedBytes(device)).toBe(0)
      },
    )

    it('are written as text, and read as rows', async () => {
      const length = 300_001
      const values = milliseconds(length)
      const to = { from: 'unix-ms', to: 'iso8601', digits: 3, device } as const
      const { bytes, offsets } = await convertTimestamps(values, to)
      expect(offsets.findIndex((offset, i) => offset !== 24 * i)).toBe(-1)
      expect([bytes.length, offsets.length]).toStrictEqual([24 * length, length + 1])
      const text = new TextDecoder().decode(bytes.slice())
      for (let i = 0; i < length; i += 997) {
        const shown = text.slice(24 * i, 24 * i + 24)
        expect(shown).toBe(new Date(Number(values[i])).toISOString())
      }
      const from = { from: 'iso8601', to: 'unix-us', device } as const
      expect(firstWrong(await convertTimestamps({ bytes, width: 24 }, from))).toBe(-1)
      expect(firstWrong(await convertTimestamps({ bytes, offsets }, from))).toBe(-1)
      bytes[24 * 290_000 + 5] = 120
      const failed = convertTimestamps({ bytes, width: 24 }, from)
      await expect(failed).rejects.toMatchObject({ index: 290_000, position: 5 })
    })

    it('keep every text of a column that is written over itself', async () => {
      const texts = Array.from({ length: 20_000 }, (_, i) => (i % 2 ? '2024-02-29T00:00:00Z' : ''))
      const long = '2024-02-29T00:00:00.00+00:00'
      const column = new TextEncoder().encode(texts.map((text) => text || long).join(''))
      const starts = Uint32Array.from({ length: 20_001 }, (_, i) => 24 * i + (i % 2 ? 4 : 0))
      const bytes = await device.upload(column)
      const offsets = await device.upload(starts)
      const options = {
        from: 'iso8601',
        to: 'iso8601',
        digits: 3,
        into: { bytes, offsets },
      } as const
      await convertTimestamps({ bytes, offsets }, options)
      const written = new TextDecoder().decode(await bytes.read())
      expect(written).toBe('2024-02-29T00:00:00.000Z'.repeat(20_000))
      await Promise.all([bytes.dispose(), offsets.dispose()])
    })

    it('end with the signal, and leave the device as it was', async () => {
      const length = 8 * RING_VALUES
      const values = milliseconds(length)
      const call = (signal?: AbortSignal) => {
        const into = new BigInt64Array(length)
        return convertTimestamps(values, { ...TO_MICROSECONDS, device, into, signal })
      }
      await call()
      const latenciesMs: number[] = []
      for (const afterMs of [0, 1, 3]) {
        const controller = new AbortController()
        const reason = new Error('enough')
        const calls = [call(controller.signal), call(controller.signal)]
        const outcomes = calls.map((each) => expect(each).rejects.toBe(reason))
        await new Promise((resolve) => setTimeout(resolve, afterMs))
        const abortedMs = performance.now()
        controller.abort(reason)
        await Promise.all(outcomes)
        latenciesMs.push(performance.now() - abortedMs)
        expect(usedBytes(device)).toBe(0)
      }
      // The middle one: a machine that stalls for a moment says nothing about aborts.
      expect(latenciesMs.sort((a, b) => a - b)[1]).toBeLessThan(100)
      expect(firstWrong(await call())).toBe(-1)
    })

    it('end with the device', async () => {
      const own = await openDevice(options)
      const values = milliseconds(8 * RING_VALUES)
      const call = convertTimestamps(values, { ...TO_MICROSECONDS, device: own })
      const outcome = expect(call).rejects.toThrow(DisposedError)
      await new Promise((resolve) => setTimeout(resolve, 2))
      await own.dispose()
      await outcome
    })
  })
}
