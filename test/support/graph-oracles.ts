/**
 * Serial oracles of the graph programs, each by another method than the program's, on lists of arcs
 * alone; and properties that tell right answers from wrong ones.
 */

import type { Graph } from 'ticktickclock'

/** An arc as an oracle sees it. */
export interface Arc {
  from: number
  to: number
  weight: number
}

/** All arcs; an undirected edge gives two. */
export function arcsOf(graph: Graph): Arc[] {
  const arcs: Arc[] = []
  for (let from = 0; from < graph.vertexCount; from++) {
    for (let i = graph.offsets[from]; i < graph.offsets[from + 1]; i++) {
      arcs.push({ from, to: graph.targets[i], weight: graph.weights?.[i] ?? 1 })
    }
  }
  return arcs
}

/** Levels by a queue; -1 where the source leads nowhere. */
export function queueBfs(graph: Graph, source: number): number[] {
  const next = new Map<number, number[]>()
  for (const { from, to } of arcsOf(graph)) next.set(from, [...(next.get(from) ?? []), to])
  const depth: number[] = new Array(graph.vertexCount).fill(-1)
  depth[source] = 0
  const queue = [source]
  for (const vertex of queue) {
    for (const to of next.get(vertex) ?? []) {
      if (depth[to] !== -1) continue
      depth[to] = depth[vertex] + 1
      queue.push(to)
    }
  }
  return depth
}

/** Dijkstra's method with a binary heap. */
export function dijkstra(graph: Graph, source: number): number[] {
  const next = new Map<number, Arc[]>()
  for (const arc of arcsOf(graph)) next.set(arc.from, [...(next.get(arc.from) ?? []), arc])
  const distance: number[] = new Array(graph.vertexCount).fill(Number.POSITIVE_INFINITY)
  const heap = new Heap()
  distance[source] = 0
  heap.push(0, source)
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    if (top.key > distance[top.vertex]) continue
    for (const { to, weight } of next.get(top.vertex) ?? []) {
      const along = top.key + weight
      if (along >= distance[to]) continue
      distance[to] = along
      heap.push(along, to)
    }
  }
  return distance
}

/** A binary heap of vertices by key, least first. */
class Heap {
  readonly #items: { key: number; vertex: number }[] = []

  push(key: number, vertex: number): void {
    const items = this.#items
    let at = items.push({ key, vertex }) - 1
    while (at > 0 && items[(at - 1) >> 1].key > items[at].key) {
      const parent = (at - 1) >> 1
      ;[items[at], items[parent]] = [items[parent], items[at]]
      at = parent
    }
  }

  pop(): { key: number; vertex: number } | undefined {
    const items = this.#items
    const [top] = items
    const last = items.pop()
    if (items.length === 0 || last === undefined) return top
    items[0] = last
    for (let at = 0; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < items.length && items[child].key < items[least].key) least = child
      }
      if (least === at) return top
      ;[items[at], items[least]] = [items[least], items[at]]
      at = least
    }
  }
}

/**
 * What is wrong with distances, or nothing: an arc that would shorten one, or a vertex but the
 * source whose distance no arc explains (Bellman's equations).
 */
export function distanceFault(
  graph: Graph,
  source: number,
  distance: ArrayLike<number>,
): string | undefined {
  const explained = new Set([source])
  for (const { from, to, weight } of arcsOf(graph)) {
    const along = distance[from] + weight
    if (along < distance[to]) return `arc ${from} → ${to} shortens ${distance[to]} to ${along}`
    if (along === distance[to]) explained.add(to)
  }
  if (distance[source] !== 0) return 'the source is not at 0'
  for (let v = 0; v < graph.vertexCount; v++) {
    if (distance[v] < Number.POSITIVE_INFINITY && !explained.has(v)) return `no arc leads to ${v}`
  }
  return undefined
}

/** Least vertex of each component, by union and find. */
export function unionFind(graph: Graph): number[] {
  const parent = Array.from({ length: graph.vertexCount }, (_, v) => v)
  const find = (v: number): number => {
    let root = v
    while (parent[root] !== root) root = parent[root]
    for (let at = v; parent[at] !== root; ) [at, parent[at]] = [parent[at], root]
    return root
  }
  for (const { from, to } of arcsOf(graph)) {
    const [a, b] = [find(from), find(to)]
    parent[Math.max(a, b)] = Math.min(a, b)
  }
  return parent.map((_, v) => find(v))
}

/** Label propagation from neighbours' labels in a list, sorted and counted. */
export function naiveCdlp(graph: Graph, iterations: number): number[] {
  const around: number[][] = Array.from({ length: graph.vertexCount }, () => [])
  for (const { from, to } of arcsOf(graph)) {
    around[to].push(from)
    if (graph.directed) around[from].push(to)
  }
  let labels = around.map((_, v) => v)
  for (let i = 0; i < iterations; i++) {
    labels = around.map((neighbours, v) => {
      const occurrences = new Map<number, number>()
      for (const u of neighbours) occurrences.set(labels[u], (occurrences.get(labels[u]) ?? 0) + 1)
      const ordered = [...occurrences].sort(([a, m], [b, n]) => n - m || a - b)
      return ordered.length === 0 ? labels[v] : ordered[0][0]
    })
  }
  return labels
}

/** Neighbours either way, and arcs, as sets: no loops, no repetitions. */
function setsOf(graph: Graph) {
  const around: Set<number>[] = Array.from({ length: graph.vertexCount }, () => new Set())
  const arcs: Set<number>[] = Array.from({ length: graph.vertexCount }, () => new Set())
  for (const { from, to } of arcsOf(graph)) {
    if (from === to) continue
    around[from].add(to)
    around[to].add(from)
    arcs[from].add(to)
  }
  return { around, arcs }
}

/** Clustering coefficients: every pair of neighbours is looked at. */
export function bruteLcc(graph: Graph): number[] {
  const { around, arcs } = setsOf(graph)
  return around.map((neighbours) => {
    if (neighbours.size < 2) return 0
    let count = 0
    for (const a of neighbours) for (const b of neighbours) if (arcs[a].has(b)) count++
    return count / (neighbours.size * (neighbours.size - 1))
  })
}

/** Triangles by vertex: pairs of neighbours that are neighbours. */
export function bruteTriangles(graph: Graph): number[] {
  const { around } = setsOf(graph)
  return around.map((neighbours) => {
    let count = 0
    for (const a of neighbours) for (const b of neighbours) if (around[a].has(b)) count++
    return count / 2
  })
}
