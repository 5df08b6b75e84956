/**
 * `reduceColumn`: one number from a column that lies on all ranks, with the same bits however many
 * there are. Blocks have a fixed size; each rank reduces those that it has whole and sends pieces
 * of the others as they are; every rank joins all of them over a binary tree of block numbers. The
 * arithmetic is that of the kernel `reduceColumn`, in src/graph/reduction/.
 */

import { checkInteger, checkOneOf, checkOptions, show } from '../../check.js'
import { blockFunction, type ReduceBlock } from '../../graph/reduction/blocks.js'
import { combine } from '../../graph/reduction/combine.js'
import { glue, wholeUnits } from '../../graph/reduction/cut.js'
import { BLOCK } from '../../graph/reduction/layout.js'
import {
  blockPartials,
  EMPTY,
  type NumberArray,
  type NumberType,
  type ReduceOperation,
} from '../../graph/reduction/types.js'
import { runSteps } from '../../graph/slices.js'
import { type AnyInbox, type AnySend, Exchange, type Received, ranksBetween } from './exchange.js'

/** Arrays of a column by element type. */
export interface NumberArrays {
  u32: Uint32Array
  i32: Int32Array
  f32: Float32Array
  f64: Float64Array
}

/** Options of the collective `reduceColumn`. */
export interface ReduceColumnOptions {
  /** What is computed of all values. */
  op: ReduceOperation
  /** Values of the whole column, where they are known: parts that end elsewhere are an error. */
  length?: number
}

/** One number from a column in parts, at all ranks. */
export interface ReduceColumn<K extends NumberType> {
  readonly name: string
  /**
   * Sends what becomes of this rank's part.
   *
   * @param part consecutive values of the column; may be empty
   * @param start number of its first value in the column
   */
  send(send: AnySend, part: NumberArrays[K], start: number): void
  /** The result: the same bits at every rank and for every p. */
  receive(inbox: AnyInbox): number
}

/** What a rank tells of its part. */
interface Part {
  type: NumberType
  start: number
  end: number
  /** First value of the whole blocks, and their pairs. */
  first: number
  pairs: Float64Array
  /** Pieces of blocks before and behind those. */
  head: NumberArray
  tail: NumberArray
}

const OPERATIONS: readonly ReduceOperation[] = ['sum', 'product', 'min', 'max', 'count', 'avg']

/**
 * One number from a column that lies on the ranks in consecutive parts, cut anywhere: the same bits
 * at every rank, on every transport and for every p, those of the kernel `reduceColumn` on the
 * reference device and on WASM. What is said there of integers, NaN and rounding holds here.
 *
 * Costs one superstep. Each rank reduces its n/p values, sends to all a pair of numbers for each of
 * its whole blocks of 1,024 and at most 2·1,023 values beside them, and joins the n/1,024 pairs
 * that arrive: h = n/64 bytes + at most 2·p·1,023 values.
 *
 * @typeParam K element type: 'u32', 'i32', 'f32' or 'f64'
 * @param name unique among the collectives of a superstep
 * @param options op: sum, product, min, max, count or avg; length
 * @throws TypeError, RangeError; from `send` and `receive` CollectiveError: parts that overlap or
 *   leave a gap, types that differ, no value for min, max and avg
 * @example
 * ```ts
 * const mass = reduceColumn<'f64'>('mass', { op: 'sum' })
 * // communicate: mass.send(send, state.ranks, ctx.block(input.length).start)
 * // compute, a superstep later: state.mass = mass.receive(inbox)
 * ```
 */
export function reduceColumn<K extends NumberType = 'f64'>(
  name: string,
  options: ReduceColumnOptions,
): ReduceColumn<K> {
  checkOptions('options', options, ['op', 'length'])
  const op = checkOneOf('op', options?.op, OPERATIONS)
  const { length } = options
  if (length !== undefined) checkInteger('length', length, 0, Number.MAX_SAFE_INTEGER)
  const exchange = new Exchange('reduceColumn', name, op)
  return Object.freeze({
    name,
    send(send: AnySend, part: NumberArrays[K], start: number) {
      const channel = exchange.open(send)
      const own = reducePart(op, part, start)
      for (let to = 0; to < channel.processors; to++) exchange.put(channel, to, own)
    },
    receive(inbox: AnyInbox): number {
      const channel = exchange.close(inbox)
      const received = exchange.take<Part>(channel, ranksBetween(0, channel.processors))
      return join(exchange, op, inOrder(exchange, received, length))
    },
  })
}

function typeOf(part: unknown): NumberType {
  if (part instanceof Float64Array) return 'f64'
  if (part instanceof Float32Array) return 'f32'
  if (part instanceof Uint32Array) return 'u32'
  if (part instanceof Int32Array) return 'i32'
  const expected = 'Uint32Array, Int32Array, Float32Array or Float64Array'
  throw new TypeError(`"part" expected ${expected}, got ${show(part)}`)
}

function blocksOf(op: ReduceOperation, type: NumberType): ReduceBlock | undefined {
  return op === 'count' ? undefined : blockFunction(op === 'avg' ? 'sum' : op, type)
}

/** Whole blocks only; whether a piece at the end is the column's last block, receivers know. */
function reducePart(op: ReduceOperation, part: NumberArray, start: number): Part {
  const type = typeOf(part)
  checkInteger('start', start, 0, Number.MAX_SAFE_INTEGER - part.length)
  const end = start + part.length
  const reduceBlock = blocksOf(op, type)
  if (reduceBlock === undefined) {
    const none = part.subarray(0, 0) as NumberArray
    return { type, start, end, first: end, pairs: new Float64Array(0), head: none, tail: none }
  }
  const { first, last } = wholeUnits(start, end, Number.POSITIVE_INFINITY, BLOCK)
  const pairs = new Float64Array((2 * (last - first)) / BLOCK)
  for (let at = 0; at < pairs.length; at += 2) {
    const from = first - start + (at / 2) * BLOCK
    reduceBlock(part, from, from + BLOCK, pairs, at)
  }
  const head = part.subarray(0, first - start) as NumberArray
  const tail = part.subarray(last - start) as NumberArray
  return { type, start, end, first, pairs, head, tail }
}

/** The parts that have values, as they follow each other: without gaps, of one type. */
function inOrder(
  exchange: Exchange,
  received: readonly Received<Part>[],
  length: number | undefined,
): Part[] {
  const [{ from, value }] = received
  const other = received.find((each) => each.value.type !== value.type)
  if (other !== undefined) {
    exchange.fail(`rank ${from} sent ${value.type}, rank ${other.from} sent ${other.value.type}`)
  }
  const parts = received
    .filter((each) => each.value.end > each.value.start)
    .sort((a, b) => a.value.start - b.value.start)
  let end = 0
  let before = 'the column begins at 0'
  for (const { from: rank, value: part } of parts) {
    if (part.start !== end) {
      exchange.fail(`${before}, the part of rank ${rank} begins at ${part.start}`)
    }
    end = part.end
    before = `the part of rank ${rank} ends at ${end}`
  }
  if (length !== undefined && end !== length) {
    exchange.fail(`the parts end at ${end}, but "length" is ${length}`)
  }
  return parts.map((each) => each.value)
}

/** What the whole column comes to. */
function join(exchange: Exchange, op: ReduceOperation, parts: readonly Part[]): number {
  const last = parts.at(-1)
  if (last === undefined) {
    return EMPTY[op] ?? exchange.fail(`there are no values, and ${op} has no result for none`)
  }
  const partials = blockPartials(op === 'avg' ? 'sum' : op, last.end)
  const reduceBlock = blocksOf(op, last.type)
  if (reduceBlock !== undefined) {
    for (const { first, pairs } of parts) partials.pairs.set(pairs, (2 * first) / BLOCK)
    for (const [block, pieces] of cutBlocks(parts)) {
      const values = glue(pieces)
      reduceBlock(values, 0, values.length, partials.pairs, 2 * block)
    }
  }
  return runSteps(combine(partials, op, last.type, last.end)).value
}

/** Pieces of the blocks that no rank has whole, in order. */
function cutBlocks(parts: readonly Part[]): Map<number, NumberArray[]> {
  const blocks = new Map<number, NumberArray[]>()
  const add = (piece: NumberArray, at: number) => {
    if (piece.length === 0) return
    const block = Math.floor(at / BLOCK)
    const known = blocks.get(block)
    if (known === undefined) blocks.set(block, [piece])
    else known.push(piece)
  }
  for (const { start, end, head, tail } of parts) {
    add(head, start)
    add(tail, end - tail.length)
  }
  return blocks
}
