// The last phase of pagerank-prepare.ts: writes the entries of the rows, copied from the CSR where
// every arc has its reverse, scattered arc by arc otherwise.
import {
  CSR_OFFSETS,
  CSR_TARGETS,
  CSR_WEIGHTS,
  ELEMENT_BYTES,
  ENTRIES,
  HEAVY_COUNT,
  HEAVY_ENTRIES,
  LABELS,
  ORDER,
  SLICE_ROWS,
  TOTALS,
  UNIT_COUNT,
  VALUES,
  VERTEX_COUNT,
} from '../src/kernels/pagerank/layout'
import { countsOf, firstEntry, storeElement } from './pagerank-rows'

/** Copies the rows of the units that begin at entries low … high - 1: symmetric graphs only. */
export function prepareGather(p: usize, low: u32, high: u32): void {
  const unitCount = load<u32>(p, UNIT_COUNT)
  const heavyCount = load<u32>(p, HEAVY_COUNT)
  const vertexCount = load<u32>(p, VERTEX_COUNT)
  let unit = firstUnit(p, unitCount, low)
  while (unit < unitCount && firstEntry(p, unit) < high) {
    const start = firstEntry(p, unit)
    if (unit < heavyCount) {
      gatherRow(p, unit, start, 1)
    } else {
      const row = heavyCount + (unit - heavyCount) * SLICE_ROWS
      const lanes = min(<u32>SLICE_ROWS, vertexCount - row)
      for (let lane: u32 = 0; lane < lanes; lane++)
        gatherRow(p, row + lane, start + lane, SLICE_ROWS)
    }
    unit++
  }
}

/** The first unit that begins at `entry` or behind it. */
function firstUnit(p: usize, unitCount: u32, entry: u32): u32 {
  let low: u32 = 0
  let high = unitCount
  while (low < high) {
    const middle = low + (high - low) / 2
    if (firstEntry(p, middle) < entry) low = middle + 1
    else high = middle
  }
  return low
}

function gatherRow(p: usize, row: u32, first: u32, step: u32): void {
  const size = load<u32>(p, ELEMENT_BYTES)
  const vertex = load<u32>(<usize>load<u32>(p, ORDER) + ((<usize>row) << 2))
  const labels = <usize>load<u32>(p, LABELS)
  const offsets = <usize>load<u32>(p, CSR_OFFSETS) + ((<usize>vertex) << 2)
  const targets = <usize>load<u32>(p, CSR_TARGETS)
  const end = targets + ((<usize>load<u32>(offsets, 4)) << 2)
  let entry = <usize>load<u32>(p, ENTRIES) + ((<usize>first) << 2)
  for (let arc = targets + ((<usize>load<u32>(offsets)) << 2); arc < end; arc += 4) {
    store<u32>(entry, load<u32>(labels + ((<usize>load<u32>(arc)) << 2)) * size)
    entry += (<usize>step) << 2
  }
}

/** Writes the entries of the arcs low … high - 1 at this thread's cursors. */
export function prepareScatter(p: usize, thread: i32, low: u32, high: u32): void {
  const offsets = <usize>load<u32>(p, CSR_OFFSETS)
  let vertex = sourceOf(offsets, load<u32>(p, VERTEX_COUNT), low)
  for (let arc = low; arc < high; vertex++) {
    const end = min(high, load<u32>(offsets + ((<usize>vertex) << 2), 4))
    if (arc < end) {
      if (load<u32>(p, VALUES) != 0) scatterWeighted(p, thread, vertex, arc, end)
      else scatterPlain(p, thread, vertex, arc, end)
    }
    arc = max(arc, end)
  }
}

/** The vertex whose arcs contain `arc`: largest v with offsets[v] ≤ arc. */
function sourceOf(offsets: usize, vertexCount: u32, arc: u32): u32 {
  let low: u32 = 0
  let high = vertexCount
  while (high - low > 1) {
    const middle = low + (high - low) / 2
    if (load<u32>(offsets + ((<usize>middle) << 2)) <= arc) low = middle
    else high = middle
  }
  return low
}

function scatterPlain(p: usize, thread: i32, vertex: u32, first: u32, end: u32): void {
  const targets = <usize>load<u32>(p, CSR_TARGETS)
  const counts = countsOf(p, thread)
  const entries = <usize>load<u32>(p, ENTRIES)
  const heavyEntries = load<u32>(p, HEAVY_ENTRIES)
  const label = load<u32>(<usize>load<u32>(p, LABELS) + ((<usize>vertex) << 2))
  const slot = label * load<u32>(p, ELEMENT_BYTES)
  for (let arc = first; arc < end; arc++) {
    const cell = counts + ((<usize>load<u32>(targets + ((<usize>arc) << 2))) << 2)
    const cursor = load<u32>(cell)
    store<u32>(entries + ((<usize>cursor) << 2), slot)
    store<u32>(cell, cursor + select<u32>(1, SLICE_ROWS, cursor < heavyEntries))
  }
}

function scatterWeighted(p: usize, thread: i32, vertex: u32, first: u32, end: u32): void {
  const targets = <usize>load<u32>(p, CSR_TARGETS)
  const weights = <usize>load<u32>(p, CSR_WEIGHTS)
  const counts = countsOf(p, thread)
  const entries = <usize>load<u32>(p, ENTRIES)
  const values = <usize>load<u32>(p, VALUES)
  const heavyEntries = load<u32>(p, HEAVY_ENTRIES)
  const label = load<u32>(<usize>load<u32>(p, LABELS) + ((<usize>vertex) << 2))
  const slot = label * load<u32>(p, ELEMENT_BYTES)
  const total = load<f64>(<usize>load<u32>(p, TOTALS) + ((<usize>vertex) << 3))
  for (let arc = first; arc < end; arc++) {
    const weight = load<f64>(weights + ((<usize>arc) << 3))
    if (weight == 0) continue
    const cell = counts + ((<usize>load<u32>(targets + ((<usize>arc) << 2))) << 2)
    const cursor = load<u32>(cell)
    store<u32>(entries + ((<usize>cursor) << 2), slot)
    storeElement(p, values, cursor, weight / total)
    store<u32>(cell, cursor + select<u32>(1, SLICE_ROWS, cursor < heavyEntries))
  }
}
