/**
 * What a good programmer writes by hand in JavaScript: the strong baselines. PageRank by pull over
 * compressed sparse columns with reciprocal degrees prepared once; an edge-list parser by split and
 * parseInt, and one over bytes.
 */

import type { Graph } from 'ticktickclock'

/** In-arcs by target, and one over each vertex's out-degree (0 for dangling ones). */
export interface PullGraph {
  offsets: Uint32Array
  sources: Uint32Array
  reciprocals: Float64Array
}

/** Turns the graph around: a counting sort by target. */
export function preparePull(graph: Graph): PullGraph {
  const { vertexCount: n, arcCount: m, offsets, targets } = graph
  const inOffsets = new Uint32Array(n + 1)
  for (let arc = 0; arc < m; arc++) inOffsets[targets[arc] + 1]++
  for (let v = 0; v < n; v++) inOffsets[v + 1] += inOffsets[v]
  const next = inOffsets.slice(0, n)
  const sources = new Uint32Array(m)
  const reciprocals = new Float64Array(n)
  for (let v = 0; v < n; v++) {
    const end = offsets[v + 1]
    if (end > offsets[v]) reciprocals[v] = 1 / (end - offsets[v])
    for (let arc = offsets[v]; arc < end; arc++) sources[next[targets[arc]]++] = v
  }
  return { offsets: inOffsets, sources, reciprocals }
}

/** Exactly so many iterations from 1/n, damping 0.85, dangling mass spread evenly, f64. */
export function iteratePull(graph: PullGraph, iterations: number): Float64Array {
  const n = graph.reciprocals.length
  const ranks = new Float64Array(n).fill(1 / n)
  const contributions = new Float64Array(n)
  for (let k = 0; k < iterations; k++) pullOnce(graph, ranks, contributions)
  return ranks
}

/** The same until two iterations are no farther apart than `tolerance`, in L1. */
export function iterateUntil(graph: PullGraph, tolerance: number): Float64Array {
  const n = graph.reciprocals.length
  const ranks = new Float64Array(n).fill(1 / n)
  const contributions = new Float64Array(n)
  while (pullOnce(graph, ranks, contributions) > tolerance);
  return ranks
}

/** One iteration in place; returns the residual, which a user would want too. */
function pullOnce(graph: PullGraph, ranks: Float64Array, contributions: Float64Array): number {
  const { offsets, sources, reciprocals } = graph
  const n = ranks.length
  let dangling = 0
  for (let v = 0; v < n; v++) {
    contributions[v] = ranks[v] * reciprocals[v]
    if (reciprocals[v] === 0) dangling += ranks[v]
  }
  const base = (0.15 + 0.85 * dangling) / n
  let residual = 0
  for (let v = 0; v < n; v++) {
    const end = offsets[v + 1]
    let sum = 0
    for (let arc = offsets[v]; arc < end; arc++) sum += contributions[sources[arc]]
    const rank = base + 0.85 * sum
    residual += Math.abs(rank - ranks[v])
    ranks[v] = rank
  }
  return residual
}

/** Edges as columns, the form that `graphFromEdges` takes. */
export interface ParsedEdges {
  sources: Uint32Array
  targets: Uint32Array
  weights: Float64Array | undefined
}

/** Lines by line feed, fields by separator; comments start with #, a row of names is skipped. */
export function parseBySplit(
  bytes: Uint8Array,
  separator: string,
  hasWeights: boolean,
): ParsedEdges {
  const sources: number[] = []
  const targets: number[] = []
  const weights: number[] = []
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const fields = line.split(separator)
    const source = Number.parseInt(fields[0], 10)
    if (Number.isNaN(source)) continue
    sources.push(source)
    targets.push(Number.parseInt(fields[1], 10))
    if (hasWeights) weights.push(Number.parseFloat(fields[2]))
  }
  return {
    sources: Uint32Array.from(sources),
    targets: Uint32Array.from(targets),
    weights: hasWeights ? Float64Array.from(weights) : undefined,
  }
}
