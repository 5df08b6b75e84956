/**
 * Array calls of `ticktickclock/worker`: they give what direct calls give, leave the arrays of the
 * caller alone unless told to move them, fill `into`, and pass on progress, abort and errors.
 */

import {
  type ArrayProgress,
  argsort,
  convertTimestamps,
  type Device,
  histogram,
  type KernelRun,
  openDevice,
  reduce,
  reduceColumn,
  scan,
  searchSorted,
  sort,
  sortPairs,
  TimestampError,
  topK,
  unique,
} from 'ticktickclock'
import { connectWorker, type WorkerArrays, type WorkerClient } from 'ticktickclock/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { candidates } from '../support/devices.js'

const values = Float32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 1013)
const before = values.slice()
const words = Uint32Array.from(values)
const times = BigInt64Array.from({ length: 5000 }, (_, i) => BigInt(i) * 1_234_567_891n)
const texts = ['2023-04-05T06:07:08.5Z', '2016-12-31T23:59:60Z']

let worker: WorkerClient
beforeAll(async () => {
  worker = await connectWorker()
})
afterAll(() => worker.dispose())

/** The same calls here. */
const DIRECT = {
  ...{ sort, argsort, sortPairs, topK, unique, searchSorted },
  ...{ scan, reduce, reduceColumn, histogram, convertTimestamps },
} as unknown as WorkerArrays

const CALLS: Record<string, (on: WorkerArrays, device: Device['kind']) => Promise<unknown>> = {
  sort: (on, device) => on.sort(values, { device, descending: true }),
  'sort of a part': (on, device) => on.sort(times.subarray(1000, 2000), { device }),
  'sort of clamped bytes': (on, device) =>
    on.sort(
      Uint8ClampedArray.from(words, (word) => word / 4),
      { device },
    ),
  argsort: (on, device) => on.argsort(values, { device }),
  sortPairs: (on, device) => on.sortPairs(values, times, { device }),
  topK: (on, device) => on.topK(values, 10, { device, largest: false }),
  unique: (on, device) => on.unique(values, { device }),
  searchSorted: (on, device) => on.searchSorted(words.slice().sort(), words, { device }),
  scan: (on, device) => on.scan(values, { device, inclusive: false }),
  reduce: (on, device) => on.reduce(values, 'avg', { device }),
  reduceColumn: (on, device) =>
    on.reduceColumn([values.subarray(0, 99), values.subarray(99)], 'sum', { device }),
  histogram: (on, device) => on.histogram(values, { device, bins: [0, 10, 1000] }),
  'timestamps to numbers': (on, device) =>
    on.convertTimestamps(times, { device, from: 'unix-ns', to: 'ptp' }),
  'timestamps to text': (on, device) =>
    on.convertTimestamps(times, { device, from: 'unix-ns', to: 'iso8601' }),
  'timestamps to strings': (on, device) =>
    on.convertTimestamps(times, { device, from: 'unix-ns', to: 'iso8601', layout: 'strings' }),
  'strings to timestamps': (on, device) =>
    on.convertTimestamps(texts, { device, from: 'iso8601', to: 'tai-ns' }),
}

for (const { name, options, missing } of await candidates()) {
  const { kind, sharedMemory } = options
  // Calls open devices by kind, with as many threads as there are.
  if (sharedMemory === false || (options.threads ?? 1) > 1) continue
  describe.skipIf(missing !== undefined)(`arrays in a worker: ${name}`, () => {
    it.each(Object.keys(CALLS))('%s gives what a direct call gives', async (call) => {
      expect(await CALLS[call](worker, kind)).toStrictEqual(await CALLS[call](DIRECT, kind))
      expect(values).toStrictEqual(before)
    })

    it('fills what it is given, and returns it', async () => {
      const device = kind
      const into = new Float32Array(5000)
      expect(await worker.sort(values, { device, into })).toBe(into)
      expect(into).toStrictEqual(values.slice().sort())
      const inPlace = values.slice()
      await worker.scan(inPlace, { device, into: inPlace })
      expect(inPlace).toStrictEqual(await scan(values, { device }))
      const pairs = { keys: new Float32Array(5000), values: new BigInt64Array(5000) }
      const sorted = await worker.sortPairs(values, times, { device, into: pairs })
      expect(sorted.keys).toBe(pairs.keys)
      expect(sorted.values).toBe(pairs.values)
      expect(pairs).toStrictEqual(await sortPairs(values, times, { device }))
      const counts = new Uint32Array(3)
      const bins = await worker.histogram(values, { device, bins: 3, into: counts })
      expect(bins.counts).toBe(counts)
      expect(bins).toStrictEqual(await histogram(values, { device, bins: 3 }))
      const rows = { bytes: new Uint8Array(20 * 5000) }
      const layout = { from: 'unix-ns', to: 'iso8601', digits: 0, layout: 'rows', device } as const
      const text = await worker.convertTimestamps(times, { ...layout, into: rows })
      expect(text.bytes).toBe(rows.bytes)
      expect(text).toStrictEqual(await convertTimestamps(times, layout))
    })

    it('tells its phases and what ran, all before the call ends', async () => {
      const seen: ArrayProgress[] = []
      const runs: KernelRun[] = []
      await worker.sort(values, {
        device: kind,
        onProgress: (progress) => seen.push(progress),
        onRun: (run) => runs.push(run),
      })
      const edges = seen.filter(({ fraction }) => fraction === 0 || fraction === 1)
      expect(edges.map(({ phase, fraction }) => `${phase} ${fraction}`)).toEqual(
        ['upload', 'compute', 'read'].flatMap((phase) => [`${phase} 0`, `${phase} 1`]),
      )
      expect(runs.map(({ device }) => device.kind)).toEqual([kind])
      const own = new Error('from the report')
      const onProgress = () => {
        throw own
      }
      await expect(worker.sort(values, { device: kind, onProgress })).rejects.toBe(own)
    })
  })
}

describe('arrays in a worker', () => {
  it('stop on abort with its reason', async () => {
    const many = BigInt64Array.from({ length: 300_000 }, (_, i) => BigInt((i * 7919) % 300_007))
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('enough')
    const call = worker.sort(many, { device: 'reference', signal })
    setTimeout(() => controller.abort(reason), 20)
    await expect(call).rejects.toBe(reason)
    await expect(worker.sort(many, { signal })).rejects.toBe(reason)
    expect((await worker.sort(many.slice(0, 3)))[0]).toBe(0n)
  })

  it('are moved where the caller says so', async () => {
    const moved = values.slice()
    const sorted = await worker.sort(moved, { transfer: true })
    expect(moved.length).toBe(0)
    expect(sorted).toStrictEqual(values.slice().sort())
    const kept = values.slice()
    const wrong = worker.sort(kept, { transfer: true, into: kept })
    await expect(wrong).rejects.toThrow('"into" expected another array')
    expect(kept).toStrictEqual(values)
  })

  it('of many bytes are copied in slices, unchanged', async () => {
    const many = Uint32Array.from({ length: 3_000_000 }, (_, i) => i ^ 0x155555)
    const into = new Uint32Array(many.length)
    await worker.scan(many, { into })
    expect(into).toStrictEqual(await scan(many))
  })

  it.skipIf(typeof SharedArrayBuffer === 'undefined')('may lie in shared memory', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(4 * values.length))
    shared.set(values)
    expect(await worker.sort(shared)).toStrictEqual(values.slice().sort())
    expect(await worker.sort(shared, { into: shared })).toBe(shared)
    expect(shared[0]).toBe(0)
  })

  it('are refused with the class and the words of the direct call', async () => {
    const cases: [(on: WorkerArrays) => Promise<unknown>, typeof Error][] = [
      [(on) => on.sort([3, 1] as never), TypeError],
      [(on) => on.sort(values, { into: new Float32Array(3) }), RangeError],
      [(on) => on.sort(values, { into: new Uint32Array(5000) as never }), TypeError],
      [(on) => on.topK(values, -1), RangeError],
      [(on) => on.scan(values, { exclusive: true } as never), TypeError],
      [(on) => on.scan(values, 5 as never), TypeError],
      [(on) => on.reduce(values, 'mean' as never), RangeError],
      [(on) => on.reduceColumn([], 'sum'), TypeError],
      [(on) => on.sort(values, { onProgress: 5 as never }), TypeError],
    ]
    for (const [call, type] of cases) {
      const error = (await call(worker).catch((thrown) => thrown)) as Error
      const direct = (await call(DIRECT).catch((thrown) => thrown)) as Error
      expect(error).toBeInstanceOf(type)
      expect(error.message).toBe(direct.message)
    }
    const wrong = worker.convertTimestamps(['2023-13-05'], { from: 'iso8601', to: 'unix-s' })
    await expect(wrong).rejects.toBeInstanceOf(TimestampError)
    await expect(wrong).rejects.toMatchObject({ index: 0, position: 5, finding: 'invalid' })
    const device = await openDevice({ kind: 'reference' })
    const resident = await device.upload(values)
    const away = 'expected arrays of this thread'
    await expect(worker.sort(resident as never)).rejects.toThrow(away)
    await expect(worker.sort(values, { into: resident as never })).rejects.toThrow(away)
    await expect(worker.sort(values, { device: device as never })).rejects.toThrow('"device"')
    await device.dispose()
  })
})
