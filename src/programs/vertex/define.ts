/**
 * `defineVertexProgram`: checks a vertex program and makes it a BSP computation of one superstep
 * that is repeated: take what neighbours published, iterate, publish. What an iteration does is in
 * engine.ts.
 */

import { allGather } from '../../bsp/collectives/index.js'
import { COLUMN_TYPES } from '../../bsp/columns.js'
import { defineComputation } from '../../bsp/computation.js'
import type { Columns, Computation, Context, MessageSpec } from '../../bsp/types.js'
import { checkOptions, show } from '../../check.js'
import type { Graph } from '../../graph/csr.js'
import { checkSameGraph, graphOf, inputAgain, sizesOf } from '../graph-input.js'
import { checkProgram } from './check-program.js'
import type { ValueArray } from './cursor.js'
import { checkPartition, cutVertices } from './cut.js'
import { VertexPart } from './engine.js'
import { HALO_MESSAGE } from './halo.js'
import { type AnyProgram, prepare } from './prepare.js'
import type {
  ParameterSpec,
  ValueSpec,
  VertexInput,
  VertexProgramDefinition,
  VertexResult,
} from './types.js'

/** A vertex program, ready for `run`. */
export type VertexProgram<
  V extends ValueSpec,
  P extends ParameterSpec,
  A extends string = never,
> = Computation<VertexInput<P>, unknown, MessageSpec, unknown, VertexResult<V, A>>

/** State of a processor. */
interface State {
  readonly part: VertexPart
  readonly graph: Graph
  /** By aggregates or the definition's own rule: everybody knows at the same time. */
  isFinished: boolean
}

/** What leaves a processor. */
interface Output {
  columns: ValueArray[]
  vertexCount: number
  aggregates: Record<string, number>
  iterations: number
}

/**
 * Defines a vertex program: functions over numbers, for one vertex at a time. What it returns is a
 * computation for `run`, whose input is the graph and the program's parameters.
 *
 * In every iteration each vertex gathers the messages of its in-neighbours, combined into one
 * number, and works out its next state from that. The run ends when no vertex changes any more, or
 * when `converged` says so. The result has the same bits for every number of processors and on
 * every transport. Iterations are supersteps, and one or two more: set `maxSupersteps` of `run`,
 * whose default is 100, to as many as there may be.
 *
 * @returns a computation. For threads, make it the default export of a module
 * @throws DefinitionError that names the part; from a run TypeError and RangeError (as cause of a
 *   ProcessorError) for the input, and RangeError for a value that its column can't hold
 * @example
 * ```ts
 * const hops = defineVertexProgram({
 *   name: 'hops',
 *   parameters: { source: 'vertex' },
 *   value: { hops: 'f64' },
 *   initialize: {
 *     hops: (vertex, { parameters }) => (vertex.index === parameters.source ? 0 : Infinity),
 *   },
 *   starts: (vertex) => vertex.hops === 0,
 *   message: (vertex) => vertex.hops + 1,
 *   combine: 'min',
 *   apply: { hops: (vertex, least) => Math.min(vertex.hops, least) },
 * })
 * const graph = graphFromEdges([[0, 1], [1, 2], [2, 3]])
 * const { result } = await run(hops, { input: { graph, source: 1 }, processors: 2 })
 * console.log(result.values.hops) // Float64Array(4) [ Infinity, 0, 1, 2 ]
 * ```
 */
export function defineVertexProgram<
  const V extends ValueSpec,
  // biome-ignore lint/complexity/noBannedTypes: no parameters at all
  const P extends ParameterSpec = {},
  A extends string = never,
>(definition: VertexProgramDefinition<V, P, A>): VertexProgram<V, P, A> {
  const program = definition as unknown as AnyProgram
  checkProgram(program)
  const prepared = prepare(program)
  const aggregates = allGather<Float64Array>('aggregates')
  const begin = (input: Record<string, unknown>, ctx: Context): State => {
    const { graph, partition, parameters } = checkInput(program, input)
    const cut = cutVertices(graph, partition, ctx.processors)
    const part = new VertexPart({ program: prepared, graph, parameters, cut, rank: ctx.rank })
    return { part, graph, isFinished: false }
  }
  const computation = defineComputation({
    name: program.name,
    message: HALO_MESSAGE,
    initialize: (input: Record<string, unknown>, ctx): State => begin(input, ctx),
    supersteps: [
      {
        name: 'iterate',
        compute(state, inbox, ctx) {
          const { part } = state
          // Nothing was sent yet: the messages of the start go out as they are.
          if (ctx.superstep === 0) return
          if (part.hasAggregators && part.takeBlocks(aggregates.receive(inbox)) === 0) {
            state.isFinished = true
          }
          state.isFinished ||= part.isConverged
          if (!state.isFinished) part.iterate(inbox)
        },
        communicate({ part, isFinished }, send) {
          if (isFinished) return
          part.publish(send)
          if (part.hasAggregators) aggregates.send(send, part.blocks)
        },
        // Aggregates of the last iteration are still to be told.
        converged: (_before, { part, isFinished }) =>
          isFinished || (!part.hasAggregators && !part.sends),
      },
    ],
    // Votes look at the state as it is: no copy of it is needed.
    snapshot: (state) => state,
    // Neither graph nor mirrors, which the input gives again.
    save: ({ part, graph, isFinished }) => {
      return { graph: sizesOf(graph), part: part.save(), isFinished }
    },
    restore(saved, ctx, input) {
      const state = begin(inputAgain(input), ctx)
      checkSameGraph(state.graph, saved.graph)
      state.part.restore(saved.part)
      return { ...state, isFinished: saved.isFinished }
    },
    output: ({ part, graph }): Output => ({
      columns: part.columns,
      vertexCount: graph.vertexCount,
      aggregates: part.aggregates,
      iterations: part.iteration,
    }),
    finalize: (outputs: Output[]) => joined(program.value, outputs),
  })
  return computation as unknown as VertexProgram<V, P, A>
}

/** @throws TypeError, RangeError */
function checkInput(program: AnyProgram, input: Record<string, unknown>) {
  const spec = program.parameters ?? {}
  checkOptions('input', input ?? 0, ['graph', 'partition', ...Object.keys(spec)])
  const graph = graphOf(input.graph)
  const parameters: Record<string, number> = {}
  for (const [name, kind] of Object.entries(spec)) {
    const value = input[name] ?? (typeof kind === 'number' ? kind : undefined)
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw new TypeError(`"${name}" expected number, got ${show(value)}`)
    }
    if (kind === 'vertex') checkVertex(name, value, graph.vertexCount)
    parameters[name] = value
  }
  return { graph, partition: checkPartition(input.partition), parameters }
}

function checkVertex(name: string, value: number, vertexCount: number): void {
  if (Number.isInteger(value) && value >= 0 && value < vertexCount) return
  throw new RangeError(
    `"${name}" expected number of a vertex in [0, ${vertexCount - 1}], got ${value}` +
      (value === -1 ? ': graph.indexOf() gives -1 for an id that is not in the graph' : ''),
  )
}

function joined(spec: ValueSpec, outputs: readonly Output[]): VertexResult<ValueSpec, string> {
  const [{ vertexCount, aggregates, iterations }] = outputs
  const values = Object.entries(spec).map(([name, type], i) => {
    const column = new COLUMN_TYPES[type](vertexCount)
    let first = 0
    for (const { columns } of outputs) {
      column.set(columns[i], first)
      first += columns[i].length
    }
    return [name, column]
  })
  return { values: Object.fromEntries(values) as Columns<ValueSpec>, aggregates, iterations }
}
