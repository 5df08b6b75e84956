/**
 * The transport contract: ranks, a barrier, and an exchange of bytes between every pair of ranks.
 * `bsp` runs computations over it; inline.ts, threads.ts and transfer.ts keep it, open.ts chooses.
 * One conformance suite tests them all. Nothing here knows what the bytes mean.
 *
 * Ranks are hosted by members: all by one (inline), several by a thread, one by a process (MPI).
 * Calls may block a worker; where they can't, they return promises.
 */

/** A value, or a promise of one where a member can't wait without its event loop. */
export type MaybePromise<T> = T | Promise<T>

/** Packets between a pair of ranks in one superstep: one of plain values, one of columns. */
export const LANES = 2

/** Figures of one rank and superstep that the coordinator sees: see `Endpoint.figures`. */
export const FIGURES = 13

/** Supersteps whose figures are kept, at least. */
export const KEPT_SUPERSTEPS = 1024

/** Supersteps from one `onFigures` to the next: well before the first one's figures are lost. */
export const LOOK_EVERY = KEPT_SUPERSTEPS / 2

/** A copy of one rank's figures of one superstep, which begin at `from`. */
export function copyFigures(
  all: Float64Array,
  from: number,
  into: Float64Array = new Float64Array(FIGURES),
): Float64Array {
  for (let i = 0; i < FIGURES; i++) into[i] = all[from + i]
  return into
}

/** What one rank sent to another. Its bytes stay valid until the exchange after next. */
export interface Packet {
  readonly from: number
  readonly bytes: Uint8Array
}

/** Where a rank is, for the error that names who is missing at a barrier. */
export const PHASE = {
  preparing: 0,
  computing: 1,
  communicating: 2,
  waiting: 3,
  finishing: 4,
  ended: 5,
  saving: 6,
} as const
export type Phase = keyof typeof PHASE

/** A member's end of a transport. */
export interface Endpoint {
  /** Ranks of the run, p. */
  readonly processors: number
  /** Ranks that this member hosts, ascending. */
  readonly ranks: readonly number[]
  /** True once the run is to end early. */
  readonly aborted: boolean

  /** Says where a hosted rank is. Costs a store. */
  enter(rank: number, phase: Phase): void
  /**
   * Memory for a packet, aligned to 64 bytes, contents undefined; gone after the exchange after
   * next. In shared memory where there is any: receivers then read it in place.
   *
   * @throws MessageMemoryFull when the run's memory for messages is used up; nothing is taken then
   */
  alloc(from: number, byteLength: number): Uint8Array
  /** Sends the first `byteLength` bytes of an `alloc`: once for each pair, lane and superstep. */
  post(from: number, to: number, lane: number, memory: Uint8Array, byteLength: number): void
  /** Figures of a hosted rank for this superstep, to be filled before `exchange`. */
  figures(rank: number): Float64Array
  /**
   * Meets all members: returns when every rank's packets have been delivered, with the same answer
   * everywhere.
   *
   * @param agreed this member's vote
   * @param counts whether a superstep ends here: such barriers are counted, and held by `pause`.
   *   Default true; the same for all members
   * @returns whether all members voted true
   * @throws RunEnded when the run is to end early
   */
  exchange(agreed: boolean, counts?: boolean): MaybePromise<boolean>
  /** What the last exchange delivered to a hosted rank, in any order. */
  received(rank: number, lane: number): readonly Packet[]
  /**
   * Hands bytes to the coordinator, which gets those of all members (`RunShape.onSave`). To be
   * called by all members after the same exchange. Waits until the coordinator is done with what
   * was handed over before, so that no more than that and this takes memory.
   *
   * @param superstep the same for all members
   * @param sections bytes of each hosted rank, each in a buffer of its own: the coordinator's from
   *   then on
   * @throws RunEnded when the run is to end early
   */
  save(superstep: number, sections: readonly Uint8Array[]): MaybePromise<void>
}

/** Thrown by `exchange` when somebody else ended the run: not an error of this member. */
export class RunEnded extends Error {}

/** Thrown by `alloc`: no more memory for messages. */
export class MessageMemoryFull extends Error {
  constructor(readonly limitBytes: number) {
    super(`more than ${limitBytes} bytes of messages`)
  }
}

/** What a member does: given an endpoint and the same argument as every other member. */
export interface Job<A, R> {
  /** Where members share this thread. */
  local(endpoint: Endpoint, argument: A): Promise<R>
  /** URL of a module that exports the same function as `runMember`, for other threads. */
  readonly module: string
}

/** Where a run stands. */
export interface RunState {
  /** Supersteps finished: all members have reached the barrier after them. */
  superstep: number
  /** Milliseconds, on the transport's clock, since the last barrier opened; 0 while it is held. */
  sinceBarrierMs: number
  /** Whether a barrier is held closed by `pause`. */
  held: boolean
  /** Phase of every rank. */
  phases: readonly Phase[]
}

/** How ranks are connected: all on one thread, or on workers with or without shared memory. */
export type TransportKind = 'inline' | 'threads' | 'transfer'

/** The coordinator's end: one run at a time. */
export interface Transport {
  readonly kind: TransportKind
  /** Members, at most as many as ranks. */
  readonly members: number
  /**
   * Runs a job on every member.
   *
   * @returns what the members returned, in order of their lowest rank
   * @throws what a member threw, lowest rank first; RunEnded after `end()`; DeviceLostError when a
   *   worker died
   */
  run<A, R>(job: Job<A, R>, argument: A, shape: RunShape): Promise<R[]>
  /** Holds the next barrier closed; it stays so until `resume`. */
  pause(): void
  /** Lets one superstep through a held barrier. */
  step(): void
  resume(): void
  /** Ends the run early: releases who waits at the barrier. */
  end(): void
  /** Where the run stands; undefined when there is none. */
  state(): RunState | undefined
  /**
   * Figures of a rank for a superstep, if they are still kept: a copy.
   *
   * @param into filled and returned, in place of a new array
   */
  figures(superstep: number, rank: number, into?: Float64Array): Float64Array | undefined
  /** Bytes in use for messages, and the most that may be. */
  memory(): { usedBytes: number; limitBytes: number }
}

/** Size of a run. */
export interface RunShape {
  processors: number
  /** Most bytes that messages of two supersteps may take together. */
  messageMemoryBytes: number
  /** Number of the first superstep: counted from here on. Default 0. */
  firstSuperstep?: number
  /**
   * Supersteps whose figures are to be kept where the coordinator hears of some members later than
   * of others, or not at all (transfer, threads). Default KEPT_SUPERSTEPS, the least there may be.
   */
  keptSupersteps?: number
  /**
   * Called on the coordinator's thread before figures that nobody may have looked at are lost, by
   * transports whose barriers that thread hears of (inline, transfer). Must not throw.
   */
  onFigures?(): void
  /**
   * Takes what all members gave to `save`, by rank; they may save again when it has resolved. It
   * doesn't reject. All that was saved has come here when a run resolves. Without it nobody saves.
   */
  onSave?(superstep: number, sections: readonly Uint8Array[]): Promise<void>
}
