/** What the definition of a workflow refuses, and how it says so. */

import { DefinitionError, NotSupportedError } from 'ticktickclock'
import { type AnyComputation, defineComputation } from 'ticktickclock/bsp'
import { type ModuleOf, type Task, type WorkflowBuilder, workflow } from 'ticktickclock/workflow'
import { describe, expect, it } from 'vitest'

const double = defineComputation({
  name: 'double',
  initialize: (input: number[], ctx) => 2 * input[ctx.rank],
  supersteps: [{ name: 'rest', compute() {} }],
})

const refused = (define: (w: WorkflowBuilder) => unknown) => () =>
  workflow('w', define as (w: WorkflowBuilder) => void)

describe('a definition', () => {
  it('refuses names that are taken or none', () => {
    const twice = refused((w) => {
      w.task('a', { run: () => 1 })
      w.bspTask('a', { computation: double, input: () => [] })
    })
    expect(twice).toThrow(new DefinitionError('workflow "w": a second task "a"; rename it'))
    expect(refused((w) => w.task('', { run: () => 1 }))).toThrow('a task needs a name')
    expect(() => workflow('', () => {})).toThrow('a workflow needs a name, a string, got ""')
    expect(() => workflow('w', 5 as never)).toThrow(TypeError)
  })

  it('refuses dependencies that do not exist', () => {
    const unknown = refused((w) => {
      w.task('a', { run: () => 1 })
      w.task('b', { dependsOn: { x: 'c' }, run: () => 1 })
    })
    expect(unknown).toThrow(
      new DefinitionError(
        'workflow "w": task "b" depends on "c", which is none of its tasks: a, b',
      ),
    )
    let stranger: Task<number> | undefined
    workflow('other', (w) => {
      stranger = w.task('a', { run: () => 1 })
    })
    const foreign = refused((w) => {
      w.task('a', { run: () => 1 })
      w.task('b', { dependsOn: { x: stranger as Task<number> }, run: () => 1 })
    })
    expect(foreign).toThrow('task "b" depends on no task of it: expected what task() or bspTask()')
    expect(foreign).toThrow('got a task "a" of another workflow')
    const none = refused((w) => w.task('b', { dependsOn: { x: 5 as never }, run: () => 1 }))
    expect(none).toThrow('returned, got 5')
    const list = refused((w) => w.task('b', { dependsOn: ['a'] as never, run: () => 1 }))
    expect(list).toThrow('"dependsOn" expected object of tasks by names of inputs, got Array')
    expect(refused(() => ({ x: stranger }))).toThrow('output "x" is no task of it')
    expect(refused(() => 5)).toThrow('its function expected to return tasks by name, got 5')
  })

  it('names the members of a cycle in order', () => {
    const round = refused((w) => {
      const first = w.task('first', { dependsOn: { x: 'third' }, run: () => 1 })
      w.task('apart', { run: () => 1 })
      const second = w.task('second', { dependsOn: { first }, run: () => 1 })
      w.task('third', { dependsOn: { second }, run: () => 1 })
    })
    expect(round).toThrow(
      new DefinitionError(
        'workflow "w": tasks depend on each other: "first" → "third" → "second" → "first"; each ' +
          'waits for the next',
      ),
    )
    expect(refused((w) => w.task('a', { dependsOn: { a: 'a' }, run: () => 1 }))).toThrow(
      '"a" → "a"',
    )
  })

  it('refuses options that are none, of functions and programs', () => {
    const task = (options: unknown) => refused((w) => w.task('t', options as { run(): number }))
    expect(task(5)).toThrow('workflow "w", task "t": "options" expected object, got 5')
    expect(task({})).toThrow('workflow "w", task "t": "run" expected function, got undefined')
    expect(task({ run() {}, retry: 1 })).toThrow(
      '"t" has no option "retry"; it knows run, dependsOn, retries',
    )
    expect(task({ run() {}, retries: -1 })).toThrow(RangeError)
    const bsp = (options: unknown) =>
      refused((w) =>
        w.bspTask('t', options as { computation: ModuleOf<AnyComputation>; input(): never }),
      )
    expect(bsp({ computation: 'x.js' })).toThrow('expected what defineComputation() returned')
    expect(bsp({ computation: double, processor: 2 })).toThrow('has no option "processor"')
    expect(bsp({ computation: double, input: 5 })).toThrow('"input" expected function, got 5')
    expect(bsp({ computation: double, transport: 'threads' })).toThrow(NotSupportedError)
  })

  it('ends when its function returns', () => {
    let kept: WorkflowBuilder | undefined
    workflow('w', (w) => {
      kept = w
    })
    expect(() => kept?.task('late', { run: () => 1 })).toThrow('it is defined already')
  })
})
