/** The graph in a program's input, and how threads come to share it. */

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
