/**
 * Opens a pool: makes the memory, starts the workers, runs kernels on them. Shared memory where the
 * host allows it; otherwise one worker with a memory of its own, reached by messages.
 */

import { type Remote, releaseProxy, wrap } from 'comlink'
import { processorCount, spawnPoolWorker } from '#spawn'
import { loadWasmModule } from '#wasm'
import { DeviceLostError, DisposedError } from '../errors.js'
import { monotonicMs } from '../time/system.js'
import { abortable } from '../turn.js'
import { PoolLife } from './life.js'
import { type Member, PrivatePoolMemory, SharedPoolMemory } from './memory.js'
import type { PoolMemory, RunOptions, Snapshot, WorkerPool } from './pool.js'
import { createMemory, DONE, type PoolService } from './service.js'

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
  const life = new PoolLife()
  for (const { worker } of members) {
    worker.onFailure((cause) => {
      const problem = `a worker of the pool stopped (${cause.message}); open the device again`
      life.end(new DeviceLostError(problem, { cause }))
    })
  }
  try {
    const opening = members.map(({ worker, service }) =>
      worker.keepAlive(life.whileAlive(service.open(module, shared?.memory))),
    )
    const [{ heapBase, limitBytes }] = await Promise.all(opening)
    const memory = shared
      ? new SharedPoolMemory(shared.memory, heapBase, shared.limitBytes, life)
      : new PrivatePoolMemory(members[0], heapBase, limitBytes, life)
    return new Pool(members, memory, life)
  } catch (error) {
    await Promise.all(members.map(({ worker }) => worker.terminate()))
    throw error
  }
}

function startMember(): Member {
  const worker = spawnPoolWorker()
  return { worker, service: wrap<PoolService>(worker.endpoint) }
}

class Pool implements WorkerPool {
  readonly size: number
  readonly sharedMemory: boolean
  readonly memory: PoolMemory
  readonly nowMs = monotonicMs
  readonly #members: readonly Member[]
  readonly #life: PoolLife
  readonly #control: RunControl
  /** Settles when the last queued run has ended. */
  #tail: Promise<void> = Promise.resolve()
  #disposal: Promise<unknown> | undefined

  constructor(
    members: readonly Member[],
    memory: SharedPoolMemory | PrivatePoolMemory,
    life: PoolLife,
  ) {
    this.size = members.length
    this.memory = memory
    this.sharedMemory = memory instanceof SharedPoolMemory
    this.#members = members
    this.#life = life
    this.#control =
      memory instanceof SharedPoolMemory
        ? sharedControl(memory)
        : privateControl(members[0].service, life)
    // Some may still wait at a barrier when a worker has died.
    life.ended.catch(() => this.#control.abort())
  }

  get disposed(): boolean {
    return this.#life.error !== undefined
  }

  async run(kernel: string, parameters: number, options: RunOptions = {}): Promise<void> {
    const before = this.#tail
    let end: () => void = () => {}
    this.#tail = new Promise((resolve) => {
      end = resolve
    })
    try {
      // An abort is answered while the run still waits for its turn.
      await this.#life.whileAlive(abortable(before, options.signal))
      await this.#runNow(kernel, parameters, options)
    } finally {
      void before.then(end)
    }
  }

  async #runNow(kernel: string, parameters: number, options: RunOptions): Promise<void> {
    const { signal, onSnapshot, threads = this.size } = options
    this.#check(signal)
    const control = this.#control
    control.begin(threads)
    const abort = () => control.abort()
    signal?.addEventListener('abort', abort)
    const polling = onSnapshot === undefined ? undefined : poll(control, onSnapshot)
    try {
      // One that fails must not leave the others at a barrier; all end before the next run begins.
      const calls = this.#members.slice(0, threads).map(async ({ worker, service }, thread) => {
        try {
          return await worker.keepAlive(service.start({ kernel, thread, threads, parameters }))
        } catch (error) {
          control.abort()
          throw error
        }
      })
      const settled = await this.#life.whileAlive(Promise.allSettled(calls))
      this.#check(signal)
      if (polling?.error !== undefined) throw polling.error.cause
      for (const call of settled) if (call.status === 'rejected') throw call.reason
      const isDone = settled.every((call) => call.status === 'fulfilled' && call.value === DONE)
      if (!isDone) throw new Error(`kernel "${kernel}" was stopped before its end`)
    } finally {
      polling?.stop()
      signal?.removeEventListener('abort', abort)
    }
  }

  #check(signal: AbortSignal | undefined): void {
    this.#life.throwIfEnded()
    signal?.throwIfAborted()
  }

  async dispose(): Promise<void> {
    this.#life.end(new DisposedError('this device'))
    this.#disposal ??= Promise.all(
      this.#members.map(({ worker, service }) => {
        service[releaseProxy]()
        return worker.terminate()
      }),
    )
    await this.#disposal
  }
}

function sharedControl(memory: SharedPoolMemory): RunControl {
  return {
    begin: (threads) => memory.resetControl(threads <= processorCount()),
    abort: () => memory.abort(),
    snapshot: async () => memory.snapshot(),
  }
}

function privateControl(service: Remote<PoolService>, life: PoolLife): RunControl {
  return {
    begin() {},
    abort() {
      if (life.error === undefined) service.abort()
    },
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
  let stopped = false
  const timer = setInterval(async () => {
    try {
      const snapshot = await control.snapshot()
      if (stopped || snapshot.step === step || polling.error !== undefined) return
      step = snapshot.step
      onSnapshot(snapshot)
    } catch (cause) {
      if (stopped) return
      polling.error ??= { cause }
      control.abort()
    }
  }, SNAPSHOT_INTERVAL_MS)
  const stop = () => {
    stopped = true
    clearInterval(timer)
  }
  const polling: Polling = { stop, error: undefined }
  return polling
}
