/** The command line of `npm run bench`. */

import { parseArgs } from 'node:util'
import type { ScalingGraph } from './bsp-pagerank.js'
import type { BspSettings } from './suite-bsp.js'
import type { MemorySettings } from './suite-memory.js'
import type { GraphChoice, PagerankSettings } from './suite-pagerank.js'
import type { ParseSettings } from './suite-parse.js'
import type { SortSettings } from './suite-sort.js'
import type { TimestampSettings } from './suite-timestamps.js'

export const HELP = `Times kernels and readGraph against JavaScript by hand and other packages.

usage: npm run bench -- [SUITE …] [OPTION …]

suites (default: all)
  pagerank          whole calls and iterations; graphology-metrics and ngraph.pagerank beside
  parse             readGraph of text in memory, against split and parseInt
  memory            peak memory of reading and ranking a large file, per edge
  sort              sort, every way to pass data; V8, nodejs-polars and DuckDB beside
  timestamps        convertTimestamps, numbers and text; BigInt loops and Date beside
  bsp               supersteps, messages, programs; bare threads, comlink and kernels beside

options
  --quick           small inputs, under a minute, too noisy to quote
  --scale N         R-MAT graphs of 2^N vertices instead, arrays of 2^N values; may be repeated
  --filter REGEXP   only contestants whose name matches
  --no-peers        without other packages
  --samples N       most calls a contestant
  --seed N          seed of all inputs (default 1)
  --json FILE       writes everything measured, machine included
  --markdown FILE   writes the tables as Markdown
  --html FILE       writes one page with tables and plots
  --help

examples
  npm run bench
  npm run bench -- pagerank --quick
  npm run bench -- parse memory --json build/bench.json`

/** Arguments that make no sense. */
export class UsageError extends Error {}

/** A suite of the benchmark. */
export type Suite = 'pagerank' | 'parse' | 'memory' | 'sort' | 'timestamps' | 'bsp'

/** What to run. */
export interface Settings {
  help: boolean
  suites: Set<Suite>
  json: string | undefined
  markdown: string | undefined
  html: string | undefined
  pagerank: PagerankSettings
  parse: ParseSettings
  memory: MemorySettings
  sort: SortSettings
  timestamps: TimestampSettings
  bsp: BspSettings
}

const SUITES: readonly Suite[] = ['pagerank', 'parse', 'memory', 'sort', 'timestamps', 'bsp']
const MIB = 2 ** 20

/** The seed's graph, one of the same density with more to do, and one that iterates for long. */
const SCALING: ScalingGraph[] = [
  { vertexCount: 1000, edgeCount: 5000 },
  { vertexCount: 200_000, edgeCount: 1_000_000 },
  { rmatScale: 18 },
]

/** @throws UsageError with the argument and what is allowed */
export function parseArguments(args: readonly string[]): Settings {
  const { values, positionals } = read(args)
  const suites = positionals.map((name) => {
    const suite = SUITES.find((known) => known === name)
    if (suite === undefined) throw new UsageError(`no suite "${name}": ${SUITES.join(', ')}`)
    return suite
  })
  const quick = values.quick === true
  const seed = wholeNumber('--seed', values.seed ?? '1', 0, 2 ** 32 - 1)
  const most = wholeNumber('--samples', values.samples ?? (quick ? '7' : '15'), 1, 1000)
  const scales = values.scale?.map((text) => wholeNumber('--scale', text, 1, 24))
  const least = Math.min(3, most)
  const filter = values.filter === undefined ? undefined : pattern(values.filter)
  const arrays = {
    valueCount: 2 ** Math.max(...(scales ?? [quick ? 18 : 24])),
    softwareGpuCount: 2 ** 16,
    effort: { budgetMs: quick ? 500 : 6000, mostSamples: most },
    seed,
    filter,
  }
  return {
    help: values.help === true,
    suites: new Set(suites.length === 0 ? SUITES : suites),
    json: values.json,
    markdown: values.markdown,
    html: values.html,
    pagerank: {
      graphs: scales?.map((scale) => ({ kind: 'rmat', scale })) ?? defaultGraphs(quick),
      effort: { budgetMs: quick ? 2000 : 15_000, leastSamples: least, mostSamples: most },
      peerEffort: {
        budgetMs: quick ? 2000 : 40_000,
        leastSamples: quick ? least : 1,
        mostSamples: Math.min(5, most),
      },
      peers: values['no-peers'] !== true,
      softwareGpuScale: 12,
      seed,
      filter,
    },
    parse: { textBytes: (quick ? 8 : 64) * MIB, samples: most, seed },
    memory: { scale: Math.max(...(scales ?? [quick ? 16 : 20])), edgeFactor: 16, seed },
    sort: { ...arrays, peers: values['no-peers'] !== true },
    timestamps: arrays,
    bsp: bspSettings(quick, scales, most, seed, filter),
  }
}

function bspSettings(
  quick: boolean,
  scales: number[] | undefined,
  mostSamples: number,
  seed: number,
  filter: RegExp | undefined,
): BspSettings {
  return {
    barriers: quick ? 5000 : 20_000,
    fanOuts: quick ? 200 : 1000,
    rows: quick ? 2 ** 13 : 2 ** 16,
    blockLength: quick ? 2 ** 16 : 2 ** 21,
    supersteps: quick ? 8 : 32,
    scales: scales ?? (quick ? [12] : [16, 18]),
    scaling: quick ? SCALING.slice(0, 1) : SCALING,
    effort: { budgetMs: quick ? 300 : 4000, mostSamples },
    ...{ seed, filter },
  }
}

function defaultGraphs(quick: boolean): GraphChoice[] {
  if (quick) return [{ kind: 'rmat', scale: 14 }]
  return [
    { kind: 'rmat', scale: 12 },
    { kind: 'rmat', scale: 16 },
    { kind: 'rmat', scale: 18 },
    { kind: 'uniform', scale: 16 },
  ]
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        scale: { type: 'string', multiple: true },
        filter: { type: 'string' },
        'no-peers': { type: 'boolean' },
        samples: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        markdown: { type: 'string' },
        html: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= low && value <= high) return value
  throw new UsageError(`${option} expected a whole number from ${low} to ${high}, got "${text}"`)
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (error) {
    throw new UsageError(`--filter: ${(error as Error).message}`, { cause: error })
  }
}
