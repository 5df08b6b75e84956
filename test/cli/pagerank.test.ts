/** `ticktickclock pagerank`: right ranks, the effect of every option, the promised formats. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { graphFromEdges } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { cli, FLIGHTS, KARATE_TEXT, parseCsv, temporaryFolder } from '../support/cli.js'
import { type DensePagerankOptions, densePagerank } from '../support/dense-pagerank.js'
import { KARATE } from '../support/graphs.js'
import { gpuTitle, noGpu } from '../support/webgpu.js'

const folder = temporaryFolder()
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const karate = file('karate.txt', KARATE_TEXT)
const WEIGHTED = 'from,to,flights,"fare, mean"\na,b,3,1\na,c,1,5\nb,a,1,1\nc,a,1,1\nc,b,0,2\n'
const weighted = file('weighted.csv', WEIGHTED)

async function ranksOf(args: string[], input?: string): Promise<Map<string, number>> {
  const { code, stdout, stderr } = await cli(['pagerank', ...args, '--csv'], { input })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return parseCsv(stdout)
}

async function jsonOf(args: string[]) {
  const { code, stdout, stderr } = await cli(['pagerank', ...args, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

/** Exact ranks of an edge list by id. */
function exact(
  edges: readonly (readonly [string | number, string | number, number?])[],
  directed: boolean,
  options: DensePagerankOptions = {},
): Map<string, number> {
  const graph = graphFromEdges(edges as [string, string, number][], { directed })
  return new Map(densePagerank(graph, options).map((rank, v) => [String(graph.idOf(v)), rank]))
}

function expectClose(ranks: Map<string, number>, wanted: Map<string, number>, within = 1e-9) {
  expect([...ranks.keys()].sort()).toEqual([...wanted.keys()].sort())
  for (const [id, rank] of wanted)
    expect(Math.abs((ranks.get(id) ?? 0) - rank)).toBeLessThan(within)
}

describe('ranks', () => {
  it.each(['reference', 'wasm'])(
    'of the karate club on %s are those of linear algebra',
    async (device) => {
      const ranks = await ranksOf([karate, '--undirected', '--device', device])
      expectClose(ranks, exact(KARATE, false))
      // As published with NetworkX 3.
      expect(ranks.get('34')).toBeCloseTo(0.100919, 5)
      expect(ranks.get('1')).toBeCloseTo(0.096997, 5)
      expect(ranks.get('33')).toBeCloseTo(0.071693, 5)
    },
  )

  it('of a directed graph differ from those of an undirected one', async () => {
    expectClose(await ranksOf([karate]), exact(KARATE, true))
  })

  it.skipIf(noGpu !== undefined)(
    gpuTitle('on webgpu are within the bound they state'),
    async () => {
      const wanted = exact(KARATE, false)
      for (const precision of ['f32', 'f64']) {
        const args = [karate, '--undirected', '--device', 'webgpu', '--precision', precision]
        const { result, run } = await jsonOf([...args, '--top', '34'])
        expect(run).toMatchObject({ device: { kind: 'webgpu' }, precision })
        const distance = (result.top as { id: number; rank: number }[])
          .map(({ id, rank }) => Math.abs(rank - (wanted.get(String(id)) ?? 0)))
          .reduce((sum, difference) => sum + difference, 0)
        expect(distance).toBeLessThan(result.errorBound)
      }
    },
  )

  it('are the same text on every device with --precision exact', async () => {
    const devices = ['reference', 'wasm', ...(noGpu === undefined ? ['webgpu'] : [])]
    const options = ['--precision', 'exact', '--csv', '--device']
    const texts = await Promise.all(
      devices.map(async (device) => (await cli(['pagerank', karate, ...options, device])).stdout),
    )
    expect(texts[0]).toMatch(/^id,rank\n/)
    expect(texts).toEqual(devices.map(() => texts[0]))
  })
})

describe('input', () => {
  it('comes from a path, gzipped or not, a URL or standard input', async () => {
    const wanted = await ranksOf([karate])
    const zipped = file('karate.txt.gz', gzipSync(KARATE_TEXT))
    const url = `data:text/plain,${encodeURIComponent(KARATE_TEXT)}`
    expect(await ranksOf([zipped])).toEqual(wanted)
    expect(await ranksOf(['-'], KARATE_TEXT)).toEqual(wanted)
    expect(await ranksOf([url])).toEqual(wanted)
  })

  it('names standard input in errors', async () => {
    const { code, stderr } = await cli(['pagerank', '-'], { input: '1 2\nx\n' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ticktickclock: \(standard input\):2: .*\n$/)
  })

  it('--weights takes a name or a column number', async () => {
    const edges: [string, string, number][] = [
      ['a', 'b', 3],
      ['a', 'c', 1],
      ['b', 'a', 1],
      ['c', 'a', 1],
      ['c', 'b', 0],
    ]
    const wanted = exact(edges, true)
    expectClose(await ranksOf([weighted, '--weights', 'flights']), wanted)
    expectClose(await ranksOf([weighted, '--weights', '3']), wanted)
    expectClose(await ranksOf([weighted]), exact(edges, true, { weighted: false }))
    expectClose(
      await ranksOf([weighted, '--weights', 'fare, mean']),
      exact(
        edges.map(([a, b], i) => [a, b, [1, 5, 1, 1, 2][i]]),
        true,
      ),
    )
  })

  it('--ids string keeps 007 and 7 apart', async () => {
    const path = file('agents.txt', '007 7\n7 8\n')
    expect([...(await ranksOf([path])).keys()]).toEqual(['7', '8'])
    expect([...(await ranksOf([path, '--ids', 'string'])).keys()]).toEqual(['007', '7', '8'])
  })

  it('--ids integer refuses words', async () => {
    const path = file('words.txt', 'a b\n')
    const { code, stderr } = await cli(['pagerank', path, '--ids', 'integer'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/words\.txt:1: /)
  })

  it('--header says what the first row is', async () => {
    const path = file('words.csv', 'source,target\nx,y\n')
    expect([...(await ranksOf([path])).keys()]).toEqual(['x', 'y'])
    const keys = [...(await ranksOf([path, '--header', 'no'])).keys()]
    expect(keys).toEqual(['source', 'target', 'x', 'y'])
    const odd = file('odd.csv', 'p,q\nx,y\n')
    expect([...(await ranksOf([odd])).keys()]).toEqual(['p', 'q', 'x', 'y'])
    expect([...(await ranksOf([odd, '--header', 'yes'])).keys()]).toEqual(['x', 'y'])
  })
})

describe('method', () => {
  it('--damping', async () => {
    const wanted = exact(KARATE, true, { damping: 0.5 })
    expectClose(await ranksOf([karate, '--damping', '0.5']), wanted)
  })

  it('--tolerance and --iterations decide when to stop', async () => {
    const { result: loose } = await jsonOf([karate, '--tolerance', '1e-3'])
    const { result: tight } = await jsonOf([karate, '--tolerance', '1e-12'])
    expect(loose.iterations).toBeLessThan(tight.iterations)
    expect(loose.residual).toBeLessThanOrEqual(1e-3)
    const { result: fixed } = await jsonOf([karate, '--iterations', '7'])
    expect(fixed).toMatchObject({ iterations: 7, converged: false })
  })

  it('--max-iterations: exit 3, the result all the same, one line on stderr', async () => {
    const args = ['pagerank', karate, '--undirected', '--max-iterations', '2']
    for (const format of [[], ['--json'], ['--csv']]) {
      const { code, stdout, stderr } = await cli([...args, ...format])
      expect(code).toBe(3)
      expect(stderr).toMatch(/^ticktickclock: not converged: after 2 iterations [^\n]+\n$/)
      expect(stdout.split('\n').length).toBeGreaterThan(10)
    }
  })

  it('--personalize', async () => {
    const path = file('jump.tsv', 'a\tb\nb\ta\nb\tc,d\nc,d\ta\n')
    const edges: [string, string][] = [
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'c,d'],
      ['c,d', 'a'],
    ]
    const { result } = await jsonOf([path, '--personalize', 'a=1,c\\,d=3', '--top', '3'])
    const ranks = new Map<string, number>(
      result.top.map(({ id, rank }: { id: string; rank: number }) => [id, rank]),
    )
    expectClose(ranks, exact(edges, true, { personalization: [0.25, 0, 0.75] }))
  })

  it.each([
    ['networkx', (sum: number, n: number) => [sum, 1, n]],
    ['igraph', (sum: number, n: number) => [sum, 1, n]],
    ['ldbc', (sum: number, n: number) => [sum, 1, n]],
    ['graphx', (sum: number, n: number) => [sum, n, n]],
  ] as const)('--preset %s has the sum of its ranks', async (preset, pick) => {
    const ranks = [...(await ranksOf([karate, '--preset', preset])).values()]
    const [sum, wanted] = pick(
      ranks.reduce((total, rank) => total + rank, 0),
      ranks.length,
    )
    expect(sum).toBeCloseTo(wanted, 9)
  })

  it.each(['gds', 'gapbs'])('--preset %s loses the mass of dangling vertices', async (preset) => {
    const ranks = await ranksOf([karate, '--preset', preset, '--tolerance', '1e-12'])
    const lost = exact(KARATE, true, { redistributeDangling: false })
    const factor = preset === 'gds' ? lost.size : 1
    expectClose(ranks, new Map([...lost].map(([id, rank]) => [id, rank * factor])))
  })

  it('--preset ldbc runs ten iterations, which is no failure to converge', async () => {
    expect((await jsonOf([karate, '--preset', 'ldbc'])).result.iterations).toBe(10)
  })
})

describe('device', () => {
  it('--device and --threads', async () => {
    const one = await jsonOf([FLIGHTS, '--device', 'wasm', '--threads', '1'])
    const three = await jsonOf([FLIGHTS, '--device', 'wasm', '--threads', '3'])
    expect(one.run).toMatchObject({ threads: 1, device: { kind: 'wasm' }, reason: 'asked for' })
    expect(three.run.threads).toBe(3)
    expect(three.result).toEqual(one.result)
    expect((await jsonOf([FLIGHTS])).run).toMatchObject({ device: { kind: 'reference' } })
  })

  it('TICKTICKCLOCK_DEVICE and TICKTICKCLOCK_THREADS, which options override', async () => {
    const env = { TICKTICKCLOCK_DEVICE: 'wasm', TICKTICKCLOCK_THREADS: '1' }
    const { stdout } = await cli(['pagerank', karate, '--json'], { env })
    expect(JSON.parse(stdout).run).toMatchObject({ threads: 1, device: { kind: 'wasm' } })
    const args = ['pagerank', karate, '--json', '--device', 'reference']
    const overridden = await cli(args, { env: { TICKTICKCLOCK_DEVICE: 'wasm' } })
    expect(JSON.parse(overridden.stdout).run.device.kind).toBe('reference')
  })

  it('--precision f32 has a larger bound', async () => {
    const args = [karate, '--undirected', '--device', 'wasm']
    const rough = await jsonOf([...args, '--precision', 'f32'])
    const fine = await jsonOf(args)
    expect(rough.run.precision).toBe('f32')
    expect(rough.result.errorBound).toBeGreaterThan(fine.result.errorBound)
    expect(Math.abs(rough.result.top[0].rank - fine.result.top[0].rank)).toBeLessThan(1e-5)
    const csv = await ranksOf([...args, '--precision', 'f32'])
    for (const rank of csv.values()) expect(String(rank).length).toBeLessThan(14)
  })
})

describe('output', () => {
  it('for people: the best, how it ended, on what', async () => {
    const { code, stdout, stderr } = await cli(['pagerank', FLIGHTS, '--weights', 'count'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^ +# +id +rank$/)
    expect(lines[1]).toMatch(/^ +1 +ATL +0\.0597\d\d$/)
    expect(lines[10]).toMatch(/^10 +\w{3} +0\.\d{6}$/)
    expect(lines[12]).toBe('graph   305 vertices, 5,366 edges, directed, weighted')
    expect(lines[13]).toMatch(/^result {2}converged after \d+ iterations: residual .*, at most .*/)
    expect(lines[14]).toMatch(/^device {2}plain JavaScript, f64 \(auto: /)
    expect(lines[15]).toMatch(/^time {4}file .* ranking .*upload .* prepare .* compute .* read/)
    expect(lines).toHaveLength(16)
  })

  it('--top', async () => {
    const { stdout } = await cli(['pagerank', FLIGHTS, '--top', '3'])
    expect(stdout.match(/^ *\d+ +\w{3} +0\.\d+$/gm)).toHaveLength(3)
    expect((await jsonOf([karate, '--top', '100'])).result.top).toHaveLength(34)
    expect((await jsonOf([karate, '--top', '0'])).result.top).toEqual([])
  })

  it('--json has these keys in this order', async () => {
    const report = await jsonOf([FLIGHTS, '--weights', 'count', '--top', '1'])
    expect(Object.keys(report)).toEqual(['result', 'run'])
    expect(Object.keys(report.result)).toEqual([
      ...['vertices', 'edges', 'directed', 'weighted', 'converged', 'iterations', 'residual'],
      ...['errorBound', 'top'],
    ])
    expect(Object.keys(report.run)).toEqual(['device', 'threads', 'precision', 'reason', 'timings'])
    expect(Object.keys(report.run.device)).toEqual(['kind', 'name', 'software'])
    expect(Object.keys(report.run.timings)).toEqual([
      ...['loadMs', 'uploadMs', 'prepareMs', 'computeMs', 'readMs', 'rankMs'],
    ])
    expect(report.result).toMatchObject({ vertices: 305, edges: 5366, directed: true })
    expect(report.result.top).toEqual([{ id: 'ATL', rank: expect.closeTo(0.0597158, 6) }])
  })

  it('--json has integers as numbers, as strings above 2^53 - 1', async () => {
    const path = file('large.txt', '9007199254740991 18446744073709551615\n')
    const { result } = await jsonOf([path])
    expect(result.top.map(({ id }: { id: unknown }) => id)).toEqual([
      '18446744073709551615',
      9007199254740991,
    ])
  })

  it('--csv quotes ids where RFC 4180 asks for it', async () => {
    const path = file('quoted.csv', '"a,b","say ""hi"""\n"a,b",plain\n')
    const { stdout } = await cli(['pagerank', path, '--csv'])
    expect(stdout.replaceAll(/0\.\d+/g, 'R')).toBe('id,rank\n"a,b",R\nplain,R\n"say ""hi""",R\n')
  })

  it('--csv has every vertex, ascending by id, with all digits', async () => {
    const { stdout } = await cli(['pagerank', karate, '--csv'])
    const ids = stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[0]))
    expect(ids).toEqual(Array.from({ length: 34 }, (_, i) => i + 1))
    const sum = [...parseCsv(stdout).values()].reduce((total, rank) => total + rank, 0)
    expect(Math.abs(sum - 1)).toBeLessThan(1e-14)
  })

  it('ids that would steer a terminal are shown escaped', async () => {
    const path = file('odd-ids.txt', `${'x'.repeat(100)} \u0085y\n`)
    const { stdout } = await cli(['pagerank', path])
    expect(stdout).toContain(`${'x'.repeat(59)}…`)
    expect(stdout).toContain('\\u0085y')
  })
})
