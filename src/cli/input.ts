/**
 * The graph that a command works on: the FILE argument and the options that say how to read it,
 * shared by all commands that take a graph.
 */

import type { Command } from 'commander'
import type { Graph } from '../graph/csr.js'
import { monotonicMs } from '../time/system.js'
import { UsageError } from './exit.js'
import { choice, column, parsed } from './options.js'
import type { ProgressBar } from './progress.js'
import type { Session } from './session.js'

/** Values of the options below. */
export interface InputOptions {
  undirected?: true
  ids?: 'integer' | 'string'
  weights?: string | number
  header: 'auto' | 'yes' | 'no'
  /** A file of all vertices. */
  vertices?: string
}

/** Adds FILE and its options. */
export function addInput(command: Command): Command {
  return command
    .argument('<file>', 'edge list: a path, a URL, or - for standard input; may be gzipped')
    .option('--undirected', 'every edge goes both ways')
    .addOption(
      choice('--ids <kind>', 'what vertex ids are; otherwise the first row decides', [
        'integer',
        'string',
      ]),
    )
    .addOption(parsed('--weights <column>', 'column of edge weights: a name, or 3, 4, …', column))
    .addOption(
      choice('--header <when>', 'whether the first row names the columns', [
        'auto',
        'yes',
        'no',
      ]).default('auto'),
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
  try {
    const graph = await readGraph(file === '-' ? process.stdin : file, {
      directed: options.undirected !== true,
      ids: options.ids,
      weights: options.weights,
      header: options.header,
      vertices: options.vertices,
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
