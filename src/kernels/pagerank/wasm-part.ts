/**
 * A part of PageRank on WASM: drives assembly/pagerank-part.ts on one thread. On a device in place
 * (a BSP worker's own) everything lies in the memory that all workers share, and what is received
 * is copied once, to where the kernel gathers from.
 */

import type { WasmDevice } from '../../devices/wasm/index.js'
import { bytesOf, Region } from '../../devices/wasm/region.js'
import * as at from './layout.js'
import { ownRange, type PagerankPart, type PartCut, type PartRequest } from './part-cut.js'
import { fillEntries, layOut, type PartLayout } from './part-layout.js'

type WorkerPool = WasmDevice['pool']

/** What the last slice may write beyond the part's rows. */
const SPARE_ROWS = at.SLICE_ROWS

/** An array in the pool's memory: this thread's view of it, or a copy where it can't see it. */
interface Placed<A = Float64Array> {
  address: number
  array: A
}

/** What the host needs again. */
interface Places {
  parameters: number
  ranks: number
  /** All slots, twice: one is read while own ones are written to the other. */
  vectors: [Placed, Placed]
}

/** Makes a part ready for the first iteration: ranks 1/n each, their contributions published. */
export async function openWasmPart(pool: WorkerPool, request: PartRequest): Promise<PagerankPart> {
  const layout = layOut(request)
  const region = new Region(pool)
  try {
    const rows = await placeRows(new Placer(pool, region), request, layout)
    return new WasmPart(pool, region, request, layout, rows)
  } catch (error) {
    region.dispose()
    throw error
  }
}

/** Makes arrays in the pool's memory, right there where this thread sees it. */
class Placer {
  readonly #pool: WorkerPool
  readonly #region: Region

  constructor(pool: WorkerPool, region: Region) {
    this.#pool = pool
    this.#region = region
  }

  floats(length: number, fill: (array: Float64Array) => void): Promise<Placed> {
    return this.#place(length, Float64Array, fill)
  }

  words(length: number, fill: (array: Uint32Array) => void): Promise<Placed<Uint32Array>> {
    return this.#place(length, Uint32Array, fill)
  }

  async #place<A extends ArrayBufferView>(
    length: number,
    type: {
      readonly BYTES_PER_ELEMENT: number
      new (buffer: ArrayBuffer, byteOffset: number, length: number): A
    },
    fill: (array: A) => void,
  ): Promise<Placed<A>> {
    const byteLength = length * type.BYTES_PER_ELEMENT
    const address = await this.#region.alloc(byteLength)
    const { shared, memory } = this.#pool
    if (shared !== undefined) {
      const array = new type(shared.buffer, address, length)
      fill(array)
      return { address, array }
    }
    const array = new type(new ArrayBuffer(byteLength), 0, length)
    fill(array)
    await memory.write(address, bytesOf(array))
    return { address, array }
  }
}

async function placeRows(
  placer: Placer,
  request: PartRequest,
  layout: PartLayout,
): Promise<Places> {
  const { cut, graph, damping } = request
  const { blocks, order, entryCount, records, unitStarts } = layout
  const { vertexCount: n } = graph
  const rows = order.length
  const parameters = new DataView(new ArrayBuffer(at.PARAMETER_BYTES))
  const set = (offset: number, { address }: { address: number }) =>
    parameters.setUint32(offset, address, true)
  const values = layout.totals && new Float64Array(entryCount)
  const entries = await placer.words(entryCount, (array) =>
    fillEntries(request, layout, array, values),
  )
  set(at.ENTRIES, entries)
  if (values !== undefined) {
    set(at.VALUES, await placer.floats(entryCount, (array) => array.set(values)))
  }
  const inverse = await placer.floats(rows + SPARE_ROWS, (array) => {
    array.fill(0, rows)
    array.set(layout.inverse)
  })
  const ranks = await placer.floats(rows + SPARE_ROWS, (array) => {
    array.fill(1 / n, 0, rows).fill(0, rows)
  })
  const tailRows = rows % at.SLICE_ROWS || at.SLICE_ROWS
  const tail = await placer.floats(2 * at.SLICE_ROWS, (array) => {
    array.fill(1 / n).fill(0, tailRows, at.SLICE_ROWS)
  })
  const vector = (fill: (slots: Float64Array) => void) =>
    placer.floats(cut.blockCount * cut.blockSlots, (slots) => fill(slots.fill(0)))
  const vectors: [Placed, Placed] = [
    await vector((slots) => publishStart(slots, request, layout)),
    await vector(() => {}),
  ]
  set(at.INVERSE, inverse)
  set(at.BLOCK_START, await placer.words(records.length, (array) => array.set(records)))
  set(at.TAIL_PERSONALIZATION, tail)
  set(at.PART_RANKS, ranks)
  set(at.PART_INVERSE, inverse)
  const starts = await placer.words(unitStarts.length, (array) => array.set(unitStarts))
  set(at.PART_UNIT_START, starts)
  const sizes = { blocks, rows, ...cut }
  writeSizes(parameters, sizes, damping)
  const words = new Uint32Array(parameters.buffer)
  const placed = await placer.words(words.length, (array) => array.set(words))
  return { parameters: placed.address, ranks: ranks.address, vectors }
}

function writeSizes(
  parameters: DataView,
  sizes: { blocks: number; rows: number; blockRows: number; blockSlots: number },
  damping: number,
): void {
  const set = (offset: number, value: number) => parameters.setUint32(offset, value, true)
  set(at.ELEMENT_BYTES, 8)
  set(at.BLOCK_COUNT, 1)
  set(at.PART_BLOCKS, sizes.blocks)
  set(at.PART_ROWS, sizes.rows)
  set(at.PART_BLOCK_ROWS, sizes.blockRows)
  set(at.PART_BLOCK_SLOTS, sizes.blockSlots)
  parameters.setFloat64(at.DAMPING, damping, true)
}

/** What the start vector, 1/n each, publishes. */
function publishStart(slots: Float64Array, request: PartRequest, layout: PartLayout): void {
  const { blockRows, blockSlots } = request.cut
  const { firstSlot } = ownRange(request)
  const start = 1 / request.graph.vertexCount
  for (const [row, inverse] of layout.inverse.entries()) {
    const head = firstSlot + Math.floor(row / blockRows) * blockSlots
    slots[head + (row % blockRows)] = start * inverse
    if (inverse === 0) slots[head + blockRows + 1] += start
  }
}

class WasmPart implements PagerankPart {
  readonly #pool: WorkerPool
  readonly #region: Region
  readonly #cut: PartCut
  readonly #own: ReturnType<typeof ownRange>
  readonly #layout: PartLayout
  readonly #places: Places
  /** Fields from PART_JUMP on. */
  readonly #step = new DataView(new ArrayBuffer(16))
  /** The vector that holds the last iteration's contributions. */
  #current = 0

  constructor(
    pool: WorkerPool,
    region: Region,
    request: PartRequest,
    layout: PartLayout,
    places: Places,
  ) {
    this.#pool = pool
    this.#region = region
    this.#cut = request.cut
    this.#own = ownRange(request)
    this.#layout = layout
    this.#places = places
  }

  get slots(): Float64Array {
    return this.#places.vectors[this.#current].array
  }

  get published(): Float64Array {
    return this.slots.subarray(this.#own.firstSlot, this.#own.endSlot)
  }

  async receive(from: number, published: Float64Array): Promise<void> {
    await this.#writeSlots(this.#cut.firstBlocks[from] * this.#cut.blockSlots, published)
  }

  async #writeSlots(slot: number, published: Float64Array): Promise<void> {
    this.slots.set(published, slot)
    if (this.#pool.shared !== undefined) return
    const { address } = this.#places.vectors[this.#current]
    await this.#pool.memory.write(address + 8 * slot, bytesOf(published))
  }

  async pull(jump: number): Promise<void> {
    const { vectors, parameters } = this.#places
    const { memory } = this.#pool
    const ownBytes = 8 * this.#own.firstSlot
    this.#step.setFloat64(0, jump, true)
    this.#step.setUint32(at.PART_SOURCE - at.PART_JUMP, vectors[this.#current].address, true)
    this.#current = 1 - this.#current
    const sink = vectors[this.#current].address + ownBytes
    this.#step.setUint32(at.PART_SINK - at.PART_JUMP, sink, true)
    await memory.write(parameters + at.PART_JUMP, bytesOf(this.#step))
    await this.#pool.run('pagerankPart', parameters, { threads: 1 })
    if (this.#pool.shared === undefined) await memory.read(sink, bytesOf(this.published))
  }

  async ranks(): Promise<Float64Array> {
    const { first, order } = this.#layout
    const byRow = new Float64Array(order.length)
    await this.#pool.memory.read(this.#places.ranks, bytesOf(byRow))
    const ranks = new Float64Array(order.length)
    for (let row = 0; row < order.length; row++) ranks[order[row] - first] = byRow[row]
    return ranks
  }

  async restore(ranks: Float64Array, published: Float64Array): Promise<void> {
    const { first, order } = this.#layout
    const byRow = Float64Array.from(order, (vertex) => ranks[vertex - first])
    await this.#pool.memory.write(this.#places.ranks, bytesOf(byRow))
    await this.#writeSlots(this.#own.firstSlot, published)
  }

  dispose(): void {
    if (!this.#pool.disposed) this.#region.dispose()
  }
}
