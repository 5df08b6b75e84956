/**
 * PageRank as a BSP program: against the kernel called directly on as many threads, and its scaling
 * over processors, the seed's table.
 */

import { availableParallelism } from 'node:os'
import { type Device, type Graph, generateRmat, generateUniform, pagerank } from 'ticktickclock'
import type { RunHandle, Runtime } from 'ticktickclock/bsp'
import {
  type PagerankProgramInput,
  type PagerankProgramResult,
  pagerankModule,
  type pagerankProgram,
  shareGraph,
} from 'ticktickclock/programs'
import {
  type BspContest,
  type BspContestant,
  type BspEffort,
  type BspReport,
  holdBspContest,
  measure,
} from './bsp-contest.js'
import { roundingBound } from './contestants.js'
import { distanceL1 } from './statistics.js'

/** What contests of PageRank run on. */
export interface PagerankThreads {
  runtime: Runtime
  /** WASM with as many threads as `runtime` has workers. */
  device: Device
  reference: Device
}

/** A graph of the scaling table: uniform, or R-MAT of 2^rmatScale vertices. */
export type ScalingGraph = { vertexCount: number; edgeCount: number } | { rmatScale: number }

/** A row of the scaling table. */
export interface ScalingRow {
  processors: number
  seconds: number
  speedup: number
  /** Speed-up a processor. */
  efficiency: number
  /**
   * Whether 0.7 p is reached: asked only where there are as many cores, and enough to do for them.
   */
  check: string
}

/** The scaling table of a graph. */
export interface ScalingReport {
  name: string
  cores: number
  rows: ScalingRow[]
  contest: BspReport
}

const PROGRAM = 'PageRank, BSP program'
const KERNEL = 'PageRank, kernel called directly'
const ITERATIONS = 50
const DEFAULT_ITERATIONS = 200
const EDGE_FACTOR = 16

/** Processors of the scaling table. */
export const PROCESSOR_COUNTS = [1, 2, 4, 8, 16]

/** A speed-up of 0.7 p is owed where p cores have this much to do. */
const OWED_EFFICIENCY = 0.7
const ENOUGH_EDGES = 1e6

/** Looks at ranks: what is wrong with them, or undefined. */
type Compare = (
  result: Pick<PagerankProgramResult, 'ranks' | 'errorBound' | 'residual'>,
) => string | undefined

/** The program against the kernel, `ITERATIONS` of each, from a graph in hand to ranks in hand. */
export async function programContest(
  scale: number,
  seed: number,
  threads: PagerankThreads,
): Promise<BspContest> {
  const { device, reference } = threads
  const shape = { seed, directed: false, simple: true }
  const graph = shareGraph(generateRmat({ scale, edgeFactor: EDGE_FACTOR, ...shape }))
  const options = { iterations: ITERATIONS, precision: 'f64' } as const
  const expected = await pagerank(graph, { ...options, device: reference })
  // Both stop after the same number of iterations: only rounding may differ.
  const compare: Compare = (result) =>
    complaintOf(result.ranks, expected.ranks, roundingBound(result) + roundingBound(expected))
  const input = { graph, tolerance: 0, maxIterations: ITERATIONS }
  const count = device.info.threads
  const arcs = graph.arcCount.toLocaleString('en-US')
  return {
    name: `PageRank, R-MAT ${scale}, ${arcs} arcs, ${count} threads`,
    unit: 'ms each',
    contestants: [
      programContestant(PROGRAM, threads, count, input, compare),
      {
        name: KERNEL,
        includes: 'graph in hand: upload, prepare, iterate, read',
        count: 1,
        run: () => measure(() => pagerank(graph, { ...options, device }), compare),
      },
    ],
    owed: [{ of: PROGRAM, over: KERNEL, says: 'BSP program over kernel', atMost: 1.5 }],
    notes: [`whole calls of ${ITERATIONS} iterations, from a graph in hand to ranks`],
  }
}

/** The same program on 1 to 16 processors. */
export async function scalePagerank(
  wanted: ScalingGraph,
  seed: number,
  threads: PagerankThreads,
  effort: BspEffort,
  say: (line: string) => void,
): Promise<ScalingReport> {
  const isRmat = 'rmatScale' in wanted
  const graph = shareGraph(
    isRmat
      ? generateRmat({ scale: wanted.rmatScale, directed: false, seed })
      : generateUniform({ ...wanted, seed }),
  )
  const { vertexCount, edgeCount } = graph
  const compare = await comparison(graph, threads.reference)
  const counted = (count: number) => count.toLocaleString('en-US')
  const kind = isRmat ? `R-MAT ${wanted.rmatScale}, ` : ''
  const name = `PageRank, ${kind}${counted(vertexCount)} nodes, ${counted(edgeCount)} edges`
  const contestants = PROCESSOR_COUNTS.map((processors) =>
    programContestant(nameOf(processors), threads, processors, { graph }, compare),
  )
  const parts: BspContest = { name, unit: 'ms each', contestants, owed: [], notes: [] }
  const contest = await holdBspContest(parts, effort, say)
  const cores = availableParallelism()
  return { name, cores, rows: scalingRows(contest, cores, edgeCount), contest }
}

/** Compares ranks that stop by the default tolerance with the reference's. */
export async function comparison(graph: Graph, reference: Device): Promise<Compare> {
  const expected = await pagerank(graph, { device: reference, precision: 'f64' })
  return ({ ranks, errorBound }) =>
    complaintOf(ranks, expected.ranks, errorBound + expected.errorBound)
}

function nameOf(processors: number): string {
  return `${processors} processors`
}

function scalingRows(contest: BspReport, cores: number, edgeCount: number): ScalingRow[] {
  const find = (processors: number) =>
    contest.rows.find(({ name }) => name === nameOf(processors))?.call.medianMs ?? Number.NaN
  return PROCESSOR_COUNTS.map((processors) => {
    const speedup = find(1) / find(processors)
    const efficiency = speedup / processors
    const isOwed = processors <= cores && edgeCount >= ENOUGH_EDGES
    const verdict = efficiency >= OWED_EFFICIENCY ? 'met' : 'MISSED'
    const skip = processors > cores ? `skipped: ${cores} cores` : 'skipped: too little work'
    const check = processors === 1 ? 'baseline' : isOwed ? verdict : skip
    return { processors, seconds: find(processors) / 1000, speedup, efficiency, check }
  })
}

/** One run of the program, from a graph in shared memory to ranks on this thread. */
function programContestant(
  name: string,
  { runtime }: PagerankThreads,
  processors: number,
  input: PagerankProgramInput,
  compare: Compare,
): BspContestant {
  return {
    name,
    includes: 'graph in shared memory: run(), from start to ranks',
    count: 1,
    run: () =>
      measure(
        () => rank(runtime, processors, input),
        ({ result }) => compare(result),
      ),
  }
}

/** A run of the program on threads. */
export function rank(
  runtime: Runtime,
  processors: number,
  input: PagerankProgramInput,
): RunHandle<PagerankProgramResult> {
  const maxSupersteps = (input.maxIterations ?? DEFAULT_ITERATIONS) + 2
  const options = { input, processors, maxSupersteps, transport: 'threads' } as const
  return runtime.run<typeof pagerankProgram>(pagerankModule, options)
}

function complaintOf(
  ranks: Float64Array,
  expected: Float64Array,
  limitL1: number,
): string | undefined {
  const distance = distanceL1(ranks, expected)
  if (distance <= limitL1) return undefined
  return `L1 ${distance.toExponential(1)} from the kernel, ${limitL1.toExponential(1)} allowed`
}
