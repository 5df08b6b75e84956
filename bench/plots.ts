/**
 * Plots as SVG in the page itself, by Observable Plot over linkedom: no script runs in the page.
 * Every plot is drawn twice, for wide windows and for phones, where text would shrink with it;
 * the page's style shows one. Colours are the page's, light and dark.
 */

import * as Observable from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { DotPlot, LinePlot, Plot, StackPlot } from './section.js'
import { formatNumber } from './table.js'

type Options = Observable.PlotOptions

/** Widths in CSS pixels, and the class of each. */
const WIDTHS = [
  { width: 640, kind: 'for-wide', isNarrow: false },
  { width: 340, kind: 'for-narrow', isNarrow: true },
] as const

/** Colours of the page's style; symbols tell lines apart for those who see few colours. */
const COLOURS = Array.from({ length: 8 }, (_, i) => `var(--c${i})`)
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye', 'hexagon']
const QUIET = 'var(--quiet)'

/** Names of what is not this package's: other packages, what the language brings, bare threads. */
const OTHERS = new RegExp(
  '^(V8|nodejs-polars|DuckDB|radix-sorter|graphology|ngraph|networkx|python-igraph|Date|BigInt|' +
    'memory\\.copy|memcpy|bare|comlink|typed-array|(SNAP|CSV) split)',
)
const GROUPS = ['this package', 'others']

/** The figure; empty without anything to draw. */
export function plotHtml(plot: Plot): string {
  if (plot.kind === 'lines' ? plot.series.length === 0 : plot.rows.length === 0) return ''
  return WIDTHS.map(({ width, kind, isNarrow }) => {
    const options = optionsOf(plot, isNarrow)
    const { document } = parseHTML('<!doctype html><html><body></body></html>')
    const figure = Observable.plot({
      ...{ document, width, className: 'plot', ariaLabel: plot.title, ...options },
      style: { fontSize: '12px' },
    })
    for (const style of figure.querySelectorAll('style')) style.remove()
    const svg = figure.matches('svg') ? figure : figure.querySelector(':scope > svg')
    svg?.setAttribute('role', 'img')
    return `<div class="${kind}">${withFewDigits(figure.outerHTML)}</div>`
  }).join('\n')
}

/** A tenth of a pixel is as much as can be seen. */
function withFewDigits(html: string): string {
  return html.replace(/\d+\.\d{2,}(?=[^<>]*>)/g, (number) =>
    String(Number(Number(number).toFixed(1))),
  )
}

function optionsOf(plot: Plot, isNarrow: boolean): Options {
  if (plot.kind === 'dots') return dotOptions(plot, isNarrow)
  return plot.kind === 'stack' ? stackOptions(plot, isNarrow) : lineOptions(plot, isNarrow)
}

/** Names in the margin where there is room, otherwise above what they name. */
function nameSpace(names: readonly string[], isNarrow: boolean) {
  const longest = Math.max(...names.map((name) => [...name].length))
  return isNarrow
    ? { marginLeft: 12, rowHeight: 38 }
    : { marginLeft: Math.min(250, 16 + 6.6 * longest), rowHeight: 25 }
}

function nameMarks(rows: readonly { name: string }[], isNarrow: boolean): Observable.Markish[] {
  if (!isNarrow) return [Observable.axisY({ tickSize: 0, label: null })]
  const above = { frameAnchor: 'left', textAnchor: 'start', dy: -15 } as const
  return [Observable.text(rows, { y: 'name', text: 'name', ...above })]
}

function dotOptions({ label, rows }: DotPlot, isNarrow: boolean): Options {
  const names = rows.map(({ name }) => name)
  const { marginLeft, rowHeight } = nameSpace(names, isNarrow)
  const marked = rows.map((row) => ({
    ...row,
    group: GROUPS[OTHERS.test(row.name) ? 1 : 0],
    says: [
      `${row.name}: ${formatNumber(row.value)}`,
      `(${formatNumber(row.low)} to ${formatNumber(row.high)})`,
    ].join(' '),
  }))
  const scale = logScale(rows.flatMap(ends), isNarrow ? 5 : 9)
  const hasBoth = new Set(marked.map(({ group }) => group)).size > 1
  return {
    height: rows.length * rowHeight + 56,
    ...{ marginLeft, marginRight: 56, marginBottom: 40 },
    x: { type: 'log', domain: scale.domain, axis: null },
    y: { domain: names, label: null, axis: null, padding: 0.5 },
    color: { domain: GROUPS, range: COLOURS },
    symbol: { domain: GROUPS, range: SYMBOLS.slice(0, 2), legend: hasBoth },
    marks: [
      ...logAxis('x', scale.ticks, label),
      ...nameMarks(rows, isNarrow),
      Observable.ruleY(marked, {
        ...{ x1: 'low', x2: 'high', y: 'name', stroke: 'group' },
        ...{ strokeWidth: 7, strokeOpacity: 0.3 },
      }),
      Observable.dot(marked, {
        ...{ x: 'value', y: 'name', fill: 'group', symbol: 'group', r: 4.5, title: 'says' },
      }),
      Observable.text(marked, {
        ...{ x: 'high', y: 'name', text: (row) => formatNumber(row.value) },
        ...{ textAnchor: 'start', dx: 9, fontVariant: 'tabular-nums' },
      }),
    ],
  }
}

function ends({ low, high }: { low: number; high: number }): number[] {
  return [low, high]
}

/**
 * A logarithmic axis from a little below all values to a little above, with at most so many ticks:
 * 1, 2 and 5 of every decade where they fit, otherwise whole decades.
 */
export function logScale(
  values: readonly number[],
  mostTicks: number,
): { domain: [number, number]; ticks: number[] } {
  const low = Math.min(...values) / 1.2
  const high = Math.max(...values) * 1.2
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const decades = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
  const inside = (tick: number) => tick >= low && tick <= high
  const wholes = decades.filter(inside)
  const thirds = decades.flatMap((decade) => [decade, 2 * decade, 5 * decade]).filter(inside)
  const every = Math.ceil(wholes.length / mostTicks)
  const few = wholes.filter((_, i) => i % every === 0)
  const ticks = thirds.length <= mostTicks || few.length < 2 ? thirds : few
  return { domain: [low, high], ticks }
}

/** Every tick with its label: the axis itself would leave some out. */
function logAxis(which: 'x' | 'y', ticks: readonly number[], label: string): Observable.Markish[] {
  const text = (value: number) => tick(value)
  return which === 'x'
    ? [Observable.gridX(ticks), Observable.axisX(ticks, { text, label, tickSize: 4 })]
    : [Observable.gridY(ticks), Observable.axisY(ticks, { text, label, tickSize: 4 })]
}

function tick(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`
  if (value >= 1e3) return `${value / 1e3}k`
  return String(Number(value.toPrecision(3)))
}

function stackOptions({ label, parts, rows }: StackPlot, isNarrow: boolean): Options {
  const names = rows.map(({ name }) => name)
  const { marginLeft, rowHeight } = nameSpace(names, isNarrow)
  const cells = rows.flatMap(({ name, values }) =>
    values.map((value, i) => ({
      ...{ name, part: parts[i], value },
      says: `${name}, ${parts[i]}: ${formatNumber(value)}`,
    })),
  )
  const totals = rows.map(({ name, values }) => ({
    name,
    total: values.reduce((sum, value) => sum + value, 0),
  }))
  return {
    height: rows.length * rowHeight + 56,
    ...{ marginLeft, marginRight: 56, marginBottom: 40 },
    x: { label, grid: true, ticks: isNarrow ? 4 : 8, tickFormat: tick },
    y: { domain: names, label: null, axis: null, padding: isNarrow ? 0.55 : 0.3 },
    color: { domain: parts, range: COLOURS, legend: true },
    marks: [
      ...nameMarks(rows, isNarrow),
      Observable.barX(cells, {
        ...{ x: 'value', y: 'name', fill: 'part', order: parts, title: 'says' },
      }),
      Observable.text(totals, {
        ...{ x: 'total', y: 'name', text: (row) => formatNumber(row.total) },
        ...{ textAnchor: 'start', dx: 6, fontVariant: 'tabular-nums' },
      }),
    ],
  }
}

function lineOptions({ xLabel, yLabel, base, series }: LinePlot, isNarrow: boolean): Options {
  const names = series.map(({ name }) => name)
  const points = series.flatMap(({ name, points: own, dashed = false }) =>
    own.map((point) => ({
      ...{ ...point, name, dashed },
      says: `${name}: ${formatNumber(point.y)} at ${tick(point.x)}`,
    })),
  )
  const measured = points.filter(({ dashed }) => !dashed)
  const ideal = points.filter(({ dashed }) => dashed)
  const joined = { x: 'x', y: 'y', stroke: 'name', z: 'name' } as const
  const xs = points.map(({ x }) => x)
  const x = logScale(xs, isNarrow ? 5 : 9)
  const y = logScale(points.flatMap(ends), 9)
  const xTicks = base === 2 ? [...new Set(xs)] : x.ticks
  return {
    height: isNarrow ? 320 : 400,
    ...{ marginLeft: 52, marginRight: 20, marginBottom: 40 },
    x: { type: 'log', domain: x.domain, axis: null },
    y: { type: 'log', domain: y.domain, axis: null },
    color: { domain: names, range: lineColours(series) },
    symbol: {
      domain: names,
      range: names.map((_, i) => SYMBOLS[i % SYMBOLS.length]),
      legend: true,
    },
    marks: [
      ...logAxis('x', xTicks, xLabel),
      ...logAxis('y', y.ticks, yLabel),
      Observable.line(ideal, { ...joined, strokeDasharray: '5 5', strokeWidth: 1.4 }),
      Observable.line(measured, {
        ...joined,
        strokeWidth: (point) => (OWN_LINES.test(point.name) ? 2.5 : 1.4),
      }),
      Observable.ruleX(measured, {
        ...{ x: 'x', y1: 'low', y2: 'high', stroke: 'name', strokeWidth: 5, strokeOpacity: 0.3 },
      }),
      Observable.dot(measured, {
        ...{ x: 'x', y: 'y', fill: 'name', symbol: 'name', r: 3.5, title: 'says' },
      }),
    ],
  }
}

/** Lines of this package: thicker than the others, and of one colour in every plot. */
const OWN_LINES = /^(WASM|WebGPU|plain JavaScript|measured)/
const OWN_COLOURS: [RegExp, number][] = [
  [/^(WASM, 1 thread|measured)/, 0],
  [/^WASM/, 7],
  [/^plain JavaScript/, 2],
  [/^WebGPU/, 5],
]
const OTHER_COLOURS = [1, 3, 4, 6, 5]

function lineColours(series: LinePlot['series']): string[] {
  let others = 0
  return series.map(({ name, dashed }) => {
    if (dashed) return QUIET
    const own = OWN_COLOURS.find(([pattern]) => pattern.test(name))?.[1]
    return COLOURS[own ?? OTHER_COLOURS[others++ % OTHER_COLOURS.length]]
  })
}
