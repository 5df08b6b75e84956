/**
 * Chooses and owns transports: inline ones cost nothing, those over workers use pools that are
 * opened when the first run needs them. The only file that knows all kinds.
 */

import { adoptWorker, canShareMemory, processorCount } from '#spawn'
import type { OwnWorker } from '../config.js'
import { DisposedError, NotSupportedError } from '../errors.js'
import { MAX_THREADS } from '../limits.js'
import { openPool } from '../workers/open.js'
import type { WorkerPool } from '../workers/pool.js'
import { openInline } from './inline.js'
import { openThreads } from './threads.js'
import { openTransfer } from './transfer.js'
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
  /** Makes a worker that serves jobs; see serve.ts. Default: the package's own workers. */
  workerFactory?: (() => OwnWorker) | undefined
}

/** Bytes in use, and the most that may be. */
export interface MemoryUse {
  usedBytes: number
  limitBytes: number
}

/** Kinds whose members are workers. */
type WorkerKind = Exclude<TransportKind, 'inline'>

/** Transports for runs, and the workers that they run on. */
export class TransportOwner {
  readonly #options: PoolOptions
  readonly #sets: Readonly<Record<WorkerKind, WorkerSet>>
  /** Settles when the last run on workers has ended. */
  #tail: Promise<unknown> = Promise.resolve()
  #isDisposed = false

  constructor(options: PoolOptions) {
    this.#options = options
    const { workers = Math.min(MAX_THREADS, processorCount()), workerFactory } = options
    const spawn = workerFactory && (() => adoptWorker(workerFactory()))
    const alone = () => openPool({ threads: 1, sharedMemory: false, spawn })
    this.#sets = {
      threads: new WorkerSet(1, () => openPool({ threads: workers, sharedMemory: true, spawn })),
      transfer: new WorkerSet(workers, alone),
    }
  }

  /** Whether its workers bring the program that they run. */
  get hasOwnWorkers(): boolean {
    return this.#options.workerFactory !== undefined
  }

  /** Workers that have been started. */
  get workers(): number {
    const { threads, transfer } = this.#sets
    return threads.workers + transfer.workers
  }

  get disposed(): boolean {
    return this.#isDisposed
  }

  /** Memory of the pools; zeros without any. */
  get memory(): MemoryUse {
    const { threads, transfer } = this.#sets
    const [one, other] = [threads.memory, transfer.memory]
    return {
      usedBytes: one.usedBytes + other.usedBytes,
      limitBytes: one.limitBytes + other.limitBytes,
    }
  }

  /**
   * Gives a transport that is free, for as long as `work` takes: runs on workers follow one
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
    if (kind === 'threads' && !canShareMemory()) {
      throw new NotSupportedError(
        "transport 'threads' needs shared memory: a cross-origin isolated page (headers " +
          'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: ' +
          "require-corp); transport 'transfer' has workers without it, 'inline' works anywhere",
      )
    }
    const set = this.#sets[kind]
    const run = async () => {
      this.#checkAlive()
      const pools = await set.open()
      const transport = kind === 'threads' ? openThreads(pools[0]) : openTransfer(pools)
      return work(transport, () => void set.close())
    }
    const mine = this.#tail.then(run, run)
    this.#tail = mine
    return mine
  }

  /** Ends the workers, and with them what runs there. */
  async dispose(): Promise<void> {
    this.#isDisposed = true
    await Promise.all(Object.values(this.#sets).map((set) => set.close()))
  }

  #checkAlive(): void {
    if (this.#isDisposed) throw new DisposedError('this runtime')
  }
}

/** Pools of one kind: opened together when first needed, and anew when one has gone. */
class WorkerSet {
  readonly #count: number
  readonly #openOne: () => Promise<WorkerPool>
  #opening: Promise<WorkerPool[]> | undefined
  #pools: readonly WorkerPool[] = []

  constructor(count: number, openOne: () => Promise<WorkerPool>) {
    this.#count = count
    this.#openOne = openOne
  }

  get workers(): number {
    return this.#pools.reduce((sum, { size }) => sum + size, 0)
  }

  get memory(): MemoryUse {
    const sum = (of: (pool: WorkerPool) => number) =>
      this.#pools.reduce((total, pool) => total + of(pool), 0)
    return {
      usedBytes: sum(({ memory }) => memory.usedBytes),
      limitBytes: sum(({ memory }) => memory.limitBytes),
    }
  }

  async open(): Promise<readonly WorkerPool[]> {
    if (this.#pools.some(({ disposed }) => disposed)) await this.close()
    this.#opening ??= openAll(this.#count, this.#openOne)
    try {
      this.#pools = await this.#opening
    } catch (error) {
      this.#opening = undefined
      throw error
    }
    return this.#pools
  }

  async close(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    const pools = (await opening?.catch(() => [])) ?? []
    await Promise.all(pools.map((pool) => pool.dispose()))
  }
}

/** All pools, or none. */
async function openAll(count: number, openOne: () => Promise<WorkerPool>): Promise<WorkerPool[]> {
  const opened = await Promise.allSettled(Array.from({ length: count }, openOne))
  const pools = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = opened.find((each) => each.status === 'rejected')
  if (failed === undefined) return pools
  await Promise.all(pools.map((pool) => pool.dispose()))
  throw failed.reason
}
