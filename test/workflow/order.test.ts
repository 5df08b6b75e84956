/**
 * Random workflows, step by step beside an oracle: which tasks are under way, in which order they
 * begin, what they give; and what is left of them when one fails or all are aborted. Tasks end when
 * the test says so: nothing here depends on time.
 */

import { setImmediate as turn } from 'node:timers/promises'
import { WorkflowError } from 'ticktickclock'
import { type WorkflowRunOptions, workflow } from 'ticktickclock/workflow'
import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../src/random.js'
import { failureOf } from '../support/failure.js'
import { count, testSeed } from '../support/seed.js'
import {
  type Controlled,
  controlled,
  type Dag,
  Expected,
  nameOf,
  randomDag,
  serialOutputs,
} from '../support/workflows.js'

const CASES = Array.from({ length: count(300) }, (_, i) => i)

const pick = <T>(random: Random, from: readonly T[]): T => from[random.nextBelow(from.length)]

function expectAlike({ begun, running }: Controlled, expected: Expected): void {
  expect(begun).toEqual(expected.begun)
  expect([...running.keys()].sort()).toEqual(expected.running.sort())
}

interface Case {
  random: Random
  dag: Dag
  concurrency: number
  tasks: Controlled
  expected: Expected
}

function newCase(stream: number): Case {
  const random = createRandom(testSeed() + stream)
  const dag = randomDag(random)
  const concurrency = random.nextFloat() < 0.3 ? dag.length : 1 + random.nextBelow(3)
  return {
    random,
    dag,
    concurrency,
    tasks: controlled(dag),
    expected: new Expected(dag, concurrency),
  }
}

/** Ends some tasks, at random; stops with at least one under way when not `toEnd`. */
async function play({ random, tasks, expected }: Case, steps: number): Promise<void> {
  for (let step = 0; step < steps && expected.running.length > 0; step++) {
    const task = pick(random, expected.running)
    tasks.running.get(task)?.end()
    expected.end(task)
    await turn()
    expectAlike(tasks, expected)
  }
}

describe('random workflows', () => {
  it('begin each task once, when it should, and give what a serial run gives', async () => {
    for (const stream of CASES) {
      const each = newCase(stream)
      const { dag, concurrency, tasks, expected } = each
      const run = tasks.workflow.run({ concurrency })
      expectAlike(tasks, expected)
      await play(each, dag.length)
      const { outputs, tasks: reports } = await run
      const serial = serialOutputs(dag)
      expect(outputs).toEqual(Object.fromEntries(serial.map((value, i) => [nameOf(i), value])))
      expect(reports.map(({ task }) => task)).toEqual(expected.begun.map(nameOf))
      expect(reports.map(({ attempts }) => attempts)).toEqual(dag.map(() => 1))
    }
  })

  it('stop when a task fails: others are told and waited for, none begins', async () => {
    for (const stream of CASES) {
      const each = newCase(stream)
      const { random, dag, concurrency, tasks, expected } = each
      let isOver = false
      const failure = failureOf(tasks.workflow.run({ concurrency })).finally(() => {
        isOver = true
      })
      await play(each, random.nextBelow(dag.length))
      const broken = pick(random, expected.running)
      const others = expected.running.filter((task) => task !== broken).sort((a, b) => a - b)
      const signals = others.map((task) => tasks.running.get(task)?.signal)
      const cause = new Error('broken on purpose')
      tasks.running.get(broken)?.fail(cause)
      await turn()
      expect(isOver).toBe(others.length === 0)
      expect(signals.map((signal) => signal?.aborted)).toEqual(others.map(() => true))
      for (const task of others) {
        const { signal, fail, end } = tasks.running.get(task) as NonNullable<
          ReturnType<typeof tasks.running.get>
        >
        // Some heed the signal, some end as if there were none.
        if (random.nextFloat() < 0.5) fail(signal.reason)
        else end()
        expect(isOver).toBe(false)
        await turn()
      }
      const error = await failure
      expect(error).toBeInstanceOf(WorkflowError)
      expect(error.cause).toBe(cause)
      expect({ ...error, aborted: [...error.aborted].sort() }).toMatchObject({
        ...{ workflow: 'random', task: nameOf(broken), aborted: others.map(nameOf).sort() },
        skipped: dag
          .map((_, i) => i)
          .filter((i) => !expected.begun.includes(i))
          .map(nameOf),
      })
      for (const signal of signals) expect(signal?.reason).toBe(error)
      expect(tasks.begun).toEqual(expected.begun)
    }
  })

  it('stop when they are aborted: tasks are told and waited for, none begins', async () => {
    for (const stream of CASES) {
      const each = newCase(stream)
      const { random, dag, concurrency, tasks, expected } = each
      const controller = new AbortController()
      const { signal } = controller
      let isOver = false
      const failure = failureOf(tasks.workflow.run({ concurrency, signal })).finally(() => {
        isOver = true
      })
      await play(each, random.nextBelow(dag.length))
      const reason = new Error('enough')
      controller.abort(reason)
      for (const { signal, fail, end } of [...tasks.running.values()]) {
        expect(signal.reason).toBe(reason)
        expect(isOver).toBe(false)
        if (random.nextFloat() < 0.5) fail(signal.reason)
        else end()
        await turn()
      }
      expect(await failure).toBe(reason)
      expect(tasks.begun).toEqual(expected.begun)
    }
  })

  it('run only what the outputs that are wanted need', async () => {
    for (const stream of CASES) {
      const { random, dag, tasks } = newCase(stream)
      const wanted = dag.map((_, i) => i).filter(() => random.nextFloat() < 0.3)
      const needed = new Set<number>()
      const need = (task: number) => {
        needed.add(task)
        dag[task].forEach(need)
      }
      wanted.forEach(need)
      const only = wanted.map(nameOf)
      const run = tasks.workflow.run({ only } as WorkflowRunOptions<string>)
      while (tasks.running.size > 0) {
        for (const { end } of [...tasks.running.values()]) end()
        await turn()
      }
      const serial = serialOutputs(dag)
      const { outputs } = await run
      expect(outputs).toEqual(Object.fromEntries(wanted.map((i) => [nameOf(i), serial[i]])))
      expect([...tasks.begun].sort()).toEqual([...needed].sort())
    }
  })
})

/** Whether all tasks could be done one after the other. */
function isAcyclic(dag: Dag): boolean {
  const left = new Set(dag.keys())
  for (let before = -1; before !== left.size; ) {
    before = left.size
    for (const task of left) if (dag[task].every((each) => !left.has(each))) left.delete(task)
  }
  return left.size === 0
}

const define = (dag: Dag) =>
  workflow('round', (w) => {
    dag.forEach((dependencies, task) => {
      const dependsOn = Object.fromEntries(dependencies.map((each) => [`i${each}`, nameOf(each)]))
      w.task(nameOf(task), { dependsOn, run: () => task })
    })
  })

describe('random graphs, with cycles or without', () => {
  it('are refused if and only if there is a cycle, with its members in order', () => {
    let cyclic = 0
    for (const stream of CASES) {
      const random = createRandom(testSeed() + stream)
      const size = 1 + random.nextBelow(8)
      const dag = Array.from({ length: size }, () =>
        Array.from({ length: size }, (_, i) => i).filter(() => random.nextFloat() < 0.8 / size),
      )
      if (isAcyclic(dag)) {
        expect(define(dag).describe().tasks).toHaveLength(size)
        continue
      }
      cyclic++
      const message = (() => {
        try {
          define(dag)
          return ''
        } catch (error) {
          return (error as Error).message
        }
      })()
      expect(message).toMatch(/^workflow "round": tasks depend on each other: "t\d"/)
      const members = [...message.matchAll(/"t(\d)"/g)].map(([, task]) => Number(task))
      expect(members.at(-1)).toBe(members[0])
      expect(new Set(members).size).toBe(members.length - 1)
      for (const [i, task] of members.slice(0, -1).entries()) {
        expect(dag[task]).toContain(members[i + 1])
      }
    }
    expect(cyclic).toBeGreaterThan(0)
  })

  it('may be long chains, defined from their end', () => {
    const long = Array.from({ length: 20_000 }, (_, i) => (i < 19_999 ? [i + 1] : []))
    expect(define(long).describe().tasks).toHaveLength(20_000)
    expect(() => define([...long.slice(0, -1), [19_998]])).toThrow(
      'tasks depend on each other: "t19998" → "t19999" → "t19998"; each waits for the next',
    )
  })
})
