/**
 * The examples run, and say what they should, and what docs/examples.md says that they print. They
 * are built by `npm test`.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runNode } from '../support/cli.js'
import { ROOT } from '../support/paths.js'

const built = (name: string) => join(ROOT, 'build/examples', `${name}.js`)
const page = readFileSync(join(ROOT, 'docs/examples.md'), 'utf8')

/** Lines under the example's command in docs/examples.md. */
function documentedLines(name: string): string[] {
  const start = `## ${name}\n[\\s\\S]*?\`{3}text\n[$] npm run example -- ${name}\n`
  const block = new RegExp(`^${start}([^\`]*)`, 'm')
  return block.exec(page)?.[1].trimEnd().split('\n') ?? []
}

/** Every line that docs/examples.md shows is printed, in that order; … stands for anything. */
function expectDocumented(name: string, stdout: string): void {
  const printed = stdout.split('\n').map((line) => line.trimEnd())
  const documented = documentedLines(name)
  expect(documented.length).toBeGreaterThan(3)
  let from = 0
  for (const line of documented) {
    const parts = line.split('…').map((part) => part.replaceAll(/[^\w\s]/g, '\\$&'))
    const pattern = new RegExp(`^${parts.join('.*')}$`)
    const at = printed.findIndex((each, index) => index >= from && pattern.test(each))
    expect(at, `docs/examples.md says that ${name} prints: ${line}`).toBeGreaterThanOrEqual(from)
    from = at + 1
  }
}

describe('examples', () => {
  it('are built', () => expect(existsSync(built('airports'))).toBe(true))

  it('stand in docs/examples.md, all of them', () => {
    const names = readdirSync(join(ROOT, 'examples'))
      .filter((file) => /^[a-z-]+[.]ts$/.test(file))
      .map((file) => file.slice(0, -3))
    const headings = [...page.matchAll(/^## ([a-z-]+)$/gm)].map((match) => match[1])
    expect(headings.sort()).toEqual(names.sort())
  })

  it('airports: the ten best by name, every device agrees, the data is credited', async () => {
    const { code, stdout, stderr } = await runNode([built('airports')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('airports', stdout)
    expect(stdout).toMatch(/^ 1 {2}ATL .*Atlanta +GA +0\.0597$/m)
    expect(stdout).toMatch(/^10 {2}\w{3} /m)
    for (const device of ['plain JavaScript', 'WASM, 1 thread']) {
      expect(stdout.split('\n').filter((line) => line.startsWith(device))).toHaveLength(2)
    }
    const rows = stdout.split('\n').filter((line) => /^(WASM|GPU|software GPU),/.test(line))
    expect(rows.length).toBeGreaterThanOrEqual(2)
    for (const row of rows) expect(row).toContain('agrees, ')
    expect(stdout).toMatch(/GPU, f32|WebGPU is not available: .*;/)
    expect(stdout).toContain('US Bureau of Transportation Statistics')
    expect(stdout).toContain('vega-datasets (BSD-3-Clause)')
    expect(
      stdout.split('\n').filter((line) => line.length > 105 && !/not available/.test(line)),
    ).toEqual([])
  })

  it('airports: without a GPU it says why and what to install', async () => {
    const env = { VK_DRIVER_FILES: '/nowhere/icd.json' }
    const { code, stdout } = await runNode([built('airports')], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^WebGPU is not available: .*; install .*\.$/m)
  })

  it('flights: the most delayed, and every device as often as there is work', async () => {
    const { code, stdout, stderr } = await runNode([built('flights')], { withinMs: 160_000 })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('flights', stdout)
    expect(stdout).toMatch(/^3,000,000 flights within the United States, 2001-01-01 to 2001-/)
    expect(stdout).toMatch(/^2001-01-19 {2}HNL {3}MSP +1688$/m)
    const lines = stdout.split('\n')
    const works = lines.filter((line) => /^(sort by|times to) [a-zA-Z0-9 ]+$/.test(line))
    expect(works).toHaveLength(4)
    for (const device of ['plain JavaScript', 'WASM, 1 thread']) {
      const rows = lines.filter((line) => line.startsWith(`  ${device} `))
      expect(rows).toHaveLength(works.length)
      for (const row of rows) expect(row).toMatch(/3,000,000( +[\d.]+){4} +\d[\de.-]*×$/)
    }
    const software = lines.filter((line) => line.startsWith('  software GPU '))
    for (const row of software) expect(row).toContain(' 65,536 ')
    expect(software.length % works.length).toBe(0)
    const fastest = lines.filter((line) => /^[a-zA-Z0-9 ]+ {2}[\d.]+× as fast as .* {2}/.test(line))
    expect(fastest).toHaveLength(works.length)
    expect(stdout).toMatch(/ {2}(software )?GPU |WebGPU is not available: .*;/)
    expect(stdout).toContain('US Bureau of Transportation Statistics')
    expect(lines.filter((line) => line.length > 105 && !/not available/.test(line))).toEqual([])
  }, 180_000)

  it('hello-world: each processor hears the one before', async () => {
    const { code, stdout, stderr } = await runNode([built('hello-world')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('hello-world', stdout)
    expect(stdout).toContain('0 of 3 heard "hello world, from 2"\n')
    expect(stdout).toMatch(/^2 supersteps on [1-3] threads$/m)
  })

  it('parallel-sum: 1 to 10,000, on any number of processors', async () => {
    const { code, stdout, stderr } = await runNode([built('parallel-sum')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('parallel-sum', stdout)
    expect(stdout.match(/^\d processors: 50,005,000, /gm)).toHaveLength(4)
  })

  it('pagerank: two tolerances, and what they mean', async () => {
    const { code, stdout, stderr } = await runNode([built('pagerank')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('pagerank', stdout)
    expect(stdout.match(/^ {2}ATL 0\.0597/gm)).toHaveLength(2)
    const iterations = [...stdout.matchAll(/: (\d+) iterations/g)].map((match) => Number(match[1]))
    expect(iterations[1]).toBeGreaterThan(iterations[0])
    expect(stdout).toMatch(
      /^tolerance 0.0001: .* from exact at most 5.\de-4, 1\d % of a mean rank$/m,
    )
  })

  it('graph-analytics: answers that agree with each other', async () => {
    const { code, stdout, stderr } = await runNode([built('graph-analytics')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('graph-analytics', stdout)
    expect(stdout).toMatch(/^304 of 305 airports can be reached from ATL\n {2}1 leg {3}173: ABE/)
    expect(stdout).toMatch(/^ {2}LIH {2}7329 km {2}Lihue$/m)
    expect(stdout).toMatch(/^21783 triangles; .*\n {2}ATL {2}2131, 0\.14$/m)
    expect(stdout.match(/^yes {2}/gm)).toHaveLength(5)
    expect(stdout).toContain('vega-datasets (BSD-3-Clause)')
  })

  it('workflow: two programs beside each other, and a report of both', async () => {
    const { code, stdout, stderr } = await runNode([built('workflow')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('workflow', stdout)
    expect(stdout.match(/^[a-z ]+: from \d+ ms on, for \d+ ms$/gm)).toHaveLength(5)
    expect(stdout).toMatch(/^ {2}ATL 0\.0597 {2}Atlanta, one of 305$/m)
  })

  it('distributed-sort: four supersteps, every value once and in order', async () => {
    const { code, stdout, stderr } = await runNode([built('distributed-sort')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('distributed-sort', stdout)
    expect(stdout).toMatch(/^sample .*\npivots .*\npartition 16 messages, .*\nsort /m)
    const sizes = [...stdout.matchAll(/: (\d+) values,/g)].map((match) => Number(match[1]))
    expect(sizes.reduce((sum, size) => sum + size)).toBe(1_000_000)
    expect(stdout).toContain('1000000 values, in order: true')
  })

  it('molecular-dynamics: energy goes to and fro, its sum stays', async () => {
    const { code, stdout, stderr } = await runNode([built('molecular-dynamics')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('molecular-dynamics', stdout)
    const [, drift] = stdout.match(/^largest change of the total: (\S+) %$/m) ?? []
    expect(Number(drift)).toBeLessThan(0.1)
  })

  it('readme: the lines of the README', async () => {
    const { code, stdout, stderr } = await runNode([built('readme')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectDocumented('readme', stdout)
    expect(stdout).toMatch(/^plain JavaScript, converged: true, .*\nATL 0\.0597/)
  })
})
