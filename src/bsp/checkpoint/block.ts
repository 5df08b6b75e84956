/**
 * A checkpoint as one block of bytes, little-endian: a preamble, a description, and a section a
 * rank. Members make sections (section.ts), the coordinator puts the block together; description
 * and sections are sealed: their checksum (u32) comes first.
 *
 * The preamble is the same in every version of the format: 8 bytes of signature; u32 version;
 * u32 bytes of the description; f64 bytes of the whole; u32 zero; u32 checksum of all that.
 */

import { CheckpointError } from '../../errors.js'
import { monotonicMs } from '../../time/system.js'
import { createSlices } from '../../turn.js'
import { decodeValue, encodeValue } from '../codec.js'
import type { ComputationDescription } from '../types.js'
import { checksum } from './checksum.js'

/** What a checkpoint is of, and how its run goes on. */
export interface CheckpointDescription {
  computation: ComputationDescription
  processors: number
  seed: number
  /** Supersteps finished. */
  superstep: number
  /** Settings that a resumed run goes on with unless it is told otherwise. */
  settings: {
    every: number
    maxSupersteps: number
    barrierTimeoutMs: number
    messageMemoryBytes: number
  }
}

/** A block that has been found whole. */
export interface OpenBlock {
  block: Uint8Array
  description: CheckpointDescription
}

/** What is in the block beside sections. */
interface StoredDescription extends CheckpointDescription {
  /** Bytes of each rank's section. */
  sectionBytes: number[]
}

/** Raise it with every change of what follows the preamble; older blocks stay readable. */
const FORMAT_VERSION = 1
/** As PNG's: a first byte that is no text, a line break that a transfer as text would change. */
const SIGNATURE = [0x89, 0x54, 0x54, 0x43, 0x43, 0x50, 0x0d, 0x0a]
const PREAMBLE_BYTES = 32

/** Bytes of a checksum, in front of what it is of. */
export const SEAL_BYTES = 4

/** Bytes that are copied or checked without a look at the clock: about a millisecond. */
const SLICE_BYTES = 1 << 20

/** Writes the checksum of the rest into the first four bytes. */
export function seal(bytes: Uint8Array): void {
  const sum = checksum(bytes.subarray(SEAL_BYTES))
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, sum, true)
}

/** Puts a block together, in memory of its own; with pauses for events, as it may be large. */
export async function buildBlock(
  description: CheckpointDescription,
  sections: readonly Uint8Array[],
): Promise<Uint8Array<ArrayBuffer>> {
  const stored: StoredDescription = {
    ...description,
    sectionBytes: sections.map(({ byteLength }) => byteLength),
  }
  const encoded = encodeValue(stored)
  const descriptionBytes = SEAL_BYTES + encoded.byteLength
  const first = PREAMBLE_BYTES + descriptionBytes
  const totalBytes = sections.reduce((sum, { byteLength }) => sum + byteLength, first)
  const block = new Uint8Array(totalBytes)
  block.set(SIGNATURE)
  const view = new DataView(block.buffer)
  view.setUint32(8, FORMAT_VERSION, true)
  view.setUint32(12, descriptionBytes, true)
  view.setFloat64(16, totalBytes, true)
  view.setUint32(28, checksum(block.subarray(0, 28)), true)
  block.set(encoded, PREAMBLE_BYTES + SEAL_BYTES)
  seal(block.subarray(PREAMBLE_BYTES, first))
  const pause = createSlices(monotonicMs, () => {})
  let at = first
  for (const section of sections) {
    for (let from = 0; from < section.byteLength; from += SLICE_BYTES) {
      block.set(section.subarray(from, from + SLICE_BYTES), at + from)
      await pause()
    }
    at += section.byteLength
  }
  return block
}

/**
 * Looks at every byte.
 *
 * @param name what messages call the block
 * @throws CheckpointError when it is damaged, or of a newer version
 */
export async function openBlock(block: Uint8Array, name: string): Promise<OpenBlock> {
  const damaged = (problem: string) =>
    new CheckpointError('damaged', `${name} is damaged: ${problem}`)
  checkPreamble(block, name, damaged)
  const { description, sections } = readBlock(block, damaged)
  const pause = createSlices(monotonicMs, () => {})
  for (const [rank, section] of sections.entries()) {
    let sum = 0
    for (let at = SEAL_BYTES; at < section.byteLength; at += SLICE_BYTES) {
      sum = checksum(section.subarray(at, at + SLICE_BYTES), sum)
      await pause()
    }
    if (sum !== sealOf(section)) throw damaged(`the state of rank ${rank} has another checksum`)
  }
  return { block, description }
}

/** The section of a rank, of a block that was opened before. */
export function sectionOf(block: Uint8Array, rank: number): Uint8Array {
  const { sections } = readBlock(block, (problem) => new Error(problem))
  return sections[rank]
}

function sealOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
}

function checkPreamble(block: Uint8Array, name: string, damaged: (problem: string) => Error): void {
  const { byteLength } = block
  if (byteLength < PREAMBLE_BYTES) throw damaged(`it has ${byteLength} bytes, less than a header`)
  if (SIGNATURE.some((byte, at) => block[at] !== byte)) throw damaged("it isn't a checkpoint")
  const view = new DataView(block.buffer, block.byteOffset)
  const sum = checksum(block.subarray(0, 28))
  if (view.getUint32(28, true) !== sum) throw damaged('its header has another checksum')
  const version = view.getUint32(8, true)
  if (version > FORMAT_VERSION) {
    const problem = `has format version ${version}, this package reads up to ${FORMAT_VERSION}`
    throw new CheckpointError('newer', `${name} ${problem}; resume it with a newer package`)
  }
  const expected = view.getFloat64(16, true)
  if (byteLength !== expected) throw damaged(`it has ${byteLength} bytes, not ${expected}`)
}

/** Description and sections, the former checked. */
function readBlock(
  block: Uint8Array,
  damaged: (problem: string) => Error,
): { description: CheckpointDescription; sections: Uint8Array[] } {
  const view = new DataView(block.buffer, block.byteOffset)
  const first = PREAMBLE_BYTES + view.getUint32(12, true)
  const sealed = block.subarray(PREAMBLE_BYTES, first)
  if (checksum(sealed.subarray(SEAL_BYTES)) !== sealOf(sealed)) {
    throw damaged('its description has another checksum')
  }
  const stored = decodeValue(sealed.subarray(SEAL_BYTES)) as StoredDescription
  const { sectionBytes, ...description } = stored
  let at = first
  const sections = sectionBytes.map((byteLength) => {
    at += byteLength
    return block.subarray(at - byteLength, at)
  })
  return { description, sections }
}
