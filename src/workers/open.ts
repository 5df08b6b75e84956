/**
 * Opens a pool: makes the memory, starts the workers, runs kernels on them. Shared memory where the
 * host allows it; otherwise one worker with a memory of its own, reached by messages.
 */

import { type Remote, releaseProxy, wrap } from 'comlink'
import { processorCount, spawnPoolWorker } from '#spawn'
import { loadWasmModule } from '#wasm'
import { DeviceLostError, DisposedError } from '../errors.js'
import { monotonicMs } from '../time/system.js'
import { type Member, PrivatePoolMemory, SharedPoolMemory } from './memory.js'
import type { PoolMemory, RunOptions, Snapshot, WorkerPool } from './pool.js'
import { createMemory, type PoolService } from './service.js'

/** How often a running kernel's snapshot is read. */
const SNAPSHOT_INTERVAL_MS = 33

/** What differs between shared and private memory while a run goes on. */
interface RunControl {
  /** Resets the control words. */
  begin(threads: number): void
  abort(): void
  snapshot(): Promise<Snapshot>
}

/**
 * @param options.threads workers to start; without shared memory always 1
 * @param options.sharedMemory whether workers share the memory with this thread
 * @throws DeviceLostError when a worker can't be started
 */
export async function openPool(options: {
  threads: number
  sharedMemory: boolean
}): Promise<WorkerPool> {
  const module = await loadWasmModule()
  const size = options.sharedMemory ? options.threads : 1
  const shared = options.sharedMemory ? createMemory() : undefined
  const members = Array.from({ length: size }, startMember)
  const failure = firstFailure(members)
  try {
    const opened = await Promise.race([
      Promise.all(
        members.map(({ worker, service }) =>
          worker.keepAlive(service.open(module, shared?.memory)),
        ),
      ),
      failure.promise,
    ])
    const { heapBase, limitBytes } = opened[0]
    const memory = shared
      ? new SharedPoolMemory(shared.memory, heapBase, shared.limitBytes)
      : new PrivatePoolMemory(members[0], heapBase, limitBytes)
    return new Pool(members, failure, memory)
  } catch (error) {
    await Promise.all(members.map(({ worker }) => worker.terminate()))
    throw error
  }
}

function startMember(): Member {
  const worker = spawnPoolWorker()
  return { worker, service: wrap<PoolService>(worker.endpoint) }
}

interface Failure {
  promise: Promise<never>
  /** Set once a worker has failed. */
  error: DeviceLostError | undefined
}

/** Rejects when any worker fails: comlink's calls to it would never settle. */
function firstFailure(members: readonly Member[]): Failure {
  const failure: Partial<Failure> = {}
  failure.promise = new Promise<never>((_, reject) => {
    for (const { worker } of members) {
      worker.onFailure((cause) => {
        failure.error ??= new DeviceLostError(
          `a worker of the pool stopped (${cause.message}); open the device again`,
          { cause },
        )
        reject(failure.error)
      })
    }
  })
  failure.promise.catch(() => {})
  return failure as Failure
}

class Pool implements WorkerPool {
  readonly size: number
  readonly sharedMemory: boolean
  readonly memory: PoolMemory
  readonly nowMs = monotonicMs
  readonly #members: readonly Member[]
  readonly #failure: Failure
  readonly #control: RunControl
  readonly #ended = new AbortController()
  /** Settles when the last queued run has ended. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(
    members: readonly Member[],
    failure: Failure,
    memory: SharedPoolMemory | PrivatePoolMemory,
  ) {
    this.size = members.length
    this.memory = memory
    this.sharedMemory = memory instanceof SharedPoolMemory
    this.#members = members
    this.#failure = failure
    this.#control =
      memory instanceof SharedPoolMemory
        ? sharedControl(memory)
        : privateControl(members[0].service)
  }

  get disposed(): boolean {
    return this.#ended.signal.aborted || this.#failure.error !== undefined
  }

  run(kernel: string, parameters: number, options: RunOptions = {}): Promise<void> {
    const run = this.#tail.then(() => this.#runNow(kernel, parameters, options))
    this.#tail = run.catch(() => {})
    return run
  }

  async #runNow(kernel: string, parameters: number, options: RunOptions): Promise<void> {
    const { signal, onSnapshot, threads = this.size } = options
    this.#check(signal)
    const members = this.#members.slice(0, threads)
    const control = this.#control
    control.begin(threads)
    const abort = () => control.abort()
    signal?.addEventListener('abort', abort)
    this.#ended.signal.addEventListener('abort', abort)
    const polling = onSnapshot === undefined ? undefined : poll(control, onSnapshot)
    try {
      // One that fails must not leave the others at a barrier; all end before the next run begins.
      const calls = members.map(({ worker, service }, thread) =>
        worker
          .keepAlive(service.start({ kernel, thread, threads, parameters }))
          .catch((error: unknown) => {
            control.abort()
            throw error
          }),
      )
      const settled = await Promise.race([Promise.allSettled(calls), this.#failure.promise])
      this.#check(signal)
      if (polling?.error !== undefined) throw polling.error.cause
      const failed = settled.find((call) => call.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    } finally {
      polling?.stop()
      signal?.removeEventListener('abort', abort)
      this.#ended.signal.removeEventListener('abort', abort)
      if (this.#failure.error !== undefined) control.abort()
    }
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#failure.error !== undefined) throw this.#failure.error
    if (this.disposed) throw new DisposedError('this worker pool')
    signal?.throwIfAborted()
  }

  async dispose(): Promise<void> {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    await this.#tail
    for (const { service } of this.#members) service[releaseProxy]()
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()))
  }
}

function sharedControl(memory: SharedPoolMemory): RunControl {
  return {
    begin: (threads) => memory.resetControl(threads <= processorCount()),
    abort: () => memory.abort(),
    snapshot: async () => memory.snapshot(),
  }
}

function privateControl(service: Remote<PoolService>): RunControl {
  return {
    begin() {},
    abort: () => void service.abort(),
    snapshot: () => service.snapshot(),
  }
}

interface Polling {
  stop(): void
  /** What the caller's function threw: it ends the run, which rejects with it. */
  error: { cause: unknown } | undefined
}

/** Reports each new step. */
function poll(control: RunControl, onSnapshot: (snapshot: Snapshot) => void): Polling {
  let step = 0
  const timer = setInterval(async () => {
    try {
      const snapshot = await control.snapshot()
      if (snapshot.step === step || polling.error !== undefined) return
      step = snapshot.step
      onSnapshot(snapshot)
    } catch (cause) {
      polling.error ??= { cause }
      control.abort()
    }
  }, SNAPSHOT_INTERVAL_MS)
  const polling: Polling = { stop: () => clearInterval(timer), error: undefined }
  return polling
}
