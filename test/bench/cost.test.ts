/** The suite of the cost model, tiny: predictions by a given profile, the choice of devices. */

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { main } from '../../bench/main.js'
import { costSections } from '../../bench/print-cost.js'
import { fromJson } from '../../bench/report.js'
import { type CostSuiteReport, costRefusals } from '../../bench/suite-cost.js'
import { SHIPPED_PROFILE } from '../../src/cost/shipped.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticktickclock-bench-'))
  const modules = join(folder, 'modules')
  mkdirSync(join(modules, 'programs'), { recursive: true })
  mkdirSync(join(modules, 'node_modules'))
  symlinkSync(root, join(modules, 'node_modules/ticktickclock'), 'junction')
  writeFileSync(join(modules, 'package.json'), '{ "type": "module" }')
  for (const name of readdirSync(join(root, 'bench/programs'))) {
    const source = readFileSync(join(root, 'bench/programs', name), 'utf8')
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
    const { outputText } = ts.transpileModule(source, { compilerOptions })
    writeFileSync(join(modules, 'programs', name.replace('.ts', '.js')), outputText)
  }
  writeFileSync(join(folder, 'profile.json'), JSON.stringify(SHIPPED_PROFILE))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('npm run bench -- cost', () => {
  it('runs tiny by the profile of the environment, answers compared', async () => {
    vi.stubEnv('TICKTICKCLOCK_PROFILE', join(folder, 'profile.json'))
    const [json, html] = ['report.json', 'page.html'].map((name) => join(folder, name))
    const lines: string[] = []
    const print = (line: string) => void lines.push(...line.split('\n'))
    const output = { print, say: () => {}, complain: print }
    const args = ['cost', '--quick', '--scale', '6', '--samples', '1', '--json', json]
    const modules = pathToFileURL(`${join(folder, 'modules')}/`)
    expect(await main([...args, '--html', html], output, modules)).toBe(0)
    vi.unstubAllEnvs()
    const { cost } = fromJson(readFileSync(json, 'utf8'), json)
    const { errors, choices, profile } = cost as CostSuiteReport
    expect(profile.transports.threads).toEqual(SHIPPED_PROFILE.transports.threads)
    expect(errors.rows.map(({ program, transport }) => `${program}, ${transport}`)).toEqual(
      ['PageRank', 'sample sort', 'h-relation', 'h-relation'].flatMap((program) =>
        ['inline', 'threads', 'transfer'].map((transport) => `${program}, ${transport}`),
      ),
    )
    for (const row of errors.rows) {
      expect(row.supersteps).toBeGreaterThan(0)
      expect(row.predictedMs).toBeGreaterThan(row.workMs)
      expect(row.lowPercent).toBeLessThanOrEqual(row.errorPercent)
      expect(row.highPercent).toBeGreaterThanOrEqual(row.errorPercent)
    }
    const counted = errors.totals.map(({ supersteps }) => supersteps).sort((a, b) => a - b)
    const all = counted.pop()
    expect(counted.reduce((sum, each) => sum + each, 0)).toBe(all)
    expect(choices.rows.map(({ kernel }) => kernel)).toEqual([
      'pagerank',
      'sort',
      'argsort',
      'scan',
      'reduce',
      'histogram',
      'timestamps',
    ])
    for (const { devices, bestMs, bestDevice } of choices.rows) {
      expect(bestMs).toBe(Math.min(...devices.map(({ ms }) => ms)))
      expect(devices.map(({ name }) => name)).toContain(bestDevice)
    }
    expect(lines.filter((line) => [...line].length > 100)).toEqual([])
    expect(readFileSync(html, 'utf8')).toContain('aria-label="Predicted supersteps')
  })
})

describe('what is owed', () => {
  const row = (autoMs: number, bestMs: number) => ({
    ...{ kernel: 'sort', size: 'x', devices: [], autoMs, bestMs, bestDevice: 'WASM' },
  })
  const report = (
    errorPercent: number,
    sumRatio: number,
    worstRatio: number,
    profile = SHIPPED_PROFILE,
  ): CostSuiteReport => ({
    profile,
    errors: { rows: [], refusals: ['REFUSED a'], totals: [total(errorPercent)] },
    choices: { rows: [row(9, 2), row(9, 0.5)], sumRatio, worstRatio, refusals: ['REFUSED b'] },
  })
  const total = (errorPercent: number) => ({
    ...({ program: 'all of them', supersteps: 1234, errorPercent } as const),
  })
  const notes = (...figures: [number, number, number]) =>
    costSections(report(...figures)).flatMap((section) => section.notes)

  it('is judged at its limits', () => {
    expect(notes(19.9, 1.15, 1.5)).toEqual(
      expect.arrayContaining([
        'median error of all of them, 1,234 supersteps: 19.9 %, owed below 20: met',
        'auto over best, sums of 1 sizes: 1.15×, owed at most 1.15: met',
        'worst of them: 1.50×, owed at most 1.5: met',
      ]),
    )
    expect(notes(20, 1.16, 1.51).filter((line) => line.endsWith('MISSED'))).toHaveLength(3)
  })

  it('is not judged where workers took turns', () => {
    const judged = (l: number) => {
      const threads = SHIPPED_PROFILE.transports.threads?.map((each) => ({ ...each, l }))
      const profile = { ...SHIPPED_PROFILE, transports: { threads } }
      const sections = costSections(report(50, 1, 1, profile))
      return sections.flatMap(({ notes: lines }) => lines.filter((line) => /error of/.test(line)))
    }
    const says = 'median error of all of them, 1,234 supersteps: 50.0 %, owed below 20'
    expect(judged(0.0199)).toEqual([`${says}: MISSED`])
    expect(judged(0.02)).toEqual([`${says}: not judged, shared core`])
  })

  it('names every refusal', () => {
    expect(costRefusals(report(1, 1, 1))).toEqual(['REFUSED a', 'REFUSED b'])
    expect(costRefusals(undefined)).toEqual([])
    expect(notes(1, 1, 1)).toEqual(expect.arrayContaining(['REFUSED a', 'REFUSED b']))
  })
})
