/**
 * The obvious way from edges to adjacency, with Maps and sort, to compare graphs with. Shares no
 * code with src/graph.
 */

import type { Graph, VertexId } from 'ticktickclock'

export type NaiveEdge = [source: string, target: string, weight: number]

/** Ids in graph order: integers by value, strings by UTF-8 bytes. */
export function sortedIds(ids: Iterable<string>, integers: boolean): string[] {
  const all = [...new Set(ids)]
  if (integers) return all.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
  return all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** Arcs of each vertex in input order, as `target weight` by name. */
export function naiveRows(edges: NaiveEdge[], ids: string[], directed: boolean, weighted: boolean) {
  const rows = new Map<string, string[]>(ids.map((id) => [id, []]))
  const arc = (from: string, to: string, weight: number) =>
    rows.get(from)?.push(weighted ? `${to} ${weight}` : to)
  for (const [source, target, weight] of edges) {
    arc(source, target, weight)
    if (!directed && source !== target) arc(target, source, weight)
  }
  return ids.map((id) => ({ id, arcs: rows.get(id) }))
}

/** A graph in the same form. */
export function rowsOf(graph: Graph) {
  const name = (v: number) => String(graph.idOf(v) satisfies VertexId)
  return Array.from({ length: graph.vertexCount }, (_, v) => ({
    id: name(v),
    arcs: Array.from(graph.neighbors(v), (target, i) => {
      const weight = graph.weights?.[graph.offsets[v] + i]
      return weight === undefined ? name(target) : `${name(target)} ${weight}`
    }),
  }))
}
