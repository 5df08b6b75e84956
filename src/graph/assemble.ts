/**
 * From edges to a graph: a counting sort by source (Knuth, TAOCP 3, 5.2 algorithm D), stable, so
 * arcs keep their input order in a row. Takes 4 bytes an arc and 8 a vertex besides the edges,
 * which it lets go.
 */

import { Graph } from './csr.js'
import type { EdgeChunks } from './edge-chunks.js'
import { allocateWords } from './memory.js'
import type { Names } from './names.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

export interface AssembleOptions {
  directed: boolean
  /** Makes the error for weights whose sum at one vertex is not finite. */
  fail: (problem: string) => Error
}

/** The graph of these edges; their numbers must be below `names.count`. Empties `edges`. */
export function* assembleGraph(
  edges: EdgeChunks,
  names: Names,
  options: AssembleOptions,
): Steps<Graph> {
  const { directed } = options
  const degrees = allocateWords('the degrees of all vertices', names.count)
  const { loopCount, weightSum } = yield* countDegrees(edges, degrees, directed)
  const edgeCount = edges.count
  const graph = Graph.allocate({
    vertexCount: names.count,
    arcCount: directed ? edgeCount : 2 * edgeCount - loopCount,
    edgeCount,
    directed,
    weighted: edges.weighted,
    idKind: names.idKind,
    idBytes: names.idBytes,
  })
  const next = yield* prefixSum(degrees, graph.offsets)
  for (const chunk of takeChunks(edges)) {
    const { pairs, count, weights } = chunk
    for (let from = 0; from < count; from += SLICE_ITEMS) {
      const to = Math.min(count, from + SLICE_ITEMS)
      if (directed) scatterDirected(pairs, from, to, next, graph.targets)
      else scatterUndirected(pairs, from, to, next, graph.targets)
      yield
    }
    if (weights === undefined || graph.weights === undefined) continue
    rewind(pairs, count, next, directed)
    scatterWeights(pairs, weights, count, next, graph.weights, directed)
    yield
  }
  yield* names.fill(graph)
  if (graph.weights !== undefined && !Number.isFinite(2 * weightSum)) {
    yield* checkWeightSums(graph, options.fail)
  }
  return graph
}

/** Chunks from first to last, each given back before the next. */
function* takeChunks(edges: EdgeChunks) {
  const { chunks } = edges
  chunks.reverse()
  for (let chunk = chunks.pop(); chunk !== undefined; chunk = chunks.pop()) {
    yield chunk
    release(chunk.pairs)
    if (chunk.weights !== undefined) release(chunk.weights)
  }
}

/**
 * Gives an array's memory back now: collected later, 8 bytes an edge would still lie there when a
 * device takes its own [measured: reading and ranking 8 M edges, 252 to 188 MiB].
 */
function release(array: Uint32Array | Float64Array): void {
  structuredClone(undefined, { transfer: [array.buffer as ArrayBuffer] })
}

function* countDegrees(
  edges: EdgeChunks,
  degrees: Uint32Array,
  directed: boolean,
): Steps<{ loopCount: number; weightSum: number }> {
  let loopCount = 0
  let weightSum = 0
  for (const { pairs, count, weights } of edges.chunks) {
    for (let from = 0; from < count; from += SLICE_ITEMS) {
      const to = Math.min(count, from + SLICE_ITEMS)
      if (directed) countSources(pairs, from, to, degrees)
      else loopCount += countBothEnds(pairs, from, to, degrees)
      yield
    }
    if (weights !== undefined) weightSum += sum(weights, count)
  }
  return { loopCount, weightSum }
}

function countSources(pairs: Uint32Array, from: number, to: number, degrees: Uint32Array): void {
  for (let i = 2 * from; i < 2 * to; i += 2) degrees[pairs[i]]++
}

/** Gives the number of self-loops, each of which is one arc. */
function countBothEnds(pairs: Uint32Array, from: number, to: number, degrees: Uint32Array): number {
  let loops = 0
  for (let i = 2 * from; i < 2 * to; i += 2) {
    degrees[pairs[i]]++
    if (pairs[i] === pairs[i + 1]) loops++
    else degrees[pairs[i + 1]]++
  }
  return loops
}

function sum(values: Float64Array, count: number): number {
  let total = 0
  for (let i = 0; i < count; i++) total += values[i]
  return total
}

/** Writes where each row begins to `offsets` and, in place of the degrees, gives it again. */
function* prefixSum(degrees: Uint32Array, offsets: Uint32Array): Steps<Uint32Array> {
  const n = degrees.length
  let total = 0
  for (let from = 0; from < n; from += SLICE_ITEMS) {
    const to = Math.min(n, from + SLICE_ITEMS)
    for (let v = from; v < to; v++) {
      const degree = degrees[v]
      offsets[v] = total
      degrees[v] = total
      total += degree
    }
    yield
  }
  offsets[n] = total
  return degrees
}

function scatterDirected(
  pairs: Uint32Array,
  from: number,
  to: number,
  next: Uint32Array,
  targets: Uint32Array,
): void {
  for (let i = 2 * from; i < 2 * to; i += 2) targets[next[pairs[i]]++] = pairs[i + 1]
}

function scatterUndirected(
  pairs: Uint32Array,
  from: number,
  to: number,
  next: Uint32Array,
  targets: Uint32Array,
): void {
  for (let i = 2 * from; i < 2 * to; i += 2) {
    const source = pairs[i]
    const target = pairs[i + 1]
    targets[next[source]++] = target
    if (source !== target) targets[next[target]++] = source
  }
}

/** Takes the cursors of a chunk back, so that its weights can follow its targets. */
function rewind(pairs: Uint32Array, count: number, next: Uint32Array, directed: boolean): void {
  for (let i = 0; i < 2 * count; i += 2) {
    next[pairs[i]]--
    if (!directed && pairs[i] !== pairs[i + 1]) next[pairs[i + 1]]--
  }
}

function scatterWeights(
  pairs: Uint32Array,
  weights: Float64Array,
  count: number,
  next: Uint32Array,
  out: Float64Array,
  directed: boolean,
): void {
  for (let i = 0; i < count; i++) {
    const source = pairs[2 * i]
    const target = pairs[2 * i + 1]
    out[next[source]++] = weights[i]
    if (!directed && source !== target) out[next[target]++] = weights[i]
  }
}

function* checkWeightSums(graph: Graph, fail: (problem: string) => Error): Steps<void> {
  const { offsets, vertexCount } = graph
  const weights = graph.weights as Float64Array
  let work = 0
  for (let v = 0; v < vertexCount; v++) {
    const row = weights.subarray(offsets[v], offsets[v + 1])
    if (!Number.isFinite(sum(row, row.length))) {
      throw fail(`weights of the arcs of vertex ${graph.idOf(v)} sum to infinity; scale them down`)
    }
    work += 16 + row.length
    if (work < SLICE_ITEMS) continue
    work = 0
    yield
  }
}
