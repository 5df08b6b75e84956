/**
 * The page of the benchmark: every plot in it has its data, in a browser, wide and on a phone,
 * light and dark, without a script, a request or a message; and what plots are made of.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../bench/main.js'
import { logScale, plotHtml } from '../../bench/plots.js'
import { chaptersOf, fromJson } from '../../bench/report.js'
import { noBrowser, showPage } from '../support/bench-page.js'

if (noBrowser !== undefined) console.log(`skipped: the benchmark's page: ${noBrowser}`)

let folder: string
let html: string
let plotted: string[]
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticktickclock-page-'))
  html = join(folder, 'page.html')
  const json = join(folder, 'report.json')
  const quiet = { print: () => {}, say: () => {}, complain: () => {} }
  const suites = ['pagerank', 'sort', 'timestamps', 'scaling', 'parse']
  const small = ['--quick', '--scale', '12', '--samples', '2', '--no-peers']
  expect(await main([...suites, ...small, '--json', json, '--html', html], quiet)).toBe(0)
  const report = fromJson(readFileSync(json, 'utf8'), json)
  report.memory = [
    {
      ...{ name: 'readGraph', device: 'none', scale: 4, seed: 1, fileBytes: 100, readMs: 1 },
      ...{ vertexCount: 16, edgeCount: 256, peakBytes: 2e8, emptyBytes: 5e7, bytesPerEdge: 9 },
    },
  ]
  plotted = chaptersOf(report)
    .flatMap(({ sections }) => sections)
    .filter(({ plot }) => plot !== undefined)
    .map(({ title }) => title)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(noBrowser !== undefined)('the page in a browser', () => {
  it.each([
    { width: 1400, colorScheme: 'light' },
    { width: 360, colorScheme: 'dark' },
  ] as const)('draws every plot with its data: %o', async (view) => {
    const shown = await showPage(html, view)
    expect(shown.messages).toEqual([])
    expect(shown.scripts).toBe(0)
    expect(shown.requests).toHaveLength(1)
    expect(shown.overflow).toBeLessThanOrEqual(0)
    const [red] = /\d+/.exec(shown.background) ?? ['']
    expect(Number(red) > 128).toBe(view.colorScheme === 'light')

    // Everything but memory, which ran elsewhere.
    expect(shown.sections.map(({ title }) => title)).toEqual(
      plotted.filter((title) => !title.startsWith('Peak memory')),
    )
    for (const { title, label, marks, strays, tableRows, axisLabels } of shown.sections) {
      expect(label, title).not.toBe('')
      expect(tableRows, title).toBeGreaterThan(0)
      expect(marks, title).toBeGreaterThanOrEqual(tableRows)
      expect(strays, title).toBe(0)
      expect(axisLabels, title).toBeGreaterThan(0)
    }
  })
})

describe('the page', () => {
  it('has plots of every kind, slopes in the legends, and no number that is none', () => {
    const text = readFileSync(html, 'utf8')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(text.match(/WASM, 1 thread: slope -?\d\.\d\d/g)?.length).toBeGreaterThan(0)
    expect(text).toContain('crossover: ')
    for (const label of ['dot', 'bar', 'line']) expect(text).toContain(`aria-label="${label}"`)
    for (const [, inner] of text.matchAll(/<nav[^>]*>(.*?)<\/nav>/g)) {
      const targets = [...inner.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
      expect(targets.length).toBeGreaterThan(3)
      for (const id of targets) expect(text).toContain(`id="${id}"`)
    }
  })
})

describe('a plot', () => {
  it('is empty without data', () => {
    const empty = { title: 'none', label: 'ms', rows: [] }
    expect(plotHtml({ kind: 'dots', ...empty })).toBe('')
    expect(plotHtml({ kind: 'stack', parts: [], ...empty })).toBe('')
  })

  it('escapes names', () => {
    const row = { name: 'a <b> & "c"', value: 2, low: 1, high: 3 }
    const svg = plotHtml({ kind: 'dots', title: 'the "i"', label: 'ms', rows: [row] })
    expect(svg).not.toContain('<b>')
    expect(svg).toContain('a &lt;b&gt; &amp; ')
    expect(svg).toContain('aria-label="the &quot;i&quot;"')
  })

  it('has ticks that fit: 1, 2 and 5, or decades', () => {
    expect(logScale([3, 60], 9).ticks).toEqual([5, 10, 20, 50])
    expect(logScale([0.9, 1e6], 9).ticks).toEqual([1, 10, 100, 1e3, 1e4, 1e5, 1e6])
    expect(logScale([0.9, 1e6], 4).ticks).toEqual([1, 100, 1e4, 1e6])
    const { domain } = logScale([3, 60], 9)
    expect(domain[0]).toBeLessThan(3)
    expect(domain[1]).toBeGreaterThan(60)
  })
})
