/** The PageRank suite's report as tables, for terminal and Markdown. */

import type { Row } from './contest.js'
import { NAMES } from './contestants.js'
import type { Plot } from './plot.js'
import { spread } from './statistics.js'
import type { PagerankReport } from './suite-pagerank.js'
import { formatNumber, formatRatio, formatSpread, formatTiny } from './table.js'

/** A table that terminal and Markdown both show. */
export interface Section {
  title: string
  header: string[]
  rows: string[][]
  /** Lines below the table. */
  notes: string[]
  /** For the page only. */
  plot?: Plot
}

/** Three tables a graph: calls, phases, ratios. */
export function pagerankSections(report: PagerankReport): Section[] {
  const { name, vertexCount, arcCount, seed, lengths } = report
  const counted = (count: number) => count.toLocaleString('en-US')
  const sizes = `${counted(vertexCount)} vertices, ${counted(arcCount)} arcs`
  const notes = [
    ...report.refusals.map(
      ({ name: who, distanceL1, limitL1 }) =>
        `REFUSED ${who}: L1 ${formatTiny(distanceL1)} from the reference, ` +
        `${formatTiny(limitL1)} allowed; not timed`,
    ),
    ...report.missing.map((line) => `not here: ${line}`),
  ]
  return [
    {
      title: `${name}: ${sizes}, undirected, simple, seed ${seed}; ${lengths.long} iterations`,
      header: [
        'whole call',
        'n',
        'median ms',
        'spread',
        'best ms',
        'cpu ms',
        'ms/iter',
        'ns/arc',
        'L1',
      ],
      rows: report.rows.map(callCells),
      notes,
    },
    {
      title: `${name}: phases, median ms`,
      header: ['phases', 'upload', 'prepare', 'compute', 'read'],
      rows: report.rows.flatMap(phaseCells),
      notes: [],
    },
    ratioSection(report),
  ]
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
    formatNumber(positive(row.iterationMs)),
    formatNumber(positive(row.nsPerArcIteration)),
    formatTiny(row.distanceL1),
  ]
}

/** A difference of two calls that drowns in noise is no measurement. */
function positive(value: number): number | undefined {
  return value > 0 ? value : undefined
}

function phaseCells({ name, phases }: Row): string[][] {
  if (phases === undefined) return []
  const { uploadMs, prepareMs, computeMs, readMs } = phases
  return [[name, ...[uploadMs, prepareMs, computeMs, readMs].map((ms) => formatNumber(ms))]]
}

/** Rows: who is faster, by wall time and by processor time. Columns: than whom. */
function ratioSection({ name, ratios }: PagerankReport): Section {
  const overs = [...new Set(ratios.map(({ over }) => over))]
  const names = [...new Set(ratios.map(({ of }) => of))].filter((of) => !overs.includes(of))
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
