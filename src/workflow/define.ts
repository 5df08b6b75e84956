/**
 * `workflow`: takes the definition of tasks, checks it as a whole, and makes a Workflow of it. How
 * tasks are run is in execute.ts.
 */

import type { RunResult } from '../bsp/handle.js'
import type { AnyComputation, InputOf, ModuleOf, ResultOf } from '../bsp/start.js'
import type { Computation, MessageSpec } from '../bsp/types.js'
import { checkInteger, show } from '../check.js'
import { findCycle } from '../cycle.js'
import { DefinitionError } from '../errors.js'
import { type BspDefinition, checkBspDefinition, runBspTask } from './bsp-task.js'
import type { TaskNode } from './node.js'
import type { BspTaskOptions, Dependencies, OutputTasks, Task, TaskOptions } from './types.js'
import { Workflow } from './workflow.js'

/** Defines the tasks of a workflow; given to `workflow`'s function. */
export interface WorkflowBuilder {
  /**
   * Defines a task that calls a function.
   *
   * @param name unique in the workflow
   * @returns the task, for others to depend on
   */
  task<O, D extends Dependencies = Record<never, never>>(
    name: string,
    options: TaskOptions<D, O>,
  ): Task<O>
  /**
   * Defines a task that runs a BSP program. Its output is what `run` resolves to.
   *
   * @param name unique in the workflow
   * @returns the task, for others to depend on
   */
  bspTask<I, S, P extends MessageSpec, O, R, D extends Dependencies = Record<never, never>>(
    name: string,
    options: BspTaskOptions<D, I> & { computation: Computation<I, S, P, O, R> },
  ): Task<RunResult<R>>
  /**
   * The same for a program in a module of its own.
   *
   * @param name unique in the workflow
   */
  bspTask<C extends AnyComputation = AnyComputation, D extends Dependencies = Record<never, never>>(
    name: string,
    options: BspTaskOptions<D, InputOf<C>> & { computation: ModuleOf<C> },
  ): Task<RunResult<ResultOf<C>>>
}

/**
 * Defines a workflow: tasks that begin when all that they depend on are done, and are given what
 * these returned. Tasks that don't depend on each other run at the same time.
 *
 * @param name for messages and events
 * @param define defines the tasks, and returns those whose outputs the workflow's run resolves to;
 *   outputs of others are let go as soon as no task needs them
 * @returns the workflow, checked; its `run` may be called often
 * @throws DefinitionError for a name that is taken, a dependency that doesn't exist, and tasks that
 *   depend on each other, whom it names in order; TypeError, RangeError for options
 * @example
 * ```ts
 * const squares = defineComputation({
 *   name: 'squares',
 *   initialize: (input: number[], ctx) => input[ctx.rank] ** 2,
 *   supersteps: [{ name: 'rest', compute() {} }],
 *   finalize: (outputs) => outputs.reduce((sum, each) => sum + each),
 * })
 * const pipeline = workflow('pipeline', (w) => {
 *   const load = w.task('load', { run: async () => [3, 4] })
 *   const sum = w.bspTask('sum', {
 *     dependsOn: { numbers: load },
 *     computation: squares,
 *     processors: 2,
 *     input: ({ numbers }) => numbers,
 *   })
 *   const root = w.task('root', { dependsOn: { sum }, run: ({ sum }) => Math.sqrt(sum.result) })
 *   return { root }
 * })
 * const { outputs } = await pipeline.run()
 * console.log(outputs.root) // 5
 * ```
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return has this type
export function workflow<T extends OutputTasks | void>(
  name: string,
  define: (w: WorkflowBuilder) => T,
): Workflow<T extends OutputTasks ? T : Record<never, never>> {
  if (typeof name !== 'string' || name === '') {
    throw new DefinitionError(`a workflow needs a name, a string, got ${show(name)}`)
  }
  if (typeof define !== 'function') {
    throw new TypeError(`"define" expected function from a builder to tasks, got ${show(define)}`)
  }
  const draft = new Draft(name)
  return draft.finish(define(draft)) as never
}

const COMMON = ['dependsOn', 'retries']

/** A workflow while it is defined. */
class Draft implements WorkflowBuilder {
  readonly #workflow: string
  readonly #nodes: TaskNode[] = []
  readonly #byName = new Map<string, TaskNode>()
  readonly #byHandle = new Map<unknown, TaskNode>()
  /** What `dependsOn` said, by task. */
  readonly #wanted: Dependencies[] = []
  #isFinished = false

  constructor(name: string) {
    this.#workflow = name
  }

  task<O>(name: string, options: TaskOptions<never, O>): Task<O> {
    const what = this.#checkNew(name, options)
    for (const key of Object.keys(options)) {
      if (key === 'run' || COMMON.includes(key)) continue
      throw new TypeError(`${what} has no option "${key}"; it knows run, ${COMMON.join(', ')}`)
    }
    if (typeof options.run !== 'function') {
      throw new TypeError(`${what}: "run" expected function, got ${show(options.run)}`)
    }
    const perform: TaskNode['perform'] = (inputs, { signal, attempt, telemetry }) =>
      options.run(inputs, { signal, attempt, telemetry })
    return this.#add(name, options, { perform, about: { kind: 'task' } })
  }

  bspTask(name: string, options: object): Task<never> {
    this.#checkNew(name, options)
    const { dependsOn, retries, computation, input, ...rest } = options as BspTaskOptions<
      Dependencies,
      unknown
    > & { computation: unknown }
    const definition: BspDefinition = { computation, input, options: rest }
    checkBspDefinition(definition)
    const about: TaskNode['about'] = {
      kind: 'bsp',
      computation: computation instanceof URL ? computation.href : nameOf(computation),
    }
    if (rest.processors !== undefined) about.processors = rest.processors
    const perform: TaskNode['perform'] = (inputs, context) =>
      runBspTask(definition, inputs, context)
    return this.#add(name, { dependsOn, retries }, { perform, about })
  }

  /** Checks the whole, and makes it a workflow. */
  finish(returned: unknown): Workflow<OutputTasks> {
    this.#isFinished = true
    for (const node of this.#nodes) {
      for (const [key, wanted] of Object.entries(this.#wanted[node.index])) {
        const found = this.#find(`task "${node.name}" depends on`, wanted)
        node.dependsOn.set(key, found)
      }
    }
    const numbers = this.#nodes.map(({ dependsOn }) => [...dependsOn.values()].map((n) => n.index))
    const cycle = findCycle(numbers)?.map((index) => `"${this.#nodes[index].name}"`)
    if (cycle !== undefined) {
      const order = [...cycle, cycle[0]].join(' → ')
      this.#refuse(`tasks depend on each other: ${order}; each waits for the next`)
    }
    return new Workflow(this.#workflow, this.#nodes, this.#outputsOf(returned))
  }

  #outputsOf(returned: unknown): Map<string, TaskNode> {
    if (returned === undefined) return new Map()
    if (typeof returned !== 'object' || returned === null || Array.isArray(returned)) {
      this.#refuse(`its function expected to return tasks by name, got ${show(returned)}`)
    }
    const entries = Object.entries(returned as object)
    return new Map(entries.map(([key, task]) => [key, this.#find(`output "${key}" is`, task)]))
  }

  #find(what: string, wanted: unknown): TaskNode {
    const node = typeof wanted === 'string' ? this.#byName.get(wanted) : this.#byHandle.get(wanted)
    if (node !== undefined) return node
    if (typeof wanted === 'string') {
      const names = this.#nodes.map(({ name }) => name).join(', ')
      this.#refuse(`${what} ${show(wanted)}, which is none of its tasks: ${names}`)
    }
    const name = (wanted as Partial<Task<unknown>> | null | undefined)?.name
    const got = typeof name === 'string' ? `a task ${show(name)} of another workflow` : show(wanted)
    this.#refuse(`${what} no task of it: expected what task() or bspTask() returned, got ${got}`)
  }

  /** @returns how messages call it */
  #checkNew(name: unknown, options: unknown): string {
    if (this.#isFinished) this.#refuse('it is defined already: no task can be added')
    if (typeof name !== 'string' || name === '') {
      this.#refuse(`a task needs a name, a string, got ${show(name)}`)
    }
    const what = `workflow "${this.#workflow}", task "${name}"`
    if (this.#byName.has(name)) this.#refuse(`a second task "${name}"; rename it`)
    if (typeof options !== 'object' || options === null) {
      throw new TypeError(`${what}: "options" expected object, got ${show(options)}`)
    }
    const { dependsOn = {} } = options as { dependsOn?: unknown }
    if (typeof dependsOn !== 'object' || dependsOn === null || Array.isArray(dependsOn)) {
      throw new TypeError(
        `${what}: "dependsOn" expected object of tasks by names of inputs, got ${show(dependsOn)}`,
      )
    }
    return what
  }

  #add(
    name: string,
    { dependsOn = {}, retries = 0 }: { dependsOn?: Dependencies; retries?: number },
    node: Pick<TaskNode, 'perform' | 'about'>,
  ): Task<never> {
    checkInteger('retries', retries, 0, Number.MAX_SAFE_INTEGER)
    const added = { ...node, name, index: this.#nodes.length, retries, dependsOn: new Map() }
    const handle: Task<never> = Object.freeze({ name })
    this.#nodes.push(added)
    this.#wanted.push(dependsOn)
    this.#byName.set(name, added)
    this.#byHandle.set(handle, added)
    return handle
  }

  #refuse(problem: string): never {
    throw new DefinitionError(`workflow "${this.#workflow}": ${problem}`)
  }
}

function nameOf(computation: unknown): string {
  return (computation as Computation).name
}
