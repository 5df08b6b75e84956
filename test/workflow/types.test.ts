/**
 * Types of outputs flow along dependencies: checked by the compiler, which reads this file with the
 * others.
 */

import { defineComputation, type RunResult } from 'ticktickclock/bsp'
import { type ModuleOf, type Task, workflow } from 'ticktickclock/workflow'
import { describe, expect, expectTypeOf, it } from 'vitest'

const double = defineComputation({
  name: 'double',
  initialize: (input: number[], ctx) => ({ own: 2 * input[ctx.rank] }),
  supersteps: [{ name: 'rest', compute() {} }],
  output: (state) => state.own,
  finalize: (outputs) => ({ doubled: outputs }),
})
const idle = defineComputation({
  name: 'idle',
  initialize: (_input: undefined, ctx) => ctx.rank,
  supersteps: [{ name: 'rest', compute() {} }],
})
const module = new URL('../support/programs/small.js', import.meta.url)

const pipeline = workflow('pipeline', (w) => {
  const load = w.task('load', {
    run: async (inputs, { signal, attempt }) => {
      expectTypeOf(inputs).toEqualTypeOf<Readonly<Record<never, never>>>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(attempt).toEqualTypeOf<number>()
      return [1, 2]
    },
  })
  expectTypeOf(load).toEqualTypeOf<Task<number[]>>()
  const maybe = w.task('maybe', { run: (): string | undefined => undefined })
  const run = w.bspTask('run', {
    dependsOn: { numbers: load, text: maybe },
    computation: double,
    processors: 2,
    input: ({ numbers, text }) => {
      expectTypeOf(numbers).toEqualTypeOf<number[]>()
      expectTypeOf(text).toEqualTypeOf<string | undefined>()
      return numbers
    },
  })
  expectTypeOf(run).toEqualTypeOf<Task<RunResult<{ doubled: number[] }>>>()
  const threads = w.bspTask('threads', {
    dependsOn: { numbers: load, later: 'evaluate' },
    computation: module as ModuleOf<typeof double>,
    input: ({ numbers, later }) => {
      expectTypeOf(later).toEqualTypeOf<unknown>()
      return numbers
    },
  })
  expectTypeOf(threads).toEqualTypeOf<Task<RunResult<{ doubled: number[] }>>>()
  const untyped = w.bspTask('untyped', { computation: module, input: () => 1 })
  const none = w.bspTask('none', { computation: idle, processors: 1 })
  expectTypeOf(none).toEqualTypeOf<Task<RunResult<number[]>>>()
  const evaluate = w.task('evaluate', {
    dependsOn: { run, none, untyped },
    run: ({ run, none }) => {
      expectTypeOf(run.result.doubled).toEqualTypeOf<number[]>()
      expectTypeOf(none.result).toEqualTypeOf<number[]>()
      return { sum: run.result.doubled.length }
    },
  })
  return { run, evaluate, maybe }
})

describe('types of a workflow', () => {
  it('flow from task to task, and into the outputs', () => {
    const check = async () => {
      const { outputs, tasks } = await pipeline.run()
      expectTypeOf(outputs).toEqualTypeOf<{
        readonly run: RunResult<{ doubled: number[] }>
        readonly evaluate: { sum: number }
        readonly maybe: string | undefined
      }>()
      expectTypeOf(tasks[0].startMs).toEqualTypeOf<number>()
      const some = await pipeline.run({ only: ['evaluate'] })
      expectTypeOf(some.outputs).toEqualTypeOf<{ readonly evaluate: { sum: number } }>()
      // @ts-expect-error no output of that name
      await pipeline.run({ only: ['load'] })
      // @ts-expect-error no such option
      await pipeline.run({ threads: 2 })
    }
    expect(check).toBeTypeOf('function')
  })

  it('refuse what does not fit', () => {
    const check = () =>
      workflow('wrong', (w) => {
        const text = w.task('text', { run: () => 'a' })
        // @ts-expect-error not an input of it
        w.task('other', { dependsOn: { text }, run: ({ number }) => number })
        // @ts-expect-error a string, where the program takes numbers
        w.bspTask('wrong', { dependsOn: { text }, computation: double, input: ({ text }) => text })
        // @ts-expect-error the program needs an input
        w.bspTask('without', { computation: double })
        // @ts-expect-error no such option
        w.bspTask('misspelt', { computation: idle, processor: 2 })
        // @ts-expect-error the workflow gives the signal
        w.bspTask('signal', { computation: idle, signal: AbortSignal.timeout(1) })
        // @ts-expect-error a number is no task
        w.task('number', { dependsOn: { text: 1 }, run: () => 1 })
      })
    expect(check).toBeTypeOf('function')
    // @ts-expect-error a list of tasks has no names
    const list = () => workflow('list', (w) => [w.task('one', { run: () => 1 })])
    expect(list).toThrow('expected to return tasks by name')
  })

  it('of a workflow that returns nothing are empty', () => {
    const silent = workflow('silent', (w) => {
      w.task('one', { run: () => 1 })
    })
    expectTypeOf<keyof Awaited<ReturnType<typeof silent.run>>['outputs']>().toEqualTypeOf<never>()
    expect(silent.describe().tasks).toHaveLength(1)
  })
})
