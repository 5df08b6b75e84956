/**
 * The benchmark itself, small: it runs, its tables fit a terminal, its report names the machine,
 * and a wrong answer is refused instead of timed. Other packages need not be installed.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateRmat, graphFromEdges, readGraph } from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseArguments, UsageError } from '../../bench/arguments.js'
import type { Contestant } from '../../bench/contest.js'
import { type OpenDevices, openDevices } from '../../bench/contestants.js'
import { edgeText } from '../../bench/edge-text.js'
import { main } from '../../bench/main.js'
import { pagerankSections } from '../../bench/print-pagerank.js'
import { runPagerankSuite } from '../../bench/suite-pagerank.js'
import { differenceOf } from '../../bench/suite-parse.js'
import { iteratePull, parseBySplit, preparePull } from '../../bench/typed-array.js'

const lines: string[] = []
const complaints: string[] = []
const output = {
  print: (line: string) => lines.push(...line.split('\n')),
  say: () => {},
  complain: (line: string) => complaints.push(line),
}

describe('npm run bench', () => {
  it('runs on a tiny graph and writes a report', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticktickclock-test-'))
    const json = join(folder, 'report.json')
    try {
      const args = ['pagerank', '--quick', '--scale', '8', '--samples', '2', '--no-peers']
      expect(await main([...args, '--filter', 'JavaScript|WASM', '--json', json], output)).toBe(0)
      const report = JSON.parse(readFileSync(json, 'utf8'))
      expect(report.machine.command).toContain('--scale 8')
      expect(report.machine.cores).toBeGreaterThan(0)
      const [graph] = report.pagerank
      expect(graph.refusals).toEqual([])
      expect(graph.rows.map(({ name }: { name: string }) => name)).toEqual(
        expect.arrayContaining(['plain JavaScript', 'typed-array JavaScript', 'WASM, 1 thread']),
      )
      for (const row of graph.rows) {
        expect(row.callsMs).toHaveLength(2)
        expect(row.distanceL1).toBeLessThanOrEqual(row.limitL1)
      }
      expect(graph.missing.join()).toContain('--no-peers')
      expect(lines.filter((line) => [...line].length > 100)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('says what it does not understand', async () => {
    expect(await main(['pagerang'], output)).toBe(2)
    expect(complaints.at(-1)).toContain('no suite "pagerang"')
    expect(() => parseArguments(['--samples', 'many'])).toThrow(UsageError)
    expect(() => parseArguments(['--filter', '('])).toThrow(UsageError)
    expect(() => parseArguments(['--nothing'])).toThrow(UsageError)
  })
})

describe('the answer check', () => {
  let devices: OpenDevices
  beforeAll(async () => {
    devices = await openDevices(1)
  })
  afterAll(() => devices.close())

  it('refuses and names a wrong contestant, and times the others', async () => {
    const { pagerank } = parseArguments(['--quick', '--scale', '7', '--samples', '1', '--no-peers'])
    let calls = 0
    const wrong: Contestant = {
      name: 'wrong JavaScript',
      includes: '',
      limitL1: 1e-9,
      run: async (iterations) => {
        calls++
        const ranks = iteratePull(preparePull(generateRmat(shape)), iterations)
        ranks[0] += 1e-6
        return { ranks }
      },
    }
    const shape = { scale: 7, directed: false, simple: true, seed: 1 }
    const settings = { ...pagerank, filter: /JavaScript/, extra: () => [wrong] }
    const [report] = await runPagerankSuite(settings, devices, () => {})
    expect(report.refusals.map(({ name }) => name)).toEqual(['wrong JavaScript'])
    expect(report.rows.map(({ name }) => name)).toEqual([
      'plain JavaScript',
      'typed-array JavaScript',
    ])
    expect(calls).toBe(1)
    expect(pagerankSections(report)[0].notes[0]).toMatch(/REFUSED wrong JavaScript: L1 1\.0e-6/)
  })

  it('tells graphs apart', () => {
    const graph = graphFromEdges([[1, 2, 1] as const, [2, 3, 4] as const])
    expect(differenceOf(graph, graphFromEdges([[1, 2, 1] as const, [2, 3, 4] as const]))).toBe(
      undefined,
    )
    const others = [
      [[1, 2, 1] as const],
      [[1, 2, 1] as const, [2, 3, 5] as const],
      [[1, 2, 1] as const, [2, 1, 4] as const],
      [[1, 2, 1] as const, [2, 4, 4] as const],
    ]
    for (const edges of others) {
      expect(differenceOf(graph, graphFromEdges(edges, { vertices: [1, 2, 3] }))).not.toBe(
        undefined,
      )
    }
  })
})

describe('generated text', () => {
  it('is the same graph as Matrix Market, numbered from 1', async () => {
    const shape = { scale: 6, edgeFactor: 4, seed: 3 }
    const matrix = await readGraph(edgeText({ ...shape, format: 'matrix-market' }))
    const { sources, targets } = parseBySplit(edgeText({ ...shape, format: 'snap' }), '\t', false)
    expect(matrix.vertexCount).toBe(64)
    const list = graphFromEdges({ sources, targets }, { vertexCount: 64 })
    expect([...matrix.targets]).toEqual([...list.targets])
    expect(matrix.idOf(63)).toBe(64)
  })

  it.each(['snap', 'csv'] as const)('reads the same by both parsers: %s', async (format) => {
    const text = edgeText({ scale: 6, edgeFactor: 4, seed: 3, format })
    const isCsv = format === 'csv'
    const graph = await readGraph(text, isCsv ? { weights: 'weight' } : {})
    const { sources, targets, weights } = parseBySplit(text, isCsv ? ',' : '\t', isCsv)
    expect(graph.edgeCount).toBe(256)
    expect(differenceOf(graph, graphFromEdges({ sources, targets, weights }))).toBe(undefined)
    expect(edgeText({ scale: 6, edgeFactor: 4, seed: 3, format })).toEqual(text)
  })
})
