/**
 * `npm run bench`: times this package against JavaScript by hand and other packages. Answers are
 * compared before anything is timed. docs/benchmarks.md says what each figure includes.
 */

import { realpathSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { HELP, parseArguments, type Settings, UsageError } from './arguments.js'
import { openDevices } from './contestants.js'
import { toHtml } from './html.js'
import { compiledFolder, describeMachine, machineLines } from './machine.js'
import { toMarkdown, toText } from './print.js'
import { arraySection } from './print-arrays.js'
import { bspSections, contestSection } from './print-bsp.js'
import { costSections } from './print-cost.js'
import { pagerankSections } from './print-pagerank.js'
import { scalingSection } from './print-scaling.js'
import {
  chaptersOf,
  emptyReport,
  hasRefusals,
  type Report,
  sortSections,
  toJson,
} from './report.js'
import { publish, RESULTS, save } from './results.js'
import type { Section } from './section.js'
import { runAnalyticsSuite } from './suite-analytics.js'
import { runBspSuite } from './suite-bsp.js'
import { runCostSuite } from './suite-cost.js'
import { memorySection, runMemorySuite } from './suite-memory.js'
import { runPagerankSuite } from './suite-pagerank.js'
import { parseSection, runParseSuite } from './suite-parse.js'
import { runScalingSuite } from './suite-scaling.js'
import { runSortSuite } from './suite-sort.js'
import { runTimestampSuite } from './suite-timestamps.js'

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
  if (settings.publish) {
    for (const line of publish()) output.print(line)
    return 0
  }
  const report = await run(settings, args, output, modules)
  write(report, settings)
  if (hasRefusals(report)) {
    if (settings.save !== undefined)
      output.complain(`an answer was wrong: nothing is in ${RESULTS}`)
    return 1
  }
  if (settings.save !== undefined)
    for (const line of save(report, settings.save)) output.print(line)
  return 0
}

function write(report: Report, { json, markdown, html }: Settings): void {
  const { machine } = report
  const chapters = chaptersOf(report)
  if (json !== undefined) writeFileSync(json, toJson(report))
  if (markdown !== undefined) writeFileSync(markdown, toMarkdown(machine, chapters))
  if (html !== undefined) writeFileSync(html, toHtml(machine, chapters))
}

async function run(
  settings: Settings,
  args: readonly string[],
  { print, say }: Output,
  modules: URL,
): Promise<Report> {
  const startMs = performance.now()
  const devices = await openDevices(availableParallelism())
  const report = emptyReport(describeMachine(devices.adapter, args))
  const show = (sections: readonly Section[]) => {
    say('')
    for (const section of sections) print(toText(section))
  }
  const { suites } = settings
  print(machineLines(report.machine).join('\n'))
  try {
    if (suites.has('pagerank')) {
      for (const choice of settings.pagerank.graphs) {
        const only = { ...settings.pagerank, graphs: [choice] }
        const [result] = await runPagerankSuite(only, devices, say)
        report.pagerank.push(result)
        show(pagerankSections(result))
      }
    }
    if (suites.has('sort')) {
      const { phases, ...contests } = await runSortSuite(settings.sort, devices, say)
      Object.assign(report, { ...contests, sortPhases: phases })
      show(sortSections({ phases, ...contests }))
    }
    if (suites.has('timestamps')) {
      report.timestamps = await runTimestampSuite(settings.timestamps, devices, say)
      show(report.timestamps.map(arraySection))
    }
    if (suites.has('scaling')) {
      report.scaling = await runScalingSuite(settings.scaling, devices, say, (grown) =>
        show([scalingSection(grown)]),
      )
    }
    if (suites.has('cost')) {
      report.cost = await runCostSuite(settings.cost, devices, modules, say)
      show(costSections(report.cost))
    }
  } finally {
    await devices.close()
  }
  if (suites.has('parse')) {
    report.parse = await runParseSuite(settings.parse, say)
    show([parseSection(report.parse)])
  }
  if (suites.has('bsp')) {
    report.bsp = await runBspSuite(settings.bsp, modules, say)
    show(bspSections(report.bsp))
  }
  if (suites.has('analytics')) {
    report.analytics = await runAnalyticsSuite(settings.analytics, say, (found) =>
      show([contestSection(found)]),
    )
  }
  if (suites.has('memory')) {
    report.memory = await runMemorySuite(settings.memory, say)
    show([memorySection(report.memory)])
  }
  report.wallSeconds = Math.round((performance.now() - startMs) / 100) / 10
  print(`\n${report.wallSeconds} s in all`)
  return report
}

function isProgram(): boolean {
  const [, program] = process.argv
  return program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)
}

if (isProgram()) process.exitCode = await main(process.argv.slice(2))
