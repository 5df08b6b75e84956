/** Runs the built command line as a user does: a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { KARATE } from './graphs.js'
import { ROOT } from './paths.js'

export const CLI = join(ROOT, 'dist/cli/main.js')
export const FLIGHTS = join(ROOT, 'node_modules/vega-datasets/data/flights-airport.csv')
export const KARATE_TEXT = KARATE.map(([a, b]) => `${a} ${b}\n`).join('')

/** How a process ended. */
export interface Ended {
  /** Exit code, or null when a signal killed it. */
  code: number | null
  stdout: string
  stderr: string
  /** From start to end, in milliseconds. */
  elapsedMs: number
}

export interface RunOptions {
  /** Text or pieces for standard input; none means that it is closed. */
  input?: string | Uint8Array | AsyncIterable<Uint8Array>
  env?: Record<string, string>
  cwd?: string
  /** A process that takes longer is a failure. Default 50,000. */
  withinMs?: number
  /** Called once with the running process. */
  onStart?: (child: ChildProcess) => void
}

const SETTINGS = ['DEVICE', 'THREADS', 'PROFILE', 'DEBUG'].map((name) => `TICKTICKCLOCK_${name}`)

/** `ticktickclock ...args`; a process that does not end by itself is a failure. */
export function cli(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runNode([CLI, ...args], options)
}

/** `node ...args`. */
export async function runNode(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { input, cwd, onStart, withinMs = 50_000 } = options
  const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS.includes(name))
  const env = { ...Object.fromEntries(inherited), ...options.env }
  const startMs = performance.now()
  const child = spawn(process.execPath, args, { cwd, env, stdio: 'pipe' })
  onStart?.(child)
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  // A reader that stops early closes the pipe: that is its right.
  child.stdin.on('error', () => undefined)
  if (input === undefined || typeof input === 'string' || input instanceof Uint8Array) {
    child.stdin.end(input)
  } else {
    feed(child, input).catch(() => child.kill('SIGKILL'))
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`did not end: ${args.join(' ')}`))
    }, withinMs)
    child.on('close', (ended) => {
      clearTimeout(timer)
      resolve(ended)
    })
    child.on('error', reject)
  })
  return { code, stdout: stdout(), stderr: stderr(), elapsedMs: performance.now() - startMs }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}

async function feed(child: ChildProcess, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const { stdin } = child
  if (stdin === null) return
  for await (const chunk of chunks) {
    if (stdin.destroyed) return
    if (stdin.write(chunk)) continue
    await new Promise<void>((resolve) => {
      stdin.once('drain', resolve)
      stdin.once('close', resolve)
      stdin.once('error', () => resolve())
    })
  }
  stdin.end()
}

/** A folder of this test file, gone at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** `id,rank` as numbers by id; ids must need no quotes. */
export function parseCsv(text: string): Map<string, number> {
  const [head, ...lines] = text.trimEnd().split('\n')
  if (head !== 'id,rank') throw new Error(`header is ${head}`)
  return new Map(
    lines.map((line) => {
      const [id, rank] = line.split(',')
      return [id, Number(rank)]
    }),
  )
}

/** A pseudo-random edge list that takes a while to rank. */
export function largeEdgeList(edgeCount: number): string {
  const lines: string[] = []
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 12
  }
  for (let i = 0; i < edgeCount; i++) lines.push(`${next()} ${next()}\n`)
  return lines.join('')
}
