/**
 * Triangles by vertex, as a computation over columns; what triangles.ts and lcc.ts have in common.
 *
 * Edges are taken as links without direction, loops and repetitions, and point from the vertex of
 * lower degree to that of higher: each triangle then begins at one of its vertices, and rows are
 * short (Schank and Wagner, "Finding, counting and listing all triangles in large graphs", WEA
 * 2005). Three supersteps: rows go to the processors whose vertices point to them; each counts the
 * triangles that begin at its vertices; counts go to the owners.
 */

import { defineComputation } from '../../bsp/computation.js'
import type { ColumnInbox, ColumnSend } from '../../bsp/types.js'
import { checkOptions } from '../../check.js'
import type { Graph } from '../../graph/csr.js'
import { checkSameGraph, checkSameShare, graphOf, inputAgain, sizesOf } from '../graph-input.js'
import { inRows, type Rows } from '../vertex/arcs.js'
import { checkPartition, cutVertices, type VertexCut, type VertexPartition } from '../vertex/cut.js'

/** Input of `triangleProgram` and `lccProgram`. */
export interface TriangleInput {
  /** The graph, or its block of bytes; in a SharedArrayBuffer (`shareGraph`) for threads. */
  graph: Graph | Uint8Array
  /** Which processor has which vertices. Default `arcs`. Results don't depend on it. */
  partition?: VertexPartition
}

/** What is counted at a vertex of a triangle: it, or the arcs between the other two vertices. */
export type Counted = 'triangles' | 'arcs'

/** A link of a row with the arcs that it stands for, or a count for a vertex. */
const LINK = { vertex: 'u32', other: 'u32', count: 'f64' } as const
type Link = typeof LINK

/** Rows of links: those of vertex v are `starts[v]` … `ends[v]`. */
interface LinkRows {
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** In no order. */
  others: Uint32Array
  /** Arcs between the two: 1 or 2. */
  arcs: Uint8Array
}

interface State {
  readonly graph: Graph
  readonly cut: VertexCut
  readonly rank: number
  /** Own vertices. */
  readonly first: number
  readonly end: number
  /** Links of own vertices, whichever way they point. */
  readonly degrees: Uint32Array
  /** Rows of own vertices and, later, of those that they point to. */
  rows: LinkRows
  /** Ranks that need the row of each own vertex. */
  readonly needs: readonly (readonly number[])[]
  /** By vertex of the graph. */
  counts: Float64Array
}

/** What leaves a processor: of its vertices. */
interface Output {
  counts: Float64Array
  degrees: Uint32Array
}

/** The computation; `finish` makes the result from all vertices' counts and degrees. */
export function defineTriangleCount<R>(
  name: string,
  counted: Counted,
  finish: (counts: Float64Array, degrees: Uint32Array) => R,
) {
  return defineComputation({
    name,
    message: LINK,
    initialize: (input: TriangleInput, ctx): State => begin(input, ctx.processors, ctx.rank),
    supersteps: [
      {
        name: 'share rows',
        compute: () => {},
        communicate: (state, send) => sendRows(state, send),
      },
      {
        name: 'count',
        compute(state, inbox) {
          takeRows(state, inbox)
          state.counts = count(state, counted)
        },
        communicate: (state, send) => sendCounts(state, send),
      },
      {
        name: 'add',
        compute({ counts }, inbox) {
          for (const { columns, length } of inbox.batches) {
            for (let i = 0; i < length; i++) counts[columns.vertex[i]] += columns.count[i]
          }
        },
      },
    ],
    // Not the graph, which the input gives again.
    save: ({ graph, rows, counts, degrees }) => ({ graph: sizesOf(graph), rows, counts, degrees }),
    restore(saved, ctx, input) {
      const state = begin(inputAgain(input), ctx.processors, ctx.rank)
      checkSameGraph(state.graph, saved.graph)
      checkSameShare(state.degrees.length, saved.degrees.length)
      return { ...state, rows: saved.rows, counts: saved.counts }
    },
    output: ({ counts, first, end, degrees }): Output => ({
      counts: counts.slice(first, end),
      degrees,
    }),
    finalize(outputs: Output[]): R {
      const length = outputs.reduce((sum, { counts }) => sum + counts.length, 0)
      const [counts, degrees] = [new Float64Array(length), new Uint32Array(length)]
      let at = 0
      for (const output of outputs) {
        counts.set(output.counts, at)
        degrees.set(output.degrees, at)
        at += output.counts.length
      }
      return finish(counts, degrees)
    },
  })
}

function begin(input: TriangleInput, processors: number, rank: number): State {
  checkOptions('input', input ?? 0, ['graph', 'partition'])
  const graph = graphOf(input.graph)
  const cut = cutVertices(graph, checkPartition(input.partition), processors)
  const [first, end] = [cut.firsts[rank], cut.firsts[rank + 1]]
  const arcDegrees = arcDegreesOf(graph)
  const { rows, degrees, needs } = ownLinks(graph, cut, rank, arcDegrees)
  return { graph, cut, rank, first, end, degrees, rows, needs, counts: new Float64Array(0) }
}

/** Arcs that leave or reach each vertex: the order along which links point, with ties by number. */
function arcDegreesOf({ vertexCount: n, directed, offsets, targets }: Graph): Uint32Array {
  const degrees = new Uint32Array(n)
  for (let v = 0; v < n; v++) degrees[v] = offsets[v + 1] - offsets[v]
  if (directed) for (let arc = 0; arc < targets.length; arc++) degrees[targets[arc]]++
  return degrees
}

/** Links of own vertices that point to others, degrees, and who needs which row. */
function ownLinks(graph: Graph, cut: VertexCut, rank: number, order: Uint32Array) {
  const [first, end] = [cut.firsts[rank], cut.firsts[rank + 1]]
  const { vertexCount: n, offsets, targets, directed } = graph
  const own: Rows[] = [
    { starts: offsets.subarray(first, end + 1), base: 0, ends: targets, weights: undefined },
  ]
  if (directed) own.push(inRows(graph, { first, end }, false))
  const most = own.reduce((sum, { starts }) => sum + starts[end - first] - starts[0], 0)
  const [starts, ends] = [new Uint32Array(n), new Uint32Array(n)]
  const [others, arcs] = [new Uint32Array(most), new Uint8Array(most)]
  const degrees = new Uint32Array(end - first)
  const needs: number[][] = []
  // Bit 1: an arc to the other vertex, bit 2: one from it; undirected edges are both.
  const seen = new Uint8Array(n)
  const around = new Uint32Array(n)
  let at = 0
  for (let v = first; v < end; v++) {
    let degree = 0
    for (const [way, { starts: from, ends: to }] of own.entries()) {
      const bits = directed ? 1 << way : 3
      for (let arc = from[v - first]; arc < from[v - first + 1]; arc++) {
        const other = to[arc]
        if (other === v) continue
        if (seen[other] === 0) around[degree++] = other
        seen[other] |= bits
      }
    }
    degrees[v - first] = degree
    starts[v] = at
    const needing = new Set<number>()
    for (let i = 0; i < degree; i++) {
      const other = around[i]
      if (order[v] < order[other] || (order[v] === order[other] && v < other)) {
        others[at] = other
        arcs[at++] = seen[other] === 3 ? 2 : 1
      } else {
        needing.add(cut.owners[other >>> cut.blockShift])
      }
      seen[other] = 0
    }
    ends[v] = at
    needing.delete(rank)
    needs.push(at > starts[v] ? [...needing] : [])
  }
  const rows = { starts, ends, others: others.slice(0, at), arcs: arcs.slice(0, at) }
  return { rows, degrees, needs }
}

function sendRows({ rows, first, needs }: State, send: ColumnSend<Link>): void {
  for (const [i, ranks] of needs.entries()) {
    if (ranks.length === 0) continue
    const [start, end] = [rows.starts[first + i], rows.ends[first + i]]
    send.batch(ranks, {
      vertex: new Uint32Array(end - start).fill(first + i),
      other: rows.others.subarray(start, end),
      count: Float64Array.from(rows.arcs.subarray(start, end)),
    })
  }
}

/** Puts others' rows behind own ones. */
function takeRows({ rows }: State, inbox: ColumnInbox<Link>): void {
  const { starts, ends } = rows
  let at = rows.others.length
  const others = new Uint32Array(at + inbox.length)
  const arcs = new Uint8Array(at + inbox.length)
  others.set(rows.others)
  arcs.set(rows.arcs)
  for (const { columns, length } of inbox.batches) {
    for (let i = 0; i < length; i++) {
      const vertex = columns.vertex[i]
      if (i === 0 || columns.vertex[i - 1] !== vertex) starts[vertex] = at
      others[at] = columns.other[i]
      arcs[at++] = columns.count[i]
      ends[vertex] = at
    }
  }
  rows.others = others
  rows.arcs = arcs
}

/** Counts at all three vertices of each triangle that begins at an own vertex. */
function count({ graph, rows, first, end }: State, counted: Counted): Float64Array {
  const { starts, ends, others, arcs } = rows
  const counts = new Float64Array(graph.vertexCount)
  const between = new Uint8Array(graph.vertexCount)
  const isArcs = counted === 'arcs'
  for (let u = first; u < end; u++) {
    for (let i = starts[u]; i < ends[u]; i++) between[others[i]] = arcs[i]
    for (let i = starts[u]; i < ends[u]; i++) {
      const v = others[i]
      for (let j = starts[v]; j < ends[v]; j++) {
        const w = others[j]
        if (between[w] === 0) continue
        counts[u] += isArcs ? arcs[j] : 1
        counts[v] += isArcs ? between[w] : 1
        counts[w] += isArcs ? arcs[i] : 1
      }
    }
    for (let i = starts[u]; i < ends[u]; i++) between[others[i]] = 0
  }
  return counts
}

/** Counts of others' vertices, to their owners. Sums of integers: order doesn't matter. */
function sendCounts({ counts, cut, rank }: State, send: ColumnSend<Link>): void {
  const { firsts } = cut
  for (let to = 0; to < firsts.length - 1; to++) {
    if (to === rank) continue
    const vertices: number[] = []
    for (let v = firsts[to]; v < firsts[to + 1]; v++) if (counts[v] > 0) vertices.push(v)
    if (vertices.length === 0) continue
    send.batch(to, {
      vertex: Uint32Array.from(vertices),
      other: new Uint32Array(vertices.length),
      count: Float64Array.from(vertices, (v) => counts[v]),
    })
  }
}
