/** A workflow that is defined: run it, describe it, draw it. Made by define.ts. */

import { checkInteger, checkOptions, checkSignal, show } from '../check.js'
import { telemetry } from '../event-bus.js'
import { Execution } from './execute.js'
import { toMermaid } from './mermaid.js'
import { type TaskNode, withDependencies } from './node.js'
import type {
  OutputsOf,
  OutputTasks,
  WorkflowDescription,
  WorkflowResult,
  WorkflowRunOptions,
} from './types.js'

const RUN_NAMES = ['signal', 'telemetry', 'runtime', 'concurrency', 'only']

/**
 * Tasks and what they depend on: made by `workflow`.
 *
 * @example
 * ```ts
 * const greeting = workflow('greeting', (w) => {
 *   const name = w.task('name', { run: () => 'world' })
 *   const greet = w.task('greet', { dependsOn: { name }, run: ({ name }) => `hello, ${name}` })
 *   return { greet }
 * })
 * const { outputs } = await greeting.run()
 * console.log(outputs.greet) // hello, world
 * ```
 */
export class Workflow<T extends OutputTasks> {
  /** As it was given. */
  readonly name: string
  readonly #tasks: readonly TaskNode[]
  readonly #outputs: ReadonlyMap<string, TaskNode>

  /** @internal */
  constructor(name: string, tasks: readonly TaskNode[], outputs: ReadonlyMap<string, TaskNode>) {
    this.name = name
    this.#tasks = tasks
    this.#outputs = outputs
  }

  /**
   * Runs all tasks, or those that the outputs in `only` need. Tasks that are ready begin in the
   * order in which they were defined. May be called again, also meanwhile.
   *
   * @throws WorkflowError when a task fails, as the first one that did: tasks under way are told by
   *   their signals and waited for, no other begins; `signal.reason` on abort, likewise; TypeError,
   *   RangeError for options
   */
  async run<K extends keyof T & string = keyof T & string>(
    options: WorkflowRunOptions<K> = {},
  ): Promise<WorkflowResult<Pick<T, K>>> {
    checkOptions('options', options, RUN_NAMES)
    const { concurrency, only, runtime, telemetry: bus = telemetry } = options
    checkMethod('telemetry', 'an EventBus', bus, 'emit')
    if (runtime !== undefined)
      checkMethod('runtime', 'what createRuntime() returned', runtime, 'run')
    const kept = this.#chosen(only)
    const needed = only && withDependencies(kept.values())
    const tasks = this.#tasks.filter((task) => needed?.has(task) ?? true)
    const execution = new Execution(tasks, new Set(kept.values()), {
      workflow: this.name,
      signal: checkSignal(options.signal),
      telemetry: bus,
      runtime,
      concurrency:
        concurrency === undefined
          ? Number.POSITIVE_INFINITY
          : checkInteger('concurrency', concurrency, 1, Number.MAX_SAFE_INTEGER),
    })
    await execution.run()
    const outputs = [...kept].map(([key, task]) => [key, execution.outputs.get(task)])
    return {
      outputs: Object.fromEntries(outputs) as OutputsOf<Pick<T, K>>,
      tasks: execution.reports,
      elapsedMs: execution.elapsedMs,
    }
  }

  /** Its tasks and what they depend on, as plain data. */
  describe(): WorkflowDescription {
    const namesOf = (tasks: ReadonlyMap<string, TaskNode>) =>
      Object.fromEntries([...tasks].map(([key, { name }]) => [key, name]))
    return {
      name: this.name,
      tasks: this.#tasks.map(({ name, dependsOn, retries, about }) => ({
        ...{ name, dependsOn: namesOf(dependsOn), retries },
        ...about,
      })),
      outputs: namesOf(this.#outputs),
    }
  }

  /**
   * A picture of it, as a flowchart in Mermaid's language: GitHub and many editors draw it where it
   * stands in a block marked `mermaid`.
   */
  toMermaid(): string {
    return toMermaid(this.describe())
  }

  #chosen(only: readonly string[] | undefined): ReadonlyMap<string, TaskNode> {
    if (only === undefined) return this.#outputs
    if (!Array.isArray(only)) {
      throw new TypeError(`"only" expected array of names of outputs, got ${show(only)}`)
    }
    const entries = only.map((key): [string, TaskNode] => {
      const task = this.#outputs.get(key)
      if (task !== undefined) return [key, task]
      const names = [...this.#outputs.keys()].join(', ')
      throw new RangeError(`"only" expected names of outputs (${names}), got ${show(key)}`)
    })
    return new Map(entries)
  }
}

function checkMethod(name: string, expected: string, value: unknown, method: string): void {
  if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return
  throw new TypeError(`"${name}" expected ${expected}, got ${show(value)}`)
}
