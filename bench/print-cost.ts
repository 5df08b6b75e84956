/** The report of the cost model's suite as tables and plots. */

import type { CostProfile } from 'ticktickclock/cost'
import { type ChoiceReport, type ChoiceRow, COUNTS_FROM_MS } from './cost-choice.js'
import { COST_TRANSPORTS, type ErrorReport, type ErrorRow } from './cost-errors.js'
import type { Section } from './section.js'
import type { CostSuiteReport } from './suite-cost.js'
import { formatNumber, formatRatio } from './table.js'

/** What is owed: percent, and ratios. */
const OWED = { errorPercent: 20, sumRatio: 1.15, worstRatio: 1.5 }

/** Two workers that meet as late as this have polled and slept: they shared a core. */
const TAKING_TURNS_MS = 0.02

/** Every table. */
export function costSections({ profile, errors, choices }: CostSuiteReport): Section[] {
  return [
    transportSection(profile),
    deviceSection(profile),
    errorSection(errors, takesTurns(profile)),
    choiceSection(choices),
  ]
}

/** Whether workers had to take turns on a core, of which the model knows nothing. */
function takesTurns({ transports }: CostProfile): boolean {
  const pair = transports.threads?.find(({ processors }) => processors === 2)
  return pair !== undefined && pair.l >= TAKING_TURNS_MS
}

function transportSection({ transports }: CostProfile): Section {
  const rows = COST_TRANSPORTS.flatMap((transport) =>
    (transports[transport] ?? []).map(({ processors, workers, g, l, r2, residual, count }) => [
      transport,
      String(processors),
      String(workers),
      formatNumber(g * 1e6),
      formatNumber(l * 1e3),
      r2.toFixed(3),
      formatNumber(residual * 1e3),
      String(count),
    ]),
  )
  return {
    title: 'g and l of transports',
    header: ['', 'p', 'threads', 'g ns/byte', 'l µs', 'r2', 'residual µs', 'sizes'],
    rows,
    notes: ['a line through medians of supersteps that compute nothing, by relative residuals'],
  }
}

function deviceSection({ devices }: CostProfile): Section {
  const rows = devices.flatMap(({ name, kernels }) =>
    Object.entries(kernels).map(([kernel, { callMs, itemMs }]) => [
      `${kernel}, ${name}`,
      formatNumber(callMs),
      formatNumber(itemMs * 1e6),
    ]),
  )
  return {
    title: 'Calls of kernels on devices',
    header: ['', 'ms a call', 'ns an item'],
    rows,
    notes: ['from host arrays to host arrays on open devices; PageRank to convergence, by items'],
  }
}

function errorSection({ rows, totals, refusals }: ErrorReport, isBusy: boolean): Section {
  const title = 'Predicted supersteps beside measured ones'
  return {
    title,
    header: ['', 'supersteps', 'w µs', 'h KiB', 'actual', 'predicted', 'error %', 'of sums %'],
    rows: rows.map((row) => [
      nameOf(row),
      String(row.supersteps),
      formatNumber(row.workMs * 1e3),
      formatNumber(row.hBytes / 1024),
      formatNumber(row.actualMs * 1e3),
      formatNumber(row.predictedMs * 1e3),
      formatNumber(row.errorPercent),
      formatNumber(row.sumErrorPercent),
    ]),
    notes: [
      ...totals.map(({ program, supersteps, errorPercent }) => {
        const says = `median error of ${program}, ${supersteps.toLocaleString('en-US')} supersteps`
        const { errorPercent: below } = OWED
        const judged = errorPercent < below ? 'met' : 'MISSED'
        const outcome = isBusy ? 'not judged, shared core' : judged
        return `${says}: ${formatNumber(errorPercent)} %, owed below ${below}: ${outcome}`
      }),
      ...refusals,
      'medians over supersteps; w and h are those of the superstep, g and l of the profile',
    ],
    plot: {
      kind: 'dots',
      title,
      label: 'error in percent of the prediction',
      rows: rows.map((row) => {
        // The axis is logarithmic.
        const [value, low, high] = [row.errorPercent, row.lowPercent, row.highPercent].map(
          (percent) => Math.max(0.01, percent),
        )
        return { name: nameOf(row), value, low, high }
      }),
    },
  }
}

function nameOf({ program, size, transport }: ErrorRow): string {
  return `${program}, ${size}, ${transport}`
}

function choiceSection({ rows, sumRatio, worstRatio, refusals }: ChoiceReport): Section {
  const title = "What device: 'auto' takes beside the best device"
  const counted = rows.filter(({ bestMs }) => bestMs >= COUNTS_FROM_MS).length
  const verdict = (says: string, ratio: number | undefined, most: number) =>
    ratio === undefined ? [] : [owed(`${says}: ${formatRatio(ratio)}`, ratio, most)]
  return {
    title,
    header: ['', 'auto ms', 'best ms', 'best device', 'auto / best'],
    rows: rows.map((row) => [
      `${row.kernel}, ${row.size}`,
      formatNumber(row.autoMs),
      formatNumber(row.bestMs),
      row.bestDevice,
      formatRatio(row.autoMs / row.bestMs),
    ]),
    notes: [
      ...verdict(`auto over best, sums of ${counted} sizes`, sumRatio, OWED.sumRatio),
      ...verdict('worst of them', worstRatio, OWED.worstRatio),
      ...refusals,
      `sums are over sizes whose best device takes ${COUNTS_FROM_MS} ms or more; medians of calls`,
    ],
    plot: { kind: 'dots', title, label: 'ms a call with auto', rows: rows.map(dot) },
  }
}

/** From the best device's time to that of `auto`. */
function dot({ kernel, size, autoMs, bestMs }: ChoiceRow) {
  const [low, high] = [Math.min(autoMs, bestMs), Math.max(autoMs, bestMs)]
  return { name: `${kernel}, ${size}`, value: autoMs, low, high }
}

function owed(says: string, value: number, most: number): string {
  return `${says}, owed at most ${most}: ${value <= most ? 'met' : 'MISSED'}`
}
