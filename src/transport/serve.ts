/**
 * Makes a worker script of the user's own a worker of pools, which brings the program that it runs:
 * for bundles, where no module can be loaded by its URL.
 */

import { servePool } from '#serve'
import type { JobContext } from '../workers/pool.js'
import type { RunMember } from './members.js'
import { MEMBER_JOB } from './threads.js'
import { enterThreads, type MemberRequest } from './threads-member.js'
import { TRANSFER_JOB } from './transfer.js'
import { enterTransfer } from './transfer-member.js'
import type { TransferRequest } from './transfer-protocol.js'

/**
 * To be called once, while the worker's script starts.
 *
 * @param run what its members do
 */
export function serveMember(run: RunMember): void {
  servePool({
    [MEMBER_JOB.name]: (context: JobContext, request: MemberRequest) =>
      enterThreads(context, request, run),
    [TRANSFER_JOB.name]: (context: JobContext, request: TransferRequest) =>
      enterTransfer(context, request, run),
  })
}
