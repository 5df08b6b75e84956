/** Everything that a run measured, as it is kept in JSON, and what is shown of it. */

import type { ArrayReport } from './array-contest.js'
import type { BspReport } from './bsp-contest.js'
import type { Machine } from './machine.js'
import { arraySection, sortPhasesSection } from './print-arrays.js'
import { bspSections, contestSection } from './print-bsp.js'
import { costSections } from './print-cost.js'
import { pagerankSections } from './print-pagerank.js'
import { scalingSection } from './print-scaling.js'
import type { Chapter, Section } from './section.js'
import type { SortPhases } from './sort-phases.js'
import { type BspSuiteReport, bspReports } from './suite-bsp.js'
import { type CostSuiteReport, costRefusals } from './suite-cost.js'
import { type MemoryReport, memorySection } from './suite-memory.js'
import type { PagerankReport } from './suite-pagerank.js'
import { type ParseReport, parseSection } from './suite-parse.js'
import type { ScalingReport } from './suite-scaling.js'

/** What --json writes; suites that did not run are empty. */
export interface Report {
  formatVersion: typeof FORMAT_VERSION
  machine: Machine
  pagerank: PagerankReport[]
  sort: ArrayReport[]
  argsort: ArrayReport[]
  sortPhases: SortPhases[]
  timestamps: ArrayReport[]
  scaling: ScalingReport[]
  parse: ParseReport[]
  memory: MemoryReport[]
  bsp?: BspSuiteReport
  analytics?: BspReport[]
  cost?: CostSuiteReport
  wallSeconds: number
}

/** A run in bench/results. */
export interface KeptReport {
  /** Of its file there, without `.json`. */
  name: string
  report: Report
}

const FORMAT_VERSION = 2

/** A report in which nothing has run yet. */
export function emptyReport(machine: Machine): Report {
  return {
    formatVersion: FORMAT_VERSION,
    machine,
    pagerank: [],
    sort: [],
    argsort: [],
    sortPhases: [],
    timestamps: [],
    scaling: [],
    parse: [],
    memory: [],
    wallSeconds: 0,
  }
}

/** Chapters with something in them. */
export function chaptersOf(report: Report): Chapter[] {
  const { pagerank, sort, argsort, sortPhases, timestamps, scaling, parse, memory } = report
  const { bsp, analytics = [], cost } = report
  const chapters: Chapter[] = [
    { title: 'PageRank', sections: pagerank.flatMap(pagerankSections) },
    { title: 'Sorting', sections: sortSections({ sort, argsort, phases: sortPhases }) },
    { title: 'Timestamps', sections: timestamps.map(arraySection) },
    { title: 'As work grows', sections: scaling.map(scalingSection) },
    { title: 'Parsing', sections: parse.length > 0 ? [parseSection(parse)] : [] },
    { title: 'Memory', sections: memory.length > 0 ? [memorySection(memory)] : [] },
    { title: 'BSP programs', sections: bsp === undefined ? [] : bspSections(bsp) },
    { title: 'Graph analytics', sections: analytics.map(contestSection) },
    { title: 'Cost model', sections: cost === undefined ? [] : costSections(cost) },
  ]
  return chapters.filter(({ sections }) => sections.length > 0)
}

/** Everything of sorting. */
export function sortSections({
  sort,
  argsort,
  phases,
}: {
  sort: readonly ArrayReport[]
  argsort: readonly ArrayReport[]
  phases: readonly SortPhases[]
}): Section[] {
  return [...[...sort, ...argsort].map(arraySection), ...phases.map(sortPhasesSection)]
}

/** True where an answer was wrong. */
export function hasRefusals(report: Report): boolean {
  const { pagerank, sort, argsort, sortPhases, timestamps, scaling, parse } = report
  const programs = [...bspReports(report.bsp), ...(report.analytics ?? [])]
  const converged = pagerank.flatMap(({ convergence }) => convergence ?? [])
  const arrays = [...sort, ...argsort, ...timestamps, ...converged]
  const all = [...pagerank, ...arrays, ...sortPhases, ...scaling, ...parse, ...programs]
  return costRefusals(report.cost).length > 0 || all.some(({ refusals }) => refusals.length > 0)
}

/** JSON that people can read and diffs can follow: six digits, a list of numbers on a line. */
export function toJson(report: Report): string {
  const round = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value
  const text = JSON.stringify(report, round, 2)
  return `${text.replace(/\[[\s\d.,e+-]+\]/g, (list) => list.replace(/\s+/g, ' '))}\n`
}

/**
 * @param name for the message
 * @throws Error for what is not a report of this version
 */
export function fromJson(text: string, name: string): Report {
  const report = JSON.parse(text) as Report
  if (report.formatVersion === FORMAT_VERSION) return report
  throw new Error(`${name} is a report of format ${report.formatVersion}, not ${FORMAT_VERSION}`)
}
