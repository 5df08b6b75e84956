/**
 * The suite of BSP, tiny: it runs on threads, proves its answers, its tables fit a terminal, and
 * its page is well formed. Thread modules of bench/ are compiled here: build/bench is there only
 * after `npm run bench`.
 */

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
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withoutSleepers } from '../../bench/bsp-barrier.js'
import { type BspContest, type BspReport, holdBspContest } from '../../bench/bsp-contest.js'
import { toHtml } from '../../bench/html.js'
import { describeMachine } from '../../bench/machine.js'
import { main } from '../../bench/main.js'
import { bspSections } from '../../bench/print-bsp.js'
import { noBrowser, showPage } from '../support/bench-page.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticktickclock-bench-'))
  compileThreadModules(join(folder, 'modules'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Compiles them to a folder from which the package and its dependencies are found. */
function compileThreadModules(target: string): void {
  mkdirSync(join(target, 'programs'), { recursive: true })
  mkdirSync(join(target, 'node_modules'))
  symlinkSync(root, join(target, 'node_modules/ticktickclock'), 'junction')
  symlinkSync(join(root, 'node_modules/comlink'), join(target, 'node_modules/comlink'), 'junction')
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }')
  const programs = readdirSync(join(root, 'bench/programs')).map((name) => `programs/${name}`)
  for (const name of ['bare-worker.ts', ...programs]) {
    const { outputText } = ts.transpileModule(readFileSync(join(root, 'bench', name), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    })
    writeFileSync(join(target, name.replace('.ts', '.js')), outputText)
  }
}

/** Element names in order: every one opened is closed, and nothing else is. */
function tagFaults(html: string): string[] {
  const VOID = new Set(['meta', '!doctype'])
  const open: string[] = []
  const faults: string[] = []
  for (const [, slash, name, rest] of html.matchAll(/<(\/?)([!a-z][a-z0-9]*)([^>]*)>/g)) {
    if (VOID.has(name) || rest.endsWith('/')) continue
    if (slash === '') open.push(name)
    else if (open.pop() !== name) faults.push(name)
  }
  return [...faults, ...open]
}

describe('npm run bench -- bsp', () => {
  it('runs tiny, writes JSON, Markdown and one page', async () => {
    const lines: string[] = []
    const output = {
      print: (line: string) => void lines.push(...line.split('\n')),
      say: () => {},
      complain: (line: string) => void lines.push(line),
    }
    const files = Object.fromEntries(
      ['json', 'markdown', 'html'].map((kind) => [kind, join(folder, `report.${kind}`)]),
    )
    const args = ['bsp', '--quick', '--scale', '6', '--samples', '2']
    for (const [kind, file] of Object.entries(files)) args.push(`--${kind}`, file)
    expect(await main(args, output, pathToFileURL(`${join(folder, 'modules')}/`))).toBe(0)

    const { bsp, machine } = JSON.parse(readFileSync(files.json, 'utf8'))
    const names = bsp.contests.flatMap(({ rows }: { rows: { name: string }[] }) =>
      rows.map(({ name }) => name),
    )
    expect(names).toEqual(
      expect.arrayContaining([
        'empty superstep',
        'bare Atomics barrier',
        'comlink fan-out',
        'nobody listens',
        'a handler of every event',
        'metrics in memory',
        'a trace',
        'typed rows, by batch',
        'typed rows, one by one',
        'all-to-all, typed batches',
        'memcpy, private memory',
        'PageRank, BSP program',
        'PageRank, kernel called directly',
      ]),
    )
    for (const { rows, refusals } of bsp.contests) {
      expect(refusals).toEqual([])
      for (const { figure, callsMs } of rows) {
        expect(figure).toBeGreaterThan(0)
        expect(callsMs.length).toBeGreaterThan(0)
      }
    }
    expect(bsp.cases.costs.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining([
        'simple_computation',
        'pagerank_small, 100 nodes',
        'parallel_sum of 1..10,000',
      ]),
    )
    const [scaling] = bsp.scaling
    expect(scaling.rows.map(({ processors }: { processors: number }) => processors)).toEqual([
      1, 2, 4, 8, 16,
    ])
    expect(scaling.rows[4].check).toMatch(/^skipped: /)
    expect(lines.filter((line) => [...line].length > 100)).toEqual([])

    const html = readFileSync(files.html, 'utf8')
    expect(tagFaults(html)).toEqual([])
    expect(html).toContain(machine.cpu)
    expect(html).toContain('--scale 6')
    expect(html).not.toMatch(/https?:|src=|href="[^#]/)
    for (const name of names) expect(html).toContain(`<th scope="row">${name}</th>`)
    if (noBrowser !== undefined) console.log(`skipped: the page of BSP: ${noBrowser}`)
    else {
      const { messages, sections } = await showPage(files.html, {
        width: 1400,
        colorScheme: 'light',
      })
      expect(messages).toEqual([])
      expect(sections).toHaveLength(bsp.contests.length + bsp.scaling.length + 1)
      for (const { title, marks, tableRows, strays } of sections) {
        expect(marks, title).toBe(tableRows)
        expect(strays, title).toBe(0)
      }
    }
    expect(readFileSync(files.markdown, 'utf8')).toContain('| bare Atomics barrier |')
  })
})

describe('a contest of BSP', () => {
  const contest = (ms: number, complaint?: string): BspContest => ({
    name: 'test',
    unit: 'µs each',
    contestants: [
      { name: 'half', includes: '', count: 10, run: async () => ({ ms, complaint }) },
      {
        name: 'whole',
        includes: '',
        count: 10,
        run: async () => ({ ms: 1, complaint: undefined }),
      },
    ],
    owed: [{ of: 'half', over: 'whole', says: 'half over whole', atMost: 2 }],
    notes: [],
  })
  const effort = { budgetMs: 1, mostSamples: 3 }

  it.each([
    [1.5, true],
    [2.5, false],
  ])('judges what is owed: %d', async (ms, met) => {
    const { verdicts, rows } = await holdBspContest(contest(ms), effort, () => {})
    expect(verdicts).toMatchObject([{ ratio: ms, met }])
    expect(rows[0].figure).toBe(ms * 100)
  })

  it('refuses and does not show who is wrong', async () => {
    const report = await holdBspContest(contest(1, 'the sum is 3'), effort, () => {})
    expect(report.refusals).toEqual(['REFUSED half: the sum is 3'])
    expect(report.rows.map(({ name }) => name)).toEqual(['whole'])
    expect(report.verdicts).toEqual([])
  })
})

describe('the barrier', () => {
  const verdict = { of: '', over: '', says: '', ratio: 1, bestRatio: 1, met: true }
  const report = (figure: number): BspReport => {
    const call = { count: 1, medianMs: 1, bestMs: 1, lowMs: 1, highMs: 1 }
    const row = { includes: '', count: 1, call, callsMs: [1], figure, bestFigure: figure }
    const rows = [{ name: 'bare Atomics barrier', ...row }]
    return { name: '', unit: 'µs each', rows, verdicts: [verdict], refusals: [], notes: [] }
  }

  it('is not judged where threads sleep', () => {
    const awake = report(0.2)
    expect(withoutSleepers(awake)).toEqual(awake)
    const asleep = withoutSleepers(report(20))
    expect(asleep.verdicts[0].met).toBe(undefined)
    expect(asleep.notes).toEqual([expect.stringMatching(/^nothing is judged: .* 20\.0 µs$/)])
  })
})

describe('the page', () => {
  const machine = describeMachine('none: <no> "GPU"', ['bsp'])
  const blank = { name: '', unit: 'ms each' as const, verdicts: [], refusals: [], notes: [] }
  const contest = { ...blank, rows: [] }

  it('escapes text, and draws the scaling', () => {
    const row = { processors: 1, seconds: 1, speedup: 1, efficiency: 1, check: 'baseline' }
    const two = { ...row, processors: 2, seconds: 0.6, speedup: 1.67, efficiency: 0.83 }
    const sections = bspSections({
      contests: [],
      cases: { contest, costs: [] },
      scaling: [{ name: 'a < b & "c"', cores: 2, rows: [row, two], contest }],
    })
    const html = toHtml(machine, [{ title: 'BSP', sections }])
    expect(tagFaults(html)).toEqual([])
    expect(html).toContain('none: &lt;no&gt; &quot;GPU&quot;')
    expect(html).toContain('a &lt; b &amp; &quot;c&quot;')
    expect(html.match(/role="img" aria-label="Speed-up|aria-label="Speed-up/g)).toHaveLength(2)
  })
})
