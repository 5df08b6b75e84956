/**
 * The two kinds of pool memory behind the contract's PoolMemory: shared with this thread, or the
 * worker's own and reached by messages. Copies go in slices, so that no thread is held for long.
 */

import { type Remote, transfer } from 'comlink'
import { MemoryLimitError, TickTickClockError } from '../errors.js'
import { nextTurn } from '../turn.js'
import {
  ABORT,
  BARRIER_GENERATION,
  CONTROL_END,
  RUN_END,
  SNAPSHOT_STEP,
  SNAPSHOT_VALUE,
  SPIN_LIMIT,
} from './control.js'
import { Heap } from './heap.js'
import type { PoolLife } from './life.js'
import type { PoolMemory, Snapshot } from './pool.js'
import type { PoolService } from './protocol.js'
import type { SpawnedWorker } from './spawn.js'
import { isBufferOf, privateTop, sharedTop } from './wasm-memory.js'

/** A pool worker as its coordinator sees it. */
export interface Member {
  worker: SpawnedWorker
  service: Remote<PoolService>
}

/** Bytes copied without a turn of the event loop: 1 to 10 ms. */
const SLICE_BYTES = 8 * 1024 * 1024

/** Polls before a thread at the barrier sleeps: a few microseconds. */
const SPINS = 4000

/** Calls `copy(from, to)` for consecutive slices of [0, byteLength), while the pool lives. */
async function inSlices(
  byteLength: number,
  life: PoolLife,
  signal: AbortSignal | undefined,
  copy: (from: number, to: number) => void | Promise<void>,
): Promise<void> {
  const check = () => {
    life.throwIfEnded()
    signal?.throwIfAborted()
  }
  check()
  for (let from = 0; from < byteLength; from += SLICE_BYTES) {
    if (from > 0) await nextTurn()
    check()
    await copy(from, Math.min(byteLength, from + SLICE_BYTES))
  }
  check()
}

/** Takes a block and makes the memory reach it; gives it back when the host has no more memory. */
async function allocGrown(
  heap: Heap,
  byteLength: number,
  grow: () => Promise<void>,
): Promise<number> {
  const address = heap.alloc(byteLength)
  try {
    await grow()
    return address
  } catch (cause) {
    heap.free(address)
    if (cause instanceof TickTickClockError) throw cause
    throw new MemoryLimitError('the WASM memory', {
      neededBytes: heap.usedBytes + byteLength,
      limitBytes: heap.usedBytes,
      alternatives: ['a machine or browser with more free memory'],
      cause,
    })
  }
}

/** Memory that this thread and others see. */
export class SharedPoolMemory implements PoolMemory {
  readonly limitBytes: number
  readonly #memory: WebAssembly.Memory
  readonly #heap: Heap
  readonly #life: PoolLife

  /** @param heap of `memory`; by default one of its own */
  constructor(
    memory: WebAssembly.Memory,
    life: PoolLife,
    heap: Heap = new Heap(sharedTop(memory)),
  ) {
    this.#life = life
    this.#memory = memory
    this.limitBytes = sharedTop(memory).limit
    this.#heap = heap
  }

  /** The memory itself, as this thread sees it. */
  get shared(): WebAssembly.Memory {
    return this.#memory
  }

  get usedBytes(): number {
    return this.#heap.usedBytes
  }

  async alloc(byteLength: number): Promise<number> {
    return this.#heap.alloc(byteLength)
  }

  free(address: number): void {
    this.#heap.free(address)
  }

  addressOf({ buffer, byteOffset, byteLength }: ArrayBufferView): number | undefined {
    if (!isBufferOf(this.#memory, buffer)) return
    const isInBlocks = byteOffset >= CONTROL_END && byteOffset + byteLength <= this.#heap.top
    return isInBlocks ? byteOffset : undefined
  }

  /** Takes back what heaps of other threads have left; see `Heap.reclaim`. */
  reclaim(): void {
    this.#heap.reclaim()
  }

  write(address: number, source: Uint8Array, signal?: AbortSignal): Promise<void> {
    return inSlices(source.byteLength, this.#life, signal, (from, to) => {
      new Uint8Array(this.#memory.buffer, address + from, to - from).set(source.subarray(from, to))
    })
  }

  read(address: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    return inSlices(into.byteLength, this.#life, signal, (from, to) => {
      into.set(new Uint8Array(this.#memory.buffer, address + from, to - from), from)
    })
  }

  words(address: number, count: number): Int32Array<SharedArrayBuffer> {
    const buffer = this.#memory.buffer as unknown as SharedArrayBuffer
    return new Int32Array(buffer, address, count)
  }

  /** Before a run; no worker may be in one. */
  resetControl(spin: boolean): void {
    const words = this.#words()
    words.fill(0, ABORT / 4, RUN_END / 4)
    words[SPIN_LIMIT / 4] = spin ? SPINS : 0
  }

  /** Ends the run: kernels look at the flag; who sleeps at the barrier or on the flag is woken. */
  abort(): void {
    const words = this.#words()
    Atomics.store(words, ABORT / 4, 1)
    Atomics.notify(words, ABORT / 4)
    Atomics.notify(words, BARRIER_GENERATION / 4)
  }

  snapshot(): Snapshot {
    const step = Atomics.load(this.#words(), SNAPSHOT_STEP / 4)
    return { step, value: new Float64Array(this.#memory.buffer, SNAPSHOT_VALUE, 1)[0] }
  }

  #words(): Int32Array<SharedArrayBuffer> {
    return this.words(0, CONTROL_END / 4)
  }
}

/** Memory that only the one worker sees. */
export class PrivatePoolMemory implements PoolMemory {
  readonly limitBytes: number
  readonly #member: Member
  readonly #heap: Heap
  readonly #life: PoolLife

  constructor(member: Member, heapBase: number, limitBytes: number, life: PoolLife) {
    this.#life = life
    this.#member = member
    this.limitBytes = limitBytes
    this.#heap = new Heap(privateTop(heapBase, limitBytes))
  }

  get usedBytes(): number {
    return this.#heap.usedBytes
  }

  async alloc(byteLength: number): Promise<number> {
    return allocGrown(this.#heap, byteLength, () =>
      this.#call((service) => service.grow(this.#heap.top)),
    )
  }

  free(address: number): void {
    this.#heap.free(address)
  }

  addressOf(): undefined {}

  write(address: number, source: Uint8Array, signal?: AbortSignal): Promise<void> {
    return inSlices(source.byteLength, this.#life, signal, (from, to) => {
      const copy = source.slice(from, to)
      const moved = transfer(copy, [copy.buffer])
      return this.#call((service) => service.write(address + from, moved))
    })
  }

  read(address: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    return inSlices(into.byteLength, this.#life, signal, async (from, to) => {
      into.set(await this.#call((service) => service.read(address + from, to - from)), from)
    })
  }

  words(): never {
    throw new TypeError('this memory is not shared')
  }

  #call<T>(ask: (service: Remote<PoolService>) => Promise<T>): Promise<T> {
    const { worker, service } = this.#member
    return worker.keepAlive(this.#life.whileAlive(ask(service)))
  }
}
