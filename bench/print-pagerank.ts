/** The PageRank suite's report as tables, for terminal and Markdown. */

import type { Row } from './contest.js'
import { NAMES } from './contestants.js'
import { arraySection } from './print-arrays.js'
import { dotOf, isEmulated, type Section } from './section.js'
import { spread, summarize } from './statistics.js'
import type { PagerankReport } from './suite-pagerank.js'
import { formatNumber, formatRatio, formatSpread, formatTiny } from './table.js'

/** Tables of a graph: calls, phases, ratios, and calls to convergence. */
export function pagerankSections(report: PagerankReport): Section[] {
  const { name, vertexCount, arcCount, seed, lengths, convergence } = report
  const counted = (count: number) => count.toLocaleString('en-US')
  const sizes = `${counted(vertexCount)} vertices, ${counted(arcCount)} arcs`
  const notes = [
    ...report.refusals.map(
      ({ name: who, distanceL1, limitL1 }) =>
        `REFUSED ${who}: L1 ${formatTiny(distanceL1)} from the reference, ` +
        `${formatTiny(limitL1)} allowed; not timed`,
    ),
    ...(report.about ?? []),
    ...report.missing.map((line) => `not here: ${line}`),
  ]
  return [
    {
      title: `${name}: ${sizes}, undirected, simple, seed ${seed}; ${lengths.long} iterations`,
      header: ['whole call', 'n', 'median ms', 'spread', 'best ms', 'cpu ms', 'L1'],
      rows: report.rows.map(callCells),
      notes,
      plot: {
        kind: 'dots',
        title: `${name}: whole calls of ${lengths.long} iterations`,
        label: 'ms a call',
        rows: report.rows.map((row) => dotOf(row.name, row.call)),
      },
    },
    iterationSection(report),
    phaseSection(report),
    ratioSection(report),
    ...(convergence === undefined ? [] : [arraySection(convergence)]),
  ]
}

/** Whole calls include what iterations don't: these stand apart. */
function iterationSection({ name, rows, lengths }: PagerankReport): Section {
  const measured = rows.filter((row) => row.iterationMs > 0)
  const eachOf = ({ callsMs, shortCallsMs }: Row) => {
    const pairs = Math.min(callsMs.length, shortCallsMs.length)
    const count = lengths.long - lengths.short
    return Array.from({ length: pairs }, (_, i) => (callsMs[i] - shortCallsMs[i]) / count)
  }
  const cells = measured.map((row) => {
    const summary = summarize(eachOf(row))
    return { row, summary }
  })
  return {
    title: `${name}: an iteration, from calls of ${lengths.long} and of ${lengths.short}`,
    header: ['iteration', 'pairs', 'median ms', 'spread', 'cpu ms', 'ns/arc'],
    rows: cells.map(({ row, summary }) => [
      row.name,
      String(summary.count),
      formatNumber(row.iterationMs),
      formatSpread(spread(summary)),
      formatNumber(positive(row.iterationCpuMs)),
      formatNumber(row.nsPerArcIteration),
    ]),
    notes: rows
      .filter((row) => !measured.includes(row))
      .map((row) => `${row.name}: the difference of its calls drowned in noise`),
    plot: {
      kind: 'dots',
      title: `${name}: one iteration`,
      label: 'ms an iteration',
      // A quartile below 0 is noise, too: what is drawn ends at the axis.
      rows: cells.map(({ row, summary }) => ({
        ...dotOf(row.name, summary),
        low: Math.max(summary.lowMs, row.iterationMs / 10),
      })),
    },
  }
}

const PHASES = ['upload', 'prepare', 'compute', 'read']

function phaseSection({ name, rows, arcCount }: PagerankReport): Section {
  const measured = rows.flatMap(({ name: who, phases }) => {
    if (phases === undefined) return []
    const { uploadMs, prepareMs, computeMs, readMs } = phases
    return [{ name: who, values: [uploadMs, prepareMs, computeMs, readMs] }]
  })
  return {
    title: `${name}: upload, prepare, compute and read apart, median ms`,
    header: ['phases', ...PHASES],
    rows: measured.map(({ name: who, values }) => [who, ...values.map(formatNumber)]),
    notes: [],
    plot: {
      kind: 'stack',
      title: `${name}, ${arcCount.toLocaleString('en-US')} arcs: where a call's time goes`,
      label: 'ms a call, medians of each phase',
      parts: PHASES,
      rows: measured,
    },
  }
}

function callCells(row: Row): string[] {
  const { call } = row
  return [
    row.name,
    String(call.count),
    formatNumber(call.medianMs),
    formatSpread(spread(call)),
    formatNumber(call.bestMs),
    formatNumber(row.cpuMs),
    formatTiny(row.distanceL1),
  ]
}

/** A difference of two calls that drowns in noise is no measurement. */
function positive(value: number): number | undefined {
  return value > 0 ? value : undefined
}

/** Rows: who is faster, by wall time and by processor time. Columns: than whom. */
function ratioSection({ name, ratios }: PagerankReport): Section {
  const overs = [...new Set(ratios.map(({ over }) => over))]
  const names = [...new Set(ratios.map(({ of }) => of))].filter(
    (of) => !overs.includes(of) && !isEmulated(of),
  )
  const cells = (of: string, key: 'median' | 'cpu', iteration: 'iteration' | 'iterationCpu') => {
    const find = (over: string) => ratios.find((ratio) => ratio.of === of && ratio.over === over)
    return [
      ...overs.map((over) => formatRatio(find(over)?.[key])),
      formatRatio(find(NAMES.typedArray)?.[iteration]),
    ]
  }
  return {
    title: `${name}: ratios of medians of whole calls; typed JS is typed-array JavaScript`,
    header: ['times as fast as', 'by', ...overs.map(shortName), 'typed JS, iter.'],
    rows: names.flatMap((of) => [
      [of, 'wall', ...cells(of, 'median', 'iteration')],
      ['', 'cpu', ...cells(of, 'cpu', 'iterationCpu')],
    ]),
    notes: [],
  }
}

function shortName(name: string): string {
  if (name === NAMES.reference) return 'plain JS'
  if (name === NAMES.typedArray) return 'typed JS'
  return name.split(/[-. ]/)[0]
}
