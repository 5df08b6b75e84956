/** What a report is made of: sections with a table, most with a plot of the same figures. */

/** A table that terminal, Markdown and page show, and a plot for the page. */
export interface Section {
  title: string
  header: string[]
  rows: string[][]
  /** Lines below the table. */
  notes: string[]
  plot?: Plot
}

/** Sections of one suite. */
export interface Chapter {
  title: string
  sections: Section[]
}

/** What to draw: plots.ts does. */
export type Plot = DotPlot | StackPlot | LinePlot

/** Figures on one logarithmic axis, with the quartiles around them. */
export interface DotPlot {
  kind: 'dots'
  title: string
  /** Unit of the axis. */
  label: string
  rows: DotRow[]
}

/** All above 0. */
export interface DotRow {
  name: string
  value: number
  low: number
  high: number
}

/** Parts of a whole, side by side. */
export interface StackPlot {
  kind: 'stack'
  title: string
  label: string
  /** Names of the parts, in order. */
  parts: string[]
  rows: { name: string; values: number[] }[]
}

/** Lines over two logarithmic axes. */
export interface LinePlot {
  kind: 'lines'
  title: string
  xLabel: string
  yLabel: string
  /** 2 where sizes are few powers of two. */
  base: 2 | 10
  /** All values above 0. */
  series: LineSeries[]
}

/** One line. */
export interface LineSeries {
  /** For the legend. */
  name: string
  points: LinePoint[]
  /** For what is no measurement. */
  dashed?: boolean
}

/** A median and its quartiles. */
export interface LinePoint {
  x: number
  y: number
  low: number
  high: number
}

/** A row of dots from a summary of calls. */
export function dotOf(
  name: string,
  { medianMs, lowMs, highMs }: { medianMs: number; lowMs: number; highMs: number },
): DotRow {
  return { name, value: medianMs, low: lowMs, high: highMs }
}

/** A GPU in software: its times are shown, no ratio is. */
export function isEmulated(name: string): boolean {
  return name.includes('(software)')
}
