/**
 * How far the ranks moved in each iteration, on a logarithmic scale, with the line to get under.
 */

import { addSvg } from './svg.js'

const HEIGHT = 150
const MARGIN = { left: 38, right: 8, top: 8, bottom: 22 }
const DECADES = 11
/** Iterations that fit before the axis grows. */
const FIRST_WIDTH = 30

export interface Chart {
  /** Empties it. */
  start(tolerance: number): void
  add(residual: number): void
}

/** Builds the chart in this element. */
export function createChart(container: HTMLElement): Chart {
  const svg = addSvg(container, 'svg', { role: 'img', height: HEIGHT })
  let residuals: number[] = []
  let tolerance = 1e-10
  const draw = () => drawChart(svg, container.clientWidth, residuals, tolerance)
  new ResizeObserver(draw).observe(container)
  return {
    start(given) {
      residuals = []
      tolerance = given
      draw()
    },
    add(residual) {
      residuals.push(residual)
      draw()
    },
  }
}

function drawChart(
  svg: SVGSVGElement,
  width: number,
  residuals: readonly number[],
  tolerance: number,
): void {
  const most = Math.max(FIRST_WIDTH, Math.ceil(residuals.length / 10) * 10)
  const x = (iteration: number) =>
    MARGIN.left + (iteration / most) * (width - MARGIN.left - MARGIN.right)
  const y = (residual: number) => {
    const depth = Math.min(DECADES, Math.max(0, -Math.log10(Math.max(residual, 1e-300))))
    return MARGIN.top + (depth / DECADES) * (HEIGHT - MARGIN.top - MARGIN.bottom)
  }
  svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`)
  svg.setAttribute('aria-label', describe(residuals, tolerance))
  svg.replaceChildren()
  const across = (residual: number) => ({
    x1: MARGIN.left,
    x2: width - MARGIN.right,
    y1: y(residual),
    y2: y(residual),
  })
  for (const exponent of [0, -3, -6, -9]) {
    const place = { x: MARGIN.left - 6, y: y(10 ** exponent) + 4, 'text-anchor': 'end' }
    addSvg(svg, 'line', { class: 'grid', ...across(10 ** exponent) })
    addSvg(svg, 'text', place, exponent === 0 ? '1' : `10${superscript(exponent)}`)
  }
  for (let iteration = 0; iteration <= most; iteration += most > 60 ? 50 : 10) {
    const place = { x: x(iteration), y: HEIGHT - 4, 'text-anchor': 'middle' }
    addSvg(svg, 'text', place, String(iteration))
  }
  addSvg(svg, 'line', { class: 'goal', ...across(tolerance) })
  if (residuals.length === 0) return
  const points = residuals.map((residual, i) => `${x(i + 1).toFixed(1)},${y(residual).toFixed(1)}`)
  const last = residuals[residuals.length - 1]
  addSvg(svg, 'polyline', { class: 'trace', points: points.join(' ') })
  addSvg(svg, 'circle', { class: 'last', cx: x(residuals.length), cy: y(last), r: 3.5 })
}

function describe(residuals: readonly number[], tolerance: number): string {
  const last = residuals[residuals.length - 1]
  if (last === undefined) return 'Chart of the change per iteration: empty.'
  return (
    `Chart of the change per iteration: from ${residuals[0].toExponential(1)} in the first to ` +
    `${last.toExponential(1)} in iteration ${residuals.length}; the goal is ${tolerance}.`
  )
}

function superscript(exponent: number): string {
  return String(exponent).replace(/[-0-9]/g, (c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)]))
}
