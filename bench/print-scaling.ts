/** The reports of growth as tables and plots. */

import type { PowerLaw } from './fit.js'
import type { Section } from './section.js'
import type { Crossover, ScalingReport, ScalingSeries } from './suite-scaling.js'
import { formatCount, formatNumber } from './table.js'

/** Sizes of the table: the smallest, the middle one and the largest. */
const SHOWN = 3

/** Growth of one job: a contestant a row, with its slope. */
export function scalingSection(report: ScalingReport): Section {
  const { name, unit, seed, sizes, series, crossovers, refusals, missing } = report
  const shown = pick(sizes)
  const range = `${formatCount(sizes[0] ?? 0)} to ${formatCount(sizes.at(-1) ?? 0)} ${unit}s`
  return {
    title: `${name}, as work grows: ${range}, seed ${seed}`,
    header: ['median ms at', ...shown.map(formatCount), 'slope', 'r²', `fitted over ${unit}s`],
    rows: series.map((each) => [
      each.name,
      ...shown.map((size) => formatNumber(msAt(each, size))),
      ...fitCells(each.fit),
    ]),
    notes: [
      ...crossovers.map((each) => crossoverLine(each, unit, sizes)),
      'slope: of log ms over log size, least squares over the larger half of the sizes',
      ...refusals,
      ...missing.map((line) => `not here: ${line}`),
    ],
    plot: {
      kind: 'lines',
      title: `${name}: time of a whole call as work grows`,
      xLabel: `${unit}s`,
      yLabel: 'ms',
      base: 10,
      series: series.map((each) => ({
        name: each.fit === undefined ? each.name : `${each.name}: slope ${slope(each.fit)}`,
        points: each.points.map(({ size, call }) => ({
          ...{ x: size, y: call.medianMs, low: call.lowMs, high: call.highMs },
        })),
      })),
    },
  }
}

function pick(sizes: readonly number[]): number[] {
  if (sizes.length <= SHOWN) return [...sizes]
  return [sizes[0], sizes[sizes.length >> 1], sizes[sizes.length - 1]]
}

function msAt({ points }: ScalingSeries, size: number): number | undefined {
  return points.find((point) => point.size === size)?.call.medianMs
}

function fitCells(fit: PowerLaw | undefined): string[] {
  if (fit === undefined) return ['–', '–', 'fewer than 3 sizes']
  const range = `${formatCount(fit.from)}–${formatCount(fit.to)}`
  return [slope(fit), fit.r2.toFixed(3), range]
}

function slope(fit: PowerLaw): string {
  return fit.slope.toFixed(2)
}

/** The crossover in words, with what was measured. */
export function crossoverLine(
  { of, over, size }: Crossover,
  unit: string,
  sizes: readonly number[],
): string {
  const ends = [sizes[0], sizes[sizes.length - 1]].map((end) => formatCount(end ?? 0))
  if (size === null) return `${of} is not quicker than ${over} up to ${ends[1]} ${unit}s`
  if (size === 0) return `${of} is quicker than ${over} from the smallest, ${ends[0]} ${unit}s, on`
  const about = Number(size.toPrecision(2)).toLocaleString('en-US')
  return `crossover: ${of} is quicker than ${over} from about ${about} ${unit}s on`
}
