/**
 * Checks the contents of a graph block that comes from outside: whatever passes can be read by any
 * kernel without a look beyond its arrays. Called by `Graph.fromBlock`, which has read the header.
 * Does not find a changed number that still makes a graph, nor an undirected graph
 * whose arcs lack their reverse.
 */

import { BlockFormatError } from '../errors.js'

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
export function verifyGraph(graph: GraphParts): void {
  verifyOffsets('offsets', graph.offsets, graph.arcCount)
  verifyTargets(graph)
  if (graph.weights !== undefined) verifyWeights(graph, graph.weights)
  if (graph.integerIds !== undefined) verifyIntegers(graph.integerIds)
  if (graph.stringIds !== undefined) verifyStrings(graph.stringIds)
}

/** The error for a block whose contents contradict themselves. */
export function damaged(problem: string): BlockFormatError {
  return new BlockFormatError(`graph block is damaged: ${problem}`)
}

function verifyOffsets(what: string, offsets: Uint32Array, end: number): void {
  const last = offsets.length - 1
  if (offsets[0] !== 0) throw damaged(`its ${what} begin at ${offsets[0]}, not at 0`)
  let before = 0
  for (let v = 1; v <= last; v++) {
    if (offsets[v] < before) throw damaged(`its ${what} do not ascend at vertex ${v - 1}`)
    before = offsets[v]
  }
  if (before !== end) throw damaged(`its ${what} end at ${before}, not at ${end}`)
}

function verifyTargets(graph: GraphParts): void {
  const { targets, vertexCount, arcCount, edgeCount, directed } = graph
  let largest = 0
  for (let arc = 0; arc < arcCount; arc++) if (targets[arc] > largest) largest = targets[arc]
  if (arcCount > 0 && largest >= vertexCount) {
    const arc = targets.indexOf(largest)
    throw damaged(`arc ${arc} leads to vertex ${largest} of ${vertexCount}`)
  }
  const expected = directed ? arcCount : (arcCount + countLoops(graph)) / 2
  if (edgeCount === expected) return
  const kind = directed ? 'directed' : 'undirected'
  throw damaged(`${kind} with ${arcCount} arcs, it has ${expected} edges, not ${edgeCount}`)
}

function countLoops(graph: GraphParts): number {
  const { offsets, targets, vertexCount } = graph
  let loops = 0
  for (let v = 0; v < vertexCount; v++) {
    const end = offsets[v + 1]
    for (let arc = offsets[v]; arc < end; arc++) if (targets[arc] === v) loops++
  }
  return loops
}

function verifyWeights(graph: GraphParts, weights: Float64Array): void {
  let sum = 0
  for (let arc = 0; arc < weights.length; arc++) {
    if (!(weights[arc] >= 0)) throw damaged(`arc ${arc} has the weight ${weights[arc]}`)
    sum += weights[arc]
  }
  if (Number.isFinite(2 * sum)) return
  const { offsets, vertexCount } = graph
  for (let v = 0; v < vertexCount; v++) {
    let total = 0
    for (let arc = offsets[v]; arc < offsets[v + 1]; arc++) total += weights[arc]
    if (!Number.isFinite(total)) throw damaged(`weights of vertex ${v} sum to ${total}`)
  }
}

/** Reads the halves: comparing u64 values would make a bigint of each. */
function verifyIntegers(ids: BigUint64Array): void {
  const halves = new Uint32Array(ids.buffer, ids.byteOffset, 2 * ids.length)
  for (let at = 2; at < halves.length; at += 2) {
    const low = halves[at]
    const high = halves[at + 1]
    if (high > halves[at - 1] || (high === halves[at - 1] && low > halves[at - 2])) continue
    throw damaged(`its ids do not ascend at vertex ${at / 2}`)
  }
}

/** Bytes of text that are decoded at once, to see whether they are UTF-8. */
const TEXT_PIECE_BYTES = 1 << 20

function verifyStrings({ offsets, text }: { offsets: Uint32Array; text: Uint8Array }): void {
  verifyOffsets('offsets of ids', offsets, text.length)
  for (let v = 0; v + 1 < offsets.length; v++) {
    // No character begins with 10xxxxxx: the id would be the end of one.
    const begins = offsets[v] < offsets[v + 1] && (text[offsets[v]] & 0xc0) !== 0x80
    if (!begins || (v > 0 && !ascends(text, offsets, v))) {
      throw damaged(`its ids do not ascend at vertex ${v}`)
    }
  }
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for (let at = 0; at < text.length; at += TEXT_PIECE_BYTES) {
      // A copy: browsers decode no shared memory.
      decoder.decode(text.slice(at, at + TEXT_PIECE_BYTES), { stream: true })
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
