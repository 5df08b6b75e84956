/** Reports of array contests as tables, for terminal and Markdown. */

import type { ArrayReport } from './array-contest.js'
import { NAMES } from './contestants.js'
import { dotOf, isEmulated, type Section } from './section.js'
import type { SortPhases } from './sort-phases.js'
import { spread } from './statistics.js'
import { formatNumber, formatRatio, formatSpread, formatTiny } from './table.js'

/** One table a contest; ratios are of medians of the same contest. */
export function arraySection(report: ArrayReport): Section {
  const { name, unit = 'value', valueCount, seed, rows, refusals, missing, about = [] } = report
  const hasDistances = rows.some((row) => row.distanceL1 !== undefined)
  const over = report.over.filter((who) => rows.some((row) => row.name === who))
  const medianOf = (who: string) => rows.find((row) => row.name === who)?.call.medianMs
  return {
    title: `${name}: ${valueCount.toLocaleString('en-US')} ${unit}s, seed ${seed}`,
    header: [
      'whole call',
      'n',
      'median ms',
      'spread',
      'cpu ms',
      `ns/${unit}`,
      ...(hasDistances ? ['L1'] : []),
      ...over.map((who) => `×${shortName(who)}`),
    ],
    rows: rows.map(({ name: who, call, cpuMs, nsPerValue, distanceL1 }) => [
      who,
      String(call.count),
      formatNumber(call.medianMs),
      formatSpread(spread(call)),
      formatNumber(cpuMs),
      formatNumber(nsPerValue),
      ...(hasDistances ? [formatTiny(distanceL1 ?? Number.NaN)] : []),
      ...over.map((other) =>
        formatRatio(isEmulated(who) ? undefined : (medianOf(other) ?? Number.NaN) / call.medianMs),
      ),
    ]),
    notes: [...refusals, ...about, ...missing.map((line) => `not here: ${line}`)],
    plot: {
      kind: 'dots',
      title: `${name}: whole calls`,
      label: 'ms a call',
      rows: rows.map((row) => dotOf(row.name, row.call)),
    },
  }
}

const PHASES = ['upload', 'compute', 'read', 'read fresh']

/** Phases of a sort by device. A fresh array is instead of a given one: it is not in the stack. */
export function sortPhasesSection(report: SortPhases): Section {
  const { name, valueCount, seed, rows, refusals, missing } = report
  const counted = valueCount.toLocaleString('en-US')
  return {
    title: `${name}: ${counted} values, seed ${seed}, median ms`,
    header: ['phases', ...PHASES],
    rows: rows.map(({ name: who, uploadMs, computeMs, readMs, readFreshMs }) => [
      who,
      ...[uploadMs, computeMs, readMs, readFreshMs].map(formatNumber),
    ]),
    notes: [...refusals, ...missing.map((line) => `not here: ${line}`)],
    plot: {
      kind: 'stack',
      title: `sort f64, ${counted} values: where the time goes`,
      label: 'ms, medians of each phase',
      parts: PHASES.slice(0, 3),
      rows: rows.map(({ name: who, uploadMs, computeMs, readMs }) => ({
        name: who,
        values: [uploadMs, computeMs, readMs],
      })),
    },
  }
}

/** A table of four ratios must fit a terminal. */
function shortName(name: string): string {
  if (name === NAMES.reference) return 'plain JS'
  if (name === NAMES.typedArray) return 'typed JS'
  const [first] = name.split(' ')
  return first.replace(/^(nodejs-|python-)|-sorter$/g, '')
}
