/**
 * Runs that are kept, in bench/results: one JSON file and one page a run, and a README made of
 * them, which has every table with the run it comes from. The README of the repository quotes
 * nothing else: its figures are made from the same files.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHtml } from './html.js'
import { benchFolder, repository } from './machine.js'
import { sectionMarkdown } from './print.js'
import { readmeFigures, withFigures } from './readme.js'
import { chaptersOf, fromJson, type KeptReport, type Report, toJson } from './report.js'
import type { Section } from './section.js'

/** Where runs are kept, for messages. */
export const RESULTS = 'bench/results'

/** Where to read and write: the repository's own unless a test says otherwise. */
export interface Places {
  results: string
  readme: string
}

function ownPlaces(): Places {
  return { results: join(benchFolder(), 'results'), readme: join(repository(), 'README.md') }
}

/** Keeps a run and brings the pages up to date; returns lines to print. */
export function save(report: Report, name: string, places = ownPlaces()): string[] {
  mkdirSync(places.results, { recursive: true })
  writeFileSync(join(places.results, `${name}.json`), toJson(report))
  writeFileSync(join(places.results, `${name}.html`), toHtml(report.machine, chaptersOf(report)))
  return [`${RESULTS}/${name}.json and .html written`, ...publish(places)]
}

/** Brings both README files up to date with the kept runs; returns lines to print. */
export function publish(places = ownPlaces()): string[] {
  const kept = readKept(places.results)
  writeFileSync(join(places.results, 'README.md'), resultsPage(kept))
  const readme = readFileSync(places.readme, 'utf8')
  writeFileSync(places.readme, withFigures(readme, readmeFigures(kept)))
  const unused = kept.filter((each) => shownOf(kept).every(({ from }) => from !== each))
  return [
    `${RESULTS}/README.md and the figures in README.md are those of ${kept.length} kept runs`,
    ...unused.map(
      ({ name }) => `${name}: newer runs have all its tables; git rm ${RESULTS}/${name}.*`,
    ),
  ]
}

/** All kept runs, the newest first. */
export function readKept(folder = ownPlaces().results): KeptReport[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.slice(0, -'.json'.length),
      report: fromJson(readFileSync(join(folder, file), 'utf8'), `${RESULTS}/${file}`),
    }))
    .sort((a, b) => b.report.machine.date.localeCompare(a.report.machine.date))
}

interface Shown {
  chapter: string
  section: Section
  from: KeptReport
}

/** Every table once, from the newest run that has it: same title, same job. */
function shownOf(kept: readonly KeptReport[]): Shown[] {
  const shown = new Map<string, Shown>()
  for (const from of kept) {
    for (const { title: chapter, sections } of chaptersOf(from.report)) {
      for (const section of sections) {
        const key = `${chapter}/${section.title}`
        if (!shown.has(key)) shown.set(key, { chapter, section, from })
      }
    }
  }
  return [...shown.values()]
}

/** README.md of bench/results. */
export function resultsPage(kept: readonly KeptReport[]): string {
  const shown = shownOf(kept)
  const chapters = [...new Set(shown.map(({ chapter }) => chapter))]
  const row = ({ name, report: { machine } }: KeptReport, index: number) => {
    const page = hasPage(kept[index]) ? `[page](${name}.html)` : '–'
    const { date, commit, cpu, cores, memoryGib, node, platform, loadBefore } = machine
    const place = `${cpu}, ${cores} cores, ${memoryGib} GiB, Node ${node}, ${platform}`
    const cells = [
      `[${name}](${name}.json)`,
      page,
      `\`${machine.command}\``,
      commit,
      date.slice(0, 10),
    ]
    return `| ${[...cells, place, machine.adapter, loadBefore].join(' | ')} |`
  }
  return `${[
    '# Reference runs',
    'Made by `npm run bench -- --save NAME` from the JSON files beside it: change nothing here ' +
      'by hand. The files hold every call; the pages have plots beside the tables. What each ' +
      'figure includes, and how to read it, is in [benchmarks](../../docs/benchmarks.md).',
    [
      '| run | plots | command | commit | day | machine | GPU | load at start |',
      '|---|---|---|---|---|---|---|---:|',
      ...kept.map(row),
    ].join('\n'),
    'A machine that is shared moves absolute figures: read ratios of one table, and `cpu` beside ' +
      'wall time. A GPU that says `(software)` is emulated on the CPU and no measure of any GPU.',
    ...chapters.flatMap((chapter) => [
      `## ${chapter}`,
      ...shown
        .filter((each) => each.chapter === chapter)
        .map(({ section, from }) => `${sectionMarkdown(section)}\n\nRun: ${from.name}`),
    ]),
  ].join('\n\n')}\n`
}

/** Runs from before pages were kept have none. */
function hasPage({ report }: KeptReport): boolean {
  return report.machine.command.includes('--save')
}
