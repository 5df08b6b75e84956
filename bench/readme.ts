/**
 * The figures in README.md, written from kept runs: between two markers stands nothing else, so
 * that no figure there outlives its run. A test compares; `npm run bench -- --publish` rewrites.
 */

import type { ArrayReport, ArrayRow } from './array-contest.js'
import type { BspReport } from './bsp-contest.js'
import { NAMES } from './contestants.js'
import type { Machine } from './machine.js'
import type { KeptReport, Report } from './report.js'
import type { PagerankReport } from './suite-pagerank.js'
import { formatMarkdown, formatNumber } from './table.js'

/** Where the figures stand. */
export const MARKERS = {
  begin: '<!-- figures: npm run bench -- --publish -->',
  end: '<!-- end of figures -->',
} as const

/** The graph, and the number of values, of the README's tables. */
const GRAPH = 'R-MAT 16'
const SORTED = ['u32', 'u64', 'f64'] as const

/**
 * README.md with these figures.
 *
 * @throws Error without both markers in order
 */
export function withFigures(readme: string, figures: string): string {
  const begin = readme.indexOf(MARKERS.begin)
  const end = readme.indexOf(MARKERS.end)
  if (begin < 0 || end < begin) {
    throw new Error(`README.md needs the lines ${MARKERS.begin} and ${MARKERS.end}`)
  }
  const before = readme.slice(0, begin + MARKERS.begin.length)
  return `${before}\n\n${figures}\n\n${readme.slice(end)}`
}

/** Figures of the newest kept run that has them. */
export function readmeFigures(kept: readonly KeptReport[]): string {
  return [
    ...pagerankFigures(kept),
    ...convergenceFigures(kept),
    ...sortFigures(kept),
    sentence([...parseFigures(kept), ...memoryFigures(kept)]),
    sentence([...bspFigures(kept), ...programFigures(kept), ...analyticsFigures(kept)]),
    sentence(costFigures(kept)),
    sentence([...timestampFigures(kept), ...crossoverFigures(kept)]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Sentences as a paragraph of lines of up to 100 columns. */
function sentence(sentences: readonly string[]): string {
  const lines: string[] = []
  for (const word of sentences.join(' ').split(' ')) {
    const last = lines[lines.length - 1]
    if (last === undefined || last.length + 1 + word.length > 100) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}

/** What a run has, in the newest that has it. */
function newest<T>(
  kept: readonly KeptReport[],
  find: (report: Report) => T | undefined,
): { found: T; machine: Machine } | undefined {
  for (const { report } of kept) {
    const found = find(report)
    if (found !== undefined) return { found, machine: report.machine }
  }
  return undefined
}

function place({ cores, cpu }: Machine): string {
  return `medians of one run on ${cores} cores of an ${cpu}`
}

function pagerankFigures(kept: readonly KeptReport[]): string[] {
  const run = newest(kept, ({ pagerank }) => pagerank.find(({ name }) => name === GRAPH))
  if (run === undefined) return []
  const { found: report, machine } = run
  const { vertexCount, arcCount, lengths, rows } = report
  const [vertices, arcs] = [vertexCount, arcCount].map((count) => count.toLocaleString('en-US'))
  const peers = rows.filter(({ isPeer }) => isPeer).map(({ name }) => name)
  const overs = [...peers, NAMES.typedArray]
  // Calls from a graph in hand, the quickest first; residents stand in the results only.
  const shown = rows
    .filter(({ name }) => !name.endsWith('resident'))
    .sort((a, b) => a.call.medianMs - b.call.medianMs)
  return [
    sentence([
      `PageRank, ${lengths.long} iterations in f64 of an R-MAT graph with ${vertices} vertices and`,
      `${arcs} arcs, graph in hand, answers compared first; ${place(machine)}:`,
    ]),
    formatMarkdown(
      [
        'whole call',
        'ms',
        ...overs.map((over, i) => `${i === 0 ? 'times as fast as' : '…'} ${brief(over)}`),
      ],
      shown.map(({ name, call }) => [
        shownName(name),
        formatNumber(call.medianMs),
        ...overs.map((over) => (name.startsWith('WASM') ? ratioOf(report, name, over) : '')),
      ]),
    ),
    sentence([
      'Ratios to other packages are taken beside each other in contests of their own, so they are',
      'not those of the column.',
    ]),
  ]
}

function ratioOf({ ratios }: PagerankReport, of: string, over: string): string {
  const ratio = ratios.find((each) => each.of === of && each.over === over)
  return ratio === undefined ? '' : formatNumber(ratio.median)
}

function brief(name: string): string {
  return name === NAMES.typedArray ? 'JavaScript by hand' : name.split(' ')[0]
}

function shownName(name: string): string {
  if (name === NAMES.typedArray) return 'typed-array JavaScript, written by hand'
  return name === NAMES.reference ? 'plain JavaScript (`reference`)' : name
}

function convergenceFigures(kept: readonly KeptReport[]): string[] {
  const run = newest(kept, ({ pagerank }) => {
    const contest = pagerank.find(({ name }) => name === GRAPH)?.convergence
    return contest?.rows.some(isIgraph) ? contest : undefined
  })
  const igraph = run?.found.rows.find(isIgraph)
  const wasm = run?.found.rows.filter(({ name }) => name.startsWith('WASM')) ?? []
  if (igraph === undefined || wasm.length === 0) return []
  const ours = wasm.map(({ name, call }) => `${name}: ${formatNumber(call.medianMs)} ms`).join('; ')
  return [
    sentence([
      `To convergence on the same graph, ${igraph.name} (PRPACK, in C++), takes`,
      `${formatNumber(igraph.call.medianMs)} ms; ${ours}.`,
    ]),
  ]
}

function isIgraph({ name }: ArrayRow): boolean {
  return name.startsWith('python-igraph')
}

function sortFigures(kept: readonly KeptReport[]): string[] {
  const title = (type: string) => `sort ${type}, uniform`
  const run = newest(kept, ({ sort }) => {
    const contests = SORTED.map((type) => sort.find(({ name }) => name === title(type)))
    return contests.every((contest) => contest !== undefined)
      ? (contests as ArrayReport[])
      : undefined
  })
  if (run === undefined) return []
  const contests = run.found
  const names = [...new Set(contests.flatMap(({ rows }) => rows.map(({ name }) => name)))]
  const cells = names
    .filter((name) => !/(into|fresh)$/.test(name))
    .map((name) => ({
      name: name.replace(', resident', ''),
      ms: contests.map(({ rows }) => rows.find((row) => row.name === name)?.call.medianMs),
    }))
    .sort((a, b) => (a.ms[0] ?? 0) - (b.ms[0] ?? 0))
  const count = contests[0].valueCount.toLocaleString('en-US')
  return [
    sentence([
      `Sorting ${count} values, for WASM in its memory already, beside other packages in the same`,
      `run; ${place(run.machine)}:`,
    ]),
    formatMarkdown(
      ['ms', ...SORTED],
      cells.map(({ name, ms }) => [
        name.replace('TypedArray.prototype.sort', 'TypedArray sort'),
        ...ms.map(formatNumber),
      ]),
    ),
  ]
}

function parseFigures(kept: readonly KeptReport[]): string[] {
  const run = newest(kept, ({ parse }) => parse.find(({ name }) => name.startsWith('SNAP')))
  const row = run?.found.rows.find(({ name }) => name.startsWith('readGraph'))
  if (row === undefined) return []
  const speed = formatNumber(row.megabytesPerSecond)
  return [`Edge lists are read at ${speed} MB/s on one thread, CSR included.`]
}

function memoryFigures(kept: readonly KeptReport[]): string[] {
  const name = 'readGraph + pagerank, directed'
  const run = newest(kept, ({ memory }) => memory.find((each) => each.name === name))
  if (run === undefined) return []
  const millions = (run.found.edgeCount / 1e6).toFixed(1)
  const bytes = formatNumber(run.found.bytesPerEdge)
  return [`Reading and ranking ${millions} million edges peaks at ${bytes} bytes an edge.`]
}

function contestOf(kept: readonly KeptReport[], title: string): BspReport | undefined {
  return newest(kept, ({ bsp }) => bsp?.contests.find(({ name }) => name.startsWith(title)))?.found
}

function figureOf(contest: BspReport | undefined, row: string): string {
  return formatNumber(contest?.rows.find(({ name }) => name === row)?.figure)
}

function bspFigures(kept: readonly KeptReport[]): string[] {
  const barrier = contestOf(kept, 'Barrier')
  const messages = contestOf(kept, 'Messages')
  if (barrier === undefined || messages === undefined) return []
  const batches = figureOf(messages, 'typed rows, by batch')
  const single = figureOf(messages, 'typed rows, one by one')
  return [
    'A superstep of a BSP program that does nothing takes',
    `${figureOf(barrier, 'empty superstep')} µs on two workers, a call by comlink to both of them`,
    `${figureOf(barrier, 'comlink fan-out')} µs; typed rows travel at ${single} million a second`,
    `one by one, and at ${batches} million in batches.`,
  ]
}

function programFigures(kept: readonly KeptReport[]): string[] {
  const bsp = newest(kept, (report) => report.bsp)?.found
  const ratios = (bsp?.contests ?? [])
    .flatMap(({ verdicts }) => verdicts)
    .filter(({ says }) => says === 'BSP program over kernel')
    .map(({ ratio }) => ratio)
    .sort((a, b) => a - b)
  if (ratios.length === 0) return []
  const ends = [...new Set([ratios[0], ratios[ratios.length - 1]].map(formatNumber))].join(' to ')
  return [`PageRank as a BSP program takes ${ends} times as long as the kernel called directly.`]
}

/** Search and components, the faster of the vertex programs beside graphology. */
function analyticsFigures(kept: readonly KeptReport[]): string[] {
  const reports = newest(kept, ({ analytics }) => analytics)?.found ?? []
  return reports.flatMap(({ name, rows }) => {
    const own = rows.filter((row) => row.name.startsWith('vertex program'))
    const peer = rows.find((row) => row.name === 'graphology')
    if (peer === undefined || own.length === 0) return []
    const ms = Math.min(...own.map(({ figure }) => figure))
    const [what, graph] = name.split(', ')
    return [
      `A vertex program takes ${formatNumber(ms)} ms for ${what.toLowerCase()} on ${graph},`,
      `${formatNumber(peer.figure / ms)} times as fast as graphology.`,
    ]
  })
}

function timestampFigures(kept: readonly KeptReport[]): string[] {
  const best = (title: string, base: string) => {
    const find = ({ timestamps }: Report) => timestamps.find(({ name }) => name === title)
    const rows = newest(kept, find)?.found.rows ?? []
    const slow = rows.find(({ name }) => name === base)?.call.medianMs ?? Number.NaN
    const wasm = rows.filter(({ name }) => name.startsWith('WASM'))
    return slow / Math.min(...wasm.map(({ call }) => call.medianMs))
  }
  const written = best('Unix milliseconds to ISO 8601', 'Date.toISOString')
  const read = best('ISO 8601 to Unix milliseconds', 'Date.parse')
  if (!Number.isFinite(written) || !Number.isFinite(read)) return []
  return [
    `ISO 8601 text is written ${formatNumber(written)} times as fast as \`Date.toISOString\`, and`,
    `read ${formatNumber(read)} times as fast as \`Date.parse\`.`,
  ]
}

/** How good predictions are, and choices by them. */
function costFigures(kept: readonly KeptReport[]): string[] {
  const { errors, choices } = newest(kept, ({ cost }) => cost)?.found ?? {}
  const own = errors?.totals.filter(({ program }) => program !== 'all of them') ?? []
  if (own.length === 0 || choices?.sumRatio === undefined) return []
  const medians = own.map(({ program, errorPercent }) => {
    const what = program === 'h-relation' ? 'a sweep of h-relations' : program
    return `${formatNumber(errorPercent)} % for ${what}`
  })
  return [
    'Predictions for supersteps that the cost model was not fitted to are off by',
    `${new Intl.ListFormat('en-GB').format(medians)} in the median;`,
    `\`device: 'auto'\` takes ${formatNumber(choices.sumRatio)} times as long as the best device`,
    'for each size.',
  ]
}

/** From where on WASM is worth it, for every job that was grown. */
function crossoverFigures(kept: readonly KeptReport[]): string[] {
  const reports = newest(kept, ({ scaling }) => (scaling.length > 0 ? scaling : undefined))?.found
  const parts = (reports ?? []).flatMap(({ name, unit, crossovers }) => {
    const sizes = crossovers.flatMap(({ size }) => (size === null ? [] : [size]))
    if (sizes.length === 0) return []
    const least = Math.min(...sizes)
    const from = least === 0 ? 'at every size' : `from about ${rounded(least)} ${unit}s on`
    return [`${name.split(',')[0]} ${from}`]
  })
  if (parts.length === 0) return []
  return [`WASM is quicker than plain JavaScript for ${parts.join(', ')}.`]
}

function rounded(size: number): string {
  return Number(size.toPrecision(2)).toLocaleString('en-US')
}
