/**
 * Other packages: those of Python in a process of their own, that ranks of a liar are refused and
 * named, and that an order must be one. Python's packages need not be installed.
 */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Graph, generateRmat, graphFromEdges, openDevice, pagerank } from 'ticktickclock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdArrayContest } from '../../bench/array-contest.js'
import { exactRanks, peerContestant } from '../../bench/converge.js'
import type { Peer } from '../../bench/peers.js'
import { loadPython } from '../../bench/python.js'
import { timeRounds } from '../../bench/rounds.js'
import { orderComplaint } from '../../bench/sort-peers.js'
import { distanceL1 } from '../../bench/statistics.js'

const shape = { edgeFactor: 4, directed: false, simple: true, seed: 3 }
const graph = generateRmat({ scale: 6, ...shape })
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticktickclock-peers-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const igraph = await loadPython('igraph')
const networkx = await loadPython('networkx')
for (const reason of [igraph, networkx]) {
  if (typeof reason === 'string') console.log(`skipped: a package of Python: ${reason}`)
}

async function ranksOf(peer: Peer | string, of: Graph) {
  if (typeof peer === 'string') throw new Error(peer)
  const ranker = await peer.load(of)
  try {
    return await ranker.run(1e-12)
  } finally {
    await ranker.close()
  }
}

describe.each([
  { name: 'python-igraph', peer: igraph },
  { name: 'networkx', peer: networkx },
])('$name', ({ name, peer }) => {
  it.skipIf(typeof peer === 'string')('ranks as we do, and times itself', async () => {
    const { ranks, own } = await ranksOf(peer, graph)
    const ours = await pagerank(graph, { device: 'reference', tolerance: 1e-13 })
    expect(distanceL1(ranks, ours.ranks)).toBeLessThan(1e-9)
    expect(own?.wallMs).toBeGreaterThan(0)
    expect(peer).toMatchObject({ name: expect.stringMatching(new RegExp(`^${name} \\d`)) })
  })

  it.skipIf(typeof peer === 'string')('knows vertices without edges', async () => {
    const lonely = graphFromEdges([[0, 1] as const], { vertices: [0, 1, 2], directed: false })
    const { ranks } = await ranksOf(peer, lonely)
    expect(ranks[0] + ranks[1] + ranks[2]).toBeCloseTo(1)
    expect(ranks[2]).toBeGreaterThan(0)
  })
})

describe('Python', () => {
  /** A program that speaks as python-peers.py does. */
  const program = (name: string, lines: string[]) => {
    const path = join(folder, name)
    writeFileSync(path, [`#!${process.execPath}`, ...lines].join('\n'))
    chmodSync(path, 0o755)
    return path
  }
  const hello = `console.log('{"python":"3.1","igraph":"9.9"}')`

  it('is left out with the remedy where it, or the package, is missing', async () => {
    const nowhere = await loadPython('igraph', [join(folder, 'nowhere')])
    expect(nowhere).toMatch(/ENOENT.*apt-get install python3-igraph/)
    const lines = [`console.error('ModuleNotFoundError: No module named networkx')`]
    const without = await loadPython('networkx', [program('without', lines)])
    expect(without).toMatch(/No module named networkx; .*apt-get install python3-networkx/)
  })

  it.skipIf(process.platform === 'win32')('is asked line by line; its times count', async () => {
    const peer = await loadPython('igraph', [
      program('honest', [
        hello,
        `const { createInterface } = require('node:readline')`,
        `createInterface({ input: process.stdin }).on('line', (line) => {`,
        `  const { edges, ranks } = JSON.parse(line)`,
        `  if (edges) return console.log('{"loadMs":1}')`,
        `  require('node:fs').writeFileSync(ranks, new Float64Array([0.25, 0.75]))`,
        `  console.log('{"wallMs":1234,"cpuMs":567}')`,
        `})`,
      ]),
    ])
    if (typeof peer === 'string') throw new Error(peer)
    expect(peer).toMatchObject({
      name: 'python-igraph 9.9, 1 thread',
      about: 'igraph 9.9 on Python 3.1',
    })
    const ranker = await peer.load(graph)
    const { ranks, own } = await ranker.run(1)
    expect([...(ranks as Float64Array)]).toEqual([0.25, 0.75])
    expect(own).toEqual({ wallMs: 1234, cpuMs: 567 })
    await ranker.close()
  })

  it.skipIf(process.platform === 'win32')('that dies says why', async () => {
    const peer = await loadPython('igraph', [
      program('mortal', [
        hello,
        `process.stdin.once('data', () => {`,
        `  console.error('MemoryError: too many edges')`,
        `  process.exitCode = 1`,
        `  process.stdin.destroy()`,
        `})`,
      ]),
    ])
    if (typeof peer === 'string') throw new Error(peer)
    await expect(peer.load(graph)).rejects.toThrow('MemoryError: too many edges')
  })

  it('gives its own times to tinybench', async () => {
    const own = { wallMs: 4321, cpuMs: 12 }
    const task = { name: 'elsewhere', samples: 2, run: async () => {}, ownTimes: () => own }
    const times = await timeRounds([task])
    expect(times.get('elsewhere')).toEqual({ wallMs: [4321, 4321], cpuMs: [12, 12] })
  })
})

describe('a peer that lies', () => {
  it('is refused, named and not timed', async () => {
    let calls = 0
    const device = await openDevice({ kind: 'reference' })
    const exact = await exactRanks(graph, device)
    await device.dispose()
    const peer = (name: string, error: number): Peer => ({
      name,
      load: async () => ({
        includes: '',
        run: async () => {
          calls++
          return { ranks: exact.ranks.map((rank, i) => (i === 0 ? rank + error : rank)) }
        },
        close: async () => {},
      }),
    })
    const contestants = [
      await peerContestant(peer('liar 1.0', 1e-6), graph, exact),
      await peerContestant(peer('honest 1.0', 1e-12), graph, exact),
    ]
    const head = { name: 'test', valueCount: 1, seed: 1, over: [], missing: [] }
    const effort = { budgetMs: 1, mostSamples: 1 }
    const { rows, refusals } = await holdArrayContest(head, contestants, effort, () => {})
    expect(refusals).toEqual([expect.stringMatching(/^REFUSED liar 1\.0: L1 1\.0e-6 .* 1\.0e-9/)])
    expect(rows.map(({ name }) => name)).toEqual(['honest 1.0'])
    expect(rows[0].distanceL1).toBeLessThan(1e-11)
    // Both twice for the proof; only the honest one for its time.
    expect(calls).toBe(5)
  })
})

describe('an order', () => {
  const values = Uint32Array.of(3, 1, 2, 1)
  const sorted = Uint32Array.of(1, 1, 2, 3)
  it.each([
    [[1, 3, 2, 0], undefined],
    [[3, 1, 2, 0], undefined],
    [[1, 1, 2, 0], /named twice/],
    [[1, 9, 2, 0], /wrong|exist/],
    [[1, 3, 0, 2], /\[2\] is place 0/],
    [[1, 3, 2], /3 places of 4/],
  ])('%j', async (order, complaint) => {
    const found = await orderComplaint(Uint32Array.from(order), values, sorted)
    if (complaint === undefined) expect(found).toBe(undefined)
    else expect(found).toMatch(complaint)
  })
})
