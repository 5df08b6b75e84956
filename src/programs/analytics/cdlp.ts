/**
 * Community detection by label propagation, as a computation over columns: what a vertex needs of
 * its neighbours is how often each label occurs, which no single number holds, so this is no vertex
 * program. Default export, so that `run` can load it on threads by URL.
 */

import { defineComputation } from '../../bsp/computation.js'
import type { Computation, Context, MessageSpec } from '../../bsp/types.js'
import { checkInteger, checkOptions } from '../../check.js'
import type { Graph } from '../../graph/csr.js'
import { checkSameGraph, checkSameShare, graphOf, inputAgain, sizesOf } from '../graph-input.js'
import { type Rows, waysOf } from '../vertex/arcs.js'
import { checkPartition, cutVertices, type VertexPartition } from '../vertex/cut.js'
import { HALO_MESSAGE, Halo } from '../vertex/halo.js'

/** Input of `cdlpProgram`. */
export interface CdlpInput {
  /** The graph, or its block of bytes; in a SharedArrayBuffer (`shareGraph`) for threads. */
  graph: Graph | Uint8Array
  /** Iterations, one superstep each. Default 10. It ends before, once no label changes. */
  iterations?: number
  /** Which processor has which vertices. Default `arcs`. Results don't depend on it. */
  partition?: VertexPartition
}

/** Result of `cdlpProgram`. */
export interface CdlpResult {
  /** Label by vertex number: the number of a vertex. */
  labels: Uint32Array
  iterations: number
}

interface State {
  readonly graph: Graph
  readonly halo: Halo
  readonly rows: readonly Rows[]
  readonly vertexCount: number
  readonly most: number
  /** By local number, mirrors included. */
  readonly labels: Float64Array
  readonly next: Float64Array
  /** How often each label occurs around one vertex; all zero between vertices. */
  readonly counts: Uint32Array
  readonly changed: Uint32Array
  readonly received: Uint32Array
  changedCount: number
  iterations: number
}

interface Output {
  labels: Float64Array
  vertexCount: number
  iterations: number
}

const program = defineComputation({
  name: 'cdlp',
  message: HALO_MESSAGE,
  initialize: (input: CdlpInput, ctx): State => begin(input, ctx),
  supersteps: [
    {
      name: 'relabel',
      compute(state, inbox) {
        if (state.iterations === state.most) return
        state.halo.receive(inbox, state.labels, state.received, 0)
        state.changedCount = relabel(state)
        state.iterations++
      },
      communicate({ halo, labels, changed, changedCount, iterations, most }, send) {
        if (iterations < most) halo.publish(send, labels, changed, changedCount)
      },
      converged: (_before, { changedCount, iterations, most }) =>
        changedCount === 0 || iterations === most,
    },
  ],
  // Votes look at the state as it is: no copy of it is needed.
  snapshot: (state) => state,
  // Neither graph nor mirrors, which the input gives again.
  save: ({ graph, labels, changedCount, iterations }) => {
    return { graph: sizesOf(graph), labels, changedCount, iterations }
  },
  restore(saved, ctx, input) {
    const state = begin(inputAgain(input), ctx)
    checkSameGraph(state.graph, saved.graph)
    const { labels, changedCount, iterations } = saved
    checkSameShare(state.labels.length, labels.length)
    state.next.set(labels.subarray(0, state.next.length))
    return { ...state, labels, changedCount, iterations }
  },
  output: ({ halo, labels, vertexCount, iterations }): Output => ({
    labels: labels.slice(0, halo.ownCount),
    vertexCount,
    iterations,
  }),
  finalize(outputs: Output[]): CdlpResult {
    const labels = new Uint32Array(outputs[0].vertexCount)
    let first = 0
    for (const output of outputs) {
      labels.set(output.labels, first)
      first += output.labels.length
    }
    return { labels, iterations: outputs[0].iterations }
  },
})

/** A processor before the first iteration. */
function begin(input: CdlpInput, ctx: Pick<Context, 'rank' | 'processors'>): State {
  checkOptions('input', input ?? 0, ['graph', 'iterations', 'partition'])
  const graph = graphOf(input.graph)
  const most = checkInteger('iterations', input.iterations ?? 10, 0, 1_000_000)
  const cut = cutVertices(graph, checkPartition(input.partition), ctx.processors)
  const halo = new Halo(graph, 'both', cut, ctx.rank)
  const { ownCount, first, mirrors } = halo
  const labels = new Float64Array(ownCount + mirrors.length)
  for (let v = 0; v < ownCount; v++) labels[v] = first + v
  labels.set(mirrors, ownCount)
  return {
    graph,
    halo,
    rows: waysOf(graph, 'both', halo, false).map((way) => way.gatherRows()),
    ...{ vertexCount: graph.vertexCount, most, labels },
    next: labels.slice(0, ownCount),
    counts: new Uint32Array(graph.vertexCount),
    changed: new Uint32Array(ownCount),
    received: new Uint32Array(mirrors.length),
    changedCount: ownCount,
    iterations: 0,
  }
}

/**
 * Communities by synchronous label propagation (Raghavan, Albert and Kumara, Physical Review E 76,
 * 2007), as LDBC Graphalytics' CDLP defines it: every vertex begins with a label of its own, its
 * number, and in each iteration takes the label that occurs most among its neighbours, the least of
 * several. Of directed graphs in- and out-neighbours count, and those that are both count twice.
 *
 * @example
 * ```ts
 * const graph = graphFromEdges([[0, 1], [1, 2], [2, 0], [3, 4]], { directed: false })
 * const { result } = await run(cdlpProgram, { input: { graph }, processors: 2 })
 * console.log(result.labels)
 * ```
 */
const cdlpProgram: Computation<CdlpInput, unknown, MessageSpec, unknown, CdlpResult> = program

/** Module of `cdlpProgram`, for `run` on threads. */
export const cdlpModule = new URL('./cdlp.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default cdlpProgram

/** New labels of own vertices; returns how many have changed, listed in `changed`. */
function relabel({ halo, rows, labels, next, counts, changed }: State): number {
  let changedCount = 0
  for (let v = 0; v < halo.ownCount; v++) {
    let [best, most] = [labels[v], 0]
    for (const { starts, base, ends } of rows) {
      for (let arc = starts[v] - base; arc < starts[v + 1] - base; arc++) {
        const label = labels[ends[arc]]
        const count = ++counts[label]
        if (count < most || (count === most && label > best)) continue
        best = label
        most = count
      }
    }
    for (const { starts, base, ends } of rows) {
      for (let arc = starts[v] - base; arc < starts[v + 1] - base; arc++) {
        counts[labels[ends[arc]]] = 0
      }
    }
    next[v] = best
    if (best !== labels[v]) changed[changedCount++] = v
  }
  labels.set(next)
  return changedCount
}
