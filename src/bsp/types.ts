/**
 * Public types of BSP programs. The language: a computation is named supersteps over a state per
 * processor (Valiant, "A bridging model for parallel computation", CACM 1990). Imports no
 * implementation.
 */

import type { BlockPartition, HashPartition } from '../graph/partition.js'
import type { Random } from '../random.js'

/** Element types of message columns. */
export type ColumnType = 'u8' | 'u16' | 'u32' | 'i32' | 'f32' | 'f64' | 'u64' | 'i64'

/** Typed arrays of message columns. */
export interface ColumnArrays {
  u8: Uint8Array
  u16: Uint16Array
  u32: Uint32Array
  i32: Int32Array
  f32: Float32Array
  f64: Float64Array
  u64: BigUint64Array
  i64: BigInt64Array
}

/** Columns by name, for example `{ vertex: 'u32', value: 'f64' }`. */
export type ColumnSpec = Readonly<Record<string, ColumnType>>

/** One message of such columns. */
export type Row<C extends ColumnSpec> = {
  readonly [K in keyof C]: C[K] extends 'u64' | 'i64' ? bigint : number
}

/** Many messages, a typed array a column, all of one length. */
export type Columns<C extends ColumnSpec> = { readonly [K in keyof C]: ColumnArrays[C[K]] }

declare const MESSAGE: unique symbol

/** Plain values as messages: anything that structured clone copies. Made by `message<M>()`. */
export interface PlainMessage<M> {
  readonly kind: 'plain'
  readonly [MESSAGE]?: M
}

/** What a computation's messages are: plain values, or typed columns. */
export type MessageSpec = PlainMessage<unknown> | ColumnSpec

/**
 * Where a message goes: one rank, several, every rank (the sender too), or the definition's
 * `neighbors`. Ranks address; 'all' and 'neighbors' fan out; one superstep of one processor does
 * one of both.
 */
export type Target = number | readonly number[] | 'all' | 'neighbors'

/** Sends messages; given to `communicate`. They arrive in the next superstep. */
export type Send<P extends MessageSpec> =
  P extends PlainMessage<infer M>
    ? (to: Target, message: M) => void
    : P extends ColumnSpec
      ? ColumnSend<P>
      : never

/** Sends rows of typed columns, one by one or many at once. */
export interface ColumnSend<C extends ColumnSpec> {
  (to: Target, row: Row<C>): void
  /** Sends a row for each element: arrays of one length, copied. */
  batch(to: Target, columns: Columns<C>): void
}

/** Messages that arrived at the barrier before, in order of sender and of sending. */
export type Inbox<P extends MessageSpec> =
  P extends PlainMessage<infer M> ? PlainInbox<M> : P extends ColumnSpec ? ColumnInbox<P> : never

/** Plain messages. */
export interface PlainInbox<M> extends Iterable<M> {
  readonly length: number
  /** All of them. */
  readonly messages: readonly M[]
  /** Those of one sender. */
  from(rank: number): readonly M[]
}

/** The rows of one sender, where they lie: valid until the superstep ends. */
export interface ColumnBatch<C extends ColumnSpec> {
  readonly from: number
  readonly length: number
  readonly columns: Columns<C>
}

/** Rows of typed columns. */
export interface ColumnInbox<C extends ColumnSpec> {
  /** Rows in all. */
  readonly length: number
  /** By sender, ascending, in place: nothing is copied. Senders of nothing are left out. */
  readonly batches: readonly ColumnBatch<C>[]
  /** All rows, a typed array a column: in place if one sender sent all, copied otherwise. */
  readonly columns: Columns<C>
}

/** What a processor knows of its run; given to every function of a computation. */
export interface Context {
  /** This processor's number, from 0. */
  readonly rank: number
  /** Processors of the run, p. */
  readonly processors: number
  /** Supersteps finished. */
  readonly superstep: number
  /** Passes over all supersteps finished. */
  readonly round: number
  /** Ranks that the definition's `neighbors` gives; empty without. */
  readonly neighbors: readonly number[]
  /** Random numbers of this processor's own, from the run's seed: the same in every run. */
  readonly random: Random
  /** True once the run is to end early: for long loops to look at. */
  readonly aborted: boolean
  /**
   * Cuts `length` items into a block a rank.
   *
   * @param unit items that stay together: blocks begin at multiples of it. Default 1.
   */
  block(length: number, unit?: number): BlockPartition
  /** Spreads keys over the ranks. */
  hash(): HashPartition
  /** Fails this superstep, and with it the run. */
  fail(reason: string): never
}

/** One named step: local work, then messages, then a vote. */
export interface Superstep<S, P extends MessageSpec> {
  /** Unique in the computation. */
  name: string
  /**
   * Local work. Returns the next state, or nothing if it changed the state in place.
   *
   * @param inbox what was sent to this processor in the superstep before
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: functions without a return have this type
  compute(state: S, inbox: Inbox<P>, ctx: Context): S | void | Promise<S | void>
  /** Sends messages from the new state. */
  communicate?(state: S, send: Send<P>, ctx: Context): void | Promise<void>
  /**
   * A vote to stop, given the state before and after `compute`. The run stops after a round in
   * which all processors voted true in every superstep that votes.
   */
  converged?(before: S, now: S, ctx: Context): boolean
}

/**
 * A definition as it is written.
 *
 * @typeParam I input · S state of a processor · P messages · O what leaves a processor · R result ·
 *   K what a checkpoint keeps of a state
 */
export interface ComputationDefinition<I, S, P extends MessageSpec, O = S, R = O[], K = unknown> {
  name: string
  /** What messages are. Default: none are sent. */
  message?: P
  /** The first state of each processor; every one is given the whole input. */
  initialize(input: I, ctx: Context): S | Promise<S>
  supersteps: readonly Superstep<NoInfer<S>, NoInfer<P>>[]
  /** Ranks that 'neighbors' stands for. */
  neighbors?(ctx: Pick<Context, 'rank' | 'processors'>): readonly number[]
  /** Whether a processor owns nothing: it then votes converged without being asked. */
  isEmpty?(state: NoInfer<S>): boolean
  /**
   * The copy of a state that `converged` is given as `before`. Default: structured clone of all of
   * it, made only in supersteps that vote.
   */
  snapshot?(state: NoInfer<S>): NoInfer<S>
  /**
   * What leaves a processor at the end: anything that structured clone copies. Default: the state.
   */
  output?(state: NoInfer<S>, ctx: Context): O | Promise<O>
  /**
   * What a checkpoint keeps of a state: anything that structured clone copies. Comes with
   * `restore`; leave out devices, and what can be had from the input. Default: the whole state.
   */
  save?(state: NoInfer<S>, ctx: Context): K | Promise<K>
  /**
   * The state again, in place of `initialize`; `ctx` says after how many supersteps.
   *
   * @param saved a copy of what `save` returned
   * @param input as `initialize` got it; undefined where `resume` was given none
   */
  restore?(
    saved: NoInfer<K>,
    ctx: Context,
    input: NoInfer<I> | undefined,
  ): NoInfer<S> | Promise<NoInfer<S>>
  /**
   * Frees what a state holds, for example a device; called at the end, whatever that was, unless
   * the thread itself had to be ended.
   */
  dispose?(state: NoInfer<S>): void | Promise<void>
  /**
   * The result, from the outputs of all processors by rank. Default: those. Runs where rank 0 is.
   */
  finalize?(outputs: NoInfer<O>[]): R | Promise<R>
}

/** A checked, frozen definition. */
export interface Computation<
  I = unknown,
  S = unknown,
  P extends MessageSpec = MessageSpec,
  O = S,
  R = O[],
> extends ComputationDefinition<I, S, P, O, R> {
  /** Filled in where the definition had none. */
  readonly message: P
  /** The parts, as plain data. */
  describe(): ComputationDescription
}

/** Parts that a computation may do without. */
export type OptionalPart =
  | 'neighbors'
  | 'isEmpty'
  | 'snapshot'
  | 'output'
  | 'save'
  | 'restore'
  | 'dispose'
  | 'finalize'

/** What a computation is made of. */
export interface ComputationDescription {
  name: string
  /** Columns with their types, or 'plain'. */
  message: 'plain' | ColumnSpec
  supersteps: { name: string; communicates: boolean; votes: boolean }[]
  /** Optional parts that are there. */
  parts: OptionalPart[]
}
