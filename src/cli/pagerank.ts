/**
 * `ticktickclock pagerank FILE`: reads a graph, ranks it, prints the best vertices or all of them.
 * The library is imported when the command runs, so that --help and --version start fast.
 */

import { Command } from 'commander'
import type { Graph } from '../graph/csr.js'
import type { PagerankOptions, PagerankResult } from '../kernels/pagerank/types.js'
import { monotonicMs } from '../time/system.js'
import { EXIT } from './exit.js'
import { formatSmall } from './format.js'
import { addInput, type InputOptions, loadGraph } from './input.js'
import {
  addDevice,
  checkDevice,
  choice,
  type DeviceOptions,
  decimal,
  idWeights,
  parsed,
  path,
  wholeNumber,
} from './options.js'
import { checkNotInput, openOutput } from './output.js'
import { type Ranking, writeCsv, writeJson, writeTable } from './pagerank-output.js'
import { openProgress, type ProgressBar } from './progress.js'
import type { Session } from './session.js'

interface Options extends InputOptions, DeviceOptions {
  damping?: number
  tolerance?: number
  iterations?: number
  maxIterations?: number
  personalize?: Map<string, number>
  preset?: PagerankOptions['preset']
  precision: 'f64' | 'f32' | 'exact'
  top: number
  json?: true
  csv?: true
  output?: string
}

const EXAMPLES = `
Examples:
  ticktickclock pagerank web.txt.gz                     the ten best of a directed graph
  ticktickclock pagerank flights.csv --weights count    with the column "count" as weights
  ticktickclock pagerank friends.tsv --undirected --csv --output ranks.csv
  ticktickclock pagerank web.txt --personalize 17=1,42=3 --damping 0.9
  ticktickclock pagerank big.txt --device wasm --threads 8 --precision f32 --json
  sort -u edges.txt | ticktickclock pagerank -          from standard input

Exit codes: 0 done, 1 error, 2 wrong usage, 3 not converged (the result is printed all the same),
130 interrupted.`

const MOST_ITERATIONS = 1_000_000

/** The command, ready for the program. */
export function pagerankCommand(session: Session, end: (code: number) => void): Command {
  const command = new Command('pagerank')
    .summary('rank the vertices of a graph')
    .description('Ranks the vertices of a graph by PageRank.')
  addInput(command)
  addMethod(command)
  addRun(command)
  addOutput(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: Options) => end(await run(file, options, session)))
}

function addMethod(command: Command): void {
  const isDamping = (value: number) => value >= 0 && value < 1
  command
    .addOption(
      parsed(
        '--damping <d>',
        'probability of following an edge (default: 0.85)',
        decimal('a number from 0 on, below 1', isDamping),
      ),
    )
    .addOption(
      parsed(
        '--tolerance <t>',
        'stop when an iteration changes the ranks by at most this, summed (default: 1e-10; ' +
          '1e-6 for f32)',
        decimal('a number from 0 on', (value) => value >= 0),
      ),
    )
    .addOption(
      parsed(
        '--iterations <n>',
        'run exactly n iterations',
        wholeNumber(1, MOST_ITERATIONS),
      ).conflicts('maxIterations'),
    )
    .addOption(
      parsed(
        '--max-iterations <n>',
        'give up after n iterations (default: 200)',
        wholeNumber(1, MOST_ITERATIONS),
      ),
    )
    .addOption(
      parsed('--personalize <weights>', 'where to jump, as weights by id: ID=W,ID=W,…', idWeights),
    )
    .addOption(
      choice('--preset <name>', 'compute what another package computes', [
        'networkx',
        'igraph',
        'ldbc',
        'graphx',
        'gds',
        'gapbs',
      ]),
    )
}

function addRun(command: Command): void {
  addDevice(command).addOption(
    choice('--precision <p>', 'arithmetic', ['f64', 'f32', 'exact']).default('f64'),
  )
}

function addOutput(command: Command): void {
  command
    .addOption(
      parsed('--top <k>', 'how many vertices to print', wholeNumber(0, 0xffff_ffff)).default(10),
    )
    .option('--json', 'print the top k and how they were computed as JSON')
  const csv = command.createOption('--csv', 'print id,rank of every vertex as CSV')
  command
    .addOption(csv.conflicts(['json', 'top']))
    .addOption(parsed('--output <file>', 'write to a file instead of standard output', path))
}

async function run(file: string, options: Options, session: Session): Promise<number> {
  await checkDevice(options)
  if (options.output !== undefined) await checkNotInput(options.output, file)
  const output = await openOutput(options.output)
  const progress = openProgress()
  const { graph, loadMs } = await loadGraph(file, options, session, progress)
  checkIds(options.personalize, graph, file)
  const ranking = await rank(graph, options, session, progress)
  const done = { graph, loadMs, file, top: options.top, ...ranking }
  await output.fill(session.signal, async (sink) => {
    if (options.csv) await writeCsv(sink, done)
    else if (options.json) await writeJson(sink, done)
    else await writeTable(sink, done)
  })
  if (ranking.result.converged || ranking.tolerance === undefined) return EXIT.ok
  session.say(
    `not converged: after ${ranking.result.iterations} iterations the residual is ` +
      `${formatSmall(ranking.result.residual)}, above the tolerance ` +
      `${formatSmall(ranking.tolerance)}; raise --max-iterations or --tolerance`,
  )
  return EXIT.notConverged
}

function checkIds(
  personalization: Map<string, number> | undefined,
  graph: Graph,
  file: string,
): void {
  for (const id of personalization?.keys() ?? []) {
    if (graph.indexOf(id) >= 0) continue
    throw new Error(`--personalize names ${JSON.stringify(id)}, which is no vertex of ${file}`)
  }
}

async function rank(
  graph: Graph,
  options: Options,
  session: Session,
  progress: ProgressBar,
): Promise<Pick<Ranking, 'result' | 'rankMs' | 'precision' | 'tolerance'>> {
  const { pagerank } = await import('../kernels/pagerank/index.js')
  const { damping, iterations, maxIterations, preset, device, threads, precision } = options
  const tolerance = await toleranceOf(graph, options)
  const startMs = monotonicMs()
  try {
    const result: PagerankResult = await pagerank(graph, {
      ...{ damping, tolerance: options.tolerance, iterations, maxIterations, preset },
      ...{ device, threads, precision, personalization: options.personalize },
      signal: session.signal,
      onProgress(state) {
        const { iteration, residual } = state
        const fraction = fractionDone(iteration / state.maxIterations, residual, tolerance)
        progress.show({ phase: 'ranking', iteration, residual, fraction })
      },
    })
    return { result, rankMs: monotonicMs() - startMs, precision, tolerance }
  } finally {
    progress.clear()
  }
}

/** The tolerance that ends the run, or undefined when a number of iterations does. */
async function toleranceOf(graph: Graph, options: Options): Promise<number | undefined> {
  const { makePlan } = await import('../kernels/pagerank/plan.js')
  const { tolerance, iterations, maxIterations, preset, precision } = options
  const { plan } = await makePlan(graph, {
    tolerance,
    iterations,
    maxIterations,
    preset,
    precision,
  })
  return plan.tolerance < 0 ? undefined : plan.tolerance
}

/** Residuals fall by a steady factor, so their logarithm tells how far a run has come. */
function fractionDone(
  ofIterations: number,
  residual: number,
  tolerance: number | undefined,
): number {
  if (tolerance === undefined || tolerance <= 0 || tolerance >= 1) return ofIterations
  const ofTolerance = residual > 0 ? Math.log(residual) / Math.log(tolerance) : 1
  return Math.max(ofIterations, ofTolerance)
}
