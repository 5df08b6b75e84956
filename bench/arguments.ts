/** The command line of `npm run bench`. */

import { parseArgs } from 'node:util'
import type { ArraySettings } from './array-contest.js'
import type { ScalingGraph } from './bsp-pagerank.js'
import type { AnalyticsSettings } from './suite-analytics.js'
import type { BspSettings } from './suite-bsp.js'
import type { CostSettings } from './suite-cost.js'
import type { MemorySettings } from './suite-memory.js'
import type { GraphChoice, PagerankSettings } from './suite-pagerank.js'
import type { ParseSettings } from './suite-parse.js'
import type { ScalingSettings } from './suite-scaling.js'

export const HELP = `Times kernels and readGraph against JavaScript by hand and other packages.

usage: npm run bench -- [SUITE …] [OPTION …]

suites (default: all)
  pagerank          whole calls, iterations, phases; graphology-metrics, ngraph.pagerank,
                    networkx and python-igraph beside
  parse             readGraph of text in memory, against split and parseInt
  memory            peak memory of reading and ranking a large file, per edge
  sort              sort and argsort, every way to pass data, phases; V8, nodejs-polars,
                    DuckDB and radix-sorter beside
  timestamps        convertTimestamps, numbers and text; BigInt loops and Date beside
  scaling           PageRank, sort and timestamps as work grows: slopes and crossovers
  bsp               supersteps, messages, programs; bare threads, comlink and kernels beside
  analytics         search, components and PageRank by vertex programs; graphology and the
                    kernel beside
  cost              g and l of transports, times of devices, predictions beside supersteps, what
                    device 'auto' takes beside the best; calibrates first, or takes the profile
                    that TICKTICKCLOCK_PROFILE names

options
  --quick           small inputs, about a minute for all suites, too noisy to quote
  --scale N         R-MAT graphs of 2^N vertices instead, arrays of 2^N values; may be repeated
  --filter REGEXP   only contestants whose name matches
  --no-peers        without other packages
  --samples N       most calls a contestant
  --seed N          seed of all inputs (default 1)
  --json FILE       writes everything measured, machine included
  --markdown FILE   writes the tables as Markdown
  --html FILE       writes one page with tables and plots
  --save NAME       writes NAME.json and NAME.html to bench/results, then does as --publish
  --publish         measures nothing: brings bench/results/README.md and the figures in README.md
                    up to date with the JSON files in bench/results
  --help

examples
  npm run bench
  npm run bench -- pagerank --quick
  npm run bench -- parse memory --json build/bench.json`

/** Arguments that make no sense. */
export class UsageError extends Error {}

/** A suite of the benchmark. */
export type Suite = (typeof SUITES)[number]

/** What to run. */
export interface Settings {
  help: boolean
  suites: Set<Suite>
  json: string | undefined
  markdown: string | undefined
  html: string | undefined
  save: string | undefined
  publish: boolean
  pagerank: PagerankSettings
  parse: ParseSettings
  memory: MemorySettings
  sort: ArraySettings
  timestamps: ArraySettings
  scaling: ScalingSettings
  bsp: BspSettings
  analytics: AnalyticsSettings
  cost: CostSettings
}

const SUITES = [
  'pagerank',
  'parse',
  'memory',
  'sort',
  'timestamps',
  'scaling',
  'bsp',
  'analytics',
  'cost',
] as const
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
  const peers = values['no-peers'] !== true
  const arrays: ArraySettings = {
    valueCount: 2 ** Math.max(...(scales ?? [quick ? 18 : 24])),
    softwareGpuCount: 2 ** 16,
    effort: { budgetMs: quick ? 500 : 6000, mostSamples: most },
    ...{ peers, seed, filter },
  }
  return {
    help: values.help === true,
    suites: new Set(suites.length === 0 ? SUITES : suites),
    json: values.json,
    markdown: values.markdown,
    html: values.html,
    save: values.save === undefined ? undefined : fileName(values.save),
    publish: values.publish === true,
    pagerank: {
      graphs: scales?.map((scale) => ({ kind: 'rmat', scale })) ?? defaultGraphs(quick),
      effort: { budgetMs: quick ? 2000 : 15_000, leastSamples: least, mostSamples: most },
      peerEffort: {
        budgetMs: quick ? 2000 : 40_000,
        leastSamples: quick ? least : 1,
        mostSamples: Math.min(5, most),
      },
      peers,
      softwareGpuScale: 12,
      seed,
      filter,
    },
    parse: { textBytes: (quick ? 8 : 64) * MIB, samples: most, seed },
    memory: { scale: Math.max(...(scales ?? [quick ? 16 : 20])), edgeFactor: 16, seed },
    sort: arrays,
    timestamps: arrays,
    scaling: scalingSettings(quick, scales, most, { peers, seed, filter }),
    bsp: bspSettings(quick, scales, most, seed, filter),
    analytics: {
      scales: scales ?? [quick ? 12 : 18],
      effort: { budgetMs: quick ? 300 : 4000, mostSamples: most },
      ...{ peers, seed, filter },
    },
    cost: costSettings(quick, scales, most, seed, filter),
  }
}

/** Sizes that quadruple, the largest last. */
function scalesTo(high: number, low: number): number[] {
  const count = Math.max(0, Math.floor((high - low) / 2)) + 1
  return Array.from({ length: count }, (_, i) => high - 2 * (count - 1 - i))
}

function scalingSettings(
  quick: boolean,
  scales: number[] | undefined,
  mostSamples: number,
  rest: Pick<ScalingSettings, 'peers' | 'seed' | 'filter'>,
): ScalingSettings {
  const largest = scales === undefined ? undefined : Math.max(...scales)
  return {
    graphScales: scalesTo(largest ?? (quick ? 12 : 18), Math.min(6, largest ?? 6)),
    arrayScales: scalesTo(largest ?? (quick ? 18 : 24), Math.min(8, largest ?? 8)),
    effort: { budgetMs: quick ? 40 : 1500, mostSamples },
    mostCallMs: quick ? 150 : 3000,
    ...rest,
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
    heard: quick ? 500 : 10_000,
    rows: quick ? 2 ** 13 : 2 ** 16,
    blockLength: quick ? 2 ** 16 : 2 ** 21,
    supersteps: quick ? 8 : 32,
    scales: scales ?? (quick ? [12] : [16, 18]),
    scaling: quick ? SCALING.slice(0, 1) : SCALING,
    effort: { budgetMs: quick ? 300 : 4000, mostSamples },
    ...{ seed, filter },
  }
}

/** None of the sizes is one of calibration's. */
function costSettings(
  quick: boolean,
  scales: number[] | undefined,
  mostSamples: number,
  seed: number,
  filter: RegExp | undefined,
): CostSettings {
  const kib = quick ? [8, 384] : [2, 8, 32, 96, 192, 384, 768, 2048]
  return {
    errors: {
      graphScales: scales ?? (quick ? [11] : [11, 14, 16]),
      arrayScales: scales ?? (quick ? [15] : [15, 19, 21]),
      sweepBytes: kib.map((count) => count * 1024),
      sweepSupersteps: quick ? 30 : 200,
      effort: { budgetMs: quick ? 200 : 3000, mostSamples },
      ...{ seed, filter },
    },
    choices: {
      graphScales: scales ?? (quick ? [8, 11] : [8, 12, 15]),
      arrayScales: scales ?? (quick ? [12, 16] : [12, 16, 19, 21, 23]),
      effort: { budgetMs: quick ? 100 : 3000, mostSamples },
      ...{ seed, filter },
    },
  }
}

function defaultGraphs(quick: boolean): GraphChoice[] {
  if (quick) return [{ kind: 'rmat', scale: 12 }]
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
        save: { type: 'string' },
        publish: { type: 'boolean' },
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

/** A name in bench/results, not a path. */
function fileName(text: string): string {
  if (/^[a-z0-9][a-z0-9._-]*$/i.test(text)) return text
  throw new UsageError(`--save expected a name of letters, digits and -._, got "${text}"`)
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (error) {
    throw new UsageError(`--filter: ${(error as Error).message}`, { cause: error })
  }
}
