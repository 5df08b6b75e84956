/**
 * Seeded random graphs, the same bits on every machine: R-MAT with few vertices of very high
 * degree, and uniform ones. For tests, examples and benchmarks.
 */

import { checkInteger, checkNumber, checkOptions, show } from '../check.js'
import { MAX_EDGE_COUNT, MAX_VERTEX_COUNT } from '../limits.js'
import { createRandom, type Random } from '../random.js'
import { assembleGraph } from './assemble.js'
import type { Graph } from './csr.js'
import { EdgeChunks } from './edge-chunks.js'
import { denseNames } from './names.js'
import { simplified } from './simplify.js'
import { runSteps } from './slices.js'

/** Options that all generators share. */
interface GenerateOptions {
  /** Any whole number; its low 32 bits count. The same seed gives the same graph. Default 1. */
  seed?: number
  /** False stores every edge in both directions (a self-loop once). Default true. */
  directed?: boolean
  /**
   * True drops self-loops and all but the first of parallel edges (for an undirected graph also in
   * the other direction), so there are fewer edges than asked for. Default false: all are kept.
   */
  simple?: boolean
}

/** Options of `generateRmat`. */
export interface RmatOptions extends GenerateOptions {
  /** 2^scale vertices, 0 to 31. */
  scale: number
  /** edgeFactor · 2^scale edges. Default 16. */
  edgeFactor?: number
  /** Probability of the quadrant (low, low). Default 0.57. */
  a?: number
  /** Probability of the quadrant (low, high). Default 0.19. */
  b?: number
  /** Probability of the quadrant (high, low); the rest is for (high, high). Default 0.19. */
  c?: number
}

/** Options of `generateUniform`. */
export interface UniformOptions extends GenerateOptions {
  /** Vertices, called 0 … vertexCount - 1. */
  vertexCount: number
  /** Edges drawn; with `simple` fewer are kept. */
  edgeCount: number
}

const SHARED_OPTIONS = ['seed', 'directed', 'simple']

/**
 * A recursive-matrix graph (Chakrabarti, Zhan and Faloutsos, SDM 2004) with the parameters and the
 * shuffled vertex labels of Graph500: 2^scale vertices called 0 … 2^scale - 1, isolated ones
 * included. Self-loops and parallel edges are kept unless `simple`. Unweighted.
 *
 * The call blocks: about 0.2 s at scale 16, 1 s at scale 18 with 16 edges a vertex.
 *
 * @throws TypeError or RangeError for a bad option; MemoryLimitError beyond 2^32 - 1 arcs
 *
 * @example
 * ```ts
 * const graph = generateRmat({ scale: 16, seed: 42 })
 * graph.vertexCount // 65536
 * graph.edgeCount // 1048576
 * ```
 */
export function generateRmat(options: RmatOptions): Graph {
  checkOptions('options', options ?? 0, ['scale', 'edgeFactor', 'a', 'b', 'c', ...SHARED_OPTIONS])
  const { scale, edgeFactor = 16, a = 0.57, b = 0.19, c = 0.19 } = options
  checkInteger('scale', scale, 0, 31)
  const vertexCount = 2 ** scale
  checkInteger('edgeFactor', edgeFactor, 1, Math.floor(MAX_EDGE_COUNT / vertexCount))
  checkNumber('a', a, { low: 0, high: 1 })
  checkNumber('b', b, { low: 0, high: 1 - a })
  checkNumber('c', c, { low: 0, high: 1 - a - b })
  const { seed, directed, simple } = checkShared(options)
  const random = createRandom(seed)
  const labels = shuffled(vertexCount, random)
  const edges = new EdgeChunks(false)
  const edgeCount = edgeFactor * vertexCount
  const thresholds = [a, a + b, a + b + c].map((p) => Math.round(p * 2 ** 32))
  for (let from = 0; from < edgeCount; from += BATCH_EDGES) {
    const pairs = new Uint32Array(2 * Math.min(BATCH_EDGES, edgeCount - from))
    fillRmat(pairs, scale, thresholds, labels, random)
    edges.append(pairs, undefined)
  }
  return finish(edges, vertexCount, directed, simple)
}

/**
 * A graph of `edgeCount` edges whose ends are drawn independently and uniformly: Erdős and Rényi's
 * G(n, m) with repetition. Self-loops and parallel edges are kept unless `simple`. Unweighted.
 * The call blocks, for about 50 ns an edge.
 *
 * @throws TypeError or RangeError for a bad option; MemoryLimitError beyond 2^32 - 1 arcs
 *
 * @example
 * ```ts
 * const graph = generateUniform({ vertexCount: 1000, edgeCount: 8000, seed: 7 })
 * ```
 */
export function generateUniform(options: UniformOptions): Graph {
  checkOptions('options', options ?? 0, ['vertexCount', 'edgeCount', ...SHARED_OPTIONS])
  const { vertexCount, edgeCount } = options
  checkInteger('vertexCount', vertexCount, 1, MAX_VERTEX_COUNT)
  checkInteger('edgeCount', edgeCount, 0, MAX_EDGE_COUNT)
  const { seed, directed, simple } = checkShared(options)
  const random = createRandom(seed)
  const edges = new EdgeChunks(false)
  for (let from = 0; from < edgeCount; from += BATCH_EDGES) {
    const pairs = new Uint32Array(2 * Math.min(BATCH_EDGES, edgeCount - from))
    for (let i = 0; i < pairs.length; i++) pairs[i] = random.nextBelow(vertexCount)
    edges.append(pairs, undefined)
  }
  return finish(edges, vertexCount, directed, simple)
}

const BATCH_EDGES = 1 << 16

function checkShared(options: GenerateOptions): Required<GenerateOptions> {
  const { seed = 1, directed = true, simple = false } = options
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  for (const [name, value] of Object.entries({ directed, simple })) {
    if (typeof value !== 'boolean') {
      throw new TypeError(`"${name}" expected boolean, got ${show(value)}`)
    }
  }
  return { seed, directed, simple }
}

/** 0 … count-1 in random order (Fisher and Yates). */
function shuffled(count: number, random: Random): Uint32Array {
  const labels = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const j = random.nextBelow(i + 1)
    labels[i] = labels[j]
    labels[j] = i
  }
  return labels
}

/** One random number an edge and level picks the quadrant. */
function fillRmat(
  pairs: Uint32Array,
  scale: number,
  thresholds: number[],
  labels: Uint32Array,
  random: Random,
): void {
  const [lowLow, lowHigh, highLow] = thresholds
  for (let i = 0; i < pairs.length; i += 2) {
    let source = 0
    let target = 0
    for (let level = 0; level < scale; level++) {
      const x = random.nextUint32()
      const high = x >= lowHigh ? 1 : 0
      source = 2 * source + high
      target = 2 * target + (x >= lowLow && (high === 0 || x >= highLow) ? 1 : 0)
    }
    pairs[i] = labels[source]
    pairs[i + 1] = labels[target]
  }
}

function finish(edges: EdgeChunks, vertexCount: number, directed: boolean, simple: boolean): Graph {
  const fail = (problem: string) => new RangeError(problem)
  const graph = runSteps(assembleGraph(edges, denseNames(vertexCount), { directed, fail }))
  if (!simple) return graph
  return runSteps(simplified(graph, { selfLoops: 'drop', parallelEdges: 'first' }, fail))
}
