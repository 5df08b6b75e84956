/**
 * `ticktickclock graph-analytics ALGORITHM FILE`: the six algorithms of LDBC Graphalytics, as BSP
 * programs (src/programs). What is printed is in graph-analytics-output.ts.
 */

import { Argument, Command } from 'commander'
import type { RunResult } from '../bsp/handle.js'
import type { RunOptions } from '../bsp/options.js'
import type { Graph } from '../graph/csr.js'
import { EXIT, UsageError } from './exit.js'
import {
  type Analysis,
  type Answer,
  writeAnalysisCsv,
  writeSummary,
} from './graph-analytics-output.js'
import { addInput, type InputOptions, loadGraph } from './input.js'
import {
  addProcessors,
  decimal,
  type ProcessorOptions,
  parsed,
  path,
  wholeNumber,
} from './options.js'
import { checkNotInput, openOutput } from './output.js'
import { openProgress } from './progress.js'
import type { Session } from './session.js'

const ALGORITHMS = ['bfs', 'pagerank', 'wcc', 'cdlp', 'lcc', 'sssp'] as const

type Algorithm = (typeof ALGORITHMS)[number]

interface Options extends InputOptions, ProcessorOptions {
  source?: string
  iterations?: number
  damping?: number
  csv?: true
  output?: string
}

const DESCRIPTION = `Runs an algorithm of LDBC Graphalytics on a graph, and prints what it found:
  bfs       least number of edges from --source
  pagerank  rank after --iterations
  wcc       weakly connected component: the least id in it
  cdlp      community by label propagation, after --iterations: an id
  lcc       local clustering coefficient
  sssp      least distance from --source, by --weights`

const EXAMPLES = `
Examples:
  ticktickclock graph-analytics bfs graph.e --source 1 --csv --output levels.csv
  ticktickclock graph-analytics sssp graph.e --source 1 --weights 3
  ticktickclock graph-analytics cdlp friends.tsv --undirected --iterations 5
  ticktickclock graph-analytics pagerank web.txt.gz --processors 8 --csv

Exit codes: 0 done, 1 error, 2 wrong usage, 130 interrupted.`

/** The command, ready for the program. */
export function graphAnalyticsCommand(session: Session, end: (code: number) => void): Command {
  const command = new Command('graph-analytics')
    .summary('levels, paths, components, communities')
    .description(DESCRIPTION)
    .addArgument(new Argument('<algorithm>', 'what to compute').choices(ALGORITHMS))
  addInput(command)
    .addOption(parsed('--source <id>', 'where bfs and sssp begin', path))
    .addOption(
      parsed('--iterations <n>', 'of pagerank and cdlp (default: 10)', wholeNumber(1, 1_000_000)),
    )
    .addOption(
      parsed(
        '--damping <d>',
        'of pagerank: probability of following an edge (default: 0.85)',
        decimal('a number from 0 on, below 1', (value) => value >= 0 && value < 1),
      ),
    )
  addProcessors(command)
    .option('--csv', 'print id,value of every vertex as CSV')
    .addOption(parsed('--output <file>', 'write to a file instead of standard output', path))
  return command
    .addHelpText('after', EXAMPLES)
    .action(async (algorithm: Algorithm, file: string, options: Options) => {
      await runAnalysis(algorithm, file, options, session)
      end(EXIT.ok)
    })
}

/** Options that only some algorithms have. */
const SPECIAL: Readonly<Record<string, readonly Algorithm[]>> = {
  source: ['bfs', 'sssp'],
  iterations: ['pagerank', 'cdlp'],
  damping: ['pagerank'],
  weights: ['sssp'],
}

/** @throws UsageError for an option that the algorithm would ignore, or a source that is missing */
function checkSpecial(algorithm: Algorithm, options: Options): void {
  for (const [name, algorithms] of Object.entries(SPECIAL)) {
    const value = options[name as keyof Options]
    // To leave weights out is always right.
    const isGiven = value !== undefined && value !== false
    if (isGiven && !algorithms.includes(algorithm)) {
      throw new UsageError(
        `option '--${name}' is for ${algorithms.join(' and ')}, not ${algorithm}: leave it out`,
      )
    }
  }
  if (options.source === undefined && SPECIAL.source.includes(algorithm)) {
    throw new UsageError(`${algorithm} needs '--source <id>': where it begins`)
  }
}

async function runAnalysis(
  algorithm: Algorithm,
  file: string,
  options: Options,
  session: Session,
): Promise<void> {
  checkSpecial(algorithm, options)
  if (options.output !== undefined) await checkNotInput(options.output, file)
  const output = await openOutput(options.output)
  const { graph, loadMs } = await loadGraph(file, options, session, openProgress())
  const source = options.source === undefined ? 0 : graph.indexOf(options.source)
  if (source < 0) {
    const id = JSON.stringify(options.source)
    throw new Error(`--source names ${id}, which is no vertex of ${file}`)
  }
  const analysis: Analysis = {
    ...{ graph, loadMs, source },
    ...(await analyse(algorithm, graph, source, options, session)),
  }
  await output.fill(session.signal, async (sink) => {
    if (options.csv) await writeAnalysisCsv(sink, analysis)
    else await writeSummary(sink, analysis)
  })
}

/** Runs the program. */
async function analyse(
  algorithm: Algorithm,
  graph: Graph,
  source: number,
  options: Options,
  session: Session,
): Promise<{ answer: Answer; outcome: RunResult<unknown> }> {
  const [programs, { run }] = await Promise.all([
    import('../programs/index.js'),
    import('../bsp/coordinator.js'),
  ])
  const { iterations = 10, damping } = options
  const settings: RunOptions = {
    ...(options.processors !== undefined && { processors: options.processors }),
    ...(options.transport !== undefined && { transport: options.transport }),
    // Every iteration reaches one more vertex at least, and two supersteps go beside them.
    maxSupersteps: Math.max(graph.vertexCount, iterations) + 3,
    signal: session.signal,
  }
  const shared = options.transport === 'inline' ? graph : programs.shareGraph(graph)
  const own = { graph: shared, source }
  const plain = { graph: shared }
  switch (algorithm) {
    case 'bfs': {
      const outcome = await run<typeof programs.bfsProgram>(programs.bfsModule, {
        ...settings,
        input: own,
      })
      return { answer: { algorithm, values: outcome.result.values.depth }, outcome }
    }
    case 'sssp': {
      const outcome = await run<typeof programs.ssspProgram>(programs.ssspModule, {
        ...settings,
        input: own,
      })
      return { answer: { algorithm, values: outcome.result.values.distance }, outcome }
    }
    case 'wcc': {
      const outcome = await run<typeof programs.wccProgram>(programs.wccModule, {
        ...settings,
        input: plain,
      })
      return { answer: { algorithm, values: outcome.result.values.component }, outcome }
    }
    case 'cdlp': {
      const outcome = await run<typeof programs.cdlpProgram>(programs.cdlpModule, {
        ...settings,
        input: { ...plain, iterations },
      })
      return { answer: { algorithm, values: outcome.result.labels }, outcome }
    }
    case 'lcc': {
      const outcome = await run<typeof programs.lccProgram>(programs.lccModule, {
        ...settings,
        input: plain,
      })
      return { answer: { algorithm, values: outcome.result.coefficients }, outcome }
    }
    case 'pagerank': {
      // No residual is below 0: exactly so many iterations, but for ranks that don't change.
      const input = { ...plain, damping, tolerance: 0, maxIterations: iterations }
      const outcome = await run<typeof programs.pagerankProgram>(programs.pagerankModule, {
        ...settings,
        input,
      })
      return { answer: { algorithm, values: outcome.result.ranks }, outcome }
    }
  }
}
