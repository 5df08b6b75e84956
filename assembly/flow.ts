// The workers' side of a flow (src/kernels/arrays/wasm-flow.ts): block b of a column lies in a
// ring, from the time the host has brought it in until a worker has finished it. Kernels that take
// blocks in order and work element by element call this.
import { FINISHED, HOST_WAITS, READY, STOPPED } from '../src/kernels/arrays/layout'
import { SPIN_LIMIT } from '../src/workers/control'
import { isAborted } from './control'

// The host may have stopped: a wait wakes up by itself to look at the flags (nanoseconds).
const WAIT_NS: i64 = 20_000_000

let readyAt: usize = 0
let ready: u32 = 0

function sleep(): void {
  atomic.wait<u32>(readyAt, ready, WAIT_NS)
}

// The first compiler of V8 11.3 (Node 20) overwrites a local of the function that waits, here the
// block's number. So `sleep` has none, and a call by reference can't be compiled into its caller.
let sleepOnce: () => void = sleep

/** Waits until a block is there; false if it will not come. */
export function awaitBlock(flow: usize, block: u32): bool {
  for (let spin = load<i32>(SPIN_LIMIT); spin > 0; spin--) {
    if (atomic.load<u32>(flow, READY) > block) return true
  }
  readyAt = flow + READY
  while (true) {
    ready = atomic.load<u32>(flow, READY)
    if (ready > block) return true
    if (isAborted() || atomic.load<u32>(flow, STOPPED) != 0) return false
    sleepOnce()
  }
}

/** A block's results are in the ring; the host may overwrite its values. */
export function finishBlock(flow: usize, block: u32, slot: u32): void {
  const word = flow + FINISHED + ((<usize>slot) << 2)
  atomic.store<u32>(word, block + 1)
  if (atomic.load<u32>(flow, HOST_WAITS) != 0) atomic.notify(word, 1)
}

/** Lets those go who wait for later blocks: one has failed, and stays in the ring. */
export function stopFlow(flow: usize): void {
  atomic.store<u32>(flow, 1, STOPPED)
  atomic.notify(flow + READY, -1)
}
