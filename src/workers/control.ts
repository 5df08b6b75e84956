// Addresses of the control words at the start of a pool's memory, each on its own cache line.
// Compiled twice, by TypeScript and by AssemblyScript (assembly/control.ts): constants only.

/** i32, not 0: kernels stop. Set by the host. */
export const ABORT = 64
/** i32: threads that wait at the barrier. */
export const BARRIER_ARRIVED = 128
/** i32: barriers passed; threads wait on it. */
export const BARRIER_GENERATION = 192
/** i32: polls of the generation before a thread sleeps; 0 with more threads than cores. */
export const SPIN_LIMIT = 256
/** i32: steps finished in this run. */
export const SNAPSHOT_STEP = 320
/** f64: a figure of the kernel's own. */
export const SNAPSHOT_VALUE = 328
/** i32: blocks of work before a kernel returns AGAIN; 0 for no limit. For unshared memory. */
export const SLICE_BLOCKS = 384
/** First address behind the words of a run, which are reset before each. */
export const RUN_END = 448
/** i32: first address above all blocks handed out, in units of 64 bytes. Heaps of all threads. */
export const HEAP_TOP = 448
/** i32: most that HEAP_TOP may be, likewise. */
export const HEAP_LIMIT = 452
/** i32: see `isBufferOf` in wasm-memory.ts. */
export const PROBE = 456
/** First address behind the control words. */
export const CONTROL_END = 512
