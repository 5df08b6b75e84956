/**
 * `ticktickclock graph-analytics`: the numbers and formats of LDBC Graphalytics, on graphs small
 * enough to work out by hand, and the summaries for people.
 */

import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { cli, FLIGHTS, temporaryFolder } from '../support/cli.js'

/**
 * Directed, 8 vertices (9 is alone):
 *
 *   1 → 2 → 4 → 6     2 ↔ 3, 1 → 3, 3 → 4
 *   5 → 6, 7 ↔ 8
 */
const DIRECTED = `1 2 0.5
1 3 2
2 3 0.25
3 2 1
2 4 1.5
3 4 0.125
4 6 1
5 6 0
7 8 1
8 7 1
`

/** Undirected: a triangle 10-20-30 with a tail 30-40-50, and the pair 60-70. */
const UNDIRECTED = `10 20
20 30
10 30
30 40
40 50
60 70
`

const folder = temporaryFolder()
const directed = join(folder, 'small.e')
const undirected = join(folder, 'tail.e')

beforeAll(() => {
  writeFileSync(directed, DIRECTED)
  writeFileSync(join(folder, 'small.v'), '1\n2\n3\n4\n5\n6\n7\n8\n9\n')
  writeFileSync(undirected, UNDIRECTED)
})

/** `id,value` as values by id, which must be ascending. */
async function csv(args: string[]): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await cli(['graph-analytics', ...args, '--csv'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [head, ...lines] = stdout.trimEnd().split('\n')
  expect(head).toBe('id,value')
  const pairs = lines.map((line) => line.split(','))
  const ids = pairs.map(([id]) => Number(id))
  expect(ids).toEqual([...ids].sort((a, b) => a - b))
  return Object.fromEntries(pairs)
}

const FAR = '9223372036854775807'

describe('worked out by hand, directed', () => {
  it('BFS: levels, and the greatest long where there is no way', async () => {
    expect(await csv(['bfs', directed, '--source', '1'])).toEqual({
      ...{ 1: '0', 2: '1', 3: '1', 4: '2', 5: FAR, 6: '3', 7: FAR, 8: FAR, 9: FAR },
    })
  })

  it('SSSP: sums of weights, and infinity', async () => {
    const args = ['sssp', directed, '--weights', '3', '--source', '1']
    const expected = {
      ...{ 1: '0', 2: '0.5', 3: '0.75', 4: '0.875', 5: 'infinity', 6: '1.875' },
      ...{ 7: 'infinity', 8: 'infinity', 9: 'infinity' },
    }
    expect(await csv(args)).toEqual(expected)
    expect(await csv([...args, '--processors', '3', '--transport', 'inline'])).toEqual(expected)
  })

  it('WCC: the least id', async () => {
    expect(await csv(['wcc', directed])).toEqual({
      ...{ 1: '1', 2: '1', 3: '1', 4: '1', 5: '1', 6: '1', 7: '7', 8: '7', 9: '9' },
    })
  })

  it('CDLP: labels of in- and out-neighbours, each way counted', async () => {
    // At first each label occurs once around a vertex, those of 3 around 2, of 2 around 3, of 8
    // around 7 and of 7 around 8 twice, as those are neighbours both ways.
    expect(await csv(['cdlp', directed, '--iterations', '1'])).toEqual({
      ...{ 1: '2', 2: '3', 3: '2', 4: '2', 5: '6', 6: '4', 7: '8', 8: '7', 9: '9' },
    })
    // 1 sees 3, 2; 2 sees 2 four times; 3 sees 2 of 1 and 4, 3 twice of 2: the least of both.
    expect(await csv(['cdlp', directed, '--iterations', '2'])).toEqual({
      ...{ 1: '2', 2: '2', 3: '2', 4: '2', 5: '4', 6: '2', 7: '7', 8: '8', 9: '9' },
    })
  })

  it('LCC: arcs among neighbours, of those that there could be', async () => {
    // 1: {2, 3} with 2 → 3 and 3 → 2, of 2. 2: {1, 3, 4} with 1 → 3 and 3 → 4, of 6.
    // 3: {1, 2, 4} with 1 → 2 and 2 → 4, of 6. 4: {2, 3, 6} with 2 → 3 and 3 → 2, of 6.
    const third = String(2 / 6)
    expect(await csv(['lcc', directed])).toEqual({
      ...{ 1: '1', 2: third, 3: third, 4: third, 5: '0', 6: '0', 7: '0', 8: '0', 9: '0' },
    })
  })

  it('PageRank: as many iterations as asked, dangling mass spread', async () => {
    const ranks = await csv(['pagerank', directed, '--iterations', '1', '--damping', '0.5'])
    // From 1/9 each; 6 and 9 dangle, so everybody gets (0.5 + 0.5 · 2/9) / 9 = 11/162, and half of
    // what comes in: 1 has two arcs, 2 two, 3 two, 4, 5, 7 and 8 one.
    const base = 11 / 162
    const ninth = 1 / 18
    const expected = [0, 1, 1, 1, 0, 2, 1, 1, 0].map((shares) => base + shares * ninth)
    for (const [i, rank] of expected.entries()) expect(Number(ranks[i + 1])).toBeCloseTo(rank, 15)
  })
})

describe('worked out by hand, undirected', () => {
  const args = (algorithm: string, ...more: string[]) => [
    algorithm,
    undirected,
    '--undirected',
    ...more,
  ]

  it('BFS and SSSP, every edge 1 long', async () => {
    const expected = { 10: '0', 20: '1', 30: '1', 40: '2', 50: '3' }
    const levels = await csv(args('bfs', '--source', '10'))
    expect(levels).toEqual({ ...expected, 60: FAR, 70: FAR })
    const paths = await csv(args('sssp', '--source', '10'))
    expect(paths).toEqual({ ...expected, 60: 'infinity', 70: 'infinity' })
  })

  it('WCC, LCC and CDLP', async () => {
    const components = { 10: '10', 20: '10', 30: '10', 40: '10', 50: '10', 60: '60', 70: '60' }
    expect(await csv(args('wcc'))).toEqual(components)
    expect(await csv(args('lcc'))).toEqual({
      ...{ 10: '1', 20: '1', 30: String(1 / 3), 40: '0', 50: '0', 60: '0', 70: '0' },
    })
    // Everybody takes the least neighbour; then 20 sees 20, 10; 30 sees 20, 10, 30; pairs swap.
    expect(await csv(args('cdlp', '--iterations', '1'))).toEqual({
      ...{ 10: '20', 20: '10', 30: '10', 40: '30', 50: '40', 60: '70', 70: '60' },
    })
    expect(await csv(args('cdlp', '--iterations', '2'))).toEqual({
      ...{ 10: '10', 20: '10', 30: '10', 40: '10', 50: '30', 60: '60', 70: '70' },
    })
  })
})

describe('for people', () => {
  const text = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(['graph-analytics', ...args])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }

  it('BFS has levels, SSSP the farthest, and both how many were reached', async () => {
    const levels = await text('bfs', FLIGHTS, '--source', 'ATL', '--processors', '3')
    expect(levels).toMatch(/^depth {2}vertices\n {4}0 {9}1\n {4}1 {7}173\n {4}2 {7}125\n/)
    expect(levels).toMatch(
      /^result {2}304 of 305 vertices reached from ATL, at most 3 edges away$/m,
    )
    expect(levels).toMatch(/^run {5}5 supersteps of 3 processors on \d threads?, \d+ messages$/m)
    const paths = await text('sssp', FLIGHTS, '--source', 'ATL', '--weights', 'count')
    expect(paths).toMatch(/^ 1 {2}ACT {5}2,077$/m)
    expect(paths).toMatch(/mean distance 271, farthest ACT: 2,077$/m)
    expect(await text('sssp', FLIGHTS, '--source', 'ATL')).toContain('every edge 1 long')
  })

  it('groups have sizes, coefficients and ranks the greatest', async () => {
    expect(await text('wcc', directed)).toMatch(
      /^component {2}vertices\n1 {17}6\n7 {17}2\n9 {17}1\n/,
    )
    expect(await text('wcc', directed)).toContain('3 weakly connected components, the largest of 6')
    expect(await text('cdlp', FLIGHTS)).toContain('1 community, the largest of 305 vertices')
    expect(await text('lcc', directed)).toMatch(/^2 {3}2 {8}0\.333$/m)
    expect(await text('pagerank', FLIGHTS)).toMatch(/^ 1 {2}ATL {2}0\.0359$/m)
  })

  it('writes files', async () => {
    const output = join(folder, 'levels.csv')
    expect(await text('bfs', undirected, '--source', '10', '--csv', '--output', output)).toBe('')
    expect(await readFile(output, 'utf8')).toMatch(/^id,value\n10,0\n20,1\n/)
  })
})

describe('wrong usage', () => {
  it.each<[string[], number, string]>([
    [['bfs', directed], 2, "bfs needs '--source <id>'"],
    [['wcc', directed, '--source', '1'], 2, "'--source' is for bfs and sssp, not wcc"],
    [['lcc', directed, '--iterations', '3'], 2, "'--iterations' is for pagerank and cdlp"],
    [['cdlp', directed, '--damping', '0.5'], 2, "'--damping' is for pagerank, not cdlp"],
    [['bfs', directed, '--source', '1', '--weights', '3'], 2, "'--weights' is for sssp"],
    [['diameter', directed], 2, "'diameter' is invalid for argument 'algorithm'"],
    [['bfs', directed, '--source', '77'], 1, 'names "77", which is no vertex of'],
    [['wcc', directed, '--processors', '0'], 2, 'whole number from 1 to 1024'],
    [['wcc', directed, '--vertices', join(folder, 'none.v')], 1, 'none.v'],
  ])('%j', async (args, code, message) => {
    const ended = await cli(['graph-analytics', ...args])
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(message)
  })
})
