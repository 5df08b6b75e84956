/**
 * Sorts the string ids of the WASM table by UTF-8 bytes and writes them into a graph: drives
 * assembly/text-sort.ts in slices. A radix sort of eight bytes at a time; ids that are equal so far
 * are sorted by the next eight. Takes 32 bytes an id, half of them where the slots were.
 */

import type { EdgeParser } from './edge-parser.js'
import type { Names } from './names.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

const RECORD_BYTES = 16
/** Records that one slice moves, fills or settles: at the slowest some milliseconds. */
const SLICE_RECORDS = SLICE_ITEMS / 4
/** Bytes of the counts: u32[8][256]. */
const COUNTS_BYTES = 8 * 256 * 4
/** A sort of few records costs as much as one of this many. */
const LEAST_WORK = 1024

/** Records that are equal up to byte `depth`. */
interface Task {
  from: number
  to: number
  depth: number
}

/**
 * @param first where records may lie: 16 bytes an id
 * @returns the address of the sorted records; the third word of each is an id's index
 */
export function* sortTexts(parser: EdgeParser, first: number, count: number): Steps<number> {
  const { wasm } = parser
  const other = parser.alloc(powerOfTwo(RECORD_BYTES * count))
  for (let from = 0; from < count; from += SLICE_RECORDS) {
    wasm.beginTextRecords(first, from, Math.min(count, from + SLICE_RECORDS))
    yield
  }
  const tasks: Task[] = [{ from: 0, to: count, depth: 0 }]
  let work = 0
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    yield* sortRecords(parser, first, other, task)
    const { to, depth } = task
    for (let at = task.from; at < to; at = wasm.textRunEnd()) {
      const stop = Math.min(to, at + SLICE_RECORDS)
      const end = wasm.settleTextRuns(first, at, stop, to, depth + 8)
      const runEnd = wasm.textRunEnd()
      if (runEnd > end) tasks.push({ from: end, to: runEnd, depth: depth + 8 })
      work += runEnd - at
      if (work < SLICE_RECORDS) continue
      work = 0
      yield
    }
    work += LEAST_WORK
  }
  return first
}

/** Sorts one task's records by the eight bytes from its depth on; they end where they were. */
function* sortRecords(parser: EdgeParser, first: number, other: number, task: Task): Steps<void> {
  const { wasm } = parser
  const { from, to, depth } = task
  // Rows are all read: their region is free.
  const counts = parser.pairs
  parser.bytes.fill(0, counts, counts + COUNTS_BYTES)
  for (let at = from; at < to; at += SLICE_RECORDS) {
    wasm.fillTextWords(first, at, Math.min(to, at + SLICE_RECORDS), depth, counts)
    if (at + SLICE_RECORDS < to) yield
  }
  let [source, out] = [first, other]
  for (let digit = 0; digit < 8; digit++) {
    if (!wasm.placeTextDigit(counts, digit, from, to - from)) continue
    for (let at = from; at < to; at += SLICE_RECORDS) {
      wasm.scatterTextDigit(source, out, at, Math.min(to, at + SLICE_RECORDS), counts, digit)
      if (at + SLICE_RECORDS < to) yield
    }
    ;[source, out] = [out, source]
  }
  if (source !== first) wasm.copyTextRecords(source, first, from, to)
}

function powerOfTwo(bytes: number): number {
  return 2 ** Math.max(6, Math.ceil(Math.log2(bytes)))
}

/** The ids of the table in the order of the records, copied once through the input region. */
export function tableNames(parser: EdgeParser, records: number, count: number): Names {
  const { wasm } = parser
  return {
    count,
    idKind: 'string',
    idBytes: wasm.textBytesUsed(),
    *fill(graph) {
      const ids = graph.stringIds as { offsets: Uint32Array; text: Uint8Array }
      const { input, inputBytes, pairs } = parser
      let at = 0
      for (let v = 0; v < count; ) {
        const most = Math.min(count, v + SLICE_RECORDS)
        const end = wasm.gatherTexts(records, v, most, at, input, inputBytes, pairs)
        const bytes = wasm.textBytesGathered()
        ids.offsets.set(parser.words(pairs, end - v), v)
        ids.text.set(parser.bytes.subarray(input, input + bytes), at)
        at += bytes
        v = end
        yield
      }
      ids.offsets[count] = at
    },
  }
}
