/** Lines over two logarithmic axes as SVG, in the colours of the page around it. */

import { escapeHtml } from './html-text.js'

/** What to draw. */
export interface Plot {
  title: string
  xLabel: string
  yLabel: string
  /** All values above 0. */
  series: PlotSeries[]
}

/** One line. */
export interface PlotSeries {
  name: string
  points: [x: number, y: number][]
  /** For what is no measurement. */
  dashed?: boolean
}

const WIDTH = 560
const HEIGHT = 340
const LEFT = 56
const RIGHT = 150
const TOP = 16
const BOTTOM = 48

/** Powers of two from the one below all values to the one above. */
export function powersAround(values: readonly number[]): number[] {
  const logs = values.map(Math.log2)
  const low = Math.floor(Math.min(...logs) + 1e-9)
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs) - 1e-9))
  return Array.from({ length: high - low + 1 }, (_, i) => 2 ** (low + i))
}

/** The drawing; empty without points. */
export function plotSvg({ title, xLabel, yLabel, series }: Plot): string {
  const points = series.flatMap((each) => each.points)
  if (points.length === 0) return ''
  const xTicks = powersAround(points.map(([x]) => x))
  const yTicks = powersAround(points.map(([, y]) => y))
  const xOf = scale(xTicks, LEFT, WIDTH - RIGHT)
  const yOf = scale(yTicks, HEIGHT - BOTTOM, TOP)
  const bottom = HEIGHT - BOTTOM
  const right = WIDTH - RIGHT
  const parts = [
    ...yTicks.flatMap((tick) => [
      `<path class="grid" d="M${LEFT} ${fixed(yOf(tick))}H${right}"/>`,
      `<text x="${LEFT - 8}" y="${fixed(yOf(tick) + 4)}" text-anchor="end">` +
        `${tickText(tick)}</text>`,
    ]),
    ...xTicks.map(
      (tick) =>
        `<text x="${fixed(xOf(tick))}" y="${bottom + 18}" text-anchor="middle">` +
        `${tickText(tick)}</text>`,
    ),
    `<path class="axis" d="M${LEFT} ${TOP}V${bottom}H${right}"/>`,
    `<text x="${(LEFT + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">` +
      `${escapeHtml(xLabel)}</text>`,
    `<text transform="translate(14 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">` +
      `${escapeHtml(yLabel)}</text>`,
    ...series.map((each, index) => seriesSvg(each, index, xOf, yOf)),
  ]
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">` +
    `<title>${escapeHtml(title)}</title>${parts.join('')}</svg>`
  )
}

function seriesSvg(
  { name, points, dashed = false }: PlotSeries,
  index: number,
  xOf: (x: number) => number,
  yOf: (y: number) => number,
): string {
  const line = points.map(([x, y]) => `${fixed(xOf(x))} ${fixed(yOf(y))}`).join('L')
  const dots = dashed
    ? ''
    : points
        .map(([x, y]) => `<circle cx="${fixed(xOf(x))}" cy="${fixed(yOf(y))}" r="3.5"/>`)
        .join('')
  const at = TOP + 12 + 20 * index
  const left = WIDTH - RIGHT + 14
  return (
    `<g class="s${index % 3}${dashed ? ' dashed' : ''}">` +
    `<path d="M${line}"/>${dots}<path d="M${left} ${at - 4}h18"/>` +
    `<text x="${left + 24}" y="${at}">${escapeHtml(name)}</text></g>`
  )
}

function scale(ticks: readonly number[], from: number, to: number): (value: number) => number {
  const low = Math.log2(ticks[0])
  const high = Math.log2(ticks[ticks.length - 1])
  return (value) => from + ((Math.log2(value) - low) / (high - low)) * (to - from)
}

function fixed(value: number): string {
  return value.toFixed(1)
}

function tickText(value: number): string {
  return value >= 1 ? String(value) : `1/${1 / value}`
}
