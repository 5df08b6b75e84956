// Numbers integer ids by first appearance, exactly: a hash table of u64 keys (strings:
// text-table.ts). The host (src/graph/id-table.ts) owns the memory and decides when it grows.
//
// slots: u64[2^k], linear probing; low half = index + 1 (0 = free), high half = hash tag
// keys:  u64[], by index: the id itself

// What `intern…` and `mapIds` answer instead of an index.
export const NEEDS_SPACE: i32 = -1
export const UNKNOWN_ID: i32 = -2

let slots: usize = 0
let slotMask: u32 = 0
let mostIds: u32 = 0
let keys: usize = 0
let ids: u32 = 0
let frozen: bool = false

/** Starts an empty table; `placeIdTable` gives it memory. */
export function resetIdTable(): void {
  ids = 0
  frozen = false
  mostIds = 0
}

/** Memory of the table: `slotCount` (a power of two) zeroed slots, or the same ones again. */
export function placeIdTable(
  slotsAt: usize,
  slotCount: u32,
  keysAt: usize,
  keyCapacity: u32,
): void {
  slots = slotsAt
  slotMask = slotCount - 1
  keys = keysAt
  // At most five eighths full.
  const most = slotCount - (slotCount >> 2) - (slotCount >> 3)
  mostIds = min(most, keyCapacity)
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

/** Enters the keys `from` to `to` into slots that `placeIdTable` just gave, empty. */
export function rehashIds(from: u32, to: u32): void {
  for (let index = from; index < to; index++) {
    const key = keys + ((index as usize) << 3)
    const hash = mix(load<u64>(key))
    let slot = (hash as u32) & slotMask
    while (load<u64>(slots + ((slot as usize) << 3)) != 0) slot = (slot + 1) & slotMask
    store<u64>(slots + ((slot as usize) << 3), (hash & 0xffffffff00000000) | ((index + 1) as u64))
  }
}
