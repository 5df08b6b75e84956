/** The same bits of collectives on every transport, for a given number of processors. */

import { createRuntime } from 'ticktickclock/bsp'
import { expect, it } from 'vitest'

const program = new URL('../support/programs/collectives.mjs', import.meta.url)

it('reductions have the same bits on threads as inline, and the same at every rank', async () => {
  const runtime = createRuntime({ workers: 2 })
  const columns = new Set<unknown>()
  for (const processors of [1, 2, 3, 8]) {
    const options = { input: 10_000, processors }
    const inline = await runtime.run(program, { ...options, transport: 'inline' })
    const threads = await runtime.run(program, { ...options, transport: 'threads' })
    expect(threads.workers).toBe(Math.min(2, processors))
    expect(threads.result).toEqual(inline.result)
    const found = threads.result as number[][]
    for (const index of [0, 1, 3]) expect(new Set(found.map((each) => each[index])).size).toBe(1)
    columns.add(found[0][3])
  }
  await runtime.dispose()
  expect(columns.size).toBe(1)
})
