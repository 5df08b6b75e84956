/**
 * The control block of a run on threads, in memory that all of them share: words for the barrier,
 * then tables by rank. Used by threads.ts on the coordinator's side and threads-member.ts.
 */

import { FIGURES, LANES } from './transport.js'

/** Words (i32), each on a cache line of its own. */
export const WORD = {
  /** Members that wait at the barrier. */
  arrived: 0,
  /** Barriers passed; members wait on it. */
  generation: 16,
  /** Not 0: the run is to end. */
  ended: 32,
  /** 1: barriers are held closed. */
  paused: 48,
  /** Barriers that may open nevertheless. */
  credits: 64,
  /** 1 while a barrier is held. */
  held: 80,
  /** 1 if a member disagreed, for even and odd barriers. */
  disagreed: 96,
  /** What the last two barriers answered. */
  answer: 112,
  /** Memory taken, in steps of 64 bytes, for even and odd supersteps. */
  taken: 128,
  /** Polls of the generation before a member sleeps. */
  spins: 144,
  /** Barriers that count and that all have reached: one more than supersteps finished. */
  reached: 160,
  /** Members asleep at the barrier: without any, nobody need be woken. */
  asleep: 176,
  /** What all members saved, and the coordinator is done with: how often. */
  stored: 192,
  /** What members have handed over to be saved. On the same line: both change seldom. */
  handed: 193,
} as const

/** Words of the head. */
const HEAD_WORDS = 224
/** Offset in bytes of the time at which the last barrier opened: f64, `epochMs`. */
export const BARRIER_TIME = HEAD_WORDS * 4 - 8

/** Words from a rank's phase to the next one's: members don't write to each other's cache lines. */
export const PHASE_STRIDE = 16

/** Doubles from a rank's figures to the next one's: whole cache lines. */
const FIGURE_STRIDE = Math.ceil(FIGURES / 8) * 8

/** Words of a packet's descriptor: first 64 bytes of it, and its length in bytes. */
export const DESCRIPTOR_WORDS = 2

/** Where the tables begin, in bytes, and where the block ends. */
export interface ControlLayout {
  /** i32 by rank, PHASE_STRIDE apart. */
  phases: number
  /** u32 pairs by parity, lane, sender and receiver. */
  descriptors: number
  /** f64 by kept superstep, rank and figure. */
  figures: number
  byteLength: number
}

/** @param kept supersteps whose figures are kept */
export function controlLayout(processors: number, kept: number): ControlLayout {
  const phases = HEAD_WORDS * 4
  const descriptors = align(phases + 4 * PHASE_STRIDE * processors)
  const descriptorBytes = 2 * LANES * processors * processors * DESCRIPTOR_WORDS * 4
  const figures = align(descriptors + descriptorBytes)
  const byteLength = figures + kept * processors * FIGURE_STRIDE * 8
  return { phases, descriptors, figures, byteLength }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64
}

/** Where a superstep's figures of a rank begin, in doubles from `figures`. */
export function figureIndex(
  superstep: number,
  rank: number,
  { processors, keptSupersteps }: Pick<MemberShape, 'processors' | 'keptSupersteps'>,
): number {
  return ((superstep % keptSupersteps) * processors + rank) * FIGURE_STRIDE
}

/** What a member is told. */
export interface MemberShape {
  control: SharedArrayBuffer
  /** Memory for messages, in the pool's memory: even supersteps take from the first half. */
  arenaAddress: number
  arenaBytes: number
  processors: number
  member: number
  members: number
  /** Number of the first superstep. */
  firstSuperstep: number
  /** Supersteps whose figures are kept. */
  keptSupersteps: number
}
