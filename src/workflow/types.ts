/** Public types of workflows. Imports no implementation. */

import type { Runtime } from '../bsp/coordinator.js'
import type { RunOptions } from '../bsp/options.js'
import type { EventBus } from '../event-bus.js'

declare const OUTPUT: unique symbol

/** A task of a workflow, to depend on: knows the type of what the task gives. */
export interface Task<O> {
  readonly name: string
  /** In types only. */
  readonly [OUTPUT]?: () => O
}

/**
 * What a task depends on, under the names by which it is given their outputs: tasks, or names of
 * tasks, which may be defined later; the type of what those give is then unknown.
 */
export type Dependencies = Readonly<Record<string, Task<unknown> | string>>

/** Outputs of dependencies by their names. */
export type InputsOf<D extends Dependencies> = {
  readonly [K in keyof D]: D[K] extends Task<infer O> ? O : unknown
}

/** Tasks by name, as `workflow`'s function returns them: those whose outputs are kept. */
export type OutputTasks = Readonly<Record<string, Task<unknown>>>

/** Outputs of tasks by name. */
export type OutputsOf<T extends OutputTasks> = {
  readonly [K in keyof T]: T[K] extends Task<infer O> ? O : never
}

/** What a task is given besides its inputs. */
export interface TaskContext {
  /** Aborts when the task is to end: another one failed, or the workflow was aborted. */
  readonly signal: AbortSignal
  /** Which attempt this is, from 1. */
  readonly attempt: number
  /** Where the workflow's events go: to be handed on to what the task runs. */
  readonly telemetry: EventBus
}

/** What functions and BSP programs as tasks have in common. */
export interface CommonTaskOptions<D extends Dependencies> {
  /** Tasks that must be done before, by the names of this task's inputs. Default: none. */
  dependsOn?: D
  /**
   * How often the task is tried again when it fails; at once, with the same inputs. Default 0.
   */
  retries?: number
}

/** A task that calls a function. */
export interface TaskOptions<D extends Dependencies, O> extends CommonTaskOptions<D> {
  /**
   * Does the work. What it returns is the task's output.
   *
   * @param inputs outputs of what the task depends on, not copied
   */
  run(inputs: InputsOf<D>, context: TaskContext): O | Promise<O>
}

/** A task that runs a BSP program. Options of `run` hold, but those that the workflow gives. */
export type BspTaskOptions<D extends Dependencies, I> = CommonTaskOptions<D> &
  Omit<RunOptions, 'signal' | 'telemetry'> &
  (undefined extends I ? Partial<BspInput<D, I>> : BspInput<D, I>)

/** Where the input of a BSP program comes from. */
export interface BspInput<D extends Dependencies, I> {
  /** Makes the program's input of the outputs of what the task depends on. */
  input(inputs: InputsOf<D>): I | Promise<I>
}

/** Options of a workflow's run. */
export interface WorkflowRunOptions<K extends PropertyKey = string> {
  /** Ends the run: it rejects with `signal.reason`, once all tasks under way have ended. */
  signal?: AbortSignal
  /** Where events go, those of BSP programs included. Default: the process's `telemetry`. */
  telemetry?: EventBus
  /** Whose workers BSP programs run on. Default: those that `run` uses, one set for all. */
  runtime?: Runtime
  /** Most tasks under way at a time. Default: no limit. */
  concurrency?: number
  /** Outputs that are wanted: only their tasks run, and what these depend on. Default: all run. */
  only?: readonly K[]
}

/** When and how long a task ran. */
export interface TaskReport {
  task: string
  /** From the beginning of the workflow's run to that of the task, in milliseconds. */
  startMs: number
  /** Wall time of the task, all attempts together. */
  elapsedMs: number
  /** Attempts that it took: 1 without retries. */
  attempts: number
}

/** How a workflow's run ended. */
export interface WorkflowResult<T extends OutputTasks> {
  /** Outputs of the tasks that the workflow's function returned, under the same names. */
  outputs: OutputsOf<T>
  /** The tasks that ran, in the order in which they began. */
  tasks: TaskReport[]
  /** Wall time of everything. */
  elapsedMs: number
}

/** A task as plain data. */
export interface TaskDescription {
  name: string
  kind: 'task' | 'bsp'
  /** Names of tasks by names of inputs. */
  dependsOn: Record<string, string>
  retries: number
  /** Name of the computation, or the URL of its module. */
  computation?: string
  /** Processors, where the options say how many. */
  processors?: number
}

/** A workflow as plain data. */
export interface WorkflowDescription {
  name: string
  /** In the order in which they were defined, which is the order in which they begin. */
  tasks: TaskDescription[]
  /** Names of tasks by names of outputs. */
  outputs: Record<string, string>
}
