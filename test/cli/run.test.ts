/** The command `run`: modules, inputs, output as text and JSON, exit codes. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../support/cli.js'
import { ROOT } from '../support/paths.js'

// Inside the checkout, so that 'ticktickclock' is this package.
const folder = join(ROOT, 'build', 'cli-run-test')

const SUM = `
import { defineComputation, message } from 'ticktickclock/bsp'
export default defineComputation({
  name: 'sum',
  message: message(),
  initialize(input, ctx) {
    const { start, end } = ctx.block(input.length)
    return { part: input.slice(start, end), sum: 0 }
  },
  supersteps: [
    {
      name: 'send',
      compute(state) { for (const value of state.part) state.sum += value },
      communicate: (state, send) => send(0, state.sum),
    },
    {
      name: 'add',
      compute(state, inbox) { state.sum = inbox.messages.reduce((a, b) => a + b, 0) },
    },
  ],
  finalize: ([{ sum }]) => ({ sum, exact: 2n ** 70n, list: Float64Array.of(0.5, NaN) }),
})
`
const ENDLESS = `
import { defineComputation } from 'ticktickclock/bsp'
export default defineComputation({
  name: 'endless',
  initialize: (_input, ctx) => 'rank ' + ctx.rank,
  supersteps: [{ name: 'count', compute() {}, converged: () => false }],
})
`

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'sum.mjs'), SUM)
  writeFileSync(join(folder, 'endless.mjs'), ENDLESS)
  writeFileSync(join(folder, 'other.mjs'), 'export default 5\n')
  writeFileSync(join(folder, 'input.json'), '[1, 2, 3, 4]')
  writeFileSync(join(folder, 'broken.json'), '[1, 2')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = { cwd: folder }

describe('run', () => {
  it.each(['inline', 'threads'])(
    'prints JSON, the same on each transport: %s',
    async (transport) => {
      const args = ['run', 'sum.mjs', '--processors', '3', '--input', 'input.json', '--json']
      const { code, stdout, stderr } = await cli([...args, '--transport', transport], at)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const { result, run } = JSON.parse(stdout)
      expect(result).toEqual({ sum: 10, exact: String(2n ** 70n), list: [0.5, 'NaN'] })
      expect(run).toMatchObject({ reason: 'finished', supersteps: 2, processors: 3, transport })
    },
  )

  it('takes JSON and standard input', async () => {
    const given = await cli(['run', 'sum.mjs', '--input', '[20, 22]', '--json'], at)
    expect(JSON.parse(given.stdout).result.sum).toBe(42)
    const piped = await cli(['run', 'sum.mjs', '--input', '-', '--json'], { ...at, input: '[5]' })
    expect(JSON.parse(piped.stdout).result.sum).toBe(5)
  })

  it('prints text, and a summary on stderr; exit code 3 at the limit', async () => {
    const args = ['run', 'endless.mjs', '--processors', '2', '--max-supersteps', '4']
    const { code, stdout, stderr } = await cli(args, at)
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'rank 0\nrank 1\n' })
    expect(stderr).toMatch(/^ticktickclock: stopped at the limit .* after 4 supersteps of 2 proc/)
  })

  it.each([
    [['gone.mjs'], 1, /can't load the computation of .*gone\.mjs/],
    [['other.mjs'], 1, /default export of .*other\.mjs must be a computation, got 5/],
    [['sum.mjs', '--input', 'gone.json'], 2, /"gone\.json" is neither JSON nor a file/],
    [['sum.mjs', '--input', 'broken.json'], 2, /broken\.json is no JSON/],
    [['sum.mjs', '--processors', '0'], 2, /whole number from 1 to 1024/],
    [['sum.mjs'], 1, /computation "sum", rank 0: initialize failed/],
    [[], 2, /missing required argument 'module'/],
  ])('%j is an error', async (args, expected, problem) => {
    const { code, stdout, stderr } = await cli(['run', ...args], at)
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(problem)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
