/**
 * A job that compares kernels over arrays where they lie with the same calls on host arrays: at any
 * address, up to the last byte of the memory, with guards around what is written.
 */

import {
  argsort,
  convertTimestamps,
  histogram,
  openDevice,
  reduce,
  scan,
  searchSorted,
  sort,
  sortPairs,
  topK,
  unique,
} from 'ticktickclock'
import { Heap } from '../../dist/workers/heap.js'
import { sharedTop } from '../../dist/workers/wasm-memory.js'

const NUMBERS = [Uint32Array, Int32Array, Float32Array, Float64Array]
const SMALL = [Uint8Array, Int8Array, Uint16Array, Int16Array]
const GUARD = 0xa5
const GUARD_BYTES = 256
const HOLE_BYTES = 2 ** 20
const PAGE_BYTES = 65_536

/**
 * A call; the arrays may be of any type.
 *
 * @typedef {(input: any, into: any, device: import('ticktickclock').Device) => Promise<any>} Call
 */

/**
 * The values of a case; `pick` is any whole number.
 *
 * @typedef {(numbers: Float64Array, pick: number) => any} Make
 */

/** @type {Make} */
function numbersOf(numbers, pick) {
  return NUMBERS[pick % NUMBERS.length].from(numbers)
}

/** @type {Make} */
function anyOf(numbers, pick) {
  const kinds = [...NUMBERS, ...SMALL]
  if (pick % 10 < 8) return kinds[pick % 10].from(numbers)
  const whole = [...numbers].map(BigInt)
  return pick % 10 === 8 ? BigInt64Array.from(whole) : BigUint64Array.from(whole)
}

/** @param {Float64Array} numbers */
function timesOf(numbers) {
  return BigInt64Array.from(numbers, (v) => BigInt(v + 1000) * 10n ** 14n)
}

/** @type {Record<string, { call: Call, into?: (input: any) => ArrayBufferView, make?: Make }>} */
const KERNELS = {
  sort: {
    make: anyOf,
    call: (input, into, device) => sort(input, { into, device }),
    into: (input) => input.slice(),
  },
  argsort: {
    make: anyOf,
    call: (input, into, device) => argsort(input, { into, device }),
    into: (input) => new Uint32Array(input.length),
  },
  scan: {
    call: (input, into, device) => scan(input, { into, device }),
    into: (input) => input.slice(),
  },
  searchSorted: {
    call: async (input, into, device) =>
      searchSorted((await sort(input, { device })).slice(0, 50), input, { into, device }),
    into: (input) => new Uint32Array(input.length),
  },
  histogram: {
    call: async (input, into, device) =>
      (await histogram(input, { bins: 10, range: [-1000, 1000], into, device })).counts,
    into: () => new Uint32Array(10),
  },
  reduce: { call: async (input, _into, device) => (await reduce(input, 'sum', { device })).value },
  topK: {
    make: anyOf,
    call: (input, _into, device) => topK(input, 5, { device }),
  },
  unique: {
    make: anyOf,
    call: (input, _into, device) => unique(input, { device }),
  },
  sortPairs: {
    make: anyOf,
    call: (input, _into, device) => sortPairs(input, input.slice().reverse(), { device }),
  },
  toText: {
    make: timesOf,
    call: (input, _into, device) =>
      convertTimestamps(input, { from: 'unix-ns', to: 'iso8601', device }),
  },
  fromText: {
    make: (numbers) =>
      new TextEncoder().encode(
        [...timesOf(numbers)]
          .map((t) => `${new Date(Number(t / 1_000_000n)).toISOString().slice(0, 19)}Z`)
          .join(''),
      ),
    call: (input, into, device) =>
      convertTimestamps(
        { bytes: input, width: 20 },
        { from: 'iso8601', to: 'unix-ns', into, device },
      ),
    into: (input) => new BigInt64Array(input.length / 20),
  },
  toNtp: {
    make: timesOf,
    call: (input, into, device) =>
      convertTimestamps(input, { from: 'unix-ns', to: 'ntp', into, device }),
    into: (input) => new BigUint64Array(input.length),
  },
}

/**
 * @param {{ memory: WebAssembly.Memory }} context
 * @param {{ seed: number, cases: number }} argument
 */
export async function compareInPlace({ memory }, { seed, cases }) {
  const device = await openDevice({ kind: 'wasm' })
  const heap = new Heap(sharedTop(memory))
  const names = Object.keys(KERNELS)
  const wrong = []
  let state = seed
  const random = (/** @type {number} */ below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let index = 0; index < cases; index++) {
    const name = names[index % names.length]
    const { call, into, make = numbersOf } = KERNELS[name]
    const length = 1 + random(random(4) === 0 ? 9000 : 70)
    const numbers = Float64Array.from({ length }, () => random(2000) - 1000)
    const input = make(numbers, random(40))
    const wanted = await call(input, undefined, device)
    // The kernel's own memory comes from this hole, so that the input stays at the memory's end.
    const hole = await device.alloc('u8', HOLE_BYTES)
    const atEnd = random(2) === 0
    const source = atEnd ? placeAtEnd(memory, heap, input) : place(memory, heap, input, random(8))
    const target = into && !atEnd ? place(memory, heap, into(input), random(8)) : undefined
    await hole.dispose()
    const got = await call(source.array, target?.array, device)
    const isWrong =
      !isSame(got, wanted) ||
      (target !== undefined && got.buffer !== target.array.buffer) ||
      !source.isGuarded() ||
      (target && !target.isGuarded()) ||
      !isSame(source.array, input)
    if (isWrong) wrong.push(`${name} of ${length} ${input.constructor.name}, case ${index}`)
    for (const block of [source, target]) if (block) heap.free(block.address)
  }
  return { cases, wrong }
}

/**
 * A copy in the last bytes of the memory, unless another thread makes it grow.
 *
 * @param {WebAssembly.Memory} memory
 * @param {Heap} heap
 * @param {any} array
 */
function placeAtEnd(memory, heap, array) {
  const room = memory.buffer.byteLength - heap.top
  const missing = Math.max(0, Math.ceil((array.byteLength - room) / PAGE_BYTES) * PAGE_BYTES)
  const address = heap.alloc(room + missing)
  const end = address + room + missing
  const placed = new array.constructor(memory.buffer, end - array.byteLength, array.length)
  placed.set(array)
  return { address, array: placed, isGuarded: () => true }
}

/**
 * A copy at an address of its own alignment, between guards.
 *
 * @param {WebAssembly.Memory} memory
 * @param {Heap} heap
 * @param {any} array
 * @param {number} offset elements that it begins behind the first guard
 */
function place(memory, heap, array, offset) {
  const unit = array.BYTES_PER_ELEMENT
  const byteLength = 2 * GUARD_BYTES + (offset + array.length) * unit
  const address = heap.alloc(byteLength)
  const bytes = new Uint8Array(memory.buffer, address, byteLength).fill(GUARD)
  const start = GUARD_BYTES + offset * unit
  const end = start + array.byteLength
  const placed = new array.constructor(memory.buffer, address + start, array.length)
  placed.set(array)
  return {
    address,
    array: placed,
    isGuarded: () =>
      [...bytes.subarray(0, start), ...bytes.subarray(end)].every((b) => b === GUARD),
  }
}

/**
 * @param {any} a
 * @param {any} b
 * @returns {boolean}
 */
function isSame(a, b) {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    const [x, y] = [a, b].map((v) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength))
    return x.length === y.length && x.every((byte, i) => byte === y[i])
  }
  if (typeof a !== 'object' || a === null) return Object.is(a, b)
  return Object.keys(a).every((key) => isSame(a[key], b[key]))
}
