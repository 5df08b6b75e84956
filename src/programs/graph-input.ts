/** The graph in a program's input, how threads come to share it, and that it is the same again. */

import { show } from '../check.js'
import { Graph } from '../graph/csr.js'

/** @throws TypeError; BlockFormatError for a block that is damaged */
export function graphOf(graph: unknown): Graph {
  if (graph instanceof Graph) return graph
  if (graph instanceof Uint8Array) return Graph.fromBlock(graph)
  throw new TypeError(`"graph" expected Graph or its block, a Uint8Array, got ${show(graph)}`)
}

/**
 * A graph whose block lies in a SharedArrayBuffer, so that threads read it without a copy: itself
 * if it does already, or where memory can't be shared.
 *
 * @throws MemoryLimitError when there is not enough memory
 *
 * @example
 * ```ts
 * const graph = shareGraph(generateRmat({ scale: 8, seed: 1 }))
 * console.log(graph.block.buffer instanceof SharedArrayBuffer) // true
 * ```
 */
export function shareGraph(graph: Graph): Graph {
  const { block } = graph
  if (typeof SharedArrayBuffer === 'undefined' || block.buffer instanceof SharedArrayBuffer) {
    return graph
  }
  const shared = new Uint8Array(new SharedArrayBuffer(block.byteLength))
  shared.set(block)
  return Graph.fromBlock(shared, { trusted: true })
}

/** What a checkpoint keeps of a graph, which the input of a resumed run must give again. */
export interface GraphSizes {
  vertexCount: number
  arcCount: number
}

/** Of a graph, for a checkpoint. */
export function sizesOf({ vertexCount, arcCount }: Graph): GraphSizes {
  return { vertexCount, arcCount }
}

/**
 * The input of a run that goes on from a checkpoint.
 *
 * @throws TypeError without one
 */
export function inputAgain<I>(input: I | undefined): I {
  if (input === undefined) throw new TypeError('pass "input", with the graph of the checkpoint')
  return input
}

/** @throws RangeError when a processor's share is not what it was */
export function checkSameShare(length: number, savedLength: number): void {
  if (length === savedLength) return
  throw new RangeError('"partition" is not the one of the checkpoint: pass that')
}

/** @throws RangeError when it can't be the graph that was there when the checkpoint was taken */
export function checkSameGraph({ vertexCount, arcCount }: GraphSizes, saved: GraphSizes): void {
  if (vertexCount === saved.vertexCount && arcCount === saved.arcCount) return
  throw new RangeError(
    `"graph" has ${vertexCount} vertices and ${arcCount} arcs, the one of the checkpoint had ` +
      `${saved.vertexCount} and ${saved.arcCount}: pass that`,
  )
}
