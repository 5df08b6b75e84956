/**
 * Inputs for the sort family and checks of its answers, for every device: what sort.conformance and
 * sort-webgpu.conformance share. The answers are checked by properties (a permutation, in order)
 * and against the host's own sorts, never by the package's code.
 */

import {
  argsort,
  type Device,
  type ElementArrays,
  type ElementType,
  searchSorted,
  sort,
  sortPairs,
  topK,
  unique,
} from 'ticktickclock'
import { createRandom, type Random } from '../../src/random.js'

/** Any typed array that the sort family takes. */
export type SortValues = ElementArrays[ElementType]

/** All element types. */
export const SORT_TYPES: readonly ElementType[] = [
  'u8',
  'i8',
  'u16',
  'i16',
  'u32',
  'i32',
  'f32',
  'f64',
  'u64',
  'i64',
]

const ARRAYS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
} as const

/** Shapes of input; each fills an array from a seeded source. */
export const DISTRIBUTIONS = [
  'uniform',
  'sorted',
  'reversed',
  'nearly sorted',
  'few unique',
  'all equal',
  'zipf',
  '20-bit range',
  'clustered',
  'special values',
  'sawtooth',
  'random bits',
] as const

export type Distribution = (typeof DISTRIBUTIONS)[number]

export interface SortCase {
  /** Says how to make the case again. */
  name: string
  values: SortValues
  descending: boolean
  /** What sortPairs carries along. */
  payload: SortValues
}

/** A fresh array of an element type. */
export function emptyValues<T extends ElementType>(type: T, length: number): ElementArrays[T] {
  return new ARRAYS[type](length) as ElementArrays[T]
}

/** Values of a type, as a distribution has them. */
export function makeValues<T extends ElementType>(
  type: T,
  length: number,
  distribution: Distribution,
  random: Random,
): ElementArrays[T] {
  const values = emptyValues(type, length)
  if (distribution === 'random bits') {
    const words = new Uint8Array(values.buffer)
    for (let i = 0; i < words.length; i++) words[i] = random.nextUint32() >>> 24
    return values
  }
  if (distribution === 'special values') {
    const specials = specialValues(type)
    const choices = 1 + random.nextBelow(specials.length)
    // As bits: a NaN that passes through a variable may change them.
    const [from, to] = [bitsOf(specials), bitsOf(values)]
    for (let i = 0; i < length; i++) to[i] = from[random.nextBelow(choices)] as never
    return values
  }
  const draw = drawOf(type, length, distribution, random)
  for (let i = 0; i < length; i++) values[i] = draw(i) as never
  if (distribution === 'sorted' || distribution === 'nearly sorted') values.sort()
  if (distribution === 'reversed') values.sort().reverse()
  if (distribution === 'nearly sorted' && length > 1) {
    for (let k = 0; k <= length / 100; k++) {
      const [a, b] = [random.nextBelow(length), random.nextBelow(length)]
      const held = values[a]
      values[a] = values[b] as never
      values[b] = held as never
    }
  }
  return values
}

function drawOf(
  type: ElementType,
  length: number,
  distribution: Distribution,
  random: Random,
): (i: number) => number | bigint {
  const bigint = type === 'u64' || type === 'i64'
  const float = type === 'f32' || type === 'f64'
  const whole = (draw: (i: number) => number) => (i: number) => {
    const value = draw(i)
    return bigint ? BigInt(value) : value
  }
  const wide = () => {
    if (bigint) return (BigInt(random.nextUint32()) << 32n) | BigInt(random.nextUint32())
    return float ? random.nextFloat() * 2 - 1 : random.nextUint32()
  }
  switch (distribution) {
    case 'few unique': {
      const choices = Array.from({ length: 1 + random.nextBelow(16) }, wide)
      return () => choices[random.nextBelow(choices.length)]
    }
    case 'all equal': {
      const one = wide()
      return () => one
    }
    case 'zipf':
      return whole(() => Math.floor(length / (1 + random.nextFloat() * length)))
    case '20-bit range':
      return whole(() => random.nextBelow(1 << 20))
    case 'clustered': {
      const centres = Array.from({ length: 1 + random.nextBelow(12) }, wide)
      return () => {
        const centre = centres[random.nextBelow(centres.length)]
        const noise = random.nextBelow(1 << 16)
        if (typeof centre === 'bigint') return centre + BigInt(noise)
        return float ? centre * (1 + noise * 2 ** -40) : centre + noise
      }
    }
    case 'sawtooth': {
      const period = 1 + random.nextBelow(300)
      return whole((i) => i % period)
    }
    default:
      return wide
  }
}

function specialValues(type: ElementType): SortValues {
  if (type === 'f32') {
    const bits = [
      0, 0x80000000, 0x7fc00000, 0x7f800000, 0xff800000, 0xffc00000, 0x7f800001, 0xffffffff, 1,
      0x80000001, 0x3f800000, 0xbf800000, 0x7f7fffff, 0xff7fffff,
    ]
    return new Float32Array(new Uint32Array(bits).buffer)
  }
  if (type === 'f64') {
    const bits = [
      0n,
      0x8000000000000000n,
      0x7ff8000000000000n,
      0x7ff0000000000000n,
      0xfff0000000000000n,
      0xfff8000000000000n,
      0x7ff0000000000001n,
      0xffffffffffffffffn,
      1n,
      0x8000000000000001n,
      0x3ff0000000000000n,
      0xbff0000000000000n,
      0x7fefffffffffffffn,
      0xffefffffffffffffn,
    ]
    return new Float64Array(new BigUint64Array(bits).buffer)
  }
  const bits = BigInt(ARRAYS[type].BYTES_PER_ELEMENT * 8)
  const edges = [0n, -1n, 1n << (bits - 1n), (1n << (bits - 1n)) - 1n, 1n, 2n, (1n << bits) - 2n]
  const small = type !== 'u64' && type !== 'i64'
  const array = emptyValues(type, edges.length)
  for (const [i, edge] of edges.entries()) array[i] = (small ? Number(edge) : edge) as never
  return array
}

/** Lengths where code changes its way: empty, tiny, around powers of two. */
const EDGE_LENGTHS = [0, 1, 2, 3, 4, 5, 15, 16, 17, 24, 25, 31, 33, 63, 64, 65, 127, 128, 129]

/**
 * Seeded cases: every type and distribution comes up, most of them short.
 *
 * @param longest no case is longer
 */
export function* sortCases(seed: number, cases: number, longest: number): Generator<SortCase> {
  for (let index = 0; index < cases; index++) yield sortCase(seed, index, longest)
}

function sortCase(seed: number, index: number, longest: number): SortCase {
  const random = createRandom(seed + index)
  const type = SORT_TYPES[index % SORT_TYPES.length]
  const distribution = DISTRIBUTIONS[random.nextBelow(DISTRIBUTIONS.length)]
  const length = Math.min(longest, lengthOf(random))
  const descending = random.nextBelow(2) === 1
  const payloadType = SORT_TYPES[random.nextBelow(SORT_TYPES.length)]
  const order = descending ? 'descending' : 'ascending'
  return {
    name: `case ${index} of seed ${seed}: ${length} ${type}, ${distribution}, ${order}`,
    values: makeValues(type, length, distribution, random),
    descending,
    payload: makeValues(payloadType, length, 'random bits', random),
  }
}

function lengthOf(random: Random): number {
  const kind = random.nextBelow(20)
  if (kind < 9) return EDGE_LENGTHS[random.nextBelow(EDGE_LENGTHS.length)]
  if (kind < 16) return random.nextBelow(300)
  if (kind < 19) return (1 << (8 + random.nextBelow(4))) + random.nextBelow(3) - 1
  return random.nextBelow(5000)
}

/** The order that is promised: -0 before +0, NaN last, all NaN alike. */
export function compareInOrder(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) {
    if (a !== 0 || typeof a === 'bigint') return 0
    return Number(Object.is(b, -0)) - Number(Object.is(a, -0))
  }
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** Positions in order, by the host's stable sort of plain arrays. */
export function expectedPositions(values: SortValues, descending: boolean): Uint32Array {
  const sign = descending ? -1 : 1
  const positions = [...values.keys()]
  positions.sort((i, j) => sign * compareInOrder(values[i], values[j]) || i - j)
  return Uint32Array.from(positions)
}

/** The bits of any array, as unsigned numbers of the same width. */
export function bitsOf(
  values: SortValues,
): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, length } = values
  switch (values.BYTES_PER_ELEMENT) {
    case 1:
      return new Uint8Array(buffer, byteOffset, length)
    case 2:
      return new Uint16Array(buffer, byteOffset, length)
    case 4:
      return new Uint32Array(buffer, byteOffset, length)
    default:
      return new BigUint64Array(buffer, byteOffset, length)
  }
}

/** Throws unless both arrays have the same bits at the same places. */
export function expectSameBits(what: string, got: SortValues, expected: SortValues): void {
  if (got.constructor !== expected.constructor) {
    throw new Error(`${what}: ${got.constructor.name} instead of ${expected.constructor.name}`)
  }
  if (got.length !== expected.length) {
    throw new Error(`${what}: length ${got.length} instead of ${expected.length}`)
  }
  const a = bitsOf(got)
  const b = bitsOf(expected)
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) {
      throw new Error(`${what}: at ${i} ${got[i]} (${a[i]}) instead of ${expected[i]} (${b[i]})`)
    }
  }
}

/** Every element of the input appears exactly once: the sorted bits are the same. */
export function expectPermutation(what: string, input: SortValues, output: SortValues): void {
  const before = bitsOf(input).slice().sort()
  const after = bitsOf(output).slice().sort()
  expectSameBits(`${what}: not a permutation`, after as SortValues, before as SortValues)
}

/** Each element is in order with the one before. */
export function expectInOrder(what: string, output: SortValues, descending: boolean): void {
  for (let i = 1; i < output.length; i++) {
    const order = compareInOrder(output[i - 1], output[i])
    if (descending ? order < 0 : order > 0) {
      throw new Error(`${what}: ${output[i - 1]} before ${output[i]} at ${i}`)
    }
  }
}

/** Bits as `TypedArray.prototype.sort` leaves them, but for NaN, which have many bits. */
export function expectLikeHostSort(
  what: string,
  input: SortValues,
  output: SortValues,
  descending: boolean,
): void {
  const expected = input.slice().sort()
  if (descending) expected.reverse()
  expectSameBits(`${what}: unlike the host's sort`, plainNaN(output), plainNaN(expected))
}

/** The same values with one kind of NaN. */
function plainNaN(values: SortValues): SortValues {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return values
  return values.map((value) => (Number.isNaN(value) ? Number.NaN : value))
}

/** Elements at positions. */
export function taken<A extends SortValues>(values: A, positions: Uint32Array): A {
  const bits = bitsOf(values)
  const out = values.slice(0, 0).constructor as new (length: number) => A
  const result = new out(positions.length)
  const target = bitsOf(result)
  for (let i = 0; i < positions.length; i++) target[i] = bits[positions[i]] as never
  return result
}

/** `sort` of a case on a device. */
export async function checkSort(device: Device, { name, values, descending }: SortCase) {
  const before = values.slice()
  const output = (await sort(values, { descending, device })) as SortValues
  expectSameBits(`${name}: input`, values, before as SortValues)
  expectPermutation(name, values, output)
  expectInOrder(name, output, descending)
  expectLikeHostSort(name, values, output, descending)
}

/** `argsort` of a case on a device. */
export async function checkArgsort(device: Device, { name, values, descending }: SortCase) {
  const output = (await argsort(values, { descending, device })) as Uint32Array
  expectSameBits(`${name}: argsort`, output, expectedPositions(values, descending))
}

/** `sortPairs` of a case on a device. */
export async function checkSortPairs(device: Device, sortCase: SortCase) {
  const { name, values, descending, payload } = sortCase
  const output = await sortPairs(values, payload, { descending, device })
  const positions = expectedPositions(values, descending)
  expectSameBits(`${name}: keys of pairs`, output.keys as SortValues, taken(values, positions))
  expectSameBits(`${name}: values of pairs`, output.values as SortValues, taken(payload, positions))
}

/** `topK` of a case on a device, for a k that depends on its length. */
export async function checkTopK(device: Device, { name, values, descending }: SortCase) {
  const k = Math.min(
    values.length,
    [0, 1, 10, values.length >> 1, values.length][values.length % 5],
  )
  const output = await topK(values, k, { largest: descending, device })
  const positions = expectedPositions(values, descending).subarray(0, k)
  expectSameBits(`${name}: positions of top ${k}`, output.indices as SortValues, positions)
  expectSameBits(`${name}: top ${k}`, output.values as SortValues, taken(values, positions))
}

/** `unique` of a case on a device. */
export async function checkUnique(device: Device, { name, values }: SortCase) {
  const output = await unique(values, { device })
  const positions = expectedPositions(values, false)
  const firsts: number[] = []
  const counts: number[] = []
  for (const position of positions) {
    const last = firsts.at(-1)
    if (last === undefined || compareInOrder(values[last], values[position]) !== 0) {
      firsts.push(position)
      counts.push(0)
    }
    counts[counts.length - 1]++
  }
  expectSameBits(
    `${name}: unique`,
    plainNaN(output.values as SortValues),
    plainNaN(taken(values, Uint32Array.from(firsts))),
  )
  expectSameBits(`${name}: counts`, output.counts as SortValues, Uint32Array.from(counts))
}

/** `searchSorted` of a case on a device: its values in its payload's place, both sides. */
export async function checkSearchSorted(device: Device, { name, values, descending }: SortCase) {
  const half = values.length >> 1
  const sorted = taken(values, expectedPositions(values, false)).slice(0, half) as SortValues
  const side = descending ? 'right' : 'left'
  const output = (await searchSorted(sorted, values, { side, device })) as Uint32Array
  const expected = Uint32Array.from(values as Float64Array, (query: number | bigint) => {
    let position = 0
    for (let step = half; step >= 1; step >>= 1) {
      while (position + step <= half) {
        const order = compareInOrder(sorted[position + step - 1], query)
        if (side === 'left' ? order >= 0 : order > 0) break
        position += step
      }
    }
    return position
  })
  expectSameBits(`${name}: searchSorted`, output, expected)
}
