/**
 * What a checkpoint has of one rank: made by its member after a barrier, read where it goes on.
 * Three values, one after the other: where the rank is, packets just delivered, and the state.
 */

import type { RandomState } from '../../random.js'
import type { Packet } from '../../transport/transport.js'
import { growByDoubling, ValueReader, ValueWriter } from '../codec.js'
import { SEAL_BYTES, seal, sectionOf } from './block.js'

/** A rank at a barrier. */
export interface RankRecord {
  /** Whether all votes of the round so far were to stop. */
  agreed: boolean
  random: RandomState
  /** Sent in the run so far. */
  sentMessages: number
  sentBytes: number
  /** Packets just delivered, by lane. */
  packets: readonly (readonly Packet[])[]
  /** The state, or what the definition's `save` made of it. */
  state: unknown
}

/**
 * The record as a sealed section, in a buffer of its own.
 *
 * @param expectedBytes about how large it will be: saves copies while it grows
 * @throws TypeError, RangeError for a state that isn't plain data
 */
export function writeSection(record: RankRecord, expectedBytes: number): Uint8Array {
  const { state, packets, ...place } = record
  const writer = new ValueWriter(growByDoubling)
  writer.reset(new Uint8Array(Math.max(256, expectedBytes)), SEAL_BYTES)
  writer.write(place)
  writer.write(packets)
  writer.write(state, 'the state')
  const section = writer.memory.subarray(0, writer.position)
  seal(section)
  return section
}

/** What a block has of a rank; values are copies. */
export function readSection(block: Uint8Array, rank: number): RankRecord {
  const reader = new ValueReader(sectionOf(block, rank), SEAL_BYTES)
  const place = reader.read() as Omit<RankRecord, 'packets' | 'state'>
  const packets = reader.read() as RankRecord['packets']
  return { ...place, packets, state: reader.read() }
}
