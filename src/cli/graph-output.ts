/**
 * Where `graph convert` and `graph generate` write: OUT, its format, the list of vertices, and the
 * line on standard error about how it went.
 */

import type { Command } from 'commander'
import type { Graph } from '../graph/csr.js'
import type { WritableFormat } from '../graph/formats/format.js'
import type { WriteGraphOptions } from '../graph/write.js'
import { monotonicMs } from '../time/system.js'
import { UsageError } from './exit.js'
import { formatMs, plural } from './format.js'
import { choice, parsed, path } from './options.js'
import { openOutput } from './output.js'
import { openProgress } from './progress.js'
import type { Session } from './session.js'

const FORMATS: readonly WritableFormat[] = [
  ...(['edge-list', 'csv', 'matrix-market', 'metis', 'block', 'graphology'] as const),
]

/** Values of the options below. */
export interface GraphOutputOptions {
  to?: WritableFormat
  /** False: `--no-vertices-out`. */
  verticesOut?: string | false
  quiet?: true
}

/** Adds `--to`, `--vertices-out` and `--quiet`. */
export function addGraphOutput(command: Command): Command {
  return command
    .addOption(choice('--to <format>', 'format to write, where OUT does not say it', FORMATS))
    .addOption(
      parsed(
        '--vertices-out <file>',
        'write all vertex ids here, one a line, where OUT has no place for them',
        path,
      ),
    )
    .option('--no-vertices-out', 'do without what OUT has no place for: isolated vertices, names')
    .option('--quiet', 'no line on standard error about how it went')
}

/** Refuses what can't be meant, before any work. */
export function checkGraphOutput(out: string, { to, verticesOut }: GraphOutputOptions): void {
  if (out !== '-') return
  if (to === undefined) {
    throw new UsageError("option '--to <format>' is needed: standard output has no name")
  }
  if (to === 'block' && process.stdout.isTTY) {
    throw new UsageError('a block is binary, and standard output is a terminal: give a file')
  }
  if (verticesOut === '-') {
    throw new UsageError("option '--vertices-out <file>' is standard output, which has the edges")
  }
}

/** Writes the graph and says so. */
export async function writeOut(
  graph: Graph,
  out: string,
  options: GraphOutputOptions,
  session: Session,
  deed: string,
): Promise<void> {
  const { writeGraph } = await import('../graph/write.js')
  const progress = openProgress()
  const startMs = monotonicMs()
  const request: WriteGraphOptions = {
    format: options.to,
    vertices: options.verticesOut,
    signal: session.signal,
    onProgress: ({ bytes, arcs, totalArcs }) =>
      progress.show({ phase: 'writing', bytes, fraction: arcs / totalArcs }),
  }
  try {
    if (out !== '-') await writeGraph(graph, out, request)
    else {
      const output = await openOutput(undefined)
      await output.fill(session.signal, async (sink) => {
        let failure: unknown
        const write = (bytes: Uint8Array) =>
          sink.write(bytes).catch((error) => {
            failure = error
            throw error
          })
        await writeGraph(graph, new WritableStream({ write }), request).catch((error) => {
          throw failure ?? error
        })
      })
    }
  } finally {
    progress.clear()
  }
  if (options.quiet) return
  const kind = graph.directed ? 'directed' : 'undirected'
  const vertices = plural(graph.vertexCount, 'vertex', 'vertices')
  session.say(
    `${deed} ${vertices}, ${plural(graph.edgeCount, 'edge')}, ${kind}: ` +
      `written in ${formatMs(monotonicMs() - startMs)}`,
  )
}
