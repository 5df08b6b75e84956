/**
 * The pool contract: workers around one WebAssembly memory. `devices/wasm` runs kernels on it, a
 * BSP transport puts mailboxes in its memory. `open.ts` makes one; workers are made nowhere else.
 */

/** Bytes in the pool's memory, by address. An address stays valid until it is freed. */
export interface PoolMemory {
  /** Most bytes that the memory may grow to. */
  readonly limitBytes: number
  /** Bytes handed out now. */
  readonly usedBytes: number
  /**
   * Address of `byteLength` bytes, aligned to 64, contents undefined. Grows the memory if needed.
   *
   * @throws MemoryLimitError before anything is taken
   */
  alloc(byteLength: number): Promise<number>
  free(address: number): void
  /**
   * The address of an array that lies in this memory, as this thread sees it, so that kernels can
   * use it where it lies. Undefined for any other.
   */
  addressOf(array: ArrayBufferView): number | undefined
  /** Copies in, in slices, so that the calling thread is never held for long. */
  write(address: number, bytes: Uint8Array, signal?: AbortSignal): Promise<void>
  /** Copies out into `into`, likewise. */
  read(address: number, into: Uint8Array, signal?: AbortSignal): Promise<void>
  /**
   * Words of shared memory, for atomic operations. To be asked for anew each time: what was made
   * before the memory grew sees the same words, but V8 11.3 wakes nobody through it.
   */
  words(address: number, count: number): Int32Array<SharedArrayBuffer>
}

/** State that a running kernel publishes. */
export interface Snapshot {
  /** Steps finished; what a step is, the kernel says. */
  step: number
  /** A figure of the kernel's own, for example a residual. */
  value: number
}

export interface RunOptions {
  /** Workers that take part, from 1 to `size`. Default all. */
  threads?: number
  signal?: AbortSignal
  /** Called at most about 30 times a second while the run goes on. */
  onSnapshot?: (snapshot: Snapshot) => void
}

/** Options of a job. */
export interface JobOptions extends RunOptions {
  /** Called with what each function returned, as soon as it has. */
  onReturn?: (value: unknown, thread: number) => void
}

/** A function of a module, run on the pool's workers in place of a kernel. */
export interface PoolJob {
  name: string
  /** URL of a module that exports the function `name`, unless the worker registered one. */
  module: string
}

/** What a job's function knows of its run. */
export interface JobContext {
  /** The pool's memory; its control words are those of the run. */
  readonly memory: WebAssembly.Memory
  readonly thread: number
  readonly threads: number
}

/** A job's function, called once on each worker. It may block its worker. */
export type JobFunction = (context: JobContext, argument: never) => unknown

export interface WorkerPool {
  /** Workers. 1 without shared memory. */
  readonly size: number
  readonly sharedMemory: boolean
  readonly memory: PoolMemory
  /** The memory itself, where this thread sees it. */
  readonly shared: WebAssembly.Memory | undefined
  readonly disposed: boolean
  /** Whether runs hold the thread that asks for them: it can do nothing beside. */
  readonly blocking: boolean
  /** Whether a run goes on or waits for its turn. */
  readonly busy: boolean
  /**
   * Runs one exported function of the WASM module on `threads` workers at once:
   * `kernel(thread, threads, parameters) → status`. Runs queue up; one is active at a time.
   *
   * @param kernel name of the export
   * @param parameters address of the kernel's parameter block
   * @throws `signal.reason` on abort, DisposedError when the pool goes, DeviceLostError when a
   *   worker dies
   */
  run(kernel: string, parameters: number, options?: RunOptions): Promise<void>
  /**
   * Runs a job's function on `threads` workers at once, in one queue with the kernels' runs.
   * Devices that it opens there (`kind: 'wasm'`, one thread) compute in place, on its thread and in
   * the pool's memory; what they hold, and what heaps of the workers have taken, goes with the run.
   *
   * An abort sets the control word ABORT and is answered at once; the pool stays busy until the
   * workers have come back, and memory that the job uses must stay as long.
   *
   * @param argumentOf the argument of each thread, called when the run's turn has come; must be
   *   such as comlink can send
   * @returns what the functions returned, in order of threads
   * @throws when all have ended, what the first of them in order of threads threw, as the class
   *   that it was where package or language have it; errors that only say that the run was stopped
   *   come last. `signal.reason` on abort, DisposedError when the pool goes, DeviceLostError when
   *   a worker dies
   */
  runJob(
    job: PoolJob,
    argumentOf: (thread: number) => unknown,
    options?: JobOptions,
  ): Promise<unknown[]>
  /** Monotonic milliseconds. */
  nowMs(): number
  dispose(): Promise<void>
}
