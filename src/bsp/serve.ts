/**
 * For bundles: a worker file of the user's own, which the bundler finds, makes itself a worker that
 * knows one computation.
 */

import { serveMember } from '../transport/serve.js'
import type { Endpoint } from '../transport/transport.js'
import { type MemberArgument, runMember } from './member.js'
import type { AnyComputation } from './start.js'

/**
 * Serves a computation from a worker script, for `run(computation, { workerFactory })`.
 *
 * @example
 * ```js
 * // program.worker.js
 * import { serve } from 'ticktickclock/bsp'
 * import computation from './program.js'
 *
 * serve(computation)
 * ```
 *
 * ```js
 * // page
 * const workerFactory = () =>
 *   new Worker(new URL('./program.worker.js', import.meta.url), { type: 'module' })
 * const { result } = await run(computation, { input, workerFactory })
 * ```
 */
export function serve(computation: AnyComputation): void {
  serveMember((endpoint: Endpoint, argument: MemberArgument) =>
    runMember(endpoint, { ...argument, computation }),
  )
}
