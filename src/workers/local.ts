/**
 * A pool of the one thread that it is opened on: a worker of another pool, while that runs a job.
 * Kernels run in the worker's own instance, on its memory, which the other threads see too. A call
 * holds its worker until it is done, without reports of progress: nobody waits for that worker's
 * events meanwhile.
 */

import { DisposedError } from '../errors.js'
import { monotonicMs } from '../time/system.js'
import { abortable } from '../turn.js'
import { Heap } from './heap.js'
import { findJob, type Jobs, stopError } from './jobs.js'
import { DONE, type Kernel } from './kernel.js'
import { PoolLife } from './life.js'
import { SharedPoolMemory } from './memory.js'
import type { JobOptions, PoolJob, RunOptions, WorkerPool } from './pool.js'
import { sharedTop } from './wasm-memory.js'

/** A pool's worker, as its service sees it. */
export interface Workplace {
  /** Shared with the worker's coordinator. */
  memory: WebAssembly.Memory
  kernels: WebAssembly.Exports
  jobs: Jobs
}

/** A job that runs on this thread. */
interface RunningJob extends Workplace {
  heap: Heap
  pools: Set<LocalPool>
}

let running: RunningJob | undefined

/**
 * From now on, pools of one thread that are opened on this one are local.
 *
 * @returns ends them all, and with them what they have handed out
 */
export function beginJob(place: Workplace): () => Promise<void> {
  const job = { ...place, heap: new Heap(sharedTop(place.memory)), pools: new Set<LocalPool>() }
  running = job
  return async () => {
    running = undefined
    await Promise.all([...job.pools].map((pool) => pool.dispose()))
  }
}

/** Whether this thread is a worker that runs a job over shared memory. */
export function isInJob(): boolean {
  return running !== undefined
}

/** A pool on this thread, if a job runs on it. */
export function openLocalPool(): WorkerPool | undefined {
  return running && new LocalPool(running)
}

/** Blocks of one local pool: they go with it. */
class LocalMemory extends SharedPoolMemory {
  readonly #life: PoolLife
  readonly #heap: Heap
  readonly #sizes = new Map<number, number>()
  #used = 0

  constructor(memory: WebAssembly.Memory, life: PoolLife, heap: Heap) {
    super(memory, life, heap)
    this.#life = life
    this.#heap = heap
  }

  override get usedBytes(): number {
    return this.#used
  }

  override async alloc(byteLength: number): Promise<number> {
    this.#life.throwIfEnded()
    const before = this.#heap.usedBytes
    const address = this.#heap.alloc(byteLength)
    const size = this.#heap.usedBytes - before
    this.#sizes.set(address, size)
    this.#used += size
    return address
  }

  override free(address: number): void {
    const size = this.#sizes.get(address)
    // After the pool's end its blocks may belong to others.
    if (size === undefined && this.#life.error !== undefined) return
    this.#heap.free(address)
    this.#sizes.delete(address)
    this.#used -= size ?? 0
  }

  freeAll(): void {
    for (const address of [...this.#sizes.keys()]) this.free(address)
  }
}

class LocalPool implements WorkerPool {
  readonly size = 1
  readonly sharedMemory = true
  readonly blocking = true
  readonly memory: LocalMemory
  readonly nowMs = monotonicMs
  readonly #job: RunningJob
  readonly #life = new PoolLife()
  #jobs = 0

  constructor(job: RunningJob) {
    this.#job = job
    this.memory = new LocalMemory(job.memory, this.#life, job.heap)
    job.pools.add(this)
  }

  get shared(): WebAssembly.Memory {
    return this.#job.memory
  }

  get disposed(): boolean {
    return this.#life.error !== undefined
  }

  get busy(): boolean {
    return this.#jobs > 0
  }

  async run(kernel: string, parameters: number, { signal }: RunOptions = {}): Promise<void> {
    this.#check(signal)
    const run = this.#job.kernels[kernel] as Kernel | undefined
    if (typeof run !== 'function') throw new Error(`no kernel is called "${kernel}"`)
    if (run(0, 1, parameters) !== DONE) throw stopError(kernel)
  }

  async runJob(
    job: PoolJob,
    argumentOf: (thread: number) => unknown,
    { signal, onReturn }: JobOptions = {},
  ): Promise<unknown[]> {
    this.#check(signal)
    this.#jobs++
    const work = this.#runJob(job, argumentOf(0)).finally(() => {
      this.#jobs--
    })
    const value = await this.#life.whileAlive(abortable(work, signal))
    onReturn?.(value, 0)
    return [value]
  }

  async #runJob(job: PoolJob, argument: unknown): Promise<unknown> {
    const { memory, jobs } = this.#job
    const run = await findJob(job, jobs)
    return run({ memory, thread: 0, threads: 1 }, argument as never)
  }

  #check(signal: AbortSignal | undefined): void {
    this.#life.throwIfEnded()
    signal?.throwIfAborted()
  }

  async dispose(): Promise<void> {
    this.#life.end(new DisposedError('this device'))
    this.#job.pools.delete(this)
    this.memory.freeAll()
  }
}
