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

export interface WorkerPool {
  /** Workers. 1 without shared memory. */
  readonly size: number
  readonly sharedMemory: boolean
  readonly memory: PoolMemory
  readonly disposed: boolean
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
  /** Monotonic milliseconds. */
  nowMs(): number
  dispose(): Promise<void>
}
