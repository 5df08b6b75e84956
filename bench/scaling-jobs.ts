/** The jobs whose cost is measured as they grow: a contest for every size. */

import { convertTimestamps, type Device, generateRmat, sort } from 'ticktickclock'
import type { ArrayContestant } from './array-contest.js'
import { type OpenDevices, shortNameOf } from './contestants.js'
import { exactRanks, ownContestants, peerContestant } from './converge.js'
import type { Peer } from './peers.js'
import { type BenchArrays, type BenchType, differenceOf, randomArray } from './random-arrays.js'
import { openSortPeers } from './sort-peers.js'
import { v8Contestant } from './suite-sort.js'
import { BIGINT_LOOP, convertByBigInt, ntpValues } from './suite-timestamps.js'

/** A contest at one size. */
export interface SizedContest {
  /** What is counted: arcs or values. */
  size: number
  contestants: ArrayContestant[]
  missing: string[]
}

/** A job of growing size. */
export interface ScalingJob {
  name: string
  unit: 'arc' | 'value'
  /** Every contestant of `wants` at 2^scale vertices or values. */
  open(scale: number, wants: (name: string) => boolean): Promise<SizedContest>
}

const EDGE_FACTOR = 16

/** PageRank to convergence of R-MAT graphs, by the arcs; `peers` are asked while they are quick. */
export function pagerankJob(
  devices: OpenDevices,
  peers: readonly Peer[],
  seed: number,
): ScalingJob {
  return {
    name: 'PageRank to convergence, R-MAT',
    unit: 'arc',
    open: async (scale, wants) => {
      const shape = { edgeFactor: EDGE_FACTOR, directed: false, simple: true }
      const graph = generateRmat({ scale, seed, ...shape })
      const exact = await exactRanks(graph, devices.reference)
      const contestants = ownContestants(graph, devices, exact)
      for (const peer of peers) {
        if (wants(peer.name)) contestants.push(await peerContestant(peer, graph, exact))
      }
      return { size: graph.arcCount, contestants, missing: [] }
    },
  }
}

/** Sorting of uniform values from one host array to another. */
export function sortJob(
  type: BenchType,
  devices: OpenDevices,
  hasPeers: boolean,
  seed: number,
): ScalingJob {
  return {
    name: `sort ${type}, uniform`,
    unit: 'value',
    open: async (scale, wants) => {
      const size = 2 ** scale
      const values = randomArray(type, 'uniform', size, seed)
      const sorted = values.slice().sort() as BenchArrays[BenchType]
      const contestants = [v8Contestant(values, sorted)]
      for (const device of cpuDevices(devices)) {
        if (wants(device.info.name)) contestants.push(sortContestant(device, values, sorted))
      }
      const peers = hasPeers
        ? await openSortPeers(type, values, sorted)
        : { contestants: [], missing: [] }
      contestants.push(...peers.contestants)
      return { size, contestants, missing: peers.missing }
    },
  }
}

function sortContestant(
  device: Device,
  values: BenchArrays[BenchType],
  sorted: BenchArrays[BenchType],
): ArrayContestant {
  const into = values.slice() as Float64Array
  return {
    name: shortNameOf(device),
    includes: 'host array to a given host array: upload, sort, read',
    run: () => sort(values as Float64Array, { device, into }),
    complaint: () => differenceOf(into, sorted),
  }
}

/** NTP timestamps from one host array to another. */
export function ntpJob(devices: OpenDevices, seed: number): ScalingJob {
  return {
    name: 'NTP to Unix nanoseconds',
    unit: 'value',
    open: async (scale) => {
      const size = 2 ** scale
      const values = ntpValues(size, seed)
      const expected = new BigInt64Array(size)
      convertByBigInt(values, expected)
      const byHand = new BigInt64Array(size)
      const complain = (array: unknown) =>
        differenceOf(array, expected as unknown as BigUint64Array)
      const loop: ArrayContestant = {
        name: BIGINT_LOOP,
        includes: 'from one array to another',
        run: async () => convertByBigInt(values, byHand),
        complaint: () => complain(byHand),
      }
      const own = cpuDevices(devices).map((device): ArrayContestant => {
        const into = new BigInt64Array(size)
        const options = { from: 'ntp', to: 'unix-ns', device, into } as const
        return {
          name: shortNameOf(device),
          includes: 'host array to a given host array: upload, convert, read',
          run: () => convertTimestamps(values, options),
          complaint: () => complain(into),
        }
      })
      return { size, contestants: [loop, ...own], missing: [] }
    },
  }
}

/** A software GPU would only be waited for; a real one is asked as everyone else. */
function cpuDevices({ reference, wasm, webgpu }: OpenDevices): Device[] {
  const gpu = webgpu === undefined || webgpu.info.software ? [] : [webgpu]
  return [reference, ...wasm, ...gpu]
}
