/**
 * The suite of graph analytics: breadth-first search and components beside graphology and
 * JavaScript by hand, and PageRank as a vertex program beside the kernel.
 */

import {
  type Device,
  type Graph,
  generateRmat,
  openDevice,
  type PagerankResult,
  pagerank,
} from 'ticktickclock'
import { createRuntime, type Runtime } from 'ticktickclock/bsp'
import {
  bfsModule,
  type bfsProgram,
  pagerankVertexModule,
  type pagerankVertexProgram,
  shareGraph,
  wccModule,
  type wccProgram,
} from 'ticktickclock/programs'
import { graphologySearcher, type Searcher, typedArraySearcher } from './analytics-peers.js'
import {
  type BspContest,
  type BspContestant,
  type BspEffort,
  type BspReport,
  holdChosen,
  measure,
  type Owed,
} from './bsp-contest.js'
import { roundingBound } from './contestants.js'
import { distanceL1 } from './statistics.js'

/** What to run. */
export interface AnalyticsSettings {
  /** R-MAT graphs of 2^scale vertices, 16 edges a vertex. */
  scales: number[]
  effort: BspEffort
  peers: boolean
  seed: number
  filter: RegExp | undefined
}

/** What contests run on. */
interface Place {
  runtime: Runtime
  /** WASM by number of threads. */
  devices: ReadonlyMap<number, Device>
}

const EDGE_FACTOR = 16
const ITERATIONS = 50
/** Of the shorter call that is taken off the longer one. */
const SHORT = 10
const EXACT = { precision: 'f64' } as const
const PROCESSOR_COUNTS = [1, 2]
/** Search and components over graphology's, the vertex program over the kernel. */
const OWED_OVER_PEER = 5
const OWED_OVER_KERNEL = 5
/** Below this scale starting a run is most of the work: nothing is owed, no iteration measured. */
const LARGE = 16

/**
 * Every contest of the suite.
 *
 * @param show is given each when it is over: with other packages it takes minutes
 */
export async function runAnalyticsSuite(
  settings: AnalyticsSettings,
  say: (line: string) => void,
  show: (report: BspReport) => void = () => {},
): Promise<BspReport[]> {
  const most = Math.max(...PROCESSOR_COUNTS)
  const runtime = createRuntime({ workers: most })
  const devices = new Map<number, Device>()
  const reports: BspReport[] = []
  const keep = async (contest: BspContest) => {
    const report = await holdChosen(contest, settings, say)
    reports.push(report)
    show(report)
  }
  try {
    for (const threads of PROCESSOR_COUNTS) {
      devices.set(threads, await openDevice({ kind: 'wasm', threads }))
    }
    for (const scale of settings.scales) {
      for (const contest of searchContests(scale, settings, runtime)) {
        await keep(contest)
      }
      for (const contest of await pagerankContests(scale, settings.seed, { runtime, devices })) {
        await keep(contest)
      }
    }
    return reports
  } finally {
    await runtime.dispose()
    for (const device of devices.values()) await device.dispose()
  }
}

function shapeText({ vertexCount, arcCount }: Graph, scale: number): string {
  const [vertices, arcs] = [vertexCount, arcCount].map((count) => count.toLocaleString('en-US'))
  return `R-MAT ${scale}, ${vertices} vertices, ${arcs} arcs`
}

/** Search and components on one graph, undirected and simple: graphology's is. */
function searchContests(
  scale: number,
  { seed, peers }: AnalyticsSettings,
  runtime: Runtime,
): BspContest[] {
  const shape = { seed, directed: false, simple: true, edgeFactor: EDGE_FACTOR }
  const graph = shareGraph(generateRmat({ scale, ...shape }))
  const source = busiest(graph)
  const byHand = typedArraySearcher(graph)
  const peer = peers ? graphologySearcher(graph) : 'other packages: left out by --no-peers'
  const searchers = typeof peer === 'string' ? [byHand] : [byHand, peer]
  const about = typeof peer === 'string' ? [peer] : [`graphology: ${peer.about}`]
  const of = (
    title: string,
    expected: Uint32Array,
    normal: (answer: Uint32Array) => Uint32Array,
    ask: (searcher: Searcher) => Uint32Array,
    program: (processors: number) => Promise<Uint32Array>,
  ): BspContest => {
    const compare = (answer: Uint32Array) => differenceOf(normal(answer), expected)
    const own = PROCESSOR_COUNTS.map((processors) =>
      contestant(ownName(processors), INCLUDES, () => program(processors), compare),
    )
    const others = searchers.map((each) =>
      contestant(each.name, each.includes, async () => ask(each), compare),
    )
    return {
      name: `${title}, ${shapeText(graph, scale)}`,
      unit: 'ms each',
      contestants: [...own, ...others],
      owed: searchers.flatMap(({ name }) => owedOver(name, name !== byHand.name && scale >= LARGE)),
      notes: ['whole calls, from a graph in hand to an answer by vertex', ...about],
    }
  }
  return [
    of(
      'Breadth-first search',
      byHand.bfs(source),
      (depths) => depths,
      (searcher) => searcher.bfs(source),
      async (processors) => {
        const options = { input: { graph, source }, ...optionsFor(processors) }
        return (await runtime.run<typeof bfsProgram>(bfsModule, options)).result.values.depth
      },
    ),
    of(
      'Components',
      leastOfEach(byHand.components()),
      leastOfEach,
      (searcher) => searcher.components(),
      async (processors) => {
        const options = { input: { graph }, ...optionsFor(processors) }
        const { result } = await runtime.run<typeof wccProgram>(wccModule, options)
        return result.values.component
      },
    ),
  ]
}

const INCLUDES = 'graph in shared memory: run(), from start to the answer'

function optionsFor(processors: number) {
  return { processors, transport: 'threads', maxSupersteps: 10_000 } as const
}

function ownName(processors: number): string {
  return `vertex program, ${counted(processors)}`
}

function owedOver(over: string, isOwed: boolean): Owed[] {
  return PROCESSOR_COUNTS.map((processors) => ({
    of: over,
    over: ownName(processors),
    says: `${over} over ${ownName(processors)}`,
    ...(isOwed ? { atLeast: OWED_OVER_PEER } : {}),
  }))
}

function contestant(
  name: string,
  includes: string,
  run: () => Promise<Uint32Array>,
  compare: (answer: Uint32Array) => string | undefined,
): BspContestant {
  return {
    ...{ name, includes, count: 1 },
    run: () => measure(run, compare),
  }
}

/** The vertex with most arcs: it reaches most of an R-MAT graph. */
function busiest({ vertexCount, offsets }: Graph): number {
  let best = 0
  for (let v = 1; v < vertexCount; v++) {
    if (offsets[v + 1] - offsets[v] > offsets[best + 1] - offsets[best]) best = v
  }
  return best
}

/** Each component by its least vertex, whatever numbers it had. */
function leastOfEach(labels: Uint32Array): Uint32Array {
  const least = new Map<number, number>()
  return labels.map((label, v) => {
    const known = least.get(label)
    if (known === undefined) least.set(label, v)
    return known ?? v
  })
}

function differenceOf(answer: Uint32Array, expected: Uint32Array): string | undefined {
  if (answer.length !== expected.length) {
    return `${answer.length} vertices, not ${expected.length}`
  }
  const at = answer.findIndex((value, v) => value !== expected[v])
  return at < 0 ? undefined : `vertex ${at}: ${answer[at]}, not ${expected[at]}`
}

/** Ranks after a number of iterations. */
type Ranker = (iterations: number) => Promise<Float64Array>

/**
 * The vertex program against the kernel on as many threads, on a directed graph: whole calls from a
 * graph in hand to ranks, and an iteration by itself.
 */
async function pagerankContests(
  scale: number,
  seed: number,
  { runtime, devices }: Place,
): Promise<BspContest[]> {
  const graph = shareGraph(generateRmat({ scale, seed, directed: true, edgeFactor: EDGE_FACTOR }))
  const lengths = [ITERATIONS, SHORT, SHORT + ITERATIONS]
  const expected = new Map<number, PagerankResult>()
  for (const iterations of lengths) {
    expected.set(iterations, await pagerank(graph, { iterations, ...EXACT, device: 'reference' }))
  }
  const compare = (ranks: Float64Array, iterations: number) => {
    const right = expected.get(iterations) as PagerankResult
    const [distance, limit] = [distanceL1(ranks, right.ranks), 2 * roundingBound(right)]
    return distance <= limit ? undefined : `L1 distance ${distance}, allowed are ${limit}`
  }
  const program =
    (processors: number): Ranker =>
    async (iterations) => {
      const run = { input: { graph, tolerance: 0, iterations }, ...optionsFor(processors) }
      const url = pagerankVertexModule
      const { result } = await runtime.run<typeof pagerankVertexProgram>(url, run)
      return result.values.rank
    }
  const kernel =
    (device: Device): Ranker =>
    async (iterations) => {
      return (await pagerank(graph, { iterations, ...EXACT, device })).ranks as Float64Array
    }
  const timed = (rank: Ranker, iterations: number) =>
    measure(
      () => rank(iterations),
      (ranks) => compare(ranks, iterations),
    )
  const rankers: [name: string, includes: string, rank: Ranker][] = [
    ...PROCESSOR_COUNTS.map((processors): [string, string, Ranker] => {
      return [ownName(processors), INCLUDES, program(processors)]
    }),
    ...[...devices].map(([threads, device]): [string, string, Ranker] => {
      return [kernelName(threads), 'graph in hand: upload, prepare, iterate, read', kernel(device)]
    }),
  ]
  const owed = PROCESSOR_COUNTS.map((processors) => ({
    of: ownName(processors),
    over: kernelName(processors),
    says: `vertex program over kernel, ${counted(processors)}`,
    ...(scale >= LARGE ? { atMost: OWED_OVER_KERNEL } : {}),
  }))
  const shape = `${shapeText(graph, scale)}, directed`
  const contests: BspContest[] = [
    {
      name: `PageRank by vertices, ${shape}`,
      unit: 'ms each',
      contestants: rankers.map(([name, includes, rank]) => {
        return { name, includes, count: 1, run: () => timed(rank, ITERATIONS) }
      }),
      owed,
      notes: [`whole calls of ${ITERATIONS} iterations, from a graph in hand to ranks`],
    },
    {
      name: `PageRank by vertices, an iteration, ${shape}`,
      unit: 'ms each',
      contestants: rankers.map(([name, , rank]) => ({
        ...{ name, includes: 'an iteration: the difference of two calls', count: ITERATIONS },
        run: async () => {
          const short = await timed(rank, SHORT)
          const long = await timed(rank, SHORT + ITERATIONS)
          return { ms: long.ms - short.ms, complaint: short.complaint ?? long.complaint }
        },
      })),
      owed,
      notes: [`by the difference of calls of ${SHORT + ITERATIONS} and ${SHORT} iterations`],
    },
  ]
  return scale >= LARGE ? contests : contests.slice(0, 1)
}

function counted(threads: number): string {
  return `${threads} ${threads === 1 ? 'thread' : 'threads'}`
}

function kernelName(threads: number): string {
  return `kernel, ${counted(threads)}`
}
