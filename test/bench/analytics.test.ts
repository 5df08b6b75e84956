/** The suite of graph analytics, tiny: it proves its answers, and refuses who is wrong. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateRmat } from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphologySearcher, typedArraySearcher } from '../../bench/analytics-peers.js'
import { main } from '../../bench/main.js'
import { fromJson } from '../../bench/report.js'
import { runAnalyticsSuite } from '../../bench/suite-analytics.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticktickclock-analytics-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('npm run bench -- analytics', () => {
  it('runs tiny, answers compared, every contest with a plot', async () => {
    const [json, html] = ['report.json', 'page.html'].map((name) => join(folder, name))
    const lines: string[] = []
    const print = (line: string) => void lines.push(...line.split('\n'))
    const output = { print, say: () => {}, complain: print }
    const small = ['--quick', '--scale', '6', '--samples', '2']
    expect(await main(['analytics', ...small, '--json', json, '--html', html], output)).toBe(0)
    const { analytics = [] } = fromJson(readFileSync(json, 'utf8'), json)
    expect(analytics.map(({ name }) => name.split(',')[0])).toEqual([
      'Breadth-first search',
      'Components',
      'PageRank by vertices',
    ])
    const threads = ['1 thread', '2 threads']
    const programs = threads.map((text) => `vertex program, ${text}`)
    const kernels = threads.map((text) => `kernel, ${text}`)
    for (const { rows, refusals } of analytics) {
      expect(refusals).toEqual([])
      expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(programs))
      for (const { figure } of rows) expect(figure).toBeGreaterThan(0)
    }
    expect(analytics[2].rows.map(({ name }) => name)).toEqual(expect.arrayContaining(kernels))
    expect(lines.filter((line) => [...line].length > 100)).toEqual([])
    const page = readFileSync(html, 'utf8')
    for (const { name } of analytics) expect(page).toContain(`aria-label="${name}`)
  })

  it('leaves other packages out when asked to', async () => {
    const effort = { budgetMs: 1, mostSamples: 1 }
    const settings = { scales: [4], effort, peers: false, seed: 1, filter: /typed/ }
    const reports = await runAnalyticsSuite(settings, () => {})
    const names = reports.flatMap(({ rows }) => rows.map(({ name }) => name))
    expect(names).toEqual(['typed-array JavaScript', 'typed-array JavaScript'])
    expect(reports[0].notes).toContain('other packages: left out by --no-peers')
  })
})

describe('who searches beside this package', () => {
  const graph = generateRmat({ scale: 8, seed: 3, directed: false, simple: true })
  const byHand = typedArraySearcher(graph)

  it('agrees on depths, or says what is missing', () => {
    const peer = graphologySearcher(graph)
    if (typeof peer === 'string') {
      console.log(`skipped: ${peer}`)
      expect(peer).toContain('npm run bench installs it')
      return
    }
    for (const source of [0, 17]) expect(peer.bfs(source)).toEqual(byHand.bfs(source))
    expect(new Set(peer.components()).size).toBe(new Set(byHand.components()).size)
  })
})
