/**
 * PageRank of Python packages, in a child process that answers one request a line
 * (python-peers.py). The child takes the times, of the package's own call only, so that starting
 * Python and moving graphs and ranks between the processes cost nothing in the report.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Graph } from 'ticktickclock'
import { benchFolder } from './machine.js'
import { forEachEdge, type Peer, type PeerRanker } from './peers.js'
import type { OwnTimes } from './rounds.js'

/** A package of Python that ranks. */
export type PythonPackage = 'igraph' | 'networkx'

/** How to get them. */
const REMEDY = {
  igraph: 'Debian: apt-get install python3-igraph; elsewhere: pip install igraph',
  networkx: 'Debian: apt-get install python3-networkx python3-scipy; elsewhere: pip install both',
} as const

const INCLUDES = {
  igraph: 'its matrix from the graph, PRPACK to its own tolerance, ranks as a list',
  networkx: 'a scipy matrix from the graph, iterations, ranks as a dict',
} as const

/** Debian's own Python has Debian's packages; another may come first in the path. */
const PYTHONS = ['/usr/bin/python3', 'python3']

/**
 * PRPACK's OpenMP threads wait by spinning, for each other and for a core: with two of them on two
 * cores a call took 4 to 20 times as long as with one, which is its best.
 */
const ONE_THREAD = { OMP_NUM_THREADS: '1' } as const

/** A child that says nothing for so long is taken for dead. */
const SILENCE_MS = 300_000

/** The package, or the reason why it can't be had and what to install. */
export async function loadPython(name: PythonPackage, pythons = PYTHONS): Promise<Peer | string> {
  let reason = ''
  for (const python of pythons) {
    const child = new Child(python, name)
    try {
      const { python: version, ...versions } = await child.reply<Record<string, string>>()
      const parts = Object.entries(versions).map((pair) => pair.join(' '))
      return {
        name:
          name === 'igraph'
            ? `python-igraph ${versions.igraph}, 1 thread`
            : `${name} ${versions.networkx}`,
        about: `${parts.join(', ')} on Python ${version}`,
        load: (graph) => loadGraph(graph, name, python),
      }
    } catch (error) {
      reason = (error as Error).message
    } finally {
      await child.close()
    }
  }
  return `${reason}; ${REMEDY[name]}`
}

async function loadGraph(graph: Graph, name: PythonPackage, python: string): Promise<PeerRanker> {
  const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-bench-'))
  const child = new Child(python, name)
  const close = async () => {
    await child.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await child.reply()
    const edges = join(folder, 'edges')
    writeFileSync(edges, edgePairs(graph))
    await child.ask({ edges, vertexCount: graph.vertexCount })
    const ranks = join(folder, 'ranks')
    const run = async (epsilon: number) => {
      const own = await child.ask<OwnTimes>({ ranks, epsilon })
      const bytes = readFileSync(ranks)
      return { ranks: new Float64Array(new Uint8Array(bytes).buffer), own }
    }
    return { includes: INCLUDES[name], run, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Every edge once: source and target. */
function edgePairs(graph: Graph): Uint32Array {
  const pairs: number[] = []
  forEachEdge(graph, (source, target) => pairs.push(source, target))
  return Uint32Array.from(pairs)
}

/** The process; its answers in order. */
class Child {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  readonly #exit: Promise<void>
  #complaints = ''

  constructor(python: string, name: PythonPackage) {
    const program = join(benchFolder(), 'python-peers.py')
    this.#process = spawn(python, [program, name], {
      stdio: 'pipe',
      env: { ...process.env, ...ONE_THREAD },
    })
    this.#process.stderr.on('data', (text: Buffer) => {
      this.#complaints += text
    })
    // A child that dies is noticed by its silence: the pipe's own error would end this process.
    this.#process.stdin.on('error', () => {})
    this.#exit = new Promise((resolve) => {
      this.#process.on('error', (error) => {
        this.#complaints += error.message
        resolve()
      })
      this.#process.on('close', () => resolve())
    })
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** Sends a request and waits for its answer. */
  ask<T>(request: object): Promise<T> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`)
    return this.reply<T>()
  }

  /** The next answer. */
  async reply<T>(): Promise<T> {
    const silence = setTimeout(() => this.#process.kill(), SILENCE_MS)
    const { value, done } = await this.#lines.next()
    clearTimeout(silence)
    if (done !== true) return JSON.parse(value) as T
    await this.#exit
    const lines = this.#complaints.trim().split('\n')
    throw new Error(lines.at(-1) || 'Python ended without a word')
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#process.stdin.end()
    this.#process.kill()
    await this.#exit
  }
}
