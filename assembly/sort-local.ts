// Sorts one bucket in the cache, keys as unsigned numbers: two passes over the highest bits that
// vary (LSD radix; Knuth, TAOCP 3, 5.2.5), then insertion for what those bits left open, and passes
// over all bits where insertion would take long. Called by sort.ts and for its sample.
import { WIDEST_DIGIT } from '../src/kernels/sort/layout'

/** Below, insertion is faster than any table. */
const FEW: i32 = 40
/** Keys from which wider digits pay for their larger tables. */
const MANY: i32 = 6000

/**
 * Sorts `count` keys at `keys`, which differ in their lowest `bits` bits only; negative if unknown.
 * `spare` has room for as many keys, `table` for TABLE_WORDS u32.
 */
function sortLocal<K extends number>(
  keys: usize,
  spare: usize,
  count: i32,
  table: usize,
  bits: i32,
): void {
  const end = keys + <usize>count * sizeof<K>()
  if (count <= FEW) {
    if (count > 1) insertAll<K>(keys, end, -1)
    return
  }
  // Equals and near neighbours are rarer where buckets are known to be of equal width.
  let widest: i32 = sizeof<K>() == 8 ? 9 : WIDEST_DIGIT
  if (bits < 0) {
    bits = varyingBits<K>(keys, end)
    if (bits == 0) return
    widest = sizeof<K>() == 8 ? 10 : WIDEST_DIGIT
  }
  const limit = count < MANY ? 8 : widest
  const digit = min((bits + 1) >> 1, limit)
  const low = max(0, bits - 2 * digit)
  twoPasses<K>(keys, spare, count, table, low, digit)
  if (low == 0 || insertAll<K>(keys, end, 4 * count)) return
  const rounds = (bits + 2 * limit - 1) / (2 * limit)
  const part = (bits + 2 * rounds - 1) / (2 * rounds)
  for (let round = 0; round < rounds; round++) {
    twoPasses<K>(keys, spare, count, table, 2 * round * part, part)
  }
}

/** Up to the highest bit in which keys differ; 0 if they are in order. */
function varyingBits<K extends number>(keys: usize, end: usize): i32 {
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
  if (falls == 0) return 0
  return sizeof<K>() == 8 ? 64 - <i32>clz<u64>(varying) : 32 - <i32>clz<u32>(varying)
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
  const tableBytes = (<usize>4) << digit
  const upper = table + tableBytes
  const mask: K = <K>((1 << digit) - 1)
  memory.fill(table, 0, 2 * tableBytes)
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
  scatterByDigit<K>(keys, end, table, 0, shift, mask)
  const spareEnd = spare + (end - keys)
  scatterByDigit<K>(spare, spareEnd, upper, 0, upperShift, mask)
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

/** Moves the keys, bits ^ flips, to the addresses that `table` has for their digits. */
export function scatterByDigit<K extends number>(
  from: usize,
  end: usize,
  table: usize,
  flips: K,
  shift: K,
  mask: K,
): void {
  const endOfFours = from + ((end - from) & ~(4 * sizeof<K>() - 1))
  let at = from
  for (; at < endOfFours; at += 4 * sizeof<K>()) {
    const k0 = load<K>(at) ^ flips
    const k1 = load<K>(at, sizeof<K>()) ^ flips
    const k2 = load<K>(at, 2 * sizeof<K>()) ^ flips
    const k3 = load<K>(at, 3 * sizeof<K>()) ^ flips
    move<K>(k0, table + ((<usize>((k0 >> shift) & mask)) << 2))
    move<K>(k1, table + ((<usize>((k1 >> shift) & mask)) << 2))
    move<K>(k2, table + ((<usize>((k2 >> shift) & mask)) << 2))
    move<K>(k3, table + ((<usize>((k3 >> shift) & mask)) << 2))
  }
  for (; at < end; at += sizeof<K>()) {
    const key = load<K>(at) ^ flips
    move<K>(key, table + ((<usize>((key >> shift) & mask)) << 2))
  }
}

function move<K extends number>(key: K, cell: usize): void {
  const to = load<u32>(cell)
  store<K>(to, key)
  store<u32>(cell, to + <u32>sizeof<K>())
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
export function sortLocal32(keys: usize, spare: usize, count: i32, table: usize, bits: i32): void {
  sortLocal<u32>(keys, spare, count, table, bits)
}
export function sortLocal64(keys: usize, spare: usize, count: i32, table: usize, bits: i32): void {
  sortLocal<u64>(keys, spare, count, table, bits)
}
