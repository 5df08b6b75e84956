/**
 * Drives shaders/reduce.wgsl: one dispatch an input, and its four words a thread become pairs. The
 * words are integers, and so are the sums behind them: the same pairs on every GPU.
 */

import { reduceSizes, reduceWgsl } from '../../devices/webgpu/shaders.generated.js'
import { BUFFER_USAGE } from '../../devices/webgpu/usage.js'
import { type Partials, UNIT } from '../../graph/reduction/types.js'
import { runSliced, type Steps } from '../../graph/slices.js'
import { GpuPasses, wordsBuffer } from '../arrays/gpu-passes.js'
import { type NumberType, refuseF64, TYPE_CODE } from '../arrays/numbers.js'
import type { GpuJob, Operand } from '../arrays/types.js'
import type { ReducePlan } from './types.js'

const { LANES, ITEMS, SHIFT } = reduceSizes

/** Threads decoded between pauses. */
const SLICE_THREADS = 1 << 17

/** Writes a thread's pair to pairs[at] and pairs[at + 1]. */
type Decode = (words: Uint32Array, pairs: Float64Array, at: number) => void

/** One list of pairs an input. */
export async function reduceWebgpu(
  job: Omit<GpuJob, 'outputs'>,
  plan: ReducePlan,
): Promise<Partials[]> {
  const all: Partials[] = []
  if (plan.operation === 'count') return all
  for (const input of job.inputs) {
    refuseF64('a reduction', input.type)
    all.push(await reduceInput(job, input, plan.operation))
  }
  return all
}

async function reduceInput(
  job: Omit<GpuJob, 'outputs'>,
  { type, length, storage }: Operand<GPUBuffer>,
  operation: Exclude<ReducePlan['operation'], 'count'>,
): Promise<Partials> {
  const groupCount = Math.ceil(length / (LANES * ITEMS))
  const words = new Uint32Array(4 * LANES * groupCount)
  const settings = [length, TYPE_CODE[type as NumberType], operation === 'extent' ? 1 : 0]
  const params = new Uint32Array(settings)
  const uniform = await wordsBuffer(job, 'parameters', params, BUFFER_USAGE.UNIFORM)
  const partials = await job.scratch('partial results', words.byteLength)
  const { entryPoint, decode } = programOf(operation, type as NumberType)
  const passes = new GpuPasses(job, 'reduce', reduceWgsl)
  await passes.add(entryPoint, groupCount, [
    [0, uniform],
    [1, storage],
    [2, partials],
  ])
  await passes.submit()
  await job.gpu.read(partials, words, job.signal)
  const pairs = await runSliced(decodeAll(words, decode), job.signal)
  // A sum is cut off below 2^-20 u of its weight and rounded twice when decoded; a product is cut
  // off at 2^-63 by each multiplication and rounded once.
  const blockRounding = operation === 'product' ? 1 + ITEMS / 512 : 3
  return { pairs, pairsPerUnit: (LANES * UNIT) / (LANES * ITEMS), blockRounding }
}

function programOf(
  operation: Exclude<ReducePlan['operation'], 'count'>,
  type: NumberType,
): { entryPoint: string; decode: Decode } {
  const isFloat = type === 'f32'
  if (operation === 'sum') {
    if (isFloat) return { entryPoint: 'sum_floats', decode: floatSum }
    return { entryPoint: 'sum_integers', decode: type === 'i32' ? signedSum : unsignedSum }
  }
  if (operation === 'product') {
    if (isFloat) return { entryPoint: 'multiply_floats', decode: floatProduct }
    return { entryPoint: 'multiply_integers', decode: integerProduct }
  }
  const value = VALUE_OF[type as keyof typeof VALUE_OF]
  const decode: Decode = ([least, greatest, hasNan, found], pairs, at) => {
    const isNan = hasNan !== 0 && operation !== 'extent'
    const low = found === 0 ? Number.POSITIVE_INFINITY : value(least)
    const high = found === 0 ? Number.NEGATIVE_INFINITY : value(greatest)
    pairs[at] = isNan ? Number.NaN : operation === 'max' ? high : low
    pairs[at + 1] = high
  }
  return { entryPoint: 'extent', decode }
}

function* decodeAll(words: Uint32Array, decode: Decode): Steps<Float64Array> {
  const pairs = new Float64Array(words.length / 2)
  for (let at = 0; at < pairs.length; at += 2) {
    decode(words.subarray(2 * at, 2 * at + 4), pairs, at)
    if (at % SLICE_THREADS === SLICE_THREADS - 2) yield
  }
  return pairs
}

function unsignedSum([low, high]: Uint32Array, pairs: Float64Array, at: number): void {
  pairs[at] = high * 2 ** 32 + low
}

function signedSum([low, high]: Uint32Array, pairs: Float64Array, at: number): void {
  pairs[at] = (high | 0) * 2 ** 32 + low
}

function integerProduct([product]: Uint32Array, pairs: Float64Array, at: number): void {
  pairs[at] = product
}

/** Sum, and a weight in which both the cut-off terms and the roundings below are small. */
function floatSum([low, middle, high, meta]: Uint32Array, pairs: Float64Array, at: number): void {
  const top = meta & 0xff
  const flags = meta >>> 9
  if (flags !== 0) {
    const infinity = flags === 2 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    pairs[at] = flags === 2 || flags === 4 ? infinity : Number.NaN
    pairs[at + 1] = Number.POSITIVE_INFINITY
    return
  }
  const size = (high * 2 ** 64 + (middle * 2 ** 32 + low)) * 2 ** (top - 150 - SHIFT)
  pairs[at] = (meta & 0x100) !== 0 ? -size : size
  pairs[at + 1] = size + (top === 0 ? 0 : 2 ** (top - 127 - 20))
}

function floatProduct([high, low, exponent, meta]: Uint32Array, pairs: Float64Array, at: number) {
  const sign = (meta & 1) !== 0 ? -1 : 1
  const [isZero, isInfinite, isNan] = [meta & 2, meta & 4, meta & 8].map((bit) => bit !== 0)
  // 64 bits may round up to 2^64: the tree takes a factor of 2 as well.
  pairs[at] = sign * (high * 2 ** 32 + low) * 2 ** -63
  pairs[at + 1] = (exponent | 0) + 63
  if (isZero || isInfinite) pairs[at] = sign * (isInfinite ? Number.POSITIVE_INFINITY : 0)
  if (isNan || (isZero && isInfinite)) pairs[at] = Number.NaN
}

const word = new Uint32Array(1)
const float = new Float32Array(word.buffer)

/** Values by the keys of reduce.wgsl. */
const VALUE_OF = {
  u32: (key: number) => key,
  i32: (key: number) => key ^ 0x8000_0000,
  f32: (key: number) => {
    word[0] = key >>> 31 === 1 ? key ^ 0x8000_0000 : ~key
    return float[0]
  },
} as const
