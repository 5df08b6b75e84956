// Conversion of timestamp columns: blocks by ticket, each in chunks that go through the stages
// decode, correct, change of scale, encode. Between stages an instant is whole seconds since 1970
// (i64) and ticks of 2^-32 ns within the second (u64), as in src/kernels/timestamps/layout.ts. A
// chunk of a pair with a short cut takes it when all its values lie in the range it is right for.
import {
  BLOCK_VALUES,
  CHUNK_VALUES,
  CORRECTION,
  COUNT,
  FAILED_AT,
  FAST,
  FLOW,
  FROM,
  INPUT,
  LEAP,
  OUTPUT,
  PAIRS_AT,
  PTP,
  SCRATCH,
  SCRATCH_BYTES,
  SLOT_MASK,
  TEXT,
  TEXT_EACH,
  TEXT_WIDTH,
  TICKET,
  TO,
  TO_TAI,
} from '../src/kernels/timestamps/layout'
import { ABORTED, AGAIN, beginSlice, DONE, isAborted, sliceEnds } from './control'
import { awaitBlock, finishBlock, stopFlow } from './flow'
import { timestampsDecode } from './timestamps-decode'
import { timestampsEncode } from './timestamps-encode'
import { timestampsFast } from './timestamps-fast'
import { endLeapSeconds, timestampsCorrect, timestampsLeap } from './timestamps-shift'
import { writeChunk } from './timestamps-text'

/** Converts the column; FAILED_AT tells the first value that can't be, where there is one. */
export function timestampsConvert(thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  const count = load<u32>(p, COUNT)
  const blocks = count / BLOCK_VALUES + (count % BLOCK_VALUES != 0 ? 1 : 0)
  const scratch = <usize>load<u32>(p, SCRATCH) + <usize>(thread * SCRATCH_BYTES)
  const flow = <usize>load<u32>(p, FLOW)
  const mask = load<u32>(p, SLOT_MASK)
  while (true) {
    const block = atomic.add<u32>(p + TICKET, 1)
    if (block >= blocks) return DONE
    if (isAborted()) return ABORTED
    const first = block * BLOCK_VALUES
    const isThere = flow == 0 || awaitBlock(flow, block)
    // Blocks are taken in order: after a failure only those before it can change the answer.
    if (first > atomic.load<u32>(p + FAILED_AT)) return DONE
    if (!isThere) return ABORTED
    const failed = convertBlock(p, scratch, first, first & mask, min(count - first, BLOCK_VALUES))
    if (failed >= 0) {
      lower(p + FAILED_AT, first + <u32>failed)
      if (flow != 0) stopFlow(flow)
    } else if (flow != 0) finishBlock(flow, block, (first & mask) / BLOCK_VALUES)
    if (sliceEnds()) return AGAIN
  }
}

/** The least of what is there and `value`. */
function lower(address: usize, value: u32): void {
  let seen = atomic.load<u32>(address)
  while (value < seen) {
    const found = atomic.cmpxchg<u32>(address, seen, value)
    if (found == seen) return
    seen = found
  }
}

/**
 * Converts values `first` on, which lie at `place` on. The number within the block of the first
 * value that failed, or -1.
 */
function convertBlock(p: usize, scratch: usize, first: u32, place: u32, blockCount: u32): i32 {
  const fromBytes = bytesOf(load<u32>(p, FROM), load<u32>(p, TEXT_WIDTH))
  // Text of lengths that differ goes out as pairs, which timestampsWrite takes.
  const to = load<u32>(p, TO)
  const toBytes: usize = to == PTP || to == TEXT ? 16 : 8
  const writesText = load<u32>(p, TEXT_EACH) != 0
  const input = <usize>load<u32>(p, INPUT)
  const output = <usize>load<u32>(p, OUTPUT)
  for (let at: u32 = 0; at < blockCount; at += CHUNK_VALUES) {
    const count = min<u32>(CHUNK_VALUES, blockCount - at)
    const source = input + <usize>(place + at) * fromBytes
    const target = writesText ? scratch + PAIRS_AT : output + <usize>(place + at) * toBytes
    if (load<u32>(p, FAST) == 0 || !timestampsFast(p, source, target, count)) {
      const failed = convertChunk(p, scratch, source, target, count)
      if (failed >= 0) return <i32>at + failed
    }
    if (writesText) writeChunk(p, target, first + at, place + at, count)
  }
  return -1
}

/** Bytes from one value to the next; those of text are offsets, or rows of `width` bytes. */
function bytesOf(kind: u32, width: u32): usize {
  if (kind == TEXT) return width == 0 ? 4 : width
  return kind == PTP ? 16 : 8
}

function convertChunk(p: usize, scratch: usize, source: usize, target: usize, count: u32): i32 {
  timestampsDecode(p, scratch, source, count)
  const correction = load<u32>(p, CORRECTION)
  if (load<u32>(p, FROM) == TEXT) {
    const keeps = load<u32>(p, TO) == TEXT || load<u32>(p, LEAP) == TO_TAI
    if (correction != 0 || !keeps) endLeapSeconds(scratch, count)
  }
  if (correction != 0) timestampsCorrect(p, scratch, count)
  if (load<u32>(p, LEAP) != 0) timestampsLeap(p, scratch, count)
  return timestampsEncode(p, scratch, target, count)
}
