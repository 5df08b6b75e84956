/** A task as the workflow's own parts know it: made by define.ts, run by execute.ts. */

import type { Runtime } from '../bsp/coordinator.js'
import type { TaskContext, TaskDescription } from './types.js'

/** What a task is run with. */
export interface PerformContext extends TaskContext {
  readonly runtime: Runtime | undefined
}

/** A task. Its dependencies are known when all tasks are. */
export interface TaskNode {
  readonly name: string
  /** Position in the order of definition. */
  readonly index: number
  readonly retries: number
  /** Dependencies, by names of inputs. */
  readonly dependsOn: Map<string, TaskNode>
  perform(inputs: never, context: PerformContext): unknown
  readonly about: Pick<TaskDescription, 'kind' | 'computation' | 'processors'>
}

/** A task, and all that it needs, however far away. */
export function withDependencies(wanted: Iterable<TaskNode>): Set<TaskNode> {
  const needed = new Set(wanted)
  // A set is walked in the order of insertion, what is added on the way included.
  for (const { dependsOn } of needed) for (const each of dependsOn.values()) needed.add(each)
  return needed
}
