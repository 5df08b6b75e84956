/**
 * `onProgress` of array kernels on every device: phases in order and from begin to end, nothing
 * after the call, and calls that the function itself ends.
 */

import {
  type ArrayOptions,
  type ArrayProgress,
  argsort,
  convertTimestamps,
  type Device,
  histogram,
  openDevice,
  reduce,
  reduceColumn,
  scan,
  searchSorted,
  sort,
  sortPairs,
  topK,
  unique,
} from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candidates } from '../support/devices.js'

const values = Float32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 1013)
const times = BigInt64Array.from({ length: 5000 }, (_, i) => BigInt(i) * 1_234_567_891n)
const fromNs = { from: 'unix-ns' } as const

const CALLS: Record<string, (options: ArrayOptions) => Promise<unknown>> = {
  sort: (options) => sort(values, options),
  argsort: (options) => argsort(values, options),
  sortPairs: (options) => sortPairs(values, values, options),
  topK: (options) => topK(values, 10, options),
  unique: (options) => unique(values, options),
  searchSorted: (options) => searchSorted(values.slice().sort(), values, options),
  scan: (options) => scan(values, options),
  reduce: (options) => reduce(values, 'sum', options),
  reduceColumn: (options) => reduceColumn([values, values], 'max', options),
  histogram: (options) => histogram(values, { ...options, bins: 10 }),
  convertTimestamps: (options) => convertTimestamps(times, { ...options, ...fromNs, to: 'ntp' }),
  'convertTimestamps to text': (options) =>
    convertTimestamps(times, { ...options, ...fromNs, to: 'iso8601' }),
}

const PHASES = ['upload', 'compute', 'read'] as const

/** Every phase in order, each from 0 up to 1. */
function expectPhases(seen: readonly ArrayProgress[]): void {
  expect(seen.map(({ phase }) => PHASES.indexOf(phase))).toEqual(
    seen.map(({ phase }) => PHASES.indexOf(phase)).sort(),
  )
  for (const phase of PHASES) {
    const fractions = seen.filter((one) => one.phase === phase).map(({ fraction }) => fraction)
    expect(fractions[0]).toBe(0)
    expect(fractions.at(-1)).toBe(1)
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
    expect(new Set(fractions).size).toBe(fractions.length)
  }
}

for (const { name, options: opening, missing } of await candidates()) {
  describe.skipIf(missing !== undefined)(`progress on ${name}`, () => {
    let device: Device
    beforeAll(async () => {
      device = await openDevice(opening)
    })
    afterAll(() => device.dispose())

    it.each(Object.keys(CALLS))(
      '%s tells its phases, and nothing once it is done',
      async (call) => {
        const seen: ArrayProgress[] = []
        let settled = false
        const onProgress = (progress: ArrayProgress) => {
          expect(settled).toBe(false)
          seen.push(progress)
        }
        await CALLS[call]({ device, onProgress })
        settled = true
        expectPhases(seen)
        // A report that came late would be one by now.
        await new Promise((resolve) => setTimeout(resolve, 5))
      },
    )

    it('ends with what the function throws, and the device works on', async () => {
      for (const phase of PHASES) {
        for (const end of [0, 1]) {
          const own = new Error(`${phase} ${end}`)
          let calls = 0
          const onProgress = (progress: ArrayProgress) => {
            calls++
            if (progress.phase === phase && progress.fraction === end) throw own
          }
          await expect(sort(values, { device, onProgress })).rejects.toBe(own)
          expect(calls).toBe(2 * PHASES.indexOf(phase) + end + 1)
        }
      }
      expect((await sort(values, { device }))[4999]).toBe(1012)
    })

    it('ends with the reason when the function aborts', async () => {
      for (const phase of PHASES) {
        const controller = new AbortController()
        const { signal } = controller
        const reason = new Error(phase)
        const seen: ArrayProgress[] = []
        const onProgress = (progress: ArrayProgress) => {
          seen.push(progress)
          if (progress.phase === phase) controller.abort(reason)
        }
        await expect(scan(values, { device, signal, onProgress })).rejects.toBe(reason)
        expect(seen.at(-1)).toEqual({ phase, fraction: 0 })
      }
    })

    it('tells of data that stays on the device too', async () => {
      const resident = await device.upload(values)
      const seen: ArrayProgress[] = []
      await sort(resident, { into: resident, onProgress: (progress) => seen.push(progress) })
      expectPhases(seen)
      await resident.dispose()
    })

    it('takes functions only', async () => {
      const wrong = { device, onProgress: 5 } as never
      await expect(scan(values, wrong)).rejects.toThrow('"onProgress" expected function, got 5')
    })
  })
}

describe('WASM', () => {
  it('tells the phases of a column that passes through in blocks', async () => {
    const many = BigInt64Array.from({ length: 600_000 }, (_, i) => BigInt(i) * 1_234_567_891n)
    const seen: ArrayProgress[] = []
    const onProgress = (progress: ArrayProgress) => seen.push(progress)
    await convertTimestamps(many, { ...fromNs, to: 'ntp', device: 'wasm', onProgress })
    expectPhases(seen)
  })
})

describe('plain JavaScript', () => {
  it('tells how far it has sorted and converted', async () => {
    const many = BigInt64Array.from({ length: 300_000 }, (_, i) => BigInt((i * 7919) % 300_007))
    for (const call of [
      (options: ArrayOptions) => sort(many, options),
      (options: ArrayOptions) => convertTimestamps(many, { ...options, ...fromNs, to: 'ntp' }),
    ]) {
      const seen: ArrayProgress[] = []
      await call({ device: 'reference', onProgress: (progress) => seen.push(progress) })
      expectPhases(seen)
      const inside = seen.filter(({ fraction }) => fraction > 0 && fraction < 1)
      expect(inside.length).toBeGreaterThan(0)
      expect(inside.every(({ phase }) => phase === 'compute')).toBe(true)
    }
  })
})
