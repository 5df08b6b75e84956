/** Collectives that move values and leave them as they are. Costs: p ranks, values of size m. */

import { checkInteger, checkOptions, show } from '../../check.js'
import { blockPartition } from '../../graph/partition.js'
import { MAX_PROCESSORS } from '../../limits.js'
import { type AnyInbox, type AnySend, Exchange, ranksBetween } from './exchange.js'

/** Options of collectives with one end at one rank. */
export interface RootOptions {
  /** Rank that has the value before (broadcast, scatter) or after (gather, reduce). Default 0. */
  root?: number
}

/** One value, from one rank to all. */
export interface Broadcast<T> {
  readonly name: string
  readonly root: number
  /** Sends the root's value; at other ranks it does nothing, with or without a value. */
  send(send: AnySend, value?: T): void
  /** The root's value, at every rank. */
  receive(inbox: AnyInbox): T
}

/** A chunk for every rank, from one of them. */
export interface Scatter<T> {
  readonly name: string
  readonly root: number
  /** Sends chunk r of the root's array to rank r; at other ranks it does nothing. */
  send(send: AnySend, chunks?: readonly T[]): void
  /** This rank's chunk. */
  receive(inbox: AnyInbox): T
}

/** A value from every rank, at one. */
export interface Gather<T> {
  readonly name: string
  readonly root: number
  /** Sends this rank's value to the root. */
  send(send: AnySend, value: T): void
  /** Values by rank at the root; `undefined` at other ranks. */
  receive(inbox: AnyInbox): T[] | undefined
}

/** A value from every rank, at all. */
export interface AllGather<T> {
  readonly name: string
  /** Sends this rank's value to all. */
  send(send: AnySend, value: T): void
  /** Values by rank, at every rank. */
  receive(inbox: AnyInbox): T[]
}

/** A value from every rank for every rank. */
export interface AllToAll<T> {
  readonly name: string
  /** Sends value r of an array of p to rank r. */
  send(send: AnySend, values: readonly T[]): void
  /** What each rank had for this one, by sender. */
  receive(inbox: AnyInbox): T[]
}

/** @throws TypeError, RangeError */
export function checkedRoot(options: RootOptions, known: readonly string[] = ['root']): number {
  checkOptions('options', options, known)
  return checkInteger('root', options.root ?? 0, 0, MAX_PROCESSORS - 1)
}

/**
 * One rank's value for every rank, the root itself included. MPI_Bcast. Costs one superstep: the
 * root sends p values, the others receive one: h = p·m.
 *
 * @param name unique among the collectives of a superstep
 * @param options root
 * @throws TypeError, RangeError; from `send` and `receive` CollectiveError: a root without a value,
 *   a value that never came
 * @example
 * ```ts
 * const pivots = broadcast<number[]>('pivots', { root: 0 })
 * // communicate: pivots.send(send, state.pivots)
 * // compute, a superstep later: state.pivots = pivots.receive(inbox)
 * ```
 */
export function broadcast<T>(name: string, options: RootOptions = {}): Broadcast<T> {
  const root = checkedRoot(options)
  const exchange = new Exchange('broadcast', name, `root ${root}`)
  return Object.freeze({
    name,
    root,
    send(send: AnySend, value?: T) {
      const channel = exchange.open(send)
      exchange.checkRoot(root, channel.processors)
      if (channel.rank !== root) return
      if (value === undefined) {
        exchange.fail(`the root, rank ${root}, has no value to send; send null if that is meant`)
      }
      for (let to = 0; to < channel.processors; to++) exchange.put(channel, to, value)
    },
    receive(inbox: AnyInbox): T {
      return exchange.take<T>(exchange.close(inbox), [root])[0].value
    },
  })
}

/**
 * A chunk for every rank from one of them. MPI_Scatter. Costs one superstep: the root sends p
 * chunks, each rank receives one: h = p·m.
 *
 * @param name unique among the collectives of a superstep
 * @param options root
 * @throws TypeError, RangeError; from `send` and `receive` CollectiveError: not p chunks, a chunk
 *   that never came
 * @example
 * ```ts
 * const parts = scatter<number[]>('parts')
 * // communicate: parts.send(send, state.all && chunk(state.all, ctx.processors))
 * // compute, a superstep later: state.own = parts.receive(inbox)
 * ```
 */
export function scatter<T>(name: string, options: RootOptions = {}): Scatter<T> {
  const root = checkedRoot(options)
  const exchange = new Exchange('scatter', name, `root ${root}`)
  return Object.freeze({
    name,
    root,
    send(send: AnySend, chunks?: readonly T[]) {
      const channel = exchange.open(send)
      exchange.checkRoot(root, channel.processors)
      if (channel.rank !== root) return
      const each = checkCount(exchange, chunks, channel, 'chunks')
      for (let to = 0; to < channel.processors; to++) exchange.put(channel, to, each[to])
    },
    receive(inbox: AnyInbox): T {
      return exchange.take<T>(exchange.close(inbox), [root])[0].value
    },
  })
}

/**
 * Every rank's value at one of them, by rank. MPI_Gather. Costs one superstep: each rank sends one
 * value, the root receives p: h = p·m.
 *
 * @param name unique among the collectives of a superstep
 * @param options root
 * @throws TypeError, RangeError; from `send` and `receive` CollectiveError: ranks that sent nothing
 * @example
 * ```ts
 * const samples = gather<number[]>('samples')
 * // communicate: samples.send(send, state.samples)
 * // compute, a superstep later: const all = samples.receive(inbox) // undefined but at rank 0
 * ```
 */
export function gather<T>(name: string, options: RootOptions = {}): Gather<T> {
  const root = checkedRoot(options)
  const exchange = new Exchange('gather', name, `root ${root}`)
  return Object.freeze({
    name,
    root,
    send(send: AnySend, value: T) {
      const channel = exchange.open(send)
      exchange.checkRoot(root, channel.processors)
      exchange.put(channel, root, value)
    },
    receive(inbox: AnyInbox): T[] | undefined {
      const channel = exchange.close(inbox)
      if (channel.rank !== root) return undefined
      return takeAll<T>(exchange, inbox)
    },
  })
}

/**
 * Every rank's value at every rank, by rank. MPI_Allgather. Costs one superstep: each rank sends
 * and receives p values: h = p·m; p² values in all.
 *
 * @param name unique among the collectives of a superstep
 * @throws TypeError; from `send` and `receive` CollectiveError: ranks that sent nothing
 * @example
 * ```ts
 * const ranks = allGather<Float64Array>('ranks')
 * // communicate: ranks.send(send, state.part)
 * // compute, a superstep later: for (const part of ranks.receive(inbox)) …
 * ```
 */
export function allGather<T>(name: string): AllGather<T> {
  const exchange = new Exchange('allGather', name)
  return Object.freeze({
    name,
    send(send: AnySend, value: T) {
      const channel = exchange.open(send)
      for (let to = 0; to < channel.processors; to++) exchange.put(channel, to, value)
    },
    receive: (inbox: AnyInbox): T[] => takeAll<T>(exchange, inbox),
  })
}

/**
 * A value from every rank for every rank. MPI_Alltoall. Costs one superstep: each rank sends and
 * receives p values: h = p·m; p² values in all.
 *
 * @param name unique among the collectives of a superstep
 * @throws TypeError; from `send` and `receive` CollectiveError: not p values, ranks that sent
 *   nothing
 * @example
 * ```ts
 * const buckets = allToAll<Float64Array>('buckets')
 * // communicate: buckets.send(send, state.buckets) // p of them, number r for rank r
 * // compute, a superstep later: const runs = buckets.receive(inbox) // p of them, by sender
 * ```
 */
export function allToAll<T>(name: string): AllToAll<T> {
  const exchange = new Exchange('allToAll', name)
  return Object.freeze({
    name,
    send(send: AnySend, values: readonly T[]) {
      const channel = exchange.open(send)
      const each = checkCount(exchange, values, channel, 'values')
      for (let to = 0; to < channel.processors; to++) exchange.put(channel, to, each[to])
    },
    receive: (inbox: AnyInbox): T[] => takeAll<T>(exchange, inbox),
  })
}

/** Arrays that `chunk` cuts: typed arrays and plain ones. */
export interface Sliceable {
  /** Elements. */
  readonly length: number
  /** A copy of the elements from `start` up to, not including, `end`. */
  slice(start: number, end: number): unknown
}

/**
 * Cuts an array into p chunks of consecutive elements whose lengths differ by one at most, as
 * `ctx.block` does: what `scatter` sends.
 *
 * @param data array or typed array; copied
 * @param processors p, at least 1
 * @throws TypeError, RangeError
 * @example
 * ```ts
 * chunk([1, 2, 3, 4, 5], 2) // [[1, 2], [3, 4, 5]]
 * ```
 */
export function chunk<A extends Sliceable>(data: A, processors: number): ReturnType<A['slice']>[] {
  checkInteger('processors', processors, 1, MAX_PROCESSORS)
  if (typeof data?.slice !== 'function' || typeof data.length !== 'number') {
    throw new TypeError(`"data" expected array or typed array, got ${show(data)}`)
  }
  const { startOf } = blockPartition(data.length, processors, 0)
  return ranksBetween(0, processors).map(
    (rank) => data.slice(startOf(rank), startOf(rank + 1)) as ReturnType<A['slice']>,
  )
}

/** Exactly one for each rank. */
export function checkCount<T>(
  exchange: Exchange,
  values: readonly T[] | undefined,
  { rank, processors }: { rank: number; processors: number },
  what: 'chunks' | 'values',
): readonly T[] {
  if (!Array.isArray(values)) {
    exchange.fail(`rank ${rank} needs an array of ${processors} ${what}, got ${show(values)}`)
  }
  const { length } = values as readonly T[]
  if (length === processors) return values as readonly T[]
  const remedy = what === 'chunks' ? '; chunk(data, ctx.processors) makes them' : ''
  return exchange.fail(
    `rank ${rank} gave ${length} ${what} for ${processors} ranks; it must be one a rank${remedy}`,
  )
}

/** One value from every rank. */
function takeAll<T>(exchange: Exchange, inbox: AnyInbox): T[] {
  const channel = exchange.close(inbox)
  const received = exchange.take<T>(channel, ranksBetween(0, channel.processors))
  return received.map(({ value }) => value)
}
