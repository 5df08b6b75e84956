/** Processors of one thread that fail or are late: whose fault is told, what is disposed when. */

import { defineComputation, run } from 'ticktickclock/bsp'
import { describe, expect, it } from 'vitest'

const inline = { transport: 'inline' } as const

describe('a fault', () => {
  it('of disposal hides no other, and keeps nobody from being disposed', async () => {
    const disposed: number[] = []
    const faulty = (isFaulty: boolean) =>
      defineComputation({
        name: 'faulty disposal',
        initialize: (_input: undefined, ctx) => ctx.rank,
        supersteps: [
          {
            name: 'fault',
            compute(state) {
              if (isFaulty && state === 1) throw new Error('the first')
            },
          },
        ],
        dispose(state) {
          disposed.push(state)
          throw new Error(`of disposal ${state}`)
        },
      })
    const ordered = [0, 1, 2]
    const first = run(faulty(true), { processors: 3, ...inline })
    await expect(first).rejects.toThrow(/rank 1: compute failed: the first/)
    expect(disposed.splice(0)).toEqual(ordered)
    const second = run(faulty(false), { processors: 3, ...inline })
    await expect(second).rejects.toThrow(/rank 0: dispose failed: of disposal 0/)
    expect(disposed).toEqual(ordered)
  })

  it('waits for the steps of others before their states are disposed', async () => {
    const events: string[] = []
    const mixed = defineComputation({
      name: 'mixed',
      initialize: (_input: undefined, ctx) => ctx.rank,
      supersteps: [
        {
          name: 'fault',
          async compute(rank, _inbox, ctx) {
            if (rank === 1) throw new Error('on purpose')
            while (!ctx.aborted) await new Promise((resolve) => setTimeout(resolve, 5))
            events.push('computed')
          },
        },
      ],
      dispose: (rank) => void events.push(`disposed ${rank}`),
    })
    await expect(run(mixed, { processors: 2, ...inline })).rejects.toThrow('on purpose')
    expect(events).toEqual(['computed', 'disposed 0', 'disposed 1'])
  })

  it('names "snapshot" where a state with functions is to be copied', async () => {
    const program = defineComputation({
      name: 'functions',
      initialize: () => ({ action: () => 1 }),
      supersteps: [{ name: 'vote', compute() {}, converged: () => true }],
    })
    await expect(run(program, inline)).rejects.toThrow(/snapshot failed: .*give .* "snapshot"/)
  })

  it('names the remedy for a module that is no JavaScript', async () => {
    const module = new URL('../../README.md', import.meta.url)
    await expect(run(module, inline)).rejects.toThrow(/README.md: .*; compile it to JavaScript/)
  })

  it('may come from anything that can be awaited', async () => {
    const inner = defineComputation({
      name: 'inner',
      initialize: () => 7,
      supersteps: [{ name: 'none', compute() {} }],
    })
    const outer = defineComputation({
      name: 'outer',
      initialize: () => ({ result: [0] }),
      supersteps: [
        { name: 'run', compute: () => run(inner, { processors: 1, ...inline }) as never },
      ],
      output: ({ result }) => result,
    })
    expect((await run(outer, { processors: 2, ...inline })).result).toEqual([[7], [7]])
  })
})
