/**
 * Host arrays through WASM memory: while workers convert one block of values, this thread brings in
 * later ones and takes out earlier ones, through rings that stay in the processor's caches. For
 * kernels that work element by element, on shared memory; assembly/flow.ts is the workers' side.
 * 2^24 values of 8 bytes: 22 ms with whole arrays, 15 with rings of 8 MiB; 17 with 4 MiB, 23 with
 * 16.
 */

import { ELEMENT_ARRAYS, type ElementType, elementTypeOf } from '../../devices/device.js'
import type { WasmDevice } from '../../devices/wasm/index.js'
import { bytesOf, Region } from '../../devices/wasm/region.js'
import { nextTurn } from '../../turn.js'
import type { HostValues } from '../columns.js'
import { FINISHED, HOST_WAITS, READY } from './layout.js'
import type { ArrayKernel, FlowShape, Operand, OutputRequest } from './types.js'

/** Bytes of all rings of a call, at most: more would fall out of the caches. */
const RING_BYTES = 8 * 1024 * 1024

/** Slots of a ring, of one block each: powers of two. */
const MOST_SLOTS = 64
const FEWEST_SLOTS = 8

/** A ring is moved in so many parts: workers are told, and woken, once a part. */
const PARTS = 8

/** Bytes moved without a turn of the event loop: 1 to 10 ms. */
const SLICE_BYTES = 8 * 1024 * 1024

/** Polls of a word before this thread sleeps: some microseconds. */
const SPINS = 1000

/** A sleep ends by itself after this long, to look at the signal. */
const MOST_SLEEP_MS = 20

/** What passes through memory. */
interface FlowArrays {
  shape: FlowShape
  slots: number
  inputs: readonly HostValues[]
  outputs: readonly HostValues[]
}

/** A call from host arrays to host arrays. */
export interface FlowCall<P, R> extends FlowArrays {
  kernel: ArrayKernel<P, R>
  plan: P
}

/** Slots of the rings for a call, or 0 where whole arrays do as well. */
export function slotsFor(
  shape: FlowShape,
  inputs: readonly HostValues[],
  outputs: readonly OutputRequest[],
): number {
  let valueBytes = 0
  for (const [i, array] of inputs.entries()) valueBytes += shape.inputs[i] * array.BYTES_PER_ELEMENT
  for (const [i, { type }] of outputs.entries()) {
    valueBytes += shape.outputs[i] * ELEMENT_ARRAYS[type].BYTES_PER_ELEMENT
  }
  let slots = MOST_SLOTS
  while (slots * shape.blockValues * valueBytes > RING_BYTES) slots /= 2
  return slots < FEWEST_SLOTS || shape.valueCount <= slots * shape.blockValues ? 0 : slots
}

/**
 * Runs a kernel from host arrays to host arrays.
 *
 * @throws what the kernel throws; `signal.reason` on abort
 */
export async function runFlow<P, R>(
  pool: WasmDevice['pool'],
  call: FlowCall<P, R>,
  signal: AbortSignal | undefined,
): Promise<R> {
  const { kernel, plan, shape, slots } = call
  const region = new Region(pool)
  const stop = new AbortController()
  const abort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    signal?.throwIfAborted()
    const wordBytes = FINISHED + 4 * slots
    const address = await region.write(new Uint8Array(wordBytes))
    const words = () => pool.memory.words(address, wordBytes / 4)
    const open = (array: HostValues, each: number) => openLane(region, call, array, each)
    const inputs = await Promise.all(call.inputs.map((array, i) => open(array, shape.inputs[i])))
    const outputs = await Promise.all(call.outputs.map((array, i) => open(array, shape.outputs[i])))
    const work = { inputs: inputs.map(operandOf), outputs: outputs.map(operandOf) }
    const flow = { address, mask: slots * shape.blockValues - 1 }
    let isOver = false
    const run = kernel
      .wasm({ ...work, signal: stop.signal, pool, scratch: region, flow }, plan)
      .finally(() => {
        isOver = true
      })
    const lanes = { inputs, outputs, words, isOver: () => isOver }
    const moving = moveBlocks(pool, call, lanes, stop.signal).catch((error) => {
      stop.abort(error)
      throw error
    })
    // The rings must stay until both have ended.
    const [ran, moved] = await Promise.allSettled([run, moving])
    if (ran.status === 'rejected') throw ran.reason
    if (moved.status === 'rejected') throw moved.reason
    return ran.value
  } finally {
    signal?.removeEventListener('abort', abort)
    if (!pool.disposed) region.dispose()
  }
}

/** A host array and its ring. */
interface Lane {
  array: HostValues
  bytes: Uint8Array
  /** Bytes a value. */
  valueBytes: number
  address: number
}

async function openLane(
  region: Region,
  { shape, slots }: FlowArrays,
  array: HostValues,
  each: number,
): Promise<Lane> {
  const valueBytes = each * array.BYTES_PER_ELEMENT
  const bytes = bytesOf(array)
  const behindBytes = bytes.byteLength - shape.valueCount * valueBytes
  const address = await region.alloc(slots * shape.blockValues * valueBytes + behindBytes)
  return { array, bytes, valueBytes, address }
}

function operandOf({ array, address }: Lane): Operand<number> {
  return { type: elementTypeOf(array) as ElementType, length: array.length, storage: address }
}

interface Lanes {
  inputs: readonly Lane[]
  outputs: readonly Lane[]
  words(): Int32Array
  /** Whether the kernel has ended: what is not finished then never will be. */
  isOver(): boolean
}

/** Brings blocks in as long as there is room, takes finished ones out, and waits otherwise. */
async function moveBlocks(
  { memory }: WasmDevice['pool'],
  { shape, slots }: FlowArrays,
  { inputs, outputs, words, isOver }: Lanes,
  signal: AbortSignal,
): Promise<void> {
  const blocks = Math.ceil(shape.valueCount / shape.blockValues)
  const part = slots / PARTS
  let [ready, taken, movedBytes] = [0, 0, 0]
  /** The bytes of blocks of a lane, and where they lie in its ring. */
  const piece = ({ bytes, valueBytes, address }: Lane, first: number, end: number) => {
    const blockBytes = shape.blockValues * valueBytes
    const until = end === blocks ? bytes.byteLength : end * blockBytes
    const slice = bytes.subarray(first * blockBytes, until)
    movedBytes += slice.byteLength
    return { slice, place: address + (first % slots) * blockBytes }
  }
  while (taken < blocks) {
    const next = Math.min(ready + part, blocks)
    if (ready < blocks && next <= taken + slots) {
      for (const lane of inputs) {
        const { slice, place } = piece(lane, ready, next)
        await memory.write(place, slice, signal)
      }
      ready = next
      Atomics.store(words(), READY / 4, ready)
      Atomics.notify(words(), READY / 4)
    } else {
      const end = Math.min(taken + part, blocks)
      const missing = lastMissing(words(), slots, taken, end)
      if (missing >= 0) {
        if (isOver()) return
        await becomes(words(), FINISHED / 4 + (missing % slots), missing + 1)
        continue
      }
      for (const lane of outputs) {
        const { slice, place } = piece(lane, taken, end)
        await memory.read(place, slice, signal)
      }
      taken = end
    }
    if (movedBytes >= SLICE_BYTES) {
      movedBytes = 0
      await nextTurn()
    }
  }
}

/** The last of some blocks that is not finished, or -1. */
function lastMissing(words: Int32Array, slots: number, first: number, end: number): number {
  for (let block = end - 1; block >= first; block--) {
    if (Atomics.load(words, FINISHED / 4 + (block % slots)) !== block + 1) return block
  }
  return -1
}

/** Not in every browser, nor in the library's types. */
type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
  timeoutMs: number,
) => { value: string | Promise<string> }

/** Waits until a word of FINISHED has a value, or a while. */
async function becomes(words: Int32Array, index: number, value: number): Promise<void> {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(words, index) === value) return
  const { waitAsync } = Atomics as unknown as { waitAsync?: WaitAsync }
  if (waitAsync === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return
  }
  Atomics.store(words, HOST_WAITS / 4, 1)
  const seen = Atomics.load(words, index)
  if (seen !== value) await waitAsync(words, index, seen, MOST_SLEEP_MS).value
  Atomics.store(words, HOST_WAITS / 4, 0)
}
