/**
 * The graph that a command works on: the FILE argument and the options that say how to read it,
 * shared by all commands that take a graph.
 */

import { type Command, Option } from 'commander'
import type { Graph } from '../graph/csr.js'
import type { GraphFormat } from '../graph/formats/format.js'
import { monotonicMs } from '../time/system.js'
import { UsageError } from './exit.js'
import { choice, column, parsed, path } from './options.js'
import type { ProgressBar } from './progress.js'
import type { Session } from './session.js'

/** What `--format` and `--from` take. */
const FORMATS: readonly GraphFormat[] = [
  ...(['edge-list', 'matrix-market', 'metis', 'block'] as const),
  ...(['graphology', 'package-lock', 'parquet', 'arrow'] as const),
]

/** Values of the options below. */
export interface InputOptions {
  format?: GraphFormat
  /** `--format`, where a command calls it so. */
  from?: GraphFormat
  directed?: true
  undirected?: true
  ids?: 'integer' | 'string'
  sourceColumn?: string
  targetColumn?: string
  /** False: `--no-weights`. */
  weights?: string | number | false
  header: 'auto' | 'yes' | 'no'
  vertices?: string
  selfLoops: 'keep' | 'drop'
  parallelEdges: 'keep' | 'first' | 'sum'
}

/**
 * Adds FILE and its options.
 *
 * @param formatFlag what the option with its format is called
 */
export function addInput(
  command: Command,
  formatFlag: '--format' | '--from' = '--format',
): Command {
  const what = 'of FILE, where neither its bytes nor its name tell'
  return command
    .argument('<file>', 'a graph: a path, a URL, or - for standard input; may be gzipped')
    .addOption(choice(`${formatFlag} <format>`, what, FORMATS))
    .option('--undirected', 'every edge goes both ways')
    .addOption(
      new Option(
        '--directed',
        'an edge that FILE has undirected becomes two arcs; otherwise FILE decides',
      ).conflicts('undirected'),
    )
    .addOption(
      choice('--ids <kind>', 'what vertex ids are; otherwise the first row decides', [
        'integer',
        'string',
      ]),
    )
    .option('--source-column <name>', 'of a table: where the sources of edges are')
    .option('--target-column <name>', 'of a table: where their targets are')
    .addOption(parsed('--weights <column>', 'column of edge weights: a name, or 3, 4, …', column))
    .option('--no-weights', 'leave out the weights that FILE declares')
    .addOption(
      choice('--header <when>', 'whether the first row names the columns', [
        'auto',
        'yes',
        'no',
      ]).default('auto'),
    )
    .addOption(parsed('--vertices <file>', 'all vertices, one id a line', path))
    .addOption(
      choice('--self-loops <what>', 'edges from a vertex to itself', ['keep', 'drop']).default(
        'keep',
      ),
    )
    .addOption(
      choice('--parallel-edges <what>', 'several edges between two vertices', [
        'keep',
        'first',
        'sum',
      ]).default('keep'),
    )
}

/** A graph and how long it took to get. */
export interface LoadedGraph {
  graph: Graph
  loadMs: number
}

/** Reads the graph, shows progress. */
export async function loadGraph(
  file: string,
  options: InputOptions,
  session: Session,
  progress: ProgressBar,
): Promise<LoadedGraph> {
  if (typeof options.weights === 'string' && options.header === 'no') {
    throw new UsageError(
      "option '--weights <column>' is a name, but '--header no' says that no row has names: " +
        'give a number',
    )
  }
  const startMs = monotonicMs()
  const { readGraph } = await import('../graph/read.js')
  if (file === '-' && process.stdin.isTTY) session.say('reading standard input; Ctrl-D ends it')
  const { ids, sourceColumn, targetColumn, weights, header, vertices, selfLoops, parallelEdges } =
    options
  try {
    const graph = await readGraph(file === '-' ? process.stdin : file, {
      ...{ ids, weights, header, vertices, selfLoops, parallelEdges },
      source: sourceColumn,
      target: targetColumn,
      format: options.from ?? options.format,
      directed: options.undirected ? false : options.directed,
      name: file === '-' ? '(standard input)' : undefined,
      signal: session.signal,
      onProgress: (state) => progress.show({ phase: 'reading', ...state }),
    })
    return { graph, loadMs: monotonicMs() - startMs }
  } finally {
    // An open standard input keeps Node running.
    if (file === '-') process.stdin.destroy()
    progress.clear()
  }
}
