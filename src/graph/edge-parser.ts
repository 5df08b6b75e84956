/**
 * One WASM instance that parses edge lists (assembly/edge-list.ts), with its memory: an input
 * region, output regions and blocks for the id table. A read takes one and gives it back; the last
 * small one is kept, because making one costs a millisecond.
 */

import { loadWasmModule } from '#wasm'
import { MemoryLimitError } from '../errors.js'
import { MAX_LINE_BYTES, WASM_MEMORY_BYTES } from '../limits.js'
import { POWERS_BYTES, powersOfFive } from './powers.js'

/** Why a parse call stopped (assembly/edge-list.ts); 1 is a row for the host. */
export const ROWS_DONE = 0
export const ID_TOO_WIDE = 2
export const TABLE_FULL = 3

/** Answers of the id table instead of an index (assembly/id-table.ts). */
export const NEEDS_SPACE = -1
export const UNKNOWN_ID = -2

/** The exports that readers use. Addresses and counts are numbers, u64 bigints. */
export interface EdgeListExports {
  heapBase(): number
  setRowFormat(delimiter: number, ids: number, weight: number, lineBytes: number): void
  parseIntegerRows(from: number, to: number, out: number, weights: number, wide: boolean): number
  parseStringRows(from: number, to: number, out: number, weights: number, strict: boolean): number
  rowsWritten(): number
  linesTaken(): number
  rowsEnd(): number
  usePowersOfFive(address: number): void
  resetIdTable(): void
  placeIdTable(slots: number, slotCount: number, keys: number, keyCapacity: number): void
  freezeIdTable(): void
  idCount(): number
  idLimit(): number
  internInteger(id: bigint): number
  mapIds(ids: number, from: number, to: number, out: number): number
  mapNarrowIds(ids: number, from: number, to: number, out: number): number
  rehashIds(from: number, to: number): void
  resetTextTable(): void
  placeTextTable(
    slots: number,
    slotCount: number,
    starts: number,
    startCapacity: number,
    text: number,
    textBytes: number,
  ): void
  freezeTextTable(): void
  textIdCount(): number
  textBytesUsed(): number
  internText(address: number, length: number, checked: boolean): number
  moveTextSlots(smaller: number, from: number, to: number): void
  beginTextRecords(at: number, from: number, to: number): void
  fillTextWords(at: number, from: number, to: number, depth: number, counts: number): void
  placeTextDigit(counts: number, digit: number, first: number, count: number): boolean
  scatterTextDigit(
    source: number,
    out: number,
    from: number,
    to: number,
    counts: number,
    digit: number,
  ): void
  copyTextRecords(source: number, out: number, from: number, to: number): void
  settleTextRuns(at: number, from: number, stop: number, end: number, depth: number): number
  textRunEnd(): number
  gatherTexts(
    at: number,
    from: number,
    to: number,
    base: number,
    out: number,
    room: number,
    offsets: number,
  ): number
  textBytesGathered(): number
}

/** New bytes that one parse call takes: at the slowest a few milliseconds. */
export const SLICE_BYTES = 256 * 1024

/** Readable bytes behind a region: text is hashed eight bytes at a time. */
const SLACK_BYTES = 64
const INPUT_BYTES = MAX_LINE_BYTES + SLICE_BYTES + SLACK_BYTES
/** A row takes two bytes or more. */
const MOST_ROWS = INPUT_BYTES / 2
const PAGE_BYTES = 65_536
/** A memory that grew beyond this is not kept. */
const KEEP_BYTES = 16 * 1024 * 1024

let idle: EdgeParser | undefined

export class EdgeParser {
  readonly wasm: EdgeListExports
  /** Bytes to parse lie here. */
  readonly input: number
  readonly inputBytes = INPUT_BYTES - SLACK_BYTES
  /** u64 pairs. */
  readonly widePairs: number
  /** u32 pairs. */
  readonly pairs: number
  /** f64 weights. */
  readonly weights: number

  readonly #memory: WebAssembly.Memory
  readonly #powers: number
  readonly #fixedEnd: number
  #end: number
  #powersReady = false
  #view: Uint8Array
  /** Freed blocks by size. */
  #free = new Map<number, number[]>()

  private constructor(memory: WebAssembly.Memory, wasm: EdgeListExports) {
    this.#memory = memory
    this.wasm = wasm
    this.input = Math.ceil(wasm.heapBase() / 64) * 64
    this.widePairs = this.input + INPUT_BYTES
    this.pairs = this.widePairs + MOST_ROWS * 16
    this.weights = this.pairs + MOST_ROWS * 8
    this.#powers = this.weights + MOST_ROWS * 8
    this.#fixedEnd = Math.ceil((this.#powers + POWERS_BYTES) / PAGE_BYTES) * PAGE_BYTES
    this.#end = this.#fixedEnd
    this.#view = new Uint8Array(memory.buffer)
    this.#reserve(this.#fixedEnd)
  }

  /** One to use alone until `close`. */
  static async open(): Promise<EdgeParser> {
    const kept = idle
    idle = undefined
    if (kept !== undefined) return kept
    const module = await loadWasmModule()
    // Shared only because the one binary asks for it; it works without cross-origin isolation.
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 65_536, shared: true })
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } })
    return new EdgeParser(memory, exports as unknown as EdgeListExports)
  }

  /** Gives the parser back; blocks are no longer valid. */
  close(): void {
    this.#end = this.#fixedEnd
    this.#free.clear()
    if (this.#memory.buffer.byteLength <= KEEP_BYTES) idle = this
  }

  /** The whole memory, as it is now. */
  get bytes(): Uint8Array {
    if (this.#view.byteLength !== this.#memory.buffer.byteLength) {
      this.#view = new Uint8Array(this.#memory.buffer)
    }
    return this.#view
  }

  /** u32 values at an address. */
  words(address: number, count: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, count)
  }

  /** Makes `parseDecimal` work. */
  preparePowers(): void {
    if (this.#powersReady) return
    this.bytes.set(new Uint8Array(powersOfFive().buffer), this.#powers)
    this.wasm.usePowersOfFive(this.#powers)
    this.#powersReady = true
  }

  /**
   * Address of a block; its size is a power of two of at least 64, its contents are undefined.
   *
   * @throws MemoryLimitError when WASM memory can't hold it
   */
  alloc(byteLength: number): number {
    const freed = this.#free.get(byteLength)?.pop()
    if (freed !== undefined) return freed
    const address = this.#end
    this.#reserve(address + byteLength + SLACK_BYTES)
    this.#end = address + byteLength + SLACK_BYTES
    return address
  }

  free(address: number, byteLength: number): void {
    const list = this.#free.get(byteLength) ?? []
    list.push(address)
    this.#free.set(byteLength, list)
  }

  #reserve(end: number): void {
    const missing = end - this.#memory.buffer.byteLength
    if (missing <= 0) return
    if (end > WASM_MEMORY_BYTES) throw tooManyIds(end)
    try {
      this.#memory.grow(Math.ceil(missing / PAGE_BYTES))
    } catch (cause) {
      throw tooManyIds(end, cause)
    }
  }
}

function tooManyIds(neededBytes: number, cause?: unknown): MemoryLimitError {
  const sizes = {
    neededBytes,
    limitBytes: WASM_MEMORY_BYTES,
    alternatives: ['integer ids below 2^32', 'a graph with fewer vertices'],
  }
  return new MemoryLimitError('the table of vertex ids', { ...sizes, cause })
}
