/** What the programs that send rows to each other have in common. */

import type { Context } from 'ticktickclock/bsp'

/** What to send. */
export interface TrafficInput {
  /** Rows that each rank sends to its neighbour in a superstep. */
  rows: number
  /** Whole arrays instead of a call for each row. */
  batch: boolean
  /** Supersteps before the timed ones, and timed ones. */
  warmUp: number
  count: number
}

/** Milliseconds of the timed supersteps, and the sum of all that was received. */
export interface TrafficOutput {
  ms: number
  total: number
}

/** State of a rank. */
export interface Traffic extends TrafficInput {
  keys: Uint32Array
  values: Float64Array
  startMs: number
  ms: number
  total: number
}

/** Rank r sends rows (i, i + r/2): sums of them are exact. */
export function createTraffic(input: TrafficInput, { rank }: Context): Traffic {
  const keys = Uint32Array.from({ length: input.rows }, (_, i) => i)
  const values = Float64Array.from(keys, (key) => key + rank / 2)
  return { ...input, keys, values, startMs: 0, ms: 0, total: 0 }
}

/** Between reading in one superstep and reading in the last: as many sent as read. */
export function stampTraffic(state: Traffic, { superstep }: Context): void {
  if (superstep === state.warmUp) state.startMs = performance.now()
  if (isLast(state, superstep)) state.ms = performance.now() - state.startMs
}

/** Nothing is sent in the last superstep: nobody would read it. */
export function isLast({ warmUp, count }: Traffic, superstep: number): boolean {
  return superstep === warmUp + count
}

/** The next rank on a ring. */
export function nextRank({ rank, processors }: Context): number {
  return (rank + 1) % processors
}
