/**
 * PageRank as a BSP program: every processor has some blocks of rows, and all tell each other the
 * contributions of theirs. The arithmetic is the kernel's (kernels/pagerank/part.ts); this file is
 * the supersteps around it. Default export, so that `run` can load it on threads by URL.
 */

import { defineComputation } from '../bsp/computation.js'
import type { Computation, Context, MessageSpec } from '../bsp/types.js'
import { checkInteger, checkNumber, checkOptions, show } from '../check.js'
import type { Graph } from '../graph/csr.js'
import { openPart } from '../kernels/pagerank/part.js'
import { cutParts, type PagerankPart, type PartCut, sumsOf } from '../kernels/pagerank/part-cut.js'
import { checkSameGraph, graphOf, inputAgain, sizesOf } from './graph-input.js'
import { checkProgramDevice, leaseProgramDevice, type ProgramDevice } from './place.js'

/** Input of `pagerankProgram`. */
export interface PagerankProgramInput {
  /**
   * The graph, or its block of bytes (`graph.block`). Threads read it where it lies if the block is
   * in a SharedArrayBuffer (`shareGraph`); each of them gets a copy otherwise.
   */
  graph: Graph | Uint8Array
  /** d in [0, 1): probability of following an edge. Default 0.85. */
  damping?: number
  /** Stops when the L1 distance of two consecutive rank vectors is at most this. Default 1e-10. */
  tolerance?: number
  /** Most iterations. Default 200; one superstep each, and two more. */
  maxIterations?: number
  /** False ignores the graph's weights. Default: use them when the graph has them. */
  weighted?: boolean
  /** Where each processor computes. Default WASM where there is any. */
  device?: ProgramDevice
}

/** Result of `pagerankProgram`. */
export interface PagerankProgramResult {
  /** Rank by vertex number, length n; sums to 1. */
  ranks: Float64Array
  iterations: number
  /** L1 distance of the last two rank vectors that all processors know of. */
  residual: number
  /** True when the residual reached the tolerance. */
  converged: boolean
  /** L1 distance from the exact ranks is at most this: d/(1-d) · residual, and rounding. */
  errorBound: number
}

const INPUT_NAMES = ['graph', 'damping', 'tolerance', 'maxIterations', 'weighted', 'device']

interface Settings {
  graph: Graph
  damping: number
  tolerance: number
  maxIterations: number
  weighted: boolean
  device: ProgramDevice
}

interface State {
  readonly settings: Settings
  readonly cut: PartCut
  readonly part: PagerankPart
  readonly release: () => Promise<void>
  iterations: number
  residual: number
  /** Converged, or at the limit: everybody knows at the same time. */
  isFinished: boolean
}

/** What leaves a processor. */
interface Output {
  ranks: Float64Array
  vertexCount: number
  iterations: number
  residual: number
  tolerance: number
  errorBound: number
}

const program = defineComputation({
  name: 'pagerank',
  message: { value: 'f64' },
  initialize: (input: PagerankProgramInput, ctx): Promise<State> => begin(checkInput(input), ctx),
  supersteps: [
    {
      name: 'pull',
      async compute(state, inbox, ctx) {
        const { settings, cut, part } = state
        const { graph, damping, tolerance, maxIterations } = settings
        if (graph.vertexCount === 0) state.isFinished = true
        // Nothing was sent yet: the start vector's contributions go out as they are.
        if (ctx.superstep === 0) return
        for (const { from, columns } of inbox.batches) await part.receive(from, columns.value)
        const { residual, dangling } = sumsOf(cut, part.slots)
        if (state.iterations > 0) state.residual = residual
        state.isFinished = state.residual <= tolerance || state.iterations >= maxIterations
        if (state.isFinished) return
        await part.pull(1 - damping + damping * dangling)
        state.iterations++
      },
      communicate(state, send, ctx) {
        if (!state.isFinished) send.batch(others(ctx), { value: state.part.published })
      },
      converged: (_before, state) => state.isFinished,
    },
  ],
  // Votes look at the state as it is: no copy of it is needed.
  snapshot: (state) => state,
  // Neither graph nor layout, which the input gives again.
  save: async ({ part, settings, iterations, residual, isFinished }) => {
    const ranks = await part.ranks()
    const { published } = part
    return { graph: sizesOf(settings.graph), ranks, published, iterations, residual, isFinished }
  },
  async restore(saved, ctx, input) {
    const settings = checkInput(inputAgain(input))
    checkSameGraph(settings.graph, saved.graph)
    const state = await begin(settings, ctx)
    await state.part.restore(saved.ranks, saved.published)
    const { iterations, residual, isFinished } = saved
    return { ...state, iterations, residual, isFinished }
  },
  output: async ({ settings, cut, part, iterations, residual }): Promise<Output> => ({
    ranks: await part.ranks(),
    vertexCount: settings.graph.vertexCount,
    iterations,
    residual,
    tolerance: settings.tolerance,
    errorBound: errorBound(settings, cut, residual),
  }),
  async dispose({ part, release }) {
    part.dispose()
    await release()
  },
  finalize: (outputs: Output[]): PagerankProgramResult => {
    const [{ vertexCount, iterations, residual, tolerance, errorBound }] = outputs
    const ranks = new Float64Array(vertexCount)
    let first = 0
    for (const output of outputs) {
      ranks.set(output.ranks, first)
      first += output.ranks.length
    }
    return { ranks, iterations, residual, converged: residual <= tolerance, errorBound }
  },
})

/**
 * PageRank on many processors: the ranks of `pagerank`, with the same bits for every number of
 * processors and on every transport.
 *
 * Processors own whole blocks of vertices, cut so that each has as many arcs as the others. A
 * superstep is an iteration: take everybody's contributions, pull, publish one's own. Contributions
 * go out before anything is updated, so the first iteration starts from 1/n. Two supersteps more
 * than iterations: set `maxSupersteps` to `maxIterations + 2` or more for a run that may go so far.
 *
 * @throws what `run` throws; TypeError, RangeError (as cause of a ProcessorError) for the input
 * @example
 * ```ts
 * const graph = shareGraph(generateRmat({ scale: 12 }))
 * const { result } = await run(pagerankProgram, { input: { graph }, maxSupersteps: 202 })
 * const threads = run<typeof pagerankProgram>(pagerankModule, { input: { graph }, processors: 2 })
 * ```
 */
const pagerankProgram: Computation<
  PagerankProgramInput,
  unknown,
  MessageSpec,
  unknown,
  PagerankProgramResult
> = program

/** Module of `pagerankProgram`, for `run` on threads. */
export const pagerankModule = new URL('./pagerank.js', import.meta.url)

// biome-ignore lint/style/noDefaultExport: what `run` looks for in a module
export default pagerankProgram

/** A processor before the first iteration. */
async function begin(settings: Settings, ctx: Context): Promise<State> {
  const { graph, weighted, damping } = settings
  const cut = cutParts(graph, weighted, ctx.processors)
  const { device, release } = await leaseProgramDevice(settings.device)
  const part = await openPart(device, { graph, weighted, damping, cut, rank: ctx.rank }).catch(
    async (error) => {
      await release()
      throw error
    },
  )
  const residual = graph.vertexCount === 0 ? 0 : Number.POSITIVE_INFINITY
  return { settings, cut, part, release, iterations: 0, residual, isFinished: false }
}

/** Everybody else. */
function others({ rank, processors }: Pick<Context, 'rank' | 'processors'>): number[] {
  return Array.from({ length: processors }, (_, to) => to).filter((to) => to !== rank)
}

/** @throws TypeError, RangeError */
function checkInput(input: PagerankProgramInput): Settings {
  checkOptions('input', input, INPUT_NAMES)
  const graph = graphOf(input.graph)
  const { damping = 0.85, tolerance = 1e-10, maxIterations = 200, weighted } = input
  if (weighted !== undefined && typeof weighted !== 'boolean') {
    throw new TypeError(`"weighted" expected boolean, got ${show(weighted)}`)
  }
  if (weighted === true && graph.weights === undefined) {
    throw new RangeError('"weighted" is true, but the graph has no weights: name them when reading')
  }
  return {
    graph,
    damping: checkNumber('damping', damping, { low: 0, below: 1 }),
    tolerance: checkNumber('tolerance', tolerance, { low: 0 }),
    maxIterations: checkInteger('maxIterations', maxIterations, 1, 1_000_000),
    weighted: (weighted ?? true) && graph.weights !== undefined,
    device: checkProgramDevice(input.device),
  }
}

/**
 * As the kernel's: iterations still to come, and rounding of the longest chains of additions: a
 * row's, and the dangling mass in a block and over the blocks.
 */
function errorBound({ damping, weighted, graph }: Settings, cut: PartCut, residual: number) {
  let longest = 0
  for (const degree of cut.inDegrees) longest = Math.max(longest, degree)
  const chain = longest + cut.blockRows + Math.log2(cut.blockCount + 1) + 16
  const summed = weighted ? (graph.arcCount * 2 ** -53) ** 2 : 0
  return (damping * residual + chain * 2 ** -53 + summed) / (1 - damping)
}
