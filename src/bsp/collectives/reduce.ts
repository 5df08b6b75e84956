/**
 * Collectives that make one value of many. Whoever receives folds what arrived, lowest rank first
 * (operations.ts), so that every rank and transport gets the same bits for a given p. Costs: p
 * ranks, values of size m.
 */

import { checkOptions } from '../../check.js'
import type { SendChannel } from '../channel.js'
import { type AnyInbox, type AnySend, Exchange, ranksBetween } from './exchange.js'
import { checkCount, checkedRoot, type RootOptions } from './move.js'
import {
  checkOperation,
  fold,
  identityOf,
  type Reducible,
  type Reduction,
  type ReductionName,
} from './operations.js'

/** Options of reductions. */
export interface ReductionOptions<T> {
  /**
   * What is done with the values: a name for numbers, bigints and arrays of both, which are reduced
   * element by element; what `defineReduction` made for anything else.
   */
  op: (T extends Reducible ? ReductionName : never) | Reduction<T>
  /**
   * Result where no rank contributed. Default: 0 for sum and count, 1 for product, the identity of
   * a reduction of your own; elsewhere that is an error. Those defaults are numbers: give it for
   * bigints and arrays of which there may be none.
   */
  empty?: T
}

/** Options of `reduce`. */
export interface RootReductionOptions<T> extends ReductionOptions<T>, RootOptions {}

/** One value from all ranks', at one of them. */
export interface Reduce<T> {
  readonly name: string
  readonly root: number
  /** Contributes a value; without one this rank takes part and contributes nothing. */
  send(send: AnySend, value?: T): void
  /** The result at the root; `undefined` at other ranks. */
  receive(inbox: AnyInbox): T | undefined
}

/** One value from all ranks', at all of them. */
export interface AllReduce<T> {
  readonly name: string
  /** Contributes a value; without one this rank takes part and contributes nothing. */
  send(send: AnySend, value?: T): void
  /** The result: the same bits at every rank. */
  receive(inbox: AnyInbox): T
}

/** Prefix reductions, this rank's value included. */
export type Scan<T> = AllReduce<T>

/** Prefix reductions without this rank's value. */
export interface Exscan<T> {
  readonly name: string
  /** Contributes a value; without one this rank takes part and contributes nothing. */
  send(send: AnySend, value?: T): void
  /** The result of lower ranks; `undefined` where none of them contributed, as at rank 0. */
  receive(inbox: AnyInbox): T | undefined
}

/** A reduction for every rank. */
export interface ReduceScatter<T> {
  readonly name: string
  /** Contributes a value to each rank's result: an array of p, `undefined` for nothing. */
  send(send: AnySend, values: readonly (T | undefined)[]): void
  /** The result for this rank. */
  receive(inbox: AnyInbox): T
}

/** Both ends of a reduction, its options checked. */
class Folding<T> extends Exchange {
  readonly #op: ReductionName | Reduction<T>
  readonly #empty: T | undefined

  constructor(kind: string, name: string, options: ReductionOptions<T>, root?: number) {
    checkOptions('options', options, root === undefined ? ['op', 'empty'] : ['op', 'empty', 'root'])
    const op: unknown = options?.op
    checkOperation(op)
    const own = typeof op === 'string' ? op : `"${op.name}"`
    super(kind, name, root === undefined ? own : `${own} with root ${root}`)
    this.#op = op as ReductionName | Reduction<T>
    this.#empty = options.empty
  }

  /** A value for each of some ranks. */
  spread(channel: SendChannel, ranks: readonly number[], value: T | undefined): void {
    for (const to of ranks) this.put(channel, to, value)
  }

  /** What `senders` contributed, folded; undefined for nothing. */
  foldFrom(inbox: AnyInbox, senders: readonly number[]): T | undefined {
    const received = this.take<T | undefined>(this.close(inbox), senders)
    return fold(this, this.#op, received)
  }

  /** The same, and an answer for nothing. */
  result(inbox: AnyInbox, senders: readonly number[]): T {
    const value = this.foldFrom(inbox, senders) ?? this.#empty ?? identityOf<T>(this.#op)
    if (value !== undefined) return value
    return this.fail(
      `no rank contributed a value, and ${this.detail} has no result for none; give "empty", or ` +
        'send a value from at least one rank',
    )
  }
}

/**
 * One value from all ranks', at one of them. MPI_Reduce. Costs one superstep: each rank sends one
 * value, the root receives and folds p: h = p·m.
 *
 * @param name unique among the collectives of a superstep
 * @param options root; op: sum, product, max, min, count (of values), avg (of values: each rank's
 *   counts once), or what `defineReduction` made; empty
 * @throws TypeError, RangeError; from `send` and `receive` CollectiveError: ranks that sent
 *   nothing, operations or values that differ, no value where the operation needs one
 * @example
 * ```ts
 * const total = reduce<number>('total', { op: 'sum' })
 * // communicate: total.send(send, state.sum)
 * // compute, a superstep later: const sum = total.receive(inbox) // undefined but at rank 0
 * ```
 */
export function reduce<T = number>(name: string, options: RootReductionOptions<T>): Reduce<T> {
  const root = checkedRoot(options, ['root', 'op', 'empty'])
  const folding = new Folding<T>('reduce', name, options, root)
  return Object.freeze({
    name,
    root,
    send(send: AnySend, value?: T) {
      const channel = folding.open(send)
      folding.checkRoot(root, channel.processors)
      folding.put(channel, root, value)
    },
    receive(inbox: AnyInbox): T | undefined {
      const { rank, processors } = folding.close(inbox)
      return rank === root ? folding.result(inbox, ranksBetween(0, processors)) : undefined
    },
  })
}

/**
 * One value from all ranks', at all of them: the same bits everywhere. MPI_Allreduce, in its direct
 * form. Costs one superstep: each rank sends its value to all and folds what it receives: h = p·m,
 * p² values in all. `reduce` and then `broadcast` of its result sends 2·p values instead, takes two
 * supersteps, h = p·m each, and gives the same bits.
 *
 * @param name unique among the collectives of a superstep
 * @param options as of `reduce`, without root
 * @throws as `reduce`
 * @example
 * ```ts
 * const largest = allReduce<number>('largest', { op: 'max' })
 * // communicate: largest.send(send, state.error)
 * // compute, a superstep later: state.error = largest.receive(inbox)
 * ```
 */
export function allReduce<T = number>(name: string, options: ReductionOptions<T>): AllReduce<T> {
  const folding = new Folding<T>('allReduce', name, options)
  return Object.freeze({
    name,
    send(send: AnySend, value?: T) {
      const channel = folding.open(send)
      folding.spread(channel, ranksBetween(0, channel.processors), value)
    },
    receive(inbox: AnyInbox): T {
      return folding.result(inbox, ranksBetween(0, folding.close(inbox).processors))
    },
  })
}

/**
 * At every rank the reduction of its own value and those of all lower ranks. MPI_Scan. Costs one
 * superstep: rank r sends to the p - r ranks from itself on: h = p·m; p(p + 1)/2 values in all.
 *
 * @param name unique among the collectives of a superstep
 * @param options as of `reduce`, without root
 * @throws as `reduce`
 * @example
 * ```ts
 * const ends = scan<number>('ends', { op: 'sum' })
 * // communicate: ends.send(send, state.rows.length)
 * // compute, a superstep later: state.end = ends.receive(inbox)
 * ```
 */
export function scan<T = number>(name: string, options: ReductionOptions<T>): Scan<T> {
  const folding = new Folding<T>('scan', name, options)
  return Object.freeze({
    name,
    send(send: AnySend, value?: T) {
      const channel = folding.open(send)
      folding.spread(channel, ranksBetween(channel.rank, channel.processors), value)
    },
    receive(inbox: AnyInbox): T {
      return folding.result(inbox, ranksBetween(0, folding.close(inbox).rank + 1))
    },
  })
}

/**
 * At every rank the reduction of all lower ranks' values. MPI_Exscan. At rank 0, and where no lower
 * rank contributed, the result is `undefined`. Costs one superstep: rank r sends to the p - r - 1
 * ranks behind it: h = (p - 1)·m; p(p - 1)/2 values in all.
 *
 * @param name unique among the collectives of a superstep
 * @param options op, as of `reduce`
 * @throws as `reduce`
 * @example
 * ```ts
 * const starts = exscan<number>('starts', { op: 'sum' })
 * // communicate: starts.send(send, state.rows.length)
 * // compute, a superstep later: state.start = starts.receive(inbox) ?? 0
 * ```
 */
export function exscan<T = number>(
  name: string,
  options: Pick<ReductionOptions<T>, 'op'>,
): Exscan<T> {
  checkOptions('options', options, ['op'])
  const folding = new Folding<T>('exscan', name, options)
  return Object.freeze({
    name,
    send(send: AnySend, value?: T) {
      const channel = folding.open(send)
      folding.spread(channel, ranksBetween(channel.rank + 1, channel.processors), value)
    },
    receive(inbox: AnyInbox): T | undefined {
      return folding.foldFrom(inbox, ranksBetween(0, folding.close(inbox).rank))
    },
  })
}

/**
 * A reduction for every rank: value r of each rank's p is folded at rank r.
 * MPI_Reduce_scatter_block. Costs one superstep: each rank sends and receives p values: h = p·m, p²
 * values in all. A long array of n elements is reduced for all ranks more cheaply by this, in p
 * chunks, and then `allGather`: h = n in each of two supersteps instead of the p·n of `allReduce`.
 *
 * @param name unique among the collectives of a superstep
 * @param options as of `reduce`, without root
 * @throws as `reduce`; CollectiveError for other than p values
 * @example
 * ```ts
 * const degrees = reduceScatter<Uint32Array>('degrees', { op: 'sum' })
 * // communicate: degrees.send(send, chunk(state.counts, ctx.processors))
 * // compute, a superstep later: state.own = degrees.receive(inbox)
 * ```
 */
export function reduceScatter<T = number>(
  name: string,
  options: ReductionOptions<T>,
): ReduceScatter<T> {
  const folding = new Folding<T>('reduceScatter', name, options)
  return Object.freeze({
    name,
    send(send: AnySend, values: readonly (T | undefined)[]) {
      const channel = folding.open(send)
      const each = checkCount(folding, values, channel, 'values')
      for (let to = 0; to < channel.processors; to++) folding.put(channel, to, each[to])
    },
    receive(inbox: AnyInbox): T {
      return folding.result(inbox, ranksBetween(0, folding.close(inbox).processors))
    },
  })
}
