/**
 * `npm run bench`: times this package against JavaScript by hand and other packages. Answers are
 * compared before anything is timed. docs/benchmarks.md says what each figure includes.
 */

import { realpathSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { HELP, parseArguments, type Settings, UsageError } from './arguments.js'
import type { ArrayReport } from './array-contest.js'
import { openDevices } from './contestants.js'
import { toHtml } from './html.js'
import { compiledFolder, describeMachine, type Machine, machineLines } from './machine.js'
import { arraySection } from './print-arrays.js'
import { bspSections } from './print-bsp.js'
import { pagerankSections, type Section } from './print-pagerank.js'
import { type BspSuiteReport, bspReports, runBspSuite } from './suite-bsp.js'
import { type MemoryReport, memorySection, runMemorySuite } from './suite-memory.js'
import { type PagerankReport, runPagerankSuite } from './suite-pagerank.js'
import { type ParseReport, parseSection, runParseSuite } from './suite-parse.js'
import { runSortSuite } from './suite-sort.js'
import { runTimestampSuite } from './suite-timestamps.js'
import { formatMarkdown, formatTable } from './table.js'

/** What --json writes. */
export interface Report {
  formatVersion: 1
  machine: Machine
  pagerank: PagerankReport[]
  parse: ParseReport[]
  memory: MemoryReport[]
  sort: ArrayReport[]
  timestamps: ArrayReport[]
  bsp: BspSuiteReport | undefined
  wallSeconds: number
}

/** Where output goes. */
export interface Output {
  /** Tables. */
  print(line: string): void
  /** What is going on: shown on a terminal only. */
  say(line: string): void
  /** What is wrong. */
  complain(line: string): void
}

const TERMINAL: Output = {
  print: (line) => console.log(line),
  say: (line) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line.slice(0, 99)}`)
  },
  complain: (line) => console.error(line),
}

/**
 * Runs what the arguments ask for.
 *
 * @param modules where bench/ lies compiled
 * @returns the exit code: 0, 1 when an answer was wrong or something failed, 2 for a usage error
 */
export async function main(
  args: readonly string[],
  output: Output = TERMINAL,
  modules: URL = compiledFolder(),
): Promise<number> {
  let settings: Settings
  try {
    settings = parseArguments(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    output.complain(`${error.message}; see npm run bench -- --help`)
    return 2
  }
  if (settings.help) {
    output.print(HELP)
    return 0
  }
  const { report, sections } = await run(settings, args, output, modules)
  if (settings.json !== undefined) {
    writeFileSync(settings.json, `${JSON.stringify(report, undefined, 2)}\n`)
  }
  if (settings.markdown !== undefined) {
    writeFileSync(settings.markdown, toMarkdown(report.machine, sections))
  }
  if (settings.html !== undefined) {
    writeFileSync(settings.html, toHtml(report.machine, sections))
  }
  return hasRefusals(report) ? 1 : 0
}

function hasRefusals({ pagerank, parse, sort, timestamps, bsp }: Report): boolean {
  const reports = [...pagerank, ...parse, ...sort, ...timestamps, ...bspReports(bsp)]
  return reports.some(({ refusals }) => refusals.length > 0)
}

async function run(
  settings: Settings,
  args: readonly string[],
  { print, say }: Output,
  modules: URL,
): Promise<{ report: Report; sections: Section[] }> {
  const startMs = performance.now()
  const devices = await openDevices(availableParallelism())
  const report: Report = {
    formatVersion: 1,
    machine: describeMachine(devices.adapter, args),
    pagerank: [],
    parse: [],
    memory: [],
    sort: [],
    timestamps: [],
    bsp: undefined,
    wallSeconds: 0,
  }
  const sections: Section[] = []
  const show = (section: Section) => {
    sections.push(section)
    say('')
    print(toText(section))
  }
  print(machineLines(report.machine).join('\n'))
  try {
    if (settings.suites.has('pagerank')) {
      for (const choice of settings.pagerank.graphs) {
        const only = { ...settings.pagerank, graphs: [choice] }
        const [result] = await runPagerankSuite(only, devices, say)
        report.pagerank.push(result)
        for (const section of pagerankSections(result)) show(section)
      }
    }
    if (settings.suites.has('sort')) {
      report.sort = await runSortSuite(settings.sort, devices, say)
      for (const contest of report.sort) show(arraySection(contest))
    }
    if (settings.suites.has('timestamps')) {
      report.timestamps = await runTimestampSuite(settings.timestamps, devices, say)
      for (const contest of report.timestamps) show(arraySection(contest))
    }
  } finally {
    await devices.close()
  }
  if (settings.suites.has('parse')) {
    report.parse = await runParseSuite(settings.parse, say)
    show(parseSection(report.parse))
  }
  if (settings.suites.has('bsp')) {
    report.bsp = await runBspSuite(settings.bsp, modules, say)
    for (const section of bspSections(report.bsp)) show(section)
  }
  if (settings.suites.has('memory')) {
    report.memory = await runMemorySuite(settings.memory, say)
    show(memorySection(report.memory))
  }
  report.wallSeconds = Math.round((performance.now() - startMs) / 100) / 10
  print(`\n${report.wallSeconds} s in all`)
  return { report, sections }
}

function toText({ title, header, rows, notes }: Section): string {
  const table = rows.length > 0 ? [formatTable(header, rows)] : []
  return ['', title, ...table, ...notes].join('\n')
}

function toMarkdown(machine: Machine, sections: readonly Section[]): string {
  const head = `${machineLines(machine).join('\n')}\n\nCommand: \`${machine.command}\``
  const parts = sections.map(({ title, header, rows, notes }) => {
    const table = rows.length > 0 ? [formatMarkdown(header, rows)] : []
    return [`## ${title}`, ...table, ...notes].join('\n\n')
  })
  return `${[head, ...parts].join('\n\n')}\n`
}

function isProgram(): boolean {
  const [, program] = process.argv
  return program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)
}

if (isProgram()) process.exitCode = await main(process.argv.slice(2))
