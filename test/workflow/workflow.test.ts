/**
 * Workflows from outside: what tasks are given, failures, retries, BSP programs, events,
 * descriptions. Definitions are in define.test.ts, the order of tasks in order.test.ts.
 */

import { setImmediate as turn } from 'node:timers/promises'
import { WorkflowError } from 'ticktickclock'
import { createRuntime, defineComputation, ProcessorError } from 'ticktickclock/bsp'
import { EventBus, telemetry } from 'ticktickclock/telemetry'
import { workflow } from 'ticktickclock/workflow'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../support/failure.js'
import { endless } from '../support/programs/small.js'

const HELLO = new URL('../../build/examples/programs/hello-world.js', import.meta.url)

const double = defineComputation({
  name: 'double',
  initialize: (input: number[], ctx) => ({ own: 2 * input[ctx.rank] }),
  supersteps: [{ name: 'rest', compute() {} }],
  output: (state) => state.own,
})

describe('a run', () => {
  it('gives tasks the outputs they depend on, under their names, as they are', async () => {
    const block = new Uint8Array(3)
    const names = workflow('names', (w) => {
      const first = w.task('first', { run: () => block })
      const second = w.task('second', { dependsOn: { first }, run: ({ first }) => first.length })
      const third = w.task('third', {
        dependsOn: { a: first, b: second, ['__proto__']: first },
        run: (inputs) => [Object.keys(inputs), inputs.a === block, inputs.b],
      })
      return { third, renamed: second }
    })
    const { outputs, tasks, elapsedMs } = await names.run()
    expect(outputs).toEqual({ third: [['a', 'b', '__proto__'], true, 3], renamed: 3 })
    expect(tasks.map(({ task }) => task)).toEqual(['first', 'second', 'third'])
    for (const { startMs, elapsedMs: taskMs } of tasks) {
      expect(startMs).toBeGreaterThanOrEqual(0)
      expect(startMs + taskMs).toBeLessThanOrEqual(elapsedMs)
    }
    expect((await names.run()).outputs).toEqual(outputs)
  })

  it('runs BSP programs, and takes their outputs on', async () => {
    const sums = workflow('sums', (w) => {
      const load = w.task('load', { run: () => [1, 2, 3] })
      const doubled = w.bspTask('doubled', {
        dependsOn: { numbers: load },
        computation: double,
        processors: 3,
        input: async ({ numbers }) => numbers,
      })
      const again = w.bspTask('again', {
        dependsOn: { before: doubled },
        computation: double,
        processors: 2,
        input: ({ before }) => before.result.slice(1),
      })
      return { doubled, again }
    })
    const { outputs } = await sums.run()
    expect(outputs.doubled).toMatchObject({ result: [2, 4, 6], processors: 3, reason: 'finished' })
    expect(outputs.again.result).toEqual([8, 12])
  })

  it('runs BSP programs on threads, also on the workers of a runtime', async () => {
    const runtime = createRuntime({ workers: 1 })
    const hellos = workflow('hellos', (w) => {
      const one = w.bspTask('one', { computation: HELLO, processors: 2, input: () => 'one' })
      const two = w.bspTask('two', { computation: HELLO, processors: 2, input: () => 'two' })
      return { one, two }
    })
    const { outputs } = await hellos.run({ runtime })
    expect(runtime.inspect().workers).toBe(1)
    expect((await hellos.run({ only: ['two'] })).outputs.two.result).toEqual(outputs.two.result)
    for (const [name, { result, workers }] of Object.entries(outputs)) {
      expect(workers).toBe(1)
      expect(result).toEqual([
        `0 of 2 heard "hello ${name}, from 1"`,
        `1 of 2 heard "hello ${name}, from 0"`,
      ])
    }
    await runtime.dispose()
    const error = await failureOf(hellos.run({ runtime }))
    expect(error.cause.code).toBe('ERR_TTC_DISPOSED')
  })

  it('of nothing is over at once', async () => {
    const nothing = workflow('nothing', () => {})
    expect(await nothing.run()).toMatchObject({ outputs: {}, tasks: [] })
  })

  it('lets go what no task needs any more', async () => {
    const { setFlagsFromString } = await import('node:v8')
    const { runInNewContext } = await import('node:vm')
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    let first: WeakRef<object> | undefined
    const seen: boolean[] = []
    const look = async () => {
      await turn()
      collect()
      seen.push(first?.deref() !== undefined)
    }
    const chain = workflow('chain', (w) => {
      const large = w.task('large', {
        run() {
          const made = new Uint8Array(1000)
          first = new WeakRef(made)
          return made
        },
      })
      const size = w.task('size', {
        dependsOn: { large },
        async run({ large }) {
          await look()
          return large.length
        },
      })
      w.task('last', { dependsOn: { size }, run: look })
    })
    await chain.run()
    expect(seen).toEqual([true, false])
  })

  it('refuses options that are none', async () => {
    const one = workflow('one', (w) => ({ a: w.task('a', { run: () => 1 }) }))
    const reasons = await Promise.all(
      [
        { threads: 1 },
        { concurrency: 0 },
        { signal: 5 },
        { telemetry: {} },
        { runtime: {} },
        { only: 'a' },
        { only: ['b'] },
      ].map((options) => failureOf(one.run(options as object))),
    )
    expect(reasons.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      'TypeError: "options" has no option "threads"; it knows signal, telemetry, runtime, ' +
        'concurrency, only',
      `RangeError: "concurrency" expected whole number in [1, ${Number.MAX_SAFE_INTEGER}], got 0`,
      'TypeError: "signal" expected AbortSignal, got 5',
      'TypeError: "telemetry" expected an EventBus, got Object',
      'TypeError: "runtime" expected what createRuntime() returned, got Object',
      'TypeError: "only" expected array of names of outputs, got "a"',
      'RangeError: "only" expected names of outputs (a), got "b"',
    ])
  })
})

describe('a failure', () => {
  it('says which task, why, what was stopped and what never began', async () => {
    const cause = new RangeError('too much')
    const broken = workflow('broken', (w) => {
      w.task('long', {
        run: (_inputs, { signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason))
          }),
      })
      const bad = w.task('bad', {
        run() {
          throw cause
        },
      })
      const after = w.task('after', { dependsOn: { bad }, run: () => 1 })
      w.task('last', { dependsOn: { after }, run: () => 1 })
    })
    const error = await failureOf(broken.run())
    expect(error).toBeInstanceOf(WorkflowError)
    expect(error.message).toBe(
      'workflow "broken": task "bad" failed: too much; aborted: "long"; skipped: "after", "last"',
    )
    expect(error).toMatchObject({
      ...{ code: 'ERR_TTC_WORKFLOW', name: 'WorkflowError', workflow: 'broken', task: 'bad' },
      ...{ cause, aborted: ['long'], skipped: ['after', 'last'] },
    })
  })

  it('of a BSP program is its cause', async () => {
    const picky = defineComputation({
      name: 'picky',
      initialize: (_input, ctx): number => ctx.fail('no'),
      supersteps: [{ name: 'rest', compute() {} }],
    })
    const broken = workflow('broken', (w) => {
      w.bspTask('picky', { computation: picky, processors: 1 })
    })
    expect((await failureOf(broken.run())).cause).toBeInstanceOf(ProcessorError)
  })

  it('may be anything', async () => {
    const odd = workflow('odd', (w) => {
      w.task('odd', { run: () => Promise.reject('no error') })
    })
    const error = await failureOf(odd.run())
    expect(error).toMatchObject({ cause: 'no error', aborted: [], skipped: [] })
    expect(error.message).toBe('workflow "odd": task "odd" failed: "no error"')
  })

  it('is tried again as often as it may', async () => {
    const attempts: number[] = []
    const flaky = (failures: number, retries: number) =>
      workflow('flaky', (w) => {
        const one = w.task('one', { run: () => 7 })
        const task = w.task('task', {
          dependsOn: { one },
          retries,
          run({ one }, { attempt }) {
            attempts.push(attempt)
            if (attempt <= failures) throw new Error(`attempt ${attempt}`)
            return one + attempt
          },
        })
        return { task }
      })
    const { outputs, tasks } = await flaky(2, 2).run()
    expect(outputs.task).toBe(10)
    expect(tasks.map((report) => report.attempts)).toEqual([1, 3])
    expect(attempts.splice(0)).toEqual([1, 2, 3])
    const error = await failureOf(flaky(2, 1).run())
    expect(error.cause.message).toBe('attempt 2')
    expect(attempts).toEqual([1, 2])
  })

  it('is not tried again after the workflow has been stopped', async () => {
    const controller = new AbortController()
    let attempts = 0
    const once = workflow('once', (w) => {
      w.task('one', {
        retries: 5,
        run() {
          attempts++
          controller.abort('enough')
          throw new Error('broken')
        },
      })
    })
    expect(await failureOf(once.run({ signal: controller.signal }))).toBe('enough')
    expect(attempts).toBe(1)
  })
})

describe('an abort', () => {
  it('before the start begins nothing', async () => {
    let begun = 0
    const one = workflow('one', (w) => {
      w.task('a', { run: () => begun++ })
    })
    expect(await failureOf(one.run({ signal: AbortSignal.abort('no') }))).toBe('no')
    expect(begun).toBe(0)
  })

  it('ends BSP programs', async () => {
    const controller = new AbortController()
    const going = workflow('going', (w) => {
      w.bspTask('endless', {
        computation: endless,
        processors: 2,
        transport: 'inline',
        maxSupersteps: 1e9,
        onProgress: () => controller.abort('enough'),
      })
    })
    expect(await failureOf(going.run({ signal: controller.signal }))).toBe('enough')
  })

  it('after the end changes nothing', async () => {
    const controller = new AbortController()
    const one = workflow('one', (w) => ({ a: w.task('a', { run: () => 1 }) }))
    const { outputs } = await one.run({ signal: controller.signal })
    controller.abort()
    expect(outputs.a).toBe(1)
  })
})

describe('events', () => {
  const EVENTS = [
    'workflow.task_started',
    'workflow.task_completed',
    'workflow.task_error',
  ] as const
  const flow = workflow('flow', (w) => {
    const one = w.task('one', {
      retries: 1,
      run(_inputs, { attempt, telemetry: given }) {
        expect(given).toBeInstanceOf(EventBus)
        if (attempt === 1) throw new RangeError('first')
        return 1
      },
    })
    w.task('two', { dependsOn: { one }, run: () => Promise.reject('second') })
  })
  const heardOn = async (bus: EventBus, options: object) => {
    const heard: unknown[] = []
    const detach = bus.attachMany('test', EVENTS, (...[event, measurements, metadata]) => {
      heard.push([event.replace('workflow.task_', ''), metadata])
      const { time } = measurements
      expect(Math.abs(time / 1e6 - Date.now())).toBeLessThan(60_000)
      if (event !== 'workflow.task_started') {
        expect(measurements.duration).toBeGreaterThanOrEqual(0)
      }
    })
    await failureOf(flow.run(options))
    detach()
    return heard
  }
  const of = (task: string, attempt: number) => ({
    ...{ workflow: 'flow', workflow_run_id: expect.any(Number), task, attempt },
  })
  const expected = [
    ['started', of('one', 1)],
    ['error', { ...of('one', 1), reason: 'RangeError', message: 'first' }],
    ['started', of('one', 2)],
    ['completed', of('one', 2)],
    ['started', of('two', 1)],
    ['error', { ...of('two', 1), reason: 'value', message: '"second"' }],
  ]

  it('tell when tasks begin and end, on the bus of the process', async () => {
    expect(await heardOn(telemetry, {})).toEqual(expected)
  })

  it('go to the bus that is given, and to no other', async () => {
    const bus = new EventBus()
    const other: unknown[] = []
    const detach = telemetry.attachMany('other', EVENTS, (...heard) => other.push(heard))
    expect(await heardOn(bus, { telemetry: bus })).toEqual(expected)
    detach()
    expect(other).toEqual([])
  })

  it('name the run: those of one have one number, the next has another', async () => {
    const bus = new EventBus()
    const numbers: number[] = []
    bus.attachMany('test', EVENTS, (_event, _measurements, { workflow_run_id }) => {
      numbers.push(workflow_run_id)
    })
    await Promise.all([1, 2].map(() => failureOf(flow.run({ telemetry: bus }))))
    expect(numbers).toHaveLength(2 * expected.length)
    const [first, second, ...others] = [...new Set(numbers)].sort((a, b) => a - b)
    expect([second, others]).toEqual([first + 1, []])
    expect(numbers.filter((number) => number === first)).toHaveLength(expected.length)
  })

  it('of BSP programs go to the same bus', async () => {
    const bus = new EventBus()
    const heard: string[] = []
    const names = [
      'coordinator.computation_started',
      'coordinator.computation_completed',
      'workflow.task_started',
      'workflow.task_completed',
    ] as const
    bus.attachMany('all', names, (event) => heard.push(event))
    const one = workflow('one', (w) => {
      w.bspTask('double', { computation: double, processors: 2, input: () => [1, 2] })
    })
    await one.run({ telemetry: bus })
    expect(heard).toEqual([names[2], names[0], names[1], names[3]])
  })

  it('are not put together where nobody listens', async () => {
    const deaf = { hears: () => false, emit: () => expect.fail('nobody listens') }
    const quiet = workflow('quiet', (w) => {
      const one = w.task('one', { run: () => 1 })
      w.task('two', { dependsOn: { one }, run: () => Promise.reject(1) })
    })
    const error = await failureOf(quiet.run({ telemetry: deaf as unknown as EventBus }))
    expect(error).toMatchObject({ task: 'two', cause: 1 })
  })
})

describe('a description', () => {
  const pipeline = workflow('ml', (w) => {
    const load = w.task('load "50 %%"', { run: () => [1] })
    const train = w.bspTask('train', {
      dependsOn: { data: load },
      retries: 2,
      computation: double,
      processors: 16,
      input: ({ data }) => data,
    })
    const threads = w.bspTask('threads', {
      dependsOn: { later: 'evaluate' },
      computation: new URL('https://example.org/programs/sum.js'),
    })
    const evaluate = w.task('evaluate', { dependsOn: { 'a|b': train }, run: () => 1 })
    return { score: evaluate, threads }
  })

  it('is plain data', () => {
    const described = pipeline.describe()
    expect(described).toEqual({
      name: 'ml',
      tasks: [
        { name: 'load "50 %%"', kind: 'task', dependsOn: {}, retries: 0 },
        {
          ...{ name: 'train', kind: 'bsp', dependsOn: { data: 'load "50 %%"' }, retries: 2 },
          ...{ computation: 'double', processors: 16 },
        },
        {
          ...{ name: 'threads', kind: 'bsp', dependsOn: { later: 'evaluate' }, retries: 0 },
          computation: 'https://example.org/programs/sum.js',
        },
        { name: 'evaluate', kind: 'task', dependsOn: { 'a|b': 'train' }, retries: 0 },
      ],
      outputs: { score: 'evaluate', threads: 'threads' },
    })
    expect(JSON.parse(JSON.stringify(described))).toEqual(described)
  })

  it('is a picture in Mermaid', () => {
    expect(pipeline.toMermaid()).toBe(`flowchart LR
  task0["load #34;50 #37;#37;#34;"]
  task1[["train<br/>double, 16 processors"]]
  task2[["threads<br/>sum.js"]]
  task3["evaluate"]
  task0 -->|"data"| task1
  task3 -->|"later"| task2
  task1 -->|"a|b"| task3
`)
  })
})
