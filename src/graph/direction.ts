/**
 * A directed graph's arcs as edges. The other way takes no work: `declareDirected` of csr.ts.
 */

import { assembleGraph } from './assemble.js'
import type { Graph } from './csr.js'
import { EdgeChunks } from './edge-chunks.js'
import { namesOf } from './names.js'
import { SLICE_ITEMS, type Steps } from './slices.js'

/** Every arc as an edge that goes both ways. */
export function* asUndirected(graph: Graph, fail: (problem: string) => Error): Steps<Graph> {
  const { vertexCount, offsets, targets, weights } = graph
  const edges = new EdgeChunks(weights !== undefined)
  let work = 0
  for (let source = 0; source < vertexCount; source++) {
    for (let arc = offsets[source]; arc < offsets[source + 1]; arc++) {
      edges.push(source, targets[arc], weights?.[arc] ?? 0)
      if (++work % SLICE_ITEMS === 0) yield
    }
    if (++work % SLICE_ITEMS === 0) yield
  }
  return yield* assembleGraph(edges, namesOf(graph), { directed: false, fail })
}
