/**
 * The defects of the sample sort that this package grew from, each as a test that fails where it
 * comes back: elements twice (TB1), splitters from few samples (TB17), chance (TB18), lost buckets
 * (TB19), missing splitters (TB20). Threads partition from 16,385 values on.
 */

import { type Device, openDevice, sort } from 'ticktickclock'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRandom } from '../../src/random.js'
import { testSeed } from '../support/seed.js'
import { expectInOrder, expectPermutation, makeValues } from '../support/sort-cases.js'

const LENGTH = 70_000
const seed = testSeed()
let devices: Device[]

beforeAll(async () => {
  const threads = [1, 2, 3, 8]
  devices = await Promise.all(threads.map((count) => openDevice({ kind: 'wasm', threads: count })))
})
afterAll(() => Promise.all(devices.map((device) => device.dispose())))

async function checkAll(what: string, values: Float64Array): Promise<void> {
  for (const device of devices) {
    const output = await sort(values, { device })
    expectPermutation(`${what}, ${device.info.name}`, values, output)
    expectInOrder(`${what}, ${device.info.name}`, output, false)
  }
}

it('TB1: every element comes out once, on any number of threads', async () => {
  const values = makeValues('f64', LENGTH, 'uniform', createRandom(seed))
  await checkAll('uniform', values)
  for (const device of devices) expect(await sort(values, { device })).toHaveLength(LENGTH)
})

it('TB17: fewer values than threads, samples or splitters', async () => {
  for (const length of [1, 2, 3, 5, 7, 17, 511, 512, 513, 4095, 4097, 16_384, 16_385]) {
    const values = makeValues('f64', length, 'uniform', createRandom(seed + length))
    await checkAll(`${length} values`, values)
  }
})

it('TB18: no chance: the same bits each time', async () => {
  const values = makeValues('f64', LENGTH, 'special values', createRandom(seed))
  const first = await sort(values, { device: devices[1] })
  for (const device of [...devices, ...devices]) {
    const bytes = new Uint8Array((await sort(values, { device })).buffer)
    expect(Buffer.compare(bytes, new Uint8Array(first.buffer))).toBe(0)
  }
})

it('TB19: no bucket is lost: sorted, constant, one value a thread, few values', async () => {
  const ascending = Float64Array.from({ length: LENGTH }, (_, i) => i)
  await checkAll('ascending', ascending)
  await checkAll('falling', ascending.slice().reverse())
  await checkAll('constant', new Float64Array(LENGTH).fill(7))
  // Swapped ends, so that sorted input is not seen first.
  const ranges = ascending.map((i) => Math.floor((8 * i) / LENGTH))
  ranges[0] = 7
  ranges[LENGTH - 1] = 0
  await checkAll('one value a thread', ranges)
  const steps = ascending.map((i) => i % 3)
  await checkAll('three values', steps)
})

it('TB20: splitters are never absent: values outside of the sample are in order too', async () => {
  // The sample sees every 17th value or so: all alike, while what it misses lies on both sides.
  const values = new Float64Array(LENGTH).fill(0.5)
  const random = createRandom(seed)
  for (let k = 0; k < 300; k++) values[random.nextBelow(LENGTH)] = (random.nextFloat() - 0.5) * 1e9
  await checkAll('rare outliers', values)
})
