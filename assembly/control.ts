// What all kernels share: the control words at the start of memory (addresses in
// src/workers/control.ts, the one source for both sides), the barrier and the abort flag.
import {
  ABORT,
  BARRIER_ARRIVED,
  BARRIER_GENERATION,
  SLICE_BLOCKS,
  SNAPSHOT_STEP,
  SNAPSHOT_VALUE,
  SPIN_LIMIT,
} from '../src/workers/control'

// Results of a kernel call.
export const DONE: i32 = 0
export const AGAIN: i32 = 1
export const ABORTED: i32 = 2

// A dead worker never arrives: a wait wakes up by itself to look at the abort flag (nanoseconds).
const WAIT_NS: i64 = 20_000_000

/** First address that kernels and the host may use. */
export function heapBase(): usize {
  return __heap_base
}

export function isAborted(): bool {
  return atomic.load<i32>(ABORT) != 0
}

let blocksLeft: i32 = 0

/** A kernel's call begins with this. */
export function beginSlice(): void {
  blocksLeft = load<i32>(SLICE_BLOCKS)
}

/** After each block of work: true when the call must return AGAIN. Never if calls are unlimited. */
export function sliceEnds(): bool {
  return blocksLeft != 0 && --blocksLeft == 0
}

/** Tells the host how far a run is. One thread calls it. */
export function publish(step: i32, value: f64): void {
  store<f64>(SNAPSHOT_VALUE, value)
  atomic.store<i32>(SNAPSHOT_STEP, step)
}

// The generation that this thread waits to see the end of. A global, not a local: the first
// compiler of V8 11.3 (Node 20) overwrites a local that is handed to an atomic wait.
let awaited: i32 = 0

/**
 * Waits until all threads have arrived; true means the run was aborted and must end.
 * Counter and generation (Herlihy and Shavit, "The Art of Multiprocessor Programming", ch. 17).
 */
export function barrier(threads: i32): bool {
  if (threads == 1) return isAborted()
  awaited = atomic.load<i32>(BARRIER_GENERATION)
  if (atomic.add<i32>(BARRIER_ARRIVED, 1) == threads - 1) {
    atomic.store<i32>(BARRIER_ARRIVED, 0)
    atomic.add<i32>(BARRIER_GENERATION, 1)
    atomic.notify(BARRIER_GENERATION, -1)
    return isAborted()
  }
  for (let spin = load<i32>(SPIN_LIMIT); spin > 0; spin--) {
    if (atomic.load<i32>(BARRIER_GENERATION) != awaited) return isAborted()
  }
  while (atomic.load<i32>(BARRIER_GENERATION) == awaited) {
    if (isAborted()) return true
    atomic.wait<i32>(BARRIER_GENERATION, awaited, WAIT_NS)
  }
  return isAborted()
}
