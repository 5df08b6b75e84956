/** The reports of the BSP suite as tables and plots. */

import type { CasesReport } from './bsp-cases.js'
import type { BspReport, BspUnit, Verdict } from './bsp-contest.js'
import type { ScalingReport } from './bsp-pagerank.js'
import { dotOf, type LinePoint, type Section } from './section.js'
import { spread } from './statistics.js'
import type { BspSuiteReport } from './suite-bsp.js'
import { formatNumber, formatRatio, formatSpread } from './table.js'

const HEADS: Record<BspUnit, string> = {
  'ms each': 'ms each',
  'µs each': 'µs each',
  'M/s': 'million a second',
  'GB/s': 'GB/s',
}

/** Every table. */
export function bspSections({ contests, cases, scaling }: BspSuiteReport): Section[] {
  const held = contests.filter(({ rows, refusals }) => rows.length + refusals.length > 0)
  return [...held.map(contestSection), ...scaling.map(scalingSection), casesSection(cases)]
}

/** One contest. */
export function contestSection({
  name,
  unit,
  rows,
  verdicts,
  refusals,
  notes,
}: BspReport): Section {
  return {
    title: name,
    header: ['', HEADS[unit], 'best', 'spread', 'n', 'ms a run'],
    rows: rows.map((row) => [
      row.name,
      formatNumber(row.figure),
      formatNumber(row.bestFigure),
      formatSpread(spread(row.call)),
      String(row.call.count),
      formatNumber(row.call.medianMs),
    ]),
    notes: [...verdicts.map((verdict) => verdictLine(verdict, unit)), ...refusals, ...notes],
    plot: {
      kind: 'dots',
      title: name,
      label: HEADS[unit],
      // Quartiles of the figure: for rates, the slower call has the lower one.
      rows: rows.map(({ name: who, figure, call }) => {
        const [a, b] = [call.lowMs, call.highMs].map((ms) =>
          unit.endsWith('each') ? (figure * ms) / call.medianMs : (figure * call.medianMs) / ms,
        )
        return { name: who, value: figure, low: Math.min(a, b), high: Math.max(a, b) }
      }),
    },
  }
}

function verdictLine(verdict: Verdict, unit: BspUnit): string {
  const { over, says, ratio, bestRatio, atLeast, atMost, met } = verdict
  const show = (value: number) => (over === unit ? formatNumber(value) : formatRatio(value))
  const measured = `${says}: ${show(ratio)} (best runs ${show(bestRatio)})`
  if (atLeast === undefined && atMost === undefined) return measured
  const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
  const outcome = met === undefined ? 'not judged' : met ? 'met' : 'MISSED'
  return `${measured}, owed ${bound}: ${outcome}`
}

function casesSection({ contest, costs }: CasesReport): Section {
  return {
    title: contest.name,
    header: ['case', 'n', 'median ms', 'spread', 'best ms', 'supersteps', 'messages', 'heap KiB'],
    rows: contest.rows.map(({ name, call }) => {
      const cost = costs.find((each) => each.name === name)
      return [
        name,
        String(call.count),
        formatNumber(call.medianMs),
        formatSpread(spread(call)),
        formatNumber(call.bestMs),
        String(cost?.supersteps ?? '–'),
        String(cost?.messages ?? '–'),
        formatNumber(cost && cost.heapBytes / 1024),
      ]
    }),
    notes: [...contest.refusals, ...contest.notes],
    plot: {
      kind: 'dots',
      title: contest.name,
      label: 'ms a run',
      rows: contest.rows.map((row) => dotOf(row.name, row.call)),
    },
  }
}

function scalingSection({ name, cores, rows, contest }: ScalingReport): Section {
  const measured = rows.filter(({ seconds }) => seconds > 0)
  return {
    title: `Scaling: ${name}; ${cores} cores`,
    header: ['Processors', 'Time (s)', 'Speedup', 'Efficiency %', 'at least 0.7 p'],
    rows: rows.map(({ processors, seconds, speedup, efficiency, check }) => [
      String(processors),
      formatNumber(seconds),
      formatRatio(speedup),
      formatNumber(100 * efficiency),
      check,
    ]),
    notes: contest.refusals,
    plot: {
      kind: 'lines',
      title: `Speed-up of ${name} on ${cores} cores`,
      xLabel: 'processors',
      yLabel: 'speed-up',
      base: 2,
      series: [
        {
          name: 'measured',
          points: measured.map(({ processors, speedup }) => point(processors, speedup)),
        },
        {
          name: 'one a processor',
          points: rows.map(({ processors }) => point(processors, processors)),
          dashed: true,
        },
      ],
    },
  }
}

function point(x: number, y: number): LinePoint {
  return { x, y, low: y, high: y }
}
