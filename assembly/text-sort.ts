// Sorts string ids by unsigned bytes, eight at a time: records of a big-endian word and an index,
// radix-sorted from the least significant byte; ids whose words are equal are sorted by the next
// word. The host (src/graph/text-sort.ts) drives it in slices. Ids hold no NUL byte, so zeros
// behind an id's end order it before longer ones.
//
// records: u64 word, u32 index, u32 unused

import { copyText, textAt, textLength, textWord } from './text-table'

/** Runs of equal words up to this length are sorted by insertion. */
const SHORT_RUN: u32 = 24

let runEnd: u32 = 0
let bytesGathered: u32 = 0

/** Records of all ids from `from` to `to`, without words. */
export function beginTextRecords(at: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) store<u32>(at + ((i as usize) << 4), i, 8)
}

/** Sets the words of records, the bytes from `depth` on, and counts them: u32[8][256]. */
export function fillTextWords(at: usize, from: u32, to: u32, depth: u32, counts: usize): void {
  for (let i = from; i < to; i++) {
    const record = at + ((i as usize) << 4)
    const index = load<u32>(record, 8)
    const length = textLength(index)
    const word = length > depth ? bswap<u64>(textWord(textAt(index) + depth, length - depth)) : 0
    store<u64>(record, word)
    let rest = word
    for (let digit = counts; digit < counts + 8192; digit += 1024) {
      const count = digit + (((rest & 0xff) as usize) << 2)
      store<u32>(count, load<u32>(count) + 1)
      rest >>= 8
    }
  }
}

/** Turns the counts of a digit into places from `first` on; false when all have the same digit. */
export function placeTextDigit(counts: usize, digit: u32, first: u32, count: u32): bool {
  const base = counts + ((digit as usize) << 10)
  let place = first
  for (let value: usize = 0; value < 256; value++) {
    const here = load<u32>(base + (value << 2))
    if (here == count) return false
    store<u32>(base + (value << 2), place)
    place += here
  }
  return true
}

/** Moves records by a digit to their places. */
export function scatterTextDigit(
  source: usize,
  out: usize,
  from: u32,
  to: u32,
  counts: usize,
  digit: u32,
): void {
  const base = counts + ((digit as usize) << 10)
  const shift = (digit << 3) as u64
  for (let i = from; i < to; i++) {
    const record = source + ((i as usize) << 4)
    const word = load<u64>(record)
    const place = base + ((((word >> shift) & 0xff) as usize) << 2)
    const next = load<u32>(place)
    store<u32>(place, next + 1)
    const target = out + ((next as usize) << 4)
    store<u64>(target, word)
    store<u64>(target, load<u64>(record, 8), 8)
  }
}

/** Copies sorted records back. */
export function copyTextRecords(source: usize, out: usize, from: u32, to: u32): void {
  memory.copy(
    out + ((from as usize) << 4),
    source + ((from as usize) << 4),
    ((to - from) as usize) << 4,
  )
}

/** Whether id a comes before id b; they are equal before `depth`. */
function comesBefore(a: u32, b: u32, depth: u32): bool {
  const lengthA = textLength(a)
  const lengthB = textLength(b)
  const atA = textAt(a)
  const atB = textAt(b)
  const length = min(lengthA, lengthB)
  for (let i = depth; i < length; i += 8) {
    const wordA = bswap<u64>(textWord(atA + i, lengthA - i))
    const wordB = bswap<u64>(textWord(atB + i, lengthB - i))
    if (wordA != wordB) return wordA < wordB
  }
  return lengthA < lengthB
}

function insertionSort(at: usize, from: u32, to: u32, depth: u32): void {
  for (let i = from + 1; i < to; i++) {
    const index = load<u32>(at + ((i as usize) << 4), 8)
    let j = i
    while (j > from) {
      const before = load<u32>(at + (((j - 1) as usize) << 4), 8)
      if (!comesBefore(index, before, depth)) break
      store<u32>(at + ((j as usize) << 4), before, 8)
      j--
    }
    store<u32>(at + ((j as usize) << 4), index, 8)
  }
}

/**
 * Sorts short runs of equal words that begin between `from` and `stop`; `depth` is that of the
 * next words. Gives where it stopped: at `stop` or beyond, or at a long run that ends at
 * `textRunEnd()`, which is left to the host.
 */
export function settleTextRuns(at: usize, from: u32, stop: u32, end: u32, depth: u32): u32 {
  let i = from
  while (i < stop) {
    const word = load<u64>(at + ((i as usize) << 4))
    let j = i + 1
    while (j < end && load<u64>(at + ((j as usize) << 4)) == word) j++
    if (j - i > SHORT_RUN) {
      runEnd = j
      return i
    }
    if (j - i > 1) insertionSort(at, i, j, depth)
    i = j
  }
  runEnd = i
  return i
}

export function textRunEnd(): u32 {
  return runEnd
}

/**
 * Copies ids in the order of the records `from` to `to`, as many as `room` bytes hold, and writes
 * where each begins, counted from `base`. Gives the record it stopped at.
 */
export function gatherTexts(
  at: usize,
  from: u32,
  to: u32,
  base: u32,
  out: usize,
  room: u32,
  offsets: usize,
): u32 {
  let used: u32 = 0
  let i = from
  for (; i < to; i++) {
    const index = load<u32>(at + ((i as usize) << 4), 8)
    const length = textLength(index)
    if (length > room - used) break
    store<u32>(offsets + (((i - from) as usize) << 2), base + used)
    copyText(out + used, textAt(index), length)
    used += length
  }
  bytesGathered = used
  return i
}

/** Bytes that the last `gatherTexts` copied. */
export function textBytesGathered(): u32 {
  return bytesGathered
}
