/**
 * What travels in a run without shared memory: between members a parcel a superstep, between a
 * member and the coordinator where its ranks are and what is to happen at barriers.
 */

import type { SavedMessage } from './saves.js'
import type { Phase } from './transport.js'

/** What a member sends to another at a barrier: packets of all its ranks to all of the other's. */
export interface Parcel {
  /** The sender's vote. */
  agreed: boolean
  /** PACKET_WORDS words a packet: sender, receiver, lane, first byte, length in bytes. */
  packets: Uint32Array
  /** All packets, each from a multiple of 64 on: moved, not copied. */
  bytes: ArrayBuffer
}

/** Words that describe a packet of a parcel. */
export const PACKET_WORDS = 5

/** What a member tells the coordinator. */
export type FromMember =
  | { kind: 'phase'; rank: number; phase: Phase }
  /** It has reached a barrier that counts; figures of its ranks for the superstep before it. */
  | { kind: 'reached'; figures: Float64Array | undefined; usedBytes: number }
  /** Only from the first member: it holds a barrier closed, or no longer. */
  | { kind: 'held'; held: boolean }
  /** For a checkpoint. */
  | { kind: 'saved'; saved: SavedMessage }
  /** Nothing follows. */
  | { kind: 'ended' }

/**
 * What the coordinator tells a member; `pause`, `step` and `resume` go to the first one only.
 * `stored`: what all have saved is dealt with.
 */
export type ToMember = 'pause' | 'step' | 'resume' | 'end' | 'stored'

/** Argument of the pool's job. */
export interface TransferRequest {
  processors: number
  member: number
  members: number
  /** Most bytes that the member's packets of one superstep may take. */
  limitBytes: number
  /** URL of the module with `runMember`; not used where the worker brought its own. */
  module: string
  argument: unknown
  /** To the coordinator. */
  control: MessagePort
  /** To the other members, by number; undefined for itself. */
  peers: readonly (MessagePort | undefined)[]
}
