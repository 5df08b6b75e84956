// Sorts one bucket in the cache, keys as unsigned numbers: two passes over the highest bits that
// vary (LSD radix; Knuth, TAOCP 3, 5.2.5), then insertion for what those bits left open, and passes
// over all bits where insertion would take long. Called by sort.ts and for its sample.
import { TABLE_WORDS } from '../src/kernels/sort/layout'

/** Below, insertion is faster than any table. */
const FEW: i32 = 40
/** Keys from which 11-bit digits pay for their larger tables. */
const MANY: i32 = 6000

/** Sorts `count` keys at `keys`; `spare` has room for as many, `table` for TABLE_WORDS u32. */
function sortLocal<K extends number>(keys: usize, spare: usize, count: i32, table: usize): void {
  if (count < 2) return
  const end = keys + <usize>count * sizeof<K>()
  const first = load<K>(keys)
  let previous = first
  let varying: K = 0
  let falls: i32 = 0
  for (let at = keys + sizeof<K>(); at < end; at += sizeof<K>()) {
    const key = load<K>(at)
    varying |= key ^ first
    falls |= i32(key < previous)
    previous = key
  }
  if (falls == 0) return
  if (count <= FEW) {
    insertAll<K>(keys, end, -1)
    return
  }
  const bits: i32 = sizeof<K>() == 8 ? 64 - <i32>clz<u64>(varying) : 32 - <i32>clz<u32>(varying)
  const digit: i32 = count < MANY ? 8 : 11
  const low = max(0, bits - 2 * digit)
  if (bits - low <= digit) {
    passOver<K>(keys, spare, count, table, low, digit)
    memory.copy(keys, spare, <usize>count * sizeof<K>())
    return
  }
  twoPasses<K>(keys, spare, count, table, low, digit)
  if (low == 0 || insertAll<K>(keys, end, 4 * count)) return
  for (let from: i32 = 0; from < bits; from += 2 * digit) {
    twoPasses<K>(keys, spare, count, table, from, digit)
  }
}

/** By digits of `digit` bits at `low` and above it: keys → spare → keys. */
function twoPasses<K extends number>(
  keys: usize,
  spare: usize,
  count: i32,
  table: usize,
  low: i32,
  digit: i32,
): void {
  const upper = table + (TABLE_WORDS << 1)
  const mask: K = <K>((1 << digit) - 1)
  const isBeyond = low + digit >= <i32>(sizeof<K>() << 3)
  if (isBeyond) {
    passOver<K>(keys, spare, count, table, low, digit)
    memory.copy(keys, spare, <usize>count * sizeof<K>())
    return
  }
  const tableBytes = (<usize>4) << digit
  memory.fill(table, 0, tableBytes)
  memory.fill(upper, 0, tableBytes)
  const end = keys + <usize>count * sizeof<K>()
  const shift: K = <K>low
  const upperShift: K = <K>(low + digit)
  for (let at = keys; at < end; at += sizeof<K>()) {
    const key = load<K>(at)
    const a = table + ((<usize>((key >> shift) & mask)) << 2)
    const b = upper + ((<usize>((key >> upperShift) & mask)) << 2)
    store<u32>(a, load<u32>(a) + 1)
    store<u32>(b, load<u32>(b) + 1)
  }
  addresses<K>(table, tableBytes, spare)
  addresses<K>(upper, tableBytes, keys)
  scatter<K>(keys, count, table, shift, mask)
  scatter<K>(spare, count, upper, upperShift, mask)
}

/** By one digit: keys → spare. */
function passOver<K extends number>(
  keys: usize,
  spare: usize,
  count: i32,
  table: usize,
  low: i32,
  digit: i32,
): void {
  const mask: K = <K>((1 << digit) - 1)
  const shift: K = <K>low
  const tableBytes = (<usize>4) << digit
  memory.fill(table, 0, tableBytes)
  const end = keys + <usize>count * sizeof<K>()
  for (let at = keys; at < end; at += sizeof<K>()) {
    const a = table + ((<usize>((load<K>(at) >> shift) & mask)) << 2)
    store<u32>(a, load<u32>(a) + 1)
  }
  addresses<K>(table, tableBytes, spare)
  scatter<K>(keys, count, table, shift, mask)
}

/** Counts to addresses of where each digit's keys begin. */
function addresses<K extends number>(table: usize, tableBytes: usize, target: usize): void {
  let address = <u32>target
  const end = table + tableBytes
  for (let at = table; at < end; at += 4) {
    const count = load<u32>(at)
    store<u32>(at, address)
    address += count * <u32>sizeof<K>()
  }
}

function scatter<K extends number>(from: usize, count: i32, table: usize, shift: K, mask: K): void {
  const size: u32 = sizeof<K>()
  const end = from + <usize>count * sizeof<K>()
  const endOfFours = from + <usize>(count & ~3) * sizeof<K>()
  let at = from
  for (; at < endOfFours; at += 4 * sizeof<K>()) {
    const k0 = load<K>(at)
    const k1 = load<K>(at, sizeof<K>())
    const k2 = load<K>(at, 2 * sizeof<K>())
    const k3 = load<K>(at, 3 * sizeof<K>())
    let cell = table + ((<usize>((k0 >> shift) & mask)) << 2)
    let to = load<u32>(cell)
    store<K>(to, k0)
    store<u32>(cell, to + size)
    cell = table + ((<usize>((k1 >> shift) & mask)) << 2)
    to = load<u32>(cell)
    store<K>(to, k1)
    store<u32>(cell, to + size)
    cell = table + ((<usize>((k2 >> shift) & mask)) << 2)
    to = load<u32>(cell)
    store<K>(to, k2)
    store<u32>(cell, to + size)
    cell = table + ((<usize>((k3 >> shift) & mask)) << 2)
    to = load<u32>(cell)
    store<K>(to, k3)
    store<u32>(cell, to + size)
  }
  for (; at < end; at += sizeof<K>()) {
    const key = load<K>(at)
    const cell = table + ((<usize>((key >> shift) & mask)) << 2)
    const to = load<u32>(cell)
    store<K>(to, key)
    store<u32>(cell, to + size)
  }
}

/** Insertion sort; gives up after `budget` moves (never, if negative): true when it ended. */
function insertAll<K extends number>(keys: usize, end: usize, budget: i32): bool {
  let left = budget
  let previous = load<K>(keys)
  for (let at = keys + sizeof<K>(); at < end; at += sizeof<K>()) {
    const key = load<K>(at)
    if (key >= previous) {
      previous = key
      continue
    }
    let to = at
    while (to > keys && load<K>(to - sizeof<K>()) > key) {
      store<K>(to, load<K>(to - sizeof<K>()))
      to -= sizeof<K>()
      left--
    }
    store<K>(to, key)
    if (left < 0 && budget >= 0) return false
  }
  return true
}

// Exported so that they stay functions of their own: V8 replaces a slow first compilation only when
// a function is called again, and these are called once a bucket.
export function sortLocal32(keys: usize, spare: usize, count: i32, table: usize): void {
  sortLocal<u32>(keys, spare, count, table)
}
export function sortLocal64(keys: usize, spare: usize, count: i32, table: usize): void {
  sortLocal<u64>(keys, spare, count, table)
}
