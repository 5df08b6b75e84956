/**
 * `ticktickclock graph generate MODEL OUT`: seeded random graphs.
 */

import { Command } from 'commander'
import type { Graph } from '../graph/csr.js'
import { MAX_EDGE_COUNT, MAX_VERTEX_COUNT } from '../limits.js'
import { EXIT } from './exit.js'
import {
  addGraphOutput,
  checkGraphOutput,
  type GraphOutputOptions,
  writeOut,
} from './graph-output.js'
import { decimal, parsed, wholeNumber } from './options.js'
import type { Session } from './session.js'

const EXAMPLES = `
Examples:
  ticktickclock graph generate rmat web.ttcg --scale 16 --edge-factor 16 --seed 7
  ticktickclock graph generate uniform random.mtx --vertex-count 1000 --edge-count 8000
  ticktickclock graph generate watts-strogatz w.graph --vertex-count 99 --neighbors 4 --rewiring 0.1
  ticktickclock graph generate uniform - --vertex-count 9 --edge-count 20 --to csv --no-vertices-out

Exit codes: 0 done, 1 error, 2 wrong usage, 130 interrupted.`

type Library = typeof import('../graph/index.js')

interface Common extends GraphOutputOptions {
  seed?: number
}

/** The subcommand with one of its own a model. */
export function graphGenerateCommand(session: Session, end: (code: number) => void): Command {
  const model = <T>(
    name: string,
    description: string,
    generate: (library: Library, options: T) => Graph,
  ) => {
    const command = new Command(name)
      .description(description)
      .argument('<out>', 'file to write, or - for standard output; .gz compresses')
      .action(async (out: string, options: T & Common) => {
        checkGraphOutput(out, options)
        const graph = generate(await import('../graph/index.js'), options)
        await writeOut(graph, out, options, session, 'generated')
        end(EXIT.ok)
      })
    const seed = parsed('--seed <n>', 'the same seed gives the same graph (default: 1)', anyWhole)
    return addGraphOutput(command.addOption(seed))
  }
  return new Command('generate')
    .summary('write a seeded random graph')
    .description('Writes a seeded random graph.')
    .addCommand(addRmat(model('rmat', 'few vertices of very high degree (R-MAT)', rmat)))
    .addCommand(addUniform(model('uniform', 'ends drawn independently and uniformly', uniform)))
    .addCommand(addSmallWorld(model('watts-strogatz', 'a small world', smallWorld)))
    .addHelpText('after', EXAMPLES)
}

const anyWhole = wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
const probability = decimal('a number from 0 to 1', (value) => value >= 0 && value <= 1)

function addShape(command: Command): Command {
  return command
    .option('--undirected', 'every edge goes both ways')
    .option('--simple', 'without self-loops and parallel edges')
}

function addRmat(command: Command): Command {
  command
    .addOption(parsed('--scale <s>', '2^s vertices', wholeNumber(0, 31)).makeOptionMandatory())
    .addOption(
      parsed('--edge-factor <n>', 'edges a vertex (default: 16)', wholeNumber(1, MAX_EDGE_COUNT)),
    )
  for (const [name, value] of Object.entries({ a: 0.57, b: 0.19, c: 0.19 })) {
    const what = `probability of quadrant ${name} (default: ${value})`
    command.addOption(parsed(`--${name} <p>`, what, probability))
  }
  return addShape(command)
}

interface RmatValues extends ShapeValues {
  scale: number
  edgeFactor?: number
  a?: number
  b?: number
  c?: number
}

interface ShapeValues extends Common {
  undirected?: true
  simple?: true
}

function rmat(library: Library, options: RmatValues): Graph {
  const { scale, edgeFactor, a, b, c } = options
  return library.generateRmat({ scale, edgeFactor, a, b, c, ...shapeOf(options) })
}

function shapeOf({ seed, undirected, simple }: ShapeValues) {
  return { seed, directed: undirected !== true, simple: simple === true }
}

function vertexCount() {
  return parsed('--vertex-count <n>', 'vertices', wholeNumber(1, MAX_VERTEX_COUNT))
}

function addUniform(command: Command): Command {
  const edges = parsed('--edge-count <m>', 'edges', wholeNumber(0, MAX_EDGE_COUNT))
  command.addOption(vertexCount().makeOptionMandatory()).addOption(edges.makeOptionMandatory())
  return addShape(command)
}

function uniform(
  library: Library,
  options: ShapeValues & { vertexCount: number; edgeCount: number },
): Graph {
  const { vertexCount, edgeCount } = options
  return library.generateUniform({ vertexCount, edgeCount, ...shapeOf(options) })
}

function addSmallWorld(command: Command): Command {
  return command
    .addOption(vertexCount().makeOptionMandatory())
    .addOption(
      parsed(
        '--neighbors <k>',
        'of each vertex on the ring: even',
        wholeNumber(0, MAX_VERTEX_COUNT),
      ).makeOptionMandatory(),
    )
    .addOption(
      parsed(
        '--rewiring <p>',
        'probability that an edge is moved',
        probability,
      ).makeOptionMandatory(),
    )
}

function smallWorld(
  library: Library,
  options: Common & { vertexCount: number; neighbors: number; rewiring: number },
): Graph {
  const { vertexCount, neighbors, rewiring, seed } = options
  return library.generateWattsStrogatz({ vertexCount, neighbors, rewiring, seed })
}
