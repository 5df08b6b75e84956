// Numbers vertex ids by first appearance, exactly: a hash table of u64 or byte-string keys.
// The host (src/graph/id-table.ts) owns the memory, decides when it grows and sorts at the end.
//
// slots: u64[2^k], linear probing; low half = index + 1 (0 = free), high half = hash tag
// keys:  u64[], by index: the id itself, or for strings low half = text offset, high half = tag
//        (one key more than ids marks the end of the text)

// What `intern…` and `mapIds` answer instead of an index.
export const NEEDS_SPACE: i32 = -1
export const UNKNOWN_ID: i32 = -2
export const CHECK_TEXT: i32 = -3

let slots: usize = 0
let slotMask: u32 = 0
let mostIds: u32 = 0
let keys: usize = 0
let text: usize = 0
let textCapacity: u32 = 0
let textUsed: u32 = 0
let ids: u32 = 0
let frozen: bool = false

/** Starts an empty table; `placeIdTable` gives it memory. */
export function resetIdTable(): void {
  ids = 0
  textUsed = 0
  frozen = false
  mostIds = 0
}

/** Memory of the table: `slotCount` (a power of two) zeroed slots, or the same ones again. */
export function placeIdTable(
  slotsAt: usize,
  slotCount: u32,
  keysAt: usize,
  keyCapacity: u32,
  textAt: usize,
  textBytes: u32,
): void {
  slots = slotsAt
  slotMask = slotCount - 1
  keys = keysAt
  text = textAt
  textCapacity = textBytes
  // At most five eighths full, and room for the key that ends the text.
  const most = slotCount - (slotCount >> 2) - (slotCount >> 3)
  mostIds = min(most, keyCapacity - 1)
}

/** From now on an id that is not in the table is UNKNOWN_ID. */
export function freezeIdTable(): void {
  frozen = true
}

export function idCount(): u32 {
  return ids
}

/** Ids that fit before the table must grow. */
export function idLimit(): u32 {
  return mostIds
}

export function idTextBytes(): u32 {
  return textUsed
}

/** MurmurHash3's 64-bit finaliser (Austin Appleby, public domain). */
function mix(key: u64): u64 {
  let h = key
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53
  return h ^ (h >> 33)
}

/** Index of an integer id, added if new; NEEDS_SPACE or UNKNOWN_ID. */
export function internInteger(id: u64): i32 {
  const hash = mix(id)
  const tag = (hash >> 32) as u32
  let slot = (hash as u32) & slotMask
  for (;;) {
    const entry = load<u64>(slots + ((slot as usize) << 3))
    if (entry == 0) break
    if (((entry >> 32) as u32) == tag) {
      const index = (entry as u32) - 1
      if (load<u64>(keys + ((index as usize) << 3)) == id) return index
    }
    slot = (slot + 1) & slotMask
  }
  if (frozen) return UNKNOWN_ID
  if (ids >= mostIds) return NEEDS_SPACE
  store<u64>(keys + ((ids as usize) << 3), id)
  store<u64>(slots + ((slot as usize) << 3), (hash & 0xffffffff00000000) | ((ids + 1) as u64))
  return ids++
}

/**
 * Replaces u64 ids by u32 indices, from item `from` to item `to`; gives the item it stopped at,
 * which is less than `to` only when that id needs space or is unknown (ask `internInteger`).
 */
export function mapIds(idsAt: usize, from: i32, to: i32, out: usize): i32 {
  for (let item = from; item < to; item++) {
    const index = internInteger(load<u64>(idsAt + ((item as usize) << 3)))
    if (index < 0) return item
    store<u32>(out + ((item as usize) << 2), index)
  }
  return to
}

/** The same for u32 ids. */
export function mapNarrowIds(idsAt: usize, from: i32, to: i32, out: usize): i32 {
  for (let item = from; item < to; item++) {
    const index = internInteger(load<u32>(idsAt + ((item as usize) << 2)) as u64)
    if (index < 0) return item
    store<u32>(out + ((item as usize) << 2), index)
  }
  return to
}

/** Reads up to 7 bytes past `length`: input and text end with that much slack. */
function hashText(at: usize, length: u32): u64 {
  let h: u64 = length
  let left = length
  let p = at
  for (; left >= 8; left -= 8, p += 8) h = ((h ^ load<u64>(p)) * 0x9e3779b97f4a7c15) ^ (h >> 29)
  if (left > 0) h ^= load<u64>(p) & (((1 as u64) << (left << 3)) - 1)
  return mix(h)
}

function sameText(a: usize, b: usize, length: u32): bool {
  let i: u32 = 0
  for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
  for (; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}

/** True when all bytes are printable ASCII. */
function isPlain(at: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (((load<u8>(at + i) - 32) as u8) >= 95) return false
  return true
}

/**
 * Index of a string id, added if new. CHECK_TEXT for a new one with bytes that the host must look
 * at (not ASCII, control characters) unless `checked`.
 */
export function internText(at: usize, length: u32, checked: bool): i32 {
  const hash = hashText(at, length)
  const tag = (hash >> 32) as u32
  let slot = (hash as u32) & slotMask
  for (;;) {
    const entry = load<u64>(slots + ((slot as usize) << 3))
    if (entry == 0) break
    if (((entry >> 32) as u32) == tag) {
      const key = keys + ((((entry as u32) - 1) as usize) << 3)
      const start = load<u32>(key)
      if (load<u32>(key + 8) - start == length && sameText(text + start, at, length)) {
        return (entry as u32) - 1
      }
    }
    slot = (slot + 1) & slotMask
  }
  if (!checked && !isPlain(at, length)) return CHECK_TEXT
  if (frozen) return UNKNOWN_ID
  if (ids >= mostIds || length > textCapacity - textUsed) return NEEDS_SPACE
  const key = keys + ((ids as usize) << 3)
  store<u32>(key, textUsed)
  store<u32>(key + 4, tag)
  memory.copy(text + textUsed, at, length)
  textUsed += length
  store<u32>(key + 8, textUsed)
  store<u64>(slots + ((slot as usize) << 3), ((tag as u64) << 32) | ((ids + 1) as u64))
  return ids++
}

/** Enters the keys `from` to `to` into slots that `placeIdTable` just gave, empty. */
export function rehashIds(from: u32, to: u32, strings: bool): void {
  for (let index = from; index < to; index++) {
    const key = keys + ((index as usize) << 3)
    let hash: u64
    if (strings) {
      const start = load<u32>(key)
      hash = hashText(text + start, load<u32>(key + 8) - start)
    } else {
      hash = mix(load<u64>(key))
    }
    let slot = (hash as u32) & slotMask
    while (load<u64>(slots + ((slot as usize) << 3)) != 0) slot = (slot + 1) & slotMask
    store<u64>(slots + ((slot as usize) << 3), (hash & 0xffffffff00000000) | ((index + 1) as u64))
  }
}

/** Order of two string ids by unsigned bytes: < 0, 0, > 0. */
function compareText(a: u32, b: u32): i32 {
  const keyA = keys + ((a as usize) << 3)
  const keyB = keys + ((b as usize) << 3)
  const startA = load<u32>(keyA)
  const startB = load<u32>(keyB)
  const lengthA = load<u32>(keyA + 8) - startA
  const lengthB = load<u32>(keyB + 8) - startB
  const length = min(lengthA, lengthB)
  const textA = text + startA
  const textB = text + startB
  let i: u32 = 0
  for (; i + 8 <= length; i += 8) {
    const wordA = bswap<u64>(load<u64>(textA + i))
    const wordB = bswap<u64>(load<u64>(textB + i))
    if (wordA != wordB) return wordA < wordB ? -1 : 1
  }
  for (; i < length; i++) {
    const order = (load<u8>(textA + i) as i32) - (load<u8>(textB + i) as i32)
    if (order != 0) return order
  }
  return (lengthA as i32) - (lengthB as i32)
}

// A bottom-up merge sort that can stop anywhere: where it stands.
let sortFrom: usize = 0
let sortTo: usize = 0
let sortWidth: u32 = 0
let sortBase: u32 = 0
let sortLeft: u32 = 0
let sortRight: u32 = 0

/** Begins to sort the string ids; both arrays are u32[idCount]. */
export function beginTextSort(from: usize, to: usize): void {
  for (let i: u32 = 0; i < ids; i++) store<u32>(from + ((i as usize) << 2), i)
  sortFrom = from
  sortTo = to
  sortWidth = 1
  sortBase = 0
  sortLeft = 0
  sortRight = 1
}

/** Goes on for about `budget` moves. Gives the address of the sorted indices, 0 when not done. */
export function continueTextSort(budget: i32): usize {
  let left = budget
  while (left > 0) {
    if (sortWidth >= ids) return sortFrom
    if (sortBase >= ids) {
      const swap = sortFrom
      sortFrom = sortTo
      sortTo = swap
      sortWidth <<= 1
      sortBase = 0
      sortLeft = 0
      sortRight = sortWidth
    } else {
      left = mergeSome(left)
    }
  }
  return 0
}

/** Merges two neighbouring runs until they or the budget end; gives what is left of the budget. */
function mergeSome(budget: i32): i32 {
  const middle = min(sortBase + sortWidth, ids)
  const end = min(middle + sortWidth, ids)
  let left = sortLeft
  let right = min(sortRight, ids)
  let out = left + right - middle
  let moves = budget
  while (out < end && moves > 0) {
    const a = load<u32>(sortFrom + ((left as usize) << 2))
    const b = load<u32>(sortFrom + ((right as usize) << 2))
    if (left < middle && (right >= end || compareText(a, b) <= 0)) {
      store<u32>(sortTo + ((out as usize) << 2), a)
      left++
    } else {
      store<u32>(sortTo + ((out as usize) << 2), b)
      right++
    }
    out++
    moves--
  }
  sortLeft = left
  sortRight = right
  if (out == end) {
    sortBase = end
    sortLeft = end
    sortRight = end + sortWidth
  }
  return moves
}
