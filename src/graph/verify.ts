/**
 * Checks the contents of a graph block that comes from outside: whatever passes can be read by any
 * kernel without a look beyond its arrays. Called by `Graph.fromBlock`, which has read the header.
 * Does not find a changed number that still makes a graph, nor an undirected graph
 * whose arcs lack their reverse.
 */

import { BlockFormatError } from '../errors.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

/** The views and counts of a graph (csr.ts, which this file must not import). */
export interface GraphParts {
  readonly vertexCount: number
  readonly arcCount: number
  readonly edgeCount: number
  readonly directed: boolean
  readonly offsets: Uint32Array
  readonly targets: Uint32Array
  readonly weights: Float64Array | undefined
  readonly integerIds: BigUint64Array | undefined
  readonly stringIds: { offsets: Uint32Array; text: Uint8Array } | undefined
}

/** @throws BlockFormatError that says what is wrong */
export function* verifyGraph(graph: GraphParts): Steps<void> {
  yield* verifyOffsets('offsets', graph.offsets, graph.arcCount)
  yield* verifyTargets(graph)
  if (graph.weights !== undefined) yield* verifyWeights(graph, graph.weights)
  if (graph.integerIds !== undefined) yield* verifyIntegers(graph.integerIds)
  if (graph.stringIds !== undefined) yield* verifyStrings(graph.stringIds)
}

/** Calls `work(from, to)` for all of 0 … count-1, with pauses. */
function* inSlices(count: number, work: (from: number, to: number) => void): Steps<void> {
  for (let from = 0; from < count; from += SLICE_ITEMS) {
    work(from, Math.min(count, from + SLICE_ITEMS))
    yield
  }
}

/** The error for a block whose contents contradict themselves. */
export function damaged(problem: string): BlockFormatError {
  return new BlockFormatError(`graph block is damaged: ${problem}`)
}

function* verifyOffsets(what: string, offsets: Uint32Array, end: number): Steps<void> {
  if (offsets[0] !== 0) throw damaged(`its ${what} begin at ${offsets[0]}, not at 0`)
  yield* inSlices(offsets.length - 1, (from, to) => {
    let before = offsets[from]
    for (let v = from + 1; v <= to; v++) {
      if (offsets[v] < before) throw damaged(`its ${what} do not ascend at vertex ${v - 1}`)
      before = offsets[v]
    }
  })
  const last = offsets[offsets.length - 1]
  if (last !== end) throw damaged(`its ${what} end at ${last}, not at ${end}`)
}

function* verifyTargets(graph: GraphParts): Steps<void> {
  const { targets, vertexCount, arcCount, edgeCount, directed } = graph
  yield* inSlices(arcCount, (from, to) => {
    for (let arc = from; arc < to; arc++) {
      if (targets[arc] < vertexCount) continue
      throw damaged(`arc ${arc} leads to vertex ${targets[arc]} of ${vertexCount}`)
    }
  })
  const expected = directed ? arcCount : (arcCount + (yield* countLoops(graph))) / 2
  if (edgeCount === expected) return
  const kind = directed ? 'directed' : 'undirected'
  throw damaged(`${kind} with ${arcCount} arcs, it has ${expected} edges, not ${edgeCount}`)
}

/** The vertex of an arc is `at` or later, and is given back. */
function vertexFrom(offsets: Uint32Array, at: number, arc: number): number {
  let vertex = at
  while (offsets[vertex + 1] <= arc) vertex++
  return vertex
}

function* countLoops({ offsets, targets, arcCount }: GraphParts): Steps<number> {
  let loops = 0
  let vertex = 0
  yield* inSlices(arcCount, (from, to) => {
    for (let arc = from; arc < to; arc++) {
      vertex = vertexFrom(offsets, vertex, arc)
      if (targets[arc] === vertex) loops++
    }
  })
  return loops
}

function* verifyWeights({ offsets }: GraphParts, weights: Float64Array): Steps<void> {
  let sum = 0
  yield* inSlices(weights.length, (from, to) => {
    for (let arc = from; arc < to; arc++) {
      if (!(weights[arc] >= 0)) throw damaged(`arc ${arc} has the weight ${weights[arc]}`)
      sum += weights[arc]
    }
  })
  if (Number.isFinite(2 * sum)) return
  let vertex = 0
  let total = 0
  yield* inSlices(weights.length, (from, to) => {
    for (let arc = from; arc < to; arc++) {
      const at = vertexFrom(offsets, vertex, arc)
      total = at === vertex ? total + weights[arc] : weights[arc]
      vertex = at
      if (!Number.isFinite(total)) throw damaged(`weights of vertex ${at} sum to ${total}`)
    }
  })
}

/** Reads the halves: comparing u64 values would make a bigint of each. */
function* verifyIntegers(ids: BigUint64Array): Steps<void> {
  const halves = new Uint32Array(ids.buffer, ids.byteOffset, 2 * ids.length)
  yield* inSlices(ids.length - 1, (from, to) => {
    for (let at = 2 * from + 2; at <= 2 * to; at += 2) {
      const low = halves[at]
      const high = halves[at + 1]
      if (high > halves[at - 1] || (high === halves[at - 1] && low > halves[at - 2])) continue
      throw damaged(`its ids do not ascend at vertex ${at / 2}`)
    }
  })
}

/** Bytes of text that are decoded at once, to see whether they are UTF-8. */
const TEXT_PIECE_BYTES = 1 << 20

function* verifyStrings(ids: { offsets: Uint32Array; text: Uint8Array }): Steps<void> {
  const { offsets, text } = ids
  yield* verifyOffsets('offsets of ids', offsets, text.length)
  yield* inSlices(offsets.length - 1, (from, to) => {
    for (let v = from; v < to; v++) {
      // No character begins with 10xxxxxx: the id would be the end of one.
      const begins = offsets[v] < offsets[v + 1] && (text[offsets[v]] & 0xc0) !== 0x80
      if (begins && (v === 0 || ascends(text, offsets, v))) continue
      throw damaged(`its ids do not ascend at vertex ${v}`)
    }
  })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for (let at = 0; at < text.length; at += TEXT_PIECE_BYTES) {
      // A copy: browsers decode no shared memory.
      decoder.decode(text.slice(at, at + TEXT_PIECE_BYTES), { stream: true })
      yield
    }
    decoder.decode()
  } catch (cause) {
    throw new BlockFormatError('graph block is damaged: its ids are not UTF-8', { cause })
  }
}

/** Whether the id of vertex v comes after the one before it, by bytes. */
function ascends(text: Uint8Array, offsets: Uint32Array, v: number): boolean {
  const from = offsets[v]
  const end = offsets[v + 1]
  let a = offsets[v - 1]
  let b = from
  while (a < from && b < end && text[a] === text[b]) {
    a++
    b++
  }
  return a === from ? b < end : b < end && text[a] < text[b]
}
