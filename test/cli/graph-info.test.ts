/** `ticktickclock graph info` and `doctor`: the figures, and the shape of their JSON. */

import { generateUniform, graphFromEdges } from 'ticktickclock'
import { describe, expect, it } from 'vitest'
import { graphStatistics } from '../../dist/graph/statistics.js'
import { cli, FLIGHTS, KARATE_TEXT } from '../support/cli.js'
import { count, testSeed } from '../support/seed.js'

async function info(args: string[], input?: string) {
  const { code, stdout, stderr } = await cli(['graph', 'info', ...args, '--json'], { input })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('graph info', () => {
  it('of the karate club', async () => {
    const { result, run } = await info(['-', '--undirected'], KARATE_TEXT)
    expect(result).toEqual({
      ...{ vertices: 34, edges: 78, arcs: 156, directed: false, ids: 'integer', weighted: false },
      weight: null,
      outDegree: { min: 1, mean: 156 / 34, max: 17 },
      inDegree: { min: 1, mean: 156 / 34, max: 17 },
      ...{ isolated: 0, dangling: 0, selfLoops: 0, parallelEdges: 0 },
      memoryBytes: expect.any(Number),
    })
    expect(Object.keys(run.timings)).toEqual(['loadMs', 'statisticsMs'])
  })

  it('counts loops, parallel edges, dangling vertices and weights', async () => {
    const text = '1 1 2\n1 2 1\n1 2 4\n2 1 0\n3 3 0\n2 4 0\n'
    const { result: directed } = await info(['-', '--weights', '3'], text)
    expect(directed).toMatchObject({
      ...{ selfLoops: 2, parallelEdges: 1, dangling: 3, isolated: 0 },
      weight: { min: 0, mean: 7 / 6, max: 4 },
    })
    const { result: undirected } = await info(['-', '--undirected'], text)
    expect(undirected).toMatchObject({ selfLoops: 2, parallelEdges: 2, dangling: 0, arcs: 10 })
  })

  it('for people', async () => {
    const { code, stdout, stderr } = await cli(['graph', 'info', FLIGHTS, '--weights', 'count'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^vertices {8}305 {2}\(ids: strings, ABE to YUM\)\nedges {11}5,366 /)
    expect(stdout).toMatch(/^weights {9}1 to 13,788, mean 1,306$/m)
  })
})

/** Counts as one would by hand. */
function naive(edges: [number, number][], vertexCount: number, directed: boolean) {
  const seen = new Set<string>()
  const left = new Set<number>()
  const touched = new Set<number>()
  let [selfLoops, parallelEdges] = [0, 0]
  for (const [a, b] of edges) {
    const key = directed || a < b ? `${a} ${b}` : `${b} ${a}`
    if (seen.has(key)) parallelEdges++
    seen.add(key)
    if (a === b) selfLoops++
    left.add(a)
    if (!directed) left.add(b)
    touched.add(a).add(b)
  }
  const isolated = vertexCount - touched.size
  return { selfLoops, parallelEdges, isolated, dangling: vertexCount - left.size }
}

describe('statistics of random graphs', () => {
  it.each([true, false])('are those counted by hand (directed: %s)', (directed) => {
    const seed = testSeed()
    for (let i = 0; i < count(300); i++) {
      const vertexCount = 1 + (i % 17)
      const source = generateUniform({ vertexCount, edgeCount: (i * 7) % 40, seed: seed + i })
      const edges: [number, number][] = []
      for (let v = 0; v < vertexCount; v++) for (const t of source.neighbors(v)) edges.push([v, t])
      const steps = graphStatistics(graphFromEdges(edges, { vertexCount, directed }))
      let step = steps.next()
      while (!step.done) step = steps.next()
      expect(step.value, `seed ${seed + i}`).toMatchObject(naive(edges, vertexCount, directed))
    }
  })
})

describe('doctor', () => {
  it('says what works, for people and for programs', async () => {
    const [text, json] = await Promise.all([cli(['doctor']), cli(['doctor', '--json'])])
    expect([text.code, json.code]).toEqual([0, 0])
    expect(text.stdout).toMatch(/^yes {2}plain JavaScript {2}Node \d+\.\d+\.\d+, /)
    expect(text.stdout).toMatch(/^(yes|no) {2,3}WASM /m)
    expect(text.stdout).toMatch(/^yes {2}WASM threads {6}\d+ on \d+ processors?$/m)
    expect(text.stdout).toMatch(/^(yes|no) {2,3}WebGPU /m)
    const report = JSON.parse(json.stdout)
    expect(Object.keys(report)).toEqual([
      ...['runtime', 'processors', 'reference', 'wasm', 'webgpu'],
    ])
    expect(report.wasm).toMatchObject({ available: true, simd: true, sharedMemory: true })
  })

  it('says why there is no GPU and what to install, and still exits with 0', async () => {
    const env = { VK_DRIVER_FILES: '/nowhere/icd.json' }
    const { code, stdout } = await cli(['doctor'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^no {3}WebGPU {12}.*\/nowhere\/icd\.json/m)
    expect(stdout).toMatch(/^For WebGPU: install .*chromium/m)
  })
})
