/**
 * Workflows: tasks and BSP programs that depend on each other. Re-exports only.
 *
 * @module ticktickclock/workflow
 */

export type { ModuleOf } from '../bsp/start.js'
export { DefinitionError, TickTickClockError, WorkflowError } from '../errors.js'
export { type WorkflowBuilder, workflow } from './define.js'
export type {
  BspInput,
  BspTaskOptions,
  CommonTaskOptions,
  Dependencies,
  InputsOf,
  OutputsOf,
  OutputTasks,
  Task,
  TaskContext,
  TaskDescription,
  TaskOptions,
  TaskReport,
  WorkflowDescription,
  WorkflowResult,
  WorkflowRunOptions,
} from './types.js'
export type { Workflow } from './workflow.js'
