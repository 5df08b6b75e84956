/** `run --trace FILE`: a file that is whole, whatever becomes of the run, or none. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ChromeTrace } from 'ticktickclock/telemetry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { traceProblems } from '../support/chrome-trace.js'
import { cli } from '../support/cli.js'
import { ROOT } from '../support/paths.js'

// Inside the checkout, so that 'ticktickclock' is this package.
const folder = join(ROOT, 'build', 'cli-run-trace-test')
const MODULE = join(ROOT, 'test/support/programs/misbehave.mjs')

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const runWith = (name: string, input: object, ...more: string[]) => {
  const file = join(folder, name)
  const args = ['run', MODULE, '--processors', '2', '--input', JSON.stringify(input)]
  return cli([...args, '--trace', file, ...more]).then((ended) => ({ file, ...ended }))
}
const sound = { fault: 'throw', rank: -1, step: 0, where: 'compute', supersteps: 4 }
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as ChromeTrace
const countOf = ({ traceEvents }: ChromeTrace, name: string) =>
  traceEvents.filter((event) => event.name === name).length

describe('run --trace', () => {
  it.each(['inline', 'threads', 'transfer'])(
    'T141: writes a timeline, on %s',
    async (transport) => {
      const { code, stdout, file } = await runWith('a.json', sound, '--transport', transport)
      expect({ code, stdout: JSON.parse(stdout) }).toEqual({ code: 0, stdout: [3, 3] })
      const trace = read(file)
      expect(traceProblems(trace)).toEqual([])
      expect(countOf(trace, 'compute')).toBe(8)
      expect(trace.otherData).toMatchObject({ producer: 'ticktickclock', dropped_supersteps: 0 })
      rmSync(file)
    },
  )

  it('writes it also of a run that fails', async () => {
    const { code, stderr, file } = await runWith('b.json', { ...sound, rank: 1, step: 2 })
    expect(code).toBe(1)
    expect(stderr).toContain('thrown on purpose')
    const trace = read(file)
    expect(traceProblems(trace)).toEqual([])
    expect([countOf(trace, 'failed'), countOf(trace, 'compute failed')]).toEqual([1, 1])
    expect(readdirSync(folder)).toEqual(['b.json'])
  })

  it('says before the run where nothing can be written, and spares the input', async () => {
    const nowhere = await runWith('no/such/folder/c.json', sound)
    expect(nowhere.code).toBe(1)
    expect(existsSync(nowhere.file)).toBe(false)
    const { code, stderr } = await cli(['run', MODULE, '--trace', MODULE])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--trace <file>' names the input/)
    expect(readFileSync(MODULE, 'utf8')).toContain('defineComputation')
  })
})
