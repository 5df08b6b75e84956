// PageRank's layout, made from CSR on all threads: rows are vertices relabelled by in-degree, large
// first (Faldu et al., "A closer look at lightweight graph reordering", 2019), stored as SELL-8
// (Kreutzer et al., 2014) with the few heavy rows apart. A stable counting sort by row, so that the
// layout has the same bytes for every thread count. Where every arc has its reverse, rows are
// copied from the CSR instead, in half the time. Kernel ABI: control.ts.
import {
  ARC_COUNT,
  BLOCK_COUNT,
  BLOCK_LIMIT,
  BLOCK_START,
  BLOCK_WORK,
  BUCKETS,
  COUNTS,
  CSR_OFFSETS,
  CSR_TARGETS,
  CSR_WEIGHTS,
  CURSOR,
  DEGREES,
  ELEMENT_BYTES,
  ENTRIES,
  FIXED,
  HEAVY_COUNT,
  HEAVY_DEGREE,
  HEAVY_ENTRIES,
  INVERSE,
  LABELS,
  LONGEST,
  ORDER,
  PHASE,
  SLICE_ROWS,
  SYMMETRIC,
  TOTALS,
  UNIT_COUNT,
  UNIT_START,
  VALUES,
  VERTEX_COUNT,
} from '../src/kernels/pagerank/layout'
import { ABORTED, AGAIN, barrier, beginSlice, DONE, isAborted, sliceEnds } from './control'
import { countsOf, degreeOf, firstEntry, storeElement } from './pagerank-rows'
import { prepareGather, prepareScatter } from './pagerank-scatter'

// Items of one step between two looks at the abort flag: well under a millisecond each.
const ARC_GRAIN: u32 = 65536
const ROW_GRAIN: u32 = 16384

const COUNT: i32 = 0
const DEGREE: i32 = 1
const BUCKET: i32 = 2
const PLACE: i32 = 3
const ROWS: i32 = 4
const SCATTER: i32 = 5
const PHASES: i32 = 6

/** Makes the layout: see the phases' functions, in this order, a barrier after each. */
export function pagerankPrepare(thread: i32, threads: i32, p: usize): i32 {
  beginSlice()
  for (let phase = load<i32>(p, PHASE); phase < PHASES; phase++) {
    const status = runPhase(phase, thread, threads, p)
    if (status != DONE) return status
    if (barrier(threads)) return ABORTED
    if (threads == 1) store<i32>(p, phase + 1, PHASE)
  }
  return DONE
}

function runPhase(phase: i32, thread: i32, threads: i32, p: usize): i32 {
  const symmetric = isSymmetric(p)
  if (symmetric && phase == COUNT) return DONE
  const serial = phase == BUCKET || phase == PLACE
  if (serial && thread != 0) return DONE
  const overArcs = phase == COUNT || phase == SCATTER
  let total: u64 = overArcs ? load<u32>(p, ARC_COUNT) : load<u32>(p, VERTEX_COUNT)
  if (symmetric && phase == SCATTER) total = firstEntry(p, load<u32>(p, UNIT_COUNT))
  const grain: u64 = overArcs ? ARC_GRAIN : ROW_GRAIN
  let low: u64 = serial ? 0 : (total * thread) / threads
  const high: u64 = serial ? total : (total * (thread + 1)) / threads
  if (threads == 1) low = load<u32>(p, CURSOR)
  if (phase == COUNT && (threads > 1 || low == 0)) {
    memory.fill(countsOf(p, thread), 0, (<usize>load<u32>(p, VERTEX_COUNT)) << 2)
  }
  while (low < high) {
    if (isAborted()) return ABORTED
    const next = min(low + grain, high)
    runStep(phase, thread, threads, p, <u32>low, <u32>next)
    low = next
    if (sliceEnds()) {
      store<u32>(p, <u32>low, CURSOR)
      return AGAIN
    }
  }
  if (threads == 1) store<u32>(p, 0, CURSOR)
  return DONE
}

function runStep(phase: i32, thread: i32, threads: i32, p: usize, low: u32, high: u32): void {
  switch (phase) {
    case COUNT:
      return prepareCount(p, thread, low, high)
    case DEGREE:
      return prepareDegrees(p, threads, low, high)
    case BUCKET:
      return prepareBuckets(p, low, high)
    case PLACE:
      return preparePlaces(p, low, high)
    case ROWS:
      return prepareRows(p, threads, low, high)
    case SCATTER:
      if (isSymmetric(p)) return prepareGather(p, low, high)
      return prepareScatter(p, thread, low, high)
  }
}

/** Whether rows can be copied from the CSR: no counting, no scattering. */
function isSymmetric(p: usize): bool {
  return load<u32>(p, SYMMETRIC) != 0
}

/** In-degrees of the arcs low … high - 1, in this thread's own counts. Absent arcs don't count. */
export function prepareCount(p: usize, thread: i32, low: u32, high: u32): void {
  const targets = <usize>load<u32>(p, CSR_TARGETS)
  const weights = <usize>load<u32>(p, CSR_WEIGHTS)
  const counts = countsOf(p, thread)
  for (let arc = low; arc < high; arc++) {
    if (weights != 0 && load<f64>(weights + ((<usize>arc) << 3)) == 0) continue
    const cell = counts + ((<usize>load<u32>(targets + ((<usize>arc) << 2))) << 2)
    store<u32>(cell, load<u32>(cell) + 1)
  }
}

/** Sums the threads' counts. */
export function prepareDegrees(p: usize, threads: i32, low: u32, high: u32): void {
  const stride = (<usize>load<u32>(p, VERTEX_COUNT)) << 2
  const counts = <usize>load<u32>(p, COUNTS)
  const degrees = <usize>load<u32>(p, DEGREES)
  const symmetric = isSymmetric(p)
  for (let vertex = low; vertex < high; vertex++) {
    if (symmetric) {
      store<u32>(degrees + ((<usize>vertex) << 2), degreeOf(p, vertex))
      continue
    }
    let degree: u32 = 0
    let cell = counts + ((<usize>vertex) << 2)
    for (let k = 0; k < threads; k++) {
      degree += load<u32>(cell)
      cell += stride
    }
    store<u32>(degrees + ((<usize>vertex) << 2), degree)
  }
}

/** Sizes of the counting sort's buckets: bucket b holds in-degree HEAVY_DEGREE - b. */
export function prepareBuckets(p: usize, low: u32, high: u32): void {
  const degrees = <usize>load<u32>(p, DEGREES)
  const buckets = <usize>load<u32>(p, BUCKETS)
  if (low == 0) memory.fill(buckets, 0, (<usize>HEAVY_DEGREE + 1) << 2)
  let longest = load<u32>(p, LONGEST)
  for (let vertex = low; vertex < high; vertex++) {
    const degree = load<u32>(degrees + ((<usize>vertex) << 2))
    longest = max(longest, degree)
    const cell = buckets + ((<usize>bucketOf(degree)) << 2)
    store<u32>(cell, load<u32>(cell) + 1)
  }
  store<u32>(p, longest, LONGEST)
  if (high != load<u32>(p, VERTEX_COUNT)) return
  // The heavy rows fill up to a multiple of 8, so that slices stay aligned.
  const heavy = (load<u32>(buckets) + SLICE_ROWS - 1) & ~(SLICE_ROWS - 1)
  store<u32>(p, min(heavy, high), HEAVY_COUNT)
  let first: u32 = 0
  for (let b = 0; b <= HEAVY_DEGREE; b++) {
    const cell = buckets + ((<usize>b) << 2)
    const size = load<u32>(cell)
    store<u32>(cell, first)
    first += size
  }
}

function bucketOf(degree: u32): u32 {
  return HEAVY_DEGREE - min(degree, <u32>HEAVY_DEGREE)
}

/** New labels, both ways. */
export function preparePlaces(p: usize, low: u32, high: u32): void {
  const degrees = <usize>load<u32>(p, DEGREES)
  const buckets = <usize>load<u32>(p, BUCKETS)
  const order = <usize>load<u32>(p, ORDER)
  const labels = <usize>load<u32>(p, LABELS)
  for (let vertex = low; vertex < high; vertex++) {
    const cell = buckets + ((<usize>bucketOf(load<u32>(degrees + ((<usize>vertex) << 2)))) << 2)
    const row = load<u32>(cell)
    store<u32>(cell, row + 1)
    store<u32>(order + ((<usize>row) << 2), vertex)
    store<u32>(labels + ((<usize>vertex) << 2), row)
  }
  if (high == load<u32>(p, VERTEX_COUNT)) cutUnits(p)
}

/** First entry of each unit, and blocks of units of about BLOCK_WORK each. */
function cutUnits(p: usize): void {
  const vertexCount = load<u32>(p, VERTEX_COUNT)
  const heavyCount = load<u32>(p, HEAVY_COUNT)
  const order = <usize>load<u32>(p, ORDER)
  const degrees = <usize>load<u32>(p, DEGREES)
  const unitStart = <usize>load<u32>(p, UNIT_START)
  const blockStart = <usize>load<u32>(p, BLOCK_START)
  // Work a block so that BLOCK_LIMIT is never passed: 32 a row covers the padding.
  const rough = <u64>load<u32>(p, ARC_COUNT) * 2 + <u64>vertexCount * 32
  const blockWork = max(<u64>BLOCK_WORK, rough / max(1, load<u32>(p, BLOCK_LIMIT) / 2))
  let entry: u32 = 0
  let unit: u32 = 0
  let blocks: u32 = 0
  let work: u64 = blockWork
  for (let row: u32 = 0; row < vertexCount; unit++) {
    const isHeavy = row < heavyCount
    if (work >= blockWork || row == heavyCount) {
      store<u32>(blockStart + ((<usize>blocks) << 2), unit)
      blocks++
      work = 0
    }
    store<u32>(unitStart + ((<usize>unit) << 2), entry)
    const degree = load<u32>(degrees + ((<usize>load<u32>(order + ((<usize>row) << 2))) << 2))
    if (row == heavyCount) store<u32>(p, entry, HEAVY_ENTRIES)
    const width = isHeavy ? (degree + SLICE_ROWS - 1) & ~(SLICE_ROWS - 1) : degree * SLICE_ROWS
    entry += width
    work += width + 2 * (isHeavy ? 1 : SLICE_ROWS)
    row += isHeavy ? 1 : SLICE_ROWS
  }
  if (heavyCount == vertexCount) store<u32>(p, entry, HEAVY_ENTRIES)
  store<u32>(unitStart + ((<usize>unit) << 2), entry)
  store<u32>(blockStart + ((<usize>blocks) << 2), unit)
  store<u32>(p, unit, UNIT_COUNT)
  store<u32>(p, blocks, BLOCK_COUNT)
}

/** For rows low … high - 1: each thread's cursor, the padding, the reciprocal of the out-degree. */
export function prepareRows(p: usize, threads: i32, low: u32, high: u32): void {
  const stride = (<usize>load<u32>(p, VERTEX_COUNT)) << 2
  const heavyCount = load<u32>(p, HEAVY_COUNT)
  const order = <usize>load<u32>(p, ORDER)
  const unitStart = <usize>load<u32>(p, UNIT_START)
  const entries = <usize>load<u32>(p, ENTRIES)
  const counts = <usize>load<u32>(p, COUNTS)
  const symmetric = isSymmetric(p)
  const last = load<u32>(p, VERTEX_COUNT) - 1
  for (let row = low; row < high; row++) {
    const vertex = load<u32>(order + ((<usize>row) << 2))
    const isHeavy = row < heavyCount
    const unit = isHeavy ? row : heavyCount + (row - heavyCount) / SLICE_ROWS
    const lane = isHeavy ? 0 : (row - heavyCount) % SLICE_ROWS
    const step: u32 = isHeavy ? 1 : SLICE_ROWS
    let cursor = load<u32>(unitStart + ((<usize>unit) << 2)) + lane
    const end = load<u32>(unitStart + ((<usize>unit) << 2), 4)
    if (symmetric) {
      cursor += degreeOf(p, vertex) * step
    } else {
      let cell = counts + ((<usize>vertex) << 2)
      for (let k = 0; k < threads; k++) {
        const count = load<u32>(cell)
        store<u32>(cell, cursor)
        cursor += count * step
        cell += stride
      }
    }
    padRow(p, entries, cursor, end, step)
    // The last slice's missing rows are all padding.
    if (row == last && !isHeavy) {
      const start = load<u32>(unitStart + ((<usize>unit) << 2))
      for (let k = lane + 1; k < SLICE_ROWS; k++) padRow(p, entries, start + k, end, step)
    }
    storeInverse(p, row, vertex)
  }
}

/** Points entries at the zero slot, which lies behind the last slice. */
function padRow(p: usize, entries: usize, from: u32, end: u32, step: u32): void {
  const slot = zeroSlot(p) * load<u32>(p, ELEMENT_BYTES)
  const values = <usize>load<u32>(p, VALUES)
  for (let entry = from; entry < end; entry += step) {
    store<u32>(entries + ((<usize>entry) << 2), slot)
    if (values != 0) storeElement(p, values, entry, 0)
  }
}

/** Rows including the last slice's padding; the contribution at this index is always 0. */
export function zeroSlot(p: usize): u32 {
  const heavy = load<u32>(p, HEAVY_COUNT)
  return heavy + (load<u32>(p, UNIT_COUNT) - heavy) * SLICE_ROWS
}

function storeInverse(p: usize, row: u32, vertex: u32): void {
  const offsets = <usize>load<u32>(p, CSR_OFFSETS) + ((<usize>vertex) << 2)
  const first = load<u32>(offsets)
  const end = load<u32>(offsets, 4)
  let value: f64 = 0
  if (load<u32>(p, FIXED) != 0 && load<u32>(p, VALUES) == 0) {
    const degree = <u64>(end - first)
    const share = degree == 0 ? 0 : (((<u64>1) << 63) + (degree >> 1)) / degree
    store<u64>(<usize>load<u32>(p, INVERSE) + ((<usize>row) << 3), share)
    return
  }
  if (load<u32>(p, VALUES) != 0) {
    const total = sumWeights(<usize>load<u32>(p, CSR_WEIGHTS), first, end)
    store<f64>(<usize>load<u32>(p, TOTALS) + ((<usize>vertex) << 3), total)
    if (total > 0) value = 1
  } else if (end > first) {
    value = 1 / <f64>(end - first)
  }
  storeElement(p, <usize>load<u32>(p, INVERSE), row, value)
}

/**
 * Neumaier's sum ("Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974):
 * a plain one errs by 1 rounding an arc, which no bound of ours counts.
 */
function sumWeights(weights: usize, first: u32, end: u32): f64 {
  let sum: f64 = 0
  let lost: f64 = 0
  for (let arc = first; arc < end; arc++) {
    const weight = load<f64>(weights + ((<usize>arc) << 3))
    const next = sum + weight
    lost += max(sum, weight) - next + min(sum, weight)
    sum = next
  }
  // Near the largest double what was lost could take the sum to infinity.
  return min(sum + lost, f64.MAX_VALUE)
}
