/**
 * The reading of undirected self-loops in which a loop has two ends at its vertex.
 */

import { Graph } from './csr.js'

/**
 * A copy in which every self-loop of an undirected graph is stored twice, as igraph counts it; the
 * graph itself when it is directed or has no loops.
 */
export function withDoubledLoops(graph: Graph): Graph {
  const loopCount = graph.directed ? 0 : countLoops(graph)
  if (loopCount === 0) return graph
  const { vertexCount, arcCount, edgeCount, directed, idKind } = graph
  const text = graph.stringIds
  const doubled = Graph.allocate({
    vertexCount,
    arcCount: arcCount + loopCount,
    edgeCount,
    directed,
    weighted: graph.weights !== undefined,
    idKind,
    idBytes: text?.text.length,
  })
  if (graph.integerIds !== undefined) doubled.integerIds?.set(graph.integerIds)
  if (text !== undefined) {
    doubled.stringIds?.offsets.set(text.offsets)
    doubled.stringIds?.text.set(text.text)
  }
  copyArcs(graph, doubled)
  return doubled
}

function countLoops(graph: Graph): number {
  let count = 0
  for (let v = 0; v < graph.vertexCount; v++) {
    for (const target of graph.neighbors(v)) if (target === v) count++
  }
  return count
}

function copyArcs(from: Graph, to: Graph): void {
  let next = 0
  for (let v = 0; v < from.vertexCount; v++) {
    for (let arc = from.offsets[v]; arc < from.offsets[v + 1]; arc++) {
      const target = from.targets[arc]
      for (let copies = target === v ? 2 : 1; copies > 0; copies--) {
        to.targets[next] = target
        if (to.weights !== undefined && from.weights !== undefined) {
          to.weights[next] = from.weights[arc]
        }
        next++
      }
    }
    to.offsets[v + 1] = next
  }
}
