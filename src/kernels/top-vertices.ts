/**
 * The largest values of a vector with their vertices: what people look at first.
 */

import { checkInteger, show } from '../check.js'
import type { Graph, VertexId } from '../graph/csr.js'

/** A vertex and its value. */
export interface RankedVertex {
  /** Name of the vertex in the input. */
  id: VertexId
  /** Number of the vertex, 0 … n-1. */
  vertex: number
  value: number
}

/**
 * The k vertices with the largest values, largest first, equal values by vertex number. Takes
 * O(n log k) time and O(k) memory.
 *
 * @param values one per vertex, for example `ranks`
 * @param k default 10; fewer come back from a smaller graph
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([['a', 'b'], ['c', 'b']])
 * const { ranks } = await pagerank(graph)
 * const [best] = topVertices(graph, ranks, 1)
 * console.log(best.id, best.vertex) // b 1
 * ```
 */
export function topVertices(graph: Graph, values: ArrayLike<number>, k = 10): RankedVertex[] {
  if (values?.length !== graph.vertexCount) {
    throw new RangeError(
      `"values" expected length ${graph.vertexCount}, got ${show(values?.length)}`,
    )
  }
  checkInteger('k', k, 0, 0xffff_ffff)
  // A heap of vertices with the weakest of the best on top.
  const heap: number[] = []
  const isWeaker = (a: number, b: number) =>
    values[a] < values[b] || (values[a] === values[b] && a > b)
  for (let vertex = 0; vertex < values.length && k > 0; vertex++) {
    if (heap.length < k) {
      heap.push(vertex)
      siftUp(heap, isWeaker)
    } else if (isWeaker(heap[0], vertex)) {
      heap[0] = vertex
      siftDown(heap, isWeaker)
    }
  }
  heap.sort((a, b) => (isWeaker(a, b) ? 1 : -1))
  return heap.map((vertex) => ({ id: graph.idOf(vertex), vertex, value: values[vertex] }))
}

type Order = (a: number, b: number) => boolean

function siftUp(heap: number[], isWeaker: Order): void {
  let child = heap.length - 1
  while (child > 0) {
    const parent = (child - 1) >>> 1
    if (!isWeaker(heap[child], heap[parent])) return
    ;[heap[child], heap[parent]] = [heap[parent], heap[child]]
    child = parent
  }
}

function siftDown(heap: number[], isWeaker: Order): void {
  let parent = 0
  for (;;) {
    let child = 2 * parent + 1
    if (child >= heap.length) return
    if (child + 1 < heap.length && isWeaker(heap[child + 1], heap[child])) child++
    if (!isWeaker(heap[child], heap[parent])) return
    ;[heap[child], heap[parent]] = [heap[parent], heap[child]]
    parent = child
  }
}
