/**
 * What owns the workers of runs: a runtime opens a pool when the first run needs one, lets runs on
 * it queue, and closes it when it is disposed. `run` without a runtime uses one of its own that
 * closes by itself.
 */

import { adoptWorker, canShareMemory, processorCount } from '#spawn'
import { checkCallback, checkInteger, checkOptions } from '../check.js'
import { DisposedError, NotSupportedError } from '../errors.js'
import { MAX_THREADS } from '../limits.js'
import { openInline } from '../transport/inline.js'
import { openThreads } from '../transport/threads.js'
import type { Transport } from '../transport/transport.js'
import { openPool } from '../workers/open.js'
import type { WorkerPool } from '../workers/pool.js'
import type { OwnWorker } from '../workers/spawn.js'
import type { TransportKind } from './options.js'

/** Options of `createRuntime`. */
export interface RuntimeOptions {
  /** Workers of the pool, 1 to 256. Default: as many as the host has processors. */
  workers?: number
  /** Makes a worker whose script calls `serve(computation)`. Default: the package's own workers. */
  workerFactory?: () => OwnWorker
}

/** A run of a runtime, as `inspect` shows it. */
export interface RunInspection {
  computation: string
  transport: TransportKind
  processors: number
  status: string
  superstep: number
  /** What each processor is doing, by rank. */
  phases: readonly string[]
}

/** Bytes that a runtime's runs and pool use. */
export interface RuntimeMemory {
  /** Messages of the runs under way. */
  messages: { usedBytes: number; limitBytes: number }
  /** The pool's WASM memory; zeros without a pool. */
  pool: { usedBytes: number; limitBytes: number }
}

/** A run that the runtime knows of. */
export interface KnownRun {
  readonly name: string
  readonly processors: number
  readonly status: string
  readonly superstep: number
  transport: Transport | undefined
}

/** Transports for runs, and what they run on. */
export class TransportOwner {
  readonly #options: RuntimeOptions
  readonly runs = new Set<KnownRun>()
  #pool: Promise<WorkerPool> | undefined
  #opened: WorkerPool | undefined
  #tail: Promise<unknown> = Promise.resolve()
  #isDisposed = false

  constructor(options: RuntimeOptions) {
    checkOptions('options', options, ['workers', 'workerFactory'])
    checkCallback('workerFactory', options.workerFactory)
    if (options.workers !== undefined) checkInteger('workers', options.workers, 1, MAX_THREADS)
    this.#options = options
  }

  /** Whether its workers bring their computation. */
  get hasOwnWorkers(): boolean {
    return this.#options.workerFactory !== undefined
  }

  get workers(): number {
    return this.#opened?.size ?? 0
  }

  get disposed(): boolean {
    return this.#isDisposed
  }

  /** Runs on threads follow one another; inline runs share the thread anyway. */
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
    const before = this.#tail
    const mine = before.then(
      () => this.#useThreads(work),
      () => this.#useThreads(work),
    )
    this.#tail = mine
    return mine
  }

  async #useThreads<T>(
    work: (transport: Transport, discard: () => void) => Promise<T>,
  ): Promise<T> {
    this.#checkAlive()
    const pool = await this.#openPool()
    return work(openThreads(pool), () => void pool.dispose())
  }

  async #openPool(): Promise<WorkerPool> {
    if (this.#opened?.disposed) this.#pool = undefined
    const { workers = Math.min(MAX_THREADS, processorCount()), workerFactory } = this.#options
    const spawn = workerFactory && (() => adoptWorker(workerFactory()))
    this.#pool ??= openPool({ threads: workers, sharedMemory: true, spawn })
    try {
      this.#opened = await this.#pool
    } catch (error) {
      this.#pool = undefined
      throw error
    }
    if (this.#isDisposed) await this.#opened.dispose()
    return this.#opened
  }

  memory(): RuntimeMemory {
    const messages = { usedBytes: 0, limitBytes: 0 }
    for (const { transport } of this.runs) {
      const { usedBytes, limitBytes } = transport?.memory() ?? messages
      messages.usedBytes += usedBytes
      messages.limitBytes += limitBytes
    }
    const { usedBytes = 0, limitBytes = 0 } = this.#opened?.memory ?? {}
    return { messages, pool: { usedBytes, limitBytes } }
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    const pool = await this.#pool?.catch(() => undefined)
    await pool?.dispose()
  }

  #checkAlive(): void {
    if (this.#isDisposed) throw new DisposedError('this runtime')
  }
}
