/**
 * From what a format made of a file to the graph that was asked for: the options that are the same
 * for all formats, direction, self-loops and parallel edges.
 */

import { nextTurn } from '../turn.js'
import { assembleGraph } from './assemble.js'
import { EdgeCollector } from './collector.js'
import { declareDirection, type Graph } from './csr.js'
import { asUndirected } from './direction.js'
import type { EdgeChunks } from './edge-chunks.js'
import type { FormatContents } from './formats/format.js'
import type { OpenedInput } from './formats/input.js'
import type { Names } from './names.js'
import { type Simplification, simplified } from './simplify.js'
import { runSliced, type Steps } from './slices.js'

/** Options of every read. */
export interface ShapeOptions extends Required<Simplification> {
  /** Undefined leaves it to the file. */
  directed: boolean | undefined
}

/** @throws GraphFormatError for edges that make no graph; RangeError for weights that lack */
export async function shapeGraph(
  contents: FormatContents,
  options: ShapeOptions,
  input: OpenedInput,
): Promise<Graph> {
  const { signal } = input
  const fail = (problem: string) => input.problem(problem)
  if (contents.kind === 'graph') {
    input.finish(contents.graph.edgeCount)
    return runSliced(shapeSteps(contents.graph, options, fail), signal)
  }
  const { edges, names } = contents.kind === 'named' ? await collect(contents, input) : contents
  input.finish(edges.count)
  const directed = contents.directed && options.directed !== false
  const assembled = await runSliced(assembleGraph(edges, names, { directed, fail }), signal)
  return runSliced(shapeSteps(assembled, options, fail), signal)
}

/** Applies the options to a graph as its file has it. */
export function* shapeSteps(
  graph: Graph,
  options: ShapeOptions,
  fail: (problem: string) => Error,
): Steps<Graph> {
  let shaped = graph
  if (options.directed === false && graph.directed) shaped = yield* asUndirected(graph, fail)
  // Parallel edges go first: the two arcs of an undirected self-loop are not parallel.
  shaped = yield* simplified(shaped, options, (problem) => new RangeError(problem))
  if (options.directed !== true || shaped.directed) return shaped
  return declareDirection(shaped, true, shaped.arcCount)
}

/** Numbers edges that come with their ids. */
async function collect(
  contents: FormatContents & { kind: 'named' },
  input: OpenedInput,
): Promise<{ edges: EdgeChunks; names: Names }> {
  const { signal } = input
  const collector = new EdgeCollector()
  const run = async <T>(steps: Steps<T>): Promise<T> => {
    try {
      return await runSliced(steps, signal)
    } catch (cause) {
      signal?.throwIfAborted()
      // The collector's errors are about arguments; here these are what stands in the file.
      const isFinding = cause instanceof RangeError || cause instanceof TypeError
      throw isFinding ? input.problem(cause.message, { cause }) : cause
    }
  }
  for await (const batch of contents.batches) {
    await run(collector.add(batch))
    input.report(collector.count)
    await nextTurn()
    signal?.throwIfAborted()
  }
  if (contents.vertices !== undefined) await run(collector.addVertices(contents.vertices))
  return run(collector.finish())
}
