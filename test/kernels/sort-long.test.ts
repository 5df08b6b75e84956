/**
 * Sorting enough values for buckets to lie apart (GAP_COUNT), by highest bits and by splitters,
 * checked against the host's own sort.
 */

import { type Device, openDevice, sort } from 'ticktickclock'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { GAP_COUNT } from '../../src/kernels/sort/layout.js'
import { createRandom } from '../../src/random.js'
import { testSeed } from '../support/seed.js'

// Not a multiple of anything: the ends of blocks and parts are of every length.
const LENGTH = GAP_COUNT + 4321
const seed = testSeed()
let devices: Device[]

beforeAll(async () => {
  devices = await Promise.all([1, 2].map((threads) => openDevice({ kind: 'wasm', threads })))
})
afterAll(() => Promise.all(devices.map((device) => device.dispose())))

/** Words, the last of each value the highest: all alike likely, or P(highest ≥ r) = 1/r. */
function randomWords(isSkewed: boolean, wordsAValue: number): Uint32Array<ArrayBuffer> {
  const random = createRandom(seed)
  const words = new Uint32Array(LENGTH * wordsAValue)
  for (let i = 0; i < words.length; i++) {
    const word = random.nextUint32()
    if (!isSkewed) words[i] = word
    else if (i % wordsAValue === wordsAValue - 1) words[i] = 2 ** 32 / (word + 1)
    // Some of the frequent values differ in their lower words.
    else words[i] = word < 2 ** 29 ? word : 0
  }
  return words
}

it.each([
  ['u32', 'uniform'],
  ['u32', 'skewed'],
  ['u64', 'uniform'],
  ['u64', 'skewed'],
])('sorts 2^22 values and more: %s, %s', async (type, distribution) => {
  const words = randomWords(distribution === 'skewed', type === 'u64' ? 2 : 1)
  const values = type === 'u64' ? new BigUint64Array(words.buffer) : words
  const expected = Buffer.from(values.slice().sort().buffer)
  for (const device of devices) {
    const sorted = await sort(values as Uint32Array, { device })
    const place = `${device.info.name}, seed ${seed}`
    expect(Buffer.compare(Buffer.from(sorted.buffer), expected), place).toBe(0)
  }
})
