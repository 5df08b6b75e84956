/**
 * Chooses and owns transports: inline ones cost nothing, those over threads share a pool that is
 * opened when the first run needs it. The only file that knows both kinds.
 */

import { adoptWorker, canShareMemory, processorCount } from '#spawn'
import { DisposedError, NotSupportedError } from '../errors.js'
import { MAX_THREADS } from '../limits.js'
import { openPool } from '../workers/open.js'
import type { OwnWorker } from '../workers/own-worker.js'
import type { WorkerPool } from '../workers/pool.js'
import { openInline } from './inline.js'
import { openThreads } from './threads.js'
import type { Transport, TransportKind } from './transport.js'

export type { OwnWorker }

/** Processors of the host. */
export const hostProcessorCount: () => number = processorCount

/** Whether the host has shared memory, which threads need. */
export const hasSharedMemory: () => boolean = canShareMemory

/** What a pool is made of. */
export interface PoolOptions {
  /** Workers, 1 to 256. Default: as many as the host has processors. */
  workers?: number | undefined
  /** Makes a worker that serves jobs; see threads-serve.ts. Default: the package's own workers. */
  workerFactory?: (() => OwnWorker) | undefined
}

/** Bytes in use, and the most that may be. */
export interface MemoryUse {
  usedBytes: number
  limitBytes: number
}

/** Transports for runs, and the pool that they run on. */
export class TransportOwner {
  readonly #options: PoolOptions
  #opening: Promise<WorkerPool> | undefined
  #pool: WorkerPool | undefined
  /** Settles when the last run on threads has ended. */
  #tail: Promise<unknown> = Promise.resolve()
  #isDisposed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Whether its workers bring the program that they run. */
  get hasOwnWorkers(): boolean {
    return this.#options.workerFactory !== undefined
  }

  /** Workers that have been started. */
  get workers(): number {
    return this.#pool?.size ?? 0
  }

  get disposed(): boolean {
    return this.#isDisposed
  }

  /** The pool's memory; zeros without a pool. */
  get memory(): MemoryUse {
    const { usedBytes = 0, limitBytes = 0 } = this.#pool?.memory ?? {}
    return { usedBytes, limitBytes }
  }

  /**
   * Gives a transport that is free, for as long as `work` takes: runs on threads follow one
   * another. `discard` ends it, workers and all: for members that don't come back.
   *
   * @throws DisposedError; NotSupportedError for threads without shared memory
   */
  async use<T>(
    kind: TransportKind,
    work: (transport: Transport, discard: () => void) => Promise<T>,
  ): Promise<T> {
    this.#checkAlive()
    if (kind === 'inline') return work(openInline(), () => {})
    if (!canShareMemory()) {
      throw new NotSupportedError(
        "transport 'threads' needs shared memory: a cross-origin isolated page (headers " +
          'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: ' +
          "require-corp); transport 'inline' works anywhere",
      )
    }
    const run = async () => {
      const pool = await this.#openPool()
      return work(openThreads(pool), () => void pool.dispose())
    }
    const mine = this.#tail.then(run, run)
    this.#tail = mine
    return mine
  }

  async #openPool(): Promise<WorkerPool> {
    this.#checkAlive()
    if (this.#pool?.disposed) {
      this.#opening = undefined
      // Of one whose worker has died, the others are still there.
      await this.#pool.dispose()
    }
    const { workers = Math.min(MAX_THREADS, processorCount()), workerFactory } = this.#options
    const spawn = workerFactory && (() => adoptWorker(workerFactory()))
    this.#opening ??= openPool({ threads: workers, sharedMemory: true, spawn })
    try {
      this.#pool = await this.#opening
    } catch (error) {
      this.#opening = undefined
      throw error
    }
    return this.#pool
  }

  /** Ends the pool, and with it what runs on it. */
  async dispose(): Promise<void> {
    this.#isDisposed = true
    const pool = await this.#opening?.catch(() => undefined)
    await pool?.dispose()
  }

  #checkAlive(): void {
    if (this.#isDisposed) throw new DisposedError('this runtime')
  }
}
