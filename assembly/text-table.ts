// Numbers string ids by first appearance, exactly: a hash table of byte strings. The host
// (src/graph/id-table.ts) owns the memory and decides when it grows. Ids hold no NUL byte.
//
// slots:  16 B × 2^k, linear probing; u32 index + 1 (0 = free), u32 hash, then the first eight
//         bytes of the id, zeros behind its end: a look-up of a short id is one cache miss, not 3
// starts: u32[], by index: where the id begins in the text; one more than ids

import { NEEDS_SPACE, UNKNOWN_ID } from './id-table'

export const CHECK_TEXT: i32 = -3

/** In the hash of an id of more than eight bytes: a short one is never taken for it. */
const LONG: u32 = 0x80000000

let slots: usize = 0
let slotMask: u32 = 0
let mostIds: u32 = 0
let starts: usize = 0
let text: usize = 0
let textCapacity: u32 = 0
let textUsed: u32 = 0
let ids: u32 = 0
let frozen: bool = false

/** Starts an empty table; `placeTextTable` gives it memory. */
export function resetTextTable(): void {
  ids = 0
  textUsed = 0
  frozen = false
  mostIds = 0
}

/** Memory of the table: `slotCount` (a power of two) zeroed slots, or the same ones again. */
export function placeTextTable(
  slotsAt: usize,
  slotCount: u32,
  startsAt: usize,
  startCapacity: u32,
  textAt: usize,
  textBytes: u32,
): void {
  slots = slotsAt
  slotMask = slotCount - 1
  starts = startsAt
  text = textAt
  textCapacity = textBytes
  // At most five eighths full, and room for the offset that ends the text.
  mostIds = min(slotCount - (slotCount >> 2) - (slotCount >> 3), startCapacity - 1)
}

/** From now on an id that is not in the table is UNKNOWN_ID. */
export function freezeTextTable(): void {
  frozen = true
}

export function textIdCount(): u32 {
  return ids
}

export function textBytesUsed(): u32 {
  return textUsed
}

/** Address of the id with this index. */
export function textAt(index: u32): usize {
  return text + load<u32>(starts + ((index as usize) << 2))
}

/** Bytes of the id with this index. */
export function textLength(index: u32): u32 {
  const start = starts + ((index as usize) << 2)
  return load<u32>(start, 4) - load<u32>(start)
}

/** The next eight of `left` > 0 bytes, zeros behind the end; reads up to 7 bytes beyond it. */
export function textWord(at: usize, left: u32): u64 {
  const word = load<u64>(at)
  return left >= 8 ? word : word & (((1 as u64) << (left << 3)) - 1)
}

/** Copies whole words: up to 7 bytes too many, which the next id overwrites. */
export function copyText(to: usize, from: usize, length: u32): void {
  for (let i: u32 = 0; i < length; i += 8) store<u64>(to + i, load<u64>(from + i))
}

/** Hash of an id of at least one byte. */
export function hashText(at: usize, length: u32): u32 {
  const prefix = textWord(at, length)
  let h = (prefix ^ length) * 0x9e3779b97f4a7c15
  for (let i: u32 = 8; i < length; i += 8) {
    h = (h ^ (h >> 29) ^ textWord(at + i, length - i)) * 0xc4ceb9fe1a85ec53
  }
  h = (h ^ (h >> 32)) * 0xff51afd7ed558ccd
  const hash = ((h >> 32) as u32) & ~LONG
  return length > 8 ? hash | LONG : hash
}

/** Whether two ids of one length, longer than eight bytes and equal in those, are equal. */
function sameRest(a: usize, b: usize, length: u32): bool {
  let i: u32 = 8
  for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
  const last = length - 8
  return load<u64>(a + last) == load<u64>(b + last)
}

/** True when all bytes are printable ASCII, seen eight at a time. */
function isPlain(at: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i += 8) {
    const left = length - i
    let word = load<u64>(at + i)
    if (left < 8) {
      const mask = ((1 as u64) << (left << 3)) - 1
      word = (word & mask) | (0x2020202020202020 & ~mask)
    }
    const controls = (word - 0x2020202020202020) & ~word
    const others = (word + 0x0101010101010101) | word
    if (((controls | others) & 0x8080808080808080) != 0) return false
  }
  return true
}

/** Reads a slot, so that it is near when `internHashed` needs it: WASM has no prefetch. */
export function touchSlot(hash: u32): u32 {
  return load<u32>(slots + (((hash & slotMask) as usize) << 4))
}

/** As `internHashed`, for the host. */
export function internText(at: usize, length: u32, checked: bool): i32 {
  return internHashed(at, length, hashText(at, length), checked)
}

/**
 * Index of a string id, added if new. CHECK_TEXT for a new one with bytes that the host must look
 * at (not ASCII, control characters) unless `checked`; NEEDS_SPACE or UNKNOWN_ID.
 */
export function internHashed(at: usize, length: u32, hash: u32, checked: bool): i32 {
  const prefix = textWord(at, length)
  let slot = hash & slotMask
  let entry = slots + ((slot as usize) << 4)
  for (;;) {
    const index = load<u32>(entry)
    if (index == 0) break
    if (load<u32>(entry, 4) == hash && load<u64>(entry, 8) == prefix) {
      if (length <= 8) return index - 1
      if (textLength(index - 1) == length && sameRest(textAt(index - 1), at, length)) {
        return index - 1
      }
    }
    slot = (slot + 1) & slotMask
    entry = slots + ((slot as usize) << 4)
  }
  if (!checked && !isPlain(at, length)) return CHECK_TEXT
  if (frozen) return UNKNOWN_ID
  if (ids >= mostIds || length > textCapacity - textUsed) return NEEDS_SPACE
  const start = starts + ((ids as usize) << 2)
  store<u32>(start, textUsed)
  copyText(text + textUsed, at, length)
  textUsed += length
  store<u32>(start, textUsed, 4)
  store<u32>(entry, ids + 1)
  store<u32>(entry, hash, 4)
  store<u64>(entry, prefix, 8)
  return ids++
}

/** Enters slots `from` to `to` of a smaller table into those that `placeTextTable` just gave. */
export function moveTextSlots(smaller: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    const old = smaller + ((i as usize) << 4)
    const head = load<u64>(old)
    if (head == 0) continue
    let slot = ((head >> 32) as u32) & slotMask
    while (load<u32>(slots + ((slot as usize) << 4)) != 0) slot = (slot + 1) & slotMask
    const entry = slots + ((slot as usize) << 4)
    store<u64>(entry, head)
    store<u64>(entry, load<u64>(old, 8), 8)
  }
}
