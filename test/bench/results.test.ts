/**
 * Kept runs: the README files are made from them, figure by figure. The first test is the one that
 * fails when a figure is changed by hand, or a run is kept and the pages are forgotten.
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseArguments, UsageError } from '../../bench/arguments.js'
import { MARKERS, readmeFigures, withFigures } from '../../bench/readme.js'
import { fromJson, toJson } from '../../bench/report.js'
import { publish, readKept, resultsPage, save } from '../../bench/results.js'
import { ROOT } from '../support/paths.js'

const RESULTS = join(ROOT, 'bench/results')
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const REMEDY = 'run npm run bench -- --publish'

describe('the pages', () => {
  it('of the repository are those of the kept runs', () => {
    const kept = readKept(RESULTS)
    expect(withFigures(readme, readmeFigures(kept)), REMEDY).toBe(readme)
    const page = readFileSync(join(RESULTS, 'README.md'), 'utf8')
    expect(resultsPage(kept), REMEDY).toBe(page)
  })

  it('README.md has no figure outside the part that is made from kept runs', () => {
    const outside = readme.replace(
      readme.slice(readme.indexOf(MARKERS.begin), readme.indexOf(MARKERS.end)),
      '',
    )
    expect(outside).not.toBe(readme)
    const figures = /[\d.,]+ ?(?:ms|µs|ns|[MG]B\/s|×|times as (?:fast|long))(?!\w)/g
    // A promise, which tests of their own keep.
    const promises = new Set(['100 ms'])
    const found = [...outside.matchAll(figures)].map(([text]) => text)
    expect(found.filter((text) => !promises.has(text))).toEqual([])
  })

  it('every run says where, of what and how it was made', () => {
    const page = readFileSync(join(RESULTS, 'README.md'), 'utf8')
    for (const { name, report } of readKept(RESULTS)) {
      const { machine } = report
      for (const part of [name, machine.command, machine.commit, machine.cpu, machine.adapter]) {
        expect(page).toContain(part)
      }
    }
  })
})

describe('publishing', () => {
  let places: { results: string; readme: string }
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticktickclock-results-'))
    places = { results: join(folder, 'results'), readme: join(folder, 'README.md') }
    cpSync(RESULTS, places.results, { recursive: true })
    writeFileSync(places.readme, `before\n${MARKERS.begin}\nold 1 ms\n${MARKERS.end}\nafter\n`)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('a newer run takes over everywhere, and names what nothing is shown of', () => {
    publish(places)
    const before = readFileSync(places.readme, 'utf8')
    expect(before).toMatch(/^before\n/)
    expect(before).toMatch(/\nafter\n$/)
    expect(before).not.toContain('old 1 ms')

    const [{ name }] = readKept(places.results)
    const text = readFileSync(join(places.results, `${name}.json`), 'utf8')
    const report = fromJson(text, name)
    const kept = readKept(places.results).map((each) => each.report)
    for (const key of ['pagerank', 'sort', 'timestamps', 'scaling', 'parse', 'memory'] as const) {
      Object.assign(report, { [key]: kept.find((each) => each[key].length > 0)?.[key] ?? [] })
    }
    report.machine.date = '2999-01-01T00:00:00.000Z'
    report.machine.command = 'npm run bench -- --save new'
    for (const { rows } of report.timestamps) {
      for (const row of rows) if (row.name.startsWith('Date')) row.call.medianMs *= 1000
    }
    const lines = save(report, 'new', places).join('\n')
    expect(lines).toContain(`${name}: newer runs have all its tables; git rm`)
    const after = readFileSync(places.readme, 'utf8')
    expect(after).not.toBe(before)
    expect(after).toMatch(/read\s\d+,\d+\stimes\sas\sfast\sas\s`Date\.parse`/)
    const page = readFileSync(join(places.results, 'README.md'), 'utf8')
    expect(page).toContain('[page](new.html)')
    expect(readFileSync(join(places.results, 'new.html'), 'utf8')).toContain('--save new')
    expect(withFigures(after, readmeFigures(readKept(places.results)))).toBe(after)
  })

  it('needs the markers', () => {
    expect(() => withFigures('nothing', 'x')).toThrow(MARKERS.begin)
    expect(() => withFigures(`${MARKERS.end}${MARKERS.begin}`, 'x')).toThrow(MARKERS.begin)
  })
})

describe('a report in JSON', () => {
  it('keeps counts whole and six digits of times', () => {
    const [{ report }] = readKept(RESULTS)
    const copy = { ...report, wallSeconds: 1234.56789 }
    copy.machine = { ...report.machine, memoryGib: 16_777_216 }
    const text = toJson(copy)
    expect(text).toContain('"memoryGib": 16777216')
    expect(text).toContain('"wallSeconds": 1234.57')
    expect(fromJson(text, 'copy').bsp).toEqual(report.bsp)
  })

  it('of another version is refused by name', () => {
    expect(() => fromJson('{"formatVersion":1}', 'old.json')).toThrow('old.json')
  })

  it('is kept under a name, not a path', () => {
    expect(parseArguments(['--save', 'full-2026-11-25']).save).toBe('full-2026-11-25')
    for (const name of ['../x', 'a/b', '', '.x']) {
      expect(() => parseArguments(['--save', name])).toThrow(UsageError)
    }
  })
})
