/** Inputs and outputs are plain data on one thread as on many, and faults are heard of. */

import { graphFromEdges } from 'ticktickclock'
import { createRuntime, ProcessorError } from 'ticktickclock/bsp'
import { afterAll, describe, expect, it } from 'vitest'
import { runNode } from '../support/cli.js'
import { failureOf } from '../support/failure.js'
import program from '../support/programs/input.mjs'

const MODULE = new URL('../support/programs/input.mjs', import.meta.url)

const runtime = createRuntime({ workers: 2 })
afterAll(() => runtime.dispose())

class Point {
  x = 1
}

const KINDS = [['inline'], ['threads']] as const

/** Runs the program, by its object or its module. */
function start(transport: 'inline' | 'threads', input: unknown) {
  const options = { input: input as never, processors: 2 }
  return transport === 'inline' ? runtime.run(program, options) : runtime.run(MODULE, options)
}

describe.each(KINDS)('the input of a run, %s', (transport) => {
  it('is not the caller’s: what processors write there stays with them', async () => {
    const list = Float64Array.of(5, 6)
    await start(transport, { list })
    const { result } = await start(transport, { list })
    expect([...list]).toEqual([5, 6])
    expect((result as { first: number }[])[0].first).toBe(5)
  })

  it('may be a graph, or have one', async () => {
    const graph = await graphFromEdges([
      [0, 1],
      [0, 2],
    ] as never)
    const { result } = await start(transport, { graph })
    expect(result).toMatchObject([{ name: 'Graph' }, { name: 'Graph' }])
  })

  it.each([
    [{ list: [new Point()] }, /can't send the input\.list\[0\]: a Point/],
    [{ deep: new Map([['a', () => 1]]) }, /can't send the input\.deep\.get\("a"\): a function/],
    [Symbol('x'), /can't send the input: a symbol/],
  ])('is refused by name where it is not plain: %#', async (input, problem) => {
    await expect(start(transport, input)).rejects.toThrow(problem)
  })

  it('has outputs that are plain, too', async () => {
    const error = await failureOf(start(transport, { output: 'function' }))
    expect(error).toBeInstanceOf(ProcessorError)
    expect(error.message).toMatch(/output failed: can't send the output\.deep\[0\]: a function/)
  })
})

it('a run that fails and that nobody awaits is an unhandled rejection', async () => {
  const code = `
    import { defineComputation, run } from 'ticktickclock/bsp'
    const bad = defineComputation({ name: 'bad', initialize: () => 0,
      supersteps: [{ name: 'fault', compute: (_s, _i, ctx) => ctx.fail('on purpose') }] })
    run(bad, { processors: 2 })`
  const { code: exit, stderr } = await runNode(['--input-type=module', '--eval', code])
  expect(exit).toBe(1)
  expect(stderr).toContain('on purpose')
  const ended = await runNode(['--input-type=module', '--eval', `${code}.abort()`])
  expect({ exit: ended.code, stderr: ended.stderr }).toEqual({ exit: 0, stderr: '' })
})
