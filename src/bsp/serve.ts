/**
 * For bundles: a worker file of the user's own, which the bundler finds, makes itself a worker of a
 * pool that knows one computation.
 */

import { servePool } from '#serve'
import { enterThreads, type MemberRequest } from '../transport/threads-member.js'
import { MEMBER_JOB } from '../transport/threads.js'
import type { JobContext } from '../workers/pool.js'
import type { AnyComputation } from './coordinator.js'
import { runMember } from './member.js'

/**
 * Serves a computation from a worker script, for `run(computation, { workerFactory })`.
 *
 * @example
 * ```ts
 * // program.worker.js
 * import { serve } from 'ticktickclock/bsp'
 * import computation from './program.js'
 * serve(computation)
 * // page
 * run(computation, {
 *   input,
 *   workerFactory: () => new Worker(new URL('./program.worker.js', import.meta.url), { type: 'module' }),
 * })
 * ```
 */
export function serve(computation: AnyComputation): void {
  servePool({
    [MEMBER_JOB.name]: (context: JobContext, { argument, ...rest }: MemberRequest) => {
      const own = { ...(argument as object), computation }
      return enterThreads(context, { ...rest, argument: own }, runMember)
    },
  })
}
