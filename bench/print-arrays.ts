/** Reports of array contests as tables, for terminal and Markdown. */

import type { ArrayReport } from './array-contest.js'
import type { Section } from './print-pagerank.js'
import { spread } from './statistics.js'
import { formatNumber, formatRatio, formatSpread } from './table.js'

/** One table a contest; ratios are of medians of the same contest. */
export function arraySection(report: ArrayReport): Section {
  const { name, valueCount, seed, rows, refusals, missing } = report
  const over = report.over.filter((who) => rows.some((row) => row.name === who))
  const medianOf = (who: string) => rows.find((row) => row.name === who)?.call.medianMs
  return {
    title: `${name}: ${valueCount.toLocaleString('en-US')} values, seed ${seed}`,
    header: [
      'whole call',
      'n',
      'median ms',
      'spread',
      'cpu ms',
      'ns/value',
      ...over.map((who) => `× ${shortName(who)}`),
    ],
    rows: rows.map(({ name: who, call, cpuMs, nsPerValue }) => [
      who,
      String(call.count),
      formatNumber(call.medianMs),
      formatSpread(spread(call)),
      formatNumber(cpuMs),
      formatNumber(nsPerValue),
      ...over.map((other) => formatRatio((medianOf(other) ?? Number.NaN) / call.medianMs)),
    ]),
    notes: [...refusals, ...missing.map((line) => `not here: ${line}`)],
  }
}

function shortName(name: string): string {
  return name.split(' ')[0].replace('nodejs-', '')
}
