/**
 * Opens a pool: makes the memory, starts the workers, runs kernels on them. Shared memory where the
 * host allows it; otherwise one worker with a memory of its own, reached by messages.
 */

import { type Remote, releaseProxy, wrap } from 'comlink'
import { processorCount, spawnPoolWorker } from '#spawn'
import { loadWasmModule } from '#wasm'
import { readConfig } from '../config.js'
import { DeviceLostError, DisposedError } from '../errors.js'
import { unpackError } from '../packed-error.js'
import { monotonicMs } from '../time/system.js'
import { abortable } from '../turn.js'
import { isStop } from './jobs.js'
import { DONE } from './kernel.js'
import { PoolLife } from './life.js'
import { openLocalPool } from './local.js'
import { type Member, PrivatePoolMemory, SharedPoolMemory } from './memory.js'
import type { JobOptions, PoolJob, PoolMemory, RunOptions, Snapshot, WorkerPool } from './pool.js'
import type { PoolService } from './protocol.js'
import type { SpawnedWorker } from './spawn.js'
import { createMemory, initialiseTop } from './wasm-memory.js'

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
 * A pool of one thread that is opened in a worker, while that runs a job of a pool, is the worker
 * itself; see local.ts.
 *
 * @param options.threads workers to start; without shared memory always 1
 * @param options.sharedMemory whether workers share the memory with this thread
 * @param options.spawn starts a worker that calls `servePool`. Default: the package's own
 * @throws DeviceLostError when a worker can't be started
 */
export async function openPool(options: {
  threads: number
  sharedMemory: boolean
  spawn?: () => SpawnedWorker
}): Promise<WorkerPool> {
  const { sharedMemory, spawn = spawnPoolWorker } = options
  const size = sharedMemory ? options.threads : 1
  const local = size === 1 && !options.spawn ? openLocalPool() : undefined
  if (local !== undefined) return local
  const module = await loadWasmModule()
  const shared = sharedMemory ? createMemory() : undefined
  const members: Member[] = []
  const life = new PoolLife()
  try {
    const starting = { isOver: false }
    while (members.length < size) members.push(startMember(spawn, life, starting))
    const opening = members.map(({ worker, service }) =>
      worker.keepAlive(life.whileAlive(service.open(module, shared?.memory))),
    )
    const [{ heapBase, limitBytes }] = await allInTime(opening)
    starting.isOver = true
    if (shared === undefined) {
      const memory = new PrivatePoolMemory(members[0], heapBase, limitBytes, life)
      return new Pool(members, memory, life)
    }
    initialiseTop(shared.memory, heapBase, shared.limitBytes)
    return new Pool(members, new SharedPoolMemory(shared.memory, life), life)
  } catch (error) {
    await Promise.all(members.map(({ worker }) => worker.terminate()))
    throw error
  }
}

function startMember(
  spawn: () => SpawnedWorker,
  life: PoolLife,
  starting: { isOver: boolean },
): Member {
  const worker = spawn()
  worker.onFailure((cause) => {
    const problem = starting.isOver
      ? `a worker of the pool stopped (${cause.message}); open the device again`
      : `a worker of the pool could not start (${cause.message})`
    life.end(new DeviceLostError(problem, { cause }))
  })
  return { worker, service: wrap<PoolService>(worker.endpoint) }
}

/** @throws DeviceLostError when a worker says nothing: its script may be none of a pool's */
async function allInTime<T>(opening: readonly Promise<T>[]): Promise<T[]> {
  const { barrierTimeoutMs } = readConfig()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const problem =
        `a worker of the pool did not answer within ${barrierTimeoutMs} ms: does its script ` +
        "import 'ticktickclock/pool-worker', or call serve()? If it only needs longer, raise " +
        '"barrierTimeoutMs" of configure()'
      reject(new DeviceLostError(problem))
    }, barrierTimeoutMs)
  })
  try {
    return await Promise.race([Promise.all(opening), late])
  } finally {
    clearTimeout(timer)
  }
}

class Pool implements WorkerPool {
  readonly size: number
  readonly sharedMemory: boolean
  readonly blocking = false
  readonly memory: PoolMemory
  readonly shared: WebAssembly.Memory | undefined
  readonly nowMs = monotonicMs
  readonly #members: readonly Member[]
  readonly #life: PoolLife
  readonly #control: RunControl
  /** Runs that go on or wait. */
  #runs = 0
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
    this.shared = memory instanceof SharedPoolMemory ? memory.shared : undefined
    this.sharedMemory = this.shared !== undefined
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

  get busy(): boolean {
    return this.#runs > 0
  }

  run(kernel: string, parameters: number, options: RunOptions = {}): Promise<void> {
    return this.#inTurn(options.signal, false, async () => {
      const settled = await this.#callAll(options, (service, thread, threads) =>
        service.start({ kernel, thread, threads, parameters }),
      )
      for (const call of settled) if (call.status === 'rejected') throw call.reason
      const isDone = settled.every((call) => call.status === 'fulfilled' && call.value === DONE)
      if (!isDone) throw new Error(`kernel "${kernel}" was stopped before its end`)
    })
  }

  runJob(
    job: PoolJob,
    argumentOf: (thread: number) => unknown,
    options: JobOptions = {},
  ): Promise<unknown[]> {
    const { name, module } = job
    return this.#inTurn(options.signal, true, async () => {
      const { threads = this.size } = options
      const values = Array.from({ length: threads }, (_, thread) => argumentOf(thread))
      try {
        const settled = await this.#callAll(options, async (service, thread) => {
          const reply = await service.runJob({ name, module, thread, threads }, values[thread])
          if ('error' in reply) throw unpackError(reply.error)
          options.onReturn?.(reply.value, thread)
          return reply.value
        })
        return resultsOf(settled)
      } finally {
        const { memory } = this
        if (!this.disposed && memory instanceof SharedPoolMemory) memory.reclaim()
      }
    })
  }

  /**
   * Does the work when all earlier runs have ended. An abort is answered at once while the work
   * waits, and also while it goes on if `atOnce`; it keeps its turn until its end.
   */
  async #inTurn<T>(
    signal: AbortSignal | undefined,
    atOnce: boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    const before = this.#tail
    let next: () => void = () => {}
    this.#tail = new Promise((resolve) => {
      next = resolve
    })
    this.#runs++
    const end = () => {
      this.#runs--
      next()
    }
    let working: Promise<T> | undefined
    let hasEnded = false
    try {
      await this.#life.whileAlive(abortable(before, signal))
      working = work().finally(() => {
        hasEnded = true
      })
      return await (atOnce ? abortable(working, signal) : working)
    } finally {
      if (hasEnded) end()
      else void Promise.allSettled([before, working]).then(end)
    }
  }

  /** Calls each worker that takes part, and waits until all have come back. */
  async #callAll<T>(
    { signal, onSnapshot, threads = this.size }: RunOptions,
    call: (service: Remote<PoolService>, thread: number, threads: number) => Promise<T>,
  ): Promise<PromiseSettledResult<T>[]> {
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
          return await worker.keepAlive(call(service, thread, threads))
        } catch (error) {
          control.abort()
          throw error
        }
      })
      const settled = await this.#life.whileAlive(Promise.allSettled(calls))
      this.#check(signal)
      if (polling?.error !== undefined) throw polling.error.cause
      return settled
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

/** @throws the first error in order of threads; those of workers that were stopped come last */
function resultsOf(settled: readonly PromiseSettledResult<unknown>[]): unknown[] {
  const errors = settled.flatMap((call) => (call.status === 'rejected' ? [call.reason] : []))
  if (errors.length > 0) throw errors.find((error) => !isStop(error)) ?? errors[0]
  return settled.map((call) => (call.status === 'fulfilled' ? call.value : undefined))
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
