/**
 * The ids of a graph on their way into its block: vertices are numbered ascending by id, integers
 * by value, strings by UTF-8 bytes. Three makers of names: dense, integers, strings.
 */

import type { Graph, IdKind } from './csr.js'
import type { EdgeChunks } from './edge-chunks.js'
import { allocateWords } from './memory.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

/** Vertices of a graph to be made, and what writes their ids. */
export interface Names {
  readonly count: number
  readonly idKind: IdKind
  /** UTF-8 bytes of all string ids. */
  readonly idBytes: number
  fill(graph: Graph): Steps<void>
}

/** Vertices that are called 0 … count-1. */
export function denseNames(count: number): Names {
  return { count, idKind: 'dense', idBytes: 0, *fill() {} }
}

/** Vertices that are called 1 … count. */
export function numberNames(count: number): Names {
  return {
    count,
    idKind: 'integer',
    idBytes: 0,
    *fill(graph) {
      const { buffer, byteOffset } = graph.integerIds as BigUint64Array
      // Numbers of vertices fit the lower halves.
      const halves = new Uint32Array(buffer, byteOffset, 2 * count)
      for (let from = 0; from < count; from += SLICE_ITEMS) {
        const to = Math.min(count, from + SLICE_ITEMS)
        for (let v = from; v < to; v++) halves[2 * v] = v + 1
        yield
      }
    },
  }
}

/** The names that a graph has. */
export function namesOf(graph: Graph): Names {
  const text = graph.stringIds
  return {
    count: graph.vertexCount,
    idKind: graph.idKind,
    idBytes: text?.text.length ?? 0,
    *fill(other) {
      if (graph.integerIds !== undefined) other.integerIds?.set(graph.integerIds)
      yield
      if (text === undefined) return
      other.stringIds?.offsets.set(text.offsets)
      other.stringIds?.text.set(text.text)
      yield
    },
  }
}

/** Integer ids: `keys[order[v]]` is the id of vertex v, ascending. */
export function integerNames(keys: BigUint64Array, order: Uint32Array): Names {
  const count = order.length
  if (keys[order[count - 1]] === BigInt(count - 1)) return denseNames(count)
  return {
    count,
    idKind: 'integer',
    idBytes: 0,
    *fill(graph) {
      const ids = graph.integerIds as BigUint64Array
      for (let from = 0; from < count; from += SLICE_ITEMS) {
        const to = Math.min(count, from + SLICE_ITEMS)
        for (let v = from; v < to; v++) ids[v] = keys[order[v]]
        yield
      }
    },
  }
}

/** String ids: vertex v is called `text[starts[k]] … text[starts[k + 1] - 1]`, k = order[v]. */
export function stringNames(
  text: Uint8Array,
  textBytes: number,
  startOf: (key: number) => number,
  order: Uint32Array,
): Names {
  const count = order.length
  return {
    count,
    idKind: 'string',
    idBytes: textBytes,
    *fill(graph) {
      const ids = graph.stringIds as { offsets: Uint32Array; text: Uint8Array }
      let at = 0
      for (let v = 0; v < count; v++) {
        ids.offsets[v] = at
        const end = startOf(order[v] + 1)
        for (let i = startOf(order[v]); i < end; i++) ids.text[at++] = text[i]
        if ((v & 0xffff) === 0xffff) yield
      }
      ids.offsets[count] = at
    },
  }
}

const ORDER = 'the order of all vertices'

/** Order of u64 keys, all different: least significant digit first, constant digits skipped. */
export function* sortKeys(keys: BigUint64Array): Steps<Uint32Array> {
  const n = keys.length
  const bytes = new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength)
  let order = allocateWords(ORDER, n)
  for (let i = 0; i < n; i++) order[i] = i
  let other = allocateWords(ORDER, n)
  for (let digit = 0; digit < 8; digit++) {
    const next = new Uint32Array(257)
    for (let from = 0; from < n; from += SLICE_ITEMS) {
      const to = Math.min(n, from + SLICE_ITEMS)
      for (let i = from; i < to; i++) next[bytes[8 * i + digit] + 1]++
      yield
    }
    if (next[bytes[digit] + 1] === n) continue
    for (let bucket = 1; bucket < 256; bucket++) next[bucket] += next[bucket - 1]
    for (let from = 0; from < n; from += SLICE_ITEMS) {
      scatterByDigit(bytes, digit, order, other, next, from, Math.min(n, from + SLICE_ITEMS))
      yield
    }
    const swap = order
    order = other
    other = swap
  }
  return order
}

function scatterByDigit(
  bytes: Uint8Array,
  digit: number,
  order: Uint32Array,
  other: Uint32Array,
  next: Uint32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const key = order[i]
    other[next[bytes[8 * key + digit]]++] = key
  }
}

/** Renumbers edges from keys to vertices: `order[vertex]` is a key. */
export function* applyOrder(edges: EdgeChunks, order: Uint32Array): Steps<void> {
  const n = order.length
  const vertexOf = allocateWords('the numbers of all vertices', n)
  for (let from = 0; from < n; from += SLICE_ITEMS) {
    const to = Math.min(n, from + SLICE_ITEMS)
    for (let v = from; v < to; v++) vertexOf[order[v]] = v
    yield
  }
  for (const { pairs, count } of edges.chunks) {
    for (let from = 0; from < 2 * count; from += SLICE_ITEMS) {
      const to = Math.min(2 * count, from + SLICE_ITEMS)
      for (let i = from; i < to; i++) pairs[i] = vertexOf[pairs[i]]
      yield
    }
  }
}
