/**
 * The order of values: `argsort` on WASM beside a comparator on an array of places, nodejs-polars
 * and radix-sorter. Ours must be stable; others need only put the values in order.
 */

import { argsort, type Device } from 'ticktickclock'
import {
  type ArrayContestant,
  type ArrayReport,
  type ArraySettings,
  holdArrayContest,
} from './array-contest.js'
import type { OpenDevices } from './contestants.js'
import { type BenchArrays, type BenchType, differenceOf, randomArray } from './random-arrays.js'
import { openOrderPeers } from './sort-peers.js'

/** A comparator takes a microsecond a value: fewer of them than are sorted. */
const MOST_VALUES = 2 ** 20

/** Name of the order by hand, which ratios are taken over. */
const COMPARATOR = 'V8 sort of places'

/** The contest on uniform values of a type. */
export async function holdArgsort(
  type: BenchType,
  settings: ArraySettings,
  devices: OpenDevices,
  say: (line: string) => void,
): Promise<ArrayReport> {
  const { seed, peers, filter, effort } = settings
  const valueCount = Math.min(settings.valueCount, MOST_VALUES)
  const values = randomArray(type, 'uniform', valueCount, seed)
  const byHand = comparatorContestant(values as Float64Array)
  await byHand.run()
  const expected = byHand.order()
  const contestants: ArrayContestant[] = [byHand]
  for (const device of devices.wasm) contestants.push(ownContestant(device, values, expected))
  const over = [COMPARATOR]
  const missing: string[] = []
  if (peers) {
    const sorted = values.slice().sort() as BenchArrays[BenchType]
    const found = await openOrderPeers(type, values, sorted)
    contestants.push(...found.contestants)
    missing.push(...found.missing)
    over.push(...found.contestants.map(({ name }) => name))
  } else missing.push('other packages: left out by --no-peers')
  const head = { name: `order of ${type}, uniform`, valueCount, seed, over, missing }
  return holdArrayContest(head, contestants, { ...effort, filter }, say)
}

/** Equal keys keep their order. */
function comparatorContestant(
  keys: Float64Array,
): ArrayContestant & { order(): Uint32Array<ArrayBuffer> } {
  const places = Uint32Array.from(keys, (_, i) => i)
  const order = places.slice()
  return {
    name: COMPARATOR,
    includes: 'places 0 to n − 1 to an array, sorted there by a comparator of keys',
    run: async () => {
      order.set(places)
      order.sort((a, b) => keys[a] - keys[b] || a - b)
    },
    // The others are compared with a copy of it; that it is in order is shown here.
    complaint: async () => {
      for (let i = 1; i < order.length; i++) {
        if (keys[order[i - 1]] > keys[order[i]]) return `[${i}] is out of order`
      }
      return
    },
    order: () => order.slice(),
  }
}

function ownContestant(
  device: Device,
  values: BenchArrays[BenchType],
  expected: Uint32Array<ArrayBuffer>,
): ArrayContestant {
  const into = new Uint32Array(values.length)
  return {
    name: `${device.info.name}, into`,
    includes: 'host array to a given host array of places: upload, sort, read',
    run: () => argsort(values as Float64Array, { device, into }),
    complaint: () => differenceOf(into, expected),
  }
}
