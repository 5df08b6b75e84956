/**
 * Random workflows whose tasks end when the test says so, and how they should go: begin in the
 * order of definition as soon as all dependencies are done and there is room.
 */

import { type Workflow, workflow } from 'ticktickclock/workflow'
import type { Random } from '../../src/random.js'

/** Tasks in the order of definition: for each the tasks that it depends on. */
export type Dag = readonly (readonly number[])[]

/** A graph without cycles, of 1 to 12 tasks, some of which depend on tasks defined later. */
export function randomDag(random: Random): Dag {
  const size = 1 + random.nextBelow(12)
  const density = random.nextFloat()
  const order = shuffled(random, size)
  const dag: number[][] = order.map(() => [])
  for (let later = 1; later < size; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      if (random.nextFloat() < density * 0.6) dag[order[later]].push(order[earlier])
    }
  }
  return dag
}

function shuffled(random: Random, size: number): number[] {
  const numbers = Array.from({ length: size }, (_, i) => i)
  for (let i = size - 1; i > 0; i--) {
    const j = random.nextBelow(i + 1)
    ;[numbers[i], numbers[j]] = [numbers[j], numbers[i]]
  }
  return numbers
}

/** What task `index` gives: any mistake of an input shows. */
export function outputOf(index: number, inputs: readonly number[]): number {
  return inputs.reduce((sum, value, i) => (sum * 31 + value * (i + 7)) % 1_000_003, index + 1)
}

/** All outputs, one task after the other. */
export function serialOutputs(dag: Dag): number[] {
  const outputs: (number | undefined)[] = dag.map(() => undefined)
  const evaluate = (task: number): number => {
    outputs[task] ??= outputOf(task, dag[task].map(evaluate))
    return outputs[task]
  }
  return dag.map((_, task) => evaluate(task))
}

/** A task under way. */
export interface Running {
  signal: AbortSignal
  end(): void
  fail(error: unknown): void
}

/** A workflow of such tasks. `begun` has them in the order in which they began. */
export interface Controlled {
  workflow: Workflow<Readonly<Record<string, never>>>
  begun: number[]
  running: Map<number, Running>
}

export const nameOf = (task: number) => `t${task}`

export function controlled(dag: Dag): Controlled {
  const begun: number[] = []
  const running = new Map<number, Running>()
  const made = workflow('random', (w) => {
    const tasks = dag.map((dependencies, task) =>
      w.task(nameOf(task), {
        dependsOn: Object.fromEntries(dependencies.map((each, i) => [`input${i}`, nameOf(each)])),
        async run(inputs: Readonly<Record<string, unknown>>, { signal }) {
          begun.push(task)
          const given = dependencies.map((_, i) => inputs[`input${i}`] as number)
          await new Promise<void>((resolve, reject) => {
            running.set(task, { signal, end: resolve, fail: reject })
          }).finally(() => running.delete(task))
          return outputOf(task, given)
        },
      }),
    )
    return Object.fromEntries(tasks.map((task, index) => [nameOf(index), task]))
  })
  return { workflow: made as Controlled['workflow'], begun, running }
}

/** Which tasks should be under way, and have begun in which order, when these are done. */
export class Expected {
  readonly begun: number[] = []
  readonly #done = new Set<number>()
  readonly #running = new Set<number>()
  readonly #dag: Dag
  readonly #concurrency: number

  constructor(dag: Dag, concurrency: number) {
    this.#dag = dag
    this.#concurrency = concurrency
    this.#begin()
  }

  get running(): number[] {
    return [...this.#running]
  }

  end(task: number): void {
    this.#running.delete(task)
    this.#done.add(task)
    this.#begin()
  }

  #begin(): void {
    for (const [task, dependencies] of this.#dag.entries()) {
      if (this.#running.size >= this.#concurrency) return
      if (this.begun.includes(task)) continue
      if (!dependencies.every((each) => this.#done.has(each))) continue
      this.begun.push(task)
      this.#running.add(task)
    }
  }
}
