/** What travels between a pool's coordinator and its workers: one call a worker and run. */

import type { Reply } from '../packed-error.js'
import type { PoolJob, Snapshot } from './pool.js'

/** A kernel call on one worker. */
export interface StartRequest {
  kernel: string
  thread: number
  threads: number
  parameters: number
}

/** A job's call on one worker. */
export interface JobRequest extends PoolJob {
  thread: number
  threads: number
}

/** The calls that a coordinator makes. */
export interface PoolService {
  /**
   * Makes the kernels ready.
   *
   * @param memory the pool's shared memory; undefined makes a private one
   * @returns first address that may be handed out, and the memory's limit
   */
  open(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory | undefined,
  ): Promise<{ heapBase: number; limitBytes: number }>
  /** @returns the kernel's status: DONE, or ABORTED */
  start(request: StartRequest): Promise<number>
  /** The argument goes beside the request, so that comlink moves what is marked to be moved. */
  runJob(request: JobRequest, argument: unknown): Promise<Reply<unknown>>
  abort(): void
  snapshot(): Snapshot
  /** Makes the private memory reach `byteLength`. */
  grow(byteLength: number): void
  write(address: number, bytes: Uint8Array): void
  read(address: number, byteLength: number): Uint8Array
}
