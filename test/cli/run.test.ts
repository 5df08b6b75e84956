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

const DRAWING = `
import { defineComputation } from 'ticktickclock/bsp'
export default defineComputation({
  name: 'drawing',
  initialize: () => [],
  supersteps: [{
    name: 'draw',
    compute: (list, _inbox, ctx) => [...list, ctx.random.nextBelow(1000)],
    converged: () => false,
  }],
  output: (list) => list.join(' '),
})
`
const FAULTY = `
import { openSync } from 'node:fs'
import { defineComputation } from 'ticktickclock/bsp'
export default defineComputation({
  name: 'faulty',
  initialize: (token) => ({ token, count: 0 }),
  supersteps: [{
    name: 'count',
    compute(state, _inbox, ctx) {
      if (++state.count === 3 && ctx.rank === 1) {
        try { openSync(state.token, 'wx') } catch { return }
        throw new Error('on purpose')
      }
    },
    converged: (_before, { count }) => count === 4,
  }],
})
`

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'sum.mjs'), SUM)
  writeFileSync(join(folder, 'endless.mjs'), ENDLESS)
  writeFileSync(join(folder, 'drawing.mjs'), DRAWING)
  writeFileSync(join(folder, 'faulty.mjs'), FAULTY)
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

  it('takes checkpoints, and goes on from them', async () => {
    const where = ['--checkpoint', 'run-1', '--processors', '3', '--seed', '7']
    const cut = await cli(['run', 'drawing.mjs', ...where, '--max-supersteps', '5'], at)
    expect(cut.code).toBe(3)
    const twice = await cli(['run', 'drawing.mjs', ...where], at)
    expect({ code: twice.code, stdout: twice.stdout }).toEqual({ code: 2, stdout: '' })
    expect(twice.stderr).toMatch(/run-1 has checkpoints: add --resume .*, or remove the directory/)
    const resume = ['--checkpoint', 'run-1', '--resume', '--max-supersteps', '9', '--every', '3']
    const again = await cli(['run', 'drawing.mjs', ...resume], at)
    expect(again.stderr).toMatch(
      /limit of supersteps after 9 supersteps of 3 .*, from superstep 5 on: 0/,
    )
    const limit = ['--processors', '3', '--seed', '7', '--max-supersteps', '9']
    const whole = await cli(['run', 'drawing.mjs', ...limit], at)
    expect(again.stdout).toBe(whole.stdout)
    const json = await cli(['run', 'drawing.mjs', ...resume, '--json'], at)
    expect(JSON.parse(json.stdout).run).toMatchObject({ resumedFrom: 9, restarts: 0 })
  })

  it('restarts after a fault, as often as it is told', async () => {
    const args = ['run', 'faulty.mjs', '--processors', '2', '--input', '"token"']
    const { code, stderr } = await cli(
      [...args, '--checkpoint', 'run-2', '--max-restarts', '1'],
      at,
    )
    expect(code).toBe(0)
    expect(stderr).toMatch(/after 4 supersteps of 2 processors on .*, 1 restart: 0 messages/)
    const never = ['--input', '"other"', '--checkpoint', 'run-3', '--max-restarts', '0']
    const failed = await cli([...args, ...never], at)
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/on purpose/)
  })

  it.each([
    [['gone.mjs'], 1, /can't load the computation of .*gone\.mjs/],
    [['other.mjs'], 1, /default export of .*other\.mjs must be a computation, got 5/],
    [['sum.mjs', '--input', 'gone.json'], 2, /"gone\.json" is neither JSON nor a file/],
    [['sum.mjs', '--input', 'broken.json'], 2, /broken\.json is no JSON/],
    [['sum.mjs', '--processors', '0'], 2, /whole number from 1 to 1024/],
    [['sum.mjs'], 1, /computation "sum", rank 0: initialize failed/],
    [['endless.mjs', '--every', '3'], 2, /'--every <k>' needs --checkpoint/],
    [['endless.mjs', '--resume'], 2, /'--resume' needs --checkpoint/],
    [['endless.mjs', '--resume', '--checkpoint', 'none'], 1, /no checkpoint: start with run/],
    [['endless.mjs', '--resume', '--checkpoint', 'x', '--seed', '1'], 2, /'--seed <n>' can't be/],
    [['sum.mjs', '--checkpoint', 'sum.mjs'], 1, /sum\.mjs/],
    [[], 2, /missing required argument 'module'/],
  ])('%j is an error', async (args, expected, problem) => {
    const { code, stdout, stderr } = await cli(['run', ...args], at)
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(problem)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
