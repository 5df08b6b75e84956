/**
 * The rows of a part as assembly/pagerank-pull.ts reads them: in each block sorted by in-degree,
 * large first, the heavy ones stored one by one, the rest in slices of 8 (layout.ts). Made in plain
 * JavaScript right from the graph, which threads share: its arcs are never copied.
 */

import type { Graph } from '../../graph/csr.js'
import { HEAVY_DEGREE, SLICE_ROWS } from './layout.js'
import { isSymmetric, ownRange, type PartCut, type PartRequest, zeroSlot } from './part-cut.js'

/** Sizes and places of a part's rows; the entries themselves are written by `fillEntries`. */
export interface PartLayout {
  /** Own vertices, first and behind the last. */
  readonly first: number
  readonly end: number
  /** Blocks that are the part's own. */
  readonly blocks: number
  /** Slot of every vertex's contribution: rows of its block sorted. */
  readonly slots: Uint32Array
  /** Own vertices by row. */
  readonly order: Uint32Array
  /** Pairs by block: first unit, heavy rows. */
  readonly records: Uint32Array
  /** First entry of each unit. */
  readonly unitStarts: Uint32Array
  readonly entryCount: number
  /** 1 over the out-degree of each row, 1 if weighted, 0 if dangling. */
  readonly inverse: Float64Array
  /** Out-weights of all vertices, if weighted. */
  readonly totals: Float64Array | undefined
}

export function layOut({ graph, weighted, cut, rank }: PartRequest): PartLayout {
  const { blockRows, inDegrees } = cut
  const n = graph.vertexCount
  const { first, end, blocks } = ownRange({ graph, cut, rank })
  const slots = slotsOf(cut, n)
  const order = new Uint32Array(end - first)
  const skipped = cut.blockSlots - blockRows
  for (let v = first; v < end; v++) {
    order[slots[v] - Math.floor(v / blockRows) * skipped - first] = v
  }
  const records = new Uint32Array(2 * blocks)
  const unitStarts = new Uint32Array(order.length + blocks + 1)
  let entry = 0
  let unit = 0
  for (let block = 0; block < blocks; block++) {
    const rows = Math.min(blockRows, order.length - block * blockRows)
    const degreeAt = (row: number) => inDegrees[order[block * blockRows + row]]
    const heavy = heavyRows(degreeAt, rows)
    records[2 * block] = unit
    records[2 * block + 1] = heavy
    for (let row = 0; row < rows; row += row < heavy ? 1 : SLICE_ROWS) {
      unitStarts[unit++] = entry
      entry += row < heavy ? align8(degreeAt(row)) : degreeAt(row) * SLICE_ROWS
    }
    // Each block's last unit ends here: kernels look at the start behind it.
    unitStarts[unit] = entry
  }
  const totals = weighted ? totalsOf(graph) : undefined
  return {
    ...{ first, end, blocks, slots, order, records, unitStarts },
    entryCount: entry,
    inverse: inverseOf(graph, order, totals),
    totals,
  }
}

/** Counting sort in each block, stable, by in-degree up to where rows are heavy anyway. */
function slotsOf(
  { blockRows, blockSlots, blockCount, inDegrees }: PartCut,
  n: number,
): Uint32Array {
  const slots = new Uint32Array(n)
  const places = new Uint32Array(HEAVY_DEGREE + 1)
  for (let block = 0; block < blockCount; block++) {
    const begin = block * blockRows
    const end = Math.min(n, begin + blockRows)
    places.fill(0)
    for (let v = begin; v < end; v++) places[bucketOf(inDegrees[v])]++
    let place = block * blockSlots
    for (let bucket = 0; bucket <= HEAVY_DEGREE; bucket++) {
      const size = places[bucket]
      places[bucket] = place
      place += size
    }
    for (let v = begin; v < end; v++) slots[v] = places[bucketOf(inDegrees[v])]++
  }
  return slots
}

function bucketOf(degree: number): number {
  return degree < HEAVY_DEGREE ? HEAVY_DEGREE - degree : 0
}

/** Heavy rows, filled up to a multiple of 8: slices stay aligned. */
function heavyRows(degreeAt: (row: number) => number, rows: number): number {
  let heavy = 0
  while (heavy < rows && degreeAt(heavy) >= HEAVY_DEGREE) heavy++
  return Math.min(rows, align8(heavy))
}

function align8(count: number): number {
  return Math.ceil(count / 8) * 8
}

/** Sums of out-weights, compensated (Neumaier, 1974), as assembly/pagerank-prepare.ts has them. */
function totalsOf({ vertexCount: n, offsets, weights }: Graph): Float64Array {
  const totals = new Float64Array(n)
  if (weights === undefined) return totals
  for (let v = 0; v < n; v++) {
    let sum = 0
    let lost = 0
    for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) {
      const weight = weights[arc]
      const next = sum + weight
      lost += sum >= weight ? sum - next + weight : weight - next + sum
      sum = next
    }
    totals[v] = Math.min(sum + lost, Number.MAX_VALUE)
  }
  return totals
}

function inverseOf(
  { offsets }: Graph,
  order: Uint32Array,
  totals: Float64Array | undefined,
): Float64Array {
  const inverse = new Float64Array(order.length)
  for (let row = 0; row < order.length; row++) {
    const v = order[row]
    if (totals !== undefined) inverse[row] = totals[v] > 0 ? 1 : 0
    else if (offsets[v + 1] > offsets[v]) inverse[row] = 1 / (offsets[v + 1] - offsets[v])
  }
  return inverse
}

/**
 * Writes a part's entries: byte offset of the source's contribution; of a zero where a row is
 * padded. Sources of a row come in ascending order, whatever the parts.
 */
export function fillEntries(
  request: PartRequest,
  layout: PartLayout,
  entries: Uint32Array,
  values: Float64Array | undefined,
): void {
  const { cursors, steps } = cursorsOf(request.cut, layout)
  entries.fill(8 * zeroSlot(request.cut))
  if (isSymmetric(request.graph, request.weighted)) {
    gatherRows(request.graph, layout, cursors, steps, entries)
  } else if (values === undefined) {
    scatterArcs(request.graph, layout, cursors, steps, entries)
  } else {
    values.fill(0)
    scatterWeighted(request.graph, layout, cursors, steps, entries, values)
  }
}

/** Where each own vertex's entries begin, and how far apart they are. */
function cursorsOf({ blockRows }: PartCut, layout: PartLayout) {
  const { first, order, records, unitStarts, blocks } = layout
  const cursors = new Uint32Array(order.length)
  const steps = new Uint8Array(order.length)
  for (let block = 0; block < blocks; block++) {
    const [unit, heavy] = records.subarray(2 * block, 2 * block + 2)
    const rows = Math.min(blockRows, order.length - block * blockRows)
    for (let row = 0; row < rows; row++) {
      const own = order[block * blockRows + row] - first
      const slice = Math.floor((row - heavy) / SLICE_ROWS)
      const isHeavy = row < heavy
      cursors[own] = isHeavy
        ? unitStarts[unit + row]
        : unitStarts[unit + heavy + slice] + ((row - heavy) % SLICE_ROWS)
      steps[own] = isHeavy ? 1 : SLICE_ROWS
    }
  }
  return { cursors, steps }
}

function gatherRows(
  { offsets, targets }: Graph,
  { first, end, slots }: PartLayout,
  cursors: Uint32Array,
  steps: Uint8Array,
  entries: Uint32Array,
): void {
  for (let v = first; v < end; v++) {
    const step = steps[v - first]
    let entry = cursors[v - first]
    for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) {
      entries[entry] = slots[targets[arc]] * 8
      entry += step
    }
  }
}

function scatterArcs(
  { vertexCount: n, offsets, targets }: Graph,
  { first, end, slots }: PartLayout,
  cursors: Uint32Array,
  steps: Uint8Array,
  entries: Uint32Array,
): void {
  for (let u = 0; u < n; u++) {
    const slot = slots[u] * 8
    for (let arc = offsets[u]; arc < offsets[u + 1]; arc++) {
      const target = targets[arc]
      if (target < first || target >= end) continue
      const own = target - first
      entries[cursors[own]] = slot
      cursors[own] += steps[own]
    }
  }
}

function scatterWeighted(
  { vertexCount: n, offsets, targets, weights }: Graph,
  { first, end, slots, totals }: PartLayout,
  cursors: Uint32Array,
  steps: Uint8Array,
  entries: Uint32Array,
  values: Float64Array,
): void {
  if (weights === undefined || totals === undefined) return
  for (let u = 0; u < n; u++) {
    const slot = slots[u] * 8
    for (let arc = offsets[u]; arc < offsets[u + 1]; arc++) {
      const target = targets[arc]
      if (target < first || target >= end || weights[arc] === 0) continue
      const own = target - first
      entries[cursors[own]] = slot
      values[cursors[own]] = weights[arc] / totals[u]
      cursors[own] += steps[own]
    }
  }
}
