/** Processes that run BSP programs: they end by themselves when all is done, and not before. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const IMPORT = "import { defineComputation, run } from 'ticktickclock/bsp'\n"
const LOGGING = new URL('../support/programs/logging.mjs', import.meta.url).href

/** What a module prints, run by a process of its own. */
async function outputOf(source: string): Promise<string> {
  const argv = ['--input-type=module', '--eval', IMPORT + source]
  const options = { timeout: 20_000, cwd: new URL('../..', import.meta.url) }
  return (await promisify(execFile)(process.execPath, argv, options)).stdout
}

describe('a process', () => {
  it('ends when a run on its own thread never comes back', async () => {
    const printed = await outputOf(`
      const supersteps = [{ name: 'wait', compute: () => new Promise(() => {}) }]
      const program = defineComputation({ name: 'never', initialize: () => 0, supersteps })
      const late = run(program, { processors: 2, barrierTimeoutMs: 50 })
      await late.then(undefined, ({ code }) => console.log(code))
      const aborted = run(program, { processors: 2 })
      setTimeout(() => aborted.abort(new Error('enough')), 50)
      await aborted.then(undefined, ({ message }) => console.log(message))`)
    expect(printed).toBe('ERR_TTC_BARRIER_TIMEOUT\nenough\n')
  })

  it('prints all that processors on threads have printed', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => `${i} of 200`)
    for (let i = 0; i < 10; i++) {
      const printed = await outputOf(`
        await run(new URL('${LOGGING}'), { processors: 1, input: 200 })`)
      expect(printed.trimEnd().split('\n')).toEqual(lines)
    }
  })
})
