/** The error class of workflows; errors.ts has all. */

import { TickTickClockError } from './errors-base.js'

/**
 * A task of a workflow failed: `cause` is what it threw. All others have ended when it is thrown.
 *
 * @example
 * ```ts
 * const pipeline = workflow('pipeline', (w) => {
 *   const load = w.task('load', {
 *     run: () => {
 *       throw new Error('no such file')
 *     },
 *   })
 *   w.task('train', { dependsOn: { data: load }, run: () => 1 })
 * })
 * const error = await pipeline.run().catch((error: unknown) => error)
 * if (error instanceof WorkflowError) console.log(error.task, error.skipped) // load [ 'train' ]
 * ```
 */
export class WorkflowError extends TickTickClockError {
  /** Name of the workflow. */
  readonly workflow: string
  /** Name of the task that failed first. */
  readonly task: string
  /** Tasks under way, which were told to stop by their signals. */
  readonly aborted: readonly string[]
  /** Tasks that never began. */
  readonly skipped: readonly string[]

  constructor(
    where: Pick<WorkflowError, 'workflow' | 'task' | 'aborted' | 'skipped'>,
    problem: string,
    options?: { cause?: unknown },
  ) {
    const { workflow, task, aborted, skipped } = where
    const others = [listed('aborted', aborted), listed('skipped', skipped)].join('')
    super(
      'ERR_TTC_WORKFLOW',
      `workflow "${workflow}": task "${task}" failed: ${problem}${others}`,
      options,
    )
    this.workflow = workflow
    this.task = task
    this.aborted = aborted
    this.skipped = skipped
  }
}

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const shown = names.slice(0, 8).map((name) => `"${name}"`)
  if (names.length > 8) shown.push(`${names.length - 8} more`)
  return `; ${what}: ${shown.join(', ')}`
}
