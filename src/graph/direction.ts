/**
 * A graph's arcs as a list again, and as undirected edges. An undirected graph is a directed one
 * without any work: `declareDirection` of csr.ts.
 */

import { assembleGraph } from './assemble.js'
import type { Graph } from './csr.js'
import { EdgeChunks } from './edge-chunks.js'
import { namesOf } from './names.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

/** All arcs, row by row. */
export function* arcsOf({ vertexCount, offsets, targets, weights }: Graph): Steps<EdgeChunks> {
  const edges = new EdgeChunks(weights !== undefined)
  let work = 0
  for (let source = 0; source < vertexCount; source++) {
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      edges.push(source, targets[arc], weights?.[arc] ?? 0)
      if (++work % SLICE_ITEMS === 0) yield
    }
    if (++work % SLICE_ITEMS === 0) yield
  }
  return edges
}

/** Every arc as an edge that goes both ways. */
export function* asUndirected(graph: Graph, fail: (problem: string) => Error): Steps<Graph> {
  const edges = yield* arcsOf(graph)
  return yield* assembleGraph(edges, namesOf(graph), { directed: false, fail })
}
