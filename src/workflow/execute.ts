/**
 * Runs the tasks of a workflow: each when all that it depends on are done, those that are ready in
 * the order of definition, no more at a time than allowed. The first failure or an abort stops it:
 * tasks under way are told by their signals and waited for, no other begins.
 */

import type { Runtime } from '../bsp/coordinator.js'
import { WorkflowError } from '../errors.js'
import { type EventBus, faultOf } from '../event-bus.js'
import { epochMs } from '../time/system.js'
import { AttemptEvents } from './events.js'
import type { TaskNode } from './node.js'
import type { TaskReport } from './types.js'

/** How tasks are run. */
export interface ExecutionSettings {
  workflow: string
  signal: AbortSignal | undefined
  telemetry: EventBus
  runtime: Runtime | undefined
  concurrency: number
}

/** Runs of workflows in this process so far. */
let runs = 0

/** One run of a workflow. */
export class Execution {
  /** Outputs that are still needed: by tasks to come, or because they are kept. */
  readonly outputs = new Map<TaskNode, unknown>()
  /** In the order in which tasks began. */
  readonly reports: TaskReport[] = []
  readonly #settings: ExecutionSettings
  readonly #tasks: readonly TaskNode[]
  readonly #kept: ReadonlySet<TaskNode>
  readonly #dependents = new Map<TaskNode, TaskNode[]>()
  /** Dependencies that are not done. */
  readonly #missing = new Map<TaskNode, number>()
  /** Dependents that are not done. */
  readonly #users = new Map<TaskNode, number>()
  readonly #running = new Map<TaskNode, AbortController>()
  /** In the order of definition. */
  readonly #ready: TaskNode[]
  readonly #startMs = epochMs()
  readonly #id = ++runs
  #stopped: { reason: unknown } | undefined
  #settle: (stopped: { reason: unknown } | undefined) => void = () => {}

  /** @param tasks in the order of definition, what they depend on among them */
  constructor(
    tasks: readonly TaskNode[],
    kept: ReadonlySet<TaskNode>,
    settings: ExecutionSettings,
  ) {
    this.#tasks = tasks
    this.#kept = kept
    this.#settings = settings
    for (const task of tasks) this.#dependents.set(task, [])
    for (const task of tasks) {
      const dependencies = new Set(task.dependsOn.values())
      this.#missing.set(task, dependencies.size)
      for (const each of dependencies) this.#dependents.get(each)?.push(task)
    }
    for (const [task, { length }] of this.#dependents) this.#users.set(task, length)
    this.#ready = tasks.filter(({ dependsOn }) => dependsOn.size === 0)
  }

  /**
   * Runs all; resolves when the last has ended.
   *
   * @throws WorkflowError when a task failed, `signal.reason` on abort
   */
  async run(): Promise<void> {
    const { signal } = this.#settings
    const abort = () => this.#stop(signal?.reason)
    if (signal?.aborted) throw signal.reason
    signal?.addEventListener('abort', abort)
    try {
      const ended = new Promise<{ reason: unknown } | undefined>((resolve) => {
        this.#settle = resolve
      })
      this.#advance()
      const stopped = await ended
      if (stopped !== undefined) throw stopped.reason
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  get elapsedMs(): number {
    return epochMs() - this.#startMs
  }

  #advance(): void {
    const { concurrency } = this.#settings
    while (this.#stopped === undefined && this.#running.size < concurrency) {
      const task = this.#ready.shift()
      if (task === undefined) break
      this.#running.set(task, new AbortController())
      void this.#perform(task)
    }
    if (this.#running.size === 0) this.#settle(this.#stopped)
  }

  /** Runs a task to its end, whatever that is, and goes on. */
  async #perform(task: TaskNode): Promise<void> {
    const report = { task: task.name, startMs: this.elapsedMs, elapsedMs: 0, attempts: 0 }
    this.reports.push(report)
    try {
      const output = await this.#attempts(task, report)
      this.#complete(task, output)
    } catch (error) {
      this.#fail(task, error)
    }
    report.elapsedMs = this.elapsedMs - report.startMs
    this.#running.delete(task)
    this.#advance()
  }

  async #attempts(task: TaskNode, report: TaskReport): Promise<unknown> {
    const { workflow, telemetry, runtime } = this.#settings
    const { signal } = this.#running.get(task) as AbortController
    const given = [...task.dependsOn].map(([key, each]) => [key, this.outputs.get(each)])
    for (;;) {
      report.attempts++
      const { attempts: attempt } = report
      const context = { signal, attempt, telemetry, runtime }
      const about = { workflow, workflow_run_id: this.#id, task: task.name, attempt }
      const events = new AttemptEvents(telemetry, about)
      try {
        const output = await task.perform(Object.fromEntries(given) as never, context)
        events.completed()
        return output
      } catch (error) {
        events.failed(error)
        if (this.#stopped !== undefined || report.attempts > task.retries) throw error
      }
    }
  }

  #complete(task: TaskNode, output: unknown): void {
    if ((this.#users.get(task) ?? 0) > 0 || this.#kept.has(task)) this.outputs.set(task, output)
    for (const each of new Set(task.dependsOn.values())) {
      const users = (this.#users.get(each) ?? 0) - 1
      this.#users.set(each, users)
      // What nobody needs any more is let go: outputs may be large.
      if (users === 0 && !this.#kept.has(each)) this.outputs.delete(each)
    }
    for (const each of this.#dependents.get(task) ?? []) {
      const missing = (this.#missing.get(each) ?? 0) - 1
      this.#missing.set(each, missing)
      if (missing === 0) this.#ready.push(each)
    }
    this.#ready.sort((a, b) => a.index - b.index)
  }

  #fail(task: TaskNode, error: unknown): void {
    if (this.#stopped !== undefined) return
    const names = (tasks: Iterable<TaskNode>) => [...tasks].map(({ name }) => name)
    const begun = new Set(this.reports.map((report) => report.task))
    const { workflow } = this.#settings
    const where = {
      ...{ workflow, task: task.name },
      aborted: names(this.#running.keys()).filter((name) => name !== task.name),
      skipped: names(this.#tasks).filter((name) => !begun.has(name)),
    }
    this.#stop(new WorkflowError(where, faultOf(error).message, { cause: error }))
  }

  #stop(reason: unknown): void {
    if (this.#stopped !== undefined) return
    this.#stopped = { reason }
    for (const controller of this.#running.values()) controller.abort(reason)
  }
}
